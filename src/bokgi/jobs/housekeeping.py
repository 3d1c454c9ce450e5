"""The job database does not grow: a worker removes jobs that ended long ago.

What a run computed lies elsewhere; a finished job is kept only so that its state can be asked and its id is not queued again.
"""

import logging
import threading
import time

from bokgi.errors.jobs import JobsUnavailable
from bokgi.jobs.database import faults_named
from bokgi.jobs.rows import JobRows

KEPT_SECONDS = 24 * 3600.0
"""How long a finished job can still be asked for [s]."""

_PERIOD_SECONDS = 600.0
_LOG = logging.getLogger("bokgi.jobs")


class Housekeeping:
    """A thread of the worker that clears up at its start and every ten minutes."""

    def __init__(self, rows: JobRows, kept_seconds: float = KEPT_SECONDS, period_seconds: float = _PERIOD_SECONDS) -> None:
        self._rows = rows
        self._kept_seconds = kept_seconds
        self._period_seconds = period_seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._keep_clearing, name="job-housekeeping", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()

    def _keep_clearing(self) -> None:
        while True:
            try:
                with faults_named():
                    self._rows.forget_finished(int((time.time() - self._kept_seconds) * 1000))
            except JobsUnavailable as error:
                _LOG.warning("old jobs could not be removed, it is tried again later: %s", error)
            if self._stopped.wait(self._period_seconds):
                return
