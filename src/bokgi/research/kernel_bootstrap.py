"""Maxima over trials of every resample, fused: no array of trials x resamples exists at any time.

Convention: a resample is a list of runs of sessions [start, end); the sum of a run is the difference of two running sums. Maxima are
merged into what is there, so that trials may come in blocks. Returns hold no NaN.
"""

from bokgi.engine.compiling import kernel_njit, step_njit
from bokgi.research.kernel_lanes import LANES, fill_running_sums, larger, load_lanes, merge_largest, resampled_sums
from bokgi.units import FloatArray, IntArray, ShortArray


@kernel_njit
def merge_maxima(
    returns: FloatArray,
    starts: ShortArray,
    ends: ShortArray,
    offsets: IntArray,
    shifts: FloatArray,
    scales: FloatArray,
    taken: FloatArray,
    sums: FloatArray,
    lanes: FloatArray,
    maxima: FloatArray,
) -> None:
    """For each kind and resample the largest (resampled mean - taken - shift) x scale of all trials.

    returns : float64[trial, session]
    starts, ends : int32[run], and offsets : int64[resample + 1], the runs of each resample
    shifts, scales : float64[kind, trial]
    taken : float64[kind, resample], resampled mean of what the trials are held against
    sums : float64[session + 1, LANES], overwritten
    lanes : float64[2 + 2 x kind, LANES], overwritten
    maxima : float64[kind, resample, WIDTH], merged; the maximum of a resample is the largest of its row
    """
    trials, sessions = returns.shape
    kinds, resamples = maxima.shape[:2]
    for first in range(0, trials, LANES):
        used = min(LANES, trials - first)
        fill_running_sums(returns, first, used, sums)
        for kind in range(kinds):
            load_lanes(shifts[kind], first, used, lanes[2 + kind])
            load_lanes(scales[kind], first, used, lanes[2 + kinds + kind])
        for resample in range(resamples):
            resampled_sums(sums, starts, ends, offsets[resample], offsets[resample + 1], lanes[0])
            for kind in range(kinds):
                moved_and_scaled(lanes[0], sessions, taken[kind, resample], lanes[2 + kind], lanes[2 + kinds + kind], lanes[1])
                merge_largest(lanes[1], maxima[kind, resample])


@step_njit
def moved_and_scaled(total: FloatArray, sessions: int, taken: float, shift: FloatArray, scale: FloatArray, moved: FloatArray) -> None:
    """(mean - taken - shift) x scale, lane by lane."""
    one = 1.0 / sessions
    for lane in range(LANES):
        moved[lane] = (total[lane] * one - taken - shift[lane]) * scale[lane]


@kernel_njit
def merge_ratio_maxima(
    centred: FloatArray,
    squares: FloatArray,
    starts: ShortArray,
    ends: ShortArray,
    offsets: IntArray,
    floors: FloatArray,
    sums: FloatArray,
    square_sums: FloatArray,
    lanes: FloatArray,
    maxima: FloatArray,
) -> None:
    """For each resample the largest signed square of mean over deviation of all trials, both of the resample itself.

    centred : float64[trial, session], returns less their mean; squares : the same, squared
    floors : float64[trial], variances that a resample's own is not let fall below; positive
    sums, square_sums : float64[session + 1, LANES], and lanes : float64[3, LANES], overwritten
    maxima : float64[resample, WIDTH], merged
    """
    trials, sessions = centred.shape
    for first in range(0, trials, LANES):
        used = min(LANES, trials - first)
        fill_running_sums(centred, first, used, sums)
        fill_running_sums(squares, first, used, square_sums)
        load_lanes(floors, first, used, lanes[2])
        for resample in range(len(maxima)):
            resampled_sums(sums, starts, ends, offsets[resample], offsets[resample + 1], lanes[0])
            resampled_sums(square_sums, starts, ends, offsets[resample], offsets[resample + 1], lanes[1])
            signed_square_ratios(lanes[0], lanes[1], sessions, lanes[2])
            merge_largest(lanes[0], maxima[resample])


@step_njit
def signed_square_ratios(total: FloatArray, square_total: FloatArray, sessions: int, floors: FloatArray) -> None:
    """Mean x |mean| / variance, written over `total`; saves the square roots, which keep the order."""
    one = 1.0 / sessions
    for lane in range(LANES):
        mean = total[lane] * one
        square = mean * mean
        variance = larger(square_total[lane] * one - square, floors[lane])
        total[lane] = (square if mean > 0.0 else -square) / variance


@kernel_njit
def resampled_means(
    returns: FloatArray, starts: ShortArray, ends: ShortArray, offsets: IntArray, sums: FloatArray, means: FloatArray
) -> None:
    """Mean of one series in every resample.

    returns : float64[session]; sums : float64[session + 1], overwritten; means : float64[resample], written
    """
    total = 0.0
    for session in range(len(returns)):
        sums[session] = total
        total += returns[session]
    sums[len(returns)] = total
    for resample in range(len(means)):
        total = 0.0
        for run in range(offsets[resample], offsets[resample + 1]):
            total += sums[ends[run]] - sums[starts[run]]
        means[resample] = total / len(returns)


@kernel_njit
def describe_trials(
    returns: FloatArray,
    taken: FloatArray,
    weights: FloatArray,
    columns: FloatArray,
    lanes: FloatArray,
    means: FloatArray,
    variances: FloatArray,
) -> None:
    """Mean of each trial less `taken`, and the sum of its weighted autocovariances.

    returns : float64[trial, session]
    taken : float64[session]
    weights : float64[session], weight of the autocovariance at each lag; lags of weight 0 are left out
    columns : float64[session, LANES], and lanes : float64[1, LANES], overwritten
    means, variances : float64[trial], written
    """
    trials, sessions = returns.shape
    for first in range(0, trials, LANES):
        used = min(LANES, trials - first)
        fill_centred(returns, taken, first, used, columns, means)
        for lane in range(used):
            variances[first + lane] = 0.0
        for lag in range(sessions):
            if weights[lag] != 0.0:
                autocovariances(columns, lag, lanes[0])
                for lane in range(used):
                    variances[first + lane] += weights[lag] * lanes[0, lane]


@step_njit
def fill_centred(returns: FloatArray, taken: FloatArray, first: int, used: int, columns: FloatArray, means: FloatArray) -> None:
    """Returns of a group less `taken` and less their mean, session by session."""
    sessions = len(columns)
    for lane in range(LANES):
        trial = first + lane if lane < used else first
        total = 0.0
        for session in range(sessions):
            columns[session, lane] = returns[trial, session] - taken[session]
            total += columns[session, lane]
        means[trial] = total / sessions
        for session in range(sessions):
            columns[session, lane] -= means[trial]


@step_njit
def autocovariances(columns: FloatArray, lag: int, covariances: FloatArray) -> None:
    """Mean product of sessions `lag` apart, over all sessions, lane by lane."""
    sessions = len(columns)
    for lane in range(LANES):
        covariances[lane] = 0.0
    for session in range(sessions - lag):
        for lane in range(LANES):
            covariances[lane] += columns[session, lane] * columns[session + lag, lane]
    for lane in range(LANES):
        covariances[lane] /= sessions
