"""What a queue promises when worker processes are killed, hang, or lose their database."""

import time
from pathlib import Path

import pytest

from bokgi.errors.jobs import JobsUnavailable
from bokgi.jobs import dbos_worker
from bokgi.jobs.database import migrate_jobs
from bokgi.jobs.dbos_queue import create_queue
from bokgi.jobs.dbos_worker import JobWorker
from bokgi.jobs.port import Job, JobState
from tests.jobs.workplace import Workplace, wait_until
from tests.postgresql_server import PostgresqlServer


def test_a_killed_worker_takes_its_job_up_again_when_it_comes_back(workplace: Workplace) -> None:
    workplace.enqueue("hold", "job")
    worker = workplace.start_worker()
    workplace.wait_started("job")
    workplace.kill(worker)
    assert workplace.queue.state("job") is JobState.RUNNING
    assert workplace.queue.holders() == {"worker-1"}
    workplace.let_go("job")
    workplace.start_worker()
    workplace.wait_state(["job"], JobState.DONE)
    assert workplace.starts() == {"job": 2}


def test_jobs_of_a_dead_worker_are_resumed_by_another(workplace: Workplace) -> None:
    workplace.enqueue("hold", "first", "second")
    worker = workplace.start_worker("mortal")
    workplace.wait_started("first")
    workplace.wait_started("second")
    workplace.kill(worker)
    workplace.let_go("first", "second")
    workplace.start_worker("survivor")
    assert workplace.queue.resume(["survivor", "unknown"]) == ()
    assert sorted(workplace.queue.resume(["mortal"])) == ["first", "second"]
    assert workplace.queue.resume(["mortal"]) == (), "a second reaper finds nothing more to do"
    workplace.wait_state(["first", "second"], JobState.DONE)
    assert workplace.starts() == {"first": 2, "second": 2}


def test_jobs_of_a_dead_worker_of_another_release_come_to_this_release(workplace: Workplace) -> None:
    workplace.enqueue("hold", "job")
    worker = workplace.start_worker("older")
    workplace.wait_started("job")
    workplace.kill(worker)
    workplace.let_go("job")
    newer = workplace.queue_of("2.0")
    assert newer.resume(["older"]) == ("job",)
    assert (newer.waiting(), workplace.queue.waiting()) == (1, 0)
    workplace.start_worker("newer", release="2.0")
    workplace.wait_state(["job"], JobState.DONE)


def test_a_job_that_kills_its_worker_is_given_up_and_takes_no_other_with_it(workplace: Workplace) -> None:
    workplace.enqueue("poison", "poison")
    workplace.enqueue("hold", "innocent")
    for _ in range(3):
        workplace.start_worker(waits=False).join(20)
    workplace.let_go("innocent")
    workplace.start_worker()
    workplace.wait_state(["poison"], JobState.FAILED)
    workplace.wait_state(["innocent"], JobState.DONE)
    workplace.enqueue("nap", "later")
    workplace.wait_state(["later"], JobState.DONE)
    assert workplace.starts()["poison"] == 3


def test_a_worker_that_was_taken_for_dead_and_comes_back_disturbs_nothing(workplace: Workplace) -> None:
    workplace.enqueue("hold", "job")
    sleeper = workplace.start_worker("sleeper", concurrency=1)
    workplace.wait_started("job")
    workplace.freeze(sleeper)
    workplace.start_worker("other", concurrency=1)
    assert workplace.queue.resume(["sleeper"]) == ("job",)
    workplace.wait_started("job", 2)
    workplace.thaw(sleeper)
    workplace.let_go("job")
    workplace.wait_state(["job"], JobState.DONE)
    more = [f"more-{number}" for number in range(6)]
    workplace.enqueue("nap", *more, seconds=0.1)
    workplace.wait_state(more, JobState.DONE)
    assert workplace.starts() == {"job": 2} | dict.fromkeys(more, 1)
    workers = {str(event["worker"]) for event in workplace.seen() if str(event.get("job", "")).startswith("more")}
    assert workers == {"sleeper", "other"}, "the one that came back works on"


def test_a_job_whose_worker_is_killed_while_it_is_tried_again_keeps_its_three_tries(workplace: Workplace) -> None:
    workplace.enqueue("recover", "job", starts=3)
    workplace.enqueue("hold", "beside")
    worker = workplace.start_worker()
    workplace.wait_state(["job"], JobState.DONE)
    workplace.wait_started("beside")
    workplace.kill(worker)
    workplace.let_go("beside")
    workplace.start_worker()
    workplace.wait_state(["beside"], JobState.DONE)
    assert workplace.starts() == {"job": 3, "beside": 2}


def test_a_worker_goes_on_by_itself_when_postgresql_was_away(
    postgresql_server: PostgresqlServer, postgresql_url: str, tmp_path: Path
) -> None:
    migrate_jobs(postgresql_url)
    place = Workplace(postgresql_url, tmp_path)
    try:
        place.enqueue("hold", "over the gap")
        worker = place.start_worker()
        place.wait_started("over the gap")
        postgresql_server.stop()
        try:
            place.let_go("over the gap")
            with pytest.raises(JobsUnavailable):
                place.queue.waiting()
            time.sleep(1.0)
        finally:
            postgresql_server.start()
        place.enqueue("nap", "after")
        place.wait_state(["over the gap", "after"], JobState.DONE)
        assert place.starts() == {"over the gap": 1, "after": 1}
        assert worker.is_alive()
    finally:
        place.close()


def test_a_worker_goes_on_by_itself_when_sqlite_was_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlalchemy as sa

    monkeypatch.setattr(dbos_worker, "_LOCK_SECONDS", 0.1)
    url = f"sqlite:///{tmp_path / 'jobs.sqlite3'}"
    migrate_jobs(url)
    queue = create_queue(url, "1.0")
    started: list[str] = []

    def nap(job: Job) -> None:
        started.append(job.id)
        time.sleep(0.3)

    worker = JobWorker(url, "1.0", "worker-1", {"nap": nap}, 1)
    worker.start()
    try:
        queue.enqueue(Job("over the gap", "nap"))
        wait_until(lambda: started == ["over the gap"], "it started")
        with sa.create_engine(url, poolclass=sa.NullPool).connect() as other:
            other.exec_driver_sql("BEGIN IMMEDIATE")
            time.sleep(1.0)
        queue.enqueue(Job("after", "nap"))
        wait_until(lambda: set(queue.states(["over the gap", "after"]).values()) == {JobState.DONE}, "both are done")
        assert started == ["over the gap", "after"]
    finally:
        worker.stop(5.0)
        queue.close()
