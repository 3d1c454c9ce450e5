"""Fetching into a store: once a day, in turn, with pauses, going on after a break, and never over what is stored."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from bokgi.bars.interval import DAILY, Interval
from bokgi.data.importers.entry import Outcome, import_path
from bokgi.data.incoming import Incoming
from bokgi.data.master import Master
from bokgi.data.series import SeriesFacts
from bokgi.data.sources.fetching import BACKOFF_SECONDS, Fetching, FetchReport, wanted_series
from bokgi.data.sources.port import Manner, Wanted
from bokgi.data.sources.words import codes_of_words
from bokgi.data.store import Store
from bokgi.errors.runs import RunCancelled
from bokgi.errors.sources import LoginMissing, NameNotFound, NotAtSource, SourceLimited, SourceUnreachable
from bokgi.errors.store import NoBarsStored
from bokgi.market.instruments import Exchange
from tests.data.sources.answers import CLOSES, CODE, SEOUL, SESSIONS

EVENING = datetime(2026, 3, 31, 21, 0, tzinfo=SEOUL)


@dataclass
class Watch:
    """A clock that moves only when somebody sleeps."""

    now: datetime = EVENING
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.now.astimezone(UTC)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


@dataclass
class Told:
    """A source that gives the bars it was told to give, after the failures it was told to have."""

    days: Sequence[date] = SESSIONS
    closes: Sequence[float] = CLOSES
    volumes: Sequence[float] | None = None
    failures: list[Exception] = field(default_factory=list)
    asked: list[Wanted] = field(default_factory=list)
    manner: Manner = field(default_factory=lambda: Manner(gap_seconds=1.5, settled_minutes=60))
    name: str = "told"
    facts: dict[str, object] = field(default_factory=dict)

    def intervals(self) -> tuple[Interval, ...]:
        return (DAILY,)

    def check_ready(self) -> None:
        pass

    def fetch_bars(self, wanted: Wanted) -> Incoming:
        self.asked.append(wanted)
        if self.failures:
            raise self.failures.pop(0)
        closes = pl.Series([float(close) for close in self.closes])
        bars = pl.DataFrame({"session": list(self.days), "close": closes}).with_columns(
            code=pl.lit(wanted.code),
            minute=pl.lit(540, pl.Int32),
            start=pl.col("session").cast(pl.Datetime("us")).dt.replace_time_zone("UTC"),
            open=pl.col("close"),
            high=pl.col("close"),
            low=pl.col("close"),
            volume=pl.Series([float(volume) for volume in self.volumes or [1_000.0] * len(closes)]),
            base_price=pl.lit(None, pl.Float64),
        )
        facts = SeriesFacts(wanted.code, "told", **({"adjusted": True} | self.facts))  # type: ignore[arg-type]  # what a test says
        return Incoming(DAILY, bars, {wanted.code: facts})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def fetched(store: Store, source: Told, watch: Watch | None = None, codes: Sequence[str] = (CODE,)) -> FetchReport:
    watch = watch or Watch()
    wanted = wanted_series(store, Master.read(store.folder.parent), codes, DAILY)
    return Fetching(source, store, clock=watch, sleep=watch.sleep).fetch(wanted)


def stored(store: Store) -> list[float]:
    return store.read_incoming([CODE], DAILY).bars["close"].to_list()


def outcomes(report: FetchReport) -> list[Outcome]:
    return [entry.outcome for entry in report.entries]


def test_the_first_fetch_stores_all_and_says_how_much(store: Store) -> None:
    report = fetched(store, Told())
    assert outcomes(report) == [Outcome.TAKEN]
    assert report.entries[0].rows == len(SESSIONS)
    assert "19 bars added" in report.entries[0].english
    assert "봉 19개를 더함(2026-03-03~2026-03-31을 받음)" in report.entries[0].korean
    assert stored(store) == [float(close) for close in CLOSES]


def test_a_series_is_asked_for_once_a_day_and_again_on_the_next(store: Store) -> None:
    source, watch = Told(), Watch()
    fetched(store, source, watch)
    again = fetched(store, source, watch)
    assert outcomes(again) == [Outcome.SKIPPED]
    assert len(source.asked) == 1
    watch.now += timedelta(days=1)
    assert outcomes(fetched(store, source, watch)) == [Outcome.CURRENT]
    assert source.asked[1].since == SESSIONS[-1]


def test_questions_keep_their_distance_across_processes(store: Store) -> None:
    watch = Watch()
    fetched(store, Told(), watch, [CODE, "000002"])
    fetched(store, Told(), watch, ["000003"])
    assert watch.slept == pytest.approx([1.5, 1.5])


def test_a_passing_failure_is_tried_again_after_longer_and_longer_pauses(store: Store) -> None:
    watch = Watch()
    source = Told(failures=[SourceUnreachable("told", "reset")] * 2, manner=Manner(0.0, 60))
    assert outcomes(fetched(store, source, watch)) == [Outcome.TAKEN]
    assert watch.slept == list(BACKOFF_SECONDS[:2])


def test_a_source_that_takes_no_more_ends_the_fetch_and_the_next_goes_on_where_it_was(store: Store) -> None:
    source, watch = Told(manner=Manner(0.0, 60)), Watch()
    fetched(store, source, watch, [CODE])
    source.failures = [SourceLimited("told", "429")] * (len(BACKOFF_SECONDS) + 1)
    report = fetched(store, source, watch, [CODE, "000002", "000003"])
    assert outcomes(report) == [Outcome.SKIPPED]
    assert isinstance(report.error, SourceLimited)
    assert report.left == ("000002", "000003")
    asked = len(source.asked)
    assert outcomes(fetched(store, source, watch, [CODE, "000002", "000003"])) == [Outcome.SKIPPED, Outcome.TAKEN, Outcome.TAKEN]
    assert [each.code for each in source.asked[asked:]] == ["000002", "000003"]


def test_a_code_without_data_is_refused_and_the_others_go_on(store: Store) -> None:
    source = Told(failures=[NotAtSource("told", "000002", "none")])
    report = fetched(store, source, codes=["000002", CODE])
    assert outcomes(report) == [Outcome.REFUSED, Outcome.TAKEN]
    assert isinstance(report.entries[0].error, NotAtSource)


def test_what_is_wanted_can_be_cancelled_between_two_questions(store: Store) -> None:
    watch, seen = Watch(), []
    wanted = wanted_series(store, Master.read(store.folder.parent), [CODE, "000002"], DAILY)
    fetching = Fetching(Told(), store, clock=watch, sleep=watch.sleep)
    report = fetching.fetch(
        wanted, on_entry=lambda entry, done, total: seen.append((entry.outcome, done, total)), cancelled=lambda: bool(seen)
    )
    assert seen == [(Outcome.TAKEN, 1, 2)]
    assert isinstance(report.error, RunCancelled)
    assert report.left == ("000002",)


def test_a_source_that_cannot_be_asked_at_all_says_so_before_anything(store: Store) -> None:
    class NotReady(Told):
        def check_ready(self) -> None:
            raise LoginMissing("told", ["A", "B"])

    with pytest.raises(LoginMissing):
        fetched(store, NotReady())


@pytest.mark.parametrize(
    ("clock", "last"), [("11:00", SESSIONS[-2]), ("16:29", SESSIONS[-2]), ("16:30", SESSIONS[-1]), ("21:00", SESSIONS[-1])]
)
def test_bars_of_a_session_that_is_not_settled_are_not_stored(store: Store, clock: str, last: date) -> None:
    watch = Watch(datetime.fromisoformat(f"2026-03-31T{clock}:00+09:00"))
    fetched(store, Told(), watch)
    assert store.series(DAILY)[CODE].last == last


@pytest.mark.parametrize(
    ("moment", "last"),
    [
        ("2026-03-31T02:30+00:00", date(2026, 3, 27)),  # 11:30 in Tokyo, where the 31st is on; in Sydney it is what opened on the 30th
        ("2026-03-31T11:40+00:00", date(2026, 3, 30)),  # 20:40 in Seoul
        ("2026-04-01T04:59+00:00", date(2026, 3, 30)),  # 15:59 in Sydney: the session that opened at 23:00 UTC of the 31st is on
        ("2026-04-01T07:00+00:00", date(2026, 3, 31)),
    ],
)
def test_a_session_of_an_exchange_without_known_hours_is_stored_when_it_is_over_everywhere(store: Store, moment: str, last: date) -> None:
    source = Told([date(2026, 3, 27), date(2026, 3, 30), date(2026, 3, 31)], [100, 101, 102], facts={"exchange": Exchange.OTHER})
    fetched(store, source, Watch(datetime.fromisoformat(moment)), ["7203.T"])
    assert store.series(DAILY)["7203.T"].last == last


def test_new_sessions_are_appended_and_the_past_stays(store: Store) -> None:
    fetched(store, Told(SESSIONS[:10], CLOSES[:10]))
    report = fetched(store, Told(SESSIONS[5:], CLOSES[5:]), Watch(EVENING + timedelta(days=1)))
    assert report.entries[0].rows == len(SESSIONS) - 10
    assert stored(store) == [float(close) for close in CLOSES]


def test_a_source_that_changes_the_past_is_a_fault_with_the_difference_and_changes_nothing(store: Store) -> None:
    fetched(store, Told(SESSIONS[:18], CLOSES[:18]))
    changed = [*CLOSES[:4], CLOSES[4] + 5, *CLOSES[5:]]
    report = fetched(store, Told(SESSIONS, changed), Watch(EVENING + timedelta(days=1)))
    assert outcomes(report) == [Outcome.TAKEN]
    assert stored(store) == [float(close) for close in CLOSES]
    (fault,) = (fault for fault in store.faults_for([CODE], DAILY) if fault.kind == "source_changed_past")
    assert fault.example == f"2026-03-11 09:00 open {CLOSES[4]:,} -> {CLOSES[4] + 5:,}"
    assert fault.example in report.entries[0].english


def test_a_changed_volume_is_a_note_and_the_prices_go_on(store: Store) -> None:
    fetched(store, Told(SESSIONS[:18], CLOSES[:18]))
    report = fetched(store, Told(volumes=[1_000.0] * 17 + [1_001.0] * 2), Watch(EVENING + timedelta(days=1)))
    assert report.entries[0].rows == 1
    assert [fault.kind for fault in report.entries[0].faults if fault.kind.startswith("source_")] == ["source_changed_volume"]
    assert store.read_incoming([CODE], DAILY).bars["volume"].to_list()[17] == 1_000.0


def test_a_rescaled_past_is_held_back_as_a_whole_until_a_person_takes_it(store: Store) -> None:
    """A split: the adjusted past of the source is half of what is stored."""
    fetched(store, Told(SESSIONS[:18], CLOSES[:18]))
    halves = [close / 2 for close in CLOSES]
    report = fetched(store, Told(SESSIONS, halves), Watch(EVENING + timedelta(days=1)))
    assert outcomes(report) == [Outcome.HELD]
    assert stored(store) == [float(close) for close in CLOSES[:18]]
    (fault,) = (fault for fault in store.faults_for([CODE], DAILY) if fault.kind == "source_contradicts")
    assert fault.example.endswith("all x 0.5")
    held = store.folder.parent / "fetches/told/held" / f"{CODE}_1d.parquet"
    assert f"bokgi data held show {CODE} --source told --interval 1d" in report.entries[0].english
    assert import_path(store, held, replace_bars=True).count(Outcome.REFUSED) == 0
    assert stored(store) == halves
    assert [fault.kind for fault in store.faults_for([CODE], DAILY) if fault.kind.startswith("source_")] == []


def test_an_answer_of_another_kind_is_held_back(store: Store) -> None:
    fetched(store, Told(SESSIONS[:5], CLOSES[:5]))
    report = fetched(store, replace(Told(), facts={"regular_close": False}), Watch(EVENING + timedelta(days=1)))
    assert outcomes(report) == [Outcome.HELD]
    assert "regular_close True -> False" in report.entries[0].english


def fetched_after_a_gap(store: Store, closes: Sequence[float], **facts: object) -> FetchReport:
    fetched(store, Told(SESSIONS[:5], CLOSES[:5], facts=facts))
    return fetched(store, Told(SESSIONS[8:], closes[8:], facts=facts), Watch(EVENING + timedelta(days=1)))


def kept_kinds(store: Store) -> list[str]:
    return [fault.kind for fault in store.faults_for([CODE], DAILY) if fault.kind.startswith(("source_", "no_common"))]


def test_adjusted_prices_without_a_bar_in_common_are_held_back(store: Store) -> None:
    """The past of the source may have been rescaled since, and nothing can show it."""
    report = fetched_after_a_gap(store, CLOSES)
    assert outcomes(report) == [Outcome.HELD]
    assert stored(store) == [float(close) for close in CLOSES[:5]]
    assert f"{SESSIONS[4]} {CLOSES[4]:,} / {SESSIONS[8]} {CLOSES[8]:,}" in report.entries[0].english
    assert kept_kinds(store) == ["no_common_bars_held"]
    held = store.folder.parent / "fetches/told/held" / f"{CODE}_1d.parquet"
    import_path(store, held, replace_bars=True)
    assert stored(store) == [float(close) for close in (*CLOSES[:5], *CLOSES[8:])]
    assert kept_kinds(store) == []


def test_unadjusted_prices_without_a_bar_in_common_are_taken_with_a_warning(store: Store) -> None:
    report = fetched_after_a_gap(store, CLOSES, adjusted=False)
    assert outcomes(report) == [Outcome.TAKEN]
    (fault,) = (fault for fault in store.faults_for([CODE], DAILY) if fault.kind == "no_common_bars")
    assert (fault.first, fault.last) == (SESSIONS[4], SESSIONS[8])
    assert "a split in between would not be seen" in report.entries[0].english


def test_a_seam_at_a_fifth_of_the_price_is_held_back_whatever_the_prices_are_called(store: Store) -> None:
    report = fetched_after_a_gap(store, [close / 5 for close in CLOSES], adjusted=False)
    assert outcomes(report) == [Outcome.HELD]
    assert stored(store) == [float(close) for close in CLOSES[:5]]


def test_the_doubt_of_a_gap_goes_when_bars_in_common_come(store: Store) -> None:
    fetched_after_a_gap(store, CLOSES, adjusted=False)
    fetched(store, Told(facts={"adjusted": False}), Watch(EVENING + timedelta(days=2)))
    assert stored(store) == [float(close) for close in CLOSES]
    assert kept_kinds(store) == []


@pytest.mark.parametrize("left", [-1, -20, 30])
def test_a_crash_that_cut_the_last_line_of_the_ledger_costs_one_question(store: Store, left: int) -> None:
    """The question is put again, and what is written after it can be read."""
    source, watch = Told(), Watch()
    fetched(store, source, watch, [CODE, "000002"])
    ledger = store.folder.parent / "fetches/told/2026-03-31.jsonl"
    whole, cut = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(whole + cut[:left])
    again = outcomes(fetched(store, source, watch, [CODE, "000002"]))
    assert again == [Outcome.SKIPPED, Outcome.SKIPPED if left == -1 else Outcome.CURRENT]
    asked = len(source.asked)
    assert outcomes(fetched(store, source, watch, [CODE, "000002", "000003"])) == [Outcome.SKIPPED, Outcome.SKIPPED, Outcome.TAKEN]
    assert [each.code for each in source.asked[asked:]] == ["000003"]


def test_a_ledger_whose_bytes_are_no_text_costs_a_question_and_ends_nothing(store: Store) -> None:
    source, watch = Told(), Watch()
    fetched(store, source, watch)
    ledger = store.folder.parent / "fetches/told/2026-03-31.jsonl"
    ledger.write_bytes(b"\xff\xfe{}\n[]\n" + ledger.read_bytes())
    assert outcomes(fetched(store, source, watch)) == [Outcome.SKIPPED]


def test_words_are_codes_symbols_or_names(store: Store) -> None:
    master = Master.read(store.folder.parent)
    fetched(store, replace(Told(), facts={"name": "복기전자"}))
    assert codes_of_words(store, master, ["A000002", "복기전자", "AAPL", CODE], DAILY) == ("000002", CODE, "AAPL")
    assert codes_of_words(store, master, [], DAILY) == (CODE,)
    with pytest.raises(NameNotFound, match="없는이름"):
        codes_of_words(store, master, ["없는이름"], DAILY)
    with pytest.raises(NoBarsStored):
        codes_of_words(store, master, [], Interval(5))
    assert wanted_series(store, master, ["AAPL"], DAILY)[0].exchange is Exchange.XNYS
