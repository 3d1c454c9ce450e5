"""Figures of closed trades.

Convention: a trade is closed when it has a sale; profit is after all costs. A trade of zero profit is neither a winner nor a loser, but
it counts as closed. A ratio without a denominator is None.
"""

from dataclasses import dataclass

import numpy as np

from bokgi.units import FloatArray


@dataclass(frozen=True, slots=True)
class TradeFigures:
    """Counts, sums and ratios of closed trades; gross_loss is <= 0, money in the unit of the profits."""

    total_trades: int
    winning_trades: int
    losing_trades: int
    gross_profit: float
    gross_loss: float
    total_profit: float
    win_rate: float | None
    profit_factor: float | None
    payoff_ratio: float | None
    expectancy: float | None
    average_win: float | None
    average_loss: float | None
    best_trade: float | None
    worst_trade: float | None
    longest_winning_streak: int
    longest_losing_streak: int


def trade_figures(profits: FloatArray) -> TradeFigures:
    """Figures of closed trades in the order of their sales.

    profits : float64[trade], profit of each closed trade after all costs
    """
    won, lost = profits > 0.0, profits < 0.0
    count, winners, losers = len(profits), int(np.count_nonzero(won)), int(np.count_nonzero(lost))
    gains, losses, total = float(profits[won].sum()), float(profits[lost].sum()), float(profits.sum())
    average_win, average_loss = ratio(gains, winners), ratio(losses, losers)
    return TradeFigures(
        total_trades=count,
        winning_trades=winners,
        losing_trades=losers,
        gross_profit=gains,
        gross_loss=losses,
        total_profit=total,
        win_rate=ratio(winners, count),
        profit_factor=ratio(gains, -losses),
        payoff_ratio=None if average_win is None or average_loss is None else average_win / -average_loss,
        expectancy=ratio(total, count),
        average_win=average_win,
        average_loss=average_loss,
        best_trade=float(profits.max()) if count else None,
        worst_trade=float(profits.min()) if count else None,
        longest_winning_streak=longest_streak(won),
        longest_losing_streak=longest_streak(lost),
    )


def longest_streak(hits: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
    """Length of the longest unbroken row of hits."""
    if not len(hits):
        return 0
    edges = np.flatnonzero(np.diff(np.concatenate(([False], hits, [False]))))
    return int((edges[1::2] - edges[::2]).max()) if len(edges) else 0


def ratio(numerator: float, denominator: float) -> float | None:
    """Quotient, None where the denominator is 0."""
    return numerator / denominator if denominator else None
