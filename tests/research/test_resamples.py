"""Resampled sessions: drawn once, the same everywhere, in runs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bokgi.research.kernel_lanes import RUNS_AT_ONCE
from bokgi.research.resamples import stationary_resamples

RESAMPLES = stationary_resamples(60, 2_000, seed=5)


def test_a_seed_gives_the_same_resamples_and_more_only_follow() -> None:
    few, other = stationary_resamples(60, 700, seed=5), stationary_resamples(60, 700, seed=6)
    cut = RESAMPLES.first(700)
    assert len(cut) == len(few) == 700
    assert np.array_equal(few.offsets, cut.offsets)
    assert np.array_equal(few.starts, RESAMPLES.starts[: few.offsets[-1]])
    assert np.array_equal(few.ends, RESAMPLES.ends[: few.offsets[-1]])
    assert not np.array_equal(few.starts[:100], other.starts[:100])


def test_the_first_resample_is_fixed_for_ever() -> None:
    # Seed 5, 12 sessions; a change here would change every p-value that was ever printed.
    drawn = stationary_resamples(12, 1, seed=5).sessions_of(0)
    raw = np.random.PCG64(5).random_raw(2 * 1_000 * 12)
    expected = [int((int(raw[12_000]) >> 11) * 2.0**-53 * 12)]
    for session in range(1, 12):
        begins = (int(raw[session]) >> 11) * 2.0**-53 < 0.25
        fresh = int((int(raw[12_000 + session]) >> 11) * 2.0**-53 * 12)
        expected.append(fresh if begins else (expected[-1] + 1) % 12)
    assert drawn.tolist() == expected


def test_every_resample_holds_as_many_sessions_as_there_are() -> None:
    lengths = [len(RESAMPLES.sessions_of(place)) for place in range(len(RESAMPLES))]
    assert set(lengths) == {60}
    assert not (np.diff(RESAMPLES.offsets) % RUNS_AT_ONCE).any()
    assert RESAMPLES.starts.min() >= 0
    assert RESAMPLES.ends.max() <= 60


@pytest.mark.parametrize("mean_run", [1.0, 4.0, 10.0])
def test_runs_end_as_often_as_asked_and_all_sessions_are_drawn_alike(mean_run: float) -> None:
    resamples = stationary_resamples(60, 2_000, seed=1, mean_run=mean_run)
    drawn = np.array([resamples.sessions_of(place) for place in range(len(resamples))])
    ends = np.mean((drawn[:, 1:] - drawn[:, :-1]) % 60 != 1)
    # A fresh draw hits the following session once in sixty.
    assert ends == pytest.approx(1.0 / mean_run * 59 / 60, abs=0.005)
    # 2,000 draws a session; neighbours in a run make the counts vary more.
    assert np.bincount(drawn.ravel(), minlength=60) == pytest.approx(np.full(60, 2_000.0), rel=0.2)


def test_means_are_those_of_the_sessions_drawn() -> None:
    returns = np.random.default_rng(2).normal(0.0, 0.01, 60)
    expected = [returns[RESAMPLES.sessions_of(place)].mean() for place in range(len(RESAMPLES))]
    assert RESAMPLES.means(returns) == pytest.approx(np.array(expected), abs=1e-16)


@given(st.integers(0, 10**6), st.integers(1, 80))
@settings(max_examples=20)
def test_joined_runs_hold_the_same_sessions(seed: int, sessions: int) -> None:
    resamples = stationary_resamples(sessions, 20, seed)
    joined, returns = resamples.joined, np.random.default_rng(seed).normal(size=sessions)
    assert joined.longest <= resamples.longest
    assert joined.means(returns) == pytest.approx(resamples.means(returns), abs=1e-12)
    assert resamples.first(7).joined.means(returns) == pytest.approx(resamples.means(returns)[:7], abs=1e-12)
