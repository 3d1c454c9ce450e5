"""Backtests as runs: checked and stored at the start, followed, cancelled, listed and deleted.

Convention: a request is resolved completely before it is stored (stocks, period, interval, versions of the bars), so that the run
computes what was asked at that moment, however long it waits. A row is stored first and its job second: a row without a job is found
and queued again by the reaper, a job without a row cannot exist.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bokgi.errors.jobs import JobsUnavailable
from bokgi.errors.records import RunStillActive
from bokgi.errors.service import (
    BacktestUnknown,
    TextTooLong,
)
from bokgi.jobs.port import Job, JobQueue
from bokgi.records.runs import Idempotency, NewRun, RunPage, RunRow, RunRows, RunState
from bokgi.reports.canonical_json import canonical_json
from bokgi.reports.formats import utc_text
from bokgi.services.request import KNOWN_FIELDS, BacktestRequest, check_fields
from bokgi.services.resolution import choose_strategy, resolve
from bokgi.services.result_removal import mark_removal, unmark_removal
from bokgi.services.shelf import SMOKE_PROFILE, Shelf, Shelves
from bokgi.services.stock_choice import CHOICE_FIELDS, StockChoice, checked_strategy, versions_of
from bokgi.services.stock_lists import MAXIMUM_STOCKS, StockLists, stock_of
from bokgi.strategies.built_in import check_interval

BACKTEST = "backtest"
"""Kind of the jobs that compute a run."""
NOTE_CHARACTERS = 2_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Started:
    """A stored run; `is_new` is False where an earlier answer was repeated."""

    run: RunRow
    is_worker_ready: bool
    is_new: bool = True


class Runs:
    """The runs of all profiles."""

    def __init__(
        self,
        rows: RunRows,
        queue: JobQueue,
        stocks: StockLists,
        shelves: Shelves,
        *,
        release: str,
        is_worker_ready: Callable[[], bool],
        home: Path,
        forget_result: Callable[[str], None],
    ) -> None:
        self._rows = rows
        self._queue = queue
        self._choice = StockChoice(stocks, shelves)
        self._shelves = shelves
        self._release = release
        self._is_worker_ready = is_worker_ready
        self._home = home
        self._forget_result = forget_result

    def start(self, body: Mapping[str, object], *, profile: str, idempotency_key: str | None = None) -> Started:
        """Check a request, store it and put it into the queue.

        Raises
        ------
        InputError, MissingError
            The request cannot be run as it is; nothing was stored.
        IdempotencyKeyReused
            The key came before, with another request.
        """
        earlier = _idempotency(profile, idempotency_key, body)
        known = self._rows.answered(earlier)
        if known is not None:
            return Started(known, self._is_worker_ready(), is_new=False)
        new = self._new_run(body, profile)
        row, is_new = self._rows.add(new, idempotency=earlier)
        if is_new:
            self._enqueue(row)
        return Started(row, self._is_worker_ready(), is_new)

    def get(self, backtest_id: str) -> RunRow:
        """A run by its id.

        Raises
        ------
        BacktestUnknown
        """
        row = self._rows.get(backtest_id)
        if row is None:
            raise BacktestUnknown
        return row

    def cancel(self, backtest_id: str) -> RunRow:
        """Ask a run to stop; a finished one stays as it is."""
        row = self._rows.request_cancel(backtest_id)
        if row is None:
            raise BacktestUnknown
        if row.status is RunState.CANCELLED and row.started_at is None:
            self._queue.cancel(backtest_id)
        return row

    def take_over_queued(self) -> tuple[str, ...]:
        """Move all runs that wait for another release to this one's queue; what runs already stays with the worker that runs it."""
        return self._queue.adopt([run.id for run in self._rows.open_runs() if run.status is RunState.QUEUED])

    def history(self, profile: str, **choice: Any) -> RunPage:
        """Runs, newest first; the choice is that of `RunRows.page`."""
        origin = SMOKE_PROFILE if profile == SMOKE_PROFILE else "user"
        return self._rows.page(profile=profile, origin=origin, **choice)

    def pin(self, backtest_id: str, is_pinned: bool) -> RunRow:
        """Keep a run from being removed with age, or let it go again."""
        self.get(backtest_id)
        self._rows.pin(backtest_id, is_pinned)
        return self.get(backtest_id)

    def note(self, backtest_id: str, text: str) -> RunRow:
        """Write a person's remark beside a run."""
        if len(text) > NOTE_CHARACTERS:
            raise TextTooLong("note", len(text), NOTE_CHARACTERS)
        self.get(backtest_id)
        self._rows.set_note(backtest_id, text)
        return self.get(backtest_id)

    def delete(self, backtest_id: str) -> None:
        """Remove a finished run with its result.

        Raises
        ------
        BacktestUnknown, RunStillActive
        """
        self.get(backtest_id)
        mark_removal(self._home, backtest_id)
        try:
            self._rows.delete(backtest_id)
        except RunStillActive:
            unmark_removal(self._home, backtest_id)
            raise
        self._forget_result(backtest_id)
        self._queue.forget([backtest_id])
        unmark_removal(self._home, backtest_id)

    # ------------------------------------------------------------ inside

    def _enqueue(self, row: RunRow) -> None:
        """Queue the job of a stored run; where that fails the reaper does it, for the promise to run was given with the row."""
        try:
            self._queue.enqueue(Job(row.id, BACKTEST, {}))
        except JobsUnavailable as error:
            _log.warning("run %s is stored and will be queued by the reaper: %s", row.id, error)

    def _new_run(self, body: Mapping[str, object], profile: str) -> NewRun:
        strategy = checked_strategy(body)
        plain = {key: value for key, value in body.items() if key not in CHOICE_FIELDS}
        mode = self._choice.mode(body, profile)
        shelf = self._shelves.of(profile)
        chosen = choose_strategy(strategy, _parameters(body))
        check_fields("", body, (*KNOWN_FIELDS, "stock_mode", "stock_code"))
        request = BacktestRequest.from_json(plain | {"strategy": strategy, "stock_codes": []})
        request = replace(request, strategy=chosen.strategy.name, strategy_params=chosen.strategy.parameters())
        request = self._choice.with_stocks(request, body, profile, mode)
        resolved = resolve(shelf.store, shelf.master, request)
        assert resolved.interval is not None
        check_interval(chosen.strategy, resolved.interval)
        return NewRun(
            profile=profile,
            origin=SMOKE_PROFILE if profile == SMOKE_PROFILE else "user",
            stock_mode=mode,
            request=dict(body),
            resolved=resolved.to_json(),
            data_versions=versions_of(shelf, resolved.interval),
            release=self._release,
            total_symbols=len(resolved.codes),
            strategy=resolved.strategy,
            words=self._names(shelf, resolved.codes),
        )

    def _names(self, shelf: Shelf, codes: tuple[str, ...]) -> tuple[str, ...]:
        """Names of a few stocks, for the search in the history; a whole market is not found by its members."""
        return tuple(stock_of(shelf, code).name for code in codes) if len(codes) <= MAXIMUM_STOCKS else ()


def progress_json(row: RunRow) -> dict[str, Any]:
    """The body of `GET /api/backtest/progress`; everything but the two times was measured from work done."""
    return {
        "backtest_id": row.id,
        "status": row.status.value,
        "progress_percent": row.percent,
        "total_symbols": row.total_symbols,
        "completed_symbols": row.completed_symbols,
        "current_symbol": {"code": row.current_code, "name": row.current_name} if row.current_code else None,
        "current_date": row.current_date.isoformat() if row.current_date else None,
        "total_trades": row.total_trades,
        "elapsed_seconds": round(row.elapsed_seconds, 3),
        "eta_seconds": _remaining_seconds(row),
        "stock_mode": row.stock_mode,
    }


def status_json(row: RunRow) -> dict[str, Any]:
    """The body of a result that is not there: status with progress, or with the error."""
    body = progress_json(row)
    if row.error is not None:
        body |= {"error": row.error["english"], "error_ko": row.error["korean"], "code": row.error["code"], "field": row.error.get("field")}
    elif row.status is RunState.CANCELLED:
        body |= {"error": "The backtest was cancelled before a stock was finished.", "code": "run_cancelled", "field": None}
        body |= {"error_ko": "종목을 하나도 마치기 전에 백테스트가 취소되었습니다.", "partial": True}
    return body


def history_json(row: RunRow) -> dict[str, Any]:
    """One run in the list of runs."""
    resolved = row.resolved
    return progress_json(row) | {
        "strategy": resolved.get("strategy"),
        "strategy_params": resolved.get("strategy_params"),
        "start_date": resolved.get("start_date"),
        "end_date": resolved.get("end_date"),
        "interval": resolved.get("interval"),
        "initial_capital": resolved.get("initial_capital"),
        "created_at": utc_text(row.created_at),
        "started_at": utc_text(row.started_at) if row.started_at else None,
        "finished_at": utc_text(row.finished_at) if row.finished_at else None,
        "headline": dict(row.headline),
        "partial": row.partial,
        "pinned": row.pinned,
        "note": row.note,
        "error": row.error["english"] if row.error else None,
        "error_ko": row.error["korean"] if row.error else None,
    }


def _remaining_seconds(row: RunRow) -> float | None:
    """Estimated from the work done so far; None before any is done, 0 when all is."""
    if row.status in {RunState.COMPLETED, RunState.FAILED, RunState.CANCELLED}:
        return 0.0
    if not row.completed_symbols or not row.total_symbols:
        return None
    return round(row.elapsed_seconds / row.completed_symbols * (row.total_symbols - row.completed_symbols), 3)


def _parameters(body: Mapping[str, object]) -> Mapping[str, Any]:
    request = BacktestRequest.from_json({"strategy": "x", "strategy_params": body.get("strategy_params")})
    return request.strategy_params


def _idempotency(profile: str, key: str | None, body: Mapping[str, object]) -> Idempotency | None:
    if not key:
        return None
    return Idempotency(profile, key, hashlib.sha256(canonical_json(dict(body))).hexdigest())
