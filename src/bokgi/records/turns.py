"""Threads of one process wait for the one writing connection in the order they came.

Convention: the turn is handed on, never left lying: a thread that has just written cannot overtake those that wait.
"""

import threading
from collections import deque


class Turns:
    """A lock that serves first who came first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._is_taken = False

    def take(self, timeout_seconds: float) -> bool:
        """Wait for the turn; False when it did not come in time."""
        with self._lock:
            if not self._is_taken:
                self._is_taken = True
                return True
            gate = threading.Lock()
            gate.acquire()
            self._waiting.append(gate)
        return gate.acquire(timeout=timeout_seconds) or not self._gave_up(gate)

    def give(self) -> None:
        """Hand the turn to who waits longest."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False

    def _gave_up(self, gate: threading.Lock) -> bool:
        """Leave the queue; False when the turn came in that very moment and is ours after all."""
        with self._lock:
            if gate not in self._waiting:
                return False
            self._waiting.remove(gate)
            return True
