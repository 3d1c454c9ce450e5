"""The engine's log goes where ours goes, and says a thing once in a while.

The engine looks at its queue twenty times a second. While the database is away each look is a warning, which would fill the
disk and hide everything else.
"""

import logging
import threading
import time
from collections.abc import Callable

PAUSE_SECONDS = 10.0
"""A warning that begins with the same words is let through once in this time."""

_WORDS = 6


class OnceInAWhile(logging.Filter):
    """Lets a warning through once in a while, and says how many were held back. Errors always pass.

    Parameters
    ----------
    pause_seconds : time in which the same words are said once [s]
    clock : monotonic seconds
    """

    def __init__(self, pause_seconds: float = PAUSE_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._pause_seconds = pause_seconds
        self._clock = clock
        self._said: dict[str, float] = {}
        self._held_back: dict[str, int] = {}
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno >= logging.ERROR:
            return True
        words = " ".join(record.getMessage().split()[:_WORDS])
        with self._lock:
            now = self._clock()
            if now - self._said.get(words, -self._pause_seconds) < self._pause_seconds:
                self._held_back[words] = self._held_back.get(words, 0) + 1
                return False
            self._said[words] = now
            count = self._held_back.pop(words, 0)
        if count:
            record.msg, record.args = f"{record.getMessage()} (and {count} times before)", ()
        return True


def quiet_engine() -> None:
    """Before the engine starts: without a handler on its logger it would write to the console by itself."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    if not any(isinstance(existing, OnceInAWhile) for existing in logger.filters):
        logger.addFilter(OnceInAWhile())
