"""A real worker process for tests: what its handlers do is written to a file, line by line, as it happens."""

import json
import os
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from bokgi.errors.records import DatabaseUnavailable
from bokgi.jobs.dbos_queue import create_queue
from bokgi.jobs.dbos_worker import JobWorker
from bokgi.jobs.port import Job


@dataclass(frozen=True)
class Post:
    """Which worker this is, and where it writes what happens."""

    url: str
    events: Path
    worker_id: str = "worker-1"
    release: str = "1.0"
    concurrency: int = 2
    grace_seconds: float = 20.0


def note(events: Path, what: str, **facts: object) -> None:
    """One short line, appended in one write: lines of several processes do not mix."""
    line = json.dumps({"what": what, "at": time.monotonic(), "pid": os.getpid(), **facts})
    with events.open("a") as file:
        file.write(line + "\n")


def read_events(events: Path) -> list[dict[str, object]]:
    text = events.read_text() if events.exists() else ""
    # The last line may be on its way.
    return [json.loads(line) for line in text.split("\n")[:-1]]


def gate(events: Path, job_id: str) -> Path:
    """File whose coming lets a held job end."""
    return events.with_name(f"{job_id}.go")


class Handlers:
    """Kinds of jobs that tests ask for."""

    def __init__(self, post: Post) -> None:
        self._post = post

    def by_kind(self) -> dict[str, object]:
        own = (self.nap, self.hold, self.fail, self.recover, self.poison, self.exit, self.without_database)
        return {handler.__name__: handler for handler in own}

    def _started(self, job: Job) -> None:
        note(self._post.events, "start", job=job.id, worker=self._post.worker_id, payload=job.payload)

    def nap(self, job: Job) -> None:
        self._started(job)
        time.sleep(float(str(job.payload.get("seconds", 0))))
        note(self._post.events, "end", job=job.id, worker=self._post.worker_id)

    def hold(self, job: Job) -> None:
        """Runs until the test lets it go."""
        self._started(job)
        while not gate(self._post.events, job.id).exists():
            time.sleep(0.01)
        note(self._post.events, "end", job=job.id, worker=self._post.worker_id)

    def fail(self, job: Job) -> None:
        self._started(job)
        raise ValueError("this job always fails")

    def recover(self, job: Job) -> None:
        """Fails until it was started as often as the payload says."""
        self._started(job)
        if self._starts(job) < int(str(job.payload["starts"])):
            raise OSError("not yet")
        note(self._post.events, "end", job=job.id, worker=self._post.worker_id)

    def without_database(self, job: Job) -> None:
        """Finds the database away until it was started as often as the payload says."""
        self._started(job)
        if self._starts(job) < int(str(job.payload["starts"])):
            raise DatabaseUnavailable("gone")
        note(self._post.events, "end", job=job.id, worker=self._post.worker_id)

    def _starts(self, job: Job) -> int:
        return len([event for event in read_events(self._post.events) if event["what"] == "start" and event["job"] == job.id])

    def poison(self, job: Job) -> None:
        self._started(job)
        os.kill(os.getpid(), signal.SIGKILL)

    def exit(self, job: Job) -> None:
        self._started(job)
        raise SystemExit(3)


def work(post: Post) -> None:
    """Main of the worker process: works until it is told to end, or until the tests are gone."""
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    handlers = Handlers(post).by_kind()
    worker = JobWorker(post.url, post.release, post.worker_id, handlers, post.concurrency, backoff_seconds=0.02)  # type: ignore[arg-type]  # bound methods of one dictionary
    worker.start()
    note(post.events, "ready", worker=post.worker_id)
    parent = os.getppid()
    while not ended.wait(0.2) and os.getppid() == parent:
        pass
    note(post.events, "draining", worker=post.worker_id)
    left = worker.stop(post.grace_seconds)
    note(post.events, "stopped", worker=post.worker_id, left=left)
    os._exit(0)


def enqueue_noted(post: Post, job_ids: list[str]) -> None:
    """Main of a process that queues jobs, and notes each when it is queued."""
    queue = create_queue(post.url, post.release)
    for job_id in job_ids:
        queue.enqueue(Job(job_id, "nap", {}))
        note(post.events, "queued", job=job_id)
