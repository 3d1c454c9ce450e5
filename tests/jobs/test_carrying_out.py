"""What a queue promises while nothing dies: once, in bounds, retried, in the right release, and drained."""

import time

from bokgi.jobs.port import RETRIES, Job, JobState
from tests.jobs.workplace import Workplace, wait_until


def test_every_job_runs_once_on_workers_that_share_the_queue(workplace: Workplace) -> None:
    jobs = [f"job-{number}" for number in range(24)]
    workplace.enqueue("nap", *jobs, seconds=0.03)
    workplace.start_worker("first", waits=False)
    workplace.start_worker("second", waits=False)
    workplace.wait_state(jobs, JobState.DONE)
    assert workplace.starts() == dict.fromkeys(jobs, 1)
    assert {event["worker"] for event in workplace.seen()} == {"first", "second"}


def test_a_worker_runs_as_many_jobs_at_once_as_it_was_told(workplace: Workplace) -> None:
    jobs = [f"job-{number}" for number in range(8)]
    workplace.start_worker("narrow", concurrency=1)
    workplace.start_worker("wide", concurrency=3)
    workplace.enqueue("hold", *jobs)
    wait_until(lambda: workplace.starts().total() == 4, "four jobs run")
    time.sleep(0.3)  # six more looks at the queue
    assert workplace.most_at_once() == {"narrow": 1, "wide": 3}
    workplace.let_go(*jobs)
    workplace.wait_state(jobs, JobState.DONE)
    assert workplace.most_at_once() == {"narrow": 1, "wide": 3}
    assert workplace.starts() == dict.fromkeys(jobs, 1)


def test_jobs_that_wait_for_others_run_one_at_a_time_beside_those_that_compute(workplace: Workplace) -> None:
    workplace.start_worker(concurrency=1)
    workplace.enqueue("hold", "fetch-1", "fetch-2", aside=True)
    workplace.wait_started("fetch-1")
    workplace.enqueue("hold", "run-1", "run-2")
    workplace.wait_started("run-1")
    time.sleep(1.2)  # two more looks at the queue of the jobs aside
    assert workplace.starts() == {"fetch-1": 1, "run-1": 1}
    workplace.let_go("run-1", "run-2")
    workplace.wait_state(["run-1", "run-2"], JobState.DONE)
    assert workplace.queue.state("fetch-1") is JobState.RUNNING
    assert workplace.queue.waiting() == 1
    workplace.let_go("fetch-1", "fetch-2")
    workplace.wait_state(["fetch-1", "fetch-2"], JobState.DONE)
    assert workplace.starts() == dict.fromkeys(["fetch-1", "fetch-2", "run-1", "run-2"], 1)


def test_a_job_aside_stays_aside_when_its_worker_dies_or_its_release_goes(workplace: Workplace) -> None:
    process = workplace.start_worker("dies", concurrency=1)
    workplace.enqueue("hold", "fetch-1", aside=True)
    workplace.wait_started("fetch-1")
    workplace.kill(process)
    assert workplace.queue.resume(["dies"]) == ("fetch-1",)
    newer = workplace.queue_of("2.0")
    assert newer.adopt(["fetch-1"]) == ("fetch-1",)
    assert workplace.queue.adopt(["fetch-1"]) == ("fetch-1",)
    workplace.enqueue("hold", "run-1")
    workplace.start_worker("lives", concurrency=1)
    workplace.wait_started("run-1")
    workplace.let_go("fetch-1")
    workplace.wait_state(["fetch-1"], JobState.DONE)
    assert workplace.queue.state("run-1") is JobState.RUNNING
    workplace.let_go("run-1")
    workplace.wait_state(["run-1"], JobState.DONE)


def test_a_handler_that_fails_is_tried_three_times_and_others_go_on(workplace: Workplace) -> None:
    workplace.start_worker()
    workplace.enqueue("fail", "hopeless")
    workplace.enqueue("exit", "leaves")
    workplace.enqueue("unheard", "strange")
    workplace.enqueue("recover", "late", starts=3)
    workplace.enqueue("nap", "well")
    workplace.wait_state(["hopeless", "leaves", "strange"], JobState.FAILED)
    workplace.wait_state(["late", "well"], JobState.DONE)
    assert workplace.starts() == {"hopeless": 3, "leaves": 3, "late": 3, "well": 1}


def test_a_database_that_is_away_costs_a_job_no_try(workplace: Workplace) -> None:
    workplace.start_worker()
    workplace.enqueue("without_database", "patient", starts=RETRIES * 2)
    workplace.wait_state(["patient"], JobState.DONE)
    assert workplace.starts() == {"patient": RETRIES * 2}


def test_the_pause_before_another_try_grows(workplace: Workplace) -> None:
    workplace.start_worker()
    workplace.enqueue("fail", "hopeless")
    workplace.wait_state(["hopeless"], JobState.FAILED)
    first, second, third = [float(str(event["at"])) for event in workplace.seen() if event["what"] == "start"]
    assert 0.02 <= second - first < third - second
    assert third - second >= 0.08


def test_a_cancelled_job_never_starts(workplace: Workplace) -> None:
    workplace.start_worker(concurrency=1)
    workplace.enqueue("hold", "running")
    workplace.wait_started("running")
    workplace.enqueue("nap", "unwanted", "after")
    assert workplace.queue.cancel("unwanted")
    assert workplace.queue.state("unwanted") is JobState.CANCELLED
    assert not workplace.queue.cancel("running"), "a running job is left to its handler"
    workplace.let_go("running")
    workplace.wait_state(["running", "after"], JobState.DONE)
    assert workplace.starts() == {"running": 1, "after": 1}
    assert not workplace.queue.cancel("after")
    assert workplace.queue.state("after") is JobState.DONE


def test_a_job_waits_for_a_worker_of_its_release_until_it_is_adopted(workplace: Workplace) -> None:
    workplace.start_worker()
    newer = workplace.queue_of("2.0")
    newer.enqueue(Job("future", "nap"))
    workplace.enqueue("nap", "present")
    workplace.wait_state(["present"], JobState.DONE)
    assert (workplace.queue.waiting(), newer.waiting(), newer.state("future")) == (0, 1, JobState.QUEUED)
    assert workplace.queue.adopt(["future", "present", "unknown"]) == ("future",)
    workplace.wait_state(["future"], JobState.DONE)
    assert (workplace.queue.waiting(), newer.waiting()) == (0, 0)
    assert workplace.starts() == {"future": 1, "present": 1}


def test_a_stopping_worker_finishes_what_runs_and_leaves_what_waits(workplace: Workplace) -> None:
    worker = workplace.start_worker(concurrency=2)
    workplace.enqueue("hold", "first", "second")
    workplace.wait_started("first")
    workplace.wait_started("second")
    workplace.enqueue("nap", "later")
    worker.terminate()
    workplace.wait_for("draining", worker)
    workplace.let_go("first", "second")
    assert workplace.stop(worker)["left"] == []
    assert workplace.queue.states(["first", "second", "later"]) == {
        "first": JobState.DONE,
        "second": JobState.DONE,
        "later": JobState.QUEUED,
    }
    assert workplace.queue.holders() == frozenset()
    assert workplace.starts() == {"first": 1, "second": 1}


def test_a_worker_that_may_not_wait_gives_its_job_back_without_counting_it(workplace: Workplace) -> None:
    workplace.enqueue("hold", "long")
    for times in range(1, 5):
        worker = workplace.start_worker(grace_seconds=0.0)
        workplace.wait_started("long", times)
        assert workplace.stop(worker)["left"] == ["long"]
        assert workplace.queue.state("long") is JobState.QUEUED
    workplace.let_go("long")
    workplace.start_worker()
    workplace.wait_state(["long"], JobState.DONE)
    assert workplace.starts() == {"long": 5}


def test_workers_keep_to_themselves_on_the_network(workplace: Workplace) -> None:
    import psutil

    worker = workplace.start_worker()
    workplace.enqueue("nap", "job")
    workplace.wait_state(["job"], JobState.DONE)
    wait_until(lambda: workplace.queue.waiting() == 0, "the queue is empty")
    assert psutil.Process(worker.pid).net_connections("inet") == []
