"""Passes over an account that stocks share: one sweep over the slots, in ranges.

A range is short (tens of milliseconds), so that between two of them somebody can be told how far it is, or ask for the end. The ranges
decide nothing: the kernels keep everything that lies between two slots in arrays.
"""

from collections.abc import Callable
from functools import cached_property

import numpy as np

from bokgi.bars.panel import Panel
from bokgi.engine.kernel_layout import TRADE, Books, RecordArray, Tape
from bokgi.engine.kernel_shared import walk_shared
from bokgi.engine.kernel_weights import LOT, walk_weights
from bokgi.engine.walks import Pass, Walk, scratch_for
from bokgi.orders.plans import WeightPlan
from bokgi.units import FloatArray, IntArray

RANGE_STEPS = 1_000_000
"""Rows, and instruments looked at, of one range."""

Between = Callable[[int, int], None]
"""Told the slots and the trades so far; it may raise to end the sweep."""

Step = Callable[[int, int], None]


class Sweeps:
    """The rows of a panel in order of time, for all passes of a run."""

    def __init__(self, panel: Panel, tape: Tape) -> None:
        self._panel, self._tape = panel, tape

    def sweep(self, one: Pass, walk: Walk, books: Books, between: Between) -> tuple[RecordArray, FloatArray]:
        """Trades in order of purchase, and the equity line; the rest is written into the books."""
        count, slots = len(self._panel.instruments), len(self._panel.slots)
        rows = int(np.count_nonzero(self._tape.traded))
        is_weights = isinstance(one.plan, WeightPlan)
        # Every addition and every reduction of weights leaves at most one part more than there were; otherwise a bar, or an
        # auction, buys once.
        places = 2 * rows + 1 if is_weights else rows + books.by_session.size
        books = books._replace(trades=np.empty(places, dtype=TRADE), made=np.zeros(1, dtype=np.int64), lines=np.zeros((1, slots)))
        arguments = (books, scratch_for(count, 1, 2 * count, count), *self._rows)
        step = _weights_step(one, walk, arguments, rows) if is_weights else _shared_step(walk, arguments)
        first = 0
        for end in self._ranges:
            between(first, int(books.made[0]))
            step(first, end)
            first = end
        trades = books.trades[: books.made[0]]
        return trades[np.argsort(trades["lot"], kind="stable")], books.lines

    @cached_property
    def _rows(self) -> tuple[object, ...]:
        """Owner of each row, rows by slot, their bounds, session of each slot."""
        slot_of_row = self._tape.slot_of_row
        order = np.argsort(slot_of_row, kind="stable")
        owner = np.ascontiguousarray(self._panel.instrument_of, dtype=np.int32)
        return owner, order, self._starts, np.ascontiguousarray(self._panel.slots.session, dtype=np.int32)

    @cached_property
    def _starts(self) -> IntArray:
        """int64[slot + 1]: rows before each slot."""
        rows = np.bincount(self._tape.slot_of_row, minlength=len(self._panel.slots))
        return np.concatenate(([0], np.cumsum(rows))).astype(np.int64)

    @cached_property
    def _ranges(self) -> list[int]:
        """Ends of the ranges of slots; at least one, even without a slot."""
        work = self._starts + np.arange(len(self._starts), dtype=np.int64) * len(self._panel.instruments)
        cuts = np.searchsorted(work, np.arange(RANGE_STEPS, int(work[-1]), RANGE_STEPS), side="right")
        return sorted({*cuts.tolist(), len(self._panel.slots)} - {0}) or [0]


def _shared_step(walk: Walk, arguments: tuple[object, ...]) -> Step:
    kernel: Callable[..., None] = walk_shared
    return lambda first, end: kernel(walk.tape, walk.law, walk.rules, walk.wish, walk.signals, *arguments, first, end)


def _weights_step(one: Pass, walk: Walk, arguments: tuple[object, ...], rows: int) -> Step:
    assert isinstance(one.plan, WeightPlan)
    kernel: Callable[..., None] = walk_weights
    weights, lots = np.ascontiguousarray(one.plan.weights, dtype=np.float64), np.zeros(rows + 1, dtype=LOT)
    return lambda first, end: kernel(walk.tape, walk.law, walk.rules, walk.wish, weights, *arguments, lots, first, end)
