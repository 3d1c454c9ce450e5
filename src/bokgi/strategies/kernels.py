"""Compiled indicators over dense series, one instrument after the other.

Convention: `values` holds only bars that count (traded and not NaN), `offsets[i]:offsets[i + 1]` are those of instrument `i`; a
result is NaN until it is defined. Scalar + - * / and sqrt in a fixed order, nothing fused, no reductions: a plain-Python twin in
tests/strategies agrees bit for bit. A running sum grows by `new - old`: exact for whole-won prices (sums stay far below 2^53), and
a series that stands still keeps its sum exactly whatever its fraction.
"""

import math

import numpy as np
from numba import njit

from bokgi.config import compile_cache
from bokgi.units import BoolArray, FloatArray, IntArray

compile_cache.prepare()  # before the first decorator: it is then that Numba looks for the cache


@njit(nogil=True, cache=True)
def sma_into(values: FloatArray, offsets: IntArray, period: int, out: FloatArray) -> None:
    """Simple mean of the last `period` values: a running sum divided by the period."""
    for instrument in range(len(offsets) - 1):
        start, stop = offsets[instrument], offsets[instrument + 1]
        total = 0.0
        for row in range(start, min(start + period - 1, stop)):
            total += values[row]
        for row in range(start + period - 1, stop):
            if row == start + period - 1:
                total += values[row]
            else:
                total += values[row] - values[row - period]
            out[row] = total / period


@njit(nogil=True, cache=True)
def ema_into(values: FloatArray, offsets: IntArray, period: int, out: FloatArray) -> None:
    """Exponential mean: e += 2 / (n + 1) * (value - e), seeded by the simple mean of the first n values."""
    weight = 2.0 / (period + 1)
    for instrument in range(len(offsets) - 1):
        start, stop = offsets[instrument], offsets[instrument + 1]
        _smooth(values, start, stop, period, weight, out)


@njit(nogil=True, cache=True)
def wilder_into(values: FloatArray, offsets: IntArray, period: int, out: FloatArray) -> None:
    """Wilder's mean: a = (a * (n - 1) + value) / n, seeded by the simple mean of the first n values."""
    for instrument in range(len(offsets) - 1):
        start, stop = offsets[instrument], offsets[instrument + 1]
        mean = _seed(values, start, stop, period)
        if stop - start >= period:
            out[start + period - 1] = mean
        for row in range(start + period, stop):
            mean = (mean * (period - 1) + values[row]) / period
            out[row] = mean


@njit(nogil=True, cache=True)
def rsi_into(values: FloatArray, offsets: IntArray, period: int, out: FloatArray) -> None:
    """100 * gain / (gain + loss) of Wilder's means; NaN while the instrument has not moved at all."""
    for instrument in range(len(offsets) - 1):
        start, stop = offsets[instrument], offsets[instrument + 1]
        gain, loss = 0.0, 0.0
        for row in range(start + 1, stop):
            gain, loss = wilder_step(gain, loss, values[row] - values[row - 1], row - start, period)
            if row - start >= period:
                out[row] = strength(gain, loss)


@njit(nogil=True, cache=True)
def wilder_step(gain: float, loss: float, change: float, count: int, period: int) -> tuple[float, float]:
    """Mean gain and loss after change number `count` (from 1); before the seed is complete, their sums."""
    up = max(change, 0.0)
    down = max(-change, 0.0)
    if count < period:
        return gain + up, loss + down
    if count == period:
        return (gain + up) / period, (loss + down) / period
    return (gain * (period - 1) + up) / period, (loss * (period - 1) + down) / period


@njit(nogil=True, cache=True)
def strength(gain: float, loss: float) -> float:
    """The index of relative strength of two means."""
    if gain + loss == 0.0:
        return np.nan
    return 100.0 * gain / (gain + loss)


@njit(nogil=True, cache=True)
def highest_into(values: FloatArray, offsets: IntArray, period: int, out: FloatArray) -> None:
    """Largest of the last `period` values, kept in a falling queue of candidates."""
    queue = np.empty(period, dtype=np.int64)
    for instrument in range(len(offsets) - 1):
        start, stop = offsets[instrument], offsets[instrument + 1]
        head, tail = 0, 0
        for row in range(start, stop):
            if head < tail and queue[head % period] <= row - period:
                head += 1
            while head < tail and values[queue[(tail - 1) % period]] <= values[row]:
                tail -= 1
            queue[tail % period] = row
            tail += 1
            if row - start >= period - 1:
                out[row] = values[queue[head % period]]


@njit(nogil=True, cache=True)
def deviation_into(values: FloatArray, offsets: IntArray, period: int, means: FloatArray, out: FloatArray) -> None:
    """Root of the mean squared distance from `means` over the last `period` values."""
    for instrument in range(len(offsets) - 1):
        start, stop = offsets[instrument], offsets[instrument + 1]
        for row in range(start + period - 1, stop):
            total = 0.0
            for earlier in range(row - period + 1, row + 1):
                distance = values[earlier] - means[row]
                total += distance * distance
            out[row] = math.sqrt(total / period)


@njit(nogil=True, cache=True)
def true_range_into(high: FloatArray, low: FloatArray, close: FloatArray, offsets: IntArray, out: FloatArray) -> None:
    """Range of the bar, widened to the close before it; of the first bar high - low."""
    for instrument in range(len(offsets) - 1):
        for row in range(offsets[instrument], offsets[instrument + 1]):
            top, bottom = high[row], low[row]
            if row > offsets[instrument]:
                top = max(top, close[row - 1])
                bottom = min(bottom, close[row - 1])
            out[row] = top - bottom


@njit(nogil=True, cache=True)
def earlier_into(values: FloatArray, offsets: IntArray, bars: int, out: FloatArray) -> None:
    """The value `bars` bars before."""
    for instrument in range(len(offsets) - 1):
        start, stop = offsets[instrument], offsets[instrument + 1]
        for row in range(start + bars, stop):
            out[row] = values[row - bars]


@njit(nogil=True, cache=True)
def cross_into(above: FloatArray, below: FloatArray, offsets: IntArray, out: BoolArray) -> None:
    """Crossing: above > below now and above <= below one bar before; never where one of the four is NaN."""
    for instrument in range(len(offsets) - 1):
        for row in range(offsets[instrument] + 1, offsets[instrument + 1]):
            out[row] = above[row] > below[row] and above[row - 1] <= below[row - 1]


@njit(nogil=True, cache=True)
def _seed(values: FloatArray, start: int, stop: int, period: int) -> float:
    total = 0.0
    for row in range(start, min(start + period, stop)):
        total += values[row]
    return total / period


@njit(nogil=True, cache=True)
def _smooth(values: FloatArray, start: int, stop: int, period: int, weight: float, out: FloatArray) -> None:
    mean = _seed(values, start, stop, period)
    if stop - start >= period:
        out[start + period - 1] = mean
    for row in range(start + period, stop):
        mean += weight * (values[row] - mean)
        out[row] = mean
