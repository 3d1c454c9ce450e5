"""The same run judged by the definitions of other packages, for comparison.

Convention: keys are the packages' own names. Where a package's answer is no finite number (NaN, infinity), it is None here. Their
percentages stay percentages where the key says `[%]`. Nothing of this enters our own figures: `docs/metrics.md` has those.

Notes
-----
What differs: empyrical, quantstats and vectorbt count periods for the annual return, ours counts calendar days; backtesting.py leaves out
the first day's return, compounds the mean for the annual return and uses a compounded volatility for its Sharpe ratio; its profit factor
and expectancy are on returns of trades, not on money; quantstats judges sessions where others judge trades (win rate, payoff ratio) and
takes value at risk from the normal distribution.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import NormalDist

import numpy as np

from bokgi.metrics.downside import geometric_annual_return, growth_series, omega_ratio
from bokgi.metrics.drawdown import drawdown_series
from bokgi.metrics.returns import downside_deviation, session_returns
from bokgi.units import DayArray, FloatArray, IntArray

Figures = dict[str, float | None]


class Package(StrEnum):
    """Packages whose definitions can be chosen; the versions are those that the tests compare with."""

    EMPYRICAL = "empyrical"
    QUANTSTATS = "quantstats"
    BACKTESTING = "backtesting"
    VECTORBT = "vectorbt"


def _no_trades() -> FloatArray:
    return np.empty(0)


@dataclass(frozen=True)
class ComparedRun:
    """What the packages look at.

    equity : float64[bar]; at : int64[bar], local time of each bar [µs since 1970]
    initial_equity : before the first bar
    trade_profits : float64[trade], closed trades in order; trade_returns : float64[trade], profit over money invested
    periods_per_year : 252 is their default; risk_free_rate : as the package takes it (empyrical, vectorbt: of a period; quantstats,
        backtesting.py: annual)
    """

    equity: FloatArray
    at: IntArray
    initial_equity: float
    trade_profits: FloatArray = field(default_factory=_no_trades)
    trade_returns: FloatArray = field(default_factory=_no_trades)
    periods_per_year: int = 252
    risk_free_rate: float = 0.0

    @property
    def day(self) -> DayArray:
        """datetime64[D][bar]"""
        return self.at.astype("datetime64[us]").astype("datetime64[D]")

    @property
    def daily_equity(self) -> FloatArray:
        """float64[day], the last equity of each day that has a bar."""
        last: FloatArray = self.equity[np.append(self.day[1:] != self.day[:-1], True)]
        return last

    @property
    def daily_returns(self) -> FloatArray:
        """float64[day], the first against the initial equity."""
        return session_returns(self.daily_equity, self.initial_equity)


def summarize_as(package: Package, run: ComparedRun) -> Figures:
    """Judge a run as `package` would."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return {name: _known(value) for name, value in _JUDGES[package](run).items()}


def empyrical_figures(run: ComparedRun) -> dict[str, float]:
    """Figures of empyrical-reloaded 0.7, from daily returns; missing returns are skipped but count as periods of the year."""
    return empyrical_of_returns(run.daily_returns, run.periods_per_year, run.risk_free_rate)


def empyrical_of_returns(returns: FloatArray, periods_per_year: int = 252, required_return: float = 0.0) -> dict[str, float]:
    """Figures of empyrical from returns that may hold NaN.

    required_return : risk-free rate and required return of one period
    """
    present = returns[~np.isnan(returns)]
    annual = _compound_annual(returns, periods_per_year)
    depth = _period_drawdown(present)
    downside = _downside(present, required_return, periods_per_year)
    return {
        "cum_returns_final": float(np.prod(1.0 + present)) - 1.0,
        "annual_return": annual,
        "annual_volatility": _deviation(present) * math.sqrt(periods_per_year),
        "sharpe_ratio": _arithmetic_sharpe(present - required_return, periods_per_year),
        "sortino_ratio": _divided(float((present - required_return).mean()) * periods_per_year, downside),
        "downside_risk": downside,
        "calmar_ratio": _divided(annual, -depth) if depth < 0.0 else math.nan,
        "max_drawdown": depth,
        "omega_ratio": _omega(present - required_return),
        "tail_ratio": _tail_ratio(present),
        "value_at_risk": float(np.percentile(present, 5)),
        "conditional_value_at_risk": _lowest_mean(present),
        "stability_of_timeseries": _stability(present),
    }


def quantstats_figures(run: ComparedRun) -> dict[str, float]:
    """Figures of quantstats 0.0.8x, from daily returns; the annual risk-free rate is taken off geometrically."""
    returns, per_year = run.daily_returns, run.periods_per_year
    excess = returns - (math.pow(1.0 + run.risk_free_rate, 1.0 / per_year) - 1.0)
    annual, depth = _compound_annual(returns, per_year), _period_drawdown(returns)
    gains, losses = returns[returns > 0.0], returns[returns < 0.0]
    normal_tail = _normal_tail(returns)
    return {
        "comp": float(np.prod(1.0 + returns)) - 1.0,
        "cagr": annual,
        "volatility": _deviation(returns) * math.sqrt(per_year),
        "sharpe": _divided(float(excess.mean()), _deviation(excess)) * math.sqrt(per_year),
        "sortino": _divided(float(excess.mean()), downside_deviation(excess) or 0.0) * math.sqrt(per_year),
        "max_drawdown": depth,
        "calmar": _divided(annual, -depth),
        "omega": _omega(excess),
        "win_rate": _divided(len(gains), len(gains) + len(losses)),
        "payoff_ratio": _divided(_mean(gains), -_mean(losses)),
        "profit_factor": _divided(float(gains.sum()), -float(losses.sum())),
        "value_at_risk": normal_tail[0],
        "conditional_value_at_risk": normal_tail[1],
        "ulcer_index": _quantstats_ulcer(returns),
        "tail_ratio": _tail_ratio(returns),
        "exposure": math.ceil(float((returns != 0.0).mean()) * 100.0) / 100.0,
        "skew": _unbiased_skewness(returns),
        "kurtosis": _unbiased_excess_kurtosis(returns),
    }


def backtesting_figures(run: ComparedRun) -> dict[str, float]:
    """Figures of backtesting.py 0.6: equity on bars, days of 252 a year (365 where weekends trade)."""
    equity, first = run.equity, float(run.equity[0])
    per_year = 365 if _trades_on_weekends(run.day) else 252
    daily = run.daily_equity
    returns = daily[1:] / daily[:-1] - 1.0
    annual = math.pow(1.0 + _geometric_mean(returns), per_year) - 1.0
    spread = _compound_volatility(returns, per_year)
    depth = float(drawdown_series(equity, first).min())
    downside = (downside_deviation(returns) or 0.0) * math.sqrt(per_year)
    years = float(run.at[-1] - run.at[0]) / 1e6 / 86_400 / 365.25
    return {
        "Equity Final [$]": float(equity[-1]),
        "Equity Peak [$]": float(equity.max()),
        "Return [%]": (float(equity[-1]) - first) / first * 100.0,
        "Return (Ann.) [%]": annual * 100.0,
        "Volatility (Ann.) [%]": spread * 100.0,
        "CAGR [%]": (math.pow(float(equity[-1]) / first, 1.0 / years) - 1.0) * 100.0 if years else math.nan,
        "Sharpe Ratio": _divided(annual - run.risk_free_rate, spread),
        "Sortino Ratio": _divided(annual - run.risk_free_rate, downside),
        "Calmar Ratio": _divided(annual, -depth),
        "Max. Drawdown [%]": depth * 100.0,
    } | _backtesting_trades(run.trade_profits, run.trade_returns)


def vectorbt_figures(run: ComparedRun) -> dict[str, float]:
    """Figures of vectorbt 1.2, from returns of bars of one day; its trade figures are on money."""
    returns, per_year = run.daily_returns, run.periods_per_year
    excess = returns - run.risk_free_rate
    annual, depth = _compound_annual(returns, per_year), _period_drawdown_from_first(returns)
    return {
        "total_return": float(np.prod(1.0 + returns)) - 1.0,
        "annualized_return": annual,
        "annualized_volatility": _deviation(returns) * math.sqrt(per_year),
        "sharpe_ratio": _arithmetic_sharpe(excess, per_year),
        "sortino_ratio": _divided(float(excess.mean()) * per_year, _downside(returns, run.risk_free_rate, per_year)),
        "downside_risk": _downside(returns, run.risk_free_rate, per_year),
        "calmar_ratio": _divided(annual, -depth),
        "omega_ratio": _omega(excess),
        "max_drawdown": depth,
        "tail_ratio": _tail_ratio(returns),
        "value_at_risk": float(np.percentile(returns, 5)),
        "cond_value_at_risk": _lowest_mean(returns),
    } | _vectorbt_trades(run.trade_profits)


_JUDGES: dict[Package, Callable[[ComparedRun], dict[str, float]]] = {
    Package.EMPYRICAL: empyrical_figures,
    Package.QUANTSTATS: quantstats_figures,
    Package.BACKTESTING: backtesting_figures,
    Package.VECTORBT: vectorbt_figures,
}


def _backtesting_trades(profits: FloatArray, returns: FloatArray) -> dict[str, float]:
    count = len(profits)
    win_rate = float((profits > 0.0).mean()) if count else math.nan
    payoff = _divided(_mean(profits[profits > 0.0]), -_mean(profits[profits < 0.0]))
    return {
        "# Trades": float(count),
        "Win Rate [%]": win_rate * 100.0,
        "Best Trade [%]": float(returns.max()) * 100.0 if count else math.nan,
        "Worst Trade [%]": float(returns.min()) * 100.0 if count else math.nan,
        "Avg. Trade [%]": _geometric_mean(returns) * 100.0,
        "Profit Factor": _divided(float(returns[returns > 0.0].sum()), -float(returns[returns < 0.0].sum())),
        "Expectancy [%]": _mean(returns) * 100.0,
        "SQN": math.sqrt(count) * _divided(_mean(profits), _deviation(profits)),
        "Kelly Criterion": win_rate - _divided(1.0 - win_rate, payoff),
    }


def _vectorbt_trades(profits: FloatArray) -> dict[str, float]:
    count = len(profits)
    won, lost = profits[profits > 0.0], profits[profits < 0.0]
    return {
        "total_trades": float(count),
        "win_rate": _divided(len(won), count),
        "profit_factor": _divided(float(won.sum()), -float(lost.sum())),
        "expectancy": _divided(float(won.sum()) + float(lost.sum()), count),
        "sqn": math.sqrt(count) * _divided(_mean(profits), _deviation(profits)),
    }


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _divided(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else math.nan


def _mean(values: FloatArray) -> float:
    return float(values.mean()) if len(values) else math.nan


def _deviation(values: FloatArray) -> float:
    """Sample deviation; exactly 0 for values that are all equal."""
    if len(values) < 2:
        return math.nan
    return 0.0 if values.max() == values.min() else float(values.std(ddof=1))


def _arithmetic_sharpe(excess: FloatArray, per_year: int) -> float:
    return _divided(_mean(excess), _deviation(excess)) * math.sqrt(per_year)


def _compound_annual(returns: FloatArray, per_year: int) -> float:
    """Growth of a year by number of periods; a missing return is no growth, but a period."""
    annual = geometric_annual_return(np.nan_to_num(returns), per_year)
    return math.nan if annual is None else annual


def _period_drawdown(returns: FloatArray) -> float:
    return float(drawdown_series(growth_series(returns), 1.0).min())


def _period_drawdown_from_first(returns: FloatArray) -> float:
    """Maximum drawdown whose first peak is the end of the first period: a loss in it is not seen."""
    growth = growth_series(returns)
    return float(drawdown_series(growth, float(growth[0])).min())


def _downside(returns: FloatArray, required: float, per_year: int) -> float:
    return (downside_deviation(returns, required) or 0.0) * math.sqrt(per_year)


def _omega(excess: FloatArray) -> float:
    omega = omega_ratio(excess)
    return math.nan if omega is None else omega


def _tail_ratio(returns: FloatArray) -> float:
    return _divided(abs(float(np.percentile(returns, 95))), abs(float(np.percentile(returns, 5))))


def _lowest_mean(returns: FloatArray) -> float:
    """Mean of the lowest int((n - 1) x 5 %) + 1 returns."""
    return float(np.sort(returns)[: int((len(returns) - 1) * 0.05) + 1].mean())


def _stability(returns: FloatArray) -> float:
    """R squared of the cumulative log return on a straight line."""
    steps = np.log1p(returns).cumsum()
    line = np.arange(len(steps), dtype=np.float64)
    return float(np.corrcoef(line, steps)[0, 1]) ** 2 if len(steps) > 1 else math.nan


def _normal_tail(returns: FloatArray) -> tuple[float, float]:
    """Value at risk and expected shortfall of a normal distribution with the returns' mean and deviation, at 95 %."""
    mean, deviation = _mean(returns), _deviation(returns)
    if not deviation > 0.0:
        return math.nan, mean
    normal = NormalDist()
    quantile = normal.inv_cdf(0.05)
    return mean + deviation * quantile, mean - deviation * normal.pdf(quantile) / 0.05


def _quantstats_ulcer(returns: FloatArray) -> float:
    depths = drawdown_series(growth_series(returns), 1.0)
    return math.sqrt(_divided(float(depths @ depths), len(depths) - 1))


def _unbiased_skewness(returns: FloatArray) -> float:
    count, deviations = len(returns), returns - returns.mean()
    second, third = float((deviations**2).mean()), float((deviations**3).mean())
    return _divided(math.sqrt(count * (count - 1)), count - 2) * _divided(third, second**1.5)


def _unbiased_excess_kurtosis(returns: FloatArray) -> float:
    count, deviations = len(returns), returns - returns.mean()
    second, fourth = float((deviations**2).mean()), float((deviations**4).mean())
    scale = _divided(count - 1, (count - 2) * (count - 3))
    return scale * ((count + 1) * (_divided(fourth, second * second) - 3.0) + 6.0)


def _trades_on_weekends(days: DayArray) -> bool:
    weekday = (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday; Monday is 0
    return float((weekday >= 5).mean()) > 2 / 7 * 0.6


def _geometric_mean(returns: FloatArray) -> float:
    """Geometric mean; 0 where money was lost entirely."""
    growth = 1.0 + returns
    if not len(growth):
        return math.nan
    return 0.0 if (growth <= 0.0).any() else math.exp(float(np.log(growth).sum()) / len(growth)) - 1.0


def _compound_volatility(returns: FloatArray, per_year: int) -> float:
    """Deviation of a year's compounded return when days are independent."""
    growth = 1.0 + _geometric_mean(returns)
    variance = float(returns.var(ddof=1))
    return math.sqrt(math.pow(variance + growth * growth, per_year) - math.pow(growth, 2 * per_year))
