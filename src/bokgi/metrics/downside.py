"""Measures of loss and shape that books name: Bacon, "Practical Portfolio Performance Measurement and Attribution" (2nd ed. 2008).

Convention: `returns` float64[period] of any period; `target` is the minimum acceptable return of a period; means are taken over all
periods. Undefined is None.
"""

import math

import numpy as np

from bokgi.metrics.drawdown import drawdown_series
from bokgi.metrics.returns import downside_deviation, kurtosis, sample_deviation, skewness
from bokgi.metrics.trades import ratio
from bokgi.units import FloatArray


def downside_potential(returns: FloatArray, target: float = 0.0) -> float | None:
    """Mean shortfall below the target."""
    return float(np.maximum(target - returns, 0.0).mean()) if len(returns) else None


def upside_potential(returns: FloatArray, target: float = 0.0) -> float | None:
    """Mean excess over the target."""
    return float(np.maximum(returns - target, 0.0).mean()) if len(returns) else None


def downside_frequency(returns: FloatArray, target: float = 0.0) -> float | None:
    """Share of periods below the target."""
    return float((returns < target).mean()) if len(returns) else None


def mean_absolute_deviation(returns: FloatArray) -> float | None:
    """Mean distance from the mean."""
    return float(np.abs(returns - returns.mean()).mean()) if len(returns) else None


def bernardo_ledoit_ratio(returns: FloatArray) -> float | None:
    """Sum of the gains over the sum of the losses; the same as omega at 0."""
    return omega_ratio(returns, 0.0)


def omega_ratio(returns: FloatArray, target: float = 0.0) -> float | None:
    """Upside over downside potential."""
    up, down = upside_potential(returns, target), downside_potential(returns, target)
    return None if up is None or down is None else ratio(up, down)


def omega_sharpe_ratio(returns: FloatArray, target: float = 0.0) -> float | None:
    """Omega less one: mean excess over the downside potential."""
    omega = omega_ratio(returns, target)
    return None if omega is None else omega - 1.0


def kappa_ratio(returns: FloatArray, target: float = 0.0) -> float | None:
    """Kappa of order 2: mean excess over the downside deviation (Sortino of one period)."""
    deviation = downside_deviation(returns, target)
    return None if deviation is None else ratio(float(returns.mean()) - target, deviation)


def volatility_skewness(returns: FloatArray, target: float = 0.0) -> float | None:
    """Mean square above the target over mean square below it."""
    above, below = np.maximum(returns - target, 0.0), np.minimum(returns - target, 0.0)
    return ratio(float(above @ above), float(below @ below))


def growth_series(returns: FloatArray) -> FloatArray:
    """float64[period], what 1 has grown to."""
    return np.cumprod(1.0 + returns, dtype=np.float64)


def pain_index(returns: FloatArray) -> float | None:
    """Mean depth of the drawdowns, over all periods."""
    return float(-drawdown_series(growth_series(returns), 1.0).mean()) if len(returns) else None


def ulcer_index(returns: FloatArray) -> float | None:
    """Root-mean-square depth of the drawdowns, over all periods."""
    if not len(returns):
        return None
    depths = drawdown_series(growth_series(returns), 1.0)
    return math.sqrt(float(depths @ depths) / len(depths))


def geometric_annual_return(returns: FloatArray, periods_per_year: float) -> float | None:
    """Growth of a year when periods are counted, not days (Bacon, empyrical); our own CAGR counts calendar days."""
    growth = float(np.prod(1.0 + returns))
    return math.pow(growth, periods_per_year / len(returns)) - 1.0 if len(returns) and growth >= 0.0 else None


def martin_ratio(returns: FloatArray, periods_per_year: float) -> float | None:
    """Geometric annual return over the ulcer index."""
    annual, ulcer = geometric_annual_return(returns, periods_per_year), ulcer_index(returns)
    return None if annual is None or ulcer is None else ratio(annual, ulcer)


def adjusted_sharpe_ratio(returns: FloatArray, periods_per_year: float) -> float | None:
    """Sharpe ratio on the geometric annual return, with a penalty for negative skewness and fat tails (Pezier and White 2006)."""
    annual, deviation = geometric_annual_return(returns, periods_per_year), sample_deviation(returns)
    skew, kurt = skewness(returns), kurtosis(returns)
    if annual is None or skew is None or kurt is None or not deviation:
        return None
    sharpe = annual / (deviation * math.sqrt(periods_per_year))
    return sharpe * (1.0 + skew / 6.0 * sharpe - (kurt - 3.0) / 24.0 * sharpe * sharpe)
