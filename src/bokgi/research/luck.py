"""What luck alone brings: the best of all pairs of buy and sell bars on many stocks of pure noise.

Convention: every stock has a seed of its own, so that rows can be repeated and lengthened. Sharpe ratios are annual, of 245 sessions.
Nothing here is a result of anybody's search; it is what such results must be held against.
"""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from bokgi.research.effective_trials import RatioMaxima
from bokgi.research.enough import validation_blocks
from bokgi.research.noise import noise_prices, pair_returns
from bokgi.research.overfitting import backtest_overfitting
from bokgi.research.resamples import Resamples, stationary_resamples
from bokgi.research.superior_ability import NO_TRADE, BootstrapMaxima
from bokgi.research.trials import TrialBlock, means_and_variances
from bokgi.units import FloatArray

SESSIONS_PER_YEAR = 245
SIZES = ((72, 7, 400), (72, 20, 400), (72, 60, 400), (72, 250, 200), (195, 60, 300), (195, 120, 150), (195, 250, 60))
"""Bars, sessions, stocks of the rows of docs/luck.md. With sixty sessions and all pairs a hundred stocks still miss the share of
profitable ones by ten points."""
RESAMPLES = 500
SEED_OF_RESAMPLES = 1
ALARM = 0.05
"""P-values below this would be called significant by a reader of many papers."""


@dataclass(frozen=True)
class StockOfNoise:
    """The best pairs of one stock of noise; what so many sessions do not allow is NaN.

    Attributes
    ----------
    gross_sharpe, net_sharpe : the largest annual Sharpe ratio of all pairs before and after costs
    best_total : the largest net result over all sessions, over the seed
    effective_trials : number of independent trials that all pairs amount to
    overfitting : PBO on the mean; costs that are the same for all pairs do not change it
    p_value : Hansen's test against no trade
    """

    gross_sharpe: float
    net_sharpe: float
    best_total: float
    effective_trials: float
    overfitting: float
    p_value: float


@dataclass(frozen=True)
class LuckRow:
    """Many stocks of noise of one size, summed up."""

    bars: int
    sessions: int
    pairs: int
    stocks: int
    effective_trials: float
    """Mean; NaN under 20 sessions."""
    gross_sharpe: tuple[float, float]
    """Mean, and what one stock of twenty is above."""
    net_sharpe: tuple[float, float]
    profitable: float
    best_median: float
    best_one_in_twenty: float
    overfitting: tuple[float, float]
    """Mean and standard deviation."""
    alarms: float


def stock_of_noise(bars: int, resamples: Resamples, seed: int) -> StockOfNoise:
    """Search all pairs of one stock of noise."""
    sessions = resamples.sessions
    prices = noise_prices(sessions, bars, np.random.default_rng((seed, bars, sessions)))
    block = TrialBlock(*reversed(pair_returns(prices)))
    blocks = validation_blocks(sessions)
    means, _ = means_and_variances(block.net)
    return StockOfNoise(
        gross_sharpe=_largest_sharpe(block.gross),
        net_sharpe=_largest_sharpe(block.net),
        best_total=float(means.max()) * sessions,
        effective_trials=_effective_trials(block, resamples),
        overfitting=math.nan if blocks is None else _or_nan(backtest_overfitting((block.net,), blocks)),
        p_value=math.nan if blocks is None else _p_value(block, prices, resamples),
    )


def simulated_row(bars: int, sessions: int, stocks: int, threads: int = 1) -> LuckRow:
    """Search this many stocks of noise; the first ones are the same whether or not more follow."""
    resamples = stationary_resamples(sessions, RESAMPLES, SEED_OF_RESAMPLES)
    with ThreadPoolExecutor(threads) as pool:
        return luck_row(bars, sessions, list(pool.map(lambda seed: stock_of_noise(bars, resamples, seed), range(stocks))))


def luck_row(bars: int, sessions: int, stocks: list[StockOfNoise]) -> LuckRow:
    """Sum up stocks of one size."""
    table = np.array([tuple(vars(stock).values()) for stock in stocks]).T
    gross, net, best, effective, overfitting, p_values = table
    pairs = bars * (bars - 1) // 2
    return LuckRow(
        bars=bars,
        sessions=sessions,
        pairs=pairs,
        stocks=len(stocks),
        effective_trials=float(effective.mean()),
        gross_sharpe=(float(gross.mean()), float(np.quantile(gross, 0.95))),
        net_sharpe=(float(net.mean()), float(np.quantile(net, 0.95))),
        profitable=float(np.mean(best > 0.0)),
        best_median=float(np.median(best)),
        best_one_in_twenty=float(np.quantile(best, 0.95)),
        overfitting=(float(overfitting.mean()), float(overfitting.std())),
        alarms=math.nan if np.isnan(p_values).any() else float(np.mean(p_values < ALARM)),
    )


def _largest_sharpe(returns: FloatArray) -> float:
    means, variances = means_and_variances(returns)
    sessions = returns.shape[1]
    return float((means / np.sqrt(variances)).max()) * math.sqrt((sessions - 1) / sessions * SESSIONS_PER_YEAR)


def _effective_trials(block: TrialBlock, resamples: Resamples) -> float:
    ratios = RatioMaxima(resamples)
    ratios.add(block)
    return _or_nan(ratios.effective_trials())


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


def _p_value(block: TrialBlock, prices: FloatArray, resamples: Resamples) -> float:
    maxima = BootstrapMaxima(resamples, prices[:, -1] - 1.0, 2)
    maxima.add(block)
    return maxima.superior_ability(NO_TRADE)
