"""Compiled signals over a panel, in threads over ranges of instruments.

Each range writes rows of its own, so the result does not depend on the number of threads.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from bokgi.bars.panel import Panel
from bokgi.orders.plans import SignalPlan
from bokgi.units import BoolArray, FloatArray, IntArray

ROWS_WORTH_A_THREAD = 200_000
MAXIMUM_THREADS = 8
SignalKernel = Callable[[FloatArray, BoolArray, IntArray, BoolArray, BoolArray], None]
"""Called with close, traded, offsets, and the entries and exits to fill."""


def signal_plan(panel: Panel, kernel: SignalKernel, threads: int | None = None) -> SignalPlan:
    """Entries and exits of all rows by a kernel that releases the interpreter lock."""
    entries, exits = np.zeros(len(panel), dtype=np.bool_), np.zeros(len(panel), dtype=np.bool_)
    ranges = instrument_ranges(panel.offsets, threads or _threads(len(panel)))

    def fill(offsets: IntArray) -> None:
        kernel(panel.close, panel.traded, offsets, entries, exits)

    if len(ranges) == 1:
        fill(ranges[0])
    else:
        with ThreadPoolExecutor(len(ranges)) as pool:
            list(pool.map(fill, ranges))
    return SignalPlan(entries, exits)


def instrument_ranges(offsets: IntArray, count: int) -> list[IntArray]:
    """`offsets` cut into at most `count` runs of about equally many rows."""
    targets = np.linspace(0, int(offsets[-1]), count + 1)[1:-1]
    cuts = sorted({0, len(offsets) - 1, *(int(np.searchsorted(offsets, target)) for target in targets)})
    return [offsets[first : last + 1] for first, last in pairwise(cuts)] or [offsets]


def _threads(rows: int) -> int:
    return max(1, min(os.cpu_count() or 1, MAXIMUM_THREADS, rows // ROWS_WORTH_A_THREAD))
