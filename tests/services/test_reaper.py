"""Rows and jobs are brought together again, whatever was lost between them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bokgi.jobs.port import JobState
from bokgi.records.runs import RunState
from bokgi.records.searches import SearchRows
from bokgi.services.reaper import Reaper
from tests.services.service_parts import RELEASE, Parts, parts_in

LATER = datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    made = parts_in(tmp_path, {"005930": 70_000.0})
    yield made
    made.database.close()


def started(parts: Parts) -> str:
    return parts.runs.start({"strategy": "buy_and_hold", "stock_codes": ["005930"]}, profile="default").run.id


def reaper(parts: Parts, now: datetime = LATER, release: str = RELEASE) -> Reaper:
    return Reaper(
        parts.rows, parts.imports, parts.queue, parts.workers, release=release, searches=SearchRows(parts.database), clock=lambda: now
    )


@pytest.mark.parametrize(("hints", "advice"), [({}, "split the file"), ({"fetch": {"source": "yahoo"}}, "fetch fewer stocks")])
def test_bars_that_kill_workers_are_given_up_with_advice_on_what_was_asked(parts: Parts, hints: dict[str, object], advice: str) -> None:
    upload = parts.imports.add("default", "bars.csv", "" if hints else "bars.csv", hints, 1)
    parts.queue.state_of[upload.id] = JobState.FAILED
    reaper(parts).round()
    row = parts.imports.get(upload.id)
    assert row is not None
    assert row.error is not None
    assert advice in row.error["english"]


def test_a_run_without_a_job_is_queued_again(parts: Parts) -> None:
    parts.queue.is_away = True
    run = started(parts)
    parts.queue.is_away = False
    reaper(parts, now=datetime.now(UTC)).round()
    assert parts.queue.jobs == {}, "a run this young may still be on its way into the queue"
    reaper(parts).round()
    assert list(parts.queue.jobs) == [run]


def test_a_poison_run_is_given_up_with_a_sentence(parts: Parts) -> None:
    run = started(parts)
    parts.rows.claim(run, "w1", RELEASE)
    parts.queue.state_of[run] = JobState.FAILED
    reaper(parts).round()
    row = parts.rows.get(run)
    assert row is not None
    assert row.status is RunState.FAILED
    assert row.error is not None
    assert row.error["code"] == "worker_died"


@pytest.mark.parametrize("state", [JobState.DONE, JobState.CANCELLED])
def test_a_run_whose_job_ended_before_it_is_queued_again(parts: Parts, state: JobState) -> None:
    run = started(parts)
    parts.queue.state_of[run] = state
    reaper(parts).round()
    assert parts.queue.forgotten == [run]
    assert parts.queue.state_of[run] is JobState.QUEUED


def test_a_queued_run_of_a_release_without_workers_is_adopted(parts: Parts) -> None:
    run = started(parts)
    reaper(parts).round()
    assert parts.queue.adopted == []
    reaper(parts, release="10.0.0").round()
    assert parts.queue.adopted == [run]


def test_a_smoke_run_is_left_to_its_own_release_until_its_smoke_test_is_over(parts: Parts) -> None:
    """Else a release whose worker does nothing would pass by the work of another."""
    run = parts.runs.start({"strategy": "daily_trading", "stock_codes": ["990010"]}, profile="smoke").run.id
    now = datetime.now(UTC)
    reaper(parts, now + timedelta(minutes=2), release="10.0.0").round()
    assert parts.queue.adopted == []
    reaper(parts, now + timedelta(minutes=20), release="10.0.0").round()
    assert parts.queue.adopted == [run]


def test_a_queued_run_of_a_release_with_a_living_worker_is_left_to_it(parts: Parts) -> None:
    started(parts)
    parts.workers.beat("old-1", release=RELEASE, state="ready", pid=1, host="here")
    reaper(parts, release="10.0.0").round()
    assert parts.queue.adopted == []


def test_a_round_changes_nothing_where_rows_and_jobs_agree(parts: Parts) -> None:
    run = started(parts)
    parts.rows.claim(run, "w1", RELEASE)
    parts.queue.state_of[run] = JobState.RUNNING
    reaper(parts).round()
    assert (parts.queue.forgotten, parts.queue.adopted, parts.queue.resumed) == ([], [], [])
    row = parts.rows.get(run)
    assert row is not None
    assert row.status is RunState.RUNNING


def test_jobs_held_by_a_worker_that_nobody_knows_any_more_go_back(parts: Parts) -> None:
    parts.workers.beat("living-1", release=RELEASE, state="ready", pid=1, host="here")
    parts.queue.held_by = frozenset({"living-1", "gone-1"})
    reaper(parts).round()
    assert parts.queue.resumed == ["gone-1"]
