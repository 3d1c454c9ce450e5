"""Maxima over trials of every resample, fused: no array of trials x resamples exists at any time.

Convention: a resample is a list of runs of sessions [start, end); the sum of a run is the difference of two running sums. Maxima are
merged into what is there, so that trials may come in blocks. Returns hold no NaN. A group of trials that `kernel_screening` proves to be
below the maximum of a resample is not computed for it; the maxima are the same.
"""

from bokgi.engine.compiling import kernel_njit, step_njit
from bokgi.research.kernel_lanes import LANES, fill_running_sums, larger, load_lanes, resampled_sums
from bokgi.research.kernel_screening import (
    SMALLEST_RATIO,
    Runs,
    Screen,
    margin_of,
    may_exceed,
    narrowed,
    prepare_kind,
    prepare_ratio,
    ratios_may_exceed,
    rough_sums,
)
from bokgi.units import FloatArray, IntArray, ShortArray


@kernel_njit
def merge_maxima(
    returns: FloatArray,
    groups: IntArray,
    starts: ShortArray,
    ends: ShortArray,
    offsets: IntArray,
    joined: Runs,
    shifts: FloatArray,
    scales: FloatArray,
    taken: FloatArray,
    sums: FloatArray,
    lanes: FloatArray,
    screen: Screen,
    maxima: FloatArray,
) -> None:
    """For each kind and resample the largest (resampled mean - taken - shift) x scale of all trials.

    returns : float64[trial, session]
    groups : int64[group], every group of LANES trials once
    starts, ends : int32[run], and offsets : int64[resample + 1], the runs of each resample; joined : the same for screening
    shifts, scales : float64[kind, trial]
    taken : float64[kind, resample], resampled mean of what the trials are held against
    sums : float64[session + 1, LANES], overwritten
    lanes : float64[2 + 2 x kind, LANES], overwritten
    maxima : float64[resample, kind], merged
    """
    trials, sessions = returns.shape
    resamples, kinds = maxima.shape
    margin = margin_of(joined.longest)
    for group in groups:
        first = group * LANES
        used = min(LANES, trials - first)
        fill_running_sums(returns, first, used, sums)
        narrowed(sums, screen.sums, lanes[1])
        for kind in range(kinds):
            shift, scale = lanes[2 + kind], lanes[2 + kinds + kind]
            load_lanes(shifts[kind], first, used, shift)
            load_lanes(scales[kind], first, used, scale)
            most = largest_size(taken[kind])
            prepare_kind(lanes[1], shift, scale, sessions, most, margin, screen.scales[kind], screen.shifts[kind])
        for resample in range(resamples):
            run, stop = offsets[resample], offsets[resample + 1]
            rough_sums(screen.sums, joined, resample, screen.totals[0])
            above = 0
            for kind in range(kinds):
                low = taken[kind, resample] * sessions
                above += may_exceed(screen.totals[0], low, screen.scales[kind], screen.shifts[kind], maxima[resample, kind])
            if above > 0:
                resampled_sums(sums, starts, ends, run, stop, lanes[0])
                for kind in range(kinds):
                    moved_and_scaled(lanes[0], sessions, taken[kind, resample], lanes[2 + kind], lanes[2 + kinds + kind], lanes[1])
                    maxima[resample, kind] = largest_of(lanes[1], maxima[resample, kind])


@step_njit
def largest_size(values: FloatArray) -> float:
    """The largest without its sign."""
    size = 0.0
    for value in values:
        size = larger(abs(value), size)
    return size


@step_njit
def largest_of(lanes: FloatArray, limit: float) -> float:
    """The largest of all lanes and the limit."""
    for lane in range(LANES):
        limit = larger(limit, lanes[lane])
    return limit


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
    groups: IntArray,
    starts: ShortArray,
    ends: ShortArray,
    offsets: IntArray,
    joined: Runs,
    floors: FloatArray,
    sums: FloatArray,
    square_sums: FloatArray,
    lanes: FloatArray,
    screen: Screen,
    maxima: FloatArray,
) -> None:
    """For each resample the largest signed square of mean over deviation of all trials, both of the resample itself.

    centred : float64[trial, session], returns less their mean; squares : the same, squared
    groups, starts, ends, offsets, joined : as in `merge_maxima`
    floors : float64[trial], variances that a resample's own is not let fall below; positive
    sums, square_sums : float64[session + 1, LANES], and lanes : float64[3, LANES], overwritten
    maxima : float64[resample], merged
    """
    trials, sessions = centred.shape
    margin = margin_of(joined.longest)
    for group in groups:
        first = group * LANES
        used = min(LANES, trials - first)
        fill_running_sums(centred, first, used, sums)
        fill_running_sums(squares, first, used, square_sums)
        load_lanes(floors, first, used, lanes[2])
        narrowed(sums, screen.sums, lanes[0])
        narrowed(square_sums, screen.squares, lanes[1])
        prepare_ratio(lanes[0], lanes[1], lanes[2], sessions, margin, screen.scales, screen.shifts)
        for resample in range(len(maxima)):
            run, stop, limit = offsets[resample], offsets[resample + 1], maxima[resample]
            if limit > SMALLEST_RATIO:
                rough_sums(screen.sums, joined, resample, screen.totals[0])
                rough_sums(screen.squares, joined, resample, screen.totals[1])
                if ratios_may_exceed(screen.totals, sessions, screen.scales[0], screen.shifts, limit) == 0:
                    continue
            resampled_sums(sums, starts, ends, run, stop, lanes[0])
            resampled_sums(square_sums, starts, ends, run, stop, lanes[1])
            signed_square_ratios(lanes[0], lanes[1], sessions, lanes[2])
            maxima[resample] = largest_of(lanes[0], limit)


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
def ordered_means(returns: FloatArray, order: IntArray, means: FloatArray) -> None:
    """Mean of each trial over the sessions in this order, one of them perhaps several times.

    returns : float64[trial, session]; order : int64[session]; means : float64[trial], written
    """
    for trial in range(len(returns)):
        total = 0.0
        for session in order:
            total += returns[trial, session]
        means[trial] = total / len(order)


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
    pairs = sessions - lag
    regular = pairs - pairs % 4
    for session in range(0, regular, 4):  # four at a time, added one after the other
        one, two, three, four = columns[session], columns[session + 1], columns[session + 2], columns[session + 3]
        late = session + lag
        one_late, two_late, three_late, four_late = columns[late], columns[late + 1], columns[late + 2], columns[late + 3]
        for lane in range(LANES):
            covariances[lane] = (
                ((covariances[lane] + one[lane] * one_late[lane]) + two[lane] * two_late[lane]) + three[lane] * three_late[lane]
            ) + four[lane] * four_late[lane]
    for session in range(regular, pairs):
        for lane in range(LANES):
            covariances[lane] += columns[session, lane] * columns[session + lag, lane]
    for lane in range(LANES):
        covariances[lane] /= sessions
