"""A run record as plain JSON and as tables, and back: nothing is rounded, and every array keeps its type.

Convention: arrays are columns of Parquet (NaN stays NaN), everything else is JSON. The bars of the panel are not kept: the store has them
under the data version that the manifest names. A record that was read has the panel's instruments and sessions, and no rows.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any

import numpy as np
import polars as pl

from bokgi.bars.interval import Interval
from bokgi.bars.panel import Panel, Sessions
from bokgi.market.instruments import Board, Exchange, Instrument, Kind
from bokgi.metrics.equity import DrawdownSpan, EquityFigures
from bokgi.metrics.months import MonthlyReturn
from bokgi.metrics.session_moves import SessionMoves
from bokgi.metrics.stocks import StockSummary
from bokgi.metrics.summary import SaleStatistics, Summary
from bokgi.orders.simulation import Simulation, TradeColumns
from bokgi.reports.formats import to_row
from bokgi.reports.run_record import Benchmark, Coverage, PanelFacts, RunRecord, RunStatus

BENCHMARK_PREFIX = "benchmark:"
"""Columns of session ends that belong to a benchmark."""

TRADES_IN_GROUP = 8_192
_INSTRUMENT_TYPES: dict[str, Any] = {
    **dict.fromkeys(("code", "name", "name_en", "kind", "board", "exchange"), pl.String),
    "leverage": pl.Float64,
    "listed": pl.Date,
    "delisted": pl.Date,
    "assumed": pl.Boolean,
}
_STOCK_COLUMNS = ("counted", "instrument_drawdown", "held_bars", "traded_bars", "late_minutes")
_STOCK_GRIDS: dict[str, Any] = {"instrument_equity": pl.Float64, "counts": pl.Int64}
_DAY_FIELDS = ("peak", "trough", "recovery")


def to_parquet(frame: pl.DataFrame) -> bytes:
    """Return the table as the bytes of a Parquet file."""
    stream = io.BytesIO()
    frame.write_parquet(stream, compression="zstd", statistics=True, row_group_size=TRADES_IN_GROUP)
    return stream.getvalue()


def trades_table(trades: TradeColumns) -> pl.DataFrame:
    """One row a trade: its number from 1, and the columns of `TradeColumns` as they are."""
    number = np.arange(1, len(trades) + 1, dtype=np.int32)
    return pl.DataFrame({"number": number} | {each.name: getattr(trades, each.name) for each in fields(TradeColumns)})


def slots_table(simulation: Simulation) -> pl.DataFrame:
    """One row a slot of time."""
    return pl.DataFrame({name: getattr(simulation, name) for name in ("slot_session", "slot_minute", "equity")})


def sessions_table(record: RunRecord) -> pl.DataFrame:
    """One row a session: its day and hours, equity at its end, and that of each benchmark."""
    sessions = record.panel.sessions
    hours = {name: getattr(sessions, name) for name in ("open_minute", "close_minute", "midnight_at")}
    benchmarks = {f"{BENCHMARK_PREFIX}{row.name}": row.session_equity for row in record.benchmarks}
    return pl.DataFrame({"day": pl.Series(sessions.day, dtype=pl.Date), **hours, "equity": record.simulation.session_equity, **benchmarks})


def stocks_table(record: RunRecord) -> pl.DataFrame:
    """One row an instrument of the panel, those without bars too: what it is, its counters, its equity at each session's end."""
    simulation = record.simulation
    known = pl.DataFrame([to_row(item) for item in record.panel.instruments], schema=_INSTRUMENT_TYPES)
    columns = {name: pl.Series(name, getattr(simulation, name)) for name in _STOCK_COLUMNS}
    grids = {name: _lists(name, getattr(simulation, name), kind) for name, kind in _STOCK_GRIDS.items()}
    number = pl.Series(range(known.height), dtype=pl.Int32)
    return known.with_columns(instrument=number, adjusted=pl.Series(record.panel.adjusted), **columns, **grids)


def record_json(record: RunRecord) -> dict[str, Any]:
    """Return everything that is no array."""
    return {
        "backtest_id": record.backtest_id,
        "status": record.status.value,
        "partial": record.partial,
        "unfinished": list(record.unfinished),
        "completed_at": record.completed_at.isoformat(),
        "request": dict(record.request),
        "interval_minutes": record.panel.interval.minutes,
        "panel": {"synthetic": record.panel.synthetic, "sources": list(record.panel.sources)},
        "facts": _plain_facts(record.facts),
        "initial_equity": record.simulation.initial_equity,
        "summary": _plain_summary(record.summary),
        "benchmarks": [_plain_benchmark(row) for row in record.benchmarks],
        "lookahead": None if record.lookahead is None else dict(record.lookahead),
        "slippage": [list(row) for row in record.slippage],
        "session_moves": [to_row(row) for row in record.session_moves],
        "manifest": dict(record.manifest),
    }


def to_record(
    stored: Mapping[str, Any], trades: pl.DataFrame, slots: pl.DataFrame, sessions: pl.DataFrame, stocks: pl.DataFrame
) -> RunRecord:
    """Put a record together again."""
    return RunRecord(
        backtest_id=stored["backtest_id"],
        status=RunStatus(stored["status"]),
        request=stored["request"],
        panel=_panel(stored, sessions, stocks),
        facts=_facts(stored["facts"]),
        simulation=_simulation(stored, trades, slots, sessions, stocks),
        summary=_summary(stored["summary"]),
        completed_at=datetime.fromisoformat(stored["completed_at"]),
        benchmarks=tuple(_benchmark(row, sessions) for row in stored["benchmarks"]),
        lookahead=stored["lookahead"],
        manifest=stored["manifest"],
        partial=stored["partial"],
        unfinished=tuple(stored["unfinished"]),
        slippage=tuple((ticks, value) for ticks, value in stored["slippage"]),
        session_moves=tuple(SessionMoves(**row) for row in stored["session_moves"]),
    )


def _plain_facts(facts: PanelFacts) -> dict[str, Any]:
    rows = {name: [dict(row) for row in getattr(facts, name)] for name in ("faults", "adjustments")}
    kept = {"interval": facts.interval, "sources": list(facts.sources), "synthetic": facts.synthetic}
    return kept | rows | {"coverage": [to_row(row) for row in facts.coverage]}


def _facts(stored: Mapping[str, Any]) -> PanelFacts:
    coverage = tuple(Coverage(**row) for row in stored["coverage"])
    return PanelFacts(
        stored["interval"], coverage, stored["faults"], stored["adjustments"], tuple(stored["sources"]), synthetic=stored["synthetic"]
    )


def _plain_summary(summary: Summary) -> dict[str, Any]:
    return {
        "values": dict(summary.values),
        "stocks": [to_row(row) for row in summary.stocks],
        "uncounted": list(summary.uncounted),
        "sale_reasons": {reason: asdict(row) for reason, row in summary.sale_reasons.items()},
        "events": dict(summary.events),
        "months": [asdict(row) for row in summary.months],
        "drawdowns": [_plain_span(span) for span in summary.drawdowns],
        "average_late_minutes": summary.average_late_minutes,
    }


def _summary(stored: Mapping[str, Any]) -> Summary:
    return Summary(
        values=stored["values"],
        stocks=tuple(StockSummary(**row) for row in stored["stocks"]),
        uncounted=tuple(stored["uncounted"]),
        sale_reasons={reason: SaleStatistics(**row) for reason, row in stored["sale_reasons"].items()},
        events=stored["events"],
        months=_months(stored["months"]),
        drawdowns=_spans(stored["drawdowns"]),
        average_late_minutes=stored["average_late_minutes"],
    )


def _plain_benchmark(row: Benchmark) -> dict[str, Any]:
    return {
        "name": row.name,
        "korean": row.korean,
        "english": row.english,
        "values": dict(row.figures.values),
        "drawdowns": [_plain_span(span) for span in row.figures.drawdowns],
        "months": [asdict(month) for month in row.figures.months],
    }


def _benchmark(stored: Mapping[str, Any], sessions: pl.DataFrame) -> Benchmark:
    figures = EquityFigures(stored["values"], _spans(stored["drawdowns"]), _months(stored["months"]))
    equity = sessions[f"{BENCHMARK_PREFIX}{stored['name']}"].to_numpy()
    return Benchmark(stored["name"], stored["korean"], stored["english"], equity, figures)


def _plain_span(span: DrawdownSpan) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(span).items()}


def _spans(stored: Sequence[Mapping[str, Any]]) -> tuple[DrawdownSpan, ...]:
    dated = [{name: date.fromisoformat(row[name]) for name in _DAY_FIELDS if row[name] is not None} for row in stored]
    return tuple(DrawdownSpan(**(dict(row) | days)) for row, days in zip(stored, dated, strict=True))


def _months(stored: Sequence[Mapping[str, Any]]) -> tuple[MonthlyReturn, ...]:
    return tuple(MonthlyReturn(**row) for row in stored)


def _panel(stored: Mapping[str, Any], sessions: pl.DataFrame, stocks: pl.DataFrame) -> Panel:
    """Return the panel without its bars; the grids take no memory."""
    shape = (stocks.height, sessions.height)
    nothing, whole, none = np.empty(0), np.empty(0, np.int32), np.broadcast_to(np.nan, shape)
    return Panel(
        instruments=tuple(_instrument(row) for row in stocks.select(*_INSTRUMENT_TYPES).to_dicts()),
        interval=Interval(stored["interval_minutes"]),
        sessions=Sessions(*(sessions[name].to_numpy() for name in ("day", "open_minute", "close_minute", "midnight_at"))),
        offsets=np.zeros(stocks.height + 1, np.int64),
        session=whole,
        minute=whole,
        open=nothing,
        high=nothing,
        low=nothing,
        close=nothing,
        volume=nothing,
        auction=none,
        auction_row=np.broadcast_to(np.int64(-1), shape),
        base_price=none,
        adjusted=stocks["adjusted"].to_numpy(),
        synthetic=stored["panel"]["synthetic"],
        sources=tuple(stored["panel"]["sources"]),
    )


def _instrument(row: Mapping[str, Any]) -> Instrument:
    kinds = {"kind": Kind(row["kind"]), "board": Board(row["board"]), "exchange": Exchange(row["exchange"])}
    return Instrument(**(dict(row) | kinds))


def _simulation(
    stored: Mapping[str, Any], trades: pl.DataFrame, slots: pl.DataFrame, sessions: pl.DataFrame, stocks: pl.DataFrame
) -> Simulation:
    grids = {name: _grid(stocks[name]) for name in _STOCK_GRIDS}
    return Simulation(
        trades=TradeColumns(**{each.name: trades[each.name].to_numpy() for each in fields(TradeColumns)}),
        initial_equity=stored["initial_equity"],
        session_equity=sessions["equity"].to_numpy(),
        **{name: slots[name].to_numpy() for name in ("slot_session", "slot_minute", "equity")},
        **{name: stocks[name].to_numpy() for name in _STOCK_COLUMNS},
        **grids,
    )


def _lists(name: str, grid: np.ndarray[Any, Any], kind: pl.DataType | type[pl.DataType]) -> pl.Series:
    """One list an instrument."""
    if not grid.size:
        return pl.Series(name, grid.tolist(), dtype=pl.List(kind))
    return pl.Series(name, grid).cast(pl.List(kind))


def _grid(rows: pl.Series) -> np.ndarray[Any, Any]:
    """Two axes again: one row an instrument."""
    width = int(rows.list.len()[0]) if len(rows) else 0
    flat: np.ndarray[Any, Any] = rows.explode(empty_as_null=False).to_numpy()
    return flat.reshape(len(rows), width)
