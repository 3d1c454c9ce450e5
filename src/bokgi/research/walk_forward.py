"""What would have happened out of sample: the best of past sessions, used in the next ones.

Convention: ranges of sessions are [start, end). Tests are full and lie one behind the other up to the last session; what does not fill a
test belongs to the first training. Anchored trainings begin at session 0, rolling ones have a fixed length. The best is the one with
the largest mean net return, the first of equals. From 60 sessions 40 train and 20 test; with 20 to 59 two thirds train once and the rest
tests, as an indication; under 20 there is none. What is won in a test is over the money that was staked when it began, so that growth of
the training is none of the test's; the picks themselves are made on the returns over the seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

import numpy as np

from bokgi.research.enough import DataDepth, data_depth
from bokgi.units import FloatArray, IntArray

_Returns = TypeVar("_Returns", float, FloatArray)
TRAINING_SESSIONS = 40
TEST_SESSIONS = 20


class Window(StrEnum):
    ANCHORED = "anchored"
    ROLLING = "rolling"


class Stakes(StrEnum):
    """What the returns of later sessions were won with."""

    FIXED = "fixed"
    """The seed, whatever happened before."""
    SEED_CAPPED = "seed_capped"
    """The seed, or the balance where it is less."""
    COMPOUND = "compound"
    """The whole balance."""

    def share(self, won: float) -> float:
        """Stake over the seed, after so much was won over the seed; 0 where nothing is left."""
        if self is Stakes.FIXED:
            return 1.0
        balance = max(1.0 + won, 0.0)
        return min(balance, 1.0) if self is Stakes.SEED_CAPPED else balance


@dataclass(frozen=True)
class Fold:
    """One training and the test behind it; sessions [start, end)."""

    train_start: int
    test_start: int
    test_end: int


@dataclass(frozen=True)
class FoldResult:
    """What the best of a training did in its test.

    Attributes
    ----------
    trial : number of the best
    trained, tested : its mean net return of a session in the training and in the test, over the stake at the beginning of each
    held : mean return of a session of holding in the test, over what was held when it began
    """

    fold: Fold
    trial: int
    trained: float
    tested: float
    held: float


@dataclass(frozen=True)
class WalkForward:
    """All folds of one window.

    Attributes
    ----------
    tested_total, held_total : sum of the returns of all test sessions, each test begun with the seed: of the picked trials, and of holding
    returns : float64[session], net returns of the picked trials in the test sessions, in order
    """

    window: Window
    folds: tuple[FoldResult, ...]
    tested_total: float
    held_total: float
    returns: FloatArray = field(repr=False)

    @property
    def won(self) -> int:
        """Folds whose test earned something."""
        return sum(fold.tested > 0.0 for fold in self.folds)

    @property
    def test_sessions(self) -> int:
        return len(self.returns)

    @property
    def kept(self) -> float | None:
        """Mean of the tests over mean of the trainings; None where the trainings earned nothing."""
        trained = float(np.mean([fold.trained for fold in self.folds]))
        return float(np.mean([fold.tested for fold in self.folds])) / trained if trained > 0.0 else None


def folds_of(sessions: int, window: Window) -> tuple[Fold, ...]:
    """Trainings and tests, oldest first; empty under 20 sessions."""
    depth = data_depth(sessions)
    if depth is DataDepth.PICTURE:
        return ()
    training, test = (TRAINING_SESSIONS, TEST_SESSIONS) if depth is DataDepth.VERDICT else (2 * sessions // 3, sessions - 2 * sessions // 3)
    first = training + (sessions - training) % test
    return tuple(Fold(0 if window is Window.ANCHORED else start - training, start, start + test) for start in range(first, sessions, test))


class WalkForwardPicks:
    """Goes through the trials of one stock once and keeps the best of every training."""

    def __init__(self, sessions: int, window: Window, stakes: Stakes = Stakes.FIXED) -> None:
        self._window, self._folds, self._trials, self._stakes = window, folds_of(sessions, window), 0, stakes
        self._trained: FloatArray = np.zeros(len(self._folds))
        self._best: FloatArray = np.full(len(self._folds), -np.inf)
        self._picked: IntArray = np.zeros(len(self._folds), dtype=np.int64)
        self._tested: list[FloatArray] = [np.empty(0)] * len(self._folds)

    def add(self, sums: FloatArray, net: FloatArray) -> None:
        """Merge some trials.

        net : float64[trial, session]
        sums : float64[trial, session + 1], its running sums (`running_sums`)
        """
        for place, fold in enumerate(self._folds):
            trained = (sums[:, fold.test_start] - sums[:, fold.train_start]) / (fold.test_start - fold.train_start)
            best = int(trained.argmax())
            if trained[best] > self._best[place]:
                self._best[place], self._picked[place] = trained[best], self._trials + best
                began, ended = (self._stakes.share(float(sums[best, session])) for session in (fold.train_start, fold.test_start))
                self._trained[place] = _over(float(trained[best]), began)
                self._tested[place] = _over(net[best, fold.test_start : fold.test_end], ended)
        self._trials += len(net)

    def result(self, holding: FloatArray) -> WalkForward | None:
        """The tests of the picked trials; None without a fold.

        holding : float64[session], returns of holding after costs
        """
        if not self._folds:
            return None
        growth = Stakes.FIXED if self._stakes is Stakes.FIXED else Stakes.COMPOUND  # holding stakes all that it has
        won = running_sums(holding[None])[0]
        held = [_over(holding[fold.test_start : fold.test_end], growth.share(float(won[fold.test_start]))) for fold in self._folds]
        folds = zip(self._folds, self._picked.tolist(), self._trained.tolist(), self._tested, held, strict=True)
        results = tuple(FoldResult(fold, trial, best, _mean(tested), _mean(kept)) for fold, trial, best, tested, kept in folds)
        returns = np.concatenate(self._tested)
        return WalkForward(self._window, results, float(returns.sum()), float(np.concatenate(held).sum()), returns)


def running_sums(net: FloatArray) -> FloatArray:
    """float64[trial, session + 1], sum of the returns before each session."""
    sums = np.zeros((net.shape[0], net.shape[1] + 1))
    np.cumsum(net, axis=1, out=sums[:, 1:])
    return sums


def _over(returns: "_Returns", share: float) -> "_Returns":
    """Returns over the stake instead of the seed; without a stake nothing is won."""
    return returns / share if share > 0.0 else returns * 0.0


def fixed_total(returns: FloatArray, folds: Sequence[FoldResult]) -> float:
    """Sum of one series over the test sessions: what default times would have earned there.

    returns : float64[session]
    """
    return float(sum(returns[result.fold.test_start : result.fold.test_end].sum() for result in folds))


def _mean(returns: FloatArray) -> float:
    return float(returns.mean())
