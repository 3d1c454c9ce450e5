"""What a worker does beside computing: it looks after runs that lost their worker, starts fetches that are due, imports new
files of the watched folder, removes what is past its time, and keeps the log files of the service from growing without end.

A database that does not answer is logged once and asked again at the next round.
"""

import logging
import threading
import time
from collections.abc import Callable

from bokgi.config.settings import Settings
from bokgi.errors.base import EnvironmentFault
from bokgi.jobs.port import JobQueue
from bokgi.operations.log_keeping import keep_growing
from bokgi.records.database import Database
from bokgi.records.imports import ImportRows
from bokgi.records.runs import RunRows
from bokgi.records.searches import SearchRows
from bokgi.records.workers import WorkerRows
from bokgi.services.fetches import Fetches
from bokgi.services.folder_watch import FolderWatch
from bokgi.services.reaper import Reaper
from bokgi.services.retention import Retention
from bokgi.services.shelf import Shelves

ROUND_SECONDS = 1.0
RETENTION_SECONDS, LOGS_SECONDS = 3600.0, 60.0
_LOG = logging.getLogger("bokgi.worker")


class Rounds:
    """Rounds of one worker process."""

    def __init__(self, settings: Settings, database: Database, queue: JobQueue, clock: Callable[[], float] = time.monotonic) -> None:
        runs, searches = RunRows(database), SearchRows(database)
        self._reaper = Reaper(runs, ImportRows(database), queue, WorkerRows(database), release=settings.release_name, searches=searches)
        self._retention = Retention(settings.home, runs, queue, searches=searches)
        self._fetches = Fetches(settings, Shelves(settings.home), ImportRows(database), queue)
        self._watch = FolderWatch(settings.home, settings.watch_folder, ImportRows(database), queue, clock)
        self._clock = clock
        self._removed_at = self._kept_at = float("-inf")
        self._logs = settings.home / "logs"
        self._is_failing = False

    def until(self, stop: threading.Event) -> None:
        """Make rounds until told to end."""
        while not stop.is_set():
            self.once()
            stop.wait(ROUND_SECONDS)

    def once(self) -> None:
        """One round."""
        self._keep_logs()
        try:
            self._reaper.round()
            self._fetches.start_due()
            self._watch.look()
            if self._clock() - self._removed_at >= RETENTION_SECONDS:
                self._retention.round()
                self._removed_at = self._clock()
        except EnvironmentFault as error:
            if not self._is_failing:
                _LOG.warning("a round could not be made: %s", error)
            self._is_failing = True
        else:
            self._is_failing = False

    def _keep_logs(self) -> None:
        """Once a minute; a disk that does not let it is said each time, for then the logs grow."""
        if self._clock() - self._kept_at < LOGS_SECONDS or not self._logs.is_dir():
            return
        self._kept_at = self._clock()
        try:
            keep_growing(self._logs)
        except OSError as error:
            _LOG.warning("log files could not be kept: %s", error)
