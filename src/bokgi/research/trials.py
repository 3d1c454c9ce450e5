"""Returns of trials by session: the input of everything that judges them.

Convention: a return is the net won of a session over the seed; gross returns leave out commissions and taxes. A session without a
trade is 0. There is no NaN: a trial that cannot be run is no trial. Trials are numbered from 0 in the order in which blocks come; whoever
judges them may go through the blocks several times, and gets the same each time.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from bokgi.engine.parts import Cancelled
from bokgi.errors.research import TrialsMisshapen
from bokgi.errors.runs import RunCancelled
from bokgi.metrics.returns import NO_DISPERSION
from bokgi.research.kernel_bootstrap import describe_trials, ordered_means
from bokgi.research.kernel_lanes import LANES
from bokgi.units import FloatArray, IntArray

MOMENT = 300_000_000
"""Trials x sessions x resamples that are gone through in about a quarter of a second."""


@dataclass(frozen=True)
class TrialBlock:
    """Some of the trials of one stock.

    Attributes
    ----------
    net : float64[trial, session], returns after commissions and taxes
    gross : float64[trial, session], the same before them

    Raises
    ------
    TrialsMisshapen
        Where shapes differ, there is no trial or session, or a number is not finite.
    """

    net: FloatArray
    gross: FloatArray

    def __post_init__(self) -> None:
        for name in ("net", "gross"):
            object.__setattr__(self, name, checked_returns(name, getattr(self, name), 2))
        if self.net.shape != self.gross.shape:
            raise TrialsMisshapen("gross", f"shape {self.gross.shape}", f"shape {self.net.shape}")

    def __len__(self) -> int:
        return len(self.net)

    @property
    def sessions(self) -> int:
        return int(self.net.shape[1])

    def pieces(self, resamples: int) -> Iterator["TrialBlock"]:
        """The same trials, so few at a time that going through so many resamples of them takes a moment only."""
        at_once = LANES * max(1, MOMENT // (LANES * self.sessions * resamples))
        for first in range(0, len(self), at_once):
            rows = slice(first, first + at_once)
            yield TrialBlock(self.net[rows], self.gross[rows])


TrialBlocks = Iterable[TrialBlock]
"""All trials of one stock; a tuple, or anything that gives the same blocks each time it is gone through."""


def check_wanted(cancelled: Cancelled | None) -> None:
    """Stop where somebody asked for the end.

    Raises
    ------
    RunCancelled
    """
    if cancelled is not None and cancelled():
        raise RunCancelled(0, 1)


def checked_returns(name: str, returns: FloatArray, dimensions: int) -> FloatArray:
    """The same as contiguous float64.

    Raises
    ------
    TrialsMisshapen
        Where there is another number of dimensions, nothing at all, or a number that is not finite.
    """
    array = np.ascontiguousarray(returns, dtype=np.float64)
    if array.ndim != dimensions or not array.size:
        raise TrialsMisshapen(name, f"shape {array.shape}", f"an array of {dimensions} dimensions with something in it")
    if not math.isfinite(float(array.min())) or not math.isfinite(float(array.max())):
        raise TrialsMisshapen(name, "numbers that are not finite", "finite numbers")
    return array


def means_and_variances(
    returns: FloatArray, taken: FloatArray | None = None, weights: FloatArray | None = None
) -> tuple[FloatArray, FloatArray]:
    """float64[trial] each: mean, and sum of weighted autocovariances (without weights the population variance).

    returns : float64[trial, session]
    taken : float64[session], subtracted from every trial
    weights : float64[session], weight of the autocovariance at each lag
    """
    trials, sessions = returns.shape
    means, variances = np.empty((2, trials))
    taken = np.zeros(sessions) if taken is None else taken
    weights = np.eye(1, sessions)[0] if weights is None else weights
    describe_trials(returns, taken, weights, np.empty((sessions, LANES)), np.empty((1, LANES)), means, variances)
    return means, variances


def means_of(returns: FloatArray, order: IntArray | None = None) -> FloatArray:
    """float64[trial], mean over the sessions, or over some in an order of their own.

    returns : float64[trial, session]; order : int64[place], a session each
    """
    means = np.empty(len(returns))
    ordered_means(returns, np.arange(returns.shape[1]) if order is None else order, means)
    return means


def reciprocal_deviations(variances: FloatArray) -> FloatArray:
    """float64[trial], one over the root; 0 where the variance is no more than rounding, so that the trial is left out."""
    has_spread = variances > NO_DISPERSION**2
    return np.where(has_spread, 1.0 / np.sqrt(np.where(has_spread, variances, 1.0)), 0.0)
