"""What is kept and for how long: runs for 30 days or as one of the last 100, pinned ones for ever, finished jobs for a week, versions of
the bars that no run refers to for 30 days after a newer one came.

Convention: a run that goes is first marked in `<home>/removing`, then loses its row, then its files, references and job, and last the
mark. A round that is cut off is finished by the next one, wherever that happened; a run that was pinned in the last moment stays whole.
A search loses its row and then its files; files that no row knows go an hour later.
A clock that jumps ahead while the process runs is not believed.
"""

import logging
import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from bokgi.bars.interval import Interval
from bokgi.data.store import Store, Version
from bokgi.errors.store import VersionAbsent, VersionInUse
from bokgi.jobs.port import JobQueue
from bokgi.records.runs import RunRows
from bokgi.records.searches import SearchRows
from bokgi.services.result_removal import MARKS, mark_removal, remove_result, unmark_removal
from bokgi.services.search_leftovers import remove_leftovers
from bokgi.services.search_parts import remove_search

JOB_SECONDS = 7 * 24 * 3600.0
VERSION_DAYS = 30
BELIEVED = timedelta(days=1)
"""A clock may run ahead of the time that has passed by so much."""
_ID = re.compile(r"bt-\d{4}-\d{2}-\d{2}-\d{3,}")
_MARK_SECONDS = 3600.0
_LOCK_SECONDS = 2.0
_log = logging.getLogger(__name__)


class Retention:
    """Makes rounds in a worker process; several may do so at once."""

    def __init__(
        self,
        home: Path,
        rows: RunRows,
        queue: JobQueue,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
        *,
        searches: SearchRows,
    ) -> None:
        self._searches = searches
        self._home = home
        self._rows = rows
        self._queue = queue
        self._store = Store(home, lock_seconds=_LOCK_SECONDS)
        self._clock = clock
        self._monotonic = monotonic
        self._began = clock(), monotonic()

    def round(self) -> tuple[str, ...]:
        """Remove what is past its time; gives the ids of the runs that went.

        Raises
        ------
        DatabaseUnavailable, JobsUnavailable, StoreBusy
            The next round goes on where this one ended.
        """
        now = self._believed_now()
        expired = self._rows.expired(now)
        gone = (*self._left_over(expired), *(backtest_id for backtest_id in expired if self.remove(backtest_id)))
        if gone:
            _log.info("runs past their time were removed: %s", list(gone))
        self._queue.forget_finished(JOB_SECONDS)
        self._remove_searches(now)
        self._remove_versions(now)
        return gone

    def remove(self, backtest_id: str) -> bool:
        """Remove one run with everything that belongs to it; False when it was pinned or is active."""
        mark_removal(self._home, backtest_id)
        if not self._rows.delete_unpinned(backtest_id) and self._rows.get(backtest_id) is not None:
            unmark_removal(self._home, backtest_id)
            return False
        self._remove_rest(backtest_id)
        return True

    def _left_over(self, expired: Sequence[str]) -> Iterator[str]:
        """Finish what earlier rounds have begun; a mark beside a row means that nothing was removed yet."""
        for mark in sorted((self._home / MARKS).glob("bt-*")):
            if not _ID.fullmatch(mark.name):
                continue
            if self._rows.get(mark.name) is None:
                self._remove_rest(mark.name)
                yield mark.name
            elif mark.name not in expired and abs(time.time() - mark.stat().st_mtime) > _MARK_SECONDS:
                mark.unlink(missing_ok=True)

    def _remove_rest(self, backtest_id: str) -> None:
        remove_result(self._home, backtest_id)
        for path in (self._home / "downloads").glob(f"{backtest_id}-*"):
            path.unlink(missing_ok=True)
        self._store.remove_reference(backtest_id)
        self._queue.forget([backtest_id])
        unmark_removal(self._home, backtest_id)

    def _remove_versions(self, now: datetime) -> None:
        limit = now - timedelta(days=VERSION_DAYS)
        in_use = self._versions_in_use()
        for interval in self._store.intervals():
            for old, following in pairwise(self._store.versions(interval)):
                if (str(interval), old.number) not in in_use and _is_older(following, limit):
                    self._remove_version(interval, old)

    def _versions_in_use(self) -> frozenset[tuple[str, int]]:
        return self._rows.versions_in_use() | self._searches.versions_in_use()

    def _remove_searches(self, now: datetime) -> None:
        for search_id in self._searches.expired(now):
            self._searches.delete(search_id)
            remove_search(self._home, search_id)
            _log.info("search %s past its time was removed", search_id)
        remove_leftovers(self._home, lambda search_id: self._searches.get(search_id) is not None, now)

    def _remove_version(self, interval: Interval, old: Version) -> None:
        def users(of: Interval, number: int) -> Sequence[str]:
            return ("a run",) if (str(of), number) in self._versions_in_use() else ()

        try:
            self._store.remove_version(interval, old.number, references=users)
        except VersionInUse:
            return  # somebody needs it since we looked, or said so in the store
        except VersionAbsent:
            return  # another worker was faster
        _log.info("version %s of the %s bars was removed: no run refers to it", old.number, interval)

    def _believed_now(self) -> datetime:
        began_at, began_seconds = self._began
        passed = timedelta(seconds=self._monotonic() - began_seconds)
        return min(self._clock(), began_at + passed + BELIEVED)


def _is_older(version: Version, limit: datetime) -> bool:
    """Whether the version before was replaced by this one before the limit."""
    return version.created_at is not None and version.created_at < limit
