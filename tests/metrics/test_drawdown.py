"""The deepest fall, against a walk in plain Python."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bokgi.metrics.drawdown import Drawdown, max_drawdown


def walked(equity: list[float], initial: float) -> Drawdown:
    """Walk the series slot by slot."""
    peak, peak_at, deepest = initial, -1, Drawdown(0.0)
    ratio = 1.0
    for index, value in enumerate(equity):
        if value >= peak:
            peak, peak_at = value, index
        if value / peak < ratio:
            ratio = value / peak
            deepest = Drawdown(ratio - 1.0, peak_at, index, None)
    if deepest.trough is None:
        return deepest
    level = initial if deepest.peak == -1 else equity[deepest.peak or 0]
    recovery = next((index for index in range(deepest.trough, len(equity)) if equity[index] >= level), None)
    return Drawdown(deepest.depth, deepest.peak, deepest.trough, recovery)


@given(st.lists(st.integers(-50, 500), max_size=1200), st.integers(1, 300))
def test_the_blocks_find_what_a_walk_finds(equity: list[int], initial: int) -> None:
    assert max_drawdown(np.array(equity, dtype=np.float64), float(initial)) == walked([float(value) for value in equity], float(initial))


@pytest.mark.parametrize("seed", range(20))
def test_long_random_walks_agree_to_the_bit(seed: int) -> None:
    random = np.random.default_rng(seed)
    equity = 1e7 * np.exp(np.cumsum(random.normal(0.0, 1e-3, 5_000)))
    assert max_drawdown(equity, 1e7) == walked(equity.tolist(), 1e7)


def test_a_loss_from_the_first_bar_on_falls_from_the_initial_equity() -> None:
    assert max_drawdown(np.array([90.0, 95.0, 101.0]), 100.0) == Drawdown(0.9 - 1.0, -1, 0, 2)


def test_a_fall_that_is_never_made_good_has_no_recovery() -> None:
    assert max_drawdown(np.array([120.0, 90.0, 110.0]), 100.0) == Drawdown(-0.25, 0, 1, None)


def test_equity_that_never_falls_has_no_drawdown() -> None:
    assert max_drawdown(np.array([100.0, 100.0, 101.0]), 100.0) == Drawdown(0.0)
    assert max_drawdown(np.empty(0), 100.0) == Drawdown(0.0)
