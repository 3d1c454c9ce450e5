"""The history of runs: pages, filters, and which runs may go with age."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bokgi.records.runs import NewRun, Outcome, RunRows, RunState
from tests.records.conftest import Clock


@pytest.fixture
def many(runs: RunRows, new_run: NewRun, clock: Clock) -> list[str]:
    """Five runs of two strategies, a minute apart; ids oldest first."""
    ids = []
    for index in range(5):
        strategy = "gap_up" if index % 2 else "daily_trading"
        codes = [f"00593{index}"]
        row, _ = runs.add(replace(new_run, strategy=strategy, resolved={"stock_codes": codes}, words=("삼성전자",) if index == 3 else ()))
        ids.append(row.id)
        clock.move(minutes=1)
    return ids


def ids_of(runs: RunRows, **choice: object) -> list[str]:
    return [row.id for row in runs.page(profile="default", **choice).rows]  # type: ignore[arg-type]  # the words of `page`


def test_the_history_is_newest_first_in_pages(runs: RunRows, many: list[str]) -> None:
    assert ids_of(runs) == many[::-1]
    page = runs.page(profile="default", page=2, page_size=2)
    assert ([row.id for row in page.rows], page.total, page.page, page.page_size) == ([many[2], many[1]], 5, 2, 2)
    assert runs.page(profile="default", page=9, page_size=2).rows == ()


def test_the_history_before_a_run_does_not_move_when_new_ones_come(runs: RunRows, many: list[str], new_run: NewRun) -> None:
    runs.add(new_run)
    assert ids_of(runs, before=many[2]) == [many[1], many[0]]
    assert ids_of(runs, before="bt-2001-01-01-001") == []


def test_the_history_is_filtered_by_each_property(runs: RunRows, many: list[str]) -> None:
    runs.request_cancel(many[0])
    runs.pin(many[4], True)
    assert ids_of(runs, status=RunState.CANCELLED) == [many[0]]
    assert ids_of(runs, status="queued", strategy="daily_trading") == [many[4], many[2]]
    assert ids_of(runs, pinned=True) == [many[4]]
    assert ids_of(runs, pinned=False) == many[3::-1]


@pytest.mark.parametrize(
    ("text", "found"),
    [("005932", [2]), ("삼성", [3]), ("GAP_UP", [3, 1]), ("gap_up 삼성", [3]), ("재검토", [1]), ("100%", [0]), ("%", [0]), ("_up", [3, 1])],
)
def test_the_history_is_searched_by_words(runs: RunRows, many: list[str], text: str, found: list[int]) -> None:
    runs.set_note(many[1], "내일 재검토")
    runs.set_note(many[0], "100% 확신")
    assert ids_of(runs, text=text) == [many[index] for index in found]


def test_profiles_and_smoke_runs_have_histories_of_their_own(runs: RunRows, many: list[str], new_run: NewRun) -> None:
    other, _ = runs.add(replace(new_run, profile="other"))
    smoke, _ = runs.add(replace(new_run, origin="smoke"))
    assert ids_of(runs) == many[::-1]
    assert ids_of(runs, origin="smoke") == [smoke.id]
    assert ids_of(runs, origin=None) == [smoke.id, *many[::-1]]
    assert [row.id for row in runs.page(profile="other").rows] == [other.id]


# ---------------------------------------------------------------- age

START = datetime(2026, 2, 8, 3, 0, tzinfo=UTC)


def ended(runs: RunRows, new: NewRun, count: int) -> list[str]:
    rows = [runs.add(new)[0] for _ in range(count)]
    for row in rows:
        runs.claim(row.id, "w-1", "0.1.0")
        runs.finish(row.id, 1, Outcome(RunState.COMPLETED))
    return [row.id for row in rows]


def test_runs_go_when_they_are_older_than_30_days_and_not_among_the_last(runs: RunRows, new_run: NewRun) -> None:
    ids = ended(runs, new_run, 5)
    thirty = START + timedelta(days=30)
    assert runs.expired(thirty, keep_last=3) == ()
    assert runs.expired(thirty + timedelta(microseconds=1), keep_last=3) == tuple(ids[:2])
    assert runs.expired(thirty + timedelta(days=900)) == (), "the last 100 stay, however old"
    assert runs.expired(START - timedelta(days=900), keep_last=0) == ()


def test_young_runs_stay_however_many_there_are(runs: RunRows, new_run: NewRun) -> None:
    ended(runs, new_run, 5)
    assert runs.expired(START + timedelta(days=29), keep_last=0) == ()


def test_pinned_and_unfinished_runs_never_go(runs: RunRows, new_run: NewRun) -> None:
    ids = ended(runs, new_run, 2)
    runs.pin(ids[0], True)
    queued, _ = runs.add(new_run)
    running, _ = runs.add(new_run)
    runs.claim(running.id, "w-1", "0.1.0")
    late = START + timedelta(days=365)
    assert runs.expired(late, keep_last=0) == (ids[1],)
    runs.pin(ids[0], False)
    assert runs.expired(late, keep_last=0) == tuple(ids)
    assert queued.id not in runs.expired(late, keep_last=0)


def test_each_profile_keeps_its_own_last_runs(runs: RunRows, new_run: NewRun) -> None:
    mine = ended(runs, new_run, 3)
    theirs = ended(runs, replace(new_run, profile="other"), 3)
    assert set(runs.expired(START + timedelta(days=31), keep_last=2)) == {mine[0], theirs[0]}


def test_runs_of_smoke_tests_go_after_a_week(runs: RunRows, new_run: NewRun) -> None:
    smoke = ended(runs, replace(new_run, origin="smoke", profile="smoke"), 2)
    assert runs.expired(START + timedelta(days=7)) == ()
    assert runs.expired(START + timedelta(days=7, seconds=1)) == tuple(smoke)
