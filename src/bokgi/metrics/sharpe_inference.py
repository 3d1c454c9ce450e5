"""How sure a Sharpe ratio is: probabilistic and deflated ratio, minimum length of record and backtest.

Convention: every Sharpe ratio here is of one period (not annual); kurtosis is 3 for the normal distribution; lengths are numbers of
periods. Results are probabilities of the data given luck, never of luck given the data.

References
----------
Bailey and Lopez de Prado, "The Sharpe Ratio Efficient Frontier" (2012); "The Deflated Sharpe Ratio" (2014);
Bailey, Borwein, Lopez de Prado and Zhu, "Pseudo-Mathematics and Financial Charlatanism" (2014).
"""

import math
from statistics import NormalDist

EULER_MASCHERONI = 0.5772156649015329
_NORMAL = NormalDist()


def probabilistic_sharpe_ratio(sharpe: float, periods: int, skewness: float, kurtosis: float, benchmark: float = 0.0) -> float | None:
    """Share of samples that would show a smaller Sharpe ratio if the true one were `benchmark`; None under two periods."""
    spread = _estimation_variance(sharpe, skewness, kurtosis)
    if periods < 2 or not spread > 0.0:
        return None
    return _NORMAL.cdf((sharpe - benchmark) * math.sqrt(periods - 1) / math.sqrt(spread))


def expected_maximum(trials: float) -> float | None:
    """Expected largest of `trials` independent standard normals (approximation of the paper); None for one trial or less."""
    if not trials > 1.0:
        return None
    first, second = _NORMAL.inv_cdf(1.0 - 1.0 / trials), _NORMAL.inv_cdf(1.0 - 1.0 / (trials * math.e))
    return (1.0 - EULER_MASCHERONI) * first + EULER_MASCHERONI * second


def deflated_sharpe_ratio(
    sharpe: float, periods: int, skewness: float, kurtosis: float, trials: float, trial_variance: float
) -> float | None:
    """Probabilistic Sharpe ratio against the best that `trials` worthless trials would be expected to show.

    trial_variance : variance of the Sharpe ratios across trials, of one period
    """
    maximum = expected_maximum(trials)
    if maximum is None or trial_variance < 0.0:
        return None
    return probabilistic_sharpe_ratio(sharpe, periods, skewness, kurtosis, math.sqrt(trial_variance) * maximum)


def minimum_track_record(
    sharpe: float, benchmark: float, skewness: float = 0.0, kurtosis: float = 3.0, confidence: float = 0.95
) -> float | None:
    """Periods that are needed to say with `confidence` that the true ratio is above `benchmark`; None if it does not show that at all."""
    spread = _estimation_variance(sharpe, skewness, kurtosis)
    if not sharpe > benchmark or not spread > 0.0 or not 0.5 < confidence < 1.0:
        return None
    distance = _NORMAL.inv_cdf(confidence) / (sharpe - benchmark)
    return 1.0 + spread * distance * distance


def minimum_backtest_years(trials: float, annual_sharpe: float) -> float | None:
    """Years of data below which the best of `trials` worthless trials is expected to show `annual_sharpe`."""
    maximum = expected_maximum(trials)
    return None if maximum is None or not annual_sharpe > 0.0 else (maximum / annual_sharpe) ** 2


def _estimation_variance(sharpe: float, skewness: float, kurtosis: float) -> float:
    return 1.0 - skewness * sharpe + (kurtosis - 1.0) / 4.0 * sharpe * sharpe
