"""How many independent trials the many neighbouring ones amount to, and the Sharpe ratio deflated by that number.

Convention: gross returns; Sharpe ratios are of one session. 1 - the deflated ratio is a probability of the data given luck.

References
----------
Bailey and Lopez de Prado, "The Deflated Sharpe Ratio", Journal of Portfolio Management 40 (2014).
"""

import math

import numpy as np

from bokgi.metrics.returns import NO_DISPERSION, kurtosis, sample_deviation, skewness
from bokgi.metrics.sharpe_inference import deflated_sharpe_ratio, expected_maximum
from bokgi.research.enough import SESSIONS_FOR_INDICATION
from bokgi.research.kernel_bootstrap import merge_ratio_maxima
from bokgi.research.kernel_lanes import LANES
from bokgi.research.resamples import Resamples
from bokgi.research.screening import runs_for_screening, scattered_groups, screen_for
from bokgi.research.trials import TrialBlock, means_and_variances
from bokgi.units import FloatArray

FLOOR_OF_VARIANCE = 0.1
"""A resample's variance counts at least this share of the trial's own: one that left out the only session with a trade has none."""
_BISECTIONS = 100


class RatioMaxima:
    """Goes through the trials of one stock once and keeps, of every resample, the largest studentised mean of the centred trials."""

    def __init__(self, resamples: Resamples) -> None:
        self._resamples, self._trials = resamples, 0
        self._maxima = np.full(len(resamples), -np.inf)

    def add(self, block: TrialBlock) -> None:
        """Merge some trials."""
        means, variances = means_and_variances(block.gross)
        centred = block.gross - means[:, None]
        floors = np.where(variances > NO_DISPERSION**2, variances * FLOOR_OF_VARIANCE, 1.0)
        sums, square_sums = np.empty((2, block.sessions + 1, LANES))
        runs, screen = self._resamples, screen_for(block.sessions, 2, squares=True)
        merge_ratio_maxima(
            centred,
            centred * centred,
            scattered_groups(len(block)),
            runs.starts,
            runs.ends,
            runs.offsets,
            runs_for_screening(runs),
            floors,
            sums,
            square_sums,
            np.empty((3, LANES)),
            screen,
            self._maxima,
        )
        self._trials += len(block)

    def effective_trials(self) -> float | None:
        """Number whose expected maximum of independent normals equals the mean maximum; None under 20 sessions, never above all trials."""
        if self._resamples.sessions < SESSIONS_FOR_INDICATION:
            return None
        return trials_with_maximum(self.mean_maximum(), self._trials)

    def mean_maximum(self) -> float:
        """Mean over the resamples of the largest studentised mean."""
        ratios = np.copysign(np.sqrt(np.abs(self._maxima)), self._maxima)
        return float(ratios.mean()) * math.sqrt(self._resamples.sessions - 1)


def trials_with_maximum(maximum: float, trials: int) -> float:
    """The number, between 1 and `trials`, of independent standard normals whose expected maximum is this."""
    low, high = 0.0, math.log(trials)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        expected = expected_maximum(math.exp(middle))
        low, high = (middle, high) if expected is None or expected < maximum else (low, middle)
    return math.exp(high)


def session_sharpe(returns: FloatArray) -> float | None:
    """Mean over sample deviation of the sessions; None without deviation."""
    deviation = sample_deviation(returns)
    return None if deviation is None or deviation <= NO_DISPERSION else float(returns.mean()) / deviation


def deflated_by(effective_trials: float | None, gross: FloatArray) -> float | None:
    """Deflated Sharpe ratio of one trial, with variance 1 / (T - 1) across trials; None where anything is undefined.

    gross : float64[session]
    """
    sharpe, skew, tails = session_sharpe(gross), skewness(gross), kurtosis(gross)
    if effective_trials is None or sharpe is None or skew is None or tails is None:
        return None
    return deflated_sharpe_ratio(sharpe, len(gross), skew, tails, effective_trials, 1.0 / (len(gross) - 1))
