"""Geometry of charts: from values to places on paper.

Convention: pixels, x to the right, y down. Sessions are equally wide; a slot's value stands at the end of its share of the
session, E0 at 0.
"""

import math
from dataclasses import dataclass

import numpy as np

from bokgi.units import DayArray, FloatArray, ShortArray


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def places(self, values: FloatArray) -> FloatArray:
        return self.start + (values - self.low) / (self.high - self.low) * (self.end - self.start)


def round_ticks(low: float, high: float, wanted: int) -> list[float]:
    """Return round values (1, 2, 2.5 or 5 times a power of ten) inside [low, high]."""
    rough = (high - low) / max(wanted, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= rough * (1.0 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def padded_range(values: FloatArray, share: float = 0.06) -> tuple[float, float]:
    """Return a range that holds the values with some air; never empty."""
    low, high = float(values.min()), float(values.max())
    air = (high - low) * share or abs(high) * 0.01 or 1.0
    return low - air, high + air


def slot_positions(slot_session: ShortArray) -> FloatArray:
    """float64[slot], place of each slot in sessions."""
    if not len(slot_session):
        return np.empty(0)
    starts = np.flatnonzero(np.append(True, slot_session[1:] != slot_session[:-1]))
    counts = np.diff(np.append(starts, len(slot_session)))
    within = np.arange(len(slot_session)) - np.repeat(starts, counts) + 1
    positions: FloatArray = slot_session + within / np.repeat(counts, counts)
    return positions


def thinned(x: FloatArray, y: FloatArray, columns: int) -> tuple[FloatArray, FloatArray]:
    """Keep the first, lowest, highest and last point of each column of pixels: the drawn line is the same."""
    if len(x) <= 4 * columns:
        return x, y
    column = np.minimum(((x - x[0]) / (x[-1] - x[0]) * columns).astype(np.int64), columns - 1)
    starts = np.flatnonzero(np.append(True, column[1:] != column[:-1]))
    ends = np.append(starts[1:], len(x))
    kept = [place for start, end in zip(starts.tolist(), ends.tolist(), strict=True) for place in _corners(y, start, end)]
    return x[kept], y[kept]


def _corners(y: FloatArray, start: int, end: int) -> list[int]:
    piece = y[start:end]
    return sorted({start, start + int(piece.argmin()), start + int(piece.argmax()), end - 1})


def path(x: FloatArray, y: FloatArray) -> str:
    """Return the points as an SVG path."""
    points = [f"{horizontal:.1f},{vertical:.1f}" for horizontal, vertical in zip(x.tolist(), y.tolist(), strict=True)]
    return "M" + "L".join(points) if points else ""


def day_ticks(days: DayArray, wanted: int) -> list[tuple[int, str]]:
    """Return (session, label) of some sessions: starts of months or years where the period is long, else every n-th session."""
    if not len(days):
        return []
    months = days.astype("datetime64[M]")
    starts = np.flatnonzero(np.append(True, months[1:] != months[:-1])).tolist()
    if len(starts) < 4:
        step = max(1, math.ceil(len(days) / wanted))
        return [(index, str(days[index])[5:]) for index in range(0, len(days), step)]
    step = next(size for size in (1, 2, 3, 6, 12, 24, 60, 120, 240, 480) if len(starts) / size <= wanted or size == 480)
    numbers = months.astype(np.int64)
    chosen = [index for index in starts[1:] if numbers[index] % step == 0]
    return [(index, str(months[index])) for index in chosen]
