"""What a worker does with a search: take parts until none is left, and put the result together when the last one is done.

Convention: each job of a search is a lane; lanes take parts one after the other, so any number of workers share a search by stock. A part
is on the disk, whole, before its row says so, and everybody who computes it writes the same. Whoever finds all parts done writes the
result; a lane that is started anew does it where the one before died.
"""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from bokgi.bars.interval import DAILY
from bokgi.engine.parts import Cancelled
from bokgi.errors.base import BokgiError, Language
from bokgi.errors.records import DatabaseUnavailable
from bokgi.errors.requests import PeriodWithoutData
from bokgi.errors.runs import RunCancelled
from bokgi.jobs.port import Job
from bokgi.records.run_row import RunState
from bokgi.records.searches import PartRow, SearchEnd, SearchRow, SearchRows
from bokgi.services.backtest import read_panel
from bokgi.services.search_computation import PartSearch, Searched
from bokgi.services.search_parts import finish_part, new_part, read_part, search_folder, write_search_result
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
        """Take parts of the search until there is none left.

        Raises
        ------
        DatabaseUnavailable
            The rows cannot be reached; the job is to be tried again.
        """
        search_id, _, lane = job.id.rpartition(".")
        while (part := self._rows.take(search_id, int(lane), self._worker_id)) is not None:
            row = self._rows.get(search_id)
            if row is None:
                return
            error = self._carried_out(row, part)
            if error is not None:
                self._rows.finish(search_id, SearchEnd(RunState.FAILED, {}, error=error))
                return
        if self._reopened(search_id):
            self.carry_out(job)
        else:
            self._settle(search_id)

    def _reopened(self, search_id: str) -> bool:
        """Whether parts must be searched again, because another release wrote them: one result is of one code."""
        row = self._rows.get(search_id)
        if row is None or row.status.is_finished or row.cancel_requested_at is not None or self._rows.has_open_parts(search_id):
            return False
        folder, key = search_folder(self._home, search_id), work_key_of(row)
        parts = {number: read_part(folder, number) for number in range(len(part_bounds(row.total_symbols)))}
        stale = [number for number, part in parts.items() if part is None or part["key"] != key]
        self._rows.reopen(search_id, stale)
        return bool(stale)

    def _carried_out(self, row: SearchRow, part: PartRow) -> dict[str, Any] | None:
        """Search a part; what went wrong with the search itself."""
        try:
            self._search(row, part)
        except RunCancelled:
            return None
        except DatabaseUnavailable:
            raise
        except BokgiError as error:
            return {"code": error.code, "english": error.sentence(), "korean": error.sentence(Language.KOREAN), "field": error.field}
        except MemoryError:
            return {"code": "out_of_memory", "english": OUT_OF_MEMORY[0], "korean": OUT_OF_MEMORY[1], "field": None}
        except Exception:  # noqa: BLE001  # logged below; one search must never end the worker
            _log.exception("search %s failed in a way nobody foresaw", row.id)
            return {"code": "internal", "english": UNFORESEEN[0], "korean": UNFORESEEN[1], "field": None}
        return None

    def _search(self, row: SearchRow, part: PartRow) -> None:
        request = SearchRequest.from_json(row.resolved)
        watch = _PartWatch(self._rows, part)
        folder, key = search_folder(self._home, row.id), work_key_of(row)
        kept = read_part(folder, part.number)
        if kept is None or kept["key"] != key:
            stocks: list[dict[str, Any]] = []
            base = request.base
            assert base.interval is not None
            shelf = self._shelves.of(row.origin)
            versions = (row.data_versions.get(str(base.interval)) or None, row.data_versions.get(str(DAILY), 0))
            with new_part(folder, part.number) as trials:
                own = replace(base, codes=base.codes[part.first_symbol : part.end_symbol])
                for searched in searched_stocks(shelf, request.with_base(own), versions, watch.is_cancelled):
                    if searched.trials is not None and searched.outcome is not None:
                        trials.add(str(searched.finding["code"]), searched.trials.columns(), searched.outcome)
                    stocks.append(dict(searched.finding))
                    watch.tell(str(searched.finding["code"]), int(searched.finding["trials"]))
                finish_part(folder, part.number, trials, stocks, key)
        else:
            watch.trials = sum(int(stock["trials"]) for stock in kept["stocks"])
        self._rows.finish_part(part, watch.trials, watch.code, watch.elapsed_seconds)

    def _settle(self, search_id: str) -> None:
        """End the search where nothing is left to do."""
        row = self._rows.get(search_id)
        if row is None or row.status.is_finished:
            return
        is_cancelled = row.cancel_requested_at is not None
        if not is_cancelled and self._rows.has_open_parts(search_id):
            return  # another lane is at work, and will come here
        folder = search_folder(self._home, row.id)
        body = result_of(row, folder, self._shelves.of(row.origin))
        if not body["stocks"]:
            self._rows.finish(row.id, SearchEnd(RunState.CANCELLED, {}))
            return
        stored = write_search_result(folder, body)
        state = RunState.CANCELLED if is_cancelled else RunState.COMPLETED
        self._rows.finish(row.id, SearchEnd(state, headline_of(body), stored, partial=bool(body["partial"])))


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
    yield from PartSearch(panel, request).stocks(cancelled)


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

    def tell(self, code: str, trials: int) -> None:
        """A stock is done; the row hears of it at most each third of a second."""
        self._done, self.trials, self.code = self._done + 1, self.trials + trials, code
        now = self._clock()
        if now - self._told_at < PROGRESS_SECONDS:
            return
        self._told_at = now
        try:
            if not self._rows.save_progress(self._part, self._done, self.trials, code, self.elapsed_seconds):
                self._is_cancelled = True  # somebody else has the part now
        except DatabaseUnavailable as error:
            _log.warning("progress of %s waits: %s", self._part.search_id, error)

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
