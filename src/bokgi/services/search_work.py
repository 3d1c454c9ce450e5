"""What a worker does with a search: take parts until none is left, and put the result together when the last one is done.

Convention: each job of a search is a lane; lanes take parts one after the other, so any number of workers share a search by stock. A part
is on the disk, whole, before its row says so, and everybody who computes it writes the same. Whoever finds all parts done writes the
result; a lane that is started anew does it where the one before died. After a cancel each lane keeps the stocks of its part that it has
finished, and the last one that leaves writes the result.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bokgi.bars.interval import DAILY
from bokgi.engine.parts import Cancelled
from bokgi.errors.base import BokgiError, Language
from bokgi.errors.records import DatabaseUnavailable
from bokgi.errors.requests import PeriodWithoutData
from bokgi.errors.runs import RunCancelled, RunSuperseded
from bokgi.jobs.port import Job
from bokgi.records.run_row import RunState
from bokgi.records.searches import PartRow, SearchEnd, SearchRow, SearchRows
from bokgi.services.backtest import read_panel
from bokgi.services.search_computation import PartSearch, Searched
from bokgi.services.search_parts import finish_part, new_part, part_of_key, remove_search_result, search_folder, write_search_result
from bokgi.services.search_request import SearchRequest
from bokgi.services.search_result import headline_of, result_of, work_key_of
from bokgi.services.searches import part_bounds
from bokgi.services.shelf import Shelf, Shelves
from bokgi.services.stock_lists import stock_of
from bokgi.services.work import OUT_OF_MEMORY, UNFORESEEN

PROGRESS_SECONDS = 0.3
CANCEL_SECONDS = 0.1
_log = logging.getLogger(__name__)


class SearchWork:
    """Searches of one worker process."""

    def __init__(self, home: Path, rows: SearchRows, shelves: Shelves, *, worker_id: str) -> None:
        self._home = home
        self._rows = rows
        self._shelves = shelves
        self._worker_id = worker_id

    def carry_out(self, job: Job) -> None:
        """Take parts of the search until there is none left; whatever goes wrong with the search itself becomes its end.

        Raises
        ------
        DatabaseUnavailable
            The rows cannot be reached; the job is to be tried again.
        """
        search_id, _, lane = job.id.rpartition(".")
        try:
            self._work(search_id, int(lane))
        except RunSuperseded:
            _log.warning("a part of search %s is computed by another worker now", search_id)
        except DatabaseUnavailable:
            raise
        except Exception as error:  # noqa: BLE001  # told by the row; one search must never end the worker
            self._rows.finish(search_id, SearchEnd(RunState.FAILED, {}, error=_told(search_id, error)))

    def _work(self, search_id: str, lane: int) -> None:
        """All that one lane does, from what the one before left of it to the result."""
        self._rows.release(search_id, lane)
        while True:
            while (part := self._rows.take(search_id, lane, self._worker_id)) is not None:
                row = self._rows.get(search_id)
                if row is None:
                    return
                self._search(row, part)
            if not self._reopened(search_id):
                break
        self._settle(search_id)

    def _reopened(self, search_id: str) -> bool:
        """Whether parts must be searched again: another release wrote them, and one result is of one code; or their files are broken."""
        row = self._rows.get(search_id)
        if row is None or row.status.is_finished or row.cancel_requested_at is not None or self._rows.has_open_parts(search_id):
            return False
        folder, key = search_folder(self._home, search_id), work_key_of(row)
        stale = [number for number in range(len(part_bounds(row.total_symbols))) if part_of_key(folder, number, key) is None]
        self._rows.reopen(search_id, stale)
        return bool(stale)

    def _search(self, row: SearchRow, part: PartRow) -> None:
        """Search a part, and say so.

        Raises
        ------
        RunSuperseded
            Somebody else has the part now.
        """
        watch = _PartWatch(self._rows, part)
        kept = part_of_key(search_folder(self._home, row.id), part.number, work_key_of(row))
        if kept is not None:
            watch.take_over(kept["stocks"])
        elif not self._is_searched(row, part, watch):
            watch.leave()
            return
        watch.finish()

    def _is_searched(self, row: SearchRow, part: PartRow, watch: "_PartWatch") -> bool:
        """Search the stocks of a part and write what was found; False where somebody asked for the end before the last one."""
        folder, stocks = search_folder(self._home, row.id), list[dict[str, Any]]()
        with new_part(folder, part.number) as trials:
            try:
                for searched in self._stocks(row, part, watch.is_cancelled):
                    if searched.trials is not None and searched.outcome is not None:
                        trials.add(str(searched.finding["code"]), searched.trials.columns(), searched.outcome)
                    stocks.append(dict(searched.finding))
                    watch.tell(str(searched.finding["code"]), int(searched.finding["trials"]))
            except RunCancelled:
                if stocks and self._is_open(row.id):
                    watch.save()  # only who still has the part may write it
                    finish_part(folder, part.number, trials, stocks, work_key_of(row))
                return False
            finish_part(folder, part.number, trials, stocks, work_key_of(row))
        return True

    def _stocks(self, row: SearchRow, part: PartRow, cancelled: Cancelled) -> Iterator[Searched]:
        request, shelf = SearchRequest.from_json(row.resolved), self._shelves.of(row.origin)
        base = request.base
        assert base.interval is not None
        versions = (row.data_versions.get(str(base.interval)) or None, row.data_versions.get(str(DAILY), 0))
        own = replace(base, codes=base.codes[part.first_symbol : part.end_symbol])
        return searched_stocks(shelf, request.with_base(own), versions, cancelled)

    def _is_open(self, search_id: str) -> bool:
        """Whether the result of a search is still to come; one that has failed or was deleted needs no files."""
        row = self._rows.get(search_id)
        return row is not None and not row.status.is_finished

    def _settle(self, search_id: str) -> None:
        """End the search where nothing is left to do."""
        row = self._rows.get(search_id)
        if row is None or row.status.is_finished:
            return
        is_cancelled = row.cancel_requested_at is not None
        if self._rows.has_running_parts(search_id) if is_cancelled else self._rows.has_open_parts(search_id):
            return  # another lane is at work, and will come here
        folder = search_folder(self._home, row.id)
        body = result_of(row, folder, self._shelves.of(row.origin))
        if not body["stocks"]:
            self._rows.finish(row.id, SearchEnd(RunState.CANCELLED, {}))
            return
        stored = write_search_result(folder, body)
        state = RunState.CANCELLED if is_cancelled else RunState.COMPLETED
        if not self._rows.finish(row.id, SearchEnd(state, headline_of(body), stored, partial=bool(body["partial"]))):
            self._forget(search_id, stored)

    def _forget(self, search_id: str, stored: str) -> None:
        """Remove a result that came too late, unless the row names the same."""
        row = self._rows.get(search_id)
        if row is None or row.result_hash != stored:
            remove_search_result(search_folder(self._home, search_id), stored)


def searched_stocks(
    shelf: Shelf, request: SearchRequest, versions: tuple[int | None, int | None] = (None, None), cancelled: Cancelled | None = None
) -> Iterator[Searched]:
    """Search the stocks of a resolved request in order; those without a bar in the period have no trial."""
    try:
        panel = read_panel(shelf.store, shelf.master, request.base, versions, cancelled)
    except PeriodWithoutData:
        for index, code in enumerate(request.base.codes):
            stock = stock_of(shelf, code)
            yield Searched(index, None, None, {"code": code, "name": stock.name, "name_en": stock.name_en, "trials": 0})
        return
    yield from PartSearch(panel, request, shelf.home / "work").stocks(cancelled)


class _PartWatch:
    """Between the computation of a part and its row."""

    def __init__(self, rows: SearchRows, part: PartRow, clock: Callable[[], float] = time.monotonic) -> None:
        self._rows, self._part, self._clock = rows, part, clock
        self._began = clock()
        self._told_at = self._asked_at = float("-inf")
        self._is_cancelled = False
        self._done = self.trials = 0
        self.code = ""

    @property
    def elapsed_seconds(self) -> float:
        """Work time of all takings of the part up to now."""
        return self._part.elapsed_seconds + self._clock() - self._began

    def take_over(self, stocks: Sequence[Mapping[str, Any]]) -> None:
        """The part was there already, whole."""
        self._done, self.trials = len(stocks), sum(int(stock["trials"]) for stock in stocks)

    def tell(self, code: str, trials: int) -> None:
        """A stock is done; the row hears of it at most each third of a second."""
        self._done, self.trials, self.code = self._done + 1, self.trials + trials, code
        now = self._clock()
        if now - self._told_at < PROGRESS_SECONDS:
            return
        self._told_at = now
        try:
            self.save()
        except DatabaseUnavailable as error:
            _log.warning("progress of %s waits: %s", self._part.search_id, error)

    def save(self) -> None:
        """Write how far the part is.

        Raises
        ------
        RunSuperseded
        """
        self._must_be_mine(self._rows.save_progress(self._part, self._done, self.trials, self.code, self.elapsed_seconds))

    def finish(self) -> None:
        """Say that the part is whole on the disk.

        Raises
        ------
        RunSuperseded
        """
        self._must_be_mine(self._rows.finish_part(self._part, self.trials, self.code, self.elapsed_seconds))

    def leave(self) -> None:
        """Say that nobody works on the part any more.

        Raises
        ------
        RunSuperseded
        """
        self._must_be_mine(self._rows.leave_part(self._part, self._done, self.trials, self.code, self.elapsed_seconds))

    def _must_be_mine(self, is_mine: bool) -> None:
        if not is_mine:
            raise RunSuperseded(self._part.search_id)

    def is_cancelled(self) -> bool:
        """Whether somebody asked for the end; unknown while the database is away."""
        now = self._clock()
        if not self._is_cancelled and now - self._asked_at >= CANCEL_SECONDS:
            self._asked_at = now
            try:
                self._is_cancelled = self._rows.is_cancel_requested(self._part.search_id)
            except DatabaseUnavailable as error:
                _log.warning("cannot ask whether %s is cancelled: %s", self._part.search_id, error)
        return self._is_cancelled


def _told(search_id: str, error: Exception) -> dict[str, Any]:
    """What the row says of a search that could not be finished."""
    if isinstance(error, BokgiError):
        return {"code": error.code, "english": error.sentence(), "korean": error.sentence(Language.KOREAN), "field": error.field}
    if isinstance(error, MemoryError):
        return {"code": "out_of_memory", "english": OUT_OF_MEMORY[0], "korean": OUT_OF_MEMORY[1], "field": None}
    _log.error("search %s failed in a way nobody foresaw", search_id, exc_info=error)
    return {"code": "internal", "english": UNFORESEEN[0], "korean": UNFORESEEN[1], "field": None}
