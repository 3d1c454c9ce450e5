"""Held answers: what taking, joining and refusing one does to the store, and the record that each leaves."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bokgi.bars.interval import DAILY
from bokgi.cli import data_held
from bokgi.cli.main import main
from bokgi.data.importers.entry import Outcome
from bokgi.data.incoming import Incoming
from bokgi.data.master import Master
from bokgi.data.sources.held import Choice, decide, decisions, held_answer, held_answers, held_sha256, held_view
from bokgi.data.sources.port import Wanted
from bokgi.data.store import Store
from bokgi.errors.base import Language
from bokgi.errors.service import HeldChanged, HeldNotJoinable, NothingHeld
from bokgi.errors.store import FactsDiffer
from tests.data.sources.answers import CLOSES, CODE, SESSIONS
from tests.data.sources.test_fetching import EVENING, Told, Watch, fetched, stored
from tests.data.store_cases import daily_bars, incoming_of

LATER = EVENING + timedelta(days=1)
HALVES = [close / 2 for close in CLOSES]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def decided(store: Store, choice: Choice) -> dict[str, object]:
    home = store.folder.parent
    held = held_answer(home, "told", "1d", CODE)
    return decide(store, Master.read(home), held, choice, held_sha256(held), clock=Watch())


def hold_halves(store: Store, first: int = 0) -> None:
    """Eighteen stored sessions, and the answer of a source that halved all prices, from its session `first` on."""
    fetched(store, Told(SESSIONS[:18], CLOSES[:18]))
    assert fetched(store, Told(SESSIONS[first:], HALVES[first:]), Watch(LATER)).count(Outcome.HELD) == 1


def test_a_held_answer_shows_what_it_would_change(store: Store) -> None:
    hold_halves(store)
    view = held_view(store, held_answers(store.folder.parent)[0])
    assert (view.common, view.differing, view.factor, view.older) == (18, 18, 0.5, 0)
    assert view.before is not None
    assert (view.before.bars, view.before.last_close) == (18, CLOSES[17])
    assert (view.after.bars, view.after.last, view.after.last_close) == (19, SESSIONS[-1], HALVES[-1])
    assert (view.differences[0].before, view.differences[0].after) == (CLOSES[0], HALVES[0])
    assert view.reason is not None
    assert view.reason.kind == "source_contradicts"


def test_taking_exchanges_the_series_and_the_version_before_keeps_the_old_one(store: Store) -> None:
    hold_halves(store)
    before = store.current_version(DAILY)
    record = decided(store, Choice.TAKE)
    assert stored(store) == HALVES
    assert store.read_incoming([CODE], DAILY, version=before).bars["close"].to_list() == [float(close) for close in CLOSES[:18]]
    assert record["before"] == {"bars": 18, "first": str(SESSIONS[0]), "last": str(SESSIONS[17]), "last_close": float(CLOSES[17])}
    assert record["after"] == {"bars": 19, "first": str(SESSIONS[0]), "last": str(SESSIONS[18]), "last_close": HALVES[18]}
    assert record["version_before"] == before
    assert record["version_after"] == store.current_version(DAILY)
    assert decisions(store.folder.parent) == [record]
    assert held_answers(store.folder.parent) == ()
    assert len(list((store.folder.parent / "fetches/told/decided").glob("*_take.parquet"))) == 1
    assert [fault.kind for fault in store.faults_for([CODE], DAILY) if fault.kind == "source_contradicts"] == []


def test_an_answer_that_covers_a_part_never_leaves_two_scales_behind(store: Store) -> None:
    """The stored bars before it are read times its factor; what is stored of them stays, and the repair says before and after."""
    hold_halves(store, first=10)
    record = decided(store, Choice.TAKE)
    assert (record["rescaled_bars"], record["left_bars"], record["factor"]) == (10, 0, 0.5)
    assert store.read_panel([CODE], DAILY).close.tolist() == pytest.approx(HALVES)
    assert store.read_panel([CODE], DAILY, raw=True).close.tolist()[:10] == [float(close) for close in CLOSES[:10]]
    (repair,) = store.repairs_for([CODE], DAILY)
    assert (repair.first, repair.last, repair.rows, repair.before, repair.after) == (SESSIONS[0], SESSIONS[9], 10, CLOSES[0], CLOSES[0] / 2)


def test_a_source_that_halves_a_part_is_asked_for_all_of_the_past(store: Store) -> None:
    """What is held is the whole of it, so that taking it needs no factor."""

    class Patient(Told):
        def fetch_bars(self, wanted: Wanted) -> Incoming:
            first = 0 if wanted.since is None else 15
            self.days, self.closes = SESSIONS[first:], HALVES[first:]
            return super().fetch_bars(wanted)

    fetched(store, Told(SESSIONS[:18], CLOSES[:18]))
    source = Patient()
    assert fetched(store, source, Watch(LATER)).count(Outcome.HELD) == 1
    assert [wanted.since for wanted in source.asked] == [SESSIONS[17], None]
    assert decided(store, Choice.TAKE)["rescaled_bars"] == 0
    assert stored(store) == HALVES


def test_bars_before_an_answer_that_no_one_factor_explains_stay_in_the_old_version_alone(store: Store) -> None:
    fetched(store, Told(SESSIONS[:18], CLOSES[:18]))
    odd = [close * (0.5 + 0.03 * (at % 3)) for at, close in enumerate(CLOSES)]
    fetched(store, Told(SESSIONS[10:], odd[10:]), Watch(LATER))
    record = decided(store, Choice.TAKE)
    assert (record["rescaled_bars"], record["left_bars"], record["factor"]) == (0, 10, None)
    assert stored(store) == odd[10:]


def test_a_dividend_in_the_past_is_no_factor_for_all_of_it(store: Store) -> None:
    fetched(store, Told(SESSIONS[:18], CLOSES[:18]))
    paid = [close * (0.992 if at < 9 else 1.0) for at, close in enumerate(CLOSES)]
    fetched(store, Told(SESSIONS[4:], paid[4:]), Watch(LATER))
    record = decided(store, Choice.TAKE)
    assert (record["rescaled_bars"], record["left_bars"], record["factor"]) == (0, 4, None)
    assert stored(store) == paid[4:]


def test_stored_bars_that_a_taken_answer_does_not_have_are_counted(store: Store) -> None:
    fetched(store, Told(SESSIONS[:18], CLOSES[:18]))
    fetched(store, Told(SESSIONS[:15], HALVES[:15]), Watch(LATER))
    left = held_view(store, held_answers(store.folder.parent)[0]).left
    assert left is not None
    assert (left.bars, left.first, left.last) == (3, str(SESSIONS[15]), str(SESSIONS[17]))
    record = decided(store, Choice.TAKE)
    assert (record["left_bars"], record["left_first"], record["left_last"]) == (3, str(SESSIONS[15]), str(SESSIONS[17]))
    assert stored(store) == HALVES[:15]


def test_bars_that_a_factor_keeps_are_not_said_to_be_lost(store: Store) -> None:
    fetched(store, Told(SESSIONS[:18], CLOSES[:18]))
    fetched(store, Told(SESSIONS[5:16], HALVES[5:16]), Watch(LATER))
    view = held_view(store, held_answers(store.folder.parent)[0])
    assert (view.older, view.keeps_older) == (5, True)
    assert view.left is not None
    assert (view.left.bars, view.left.first, view.left.last) == (2, str(SESSIONS[16]), str(SESSIONS[17]))


@pytest.mark.parametrize("choice", list(Choice))
def test_a_decision_is_for_the_answer_that_was_looked_at_and_no_other(store: Store, choice: Choice) -> None:
    hold_halves(store)
    home = store.folder.parent
    (held,) = held_answers(home)
    looked_at = held_view(store, held)
    thirds = [close / 3 for close in CLOSES]
    fetched(store, Told(SESSIONS, thirds), Watch(LATER + timedelta(days=1)))
    before = stored(store)
    with pytest.raises(HeldChanged) as refused:
        decide(store, Master.read(home), held, choice, looked_at.sha256)
    newer = held_view(store, held)
    assert newer.sha256 in refused.value.sentence()
    assert looked_at.sha256 in refused.value.sentence()
    assert (stored(store), decisions(home), held_answers(home)) == (before, [], (held,))
    assert newer.after.last_close == thirds[-1]


def test_an_answer_that_was_refused_is_not_held_again_and_the_fetch_says_when(store: Store) -> None:
    hold_halves(store)
    decided(store, Choice.REFUSE)
    report = fetched(store, Told(SESSIONS, HALVES), Watch(LATER + timedelta(days=1)))
    (entry,) = report.entries
    assert entry.outcome is Outcome.SKIPPED
    assert "the same answer was refused on 2026-03-31 21:00" in entry.english
    assert "2026-03-31 21:00에 거절한 것과" in entry.korean
    assert held_answers(store.folder.parent) == ()
    assert [fault.kind for fault in store.faults_for([CODE], DAILY) if fault.kind == "source_contradicts"] == ["source_contradicts"]
    thirds = [close / 3 for close in CLOSES]
    assert fetched(store, Told(SESSIONS, thirds), Watch(LATER + timedelta(days=2))).count(Outcome.HELD) == 1, "another one is held"
    assert list((store.folder.parent / "fetches/told/held").iterdir()) == [held_answers(store.folder.parent)[0].path]


def test_a_line_of_a_decision_that_a_crash_cut_off_says_nothing_and_ruins_nothing(store: Store) -> None:
    hold_halves(store)
    path = store.folder.parent / "fetches/decisions.jsonl"
    path.write_text('{"at": "2026-03-3', encoding="utf-8")
    assert decisions(store.folder.parent) == []
    record = decided(store, Choice.REFUSE)
    assert decisions(store.folder.parent) == [record]


def test_an_answer_of_another_kind_is_never_joined(store: Store) -> None:
    fetched(store, Told(SESSIONS[:15], CLOSES[:15]))
    fetched(store, Told(SESSIONS[16:], CLOSES[16:]), Watch(LATER))
    store.remove_series([CODE], DAILY)
    bars = daily_bars(CODE, {day: float(close) for day, close in zip(SESSIONS[:15], CLOSES[:15], strict=True)})
    store.write(incoming_of(bars, DAILY, adjusted=False, source="told"))
    before = stored(store)
    with pytest.raises(FactsDiffer):
        decided(store, Choice.JOIN)
    assert stored(store) == before
    assert len(held_answers(store.folder.parent)) == 1


def test_refusing_changes_no_bar_and_leaves_a_record(store: Store) -> None:
    hold_halves(store)
    version = store.current_version(DAILY)
    record = decided(store, Choice.REFUSE)
    assert stored(store) == [float(close) for close in CLOSES[:18]]
    assert (record["decision"], record["before"] == record["after"], record["version_after"]) == ("refuse", True, version)
    assert held_answers(store.folder.parent) == ()
    with pytest.raises(NothingHeld):
        decided(store, Choice.TAKE)


def test_an_answer_after_a_gap_is_joined_where_a_person_says_so(store: Store) -> None:
    fetched(store, Told(SESSIONS[:5], CLOSES[:5]))
    fetched(store, Told(SESSIONS[8:], CLOSES[8:]), Watch(LATER))
    assert decided(store, Choice.JOIN)["left_bars"] == 0
    assert stored(store) == [float(close) for close in (*CLOSES[:5], *CLOSES[8:])]


def test_an_answer_that_differs_is_never_joined(store: Store) -> None:
    hold_halves(store)
    with pytest.raises(HeldNotJoinable):
        decided(store, Choice.JOIN)
    assert stored(store) == [float(close) for close in CLOSES[:18]]
    assert len(held_answers(store.folder.parent)) == 1
    assert decisions(store.folder.parent) == []


def run(capsys: pytest.CaptureFixture[str], home: Path, *words: str) -> tuple[object, str]:
    with pytest.raises(SystemExit) as ended:
        main(["data", "held", *words, "--home", str(home)])
    return ended.value.code, capsys.readouterr().out


def test_the_commands_list_show_and_decide(store: Store, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "Nothing is held back." in run(capsys, tmp_path, "list")[1]
    hold_halves(store)
    capsys.readouterr()
    assert CODE in run(capsys, tmp_path, "list")[1]
    code, said = run(capsys, tmp_path, "show", CODE, "--source", "told")
    assert code == 0
    assert "10,000" in said
    assert "5,000" in said
    sha256 = held_sha256(held_answers(tmp_path)[0])
    assert f"bokgi data held take {CODE} --source told --interval 1d --sha256 {sha256}" in said
    assert f"bokgi data held join {CODE}" not in said
    assert run(capsys, tmp_path, "take", CODE, "--source", "told")[0] == 2, "which answer is to be said"
    assert run(capsys, tmp_path, "take", CODE, "--source", "told", "--sha256", "0" * 64)[0] == 2
    assert len(held_answers(tmp_path)) == 1
    code, said = run(capsys, tmp_path, "take", CODE, "--source", "told", "--sha256", sha256)
    assert code == 0
    assert "the new values were taken" in said
    assert "the new values were taken" in run(capsys, tmp_path, "list")[1]
    line = json.loads((tmp_path / "fetches/decisions.jsonl").read_text("utf-8"))
    assert line["decision"] == "take"
    assert run(capsys, tmp_path, "refuse", CODE, "--source", "told", "--sha256", sha256)[0] == 2


def test_show_says_what_would_be_lost_before_anybody_decides(
    store: Store, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched(store, Told(SESSIONS[:18], CLOSES[:18]))
    fetched(store, Told(SESSIONS[:15], HALVES[:15]), Watch(LATER))
    span = f"({SESSIONS[15]}~{SESSIONS[17]})"
    said = run(capsys, tmp_path, "show", CODE, "--source", "told")[1]
    assert f"If taken: 3 stored bars that the answer lacks {span} stay in the old version alone." in said
    monkeypatch.setattr(data_held, "current_language", lambda: Language.KOREAN)
    monkeypatch.setattr(data_held, "say", lambda _english, korean: korean)
    said = run(capsys, tmp_path, "show", CODE, "--source", "told")[1]
    assert f"새 자료에 없는 저장된 봉 3개{span}는 이전 판에만 남습니다." in said
