"""A worker's sign of life: once a second, in a thread of its own, whatever the worker computes.

A database that does not answer is no reason to end: the beat is tried again a second later, and readers see the silence.
"""

import logging
import os
import platform
import re
import threading
from collections.abc import Callable

from bokgi.errors.records import DatabaseUnavailable
from bokgi.records.workers import WorkerRows

BEAT_SECONDS = 1.0
STARTING, READY, DRAINING = "starting", "ready", "draining"
_LOG = logging.getLogger("bokgi.worker")


def host_name() -> str:
    """Name of this machine, in characters that file names may have."""
    return re.sub(r"[^A-Za-z0-9.-]", "-", platform.node())[:40] or "host"


class Heartbeat:
    """Beats until it is stopped; then the worker is taken off the list."""

    def __init__(self, rows: WorkerRows, worker_id: str, release: str, *, beat_seconds: float = BEAT_SECONDS) -> None:
        self._rows, self._worker_id, self._release = rows, worker_id, release
        self._beat_seconds = beat_seconds
        self._state = STARTING
        self._ending = threading.Event()
        self._is_silent = False
        self._thread = threading.Thread(target=self._go_on, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Beat once, then every second."""
        self._beat()
        self._thread.start()

    def tell(self, state: str) -> None:
        """Say what the worker is about now, at once."""
        self._state = state
        self._beat()

    def stop(self) -> None:
        """End in order: readers need not wait for the silence."""
        self._ending.set()
        self._thread.join(self._beat_seconds)
        self._said(lambda: self._rows.remove(self._worker_id))

    def _go_on(self) -> None:
        while not self._ending.wait(self._beat_seconds):
            self._beat()

    def _beat(self) -> None:
        self._said(lambda: self._rows.beat(self._worker_id, release=self._release, state=self._state, pid=os.getpid(), host=host_name()))

    def _said(self, say: Callable[[], None]) -> None:
        try:
            say()
        except DatabaseUnavailable as error:
            if not self._is_silent:
                _LOG.warning("no sign of life can be given: %s", error)
            self._is_silent = True
        else:
            self._is_silent = False
