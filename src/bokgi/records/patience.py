"""A connection to PostgreSQL that waits for an answer only so long.

Convention: the server's own limits end slow statements; this one is for a server that says nothing at all (stopped, or its machine frozen),
which the system would wait for without end. A connection that was given up is closed, so the pool makes a new one.
"""

import time
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

Answer = TypeVar("Answer")
_LOOK_SECONDS = 0.1


class PatientConnection(psycopg.Connection[tuple[Any, ...]]):
    """Waits `answer_seconds` for each answer."""

    answer_seconds = 30.0

    def wait(self, gen: PQGen[Answer], interval: float = _LOOK_SECONDS, *rest: Any, **more: Any) -> Answer:  # psycopg's own
        return super().wait(self._limited(gen), interval, *rest, **more)

    def _limited(self, generator: PQGen[Answer]) -> Generator[Any, Any, Answer]:
        """The same generator, given up when nothing came in time; psycopg looks in every tenth of a second."""
        deadline = time.monotonic() + self.answer_seconds
        try:
            wanted = next(generator)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() > deadline:
                    self.pgconn.finish()
                    raise psycopg.OperationalError(f"the server gave no answer for {self.answer_seconds:g} seconds")
                wanted = generator.send(ready)
        except StopIteration as ended:
            answer: Answer = ended.value
            return answer
