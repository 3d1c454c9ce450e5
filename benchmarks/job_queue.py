"""Measure the job queue with a worker process beside: `python -m benchmarks.job_queue [POSTGRESQL_URL]`.

Prints, for SQLite and for an empty PostgreSQL database if one is named: how long a job waits from `enqueue` to the start of its
handler, how long 1,000 jobs without work take, and what an idle worker costs. Times of both processes are of one clock (monotonic).
"""

import multiprocessing
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import psutil

from bokgi.jobs.database import migrate_jobs
from bokgi.jobs.dbos_queue import create_queue
from bokgi.jobs.dbos_worker import JobWorker
from bokgi.jobs.port import Job, JobQueue

LATENCY_JOBS = 300
MANY_JOBS = 1000
IDLE_SECONDS = 20.0
MIB = 1 << 20


def work(url: str, concurrency: int, pipe: Connection) -> None:
    """A worker whose handler only tells when it started."""
    worker = JobWorker(url, "1.0", "worker-1", {"tell": lambda job: pipe.send((job.id, time.monotonic()))}, concurrency)
    worker.start()
    pipe.send(("ready", time.monotonic()))
    while pipe.poll(None) and pipe.recv() != "end":
        pass
    worker.stop(10.0)


def latencies_ms(queue: JobQueue, pipe: Connection, prefix: str) -> list[float]:
    """Of single jobs that come at moments the worker does not know."""
    dice = random.Random(1)
    waits = []
    for number in range(LATENCY_JOBS):
        queue.enqueue(Job(f"{prefix}-{number}", "tell"))
        queued_at = time.monotonic()
        waits.append((pipe.recv()[1] - queued_at) * 1000)
        time.sleep(dice.uniform(0.0, 0.1))
    return sorted(waits)


def seconds_of_many(queue: JobQueue, pipe: Connection, prefix: str) -> tuple[float, float]:
    """Until the last is queued, and until the last was started, from the first `enqueue` on."""
    start = time.monotonic()
    for number in range(MANY_JOBS):
        queue.enqueue(Job(f"{prefix}-{number}", "tell"))
    queued = time.monotonic()
    last = max(pipe.recv()[1] for _ in range(MANY_JOBS))
    return queued - start, last - start


def figures(name: str, url: str, concurrency: int) -> Iterator[str]:
    """Lines of one database and one number of jobs at a time."""
    migrate_jobs(url)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=work, args=(url, concurrency, theirs))
    child.start()
    ours.recv()
    queue = create_queue(url, "1.0")
    label = f"{name}, {concurrency} at a time"
    waits = latencies_ms(queue, ours, f"one-{concurrency}")
    median, late = statistics.median(waits), waits[int(len(waits) * 0.99)]
    yield f"{label}: wait of a job median {median:.1f} ms, p99 {late:.1f} ms, longest {waits[-1]:.1f} ms"
    process = psutil.Process(child.pid)
    for turn in range(3):
        queued, drained = seconds_of_many(queue, ours, f"many-{concurrency}-{turn}")
        memory = process.memory_info().rss / MIB
        yield f"{label}: {MANY_JOBS} jobs queued in {queued:.2f} s, drained in {drained:.1f} s, worker holds {memory:.1f} MiB"
    process.cpu_percent()
    time.sleep(IDLE_SECONDS)
    yield f"{label}: idle worker {process.cpu_percent():.1f} % of one core, {process.num_threads()} threads"
    ours.send("end")
    child.join()
    queue.close()


def main() -> None:
    """Print the figures as they come."""
    with tempfile.TemporaryDirectory() as folder:
        urls = {"SQLite": f"sqlite:///{Path(folder) / 'jobs.sqlite3'}"} | dict(zip(["PostgreSQL"], sys.argv[1:], strict=False))
        for name, url in urls.items():
            for concurrency in (2, 8):
                for line in figures(name, url, concurrency):
                    print(line, flush=True)


if __name__ == "__main__":
    main()
