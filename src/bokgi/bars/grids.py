"""From rows of a panel to grids [instrument, session], and work on groups of instruments in threads.

Convention: groups write rows of their own, so nothing depends on the number of threads.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from bokgi.units import BoolArray, FloatArray, IntArray, ShortArray

GROUP_ROWS = 100_000
"""Rows that are moved at once: few enough to stay in the processor's caches."""
MAXIMUM_THREADS = 8
Item = TypeVar("Item")


def write_cells(grid: FloatArray, offsets: IntArray, session: ShortArray, values: FloatArray, known: BoolArray) -> None:
    """Write the known values of rows into float64[instrument, session]; of equal cells the later row stays."""
    if not len(values):
        return
    cells, width = grid.reshape(-1), grid.shape[1]
    ends = np.unique(np.searchsorted(offsets, np.arange(GROUP_ROWS, int(offsets[-1]) + GROUP_ROWS, GROUP_ROWS), side="right"))
    first = 0
    for end in np.minimum(ends, len(offsets) - 1):
        rows = slice(int(offsets[first]), int(offsets[end]))
        cell = np.repeat(np.arange(first, end, dtype=np.int64) * width, np.diff(offsets[first : end + 1])) + session[rows]
        chosen = known[rows]
        if chosen.all():
            cells[cell] = values[rows]
        else:
            cells[cell[chosen]] = values[rows][chosen]
        first = int(end)


def in_threads(work: Callable[[Item], None], items: Sequence[Item]) -> None:
    """Do the work of each item, several at once where there are several processors; the first error is raised."""
    threads = min(os.cpu_count() or 1, MAXIMUM_THREADS, len(items))
    if threads <= 1:
        for item in items:
            work(item)
        return
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(work, items):
            pass
