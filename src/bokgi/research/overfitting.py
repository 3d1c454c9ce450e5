"""Probability of backtest overfitting (PBO) by combinatorially symmetric cross-validation, on the mean.

Convention: sessions are cut into contiguous blocks of equal length, the oldest remainder dropped. In every choice of half of the blocks
the trial with the best mean is looked up in the other half; PBO is the share of choices in which it lies below the median there, ties
counted half. On the mean and never on the Sharpe ratio after costs: where every ratio is negative, long windows always rank better, and
noise would look less overfitted than it is. Its deviation on noise is 0.24, so it never decides alone.

References
----------
Bailey, Borwein, Lopez de Prado and Zhu, "The Probability of Backtest Overfitting", Journal of Computational Finance 20 (2017).
"""

from collections.abc import Iterable
from functools import cache
from itertools import combinations

import numpy as np

from bokgi.research.kernel_lanes import LANES
from bokgi.research.kernel_validation import count_below, merge_best
from bokgi.units import ByteArray, FloatArray, IntArray


class CrossValidation:
    """Goes through the trials of one stock twice: `pick` each block of them, then `rank` each again.

    blocks : even
    """

    def __init__(self, blocks: int) -> None:
        self._halves = halves_of(blocks)
        self._changed = _first_changes(self._halves)
        places = 2 * len(self._halves)
        self._columns, self._partial = np.empty((blocks + 1, LANES)), np.empty((blocks // 2 + 2, LANES))
        self._best, self._other = np.full(places, -np.inf), np.zeros(places)
        self._picked, self._below, self._equal = np.zeros((3, places), dtype=np.int64)
        self._trials = 0

    def pick(self, returns: FloatArray) -> None:
        """Find the best of each half among these trials, too.

        returns : float64[trial, session]
        """
        used = self._used(returns)
        merge_best(used, self._halves, self._changed, self._trials, self._columns, self._partial, self._best, self._other, self._picked)
        self._trials += len(returns)

    def rank(self, returns: FloatArray) -> None:
        """Count these trials against the best of each half."""
        used = self._used(returns)
        count_below(used, self._halves, self._changed, self._columns, self._partial, self._other, self._below, self._equal)

    def picked(self) -> IntArray:
        """int64[2 x half], number of the best trial of each half and of its complement."""
        return self._picked

    def overfitting(self) -> float | None:
        """PBO; None under two trials."""
        if self._trials < 2:
            return None
        above = self._trials - self._below - self._equal
        return float(np.mean(np.where(self._below < above, 1.0, np.where(self._below == above, 0.5, 0.0))))

    def _used(self, returns: FloatArray) -> FloatArray:
        blocks = len(self._columns) - 1
        return np.ascontiguousarray(returns[:, returns.shape[1] % blocks :])


def backtest_overfitting(parts: Iterable[FloatArray], blocks: int) -> float | None:
    """PBO of the trials of all parts; None under two trials.

    parts : float64[trial, session] each; gone through twice
    blocks : even number of blocks, at most the sessions
    """
    validation = CrossValidation(blocks)
    for returns in parts:
        validation.pick(returns)
    for returns in parts:
        validation.rank(returns)
    return validation.overfitting()


@cache
def halves_of(blocks: int) -> ByteArray:
    """int8[half, block / 2], every half of the blocks that holds block 0; the others are their complements."""
    rest = combinations(range(1, blocks), blocks // 2 - 1)
    return np.array([(0, *others) for others in rest], dtype=np.int8)


def _first_changes(halves: ByteArray) -> ByteArray:
    """int8[half], first place at which each differs from the one before; 0 for the first."""
    differs = halves[1:] != halves[:-1]
    return np.concatenate(([0], differs.argmax(axis=1))).astype(np.int8)
