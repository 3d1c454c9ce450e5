"""The summary of a simulation: every figure of the catalogue, rows by stock, reasons of sale, events, months.

Convention: figures of money are whole numbers (`int`) where all money of the run is whole won. `total_profit` holds closed trades only;
`total_profit + unrealised_profit = E_end - E0`, to the won.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bokgi.bars.panel import Panel
from bokgi.market import calendar
from bokgi.metrics.catalog import BY_NAME, Unit
from bokgi.metrics.equity import BarEquity, DrawdownSpan, EquityFigures, Value, equity_figures
from bokgi.metrics.months import MonthlyReturn
from bokgi.metrics.stocks import StockSummary, stock_summaries
from bokgi.metrics.trades import ratio, trade_figures
from bokgi.orders.reasons import Event, Sale
from bokgi.orders.simulation import Simulation, TradeColumns
from bokgi.units import BoolArray, FloatArray


@dataclass(frozen=True, slots=True)
class SaleStatistics:
    """Closed trades of one reason of sale."""

    count: int
    winning_trades: int
    profit: float
    win_rate: float | None


@dataclass(frozen=True)
class Summary:
    """values : by name of the catalogue, in its order; sale_reasons, events : by lower-case name, only those that happened.

    stocks : those with a bar in the period, in panel order; uncounted : codes of the others
    average_late_minutes : mean delay of late fills; None without any
    """

    values: Mapping[str, Value]
    stocks: tuple[StockSummary, ...]
    uncounted: tuple[str, ...]
    sale_reasons: Mapping[str, SaleStatistics]
    events: Mapping[str, int]
    months: tuple[MonthlyReturn, ...]
    drawdowns: tuple[DrawdownSpan, ...]
    average_late_minutes: float | None = None

    @cached_property
    def by_code(self) -> dict[str, StockSummary]:
        return {row.code: row for row in self.stocks}


def sessions_per_year_of(panel: Panel) -> int:
    """Sessions per year of the panel's exchange."""
    return calendar.sessions_per_year(panel.instruments[0].exchange)


def summarize(simulation: Simulation, panel: Panel, *, risk_free_rate: float = 0.0, sessions_per_year: int | None = None) -> Summary:
    """Judge a simulation.

    Parameters
    ----------
    risk_free_rate : annual
    sessions_per_year : by default that of the panel's exchange
    """
    per_year = sessions_per_year_of(panel) if sessions_per_year is None else sessions_per_year
    trades = simulation.trades
    closed, costs = trades.sell_row >= 0, trade_costs(trades)
    figures = _equity_part(simulation, panel, per_year, risk_free_rate)
    stocks = stock_summaries(simulation, panel, closed, costs)
    values = dict(figures.values) | _trade_values(trades, closed, costs)
    values |= _cost_values(simulation, closed) | _stock_values(simulation, stocks)
    values["unrealised_profit"] = _unrealised(values)
    late = int(simulation.counts[:, Event.LATE_FILL].sum())
    return Summary(
        values=_in_catalogue_order(values),
        stocks=stocks,
        uncounted=tuple(panel.codes[index] for index in np.flatnonzero(simulation.counted == 0)),
        sale_reasons=sale_statistics(trades, closed),
        events=event_counts(simulation),
        months=figures.months,
        drawdowns=figures.drawdowns,
        average_late_minutes=ratio(float(simulation.late_minutes.sum()), late),
    )


def trade_costs(trades: TradeColumns) -> FloatArray:
    """float64[trade], commissions and taxes of each trade's fills; of an unsold position the purchase's alone."""
    sale = trades.sell_commission + trades.transaction_tax + trades.special_tax
    return trades.buy_commission + np.where(trades.sell_row >= 0, sale, 0.0)


def sale_statistics(trades: TradeColumns, closed: BoolArray) -> dict[str, SaleStatistics]:
    """Closed trades by reason of sale."""
    reasons, profits = trades.reason[closed], trades.profit[closed]
    counts = np.bincount(reasons, minlength=len(Sale))
    won = np.bincount(reasons[profits > 0.0], minlength=len(Sale))
    sums = np.bincount(reasons, weights=profits, minlength=len(Sale))
    return {
        sale.name.lower(): SaleStatistics(
            int(counts[sale]), int(won[sale]), _whole(float(sums[sale])), ratio(int(won[sale]), int(counts[sale]))
        )
        for sale in Sale
        if counts[sale]
    }


def event_counts(simulation: Simulation) -> dict[str, int]:
    """Events that happened, over all stocks."""
    totals = simulation.counts.sum(axis=0).tolist()
    return {event.name.lower(): totals[event] for event in Event if totals[event]}


def _equity_part(simulation: Simulation, panel: Panel, per_year: int, risk_free_rate: float) -> EquityFigures:
    sessions = panel.sessions
    return equity_figures(
        sessions.day,
        simulation.session_equity,
        simulation.initial_equity,
        sessions_per_year=per_year,
        risk_free_rate=risk_free_rate,
        bars=BarEquity(simulation.equity, simulation.slot_session, simulation.slot_minute, sessions.midnight_at),
    )


def _trade_values(trades: TradeColumns, closed: BoolArray, costs: FloatArray) -> dict[str, Value]:
    by_sale = np.flatnonzero(closed)
    by_sale = by_sale[np.argsort(trades.sell_at[by_sale], kind="stable")]
    figures = trade_figures(trades.profit[by_sale])
    values: dict[str, Value] = {name: getattr(figures, name) for name in figures.__slots__}
    values["open_positions"] = len(trades) - figures.total_trades
    return values | _invested_values(trades, by_sale, costs)


def _invested_values(trades: TradeColumns, rows: np.ndarray[tuple[int], np.dtype[np.int64]], costs: FloatArray) -> dict[str, Value]:
    if not len(rows):
        names = ("average_trade_return", "best_trade_return", "worst_trade_return", "average_holding_sessions", "round_trip_cost")
        return dict.fromkeys(names)
    invested = trades.invested[rows]
    returns = trades.profit[rows] / invested
    held = trades.sell_session[rows] - trades.buy_session[rows]
    return {
        "average_trade_return": float(returns.mean()),
        "best_trade_return": float(returns.max()),
        "worst_trade_return": float(returns.min()),
        "average_holding_sessions": float(held.mean()),
        "round_trip_cost": ratio(float(costs[rows].sum()), float(invested.sum())),
    }


def _cost_values(simulation: Simulation, closed: BoolArray) -> dict[str, Value]:
    trades = simulation.trades
    commission = float(trades.buy_commission.sum()) + float(trades.sell_commission[closed].sum())
    tax = float(trades.transaction_tax[closed].sum()) + float(trades.special_tax[closed].sum())
    total = commission + tax
    return {
        "total_commission": commission,
        "total_tax": tax,
        "total_cost": total,
        "cost_ratio": ratio(total, simulation.initial_equity),
    }


def _stock_values(simulation: Simulation, stocks: tuple[StockSummary, ...]) -> dict[str, Value]:
    rates = [row.return_rate for row in stocks if row.return_rate is not None]
    return {
        "stocks": len(stocks),
        "median_stock_return": float(np.median(rates)) if rates else None,
        "stocks_in_profit": ratio(sum(rate > 0.0 for rate in rates), len(rates)),
        "exposure": ratio(int(simulation.held_bars.sum()), int(simulation.traded_bars.sum())),
    }


def _unrealised(values: Mapping[str, Value]) -> float:
    """What the open positions are worth beyond their purchase; without open positions exactly 0."""
    if not values["open_positions"]:
        return 0.0
    return float(values["final_equity"] or 0.0) - float(values["initial_equity"] or 0.0) - float(values["total_profit"] or 0.0)


def _in_catalogue_order(values: Mapping[str, Value]) -> dict[str, Value]:
    """Every metric of the catalogue and no other; money as whole numbers where it is whole."""
    ordered: dict[str, Value] = {}
    for name, metric in BY_NAME.items():
        value = values[name]
        ordered[name] = _whole(value) if metric.unit is Unit.KRW and value is not None else value
    return ordered


def _whole(value: float) -> float:
    return int(value) if float(value).is_integer() else value
