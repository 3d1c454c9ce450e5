"""Pure noise that looks like a market: for showing what luck alone brings, never for results.

Convention: sessions are independent in direction. Returns of bars have fat tails (Student's t, four degrees of freedom), a volatility
that clusters from session to session, and a day that is lively at both ends. Prices start at 1 in every session; seeds are passed in.
The dispersion and costs are those with which the table of docs/luck.md was made.
"""

import math

import numpy as np

from bokgi.units import FloatArray, IntArray

DAY_DEVIATION = 0.02
"""Standard deviation of a session from first to last bar; two percent, a lively Korean stock."""
ROUND_TRIP_COST = 0.00222
_FREEDOM = 4
_PERSISTENCE, _SPREAD_OF_LOG_VOLATILITY = 0.9, 0.3
_LIVELY_ENDS = 2.0


def noise_prices(sessions: int, bars: int, generator: np.random.Generator) -> FloatArray:
    """float64[session, bar], prices without any edge."""
    shocks = generator.standard_t(_FREEDOM, size=(sessions, bars)) / math.sqrt(_FREEDOM / (_FREEDOM - 2))
    bar_deviation = DAY_DEVIATION / math.sqrt(bars) * _day_shape(bars)
    return np.exp(np.cumsum(shocks * bar_deviation * _session_volatility(sessions, generator)[:, None], axis=1))


def pair_returns(prices: FloatArray, cost: float = ROUND_TRIP_COST) -> tuple[FloatArray, FloatArray]:
    """Gross and net returns of buying at one bar and selling at a later one, every session; float64[pair, session] each.

    Pairs come in order of the bar bought, then of the bar sold; cost : of a round trip, over the seed
    """
    buy, sell = pairs_of(prices.shape[1])
    columns = np.ascontiguousarray(prices.T)
    gross = columns[sell] / columns[buy] - 1.0
    return gross, gross - cost


def pairs_of(bars: int) -> tuple[IntArray, IntArray]:
    """int64[pair] each: bar bought, bar sold."""
    buy, sell = np.triu_indices(bars, 1)
    return buy.astype(np.int64), sell.astype(np.int64)


def _session_volatility(sessions: int, generator: np.random.Generator) -> FloatArray:
    """float64[session], log-normal with persistence; its mean square is 1."""
    level = _SPREAD_OF_LOG_VOLATILITY * generator.standard_normal(sessions)
    for session in range(1, sessions):
        level[session] = _PERSISTENCE * level[session - 1] + math.sqrt(1.0 - _PERSISTENCE**2) * level[session]
    return np.exp(level - _SPREAD_OF_LOG_VOLATILITY**2)


def _day_shape(bars: int) -> FloatArray:
    """float64[bar], lively at both ends; its mean square is 1."""
    shape = 1.0 + _LIVELY_ENDS * np.linspace(-1.0, 1.0, bars) ** 2
    return np.asarray(shape / math.sqrt(float(np.mean(shape * shape))), dtype=np.float64)
