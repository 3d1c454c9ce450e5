"""Rows of runs, on SQLite and on PostgreSQL: the same promises."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bokgi.errors.records import IdempotencyKeyReused, RecordMalformed, RunStillActive, TextUnstorable
from bokgi.records.database import Database
from bokgi.records.runs import Idempotency, NewRun, Outcome, Progress, RunRow, RunRows, RunState
from tests.records.conftest import Clock

ERROR = {"code": "no_data", "english": "There are no bars.", "korean": "봉이 없습니다.", "field": "stock_codes"}


def added(runs: RunRows, new: NewRun, **changes: object) -> RunRow:
    row, is_new = runs.add(replace(new, **changes))  # type: ignore[arg-type]  # fields of the dataclass
    assert is_new
    return row


def finished(runs: RunRows, new: NewRun, status: RunState = RunState.COMPLETED, **changes: object) -> RunRow:
    row = added(runs, new, **changes)
    assert runs.claim(row.id, "w-1", "0.1.0") is not None
    assert runs.finish(row.id, 1, Outcome(status))
    return stored(runs, row.id)


def stored(runs: RunRows, backtest_id: str) -> RunRow:
    row = runs.get(backtest_id)
    assert row is not None
    return row


# ---------------------------------------------------------------- numbers


def test_the_first_run_of_a_day_in_korea_has_number_001(runs: RunRows, new_run: NewRun, clock: Clock) -> None:
    clock.now = datetime(2026, 2, 7, 14, 59, 59, tzinfo=UTC)
    assert added(runs, new_run).id == "bt-2026-02-07-001"
    clock.move(seconds=1)
    assert [added(runs, new_run).id for _ in range(2)] == ["bt-2026-02-08-001", "bt-2026-02-08-002"]


def test_a_number_has_more_digits_when_three_do_not_do(runs: RunRows, new_run: NewRun, database: Database) -> None:
    added(runs, new_run)
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE counters SET value = 999 WHERE name = 'run:2026-02-08'")
    assert added(runs, new_run).id == "bt-2026-02-08-1000"


def test_an_id_is_never_given_again_after_a_delete(runs: RunRows, new_run: NewRun) -> None:
    first = finished(runs, new_run)
    assert runs.delete(first.id)
    assert added(runs, new_run).id == "bt-2026-02-08-002"


def test_a_clock_that_jumps_back_a_day_and_returns_gives_no_id_twice(runs: RunRows, new_run: NewRun, clock: Clock) -> None:
    given = [added(runs, new_run).id]
    for days in (-1, 1, 365, -365):
        clock.move(days=days)
        given.append(added(runs, new_run).id)
    assert len(set(given)) == len(given)
    assert [row.id for row in runs.page(profile="default").rows] == given[::-1], "the history is in the order of starts, whatever the clock"


# ---------------------------------------------------------------- what is stored


def test_a_row_comes_back_as_it_was_given(runs: RunRows, new_run: NewRun, clock: Clock) -> None:
    clock.now = datetime(2026, 2, 8, 3, 4, 5, 678901, tzinfo=UTC)
    row = added(runs, new_run, note="눈이 오는 날 ☃", origin="smoke")
    assert row == stored(runs, row.id)
    assert (row.request, row.resolved, row.data_versions) == (new_run.request, new_run.resolved, new_run.data_versions)
    assert (row.status, row.attempt, row.percent, row.total_symbols, row.created_at) == (RunState.QUEUED, 0, 0, 1, clock.now)
    assert (row.note, row.origin, row.strategy, row.release) == ("눈이 오는 날 ☃", "smoke", "daily_trading", "0.1.0")
    assert (row.started_at, row.finished_at, row.worker_id, row.error, row.result_hash) == (None, None, None, None, None)


def test_an_unknown_id_has_no_row(runs: RunRows) -> None:
    assert runs.get("bt-2026-02-08-001") is None
    assert runs.get("bt-\0") is None
    assert runs.get("bt-\ud800") is None
    assert runs.claim("bt-2026-02-08-001", "w-1", "0.1.0") is None
    assert runs.request_cancel("bt-2026-02-08-001") is None
    assert runs.is_cancel_requested("bt-2026-02-08-001"), "a worker whose run is gone should stop"


@pytest.mark.parametrize("note", ["zero \0 character", "half of a pair \ud83d"])
def test_a_text_that_no_database_can_hold_is_refused(runs: RunRows, new_run: NewRun, note: str) -> None:
    row = added(runs, new_run)
    with pytest.raises(TextUnstorable):
        runs.set_note(row.id, note)
    assert stored(runs, row.id).note == ""


# ---------------------------------------------------------------- idempotency


def test_a_repeated_key_returns_the_first_run(runs: RunRows, new_run: NewRun) -> None:
    key = Idempotency("default", "k-1", "a" * 64)
    first, is_new = runs.add(new_run, idempotency=key)
    again, is_new_again = runs.add(new_run, idempotency=key)
    assert (is_new, is_new_again, again.id) == (True, False, first.id)
    assert runs.page(profile="default").total == 1
    assert runs.answered(key) == first
    assert runs.answered(Idempotency("default", "k-2", "a" * 64)) is None


def test_a_key_with_another_request_is_refused(runs: RunRows, new_run: NewRun) -> None:
    runs.add(new_run, idempotency=Idempotency("default", "k-1", "a" * 64))
    with pytest.raises(IdempotencyKeyReused):
        runs.add(new_run, idempotency=Idempotency("default", "k-1", "b" * 64))
    assert runs.page(profile="default").total == 1


def test_profiles_may_use_the_same_key(runs: RunRows, new_run: NewRun) -> None:
    rows = [runs.add(replace(new_run, profile=name), idempotency=Idempotency(name, "k", "a" * 64)) for name in ("default", "smoke")]
    assert [is_new for _, is_new in rows] == [True, True]


def test_a_key_goes_with_its_run(runs: RunRows, new_run: NewRun) -> None:
    key = Idempotency("default", "k-1", "a" * 64)
    first, _ = runs.add(new_run, idempotency=key)
    runs.claim(first.id, "w-1", "0.1.0")
    runs.finish(first.id, 1, Outcome(RunState.COMPLETED))
    runs.delete(first.id)
    second, is_new = runs.add(new_run, idempotency=key)
    assert is_new
    assert second.id != first.id


# ---------------------------------------------------------------- work


def test_a_claim_counts_attempts_and_keeps_the_first_start(runs: RunRows, new_run: NewRun, clock: Clock) -> None:
    row = added(runs, new_run)
    began = clock.now
    first = runs.claim(row.id, "w-1", "0.1.0")
    clock.move(minutes=5)
    second = runs.claim(row.id, "w-2", "0.2.0")
    assert first is not None
    assert second is not None
    assert (first.status, first.attempt, first.worker_id, first.started_at) == (RunState.RUNNING, 1, "w-1", began)
    assert (second.attempt, second.worker_id, second.release, second.started_at) == (2, "w-2", "0.2.0", began)


def test_a_worker_that_was_given_up_changes_nothing_any_more(runs: RunRows, new_run: NewRun) -> None:
    row = added(runs, new_run)
    runs.claim(row.id, "w-1", "0.1.0")
    runs.claim(row.id, "w-2", "0.1.0")
    before = stored(runs, row.id)
    assert not runs.save_progress(row.id, 1, Progress(90, 9, 10))
    assert not runs.finish(row.id, 1, Outcome(RunState.FAILED, error=ERROR))
    assert stored(runs, row.id) == before
    assert runs.save_progress(row.id, 2, Progress(10, 1, 10))
    assert runs.finish(row.id, 2, Outcome(RunState.COMPLETED))


def test_percent_and_counters_never_fall(runs: RunRows, new_run: NewRun) -> None:
    row = added(runs, new_run)
    runs.claim(row.id, "w-1", "0.1.0")
    high = Progress(60, 6, 10, total_trades=7, current_code="005930", current_name="삼성전자", elapsed_seconds=2.5)
    assert runs.save_progress(row.id, 1, high)
    low = Progress(20, 2, 9, total_trades=3, current_code="000660", current_date=date(2025, 10, 16), elapsed_seconds=1.0)
    assert runs.save_progress(row.id, 1, low)
    now = stored(runs, row.id)
    assert (now.percent, now.completed_symbols, now.total_symbols, now.total_trades, now.elapsed_seconds) == (60, 6, 10, 7, 2.5)
    assert (now.current_code, now.current_date) == ("000660", date(2025, 10, 16)), "what is in work is as it is"


@pytest.mark.parametrize(("given", "kept"), [(-5, 0), (101, 100)])
def test_percent_stays_between_0_and_100(runs: RunRows, new_run: NewRun, given: int, kept: int) -> None:
    row = added(runs, new_run)
    runs.claim(row.id, "w-1", "0.1.0")
    runs.save_progress(row.id, 1, Progress(given, 0, 1))
    assert stored(runs, row.id).percent == kept


def test_a_run_ends_exactly_once(runs: RunRows, new_run: NewRun, clock: Clock) -> None:
    row = added(runs, new_run)
    runs.claim(row.id, "w-1", "0.1.0")
    outcome = Outcome(RunState.COMPLETED, {"total_return": 0.4532, "sharpe_ratio": float("nan")}, "f" * 64, total_trades=247)
    assert runs.finish(row.id, 1, outcome)
    ended = stored(runs, row.id)
    clock.move(hours=1)
    assert not runs.finish(row.id, 1, Outcome(RunState.FAILED, error=ERROR))
    assert not runs.fail_unclaimed(row.id, ERROR)
    assert not runs.save_progress(row.id, 1, Progress(1, 1, 1))
    assert runs.claim(row.id, "w-2", "0.1.0") is None
    assert stored(runs, row.id) == ended
    assert (ended.percent, ended.total_trades, ended.result_hash) == (100, 247, "f" * 64)
    assert ended.headline == {"total_return": 0.4532, "sharpe_ratio": None}


def test_a_run_cannot_end_as_running(runs: RunRows, new_run: NewRun) -> None:
    row = added(runs, new_run)
    with pytest.raises(RecordMalformed):
        runs.finish(row.id, 1, Outcome(RunState.RUNNING))


def test_a_failed_run_keeps_its_percent_and_says_why(runs: RunRows, new_run: NewRun) -> None:
    row = added(runs, new_run)
    runs.claim(row.id, "w-1", "0.1.0")
    runs.save_progress(row.id, 1, Progress(40, 4, 10))
    assert runs.finish(row.id, 1, Outcome(RunState.FAILED, error=ERROR, partial=True, elapsed_seconds=9.5, completed_symbols=3))
    now = stored(runs, row.id)
    assert (now.status, now.percent, now.error, now.partial, now.elapsed_seconds) == (RunState.FAILED, 40, ERROR, True, 9.5)
    assert now.completed_symbols == 4


@pytest.mark.parametrize("is_claimed", [False, True])
def test_a_poison_run_is_failed_from_outside(runs: RunRows, new_run: NewRun, is_claimed: bool) -> None:
    row = added(runs, new_run)
    if is_claimed:
        runs.claim(row.id, "w-1", "0.1.0")
    assert runs.fail_unclaimed(row.id, ERROR)
    assert not runs.fail_unclaimed(row.id, {**ERROR, "code": "other"})
    assert (stored(runs, row.id).status, stored(runs, row.id).error) == (RunState.FAILED, ERROR)
    assert not runs.finish(row.id, 1, Outcome(RunState.COMPLETED))


def test_a_failure_stays_counted_when_its_row_is_deleted(runs: RunRows, new_run: NewRun) -> None:
    before = runs.failures()
    failed, unclaimed, well = (added(runs, new_run) for _ in range(3))
    for row in (failed, well):
        runs.claim(row.id, "w-1", "0.1.0")
    assert runs.finish(failed.id, 1, Outcome(RunState.FAILED, error=ERROR))
    assert not runs.finish(failed.id, 1, Outcome(RunState.FAILED, error=ERROR))  # once
    assert runs.finish(well.id, 1, Outcome(RunState.COMPLETED))
    assert runs.failures() == before + 1
    assert runs.delete(failed.id)
    assert runs.fail_unclaimed(unclaimed.id, ERROR)
    assert runs.failures() == before + 2


# ---------------------------------------------------------------- cancelling


def test_a_queued_run_is_cancelled_at_once(runs: RunRows, new_run: NewRun, clock: Clock) -> None:
    row = added(runs, new_run)
    cancelled = runs.request_cancel(row.id)
    assert cancelled is not None
    assert (cancelled.status, cancelled.finished_at) == (RunState.CANCELLED, clock.now)
    assert runs.is_cancel_requested(row.id)
    assert runs.claim(row.id, "w-1", "0.1.0") is None


def test_a_running_run_is_told_and_ends_by_its_worker(runs: RunRows, new_run: NewRun, clock: Clock) -> None:
    row = added(runs, new_run)
    runs.claim(row.id, "w-1", "0.1.0")
    assert not runs.is_cancel_requested(row.id)
    asked = runs.request_cancel(row.id)
    assert asked is not None
    assert (asked.status, asked.cancel_requested_at, asked.finished_at) == (RunState.RUNNING, clock.now, None)
    clock.move(seconds=1)
    again = runs.request_cancel(row.id)
    assert again is not None
    assert again.cancel_requested_at == asked.cancel_requested_at
    assert runs.is_cancel_requested(row.id)
    assert runs.finish(row.id, 1, Outcome(RunState.CANCELLED, partial=True))


@pytest.mark.parametrize("status", [RunState.COMPLETED, RunState.FAILED])
def test_a_finished_run_is_left_alone_by_a_cancel(runs: RunRows, new_run: NewRun, status: RunState) -> None:
    row = finished(runs, new_run, status)
    assert runs.request_cancel(row.id) == row
    assert not runs.is_cancel_requested(row.id)


def test_unfinished_runs_are_listed_oldest_first(runs: RunRows, new_run: NewRun) -> None:
    rows = [added(runs, new_run) for _ in range(4)]
    runs.claim(rows[2].id, "w-1", "0.1.0")
    runs.request_cancel(rows[1].id)
    assert [row.id for row in runs.unfinished()] == [rows[0].id, rows[2].id, rows[3].id]


# ---------------------------------------------------------------- deleting


@pytest.mark.parametrize("is_claimed", [False, True])
def test_an_active_run_is_not_deleted(runs: RunRows, new_run: NewRun, is_claimed: bool) -> None:
    row = added(runs, new_run)
    if is_claimed:
        runs.claim(row.id, "w-1", "0.1.0")
    with pytest.raises(RunStillActive) as refused:
        runs.delete(row.id)
    assert row.id in str(refused.value)
    assert runs.get(row.id) is not None


def test_deleting_twice_says_that_nothing_was_there(runs: RunRows, new_run: NewRun) -> None:
    row = finished(runs, new_run)
    assert (runs.delete(row.id), runs.delete(row.id), runs.get(row.id)) == (True, False, None)
