"""Records for the tests of downloads: large ones, and ones with names that somebody made to do harm."""

from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bokgi.market.calendar import Sessions
from bokgi.market.instruments import Instrument
from bokgi.metrics.summary import summarize
from bokgi.orders.reasons import Sale
from bokgi.orders.simulation import Simulation, TradeColumns
from bokgi.reports.run_record import RunRecord, RunStatus
from tests.metrics.small_run import small_panel
from tests.metrics.test_summary import without_trades
from tests.reports.small_record import REQUEST, small_record

T = TypeVar("T", np.float64, np.int64, np.int8, np.int32)

HOSTILE = (
    "=cmd|'/c calc'!A1",
    '#import "@preview/x:1.0.0": *',
    "<script>alert(1)</script>",
    "\u202eevil\u202c مرحبا שלום",
    "🚀👩‍👩‍👧 ₩ 한글",
    "긴" * 400,
    '#eval("1") $x$ *b* _i_ `raw` <label> @ref [a] \\ "q" // c /* d */',
    "tab\tline\r\nnull\x01\x0b\x1f end",
    "</svg><img src=x onerror=y>&amp;%%{0}{{",
    "@SUM(A1)",
)


def empty_record() -> RunRecord:
    """A run that bought nothing."""
    record = small_record()
    simulation = without_trades(record.simulation)
    return replace(record, simulation=simulation, summary=summarize(simulation, record.panel))


def cancelled_record() -> RunRecord:
    """A run that was stopped on its way, on synthetic data."""
    record = small_record(status=RunStatus.CANCELLED, partial=True)
    return replace(record, facts=replace(record.facts, synthetic=True))


def hostile_record(name: str) -> RunRecord:
    """The run worked out by hand, with one text in every place that takes texts from outside."""
    record = small_record(request=REQUEST | {"strategy": name, "strategy_params": {name: name}})
    known = tuple(replace(item, name=name, name_en=name) for item in record.panel.instruments)
    panel = replace(record.panel, instruments=known)
    fault = {"kind": name, "severity": name, "code": name, "count": 1, "korean": name, "english": name}
    facts = replace(record.facts, sources=(name,), faults=(fault,))
    benchmarks = tuple(replace(row, korean=name, english=name) for row in record.benchmarks)
    manifest = {"code_version": name, "data_hash": name, "environment": {name: name}}
    summary = summarize(record.simulation, panel)
    return replace(record, panel=panel, facts=facts, benchmarks=benchmarks, manifest=manifest, summary=summary)


def wide_record(trades: int, stocks: int, sessions: int) -> RunRecord:
    """A large run: random prices of a fixed seed, profits and balances that add up, the last trade of each stock still open."""
    days = np.arange("2015-01-01", "2035-01-01", dtype="datetime64[D]")
    days = days[np.is_busday(days)][:sessions]
    midnight = days.astype("datetime64[us]").astype(np.int64) - 9 * 3_600_000_000
    grid = Sessions(days, np.full(sessions, 540, np.int32), np.full(sessions, 930, np.int32), midnight)
    known = tuple(Instrument(f"{index:05d}0", f"종목{index}", f"Stock {index}") for index in range(stocks))
    nothing = np.full((stocks, sessions), np.nan)
    panel = replace(
        small_panel(),
        instruments=known,
        sessions=grid,
        offsets=np.zeros(stocks + 1, np.int64),
        session=np.empty(0, np.int32),
        minute=np.empty(0, np.int32),
        open=np.empty(0),
        high=np.empty(0),
        low=np.empty(0),
        close=np.empty(0),
        volume=np.empty(0),
        auction=nothing,
        auction_row=np.full((stocks, sessions), -1),
        base_price=nothing,
        adjusted=np.zeros(stocks, np.bool_),
    )
    simulation = _simulation(trades, stocks, grid)
    base = small_record(panel=panel, simulation=simulation, summary=summarize(simulation, panel), benchmarks=())
    return replace(base, request=REQUEST | {"stock_codes": [item.code for item in known]})


def _simulation(trades: int, stocks: int, grid: Sessions) -> Simulation:
    random, sessions = np.random.default_rng(7), len(grid)
    columns = _trades(random, trades, stocks, grid)
    equity = 1_000_000.0 * stocks + np.cumsum(random.integers(-9_000, 9_100, sessions * 2)).astype(np.float64)
    grids = np.full((stocks, sessions), 1_000_000.0) + np.cumsum(random.integers(-90, 91, (stocks, sessions)), axis=1)
    return Simulation(
        trades=columns,
        counted=np.ones(stocks, np.int8),
        initial_equity=1_000_000.0 * stocks,
        slot_session=np.repeat(np.arange(sessions, dtype=np.int32), 2),
        slot_minute=np.tile(np.array([600, 895], np.int32), sessions),
        equity=equity,
        session_equity=equity[1::2].copy(),
        instrument_equity=grids,
        instrument_drawdown=np.full(stocks, -0.01),
        held_bars=np.full(stocks, 10),
        traded_bars=np.full(stocks, 20),
        counts=np.zeros((stocks, small_record().simulation.counts.shape[1]), np.int64),
        late_minutes=np.zeros(stocks, np.int64),
    )


def _trades(random: np.random.Generator, trades: int, stocks: int, grid: Sessions) -> TradeColumns:
    owner = np.sort(random.integers(0, stocks, trades)).astype(np.int32)
    is_open = np.append(owner[1:] != owner[:-1], True)
    session = random.integers(0, len(grid), trades).astype(np.int32)
    price, gain = random.integers(1_000, 90_000, trades).astype(np.float64), random.integers(-500, 500, trades)
    shares = random.integers(1, 90, trades).astype(np.float64)
    commission, tax = np.floor(price * shares * 0.00011), np.floor(price * shares * 0.0015)
    profit = gain * shares - 2 * commission - tax
    at = grid.midnight_at[session]

    def closed(values: NDArray[T], missing: float) -> NDArray[T]:
        return np.where(is_open, missing, values).astype(values.dtype)

    return TradeColumns(
        instrument=owner,
        side=np.ones(trades, np.int8),
        buy_row=np.arange(trades),
        sell_row=closed(np.arange(trades), -1),
        buy_session=session,
        sell_session=closed(session, -1),
        buy_at=at + 600 * 60_000_000,
        sell_at=closed(at + 900 * 60_000_000, -1),
        buy_price=price,
        sell_price=closed(price + gain, np.nan),
        shares=shares,
        buy_commission=commission,
        sell_commission=closed(commission, np.nan),
        transaction_tax=closed(np.zeros(trades), np.nan),
        special_tax=closed(tax, np.nan),
        profit=closed(profit, np.nan),
        balance=closed(1_000_000.0 + profit, np.nan),
        invested=price * shares + commission,
        reason=closed(np.full(trades, Sale.SELL_TIME, np.int8), Sale.OPEN),
        flags=np.zeros(trades, np.int64),
    )
