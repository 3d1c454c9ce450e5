"""Indicators for own strategies, row for row beside the panel.

Every function takes the panel and gives float64[row] (crossings: bool[row]). It works on each instrument's own traded bars, across
sessions; missing bars are skipped, never filled. Rows of untraded bars, and rows before an indicator is defined, hold NaN (False).
`of` is any float64[row] beside the panel, the closes by default; NaN in it is skipped like an untraded bar. Nothing looks ahead.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import numpy as np

from bokgi.bars.panel import Panel
from bokgi.strategies import kernels
from bokgi.units import BoolArray, FloatArray, IntArray

Column = TypeVar("Column", FloatArray, IntArray)


class Macd(NamedTuple):
    """line : fast EMA - slow EMA; signal : EMA of the line; both float64[row]."""

    line: FloatArray
    signal: FloatArray


class Bands(NamedTuple):
    """Bollinger bands, float64[row] each."""

    middle: FloatArray
    upper: FloatArray
    lower: FloatArray


class _Dense(NamedTuple):
    """The rows that count, and where each instrument's begin among them."""

    counts: BoolArray
    offsets: IntArray


def sma(panel: Panel, period: int, of: FloatArray | None = None) -> FloatArray:
    """Simple mean of the last `period` bars."""
    return _computed(panel, of, lambda values, offsets, out: kernels.sma_into(values, offsets, period, out))


def ema(panel: Panel, period: int, of: FloatArray | None = None) -> FloatArray:
    """Exponential mean with weight 2 / (period + 1), seeded by the simple mean of the first `period` bars."""
    return _computed(panel, of, lambda values, offsets, out: kernels.ema_into(values, offsets, period, out))


def rsi(panel: Panel, period: int = 14, of: FloatArray | None = None) -> FloatArray:
    """Wilder's relative strength index, 0..100, seeded by the mean of the first `period` changes.

    Notes
    -----
    NaN while there was neither a gain nor a loss.

    References
    ----------
    J. W. Wilder, New Concepts in Technical Trading Systems, 1978.
    """
    return _computed(panel, of, lambda values, offsets, out: kernels.rsi_into(values, offsets, period, out))


def macd(panel: Panel, fast: int = 12, slow: int = 26, signal: int = 9, of: FloatArray | None = None) -> Macd:
    """Moving-average convergence and divergence; the signal is seeded by the mean of the line's first `signal` values."""
    line = ema(panel, fast, of) - ema(panel, slow, of)
    return Macd(line, ema(panel, signal, line))


def highest(panel: Panel, period: int, of: FloatArray | None = None) -> FloatArray:
    """Largest of the last `period` bars, this one included; of the highs by default."""
    values = panel.high if of is None else of
    return _computed(panel, values, lambda dense, offsets, out: kernels.highest_into(dense, offsets, period, out))


def lowest(panel: Panel, period: int, of: FloatArray | None = None) -> FloatArray:
    """Smallest of the last `period` bars, this one included; of the lows by default."""
    return -highest(panel, period, -(panel.low if of is None else of))


def bollinger(panel: Panel, period: int = 20, width: float = 2.0, of: FloatArray | None = None) -> Bands:
    """Simple mean, and `width` standard deviations (divided by n) above and below it."""

    def deviation(values: FloatArray, offsets: IntArray, out: FloatArray) -> None:
        means = np.full(len(values), np.nan)
        kernels.sma_into(values, offsets, period, means)
        kernels.deviation_into(values, offsets, period, means, out)

    middle = sma(panel, period, of)
    reach = width * _computed(panel, of, deviation)
    return Bands(middle, middle + reach, middle - reach)


def atr(panel: Panel, period: int = 14) -> FloatArray:
    """Wilder's average true range, seeded by the mean of the first `period` true ranges (the first is high - low) [price]."""
    dense = _dense(panel, panel.close)
    ranges = np.empty(int(dense.offsets[-1]))
    high, low, close = (_packed(column, dense) for column in (panel.high, panel.low, panel.close))
    kernels.true_range_into(high, low, close, dense.offsets, ranges)
    out = np.full(len(ranges), np.nan)
    kernels.wilder_into(_read_only(ranges), dense.offsets, period, out)
    return _spread(out, dense)


def earlier(panel: Panel, of: FloatArray, bars: int = 1) -> FloatArray:
    """The value of `bars` traded bars before. A negative number would look ahead and is refused.

    Raises
    ------
    ValueError
    """
    if bars < 0:
        raise ValueError(f"bars is {bars}, but a strategy cannot see later bars")
    return _over_bars(panel, of, lambda values, offsets, out: kernels.earlier_into(values, offsets, bars, out))


def cross_up(panel: Panel, first: FloatArray, second: FloatArray | float) -> BoolArray:
    """Where `first` is above `second` now and was not above it one traded bar before (all four defined)."""
    return _crossed(panel, first, _level(panel, second))


def cross_down(panel: Panel, first: FloatArray, second: FloatArray | float) -> BoolArray:
    """Where `first` is below `second` now and was not below it one traded bar before (all four defined)."""
    return _crossed(panel, _level(panel, second), first)


def _level(panel: Panel, level: FloatArray | float) -> FloatArray:
    return np.broadcast_to(np.asarray(level, dtype=np.float64), (len(panel),))


def _crossed(panel: Panel, above: FloatArray, below: FloatArray) -> BoolArray:
    dense = _counted(panel, panel.traded)
    crossed = np.zeros(int(dense.offsets[-1]), dtype=np.bool_)
    kernels.cross_into(_packed(above, dense), _packed(below, dense), dense.offsets, crossed)
    out = np.zeros(len(panel), dtype=np.bool_)
    out[dense.counts] = crossed
    return out


def _computed(panel: Panel, of: FloatArray | None, kernel: Callable[[FloatArray, IntArray, FloatArray], None]) -> FloatArray:
    values = panel.close if of is None else of
    return _through(values, _dense(panel, values), kernel)


def _over_bars(panel: Panel, of: FloatArray, kernel: Callable[[FloatArray, IntArray, FloatArray], None]) -> FloatArray:
    """As `_computed`, but a NaN of a traded bar keeps its place."""
    return _through(of, _counted(panel, panel.traded), kernel)


def _through(values: FloatArray, dense: _Dense, kernel: Callable[[FloatArray, IntArray, FloatArray], None]) -> FloatArray:
    out = np.full(int(dense.offsets[-1]), np.nan)
    kernel(_packed(values, dense), dense.offsets, out)
    return _spread(out, dense)


def _dense(panel: Panel, values: FloatArray) -> _Dense:
    return _counted(panel, panel.traded & ~np.isnan(values))


def _counted(panel: Panel, counts: BoolArray) -> _Dense:
    if counts.all():
        return _Dense(counts, _read_only(panel.offsets))
    before = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts, dtype=np.int64)])
    return _Dense(counts, _read_only(before[panel.offsets]))


def _packed(values: FloatArray, dense: _Dense) -> FloatArray:
    whole = len(values) == int(dense.offsets[-1])
    return _read_only(np.ascontiguousarray(values if whole else values[dense.counts], dtype=np.float64))


def _read_only(array: Column) -> Column:
    """A view that cannot be written. Kernels are compiled for each kind of argument, so all inputs are of this one."""
    view = array.view()
    view.flags.writeable = False
    return view


def _spread(dense_values: FloatArray, dense: _Dense) -> FloatArray:
    if len(dense_values) == len(dense.counts):
        return dense_values
    out = np.full(len(dense.counts), np.nan)
    out[dense.counts] = dense_values
    return out
