"""What is kept and for how long: runs for 30 days or as one of the last 100, pinned ones for ever, finished jobs for a week.

Convention: files go first and the row last, so that a round that is cut off is finished by the next one.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bokgi.jobs.port import JobQueue
from bokgi.records.runs import RunRows
from bokgi.services.result_removal import remove_result

JOB_SECONDS = 7 * 24 * 3600.0
_log = logging.getLogger(__name__)


class Retention:
    """Makes rounds in a worker process; several may do so at once."""

    def __init__(self, home: Path, rows: RunRows, queue: JobQueue, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._home = home
        self._rows = rows
        self._queue = queue
        self._clock = clock

    def round(self) -> tuple[str, ...]:
        """Remove what is past its time; gives the ids of the runs that went."""
        expired = self._rows.expired(self._clock())
        for backtest_id in expired:
            remove_result(self._home, backtest_id)
            for path in (self._home / "downloads").glob(f"{backtest_id}-*"):
                path.unlink(missing_ok=True)
            self._rows.delete(backtest_id)
        if expired:
            self._queue.forget(expired)
            _log.info("runs past their time were removed: %s", list(expired))
        self._queue.forget_finished(JOB_SECONDS)
        return expired
