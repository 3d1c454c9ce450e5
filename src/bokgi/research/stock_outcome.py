"""Everything that is kept of the search of one stock: its best trial, what stands beside it, and the pictures.

Convention: totals are over the seed, after costs. Pictures show all trials; that of noise is one world of the stock's own sessions in which
no trial has an edge before costs.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from bokgi.engine.parts import Cancelled
from bokgi.research.enough import DataDepth, data_depth
from bokgi.research.honesty import Honesty, honesty
from bokgi.research.kernel_clock_trials import Figures
from bokgi.research.plateau import Surroundings, surroundings
from bokgi.research.resamples import Resamples
from bokgi.research.superior_ability import noise_picture
from bokgi.research.trials import TrialBlock, check_wanted
from bokgi.research.walk_forward import Stakes
from bokgi.units import BoolArray, FloatArray, IntArray

BINS = 48
"""Bars of the distribution of trials."""
IN_MEMORY_BYTES = 64 << 20
"""Returns of a stock up to this size are computed once, larger ones each time they are gone through."""


class StockTrials(Protocol):
    """All trials of one stock; gone through as often as somebody likes, with the same returns each time."""

    @property
    def trials(self) -> int:
        """How many there are."""

    def computed(self) -> Figures:
        """Figures of all of them; comes before the returns."""

    def __iter__(self) -> Iterator[TrialBlock]:
        """Their returns in blocks."""

    def columns(self) -> Mapping[str, IntArray | FloatArray]:
        """Their parameters by name, an array each."""

    def words(self) -> Mapping[str, tuple[str, ...]]:
        """Parameters whose values are words: columns hold their places."""

    def grid(self, totals: FloatArray) -> FloatArray:
        """Totals laid out with an axis a parameter, NaN where there is no trial."""


@dataclass(frozen=True)
class Distribution:
    """edges : float64[bin + 1]; trials, noise : int64[bin], how many lie in each; noise None under 20 sessions"""

    edges: FloatArray
    trials: IntArray
    noise: IntArray | None


@dataclass(frozen=True)
class StockOutcome:
    """What came of one stock.

    Attributes
    ----------
    figures : of all trials; totals : float64[trial]
    honesty : None where the figures of belief were not asked for
    best : number of the trial with the largest total
    noise : float64[trial], totals of one world of noise; None under 20 sessions
    """

    figures: Figures
    totals: FloatArray
    best: int
    honesty: Honesty | None
    around: Surroundings | None
    distribution: Distribution
    noise: FloatArray | None


class KeptSessions:
    """The returns of trials in some of the sessions; kept : bool[session]; cancelled : asked between blocks"""

    def __init__(self, trials: Iterable[TrialBlock], kept: BoolArray, cancelled: Cancelled | None = None) -> None:
        self._trials, self._kept, self._cancelled = trials, kept, cancelled

    def __iter__(self) -> Iterator[TrialBlock]:
        is_whole = bool(self._kept.all())
        for block in self._trials:
            check_wanted(self._cancelled)
            yield block if is_whole else TrialBlock(block.net[:, self._kept], block.gross[:, self._kept])


def stock_outcome(
    trials: StockTrials,
    capital: float,
    holding: FloatArray,
    kept: BoolArray,
    resamples: Resamples | None,
    default: int | None = None,
    cancelled: Cancelled | None = None,
    stakes: Stakes = Stakes.FIXED,
) -> StockOutcome:
    """Search one stock, and judge its best trial where resamples are given.

    holding : float64[session], won of each session over the capital when the stock is held
    kept : bool[session], those that count as evidence
    cancelled : asked between blocks of trials
    stakes : what the returns of the trials were won with

    Raises
    ------
    RunCancelled
        `cancelled` said so, or the trials were told so themselves.
    """
    figures = trials.computed()
    totals = figures.balance / capital - 1.0
    blocks: Iterable[TrialBlock] = KeptSessions(trials, kept, cancelled)
    if resamples is not None and 16 * trials.trials * len(holding) <= IN_MEMORY_BYTES:
        blocks = tuple(blocks)
    judged = honesty(blocks, holding[kept], resamples, default, cancelled, stakes) if resamples is not None else None
    noise = None
    if resamples is not None and data_depth(resamples.sessions) is not DataDepth.PICTURE:
        noise = np.concatenate([noise_picture(block, resamples) for block in blocks])
    best = int(np.argmax(totals)) if judged is None else judged.optimum.trial
    return StockOutcome(figures, totals, best, judged, surroundings(trials.grid(totals)), distribution_of(totals, noise), noise)


def distribution_of(totals: FloatArray, noise: FloatArray | None) -> Distribution:
    """How the totals spread, with those of noise in the same bins."""
    both = totals if noise is None else np.concatenate((totals, noise))
    low, high = float(both.min()), float(both.max())
    edges = np.linspace(low, high if high > low else low + 0.01, BINS + 1)
    counted = np.histogram(totals, edges)[0].astype(np.int64)
    return Distribution(edges, counted, None if noise is None else np.histogram(noise, edges)[0].astype(np.int64))
