"""Starts, kills, freezes and watches real worker processes; every process it started is gone when it closes."""

import dataclasses
import multiprocessing
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from multiprocessing.process import BaseProcess
from pathlib import Path
from unittest import mock

from bokgi.jobs.dbos_queue import create_queue
from bokgi.jobs.port import Job, JobQueue, JobState
from tests.jobs.worker_program import Post, enqueue_noted, gate, read_events, work

# Each worker is a process of its own, born of one that has loaded the libraries: a tenth of a second instead of a second.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["bokgi.jobs.dbos_queue", "bokgi.jobs.dbos_worker"])


def wait_until(holds: Callable[[], object], what: str, seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"After {seconds} s still not so: {what}")
        time.sleep(0.01)


class Workplace:
    """One job database with the processes that work on it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.events = folder / "events.jsonl"
        self.post = Post(url, self.events)
        self.queue = create_queue(url, "1.0")
        self._processes: list[BaseProcess] = []
        self._queues: list[JobQueue] = [self.queue]

    def queue_of(self, release: str) -> JobQueue:
        self._queues.append(create_queue(self.url, release))
        return self._queues[-1]

    def enqueue(self, kind: str, *job_ids: str, **payload: float) -> None:
        for job_id in job_ids:
            self.queue.enqueue(Job(job_id, kind, payload))

    def start_worker(self, worker_id: str = "worker-1", *, waits: bool = True, **changes: object) -> BaseProcess:
        """A new worker process; returns when it is ready."""
        post = dataclasses.replace(self.post, worker_id=worker_id, **changes)  # type: ignore[arg-type]  # fields of Post
        process = self._start(work, post)
        if waits:
            self.wait_for("ready", process)
        return process

    def start_enqueuer(self, job_ids: list[str]) -> BaseProcess:
        return self._start(enqueue_noted, self.post, job_ids)

    def _start(self, main: Callable[..., None], *arguments: object) -> BaseProcess:
        process = PROCESSES.Process(target=main, args=arguments)
        # Without a file of its main module the new process does not load the test runner again, which takes longer than the start itself.
        with mock.patch.object(sys.modules["__main__"], "__file__", None, create=True):
            process.start()
        self._processes.append(process)
        return process

    def wait_for(self, what: str, process: BaseProcess) -> None:
        wait_until(lambda: any(event["what"] == what and event["pid"] == process.pid for event in self.seen()), what)

    def let_go(self, *job_ids: str) -> None:
        """Let held jobs end, those that run and those that will."""
        for job_id in job_ids:
            gate(self.events, job_id).touch()

    def kill(self, process: BaseProcess) -> None:
        process.kill()
        process.join()

    def stop(self, process: BaseProcess) -> dict[str, object]:
        """Ask a worker to drain, and return what it said at its end."""
        process.terminate()
        process.join(30)
        return next(event for event in self.seen() if event["what"] == "stopped" and event["pid"] == process.pid)

    @staticmethod
    def freeze(process: BaseProcess) -> None:
        assert process.pid is not None
        os.kill(process.pid, signal.SIGSTOP)

    @staticmethod
    def thaw(process: BaseProcess) -> None:
        assert process.pid is not None
        os.kill(process.pid, signal.SIGCONT)

    def seen(self) -> list[dict[str, object]]:
        return read_events(self.events)

    def starts(self) -> Counter[str]:
        return Counter(str(event["job"]) for event in self.seen() if event["what"] == "start")

    def wait_started(self, job_id: str, times: int = 1) -> None:
        wait_until(lambda: self.starts()[job_id] >= times, f"{job_id} was started {times} times")

    def wait_state(self, job_ids: Iterable[str], state: JobState, seconds: float = 15.0) -> None:
        ids = list(job_ids)
        wait_until(
            lambda: set(self.queue.states(ids).values()) == {state} and len(self.queue.states(ids)) == len(ids), f"all {state}", seconds
        )

    def most_at_once(self) -> Counter[str]:
        """By worker, how many of its jobs ran at the same time."""
        running: Counter[str] = Counter()
        most: Counter[str] = Counter()
        for event in sorted(
            (event for event in self.seen() if event["what"] in ("start", "end")), key=lambda event: float(str(event["at"]))
        ):
            worker = str(event["worker"])
            running[worker] += 1 if event["what"] == "start" else -1
            most[worker] = max(most[worker], running[worker])
        return most

    def close(self) -> None:
        for process in self._processes:
            if process.is_alive():
                self.thaw(process)
                self.kill(process)
        for queue in self._queues:
            queue.close()
