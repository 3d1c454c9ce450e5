"""What a worker does with a fetch: ask the source for one series after the other, and keep a report that grows while it goes on.

Convention: a worker that takes up the fetch of one that died asks only for what was not answered yet (the ledger of the source knows).
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bokgi.bars.interval import Interval
from bokgi.config.settings import Settings
from bokgi.data.importers.entry import ImportEntry, Outcome
from bokgi.data.sources.fetching import Fetching, FetchReport, wanted_series
from bokgi.data.sources.port import Source
from bokgi.data.sources.registry import source_named
from bokgi.errors.base import BokgiError
from bokgi.errors.records import DatabaseUnavailable
from bokgi.records.imports import ImportRow, ImportRows
from bokgi.services.fetches import codes_to_fetch, fetch_of
from bokgi.services.import_entries import UNFORESEEN, entry_json, error_json
from bokgi.services.shelf import Shelves

TELL_SECONDS = 1.0
MOST_ENTRIES = 200
"""Of series in a report; those that a person must look at come first."""
_WEIGHT = (Outcome.REFUSED, Outcome.HELD, Outcome.TAKEN, Outcome.REPAIRED, Outcome.CURRENT, Outcome.SKIPPED)

_log = logging.getLogger(__name__)
SourceMaker = Callable[[str, Settings], Source]


@dataclass
class _Progress:
    """What came of the series so far."""

    name: str
    total: int
    entries: list[ImportEntry] = field(default_factory=list)
    told_at: float = float("-inf")

    def report(self) -> list[dict[str, Any]]:
        """A first entry over all, then the series."""
        ordered = sorted(self.entries, key=lambda entry: _WEIGHT.index(entry.outcome))
        return [self._sum(), *(entry_json(entry) for entry in ordered[:MOST_ENTRIES])]

    def _sum(self) -> dict[str, Any]:
        taken, refused, held = (self._count(outcome) for outcome in (Outcome.TAKEN, Outcome.REFUSED, Outcome.HELD))
        done, rows = len(self.entries), sum(entry.rows for entry in self.entries)
        rest = done - taken - refused - held
        korean = (
            f"{self.total:,}개 가운데 {done:,}개 확인: {taken:,}개에 봉 {rows:,}개를 더함, 새 봉 없음 {rest:,}개, "
            f"거부 {refused:,}개, 보류 {held:,}개."
        )
        english = (
            f"{done:,} of {self.total:,} series looked at: {rows:,} bars added to {taken:,}, {rest:,} without new bars, "
            f"{refused:,} refused, {held:,} held back."
        )
        plain: dict[str, Any] = {
            "file_name": self.name,
            "outcome": "taken" if done == self.total else "running",
            "rows": rows,
            "series": [],
        }
        return plain | {"korean": korean, "english": english, "detected": [], "faults": [], "fault_count": 0}

    def _count(self, outcome: Outcome) -> int:
        return sum(entry.outcome is outcome for entry in self.entries)


class FetchWork:
    """Carries out the fetches of one worker process."""

    def __init__(self, settings: Settings, rows: ImportRows, shelves: Shelves, source_of: SourceMaker = source_named) -> None:
        self._settings, self._rows, self._shelves, self._source_of = settings, rows, shelves, source_of

    def carry_out(self, row: ImportRow) -> None:
        """Fetch to the end, whatever happens.

        Raises
        ------
        DatabaseUnavailable
            The rows cannot be reached; the job is to be tried again.
        """
        progress = _Progress(row.file_name, 0)
        try:
            error = self._fetched(row, progress).error
            told = None if error is None else error_json(error)
        except DatabaseUnavailable:
            raise
        except BokgiError as problem:
            told = error_json(problem)
        except Exception:  # noqa: BLE001  # logged below; one source must never end the worker
            _log.exception("fetch %s failed in a way nobody foresaw", row.id)
            told = dict(UNFORESEEN)
        report = progress.report() if progress.total else []
        if not self._rows.finish(row.id, report, told):
            self._rows.tell_cancelled(row.id, report)

    def _fetched(self, row: ImportRow, progress: _Progress) -> FetchReport:
        asked = fetch_of(row)
        assert asked is not None
        shelf = self._shelves.of(row.profile)
        interval = Interval.from_text(str(asked["interval"]))
        codes = codes_to_fetch([str(word) for word in asked["stocks"]], shelf.store, shelf.master, interval)
        wanted = wanted_series(shelf.store, shelf.master, codes, interval)
        progress.total = len(wanted)
        fetching = Fetching(self._source_of(str(asked["source"]), self._settings), shelf.store)
        return fetching.fetch(
            wanted, on_entry=lambda entry, *_: self._tell(row, progress, entry), cancelled=lambda: not self._rows.is_open(row.id)
        )

    def _tell(self, row: ImportRow, progress: _Progress, entry: ImportEntry) -> None:
        progress.entries.append(entry)
        if time.monotonic() - progress.told_at >= TELL_SECONDS:
            self._rows.tell(row.id, progress.report())
            progress.told_at = time.monotonic()
