"""What a worker looks after beside its jobs: jobs it holds without knowing, and jobs that ended long ago.

A claim whose answer was lost with the connection, or an end that could not be written, leaves a job that is held by a living
worker and carried out by nobody. It goes back to the queue, and that taking stays counted, so that it cannot go round for ever.

What a run computed lies elsewhere; a finished job is kept only so that its state can be asked and its id is not queued again.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection

from bokgi.errors.jobs import JobsUnavailable
from bokgi.jobs.database import faults_named
from bokgi.jobs.queue_names import QueueNames
from bokgi.jobs.rows import JobRows

KEPT_SECONDS = 24 * 3600.0
"""How long a finished job can still be asked for [s]."""

ROUND_SECONDS = 5.0
"""A job that was seen twice without anybody at work on it is given back [s]."""

_CLEARING_SECONDS = 600.0
_LOG = logging.getLogger("bokgi.jobs")


class Housekeeping:
    """A thread of the worker that makes its rounds.

    Parameters
    ----------
    at_work : jobs that this process carries out now
    """

    def __init__(self, rows: JobRows, worker_id: str, queues: QueueNames, at_work: Callable[[], Collection[str]]) -> None:
        self._rows = rows
        self._worker_id = worker_id
        self._queues = queues
        self._at_work = at_work
        self._idle_before: set[str] = set()
        self._cleared_at = -_CLEARING_SECONDS
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._make_rounds, name="job-housekeeping", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout=ROUND_SECONDS)

    def _make_rounds(self) -> None:
        while not self._stopped.is_set():
            try:
                with faults_named():
                    self.give_lost_jobs_back()
                    self._clear_sometimes()
            except JobsUnavailable as error:
                self._idle_before = set()
                _LOG.warning("the rounds of worker %s wait for the database: %s", self._worker_id, error)
            self._stopped.wait(ROUND_SECONDS)

    def give_lost_jobs_back(self) -> tuple[str, ...]:
        """One look; what is named was lost at the look before, too."""
        idle = set(self._rows.held_by(self._worker_id)) - set(self._at_work())
        lost, self._idle_before = idle & self._idle_before, idle
        if not lost:
            return ()
        _LOG.warning("worker %s holds jobs that nobody carries out, they are queued again: %s", self._worker_id, ", ".join(sorted(lost)))
        return self._rows.take_back([self._worker_id], self._queues, only=lost)

    def _clear_sometimes(self) -> None:
        if time.monotonic() - self._cleared_at >= _CLEARING_SECONDS:
            self._rows.forget_finished(int((time.time() - KEPT_SECONDS) * 1000))
            self._cleared_at = time.monotonic()
