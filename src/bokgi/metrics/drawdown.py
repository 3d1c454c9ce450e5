"""The deepest fall of an equity series from its peak so far.

Convention: depth = E_t / max(E0, E_0 .. E_t) - 1, never above 0; E0 counts as the first peak. Positions are indices into the series,
-1 stands for E0 itself. The first trough of equal depth is taken.
"""

from dataclasses import dataclass

import numpy as np

from bokgi.units import FloatArray, IntArray

_BLOCK = 256


@dataclass(frozen=True, slots=True)
class Drawdown:
    """depth : fraction, <= 0; peak, trough : positions, -1 for E0; recovery : first position back at the peak, None if never.

    Without any fall depth is 0 and all positions are None.
    """

    depth: float
    peak: int | None = None
    trough: int | None = None
    recovery: int | None = None


def max_drawdown(equity: FloatArray, initial_equity: float) -> Drawdown:
    """Find the deepest fall.

    Parameters
    ----------
    equity : float64[slot]
    initial_equity : E0

    Notes
    -----
    One running maximum over 100,000 slots takes most of the half millisecond that a summary may take. Extremes of blocks bound the
    fall of every block; only the blocks that could hold the deepest one are walked, and the result is the same to the bit.
    """
    ratio, trough = _deepest_ratio(equity, initial_equity)
    if not ratio < 1.0:
        return Drawdown(0.0)
    peak = _last_peak(equity[:trough], initial_equity)
    level = initial_equity if peak < 0 else float(equity[peak])
    after = np.flatnonzero(equity[trough:] >= level)
    return Drawdown(ratio - 1.0, peak, trough, trough + int(after[0]) if len(after) else None)


def drawdown_series(equity: FloatArray, initial_equity: float) -> FloatArray:
    """float64[slot], depth at every slot, <= 0."""
    peaks = np.maximum.accumulate(np.maximum(equity, initial_equity))
    return equity / peaks - 1.0


def _deepest_ratio(equity: FloatArray, initial_equity: float) -> tuple[float, int]:
    """Return the smallest equity / peak so far (1 where nothing fell) and its first position."""
    if not len(equity) or not initial_equity > 0.0:
        return 1.0, -1
    starts = np.arange(0, len(equity), _BLOCK)
    highest, lowest = np.maximum.reduceat(equity, starts), np.minimum.reduceat(equity, starts)
    before = np.maximum.accumulate(np.concatenate(([initial_equity], highest[:-1])))
    against_before = lowest / before
    reached = float(against_before.min())
    bound = np.minimum(against_before, lowest / np.maximum(before, highest))  # the first is smaller where equity is negative
    candidates = np.flatnonzero(bound <= min(reached, 1.0))
    return _walked(equity, starts[candidates], before[candidates])


def _walked(equity: FloatArray, starts: IntArray, before: FloatArray) -> tuple[float, int]:
    """Walk the candidate blocks; `before` is the peak at each block's start."""
    if not len(starts):
        return 1.0, -1
    rows = np.minimum(starts[:, None] + np.arange(_BLOCK), len(equity) - 1)
    values = equity[rows]
    peaks = np.maximum(np.maximum.accumulate(values, axis=1), before[:, None])
    ratios = values / peaks
    place = int(ratios.argmin())
    return float(ratios.flat[place]), int(rows.flat[place])


def _last_peak(before: FloatArray, initial_equity: float) -> int:
    """Position of the peak, the last one where it was reached more than once."""
    if not len(before) or before.max() < initial_equity:
        return -1
    return len(before) - 1 - int(before[::-1].argmax())
