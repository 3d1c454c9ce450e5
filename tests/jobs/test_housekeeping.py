"""What a worker looks after beside its jobs, and what it says about an engine in trouble."""

import logging
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from bokgi.errors.jobs import JobsUnavailable, WorkerAlreadyStarted
from bokgi.jobs import housekeeping
from bokgi.jobs.database import migrate_jobs, open_engine
from bokgi.jobs.dbos_queue import create_queue
from bokgi.jobs.dbos_worker import JobWorker
from bokgi.jobs.engine_log import OnceInAWhile
from bokgi.jobs.port import Job, JobState
from tests.jobs.workplace import wait_until


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'jobs.sqlite3'}"
    migrate_jobs(url)
    return url


def change(url: str, statement: str) -> None:
    engine = open_engine(url, lock_seconds=5.0, pool_size=1)
    with engine.begin() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()


def test_a_job_that_a_living_worker_holds_without_knowing_is_queued_again(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "ROUND_SECONDS", 1.0)  # longer than a busy machine takes to write the end of a job
    started: list[str] = []
    queue = create_queue(sqlite_url, "1.0")
    worker = JobWorker(sqlite_url, "1.0", "worker-1", {"nap": lambda job: started.append(job.id)}, 1)
    worker.start()
    try:
        create_queue(sqlite_url, "2.0").enqueue(Job("job", "nap"))
        # As after a claim whose answer was lost with the connection.
        change(sqlite_url, "UPDATE workflow_status SET status = 'PENDING', executor_id = 'worker-1', recovery_attempts = 1")
        wait_until(lambda: queue.state("job") is JobState.DONE, "the job is done")
        assert started == ["job"]
    finally:
        worker.stop(5.0)
        queue.close()


def test_a_worker_removes_jobs_that_ended_before_yesterday(sqlite_url: str) -> None:
    queue = create_queue(sqlite_url, "1.0")
    for job_id in ("old", "new", "waiting"):
        queue.enqueue(Job(job_id, "nap"))
    two_days_ago = int((time.time() - 2 * 86_400) * 1000)
    change(sqlite_url, f"UPDATE workflow_status SET status = 'SUCCESS', completed_at = {two_days_ago} WHERE workflow_uuid = 'old'")
    change(
        sqlite_url, f"UPDATE workflow_status SET status = 'SUCCESS', completed_at = {two_days_ago + 86_500_000} WHERE workflow_uuid = 'new'"
    )
    worker = JobWorker(sqlite_url, "2.0", "worker-1", {}, 1)
    worker.start()
    try:
        wait_until(lambda: queue.state("old") is None, "the old job is gone")
        assert queue.states(["new", "waiting"]) == {"new": JobState.DONE, "waiting": JobState.QUEUED}
    finally:
        worker.stop(5.0)
        queue.close()


def test_a_worker_whose_database_is_away_starts_when_it_is_back(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'later' / 'jobs.sqlite3'}"
    done: list[str] = []
    worker = JobWorker(url, "1.0", "worker-1", {"nap": lambda job: done.append(job.id)}, 1)
    with pytest.raises(JobsUnavailable):
        worker.start()
    assert worker.stop(1.0) == ()
    migrate_jobs(url)
    worker.start()
    queue = create_queue(url, "1.0")
    queue.enqueue(Job("job", "nap"))
    wait_until(lambda: done == ["job"], "the job was carried out")
    assert worker.stop(5.0) == ()
    with pytest.raises(WorkerAlreadyStarted):
        worker.start()
    queue.close()


def test_the_same_warning_is_said_once_in_a_while_and_errors_always() -> None:
    now = [0.0]
    once = OnceInAWhile(pause_seconds=10.0, clock=lambda: now[0])

    def said(level: int, text: str) -> str | None:
        record = logging.LogRecord("dbos", level, __file__, 1, text, (), None)
        return record.getMessage() if once.filter(record) else None

    first = "Exception encountered in queue thread for runs@1.0: (1)"
    second = "Exception encountered in queue thread for runs@1.0: (2)"
    assert said(logging.WARNING, first) == first
    now[0] = 9.9
    assert said(logging.WARNING, second) is None
    assert said(logging.WARNING, "Another thing altogether that went very wrong") is not None
    assert said(logging.ERROR, first) == first
    now[0] = 10.0
    assert said(logging.WARNING, second) == f"{second} (and 1 times before)"
    now[0] = 20.0
    assert said(logging.WARNING, second) == second
