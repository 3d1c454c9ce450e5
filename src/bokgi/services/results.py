"""Stored results as clients ask for them: the body, the curves, pages of trades, the chart of one trade, downloads.

Convention: a result is a folder that never changes once its row says `completed` or `cancelled`, so what was read once may be given again.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from bokgi.bars.interval import DAILY, Interval
from bokgi.bars.panel import Panel
from bokgi.data.factors import factors_from_json
from bokgi.errors.base import Language
from bokgi.errors.service import NothingToGive, TradeUnknown
from bokgi.records.runs import RunRow, RunState
from bokgi.reports.formats import utc_text_of_micros
from bokgi.reports.result_folder import TradesPage, read_body, read_equity, read_trade, read_trades_page
from bokgi.services.rendering import DownloadFile, Rendering
from bokgi.services.runs import Runs
from bokgi.services.shelf import Shelf, Shelves

CACHE_BYTES = 64 << 20
CHART_BARS = 30
CHART_LIMIT_BARS = 20_000
MAXIMUM_POINTS = 5_000


@dataclass(frozen=True, slots=True)
class StoredBody:
    """The body of a result exactly as it was stored."""

    content: bytes
    etag: str


class Results:
    """The results of all runs."""

    def __init__(self, home: Path, runs: Runs, shelves: Shelves, rendering: Rendering) -> None:
        self._folder = home / "results"
        self._runs = runs
        self._shelves = shelves
        self._rendering = rendering
        self._bodies: OrderedDict[str, StoredBody] = OrderedDict()
        self._lock = threading.Lock()

    def body(self, row: RunRow) -> StoredBody | None:
        """The stored body; None where the run has no result (yet)."""
        if not has_result(row):
            return None
        key = f"{row.id}:{row.result_hash}"
        with self._lock:
            if key in self._bodies:
                self._bodies.move_to_end(key)
                return self._bodies[key]
        found = StoredBody(read_body(self._folder / row.id), f'"{row.result_hash}"')
        with self._lock:
            self._bodies[key] = found
            while sum(len(body.content) for body in self._bodies.values()) > CACHE_BYTES and len(self._bodies) > 1:
                self._bodies.popitem(last=False)
        return found

    def equity(self, backtest_id: str, points: int = MAXIMUM_POINTS) -> dict[str, Any]:
        """Equity and drawdown at session ends and on bars, with the benchmarks."""
        row = self._finished(backtest_id)
        return {"backtest_id": row.id} | read_equity(self._folder / row.id, min(points, MAXIMUM_POINTS))

    def trades(self, backtest_id: str, code: str | None, sort: str, is_descending: bool, page: int, page_size: int) -> TradesPage:
        """One page of trades."""
        row = self._finished(backtest_id)
        return read_trades_page(self._folder / row.id, code=code, sort=sort, descending=is_descending, page=page, page_size=page_size)

    def trade_chart(self, backtest_id: str, number: int) -> dict[str, Any]:
        """The bars from 30 before the purchase to 30 after the sale, with both marks.

        Raises
        ------
        TradeUnknown
        """
        row = self._finished(backtest_id)
        trade, total = read_trade(self._folder / row.id, number)
        if trade is None:
            raise TradeUnknown(number, total)
        shelf = self._shelves.of(row.profile if row.origin == "user" else row.origin)
        panel = _panel_around(shelf, row, trade)
        first, last, is_cut = _rows_around(panel, trade)
        rows = slice(first, last + 1)
        return {
            "backtest_id": row.id,
            "trade": trade,
            "interval": row.resolved["interval"],
            "truncated": is_cut,
            "bars": {
                "at": [utc_text_of_micros(at) for at in panel.start_at[rows].tolist()],
                **{name: getattr(panel, name)[rows].tolist() for name in ("open", "high", "low", "close", "volume")},
            },
        }

    def download(self, backtest_id: str, file_format: str, language: Language) -> DownloadFile:
        """A file of the result.

        Raises
        ------
        BacktestUnknown, NothingToGive, FormatUnknown
        """
        row = self._finished(backtest_id)
        return self._rendering.download(row.id, self._folder / row.id, row.result_hash or "", file_format, language)

    def _finished(self, backtest_id: str) -> RunRow:
        row = self._runs.get(backtest_id)
        if not has_result(row):
            raise NothingToGive(row.status.value)
        return row


def has_result(row: RunRow) -> bool:
    """Whether a run left a result: completed, or cancelled with some stocks finished."""
    return row.status is RunState.COMPLETED or (row.status is RunState.CANCELLED and row.partial)


def _panel_around(shelf: Shelf, row: RunRow, trade: dict[str, Any]) -> Panel:
    """The bars of the trade's stock in the versions of the run, with enough sessions on both sides."""
    interval = Interval.from_text(row.resolved["interval"])
    days = timedelta(days=CHART_BARS * 2 + 20 if interval.is_daily else 12)
    version = row.data_versions.get(str(interval)) or None
    daily = row.data_versions.get(str(DAILY), 0)
    read: dict[str, Any] = {"version": version, "daily_version": daily, "raw": bool(row.resolved.get("raw_data", False))}
    read["factors"] = factors_from_json(row.resolved["factors"]) if "factors" in row.resolved else None
    bought, sold = trade["buy_session"], trade["sell_session"] or trade["last_session"]
    return shelf.store.read_panel([trade["code"]], interval, bought - days, sold + days, **read)


def _rows_around(panel: Panel, trade: dict[str, Any]) -> tuple[int, int, bool]:
    """First and last row of the chart, and whether its end was cut off."""
    starts = panel.start_at
    buy = int(np.searchsorted(starts, trade["buy_at_micros"], side="right")) - 1
    sell_at = trade["sell_at_micros"]
    sell = len(starts) - 1 if sell_at is None else int(np.searchsorted(starts, sell_at, side="right")) - 1
    first, last = max(buy - CHART_BARS, 0), min(sell + CHART_BARS, len(starts) - 1)
    return first, min(last, first + CHART_LIMIT_BARS - 1), last - first >= CHART_LIMIT_BARS
