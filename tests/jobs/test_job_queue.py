"""What a queue promises to those who put jobs into it, also while no worker runs."""

import math
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bokgi.errors.jobs import JobPayloadInvalid, JobsUnavailable
from bokgi.jobs.database import migrate_jobs, open_engine
from bokgi.jobs.dbos_queue import create_queue
from bokgi.jobs.port import Job, JobQueue, JobState
from tests.jobs.workplace import Workplace, wait_until

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def test_what_was_queued_survives_the_death_of_who_queued_it(workplace: Workplace) -> None:
    process = workplace.start_enqueuer([f"job-{number}" for number in range(2000)])
    wait_until(lambda: len(workplace.seen()) >= 20, "twenty jobs are queued")
    workplace.kill(process)
    queued = {str(event["job"]) for event in workplace.seen()}
    assert 20 <= len(queued) < 2000
    assert workplace.queue.states(queued) == dict.fromkeys(queued, JobState.QUEUED)
    assert workplace.queue.waiting() in (len(queued), len(queued) + 1), "the last one may be queued and not yet noted"


def test_the_same_id_from_several_processes_is_one_job(workplace: Workplace) -> None:
    jobs = [f"job-{number}" for number in range(40)]
    for process in [workplace.start_enqueuer(jobs), workplace.start_enqueuer(jobs)]:
        process.join(20)
        assert process.exitcode == 0
    assert len([event for event in workplace.seen() if event["what"] == "queued"]) == 80
    assert workplace.queue.waiting() == 40
    workplace.start_worker(concurrency=8)
    workplace.wait_state(jobs, JobState.DONE)
    workplace.enqueue("nap", *jobs)
    assert workplace.queue.waiting() == 0, "a job that is done is not queued again"
    assert workplace.starts() == dict.fromkeys(jobs, 1)


def test_many_threads_queue_the_same_job_once(workplace: Workplace) -> None:
    together = threading.Barrier(8)
    faults: list[Exception] = []

    def enqueue() -> None:
        together.wait()
        try:
            workplace.queue.enqueue(Job("job", "nap"))
        except Exception as error:  # noqa: BLE001 - the thread has nobody to tell
            faults.append(error)

    threads = [threading.Thread(target=enqueue) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (faults, workplace.queue.waiting()) == ([], 1)


def test_the_first_payload_of_an_id_counts(workplace: Workplace) -> None:
    workplace.enqueue("nap", "job", seconds=0.0)
    workplace.enqueue("fail", "job", seconds=9.0)
    workplace.start_worker()
    workplace.wait_state(["job"], JobState.DONE)
    assert [event["payload"] for event in workplace.seen() if event["what"] == "start"] == [{"seconds": 0.0}]


def test_an_unknown_job_has_no_state_and_nothing_happens_to_it(workplace: Workplace) -> None:
    queue = workplace.queue
    assert queue.state("unknown") is None
    assert queue.states([]) == {}
    assert queue.cancel("unknown") is False
    assert queue.adopt(["unknown"]) == ()
    assert queue.resume(["unknown"]) == ()
    assert queue.resume([]) == ()
    queue.forget(["unknown"])
    assert (queue.waiting(), queue.holders()) == (0, frozenset())


def test_forgotten_jobs_leave_no_row_behind_and_running_ones_stay(workplace: Workplace) -> None:
    workplace.enqueue("hold", "running")
    workplace.start_worker(concurrency=1)
    workplace.wait_started("running")
    workplace.enqueue("nap", "queued", "done")
    workplace.queue.cancel("done")
    workplace.queue.forget(["running", "queued", "done", "unknown"])
    assert workplace.queue.states(["running", "queued", "done"]) == {"running": JobState.RUNNING}
    workplace.let_go("running")
    workplace.wait_state(["running"], JobState.DONE)
    assert workplace.starts() == {"running": 1}
    workplace.queue.forget(["running"])
    assert rows_left(workplace.url) == {"workflow_status": 0, "workflow_input": 0, "workflow_output": 0, "operation_outputs": 0}


def test_jobs_that_ended_long_ago_are_forgotten_and_others_are_kept(workplace: Workplace) -> None:
    ended = [f"job-{number}" for number in range(7)]
    workplace.enqueue("nap", *ended)
    workplace.enqueue("fail", "failed")
    workplace.start_worker()
    workplace.wait_state(ended, JobState.DONE)
    workplace.wait_state(["failed"], JobState.FAILED)
    workplace.queue_of("2.0").enqueue(Job("waiting", "nap"))
    assert workplace.queue.forget_finished(3600.0) == 0
    assert workplace.queue.forget_finished(-5.0) == 8
    assert workplace.queue.states([*ended, "failed", "waiting"]) == {"waiting": JobState.QUEUED}
    assert rows_left(workplace.url) == {"workflow_status": 1, "workflow_input": 1, "workflow_output": 0, "operation_outputs": 0}


def rows_left(url: str) -> dict[str, int]:
    engine = open_engine(url, lock_seconds=5.0, pool_size=1)
    prefix = "" if url.startswith("sqlite") else "dbos."
    tables = ("workflow_status", "workflow_input", "workflow_output", "operation_outputs")
    with engine.begin() as connection:
        counts = {table: connection.execute(sa.text(f"SELECT count(*) FROM {prefix}{table}")).scalar_one() for table in tables}
    engine.dispose()
    return counts


@given(st.dictionaries(st.text(max_size=5), JSON_VALUES, max_size=3))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_payload_comes_out_as_it_was_put_in(jobs_url: str, payload: dict[str, object]) -> None:
    queue = create_queue(jobs_url, "1.0")
    queue.forget(["job"])
    queue.enqueue(Job("job", "nap", payload))  # type: ignore[arg-type]  # what hypothesis made is JSON
    assert stored_payload(jobs_url) == payload
    queue.close()


def stored_payload(url: str) -> object:
    from dbos import DBOSClient, DBOSPortableJSONSerializer

    engine = open_engine(url, lock_seconds=5.0, pool_size=1)
    client = DBOSClient(system_database_engine=engine, serializer=DBOSPortableJSONSerializer())
    (status,) = client.list_workflows(workflow_ids=["job"])
    client.destroy()
    engine.dispose()
    assert status.input is not None
    return status.input["args"][1]


@pytest.mark.parametrize(
    "payload", [{"a": math.nan}, {"a": math.inf}, {"a": (1, 2)}, {"a": {1, 2}}, {"a": b"x"}, {1: "a"}, {"a": Path("x")}]
)
def test_a_payload_that_is_not_json_is_refused_in_both_languages(tmp_path: Path, payload: dict[str, object]) -> None:
    url = f"sqlite:///{tmp_path / 'jobs.sqlite3'}"
    migrate_jobs(url)
    queue = create_queue(url, "1.0")
    with pytest.raises(JobPayloadInvalid, match="bt-1") as caught:
        queue.enqueue(Job("bt-1", "nap", payload))  # type: ignore[arg-type]  # the fault under test
    assert caught.value.code == "job_payload_invalid"
    assert queue.waiting() == 0
    queue.close()


ASKED: list[Callable[[JobQueue], object]] = [
    lambda queue: queue.enqueue(Job("job", "nap")),
    lambda queue: queue.state("job"),
    lambda queue: queue.cancel("job"),
    lambda queue: queue.resume(["worker"]),
    lambda queue: queue.holders(),
    lambda queue: queue.adopt(["job"]),
    lambda queue: queue.waiting(),
    lambda queue: queue.forget(["job"]),
    lambda queue: queue.forget_finished(0.0),
]


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all/jobs.sqlite3", "postgresql://someone@/jobs?host=/nowhere/at/all"])
def test_a_queue_that_cannot_be_reached_says_so_at_once(url: str) -> None:
    queue = create_queue(url, "1.0")
    for ask in ASKED:
        with pytest.raises(JobsUnavailable) as caught:
            ask(queue)
        assert caught.value.code == "jobs_unavailable"
    queue.close()


def test_a_queue_starts_no_thread_of_its_own(workplace: Workplace) -> None:
    before = {thread.name for thread in threading.enumerate()}
    queue = workplace.queue_of("3.0")
    queue.enqueue(Job("job", "nap"))
    assert queue.waiting() == 1
    assert {thread.name for thread in threading.enumerate()} == before


def test_setting_up_at_the_same_time_and_again_changes_nothing(database_url: str) -> None:
    faults: list[Exception] = []

    def migrate() -> None:
        try:
            migrate_jobs(database_url)
        except Exception as error:  # noqa: BLE001 - the thread has nobody to tell
            faults.append(error)

    threads = [threading.Thread(target=migrate) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    queue = create_queue(database_url, "1.0")
    queue.enqueue(Job("job", "nap"))
    migrate_jobs(database_url)
    assert queue.state("job") is JobState.QUEUED
    queue.close()
