"""Figures of one equity series: of a run, of a benchmark, of anything that has a value at each session's end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from bokgi.metrics.drawdown import Drawdown, max_drawdown
from bokgi.metrics.months import MonthlyReturn, monthly_returns
from bokgi.metrics.returns import (
    annual_return,
    best_and_worst,
    calmar_ratio,
    kurtosis,
    mean_at_or_below,
    sample_deviation,
    session_returns,
    sharpe_ratio,
    skewness,
    sortino_ratio,
    total_return,
    value_at_risk,
    volatility,
)
from bokgi.units import MICROS_PER_MINUTE, DayArray, FloatArray, IntArray, ShortArray

Value = float | int | None


@dataclass(frozen=True, slots=True)
class BarEquity:
    """Equity on bars.

    equity : float64[slot]; session : int32[slot]; minute : int32[slot], in exchange time
    midnight_at : int64[session], UTC instant of midnight in exchange time [µs]
    """

    equity: FloatArray
    session: ShortArray
    minute: ShortArray
    midnight_at: IntArray

    def instant(self, slot: int) -> int:
        """UTC instant of a slot's start [µs]."""
        return int(self.midnight_at[self.session[slot]]) + int(self.minute[slot]) * MICROS_PER_MINUTE


@dataclass(frozen=True, slots=True)
class DrawdownSpan:
    """A drawdown with its dates; the peak is None where it is E0 itself, the recovery where it never came.

    basis : `bars` or `session_ends`; *_at : UTC instant [µs], None for session ends
    sessions : from the peak's session (E0: before the first) to the recovery's, or to the last
    """

    basis: str
    depth: float
    peak: date | None = None
    trough: date | None = None
    recovery: date | None = None
    peak_at: int | None = None
    trough_at: int | None = None
    recovery_at: int | None = None
    sessions: int = 0


@dataclass(frozen=True, slots=True)
class EquityFigures:
    """values : by name of the catalogue; drawdowns : on bars (where bars were given) and on session ends."""

    values: Mapping[str, Value]
    drawdowns: tuple[DrawdownSpan, ...]
    months: tuple[MonthlyReturn, ...]


def equity_figures(
    days: DayArray,
    session_equity: FloatArray,
    initial_equity: float,
    *,
    sessions_per_year: int,
    risk_free_rate: float = 0.0,
    bars: BarEquity | None = None,
) -> EquityFigures:
    """Judge an equity series.

    Parameters
    ----------
    days : datetime64[D][session], every session of the exchange in the period
    session_equity : float64[session], at session ends
    initial_equity : E0
    risk_free_rate : annual
    bars : equity on bars; without it `max_drawdown` is that of session ends

    Notes
    -----
    The maximum drawdown of a run is the one on bars: it is the deeper one.
    """
    returns = session_returns(session_equity, initial_equity)
    months = monthly_returns(days, session_equity, initial_equity)
    at_ends = _span_of_sessions(days, session_equity, initial_equity)
    on_bars = at_ends if bars is None else _span_of_bars(days, bars, initial_equity)
    final = float(session_equity[-1]) if len(session_equity) else initial_equity
    values: dict[str, Value] = {
        "initial_equity": initial_equity,
        "final_equity": final,
        "total_return": total_return(final, initial_equity),
        "sessions": len(days),
        "calendar_days": calendar_days(days),
        "sessions_per_year": sessions_per_year,
        "risk_free_rate": risk_free_rate,
        "max_drawdown": on_bars.depth,
        "max_drawdown_session_end": at_ends.depth,
        "max_drawdown_sessions": on_bars.sessions,
    }
    values |= _return_values(values, returns, sessions_per_year, risk_free_rate) | _month_values(months)
    return EquityFigures(values, (at_ends,) if bars is None else (on_bars, at_ends), months)


def calendar_days(days: DayArray) -> int:
    """Days from the first to the last session, both counted: E0 stands before the first one."""
    return int((days[-1] - days[0]).astype(np.int64)) + 1 if len(days) else 0


def _return_values(known: Mapping[str, Value], returns: FloatArray, per_year: int, risk_free_rate: float) -> dict[str, Value]:
    annual = annual_return(known["total_return"], calendar_days=int(known["calendar_days"] or 0), sessions=len(returns))
    best, worst = best_and_worst(returns)
    tail = value_at_risk(returns)
    return {
        "annual_return": annual,
        "best_session": best,
        "worst_session": worst,
        "volatility": volatility(returns, per_year),
        "session_volatility": sample_deviation(returns),
        "value_at_risk": tail,
        "conditional_value_at_risk": mean_at_or_below(returns, tail),
        "skewness": skewness(returns),
        "kurtosis": kurtosis(returns),
        "sharpe_ratio": sharpe_ratio(returns, per_year, risk_free_rate),
        "sortino_ratio": sortino_ratio(returns, per_year, risk_free_rate),
        "calmar_ratio": calmar_ratio(annual, known["max_drawdown"]),
    }


def _month_values(months: tuple[MonthlyReturn, ...]) -> dict[str, Value]:
    known = [month.return_ratio for month in months if month.return_ratio is not None]
    return {"best_month": max(known, default=None), "worst_month": min(known, default=None)}


def _span_of_sessions(days: DayArray, equity: FloatArray, initial_equity: float) -> DrawdownSpan:
    found = max_drawdown(equity, initial_equity)
    return _dated("session_ends", found, days, np.arange(len(days), dtype=np.int32), None)


def _span_of_bars(days: DayArray, bars: BarEquity, initial_equity: float) -> DrawdownSpan:
    return _dated("bars", max_drawdown(bars.equity, initial_equity), days, bars.session, bars)


def _dated(basis: str, found: Drawdown, days: DayArray, session: ShortArray, bars: BarEquity | None) -> DrawdownSpan:
    if found.trough is None:
        return DrawdownSpan(basis, found.depth)
    peak, trough, recovery = (None if place is None or place < 0 else place for place in (found.peak, found.trough, found.recovery))
    first = -1 if peak is None else int(session[peak])
    last = len(days) - 1 if recovery is None else int(session[recovery])
    return DrawdownSpan(
        basis=basis,
        depth=found.depth,
        peak=_day_of(days, session, peak),
        trough=_day_of(days, session, trough),
        recovery=_day_of(days, session, recovery),
        peak_at=_instant_of(bars, peak),
        trough_at=_instant_of(bars, trough),
        recovery_at=_instant_of(bars, recovery),
        sessions=last - first,
    )


def _day_of(days: DayArray, session: ShortArray, place: int | None) -> date | None:
    if place is None:
        return None
    day: date = days[session[place]].item()
    return day


def _instant_of(bars: BarEquity | None, place: int | None) -> int | None:
    return None if bars is None or place is None else bars.instant(place)
