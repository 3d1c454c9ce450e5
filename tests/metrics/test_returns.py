"""Figures of return series against Python's own statistics module and against sums done by hand."""

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bokgi.market.calendar import sessions_per_year
from bokgi.market.instruments import Exchange
from bokgi.metrics.equity import equity_figures
from bokgi.metrics.months import monthly_returns
from bokgi.metrics.returns import (
    annual_return,
    calmar_ratio,
    conditional_value_at_risk,
    kurtosis,
    session_returns,
    sharpe_ratio,
    skewness,
    sortino_ratio,
    value_at_risk,
    volatility,
)
from bokgi.metrics.trades import longest_streak, trade_figures

RETURNS = np.array([0.01, -0.02, 0.005, 0.0, 0.013, -0.004] * 11)[:61]
CLOSE = 1e-12


def test_the_first_return_is_against_the_initial_equity() -> None:
    assert session_returns(np.array([110.0, 99.0]), 100.0) == pytest.approx([0.1, -0.1])


def test_sessions_after_a_total_loss_have_no_return() -> None:
    returns = session_returns(np.array([50.0, 0.0, 0.0, 10.0]), 100.0)
    assert returns[:2] == pytest.approx([-0.5, -1.0])
    assert np.isnan(returns[2:]).all()


def test_sharpe_is_the_mean_over_the_sample_deviation_of_the_excess() -> None:
    excess = [value - 0.03 / 245 for value in RETURNS.tolist()]
    expected = statistics.mean(excess) / statistics.stdev(excess) * math.sqrt(245)
    assert sharpe_ratio(RETURNS, 245, 0.03) == pytest.approx(expected, rel=CLOSE)


def test_sortino_spreads_the_shortfall_over_all_sessions() -> None:
    shortfall = [min(value, 0.0) ** 2 for value in RETURNS.tolist()]
    expected = statistics.mean(RETURNS.tolist()) / math.sqrt(sum(shortfall) / 61) * math.sqrt(245)
    assert sortino_ratio(RETURNS, 245) == pytest.approx(expected, rel=CLOSE)


def test_volatility_is_the_sample_deviation_of_a_year() -> None:
    assert volatility(RETURNS, 252) == pytest.approx(statistics.stdev(RETURNS.tolist()) * math.sqrt(252), rel=CLOSE)


@pytest.mark.parametrize("figure", [volatility, sharpe_ratio, sortino_ratio])
def test_annual_figures_need_sixty_sessions(figure: object) -> None:
    assert figure(RETURNS[:59], 245) is None  # type: ignore[operator]  # all three are functions
    assert figure(RETURNS[:60], 245) is not None  # type: ignore[operator]  # all three are functions


def test_returns_that_are_all_equal_have_no_sharpe_ratio_however_they_are_rounded() -> None:
    growing = 1e7 * np.cumprod(np.full(100, 1.001), dtype=np.float64)
    assert sharpe_ratio(session_returns(growing, 1e7), 245) is None
    assert sortino_ratio(session_returns(growing, 1e7), 245) is None


def test_a_year_of_calendar_days_doubles_to_a_hundred_percent() -> None:
    assert annual_return(1.0, 1461, 980) == pytest.approx(2.0 ** (365.25 / 1461) - 1.0)
    assert annual_return(0.44, 731, 490) == pytest.approx(1.44 ** (365.25 / 731) - 1.0)
    assert annual_return(-1.0, 400, 260) == -1.0
    assert annual_return(-1.2, 400, 260) is None
    assert annual_return(0.1, 80, 59) is None


def test_calmar_without_a_drawdown_is_none() -> None:
    assert calmar_ratio(0.2, 0.0) is None
    assert calmar_ratio(0.2, -0.1) == pytest.approx(2.0)


def test_the_tail_of_a_hundred_and_one_returns_is_the_sixth_lowest() -> None:
    returns = np.arange(101) / 1000.0 - 0.05
    assert value_at_risk(returns) == pytest.approx(-0.045)
    assert conditional_value_at_risk(returns) == pytest.approx(statistics.mean([-0.05, -0.049, -0.048, -0.047, -0.046, -0.045]))
    assert value_at_risk(returns[:19]) is None


def test_shape_of_returns_by_hand() -> None:
    returns = np.array([-1.0, 0.0, 0.0, 3.0])
    # mean 0.5; deviations -1.5, -0.5, -0.5, 2.5: squares sum to 9, cubes to 12, fourth powers to 44.25
    assert skewness(returns) == pytest.approx(3.0 / 2.25**1.5)
    assert kurtosis(returns) == pytest.approx(11.0625 / 2.25**2)
    assert skewness(np.zeros(9)) is None


def test_sessions_a_year_are_fixed() -> None:
    assert (sessions_per_year(Exchange.XKRX), sessions_per_year(Exchange.XNYS)) == (245, 252)


def test_monthly_returns_chain_to_the_total_return() -> None:
    days = np.array(["2025-01-30", "2025-01-31", "2025-02-03", "2025-03-04", "2025-03-05"], dtype="datetime64[D]")
    months = monthly_returns(days, np.array([101.0, 110.0, 99.0, 98.0, 118.8]), 100.0)
    assert [(row.month, row.sessions) for row in months] == [("2025-01", 2), ("2025-02", 1), ("2025-03", 2)]
    assert [row.return_ratio for row in months] == pytest.approx([0.1, -0.1, 0.2])


def test_any_equity_series_gets_the_figures_of_a_run() -> None:
    days = np.arange("2025-01-01", "2025-04-11", dtype="datetime64[D]")
    index = 350.0 * np.cumprod(1.0 + np.tile(RETURNS[:50], 2), dtype=np.float64)
    figures = equity_figures(days, index, 350.0, sessions_per_year=245)
    assert figures.values["total_return"] == pytest.approx(math.prod(1.0 + value for value in RETURNS[:50].tolist()) ** 2 - 1.0)
    assert figures.values["max_drawdown"] == figures.values["max_drawdown_session_end"]
    assert [span.basis for span in figures.drawdowns] == ["session_ends"]
    assert figures.values["calendar_days"] == 100


def test_a_trade_of_zero_profit_is_closed_but_neither_won_nor_lost() -> None:
    figures = trade_figures(np.array([300.0, 0.0, -100.0, 200.0]))
    assert (figures.total_trades, figures.winning_trades, figures.losing_trades, figures.win_rate) == (4, 2, 1, 0.5)
    assert (figures.profit_factor, figures.payoff_ratio, figures.expectancy) == (5.0, 2.5, 100.0)


def test_trades_without_a_loss_have_no_ratio_to_losses() -> None:
    figures = trade_figures(np.array([300.0, 200.0]))
    assert figures.profit_factor is None
    assert figures.payoff_ratio is None
    assert figures.average_loss is None


@given(st.lists(st.booleans(), max_size=60))
def test_the_longest_streak_is_the_longest_run_of_letters(hits: list[bool]) -> None:
    text = "".join("x" if hit else " " for hit in hits)
    assert longest_streak(np.array(hits, dtype=np.bool_)) == max((len(word) for word in text.split()), default=0)
