"""How many independent trials many similar ones amount to."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bokgi.metrics.returns import kurtosis, skewness
from bokgi.metrics.sharpe_inference import deflated_sharpe_ratio, expected_maximum
from bokgi.research.effective_trials import RatioMaxima, deflated_by, session_sharpe, trials_with_maximum
from bokgi.research.resamples import Resamples, stationary_resamples
from bokgi.research.trials import TrialBlock
from bokgi.units import FloatArray
from tests.metrics.published import published
from tests.research import plain_statistics as plain


def effective(gross: FloatArray, mean_run: float = 4.0, count: int = 500) -> float | None:
    maxima = RatioMaxima(stationary_resamples(gross.shape[1], count, 3, mean_run))
    maxima.add(TrialBlock(gross, gross))
    return maxima.effective_trials()


@given(st.integers(0, 10**6), st.integers(1, 100))
@settings(max_examples=20)
def test_the_maxima_are_those_of_the_definition(seed: int, trials: int) -> None:
    gross = np.random.default_rng(seed).normal(0.001, 0.01, (trials, 30))
    resamples = stationary_resamples(30, 15, seed)
    maxima = RatioMaxima(resamples)
    for first in range(0, trials, 37):
        maxima.add(TrialBlock(gross[first : first + 37], gross[first : first + 37]))
    squares = maxima._maxima
    # A resample that keeps under a tenth of a trial's variance is held there; with 30 normal sessions it does not happen.
    assert np.copysign(np.sqrt(np.abs(squares)), squares) == pytest.approx(np.array(plain.largest_ratios(gross, resamples)), rel=1e-9)


@given(st.integers(0, 10**6), st.integers(3, 80), st.sampled_from([1e-9, 1.0, 1e9]))
@settings(max_examples=15)
def test_what_screening_leaves_out_holds_no_maximum(seed: int, sessions: int, size: float) -> None:
    gross = np.random.default_rng(seed).standard_t(3, (700, sessions)) * np.geomspace(1e-3, 1.0, 700)[:, None] * size
    gross[::7, 1:], gross[1::7] = 0.0, gross[2] * 1.0000001  # trials with one trade, and near copies
    resamples = stationary_resamples(sessions, 60, seed)
    # A group alone meets no maximum that it could be below, so nothing of it is left out.
    alone = [ratio_maxima(gross[first : first + 64], resamples) for first in range(0, 700, 64)]
    assert np.array_equal(ratio_maxima(gross, resamples), np.max(alone, axis=0))


def ratio_maxima(gross: FloatArray, resamples: Resamples) -> FloatArray:
    maxima = RatioMaxima(resamples)
    maxima.add(TrialBlock(gross, gross))
    return maxima._maxima


def test_a_published_maximum_gives_its_number_of_trials() -> None:
    case = published("sharpe_inference.json")["expected_maximum"]
    assert trials_with_maximum(case["expected"], 10**6) == pytest.approx(case["trials"], rel=1e-9)
    assert trials_with_maximum(case["expected"], 50) == pytest.approx(50)
    # The approximation of the paper is poor near one trial, and defined from a little above.
    assert 1.0 < trials_with_maximum(-1.0, 50) < 1.01


@given(st.floats(2.0, 1e5))
def test_the_number_of_trials_is_the_inverse_of_the_expected_maximum(trials: float) -> None:
    maximum = expected_maximum(trials)
    assert maximum is not None
    assert trials_with_maximum(maximum, 10**6) == pytest.approx(trials, rel=1e-6)


def test_independent_trials_count_each_and_copies_count_once() -> None:
    independent = np.random.default_rng(1).normal(0.0, 0.01, (40, 1_000))
    # 1,000 maxima know their mean to 0.015, which is 4 % of the number; one sample of 40 trials and the approximation add to it.
    assert effective(independent, mean_run=1.0, count=1_000) == pytest.approx(40, rel=0.2)
    copies = effective(np.repeat(independent[:1], 300, axis=0))
    assert copies is not None
    assert copies < 1.5


def test_a_trial_that_trades_once_does_not_make_up_others() -> None:
    quiet = np.zeros((2_000, 60))
    quiet[:, 7] = np.random.default_rng(2).normal(0.0, 0.02, 2_000)
    number = effective(quiet)
    assert number is not None
    assert number < 40


def test_under_twenty_sessions_there_is_no_number() -> None:
    assert effective(np.random.default_rng(1).normal(0.0, 0.01, (40, 19))) is None


def test_the_ratio_is_deflated_by_the_effective_number_with_the_variance_of_an_estimate() -> None:
    gross = np.random.default_rng(6).normal(0.002, 0.01, 60)
    sharpe, skew, tails = session_sharpe(gross), skewness(gross), kurtosis(gross)
    assert sharpe == pytest.approx(gross.mean() / gross.std(ddof=1), rel=1e-12)
    assert skew is not None
    assert tails is not None
    assert sharpe is not None
    assert deflated_by(900.0, gross) == deflated_sharpe_ratio(sharpe, 60, skew, tails, 900.0, 1 / 59)
    assert deflated_by(None, gross) is None
    assert deflated_by(900.0, np.zeros(60)) is None
