"""Measure the rows of the service: `python -m benchmarks.database_rows [POSTGRESQL_URL]`.

Prints, for SQLite in a temporary folder and for an empty PostgreSQL database if one is named: how long single calls take, how eight
threads that store runs fare with four that read beside them, and (SQLite) when a write gives up behind a lock.
"""

import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import timed
from bokgi.errors.records import DatabaseUnavailable
from bokgi.records.database import Database
from bokgi.records.engines import sqlite_file
from bokgi.records.runs import NewRun, Progress, RunRows
from bokgi.records.workers import WorkerRows

CALLS, WRITERS, READERS, RUNS_EACH = 400, 8, 4, 100
NEW = NewRun("default", "specific", {"strategy": "daily_trading"}, {"stock_codes": ["005930"]}, {"5m": 1}, "1.0")


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of many calls."""

    name: str
    milliseconds: tuple[float, ...]

    def words(self) -> str:
        """Median, 99th percentile and the slowest."""
        ordered = sorted(self.milliseconds)
        at = [ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)], ordered[-1]]
        return f"{self.name}: median {at[0]:.2f} ms, p99 {at[1]:.2f} ms, slowest {at[2]:.2f} ms ({len(ordered)} calls)"


def single_calls(database: Database, calls: int = CALLS) -> list[Times]:
    """One call after the other, in one thread."""
    runs, workers = RunRows(database), WorkerRows(database)
    first, _ = runs.add(NEW)
    runs.claim(first.id, "w-1", "1.0")
    work: dict[str, Callable[[], object]] = {
        "store a run (durable)": lambda: runs.add(NEW),
        "change a row (durable)": lambda: runs.set_note(first.id, "note"),
        "progress": lambda: runs.save_progress(first.id, 1, Progress(1, 1, 1)),
        "heartbeat": lambda: workers.beat("w-1", release="1.0", state="ready", pid=1, host="h"),
        "read a run": lambda: runs.get(first.id),
        "ping": database.ping,
        "first page of the history": lambda: runs.page(profile="default"),
    }
    return [Times(name, tuple(timed(call) * 1000 for _ in range(calls))) for name, call in work.items()]


def crowd(database: Database, each: int = RUNS_EACH) -> tuple[list[Times], float]:
    """Writers and readers at once: their times, and runs stored a second."""
    runs = RunRows(database)
    first, _ = runs.add(NEW)
    stored: list[float] = []
    read: list[float] = []
    stop = threading.Event()

    def write() -> None:
        stored.extend(timed(lambda: runs.add(NEW)) * 1000 for _ in range(each))

    def look() -> None:
        while not stop.wait(0.01):
            read.append(timed(lambda: runs.get(first.id)) * 1000)

    readers = [threading.Thread(target=look) for _ in range(READERS)]
    writers = [threading.Thread(target=write) for _ in range(WRITERS)]
    began = time.perf_counter()
    for thread in readers + writers:
        thread.start()
    for thread in writers:
        thread.join()
    seconds = time.perf_counter() - began
    stop.set()
    for thread in readers:
        thread.join()
    return [Times("store a run, in a crowd", tuple(stored)), Times("read a run beside", tuple(read))], len(stored) / seconds


def seconds_behind_a_lock(database: Database) -> float:
    """How long a write waits for a SQLite file that another process holds."""
    holder = sqlite3.connect(sqlite_file(database.url), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    began = time.perf_counter()
    try:
        RunRows(database).add(NEW)
    except DatabaseUnavailable:
        return time.perf_counter() - began
    finally:
        holder.close()
    raise AssertionError("a write went past a lock")


def measure(url: str) -> None:
    """Print all figures of one database."""
    database = Database.open(url)
    database.migrate()
    print(database.url.get_backend_name())
    for times in single_calls(database):
        print(f"  {times.words()}")
    crowded, rate = crowd(database)
    for times in crowded:
        print(f"  {times.words()}")
    print(f"  runs stored a second by {WRITERS} threads: {rate:,.0f}")
    if database.is_sqlite:
        print(f"  a write behind a lock gave up after {seconds_behind_a_lock(database):.1f} s")
    database.close()


def main(arguments: list[str]) -> None:
    """Measure SQLite, and PostgreSQL where one is named."""
    with tempfile.TemporaryDirectory() as folder:
        measure(f"sqlite:///{Path(folder) / 'rows.sqlite3'}")
    for url in arguments:
        measure(url)


if __name__ == "__main__":
    main(sys.argv[1:])
