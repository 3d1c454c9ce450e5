"""One row for each stock of a run."""

import math
from dataclasses import dataclass

import numpy as np

from bokgi.bars.panel import Panel
from bokgi.orders.simulation import Simulation
from bokgi.units import BoolArray, FloatArray


@dataclass(frozen=True, slots=True)
class StockSummary:
    """Figures of one stock that has a bar in the period.

    return_rate : E_end / E0 - 1 of its account; in a shared account its profit, realised or not, over the shared E0
    max_drawdown : of its account on bars; None in a shared account; total_cost : of all its fills
    """

    code: str
    name: str
    name_en: str
    total_trades: int
    winning_trades: int
    losing_trades: int
    open_positions: int
    total_profit: float
    unrealised_profit: float
    total_cost: float
    return_rate: float | None
    win_rate: float | None
    max_drawdown: float | None
    exposure: float | None


def is_shared(simulation: Simulation) -> bool:
    """Whether the run had one shared account: then no stock has a drawdown of its own (contract of `Simulation`)."""
    counted = simulation.counted.astype(bool)
    return bool(counted.any()) and bool(np.isnan(simulation.instrument_drawdown[counted]).all())


def stock_summaries(simulation: Simulation, panel: Panel, closed: BoolArray, costs: FloatArray) -> tuple[StockSummary, ...]:
    """Return the rows in panel order, stocks without a bar left out.

    closed : bool[trade]; costs : float64[trade], commissions and taxes of each trade
    """
    trades, count = simulation.trades, len(panel.instruments)
    owner, profits = trades.instrument[closed], trades.profit[closed]
    total = np.bincount(owner, minlength=count)
    won = np.bincount(owner[profits > 0.0], minlength=count)
    lost = np.bincount(owner[profits < 0.0], minlength=count)
    still_open = np.bincount(trades.instrument[~closed], minlength=count)
    profit = np.bincount(owner, weights=profits, minlength=count)
    cost = np.bincount(trades.instrument, weights=costs, minlength=count)
    gains, rates = _gains(simulation)
    unrealised = np.where(still_open > 0, gains - profit, 0.0)
    exposure = _quotient(simulation.held_bars, simulation.traded_bars)
    certain = (total, won, lost, still_open, profit, unrealised, cost)
    uncertain = (rates, _quotient(won, total), simulation.instrument_drawdown, exposure)
    kept = np.flatnonzero(simulation.counted)
    lists = [column[kept].tolist() for column in certain] + [_known(column[kept]) for column in uncertain]
    instruments = [panel.instruments[index] for index in kept]
    return tuple(StockSummary(stock.code, stock.name, stock.name_en, *row) for stock, *row in zip(instruments, *lists, strict=True))


def _known(column: FloatArray) -> list[float | None]:
    """Return the column as a list with None for NaN."""
    return [None if math.isnan(value) else value for value in column.tolist()]


def _gains(simulation: Simulation) -> tuple[FloatArray, FloatArray]:
    """Money gained by each stock, realised or not, and its return."""
    count = len(simulation.counted)
    last = simulation.instrument_equity[:, -1] if simulation.instrument_equity.shape[1] else np.zeros(count)
    if is_shared(simulation):
        return last, last / simulation.initial_equity
    seed = simulation.initial_equity / max(int(np.count_nonzero(simulation.counted)), 1)
    return last - seed, last / seed - 1.0 if seed else np.full(count, np.nan)


def _quotient(numerator: np.ndarray[tuple[int], np.dtype[np.int64]], denominator: np.ndarray[tuple[int], np.dtype[np.int64]]) -> FloatArray:
    """Quotient, NaN where the denominator is 0."""
    result = np.full(len(numerator), np.nan)
    np.divide(numerator, denominator, out=result, where=denominator > 0)
    return result
