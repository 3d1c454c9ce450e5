"""Services over a real database in a folder of the test, and a queue that only remembers what it was told."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bokgi.errors.jobs import JobsUnavailable
from bokgi.jobs.port import Job, JobState
from bokgi.records.database import Database
from bokgi.records.imports import ImportRows
from bokgi.records.runs import RunRows
from bokgi.records.selections import SelectionRows
from bokgi.records.workers import WorkerRows
from bokgi.services.runs import Runs
from bokgi.services.shelf import Shelves
from bokgi.services.stock_lists import StockLists
from tests.services.small_store import store_with

RELEASE = "9.9.9"


@dataclass
class RememberingQueue:
    """Implements `JobQueue`; states are set by the test."""

    jobs: dict[str, Job] = field(default_factory=dict)
    state_of: dict[str, JobState] = field(default_factory=dict)
    resumed: list[str] = field(default_factory=list)
    adopted: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    held_by: frozenset[str] = frozenset()
    is_away: bool = False

    def enqueue(self, job: Job) -> None:
        if self.is_away:
            raise JobsUnavailable("the test says so")
        self.jobs.setdefault(job.id, job)
        self.state_of.setdefault(job.id, JobState.QUEUED)

    def state(self, job_id: str) -> JobState | None:
        return self.state_of.get(job_id)

    def states(self, job_ids: Collection[str]) -> Mapping[str, JobState]:
        return {job_id: self.state_of[job_id] for job_id in job_ids if job_id in self.state_of}

    def cancel(self, job_id: str) -> bool:
        self.cancelled.append(job_id)
        return True

    def resume(self, dead_workers: Collection[str]) -> tuple[str, ...]:
        self.resumed.extend(dead_workers)
        return ()

    def holders(self) -> frozenset[str]:
        return self.held_by

    def adopt(self, job_ids: Collection[str]) -> tuple[str, ...]:
        self.adopted.extend(job_ids)
        return tuple(job_ids)

    def waiting(self) -> int:
        return sum(state is JobState.QUEUED for state in self.state_of.values())

    def forget(self, job_ids: Collection[str]) -> None:
        for job_id in job_ids:
            self.forgotten.append(job_id)
            self.jobs.pop(job_id, None)
            self.state_of.pop(job_id, None)

    def forget_finished(self, older_than_seconds: float) -> int:
        return 0

    def close(self) -> None:
        pass


@dataclass
class Parts:
    """What a test talks to."""

    home: Path
    database: Database
    rows: RunRows
    imports: ImportRows
    workers: WorkerRows
    queue: RememberingQueue
    shelves: Shelves
    stocks: StockLists
    runs: Runs
    removed: list[str]


def parts_in(home: Path, prices: Mapping[str, float]) -> Parts:
    """Services over a store of five-minute bars."""
    store_with(home, dict(prices))
    return parts_of(home)


def parts_of(home: Path) -> Parts:
    """Services over a home folder that is there."""
    database = Database.open(f"sqlite:///{home / 'bokgi.sqlite3'}")
    database.migrate()
    shelves, queue, removed = Shelves(home), RememberingQueue(), list[str]()
    rows, stocks = RunRows(database), StockLists(SelectionRows(database), shelves)
    runs = Runs(rows, queue, stocks, shelves, release=RELEASE, is_worker_ready=lambda: True, home=home, forget_result=removed.append)
    return Parts(home, database, rows, ImportRows(database), WorkerRows(database), queue, shelves, stocks, runs, removed)
