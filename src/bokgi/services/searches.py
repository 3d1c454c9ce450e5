"""Searches: checked and stored at the start, followed, cancelled, listed, read and deleted.

Convention: as for runs, a request is resolved completely before it is stored; the rows come first and the jobs second, and a search without
its jobs is found and queued again by the reaper. Nothing here computes.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bokgi.errors.base import Language
from bokgi.errors.jobs import JobsUnavailable
from bokgi.errors.service import SearchTooLarge, SearchUnknown, SearchWithoutResult, StockNotSearched
from bokgi.jobs.port import Job, JobQueue
from bokgi.records.run_row import RunState
from bokgi.records.searches import NewSearch, SearchRow, SearchRows
from bokgi.reports.formats import utc_text
from bokgi.reports.search_tables import ranking_csv, ranking_workbook
from bokgi.services.request import check_costs, check_fields
from bokgi.services.resolution import resolve
from bokgi.services.search_parts import read_part, read_search_result, read_trials, remove_search, search_folder
from bokgi.services.search_request import KNOWN_FIELDS, Method, SearchRequest
from bokgi.services.search_space import trials_of, whole_space_of
from bokgi.services.shelf import SMOKE_PROFILE, Shelves
from bokgi.services.stock_choice import CHOICE_FIELDS, StockChoice, checked_strategy, versions_of
from bokgi.services.stock_lists import StockLists, stock_of
from bokgi.strategies.built_in import check_interval
from bokgi.strategies.catalog import to_strategy

SEARCH = "search"
"""Kind of the jobs that share a search."""
LANES = 4
"""Most workers that share one search."""
FEWEST, MOST = 4, 50
"""Stocks of a part: few enough to share and to lose little, many enough to read at once."""
_PARTS_WANTED = 8
MOST_BYTES = 4 << 30
"""Of the returns of one stock's trials, which wait in a file while they are judged."""
BYTES_OF_A_RETURN = 16
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Files of a result for people to take away."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SearchStarted:
    """A stored search."""

    search: SearchRow
    is_worker_ready: bool


class Searches:
    """The searches of all profiles."""

    def __init__(
        self,
        rows: SearchRows,
        queue: JobQueue,
        stocks: StockLists,
        shelves: Shelves,
        *,
        release: str,
        is_worker_ready: Callable[[], bool],
        home: Path,
    ) -> None:
        self._rows = rows
        self._queue = queue
        self._choice = StockChoice(stocks, shelves)
        self._shelves = shelves
        self._release = release
        self._is_worker_ready = is_worker_ready
        self._home = home

    def start(self, body: Mapping[str, object], *, profile: str) -> SearchStarted:
        """Check a request, store it and queue its jobs.

        Raises
        ------
        InputError, MissingError
            The request cannot be searched as it is; nothing was stored.
        """
        row = self._rows.add(self._new_search(body, profile))
        for lane in row.lane_ids:
            try:
                self._queue.enqueue(Job(lane, SEARCH, {}))
            except JobsUnavailable as error:
                _log.warning("search %s is stored and will be queued by the reaper: %s", row.id, error)
                break
        return SearchStarted(row, self._is_worker_ready())

    def get(self, search_id: str) -> SearchRow:
        """A search by its id.

        Raises
        ------
        SearchUnknown
        """
        row = self._rows.get(search_id)
        if row is None:
            raise SearchUnknown
        return row

    def name_of(self, row: SearchRow) -> str:
        """Name of the stock that was searched last."""
        return stock_of(self._shelves.of(row.origin), row.current_code).name if row.current_code else ""

    def cancel(self, search_id: str) -> SearchRow:
        """Ask a search to stop; a finished one stays as it is."""
        row = self._rows.request_cancel(search_id)
        if row is None:
            raise SearchUnknown
        if row.status is RunState.CANCELLED:
            for lane in row.lane_ids:
                self._queue.cancel(lane)
        return row

    def history(self, profile: str, page: int, page_size: int) -> tuple[tuple[SearchRow, ...], int]:
        """Searches, newest first, and how many there are."""
        return self._rows.page(profile, SMOKE_PROFILE if profile == SMOKE_PROFILE else "user", page, page_size)

    def delete(self, search_id: str) -> None:
        """Remove a finished search with its files.

        Raises
        ------
        SearchUnknown, SearchStillActive
        """
        row = self.get(search_id)
        self._rows.delete(search_id)
        remove_search(self._home, search_id)
        self._queue.forget(row.lane_ids)

    # ------------------------------------------------------------ results

    def result(self, row: SearchRow) -> bytes | None:
        """The stored body; None where there is none (yet)."""
        if row.result_hash is None:
            return None
        return read_search_result(search_folder(self._home, row.id), row.result_hash)

    def finished_result(self, search_id: str) -> dict[str, Any]:
        """The body as values.

        Raises
        ------
        SearchUnknown, SearchWithoutResult
        """
        row = self.get(search_id)
        content = self.result(row)
        if content is None:
            raise SearchWithoutResult(row.status.value)
        body: dict[str, Any] = json.loads(content)
        return body

    def download(self, search_id: str, file_format: str, language: Language) -> bytes:
        """The ranking as a file.

        Raises
        ------
        SearchUnknown, SearchWithoutResult
        """
        body = self.finished_result(search_id)
        if file_format == "json":
            return json.dumps(body, ensure_ascii=False, indent=1).encode() + b"\n"
        return ranking_csv(body, language) if file_format == "csv" else ranking_workbook(body, language)

    def stock(self, search_id: str, code: str) -> dict[str, Any]:
        """Everything of one stock but its trials.

        Raises
        ------
        SearchUnknown, SearchWithoutResult, StockNotSearched
        """
        listed, finding, _ = self._finding(search_id, code)
        return {"search_id": search_id} | finding | listed

    def trials(self, search_id: str, code: str, page: int, page_size: int) -> dict[str, Any]:
        """A page of the trials of one stock as columns, in their order.

        page : from 1; one behind the last is empty

        Raises
        ------
        SearchUnknown, SearchWithoutResult, StockNotSearched
        """
        _, finding, part = self._finding(search_id, code)
        if code not in part["groups"]:
            raise StockNotSearched(code)
        first, end = part["groups"][code]
        table = read_trials(search_folder(self._home, search_id), part["trials"], (int(first), int(end)), (page - 1) * page_size, page_size)
        columns = {name: _plain(table[name].to_numpy()) for name in table.column_names if name != "code"}
        capital = float(self.finished_result(search_id)["request"]["initial_capital"])
        return {
            "search_id": search_id,
            "code": code,
            "total": int(finding["trials"]),
            "page": page,
            "page_size": page_size,
            "axes": finding["axes"],
            "initial_capital": capital,
            "columns": columns,
        }

    def _finding(self, search_id: str, code: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        body = self.finished_result(search_id)
        listed = next((stock for stock in body["stocks"] if stock["code"] == code), None)
        if listed is None:
            raise StockNotSearched(code)
        part = read_part(search_folder(self._home, search_id), int(listed["part"])) or {"stocks": [], "groups": {}}
        finding = next((stock for stock in part["stocks"] if stock["code"] == code), None)
        if finding is None or not finding["trials"]:
            raise StockNotSearched(code)
        return listed, finding, part

    # ------------------------------------------------------------ inside

    def _new_search(self, body: Mapping[str, object], profile: str) -> NewSearch:
        strategy = checked_strategy(body)
        check_fields("", body, (*KNOWN_FIELDS, "stock_mode", "stock_code"))
        plain = {key: value for key, value in body.items() if key not in CHOICE_FIELDS}
        mode = self._choice.mode(body, profile)
        shelf = self._shelves.of(profile)
        request = SearchRequest.from_json(plain | {"strategy": strategy, "stock_codes": []})
        request = checked_request(request)
        base = self._choice.with_stocks(request.base, body, profile, mode)
        resolved = resolve(shelf.store, shelf.master, base)
        assert resolved.interval is not None
        check_interval(to_strategy(resolved.strategy, resolved.strategy_params), resolved.interval)
        check_size(request.with_base(resolved))
        bounds = part_bounds(len(resolved.codes))
        return NewSearch(
            profile=profile,
            origin=SMOKE_PROFILE if profile == SMOKE_PROFILE else "user",
            stock_mode=mode,
            strategy=resolved.strategy,
            request=dict(body),
            resolved=request.with_base(resolved).to_json(),
            data_versions=versions_of(shelf, resolved.interval),
            release=self._release,
            total_symbols=len(resolved.codes),
            bounds=bounds,
            lanes=min(LANES, len(bounds)),
        )


def checked_request(request: SearchRequest) -> SearchRequest:
    """The request with every parameter of its strategy written out.

    Raises
    ------
    InputError
        The strategy, its parameters or its costs cannot be as they are.
    """
    chosen = to_strategy(request.base.strategy, request.base.strategy_params)
    check_costs(request.base.execution)
    if request.method is not Method.EXHAUSTIVE:
        whole_space_of(request.with_base(replace(request.base, strategy=chosen.name)))
    return request.with_base(replace(request.base, strategy=chosen.name, strategy_params=chosen.parameters()))


def check_size(request: SearchRequest) -> None:
    """Refuse a search whose returns of one stock would not fit into a file of a reasonable size.

    Raises
    ------
    SearchTooLarge
    """
    base = request.base
    if request.method is Method.EXHAUSTIVE or base.start is None or base.end is None:
        return
    weekdays, trials = int(np.busday_count(base.start, base.end)) + 1, trials_of(request)
    if BYTES_OF_A_RETURN * trials * weekdays > MOST_BYTES:
        raise SearchTooLarge(trials, weekdays, MOST_BYTES // (BYTES_OF_A_RETURN * weekdays))


def part_bounds(total: int) -> list[tuple[int, int]]:
    """First and end of each part's stocks."""
    size = max(FEWEST, min(MOST, -(-total // _PARTS_WANTED)))
    return [(first, min(first + size, total)) for first in range(0, total, size)]


def progress_json(row: SearchRow, name: str) -> dict[str, Any]:
    """The body of `GET /api/search/progress/{id}`; everything but the two times was measured from work done."""
    return {
        "search_id": row.id,
        "status": row.status.value,
        "progress_percent": row.percent,
        "total_symbols": row.total_symbols,
        "completed_symbols": row.completed_symbols,
        "current_symbol": {"code": row.current_code, "name": name} if row.current_code else None,
        "trials": row.trials,
        "elapsed_seconds": round(row.elapsed_seconds, 3),
        "eta_seconds": _remaining_seconds(row),
        "stock_mode": row.stock_mode,
    }


def status_json(row: SearchRow, name: str) -> dict[str, Any]:
    """The body of a result that is not there: status with progress, or with the error."""
    body = progress_json(row, name)
    if row.error is not None:
        body |= {"error": row.error["english"], "error_ko": row.error["korean"], "code": row.error["code"], "field": row.error.get("field")}
    elif row.status is RunState.CANCELLED:
        body |= {"error": "The search was cancelled before a stock was finished.", "code": "run_cancelled", "field": None}
        body |= {"error_ko": "종목을 하나도 마치기 전에 탐색이 취소되었습니다."}
    return body


def history_json(row: SearchRow, name: str) -> dict[str, Any]:
    """One search in the list of searches."""
    resolved = row.resolved
    return progress_json(row, name) | {
        "strategy": row.strategy,
        "method": resolved.get("method"),
        "start_date": resolved.get("start_date"),
        "end_date": resolved.get("end_date"),
        "interval": resolved.get("interval"),
        "created_at": utc_text(row.created_at),
        "finished_at": utc_text(row.finished_at) if row.finished_at else None,
        "partial": row.partial,
        "headline": dict(row.headline),
        "error": row.error["english"] if row.error else None,
        "error_ko": row.error["korean"] if row.error else None,
    }


def _remaining_seconds(row: SearchRow) -> float | None:
    """Estimated from the work done so far; None before any is done, 0 when all is."""
    if row.status.is_finished:
        return 0.0
    if not row.completed_symbols:
        return None
    return round(row.elapsed_seconds / row.completed_symbols * (row.total_symbols - row.completed_symbols), 3)


def _plain(values: "np.ndarray[Any, Any]") -> list[Any]:
    """JSON values; NaN is null."""
    if values.dtype.kind != "f":
        return list(values.tolist())
    return [None if value != value else value for value in values.tolist()]  # noqa: PLR0124  # NaN alone differs from itself
