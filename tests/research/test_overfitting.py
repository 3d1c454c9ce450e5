"""PBO: the exact cases, noise, and the definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bokgi.research.enough import validation_blocks
from bokgi.research.noise import noise_prices, pair_returns
from bokgi.research.overfitting import CrossValidation, backtest_overfitting, halves_of
from tests.research import plain_statistics as plain


def test_a_configuration_that_is_best_in_every_block_gives_zero() -> None:
    net = np.random.default_rng(0).normal(0.0, 0.01, (300, 60))
    net[123] = net.max(axis=0) + 0.001
    assert backtest_overfitting((net,), 10) == 0.0


def test_two_configurations_that_swap_places_between_halves_give_one_for_the_even_split() -> None:
    net = np.array([[0.01] * 10 + [-0.01] * 10, [-0.01] * 10 + [0.01] * 10])
    assert backtest_overfitting((net,), 2) == 1.0


def test_equal_configurations_count_half_and_one_alone_has_no_share() -> None:
    row = np.random.default_rng(0).normal(0.0, 0.01, 60)
    assert backtest_overfitting((np.stack([row] * 70),), 10) == 0.5
    assert backtest_overfitting((row[None, :],), 10) is None


def test_noise_without_costs_lies_near_a_half_by_the_mean() -> None:
    """0.45 to 0.50 was found, with a deviation of 0.24 from stock to stock: 60 stocks know the mean to 0.03."""
    shares = [backtest_overfitting((pair_returns(noise_prices(60, 40, np.random.default_rng(seed)))[0],), 10) for seed in range(60)]
    assert np.mean(np.array(shares, dtype=float)) == pytest.approx(0.475, abs=0.1)


@given(st.integers(0, 10**6), st.integers(2, 150), st.sampled_from([2, 4, 6]), st.integers(0, 5), st.booleans())
@settings(max_examples=40)
def test_the_share_is_that_of_the_definition(seed: int, trials: int, blocks: int, rest: int, has_ties: bool) -> None:
    generator = np.random.default_rng(seed)
    # Whole numbers add without rounding, so that ties are ties.
    net = generator.integers(-1 if has_ties else -(10**6), 2 if has_ties else 10**6, (trials, 3 * blocks + rest)).astype(np.float64)
    expected = plain.overfitting(net.tolist(), blocks)
    assert backtest_overfitting((net,), blocks) == pytest.approx(expected, abs=1e-12)
    assert backtest_overfitting((net[: trials // 3 + 1], net[trials // 3 + 1 :]), blocks) == pytest.approx(expected, abs=1e-12)


def test_the_oldest_sessions_are_dropped_where_blocks_do_not_divide_them() -> None:
    net = np.random.default_rng(3).normal(0.0, 0.01, (80, 67))
    changed = net.copy()
    changed[:, :7] = np.random.default_rng(4).normal(0.0, 1.0, (80, 7))
    assert backtest_overfitting((net,), 10) == backtest_overfitting((changed,), 10)


def test_each_half_names_its_best() -> None:
    net = np.random.default_rng(5).normal(0.0, 0.01, (130, 8))
    validation = CrossValidation(4)
    validation.pick(net)
    blocks = net.reshape(130, 4, 2).sum(axis=2)
    expected = []
    for half in halves_of(4).tolist():
        inside = blocks[:, half].sum(axis=1)
        expected += [int(inside.argmax()), int((blocks.sum(axis=1) - inside).argmax())]
    assert validation.picked().tolist() == expected


@pytest.mark.parametrize(("blocks", "count"), [(10, 126), (12, 462), (16, 6_435)])
def test_all_halves_are_there_once_with_their_complements(blocks: int, count: int) -> None:
    halves = halves_of(blocks)
    assert halves.shape == (count, blocks // 2)
    assert len({tuple(half) for half in halves.tolist()}) == count
    assert (halves[:, 0] == 0).all()


@pytest.mark.parametrize(("sessions", "blocks"), [(59, None), (60, 10), (119, 10), (120, 12), (249, 12), (250, 16), (500, 16)])
def test_more_sessions_allow_more_blocks(sessions: int, blocks: int | None) -> None:
    assert validation_blocks(sessions) == blocks
