"""All figures of one stock together, and what the number of sessions allows."""

from collections.abc import Callable

import numpy as np
import pytest

from bokgi.errors import RunCancelled, TrialsMisshapen
from bokgi.research.effective_trials import RatioMaxima, deflated_by
from bokgi.research.enough import DataDepth, data_depth
from bokgi.research.honesty import RESAMPLES_FOR_COUNTING, Honesty, honesty
from bokgi.research.noise import noise_prices, pair_returns
from bokgi.research.overfitting import backtest_overfitting
from bokgi.research.resamples import stationary_resamples
from bokgi.research.superior_ability import HOLDING, NO_TRADE, BootstrapMaxima
from bokgi.research.trials import TrialBlock
from bokgi.units import FloatArray

BARS = 24


def stock(sessions: int, seed: int = 1, edge: float = 0.0) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Net and gross returns of all pairs, and of holding; pair 100 has an edge of its own."""
    prices = noise_prices(sessions, BARS, np.random.default_rng(seed))
    gross, net = pair_returns(prices)
    gross[100] += edge
    net[100] += edge
    return net, gross, prices[:, -1] - 1.0


def judged(sessions: int, *, edge: float = 0.0, block: int = 1_000, count: int = 2_000, default: int | None = None) -> Honesty:
    net, gross, holding = stock(sessions, edge=edge)
    blocks = [TrialBlock(net[first : first + block], gross[first : first + block]) for first in range(0, len(net), block)]
    return honesty(blocks, holding, stationary_resamples(sessions, count, 7), default)


@pytest.mark.parametrize(
    ("sessions", "depth"),
    [
        (1, DataDepth.PICTURE),
        (19, DataDepth.PICTURE),
        (20, DataDepth.INDICATION),
        (59, DataDepth.INDICATION),
        (60, DataDepth.VERDICT),
        (500, DataDepth.VERDICT),
    ],
)
def test_the_number_of_sessions_decides_what_may_be_said(sessions: int, depth: DataDepth) -> None:
    assert data_depth(sessions) is depth


def test_under_twenty_sessions_there_is_a_picture_and_no_figure_of_belief() -> None:
    figures = judged(7)
    assert figures.optimum.net_total > 0.0
    assert (figures.against_no_trade, figures.against_holding, figures.noise) == (None, None, None)
    assert (figures.anchored, figures.rolling, figures.overfitting, figures.deflated_sharpe, figures.resamples) == (
        None,
        None,
        None,
        None,
        0,
    )


def test_under_sixty_sessions_walk_forward_and_reality_check_are_an_indication() -> None:
    figures = judged(59)
    assert figures.against_no_trade is not None
    assert figures.against_no_trade.superior_ability is None
    assert 0.0 < figures.against_no_trade.reality_check <= 1.0
    assert figures.anchored is not None
    assert figures.anchored.test_sessions == 20
    assert (figures.overfitting, figures.effective_trials, figures.deflated_sharpe, figures.resamples) == (None, None, None, 0)


def test_from_sixty_sessions_every_figure_is_that_of_its_own_module() -> None:
    net, gross, holding = stock(60)
    block, few = TrialBlock(net, gross), stationary_resamples(60, 1_000, 7)
    figures, maxima, ratios = judged(60), BootstrapMaxima(few, holding), RatioMaxima(few.first(RESAMPLES_FOR_COUNTING))
    maxima.add(block)
    ratios.add(block)
    best = int(net.mean(axis=1).argmax())
    assert (figures.optimum.trial, figures.trials, figures.sessions) == (best, BARS * (BARS - 1) // 2, 60)
    assert figures.optimum.net_total == pytest.approx(net[best].sum(), abs=1e-12)
    assert figures.against_no_trade is not None
    assert figures.against_no_trade.superior_ability == maxima.superior_ability(NO_TRADE)
    assert figures.against_no_trade.reality_check == maxima.reality_check(NO_TRADE)
    assert figures.against_holding is not None
    assert figures.against_holding.superior_ability == maxima.superior_ability(HOLDING)
    assert figures.overfitting == backtest_overfitting((net,), 10)
    assert figures.effective_trials == ratios.effective_trials()
    assert figures.deflated_sharpe == deflated_by(ratios.effective_trials(), gross[best])
    assert figures.noise == maxima.noise()
    assert figures.resamples == 1_000


def test_what_the_optimum_is_held_against_is_there() -> None:
    net, _, holding = stock(60)
    compared = judged(60, default=17).compared
    assert compared.holding_total == pytest.approx(holding.sum(), abs=1e-12)
    assert compared.mean_total == pytest.approx(net.sum(axis=1).mean(), abs=1e-12)
    assert compared.default_total == pytest.approx(net[17].sum(), abs=1e-12)
    assert compared.profitable_trials == np.mean(net.mean(axis=1) > 0.0)
    assert judged(60).compared.default_total is None


@pytest.mark.parametrize("edge", [0.0, 0.02])
def test_blocks_of_any_size_give_the_same_figures(edge: float) -> None:
    whole, parts = judged(60, edge=edge, default=250), judged(60, edge=edge, default=250, block=41)
    for name, value in vars(whole).items():
        if name not in {"anchored", "rolling", "compared"}:
            assert getattr(parts, name) == value, name
    assert parts.anchored is not None
    assert whole.anchored is not None
    assert parts.anchored.folds == whole.anchored.folds
    assert parts.compared.mean_total == pytest.approx(whole.compared.mean_total, abs=1e-12)


def test_small_p_values_are_computed_again_with_all_resamples() -> None:
    figures = judged(60, edge=0.02, count=3_000)
    assert figures.resamples == 3_000
    assert figures.against_no_trade is not None
    assert figures.against_no_trade.superior_ability == 1 / 3_001
    assert figures.optimum.trial == 100
    assert figures.overfitting == 0.0


def test_arrays_that_do_not_belong_together_are_refused() -> None:
    net, gross, holding = stock(60)
    block, resamples = TrialBlock(net, gross), stationary_resamples(60, 10, 7)
    with pytest.raises(TrialsMisshapen, match="59 sessions"):
        honesty((block,), holding[1:], resamples)
    with pytest.raises(TrialsMisshapen, match="40 sessions"):
        honesty((block, TrialBlock(net[:, 20:], gross[:, 20:])), holding, resamples)
    with pytest.raises(TrialsMisshapen, match="at least 1"):
        honesty((), holding, resamples)


def test_whoever_asks_for_the_end_is_heard_within_a_block() -> None:
    resamples, generator = stationary_resamples(60, 10_000, 1), np.random.default_rng(1)
    net = generator.normal(0.01, 0.001, (4096, 60))  # so good that all resamples are gone through
    asked = 0

    def after(times: int) -> Callable[[], bool]:
        def is_cancelled() -> bool:
            nonlocal asked
            asked += 1
            return asked > times

        return is_cancelled

    for times in (0, 2, 6):
        asked = 0
        with pytest.raises(RunCancelled):
            honesty((TrialBlock(net, net),), net[0] * 0.0, resamples, None, after(times))
        assert asked == times + 1
