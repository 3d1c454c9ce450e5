"""Trades, equity and stocks of a run as polars DataFrames, for people who go on computing.

Convention: times are instants in the zone of the exchange; money is exact; reasons are the stable words of `orders.reasons`; what does
not exist (the sale of an open position) is null.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from bokgi.market.clock import time_zone
from bokgi.metrics.stocks import StockSummary
from bokgi.metrics.summary import trade_costs
from bokgi.orders.reasons import Sale
from bokgi.reports.formats import to_row
from bokgi.reports.run_record import RunRecord
from bokgi.units import MICROS_PER_MINUTE, BoolArray, FloatArray, IntArray

_STOCK_TYPES: Mapping[str, type[pl.DataType]] = {
    "code": pl.String,
    "name": pl.String,
    "name_en": pl.String,
    **dict.fromkeys(("total_trades", "winning_trades", "losing_trades", "open_positions"), pl.Int64),
}


def trades_frame(record: RunRecord) -> pl.DataFrame:
    """One row a trade: when it was bought and sold, at what price, how many, what it cost and brought, and why it was sold.

    Notes
    -----
    cost : commissions and taxes of both fills; profit : after costs; return : of the money invested; of an open position `cost` is the
    purchase's alone, and what belongs to its sale is null
    """
    trades, instruments = record.simulation.trades, record.panel.instruments
    closed = trades.sell_row >= 0
    codes = pl.Series([item.code for item in instruments], dtype=pl.String)
    names = pl.Series([item.name for item in instruments], dtype=pl.String)
    owner = trades.instrument.astype(np.uint32)
    return pl.DataFrame(
        {
            "code": codes.gather(owner),
            "name": names.gather(owner),
            "side": pl.Series(np.where(trades.side > 0, "long", "short").tolist(), dtype=pl.String),
            "bought_at": _times(record, trades.buy_at),
            "buy_price": trades.buy_price,
            "shares": trades.shares,
            "sold_at": _times(record, trades.sell_at, closed),
            "sell_price": _known(trades.sell_price, closed),
            "invested": trades.invested,
            "cost": trade_costs(trades),
            "profit": _known(trades.profit, closed),
            "return": _known(trades.profit / trades.invested, closed),
            "balance": _known(trades.balance, closed),
            "reason": pl.Series([Sale(number).name.lower() for number in trades.reason.tolist()], dtype=pl.String),
        }
    )


def equity_frame(record: RunRecord) -> pl.DataFrame:
    """One row a slot of time: datetime (start of its bars), session, equity after them, drawdown from the peak so far (0 or below)."""
    simulation, sessions = record.simulation, record.panel.sessions
    start = sessions.midnight_at[simulation.slot_session] + simulation.slot_minute.astype(np.int64) * MICROS_PER_MINUTE
    frame = pl.DataFrame(
        {
            "datetime": _times(record, start),
            "session": pl.Series(sessions.day[simulation.slot_session], dtype=pl.Date),
            "equity": simulation.equity,
        }
    )
    peak = pl.max_horizontal(pl.col("equity").cum_max(), pl.lit(simulation.initial_equity))
    return frame.with_columns(drawdown=pl.col("equity") / peak - 1.0)


def sessions_frame(record: RunRecord) -> pl.DataFrame:
    """One row a session: session, equity at its end, and that of each benchmark under its name."""
    columns = {benchmark.name: benchmark.session_equity for benchmark in record.benchmarks}
    days = pl.Series(record.panel.sessions.day, dtype=pl.Date)
    return pl.DataFrame({"session": days, "equity": record.simulation.session_equity, **columns})


def stocks_frame(record: RunRecord) -> pl.DataFrame:
    """One row a stock that has a bar in the period; the columns are the fields of `StockSummary`."""
    schema = {name: _STOCK_TYPES.get(name, pl.Float64) for name in StockSummary.__slots__}
    return pl.DataFrame([to_row(row) for row in record.summary.stocks], schema=schema)


def _times(record: RunRecord, instants: IntArray, known: BoolArray | None = None) -> pl.Series:
    zone = time_zone(record.panel.instruments[0].exchange)
    times = pl.Series(np.asarray(instants, dtype=np.int64)).cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(zone)
    return times if known is None else _masked(times, known)


def _known(values: FloatArray, known: BoolArray) -> pl.Series:
    return _masked(pl.Series(values), known)


def _masked(values: pl.Series, known: BoolArray) -> pl.Series:
    return values.to_frame("value").select(pl.when(pl.Series(known)).then(pl.col("value"))).to_series()
