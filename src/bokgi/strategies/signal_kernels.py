"""Compiled signals of the built-in strategies: indicator and crossing in one walk over the rows.

Rows of untraded bars are passed over; `entries` and `exits` come in filled with False. The arithmetic is that of `kernels`, except
that two simple averages are compared as `fast sum x slow period` against `slow sum x fast period`: no division, and exact for
whole-won prices, where it decides as the divided averages do.
"""

from numba import njit

from bokgi.config import compile_cache
from bokgi.strategies.kernels import strength, wilder_step
from bokgi.units import BoolArray, FloatArray, IntArray

compile_cache.prepare()  # before the first decorator: it is then that Numba looks for the cache


@njit(nogil=True, cache=True)
def average_cross_into(
    close: FloatArray, traded: BoolArray, offsets: IntArray, fast: int, slow: int, entries: BoolArray, exits: BoolArray
) -> None:
    """Entry when the fast average rises above the slow one, exit when it falls below; `fast` < `slow`."""
    for instrument in range(len(offsets) - 1):
        _average_cross(close, traded, offsets[instrument], offsets[instrument + 1], fast, slow, entries, exits)


@njit(nogil=True, cache=True)
def _average_cross(
    close: FloatArray, traded: BoolArray, start: int, stop: int, fast: int, slow: int, entries: BoolArray, exits: BoolArray
) -> None:
    last, slow_total = _first_total(close, traded, start, stop, slow)
    if last >= stop:
        return
    fast_tail = slow_tail = _next_traded(traded, start, stop)
    row, fast_total = _first_total(close, traded, start, stop, fast)
    while row < last:
        row = _next_traded(traded, row + 1, stop)
        fast_total += close[row] - close[fast_tail]
        fast_tail = _next_traded(traded, fast_tail + 1, stop)
    above, below = fast_total * slow, slow_total * fast
    while True:
        row = _next_traded(traded, row + 1, stop)
        if row >= stop:
            return
        fast_total += close[row] - close[fast_tail]
        slow_total += close[row] - close[slow_tail]
        fast_tail = _next_traded(traded, fast_tail + 1, stop)
        slow_tail = _next_traded(traded, slow_tail + 1, stop)
        above_before, below_before = above, below
        above, below = fast_total * slow, slow_total * fast
        entries[row] = above > below and above_before <= below_before
        exits[row] = above < below and above_before >= below_before


@njit(nogil=True, cache=True)
def _next_traded(traded: BoolArray, row: int, stop: int) -> int:
    while row < stop and not traded[row]:
        row += 1
    return row


@njit(nogil=True, cache=True)
def _first_total(close: FloatArray, traded: BoolArray, start: int, stop: int, period: int) -> tuple[int, float]:
    """Row of traded bar number `period`, and the sum up to it; row `stop` if there are fewer bars."""
    total, count = 0.0, 0
    for row in range(start, stop):
        if traded[row]:
            total += close[row]
            count += 1
            if count == period:
                return row, total
    return stop, total


@njit(nogil=True, cache=True)
def rsi_cross_into(
    close: FloatArray, traded: BoolArray, offsets: IntArray, period: int, low: float, high: float, entries: BoolArray, exits: BoolArray
) -> None:
    """Entry when the RSI rises through `low`, exit when it falls through `high`."""
    for instrument in range(len(offsets) - 1):
        gain, loss, count, last, index = 0.0, 0.0, -1, 0.0, 0.0
        for row in range(offsets[instrument], offsets[instrument + 1]):
            if not traded[row]:
                continue
            count += 1
            if count > 0:
                gain, loss = wilder_step(gain, loss, close[row] - last, count, period)
            if count >= period:
                before, index = index, strength(gain, loss)
                if count > period:
                    entries[row] = before < low and index >= low
                    exits[row] = before > high and index <= high
            last = close[row]


@njit(nogil=True, cache=True)
def macd_cross_into(
    close: FloatArray, traded: BoolArray, offsets: IntArray, fast: int, slow: int, signal: int, entries: BoolArray, exits: BoolArray
) -> None:
    """Entry when fast EMA - slow EMA rises above its own EMA over `signal` bars, exit when it falls below; `fast` < `slow`."""
    for instrument in range(len(offsets) - 1):
        fast_mean, slow_mean, signal_mean, count, gap = 0.0, 0.0, 0.0, 0, 0.0
        for row in range(offsets[instrument], offsets[instrument + 1]):
            if not traded[row]:
                continue
            count += 1
            fast_mean = mean_step(fast_mean, close[row], count, fast)
            slow_mean = mean_step(slow_mean, close[row], count, slow)
            if count >= slow:
                line = fast_mean - slow_mean
                signal_mean = mean_step(signal_mean, line, count - slow + 1, signal)
                before, gap = gap, line - signal_mean
                if count > slow + signal - 1:
                    entries[row] = gap > 0.0 and before <= 0.0
                    exits[row] = gap < 0.0 and before >= 0.0


@njit(nogil=True, cache=True)
def mean_step(mean: float, value: float, count: int, period: int) -> float:
    """Exponential mean after value number `count` (from 1); before the seed is complete, the sum."""
    if count < period:
        return mean + value
    if count == period:
        return (mean + value) / period
    return mean + 2.0 / (period + 1) * (value - mean)
