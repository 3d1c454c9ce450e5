"""Our figures against numbers printed in books and in other projects' tests."""

import math

import numpy as np
import pytest

from bokgi.metrics.compat import empyrical_of_returns
from bokgi.metrics.downside import (
    adjusted_sharpe_ratio,
    bernardo_ledoit_ratio,
    downside_frequency,
    downside_potential,
    kappa_ratio,
    martin_ratio,
    mean_absolute_deviation,
    omega_sharpe_ratio,
    pain_index,
    volatility_skewness,
)
from bokgi.metrics.returns import downside_deviation
from bokgi.metrics.sharpe_inference import (
    deflated_sharpe_ratio,
    expected_maximum,
    minimum_backtest_years,
    minimum_track_record,
    probabilistic_sharpe_ratio,
)
from bokgi.units import FloatArray
from tests.metrics.published import published, to_printed_digits

ALL_DIGITS = 1e-14
"""Relative; the printed numbers have 16 digits."""


def fractions(percents: list[float | None]) -> FloatArray:
    return np.array([np.nan if value is None else value for value in percents]) / 100.0


BACON = published("return_statistics.json")["bacon_portfolio"]
MIXED = published("return_statistics.json")["empyrical_mixed"]
INFERENCE = published("sharpe_inference.json")
MONTHS = fractions(BACON["returns_pct"])
MAR = BACON["mar"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("downside_deviation", downside_deviation(MONTHS, MAR)),
        ("downside_potential", downside_potential(MONTHS, MAR)),
        ("bernardo_ledoit", bernardo_ledoit_ratio(MONTHS)),
        ("mean_abs_dev", mean_absolute_deviation(MONTHS)),
        ("pain_index", pain_index(MONTHS)),
        ("adjusted_sharpe", adjusted_sharpe_ratio(MONTHS, 12)),
        ("omega_sharpe", omega_sharpe_ratio(MONTHS, MAR)),
        ("kappa2", kappa_ratio(MONTHS, MAR)),
        ("martin", martin_ratio(MONTHS, 12)),
        ("downside_freq", downside_frequency(MONTHS, MAR)),
        ("volatility_skewness", volatility_skewness(MONTHS, MAR)),
    ],
)
def test_the_portfolio_of_bacon_gives_his_numbers_to_every_printed_digit(key: str, value: float) -> None:
    assert value == pytest.approx(BACON[key], abs=to_printed_digits(BACON[key]))


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("annual_return", "annual_return"),
        ("vol", "annual_volatility"),
        ("sharpe", "sharpe_ratio"),
        ("sortino", "sortino_ratio"),
        ("downside_risk", "downside_risk"),
        ("calmar", "calmar_ratio"),
        ("max_drawdown", "max_drawdown"),
    ],
)
def test_the_nine_mixed_days_of_empyrical_give_its_numbers_to_every_printed_digit(key: str, name: str) -> None:
    assert empyrical_of_returns(fractions(MIXED["returns_pct"]))[name] == pytest.approx(MIXED[key], rel=ALL_DIGITS)


def test_the_downside_risk_of_empyrical_with_a_required_return_is_met() -> None:
    figures = empyrical_of_returns(fractions(MIXED["returns_pct"]), required_return=0.1)
    assert figures["downside_risk"] == pytest.approx(MIXED["downside_risk_req_0.1"], rel=ALL_DIGITS)


def test_the_probabilistic_sharpe_ratio_of_the_paper_is_met() -> None:
    case = INFERENCE["psr"]
    sharpe = case["annual_sharpe"] / math.sqrt(case["periods_per_year"])
    assert probabilistic_sharpe_ratio(sharpe, case["periods"], case["skewness"], case["kurtosis"]) == pytest.approx(
        case["expected"], rel=ALL_DIGITS
    )


def test_the_expected_maximum_of_a_hundred_trials_is_met() -> None:
    case = INFERENCE["expected_maximum"]
    assert expected_maximum(case["trials"]) == pytest.approx(case["expected"], rel=ALL_DIGITS)


def test_the_deflated_sharpe_ratio_of_the_paper_is_met() -> None:
    case = INFERENCE["dsr"]
    days = case["periods_per_year"]
    deflated = deflated_sharpe_ratio(
        case["annual_sharpe"] / math.sqrt(days),
        case["periods"],
        case["skewness"],
        case["kurtosis"],
        case["trials"],
        case["annual_variance"] / days,
    )
    assert deflated == pytest.approx(case["expected"], rel=ALL_DIGITS)


@pytest.mark.parametrize("case", INFERENCE["minimum_track_record_years"], ids=["daily", "weekly", "monthly"])
def test_the_minimum_track_records_of_the_paper_are_met(case: dict[str, float]) -> None:
    root = math.sqrt(case["periods_per_year"])
    periods = minimum_track_record(case["annual_sharpe"] / root, case["annual_benchmark"] / root, case["skewness"], case["kurtosis"])
    assert periods is not None
    assert periods / case["periods_per_year"] == pytest.approx(case["expected"], rel=ALL_DIGITS)


def test_the_minimum_backtest_length_of_the_paper_is_met() -> None:
    case = INFERENCE["minimum_backtest_years"]
    assert minimum_backtest_years(case["trials"], case["annual_sharpe"]) == pytest.approx(case["expected"], rel=ALL_DIGITS)


def test_inference_that_is_not_defined_is_none() -> None:
    assert probabilistic_sharpe_ratio(1.0, 1, 0.0, 3.0) is None
    assert expected_maximum(1) is None
    assert minimum_track_record(0.1, 0.1) is None
    assert minimum_backtest_years(45, 0.0) is None
    assert deflated_sharpe_ratio(0.1, 100, 0.0, 3.0, 1, 0.1) is None
