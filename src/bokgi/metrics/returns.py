"""Figures of a series of session returns.

Convention: `returns` is float64[session], r_i = E_i / E_(i-1) - 1 at session ends, the first against E0. Annual figures need
`SESSIONS_FOR_ANNUAL` sessions. What is undefined is None. The risk-free rate is annual and simple: a session takes 1 / N of it.
"""

import math

import numpy as np

from bokgi.units import FloatArray

SESSIONS_FOR_ANNUAL = 60
SESSIONS_FOR_TAIL = 20
"""Under 20 returns the worst 5 % are not even one session."""
DAYS_PER_YEAR = 365.25
NO_DISPERSION = 1e-13
"""A deviation below this is the rounding of returns that are all equal, not a spread: one won of 10,000,000 is 1e-7."""


def session_returns(session_equity: FloatArray, initial_equity: float) -> FloatArray:
    """float64[session], return of each session, the first against E0; NaN from a session on that started without equity."""
    before = np.empty_like(session_equity)
    before[:1] = initial_equity
    before[1:] = session_equity[:-1]
    solvent = np.logical_and.accumulate(before > 0.0)
    result = np.full_like(session_equity, np.nan)
    np.divide(session_equity, before, out=result, where=solvent)
    return result - 1.0


def total_return(final_equity: float, initial_equity: float) -> float | None:
    """E_end / E0 - 1; None without capital."""
    return final_equity / initial_equity - 1.0 if initial_equity > 0.0 else None


def annual_return(total: float | None, calendar_days: int, sessions: int) -> float | None:
    """CAGR by calendar days / 365.25, first and last session included; None under 60 sessions and below a total loss."""
    if total is None or sessions < SESSIONS_FOR_ANNUAL or calendar_days <= 0 or total < -1.0:
        return None
    return float(math.pow(1.0 + total, DAYS_PER_YEAR / calendar_days) - 1.0)


def sample_deviation(returns: FloatArray) -> float | None:
    """Standard deviation with n - 1; None under two sessions."""
    return _finite(float(returns.std(ddof=1))) if len(returns) > 1 else None


def volatility(returns: FloatArray, sessions_per_year: int) -> float | None:
    """Annual volatility: sample deviation x sqrt(N); None under 60 sessions."""
    deviation = sample_deviation(returns)
    return None if deviation is None or not _is_annual(returns) else deviation * math.sqrt(sessions_per_year)


def sharpe_ratio(returns: FloatArray, sessions_per_year: int, risk_free_rate: float = 0.0) -> float | None:
    """Arithmetic mean over sample deviation of the excess returns x sqrt(N); None under 60 sessions and without deviation."""
    deviation = sample_deviation(returns)
    if deviation is None or deviation <= NO_DISPERSION or not _is_annual(returns):
        return None
    excess = float(returns.mean()) - risk_free_rate / sessions_per_year
    return excess / deviation * math.sqrt(sessions_per_year)


def downside_deviation(returns: FloatArray, target: float = 0.0) -> float | None:
    """Root-mean-square of the returns' shortfall below `target`, over all sessions (0 for those above it)."""
    if not len(returns):
        return None
    shortfall = np.minimum(returns - target, 0.0)
    return _finite(math.sqrt(float(shortfall @ shortfall) / len(returns)))


def sortino_ratio(returns: FloatArray, sessions_per_year: int, risk_free_rate: float = 0.0) -> float | None:
    """Mean excess return over the downside deviation below the risk-free rate x sqrt(N); None where nothing fell below it."""
    target = risk_free_rate / sessions_per_year
    deviation = downside_deviation(returns, target)
    if deviation is None or deviation <= NO_DISPERSION or not _is_annual(returns):
        return None
    return (float(returns.mean()) - target) / deviation * math.sqrt(sessions_per_year)


def calmar_ratio(annual: float | None, max_drawdown: float | None) -> float | None:
    """CAGR over the depth of the maximum drawdown; None without a drawdown."""
    return None if annual is None or not max_drawdown else annual / -max_drawdown


def value_at_risk(returns: FloatArray, share: float = 0.05) -> float | None:
    """The return that the worst `share` of sessions did not exceed (historical, linear between ranks); None under 20 sessions."""
    if len(returns) < SESSIONS_FOR_TAIL or not np.isfinite(returns).all():
        return None
    ranked = np.sort(returns)
    place = (len(ranked) - 1) * share
    below = math.floor(place)
    return float(ranked[below] + (ranked[min(below + 1, len(ranked) - 1)] - ranked[below]) * (place - below))


def conditional_value_at_risk(returns: FloatArray, share: float = 0.05) -> float | None:
    """Mean of the returns at or below the value at risk; None under 20 sessions."""
    return mean_at_or_below(returns, value_at_risk(returns, share))


def mean_at_or_below(returns: FloatArray, threshold: float | None) -> float | None:
    """Mean of the returns that do not exceed a threshold; None without one."""
    return None if threshold is None else float(returns[returns <= threshold].mean())


def central_moment_ratio(returns: FloatArray, power: int) -> float | None:
    """Population moment of `power` 3 (skewness) or 4 (kurtosis, 3 for the normal) over the deviation; None without deviation."""
    if len(returns) < power:
        return None
    deviations = returns - returns.mean()
    squares = deviations * deviations
    variance = float(squares.mean())
    if not variance > NO_DISPERSION**2:
        return None
    moment = float((squares * deviations).mean()) if power == 3 else float((squares * squares).mean())
    return moment / math.pow(variance, power / 2)


def skewness(returns: FloatArray) -> float | None:
    """Population skewness."""
    return central_moment_ratio(returns, 3)


def kurtosis(returns: FloatArray) -> float | None:
    """Population kurtosis, 3 for the normal distribution."""
    return central_moment_ratio(returns, 4)


def best_and_worst(returns: FloatArray) -> tuple[float | None, float | None]:
    """The largest and the smallest return."""
    return (_finite(float(returns.max())), _finite(float(returns.min()))) if len(returns) else (None, None)


def _is_annual(returns: FloatArray) -> bool:
    return len(returns) >= SESSIONS_FOR_ANNUAL


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
