"""Whether the best of many trials is better than not trading, or than holding: the tests that decide.

Convention: a p-value is the share of worlds without any effect in which the best trial looks at least as good; (1 + exceedances) /
(resamples + 1). It is not the probability of luck. A trial without dispersion cannot be studentised and takes no part in Hansen's test.

References
----------
Hansen, "A Test for Superior Predictive Ability", Journal of Business & Economic Statistics 23 (2005): the consistent p-value.
White, "A Reality Check for Data Snooping", Econometrica 68 (2000).
Politis and Romano (1994): the variance of a mean under the stationary bootstrap, lemma 1.
"""

import math
from dataclasses import dataclass

import numpy as np

from bokgi.errors.research import TrialsMisshapen
from bokgi.research.kernel_bootstrap import merge_maxima
from bokgi.research.kernel_lanes import LANES
from bokgi.research.resamples import Resamples
from bokgi.research.screening import runs_for_screening, scattered_groups, screen_for
from bokgi.research.trials import TrialBlock, checked_returns, means_and_variances, means_of, reciprocal_deviations
from bokgi.units import FloatArray

NO_TRADE, HOLDING, REALITY, NOISE = range(4)
"""Kinds of maxima: studentised against nothing, studentised against holding, not studentised, and of trials without gross edge."""
_NEGLIGIBLE = 1e-12


@dataclass(frozen=True)
class PValues:
    """Of both tests, against one alternative.

    Attributes
    ----------
    superior_ability : Hansen's test; it decides. None where it was not computed
    reality_check : White's test, beside it
    """

    superior_ability: float | None
    reality_check: float


@dataclass(frozen=True)
class NoiseOfSameSize:
    """The best of as many trials on this stock's own sessions, if no trial had any edge before costs.

    Attributes
    ----------
    median, one_in_twenty : net result over all sessions, over the seed, of the best trial in half of such worlds, and in one of twenty
    profitable : share of such worlds whose best trial earns something after costs
    """

    median: float
    one_in_twenty: float
    profitable: float


class BootstrapMaxima:
    """Goes through the trials of one stock once and keeps the largest of every resample.

    holding : float64[session], returns of holding the stock, after costs
    kinds : maxima that are wanted, the first so many of the four
    """

    def __init__(self, resamples: Resamples, holding: FloatArray, kinds: int = 4) -> None:
        self._resamples, self._holding = resamples, checked_returns("holding", holding, 1)
        if len(self._holding) != resamples.sessions or resamples.sessions < 3:
            raise TrialsMisshapen("holding", f"{len(self._holding)} sessions", f"the {resamples.sessions} of the resamples, at least 3")
        self._kinds, self._weights = kinds, long_run_weights(resamples.sessions, resamples.mean_run)
        self._taken = np.zeros((kinds, len(resamples)))
        self._held = resamples.means(self._holding)
        self._taken[HOLDING] = self._held
        self._maxima = np.full((len(resamples), kinds), -np.inf)
        self._statistics = np.full(kinds, -np.inf)

    def add(self, block: TrialBlock) -> None:
        """Merge some trials."""
        shifts, scales = (np.empty((self._kinds, len(block))) for _ in range(2))
        for kind, taken in ((NO_TRADE, None), (HOLDING, self._holding)):
            shifts[kind], scales[kind], statistic = self._studentised(block.net, taken)
            self._statistics[kind] = max(self._statistics[kind], statistic)
        if self._kinds > REALITY:
            shifts[REALITY] = means_of(block.net)
            shifts[NOISE] = means_of(block.gross)
            scales[REALITY:] = 1.0
            self._statistics[REALITY] = max(self._statistics[REALITY], float(shifts[REALITY].max()))
        sums, lanes = np.empty((block.sessions + 1, LANES)), np.empty((2 + 2 * self._kinds, LANES))
        runs, screen = self._resamples, screen_for(block.sessions, self._kinds)
        merge_maxima(
            block.net,
            scattered_groups(len(block)),
            runs.starts,
            runs.ends,
            runs.offsets,
            runs_for_screening(runs),
            shifts,
            scales,
            self._taken,
            sums,
            lanes,
            screen,
            self._maxima,
        )

    def superior_ability(self, kind: int) -> float:
        """Hansen's p-value against `NO_TRADE` or `HOLDING`; both statistics are at least 0."""
        return p_value(max(float(self._statistics[kind]), 0.0), np.maximum(self._largest(kind), 0.0))

    def reality_check(self, kind: int) -> float:
        """White's p-value against `NO_TRADE` or `HOLDING`."""
        if kind == NO_TRADE:
            return p_value(float(self._statistics[REALITY]), self._largest(REALITY))
        mean = float(self._holding.mean())
        return p_value(float(self._statistics[REALITY]) - mean, self._largest(REALITY) - (self._held - mean))

    def noise(self) -> NoiseOfSameSize:
        """What the best trial would show if none had an edge before costs."""
        totals = np.sort(self._largest(NOISE)) * self._resamples.sessions
        median, one_in_twenty = np.quantile(totals, (0.5, 0.95))
        return NoiseOfSameSize(float(median), float(one_in_twenty), float(np.count_nonzero(totals > 0.0) / len(totals)))

    def _largest(self, kind: int) -> FloatArray:
        return self._maxima[:, kind]

    def _studentised(self, net: FloatArray, taken: FloatArray | None) -> tuple[FloatArray, FloatArray, float]:
        """Shift and scale of each trial, and the largest statistic.

        A trial that is so bad that it cannot be the best (below -sqrt(2 log log n)) keeps its bad mean in the resamples.
        """
        sessions = net.shape[1]
        means, variances = means_and_variances(net, taken, self._weights)
        scales = reciprocal_deviations(variances) * math.sqrt(sessions)
        statistics = means * scales
        is_near = statistics >= -math.sqrt(2.0 * math.log(math.log(sessions)))
        return np.where(is_near, means, 0.0), scales, float(statistics.max())


def p_value(statistic: float, resampled: FloatArray) -> float:
    """(1 + resamples that reach the statistic) / (resamples + 1)."""
    return float(1 + np.count_nonzero(resampled >= statistic)) / (len(resampled) + 1)


def long_run_weights(sessions: int, mean_run: float) -> FloatArray:
    """float64[session], weights of the autocovariances in the variance of sqrt(n) x mean under the stationary bootstrap.

    Weights under 1e-12 are 0: they decide nothing and take time.
    """
    lag, follows = np.arange(sessions), 1.0 - 1.0 / mean_run
    share = lag / sessions
    weights = 2.0 * ((1.0 - share) * follows**lag + share * follows ** (sessions - lag))
    weights[0] = 1.0
    return np.where(weights < _NEGLIGIBLE, 0.0, weights)


def noise_picture(block: TrialBlock, resamples: Resamples, resample: int = 0) -> FloatArray:
    """float64[trial], net result over all sessions in one world without edge before costs: a picture of pure noise to look at.

    One resample of the stock's own sessions, from which each trial's mean gross return is taken.
    """
    return (means_of(block.net, resamples.sessions_of(resample)) - means_of(block.gross)) * block.sessions
