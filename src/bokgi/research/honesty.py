"""All figures that stand beside the optimum of one stock, from the returns of its trials.

Convention: totals are net won of all sessions over the seed. The optimum is the trial with the largest mean net return, the first of
equals. What the number of sessions does not allow is None: under 20 everything but the optimum and what it is compared with, under 60
Hansen's test, PBO and the deflated Sharpe ratio. Memory holds one block of trials and a few numbers a resample.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bokgi.engine.parts import Cancelled
from bokgi.errors.research import TrialsMisshapen
from bokgi.research.effective_trials import RatioMaxima, deflated_by, session_sharpe
from bokgi.research.enough import DataDepth, data_depth, validation_blocks
from bokgi.research.overfitting import CrossValidation
from bokgi.research.resamples import FEW, Resamples
from bokgi.research.superior_ability import HOLDING, NO_TRADE, BootstrapMaxima, NoiseOfSameSize, PValues
from bokgi.research.trials import TrialBlock, TrialBlocks, check_wanted, checked_returns, means_of
from bokgi.research.walk_forward import Stakes, WalkForward, WalkForwardPicks, Window, running_sums
from bokgi.units import FloatArray

REFINED_BELOW = 0.02
"""A p-value of Hansen's test that came out below this is computed again with all resamples."""
RESAMPLES_FOR_COUNTING = 500
"""The mean of this many maxima knows the effective number of trials to a few percent; it differs far more from stock to stock."""
_TESTS_ALONE = 2
"""Kinds of maxima that Hansen's two tests need."""


@dataclass(frozen=True)
class Optimum:
    """The trial with the largest mean net return.

    Attributes
    ----------
    trial : its number
    net_total, gross_total : over all sessions, over the seed
    net_sharpe, gross_sharpe : of one session, not annual; None without deviation
    """

    trial: int
    net_total: float
    gross_total: float
    net_sharpe: float | None
    gross_sharpe: float | None


@dataclass(frozen=True)
class Compared:
    """What the optimum must be held against.

    Attributes
    ----------
    holding_total : holding the stock, after costs
    mean_total : mean of all trials
    default_total : the default parameters; None where they are no trial
    profitable_trials : share of the trials that earned something after costs
    """

    holding_total: float
    mean_total: float
    default_total: float | None
    profitable_trials: float


@dataclass(frozen=True)
class Honesty:
    """What may be said about the optimum of one stock.

    Attributes
    ----------
    against_no_trade, against_holding : p-values; None under 20 sessions
    overfitting : PBO; None under 60 sessions, and under two trials
    effective_trials, deflated_sharpe : on gross returns; None under 60 sessions
    anchored, rolling : walk-forward; None under 20 sessions
    noise : the best of as many trials if none had an edge; None under 20 sessions
    resamples : on which the p-values of Hansen's test rest; 0 where there is none
    """

    sessions: int
    trials: int
    depth: DataDepth
    optimum: Optimum
    compared: Compared
    against_no_trade: PValues | None
    against_holding: PValues | None
    overfitting: float | None
    effective_trials: float | None
    deflated_sharpe: float | None
    anchored: WalkForward | None
    rolling: WalkForward | None
    noise: NoiseOfSameSize | None
    resamples: int


def honesty(
    blocks: TrialBlocks,
    holding: FloatArray,
    resamples: Resamples,
    default: int | None = None,
    cancelled: Cancelled | None = None,
    stakes: Stakes = Stakes.FIXED,
) -> Honesty:
    """Judge all trials of one stock.

    blocks : gone through up to three times
    holding : float64[session], returns of holding the stock, net won of each session over the seed
    resamples : shared by all stocks; the first thousand serve for everything, all of them for small p-values
    default : number of the trial with the default parameters
    cancelled : asked several times a second
    stakes : what the returns were won with, for the walk-forward

    Raises
    ------
    RunCancelled
        `cancelled` said so.
    TrialsMisshapen
        Where sessions differ, or there is no trial.
    """
    holding = checked_returns("holding", holding, 1)
    few = resamples.first(min(FEW, len(resamples)))
    once = _FirstPass(few, holding, default, cancelled, stakes)
    for block in blocks:
        once.add(block)
    if once.trials == 0:
        raise TrialsMisshapen("number", "0", "at least 1")
    overfitting = _second_pass(blocks, once, cancelled)
    no_trade, against_holding, used = _refined(blocks, once, resamples, cancelled)
    maxima, ratios = once.maxima, once.ratios
    effective = ratios.effective_trials() if ratios else None
    return Honesty(
        sessions=len(holding),
        trials=once.trials,
        depth=once.depth,
        optimum=once.optimum(),
        compared=once.compared(),
        against_no_trade=PValues(no_trade, maxima.reality_check(NO_TRADE)) if maxima else None,
        against_holding=PValues(against_holding, maxima.reality_check(HOLDING)) if maxima else None,
        overfitting=overfitting,
        effective_trials=effective,
        deflated_sharpe=deflated_by(effective, once.best_gross),
        anchored=once.anchored.result(holding),
        rolling=once.rolling.result(holding),
        noise=maxima.noise() if maxima else None,
        resamples=used,
    )


class _FirstPass:
    """Everything that needs each trial once."""

    def __init__(self, few: Resamples, holding: FloatArray, default: int | None, cancelled: Cancelled | None, stakes: Stakes) -> None:
        if few.sessions != len(holding):
            raise TrialsMisshapen("holding", f"{len(holding)} sessions", f"the {few.sessions} of the resamples")
        self.holding, self._default, self._cancelled, self._resamples = holding, default, cancelled, len(few)
        self.depth = data_depth(len(holding))
        self.maxima = None if self.depth is DataDepth.PICTURE else BootstrapMaxima(few, holding)
        self.ratios = RatioMaxima(few.first(min(RESAMPLES_FOR_COUNTING, len(few)))) if self.depth is DataDepth.VERDICT else None
        count = validation_blocks(len(holding))
        self.validation = None if count is None else CrossValidation(count)
        self.anchored, self.rolling = (WalkForwardPicks(len(holding), window, stakes) for window in (Window.ANCHORED, Window.ROLLING))
        self.trials, self._best, self._trial, self._profitable = 0, -np.inf, 0, 0
        self._sum, self._default_mean = 0.0, np.nan
        self._best_net, self.best_gross = np.empty((2, 0))

    def add(self, block: TrialBlock) -> None:
        """Take some trials in."""
        if block.sessions != len(self.holding):
            raise TrialsMisshapen("net", f"{block.sessions} sessions", f"the {len(self.holding)} of holding")
        for piece in block.pieces(self._resamples):
            check_wanted(self._cancelled)
            for part in (self.maxima, self.ratios):
                if part is not None:
                    part.add(piece)
        if self.validation is not None:
            self.validation.pick(block.net)
        if self.depth is not DataDepth.PICTURE:
            sums = running_sums(block.net)
            self.anchored.add(sums, block.net)
            self.rolling.add(sums, block.net)
        self._describe(block)

    def optimum(self) -> Optimum:
        """The best of all."""
        net, gross = self._best_net, self.best_gross
        return Optimum(self._trial, float(net.sum()), float(gross.sum()), session_sharpe(net), session_sharpe(gross))

    def compared(self) -> Compared:
        """What stands beside it."""
        sessions = len(self.holding)
        default = None if np.isnan(self._default_mean) else float(self._default_mean) * sessions
        return Compared(float(self.holding.sum()), self._sum / self.trials * sessions, default, self._profitable / self.trials)

    def _describe(self, block: TrialBlock) -> None:
        means = means_of(block.net)
        best = int(means.argmax())
        if means[best] > self._best:
            self._best, self._trial = float(means[best]), self.trials + best
            self._best_net, self.best_gross = block.net[best].copy(), block.gross[best].copy()
        if self._default is not None and 0 <= self._default - self.trials < len(block):
            self._default_mean = float(means[self._default - self.trials])
        self._profitable += int(np.count_nonzero(means > 0.0))
        self._sum += float(means.sum())
        self.trials += len(block)


def _second_pass(blocks: TrialBlocks, once: _FirstPass, cancelled: Cancelled | None) -> float | None:
    """PBO: the places of the picked ones among all."""
    if once.validation is None:
        return None
    for block in blocks:
        check_wanted(cancelled)
        once.validation.rank(block.net)
    return once.validation.overfitting()


def _refined(
    blocks: TrialBlocks, once: _FirstPass, resamples: Resamples, cancelled: Cancelled | None
) -> tuple[float | None, float | None, int]:
    """P-values of Hansen's test against no trade and against holding, and the resamples that they rest on."""
    if once.maxima is None or once.depth is not DataDepth.VERDICT:
        return None, None, 0
    found = once.maxima.superior_ability(NO_TRADE), once.maxima.superior_ability(HOLDING)
    if min(found) >= REFINED_BELOW or len(resamples) <= FEW:
        return (*found, min(FEW, len(resamples)))
    again = BootstrapMaxima(resamples, once.holding, _TESTS_ALONE)
    for piece in (piece for block in blocks for piece in block.pieces(len(resamples))):
        check_wanted(cancelled)
        again.add(piece)
    return again.superior_ability(NO_TRADE), again.superior_ability(HOLDING), len(resamples)


def both_p_values(stocks: Sequence[Honesty]) -> FloatArray:
    """float64[stock], the larger of Hansen's two p-values: that of "better than both"; NaN where there is none."""
    return np.fmax(no_trade_p_values(stocks), holding_p_values(stocks))


def no_trade_p_values(stocks: Sequence[Honesty]) -> FloatArray:
    """float64[stock], against no trade."""
    return _p_values([stock.against_no_trade for stock in stocks])


def holding_p_values(stocks: Sequence[Honesty]) -> FloatArray:
    """float64[stock], against holding."""
    return _p_values([stock.against_holding for stock in stocks])


def _p_values(tested: Sequence[PValues | None]) -> FloatArray:
    values = [None if test is None else test.superior_ability for test in tested]
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
