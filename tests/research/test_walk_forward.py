"""Walk-forward: trainings and tests, and what the picked trials did in them."""

import numpy as np
import pytest

from bokgi.research.walk_forward import Fold, Stakes, WalkForwardPicks, Window, fixed_total, folds_of, running_sums
from bokgi.units import FloatArray


@pytest.mark.parametrize(
    ("sessions", "window", "expected"),
    [
        (60, Window.ANCHORED, [Fold(0, 40, 60)]),
        (60, Window.ROLLING, [Fold(0, 40, 60)]),
        (79, Window.ANCHORED, [Fold(0, 59, 79)]),
        (79, Window.ROLLING, [Fold(19, 59, 79)]),
        (100, Window.ANCHORED, [Fold(0, 40, 60), Fold(0, 60, 80), Fold(0, 80, 100)]),
        (100, Window.ROLLING, [Fold(0, 40, 60), Fold(20, 60, 80), Fold(40, 80, 100)]),
        (59, Window.ANCHORED, [Fold(0, 39, 59)]),
        (20, Window.ROLLING, [Fold(0, 13, 20)]),
        (19, Window.ANCHORED, []),
        (7, Window.ROLLING, []),
    ],
)
def test_trainings_and_tests_lie_where_they_should(sessions: int, window: Window, expected: list[Fold]) -> None:
    assert list(folds_of(sessions, window)) == expected


@pytest.mark.parametrize("window", list(Window))
@pytest.mark.parametrize("sessions", range(60, 260, 7))
def test_no_test_is_seen_in_its_training_and_the_last_session_is_tested(sessions: int, window: Window) -> None:
    folds = folds_of(sessions, window)
    assert all(fold.test_end - fold.test_start == 20 for fold in folds)
    assert all(fold.test_start - fold.train_start >= 40 for fold in folds)
    assert [fold.test_end for fold in folds[:-1]] == [fold.test_start for fold in folds[1:]]
    assert folds[-1].test_end == sessions
    assert sessions - 20 * len(folds) < 60


def walked(net: FloatArray, holding: FloatArray, window: Window, block: int = 1_000) -> WalkForwardPicks:
    picks = WalkForwardPicks(net.shape[1], window)
    for first in range(0, len(net), block):
        picks.add(running_sums(net[first : first + block]), net[first : first + block])
    return picks


@pytest.mark.parametrize("window", list(Window))
@pytest.mark.parametrize("block", [7, 1_000])
def test_the_best_of_each_training_is_used_in_its_test(window: Window, block: int) -> None:
    generator = np.random.default_rng(1)
    net, holding = generator.normal(0.0, 0.01, (50, 107)), generator.normal(0.0, 0.01, 107)
    result = walked(net, holding, window, block).result(holding)
    assert result is not None
    expected = [int(net[:, fold.fold.train_start : fold.fold.test_start].mean(axis=1).argmax()) for fold in result.folds]
    assert [fold.trial for fold in result.folds] == expected
    tests = [net[fold.trial, fold.fold.test_start : fold.fold.test_end] for fold in result.folds]
    assert [fold.tested for fold in result.folds] == pytest.approx([test.mean() for test in tests], abs=1e-15)
    assert [fold.trained for fold in result.folds] == pytest.approx(
        [net[fold.trial, fold.fold.train_start : fold.fold.test_start].mean() for fold in result.folds], abs=1e-15
    )
    assert result.returns.tolist() == np.concatenate(tests).tolist()
    assert result.tested_total == pytest.approx(sum(test.sum() for test in tests), abs=1e-13)
    assert result.held_total == pytest.approx(holding[47:].sum(), abs=1e-13)
    assert result.won == sum(test.mean() > 0.0 for test in tests)
    assert result.test_sessions == 60
    assert fixed_total(holding, result.folds) == pytest.approx(holding[47:].sum(), abs=1e-13)


def test_what_a_test_holds_does_not_change_what_is_picked_for_it() -> None:
    generator = np.random.default_rng(2)
    net = generator.normal(0.0, 0.01, (50, 60))
    changed = net.copy()
    changed[:, 40:] = generator.normal(0.0, 1.0, (50, 20))
    first, second = (walked(part, part[0], Window.ANCHORED).result(part[0]) for part in (net, changed))
    assert first is not None
    assert second is not None
    assert first.folds[0].trial == second.folds[0].trial
    assert first.folds[0].trained == second.folds[0].trained


def test_an_edge_that_lasts_is_kept_and_one_that_was_luck_is_not() -> None:
    steady = np.full((1, 100), 0.001)
    result = walked(steady, steady[0], Window.ROLLING).result(steady[0])
    assert result is not None
    assert result.kept == pytest.approx(1.0)
    losing = walked(-steady, steady[0], Window.ROLLING).result(steady[0])
    assert losing is not None
    assert losing.kept is None


def test_without_a_fold_there_is_no_result() -> None:
    assert walked(np.zeros((3, 19)), np.zeros(19), Window.ANCHORED).result(np.zeros(19)) is None


def doubled_then_tested() -> FloatArray:
    """float64[1, 60], an account that doubles in 40 sessions, and then wins a tenth of what it has in one session."""
    net = np.zeros((1, 60))
    net[0, 10], net[0, 50] = 1.0, 0.2
    return net


@pytest.mark.parametrize(("stakes", "tested"), [(Stakes.COMPOUND, 0.1), (Stakes.SEED_CAPPED, 0.2), (Stakes.FIXED, 0.2)])
def test_growth_of_the_training_is_none_of_the_test(stakes: Stakes, tested: float) -> None:
    picks = WalkForwardPicks(60, Window.ANCHORED, stakes)
    picks.add(running_sums(doubled_then_tested()), doubled_then_tested())
    result = picks.result(doubled_then_tested()[0])
    assert result is not None
    assert result.tested_total == pytest.approx(tested)
    assert result.held_total == pytest.approx(0.2 if stakes is Stakes.FIXED else 0.1), "holding stakes all that it has"
    assert result.folds[0].trained == pytest.approx(1.0 / 40)


def test_an_account_that_lost_half_is_tested_by_what_it_has_left_and_one_that_lost_all_wins_nothing() -> None:
    for lost, tested in ((-0.5, 0.2), (-1.0, 0.0)):
        net = np.zeros((1, 60))
        net[0, 10], net[0, 50] = lost, 0.1
        for stakes in (Stakes.COMPOUND, Stakes.SEED_CAPPED):
            picks = WalkForwardPicks(60, Window.ROLLING, stakes)
            picks.add(running_sums(net), net)
            result = picks.result(np.zeros(60))
            assert result is not None
            assert result.tested_total == pytest.approx(tested)
