"""Heartbeats of worker processes.

Convention: no clock of two machines is compared. A beat raises the worker's counter; a reader judges by its own monotonic clock when it
saw the counter change last. A clock that jumps on either side changes nothing. On its first look a reader has seen no change yet: it
takes a worker for alive when the written time lies close to its own, and never takes one for dead before it has watched it itself.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, select

from bokgi.records.database import Database
from bokgi.records.tables import WORKERS
from bokgi.records.upserts import insert_or_change

ALIVE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A worker as it described itself: state is `starting`, `ready` or `draining`; the instants are of its own clock."""

    worker_id: str
    release: str
    pid: int
    host: str
    state: str
    beats: int
    started_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class _Watched:
    """What a reader has seen: the counter, when it saw it first [s, monotonic], and how far the written time lay from its own then;
    0 where it saw the counter change.
    """

    beats: int
    started_at: datetime
    since_seconds: float
    apart_seconds: float


def _now() -> datetime:
    return datetime.now(UTC)


class WorkerRows:
    """The workers of one database; one object remembers what it saw, and threads may share it."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = _now, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._monotonic = monotonic
        self._watched: dict[str, _Watched] = {}
        self._lock = threading.Lock()

    def beat(self, worker_id: str, *, release: str, state: str, pid: int, host: str) -> None:
        """Say that the worker lives, and what it is about."""
        at = self._clock()
        now = {"release": release, "pid": pid, "host": host, "state": state, "seen_at": at}
        first = {"worker_id": worker_id, "beats": 1, "started_at": at, **now}
        with self._database.writing(durable=False) as connection:
            insert_or_change(connection, WORKERS, first, {**now, "beats": WORKERS.c.beats + 1})

    def remove(self, worker_id: str) -> None:
        """Forget a worker: it has ended in order, or its death was dealt with."""
        with self._database.writing(durable=False) as connection:
            connection.execute(delete(WORKERS).where(WORKERS.c.worker_id == worker_id))

    def all(self) -> tuple[WorkerRow, ...]:
        """Every worker that has not been removed."""
        with self._database.reading() as connection:
            found = connection.execute(select(WORKERS).order_by(WORKERS.c.worker_id)).mappings()
            return tuple(WorkerRow(**row) for row in found)

    def alive(self, within_seconds: float = ALIVE_SECONDS, release: str | None = None) -> tuple[WorkerRow, ...]:
        """Workers (of a release) whose counter changed within the time."""
        looked = self._look()
        return tuple(row for row, watched in looked if release in (None, row.release) and self._is_alive(watched, within_seconds))

    def dead(self, older_than_seconds: float) -> tuple[WorkerRow, ...]:
        """Workers whose counter this reader has watched for the time without a change."""
        looked, now = self._look(), self._monotonic()
        return tuple(row for row, watched in looked if now - watched.since_seconds > older_than_seconds)

    def _is_alive(self, watched: _Watched, within_seconds: float) -> bool:
        return self._monotonic() - watched.since_seconds <= within_seconds and watched.apart_seconds <= within_seconds

    def _look(self) -> list[tuple[WorkerRow, _Watched]]:
        rows = self.all()
        with self._lock:
            self._watched = {row.worker_id: self._seen(self._watched.get(row.worker_id), row) for row in rows}
            return [(row, self._watched[row.worker_id]) for row in rows]

    def _seen(self, before: _Watched | None, row: WorkerRow) -> _Watched:
        if before is not None and (before.beats, before.started_at) == (row.beats, row.started_at):
            return before
        apart = 0.0 if before is not None else abs((self._clock() - row.seen_at).total_seconds())
        return _Watched(row.beats, row.started_at, self._monotonic(), apart)
