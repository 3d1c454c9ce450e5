"""Whether the service works: asked of the database and of the workers' heartbeats, never assumed.

Convention: real checks are made at most each quarter of a second, however many clients ask; an answer is never older than that.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from bokgi.errors.records import DatabaseUnavailable
from bokgi.records.database import Database
from bokgi.records.workers import WorkerRows

FRESH_SECONDS = 0.25
ALIVE_SECONDS = 5.0
READY = "ready"


@dataclass(frozen=True, slots=True)
class HealthReport:
    """status : healthy, degraded (one part is missing) or unhealthy

    database : connected or disconnected; python_worker : ready or offline
    """

    status: str
    version: str
    uptime_seconds: int
    database: str
    python_worker: str

    @property
    def is_healthy(self) -> bool:
        return self.status == "healthy"

    def to_json(self) -> dict[str, object]:
        """The body of `GET /api/health`."""
        return {
            "status": self.status,
            "version": self.version,
            "uptime": self.uptime_seconds,
            "services": {"database": self.database, "python_worker": self.python_worker},
        }


class Health:
    """Reports of one process; `release` names the workers that count."""

    def __init__(
        self, database: Database, workers: WorkerRows, version: str, release: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._workers = workers
        self._version = version
        self._release = release
        self._clock = clock
        self._started = clock()
        self._lock = threading.Lock()
        self._checked_at = float("-inf")
        self._known = (False, False)

    def report(self) -> HealthReport:
        """The state of a moment ago at the most; one check serves all who ask meanwhile."""
        with self._lock:
            if self._clock() - self._checked_at > FRESH_SECONDS:
                self._known = self._checked()
                self._checked_at = self._clock()
        return self._report(*self._known)

    def fresh(self) -> HealthReport | None:
        """The last report if it is fresh enough to be given without asking anybody."""
        if self._clock() - self._checked_at > FRESH_SECONDS:
            return None
        return self._report(*self._known)

    def is_worker_ready(self) -> bool:
        """Whether a worker of this release has reported lately."""
        return self.report().python_worker == READY

    def _checked(self) -> tuple[bool, bool]:
        try:
            self._database.ping()
            alive = self._workers.alive(ALIVE_SECONDS, release=self._release)
        except DatabaseUnavailable:
            return False, False
        return True, any(worker.state == READY for worker in alive)

    def _report(self, is_connected: bool, is_worker_ready: bool) -> HealthReport:
        missing = 2 - is_connected - is_worker_ready
        return HealthReport(
            status=("healthy", "degraded", "unhealthy")[missing],
            version=self._version,
            uptime_seconds=int(self._clock() - self._started),
            database="connected" if is_connected else "disconnected",
            python_worker=READY if is_worker_ready else "offline",
        )
