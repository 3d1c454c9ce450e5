"""Finished parts of a run, and the run put together from them.

Convention: a part holds everything that came of the instruments [first, end), in every pass of the run; it needs no other part. Parts
are put together in panel order, and floats are added instrument by instrument in that order, so that it does not matter to any bit of
the result when, where or in how many sittings the parts were computed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np

from bokgi.bars.panel import Panel
from bokgi.engine.kernel_layout import TRADE, Books, RecordArray
from bokgi.orders.simulation import EVENTS, Simulation, TradeColumns
from bokgi.units import ByteArray, FloatArray, IntArray

_BY_INSTRUMENT = ("by_session", "deepest", "counts", "late", "held", "traded_bars")
"""Arrays of books and parts that have a row an instrument."""

Cancelled = Callable[[], bool]
"""Whether somebody asked for the end. Asked often and from several threads, so it must be quick: look at a flag, not into a database."""


@dataclass(frozen=True)
class Part:
    """What came of the instruments [first, end). Arrays of a part that was just computed are views into those of the run.

    trades : TRADE[trade] of the run itself
    lines : float64[line, slot], equity of the run itself; one line an instrument, or one for all where sums are exact in any order
    by_session : float64[instrument, session]; deepest : float64[instrument]; counts : int64[instrument, event]
    late, held, traded_bars : int64[instrument]
    ends : float64[pass, line, session], equity at session ends of the other passes: held stocks, other slippages; their lines are
        their own
    """

    first: int
    end: int
    trades: RecordArray
    lines: FloatArray
    by_session: FloatArray
    deepest: FloatArray
    counts: IntArray
    late: IntArray
    held: IntArray
    traded_bars: IntArray
    ends: FloatArray


@dataclass(frozen=True, slots=True)
class Step:
    """How far a run is, from finished work alone.

    code, name : the stock that was finished last, empty before the first; session : the last session that was walked through
    trades : of what is finished
    share : of the work, 0 to 1. An account that stocks share finishes them all at once, at its end: there this says how far it is
    """

    done_symbols: int
    total_symbols: int
    code: str = ""
    name: str = ""
    session: date | None = None
    trades: int = 0
    share: float = 0.0


class Checkpoint(Protocol):
    """Where finished parts are kept, so that a run can go on after its process ended."""

    def bind(self, key: str) -> None:
        """Say to which run the parts belong, before anything is read or written; parts of other keys are no parts of this run."""
        ...

    def read(self) -> Sequence[Part]:
        """Parts of this run that are whole, in panel order."""
        ...

    def write(self, part: Part) -> None:
        """Keep a part; it may be gathered with others before it is written."""
        ...


def empty_books(count: int, sessions: int, counted: ByteArray, *, is_shared: bool) -> Books:
    """Books without an entry. Lines and trades are given to each call of a kernel."""
    return Books(
        trades=np.empty(0, dtype=TRADE),
        made=np.zeros(1, dtype=np.int64),
        lines=np.zeros((1, 0)),
        by_session=np.zeros((count, sessions)),
        deepest=np.full(count, np.nan) if is_shared else np.zeros(count),
        counts=np.zeros((count, EVENTS), dtype=np.int64),
        late=np.zeros(count, dtype=np.int64),
        held=np.zeros(count, dtype=np.int64),
        traded_bars=np.zeros(count, dtype=np.int64),
        counted=counted,
    )


def part_of_books(books: Books, first: int, end: int, trades: RecordArray, lines: FloatArray, ends: FloatArray) -> Part:
    """The rows [first, end) of the books as a part."""
    own = {name: getattr(books, name)[first:end] for name in _BY_INSTRUMENT}
    return Part(first=first, end=end, trades=trades, lines=lines, ends=ends, **own)


def part_of_simulation(simulation: Simulation, ends: FloatArray) -> Part:
    """A whole simulation as one part."""
    columns = simulation.trades
    trades = np.zeros(len(columns), dtype=TRADE)
    for name in TradeColumns.__dataclass_fields__:
        trades[name] = getattr(columns, name)
    return Part(
        0,
        len(simulation.counted),
        trades,
        simulation.equity[None, :],
        simulation.instrument_equity,
        simulation.instrument_drawdown,
        simulation.counts,
        simulation.late_minutes,
        simulation.held_bars,
        simulation.traded_bars,
        ends,
    )


class Assembly:
    """A run while it is put together.

    capital : of each account, or of the shared one; passes : beside the run itself
    """

    def __init__(self, panel: Panel, counted: ByteArray, capital: float, *, is_shared: bool, passes: int = 0) -> None:
        count, sessions = len(panel.instruments), len(panel.sessions)
        self.panel = panel
        self.books = empty_books(count, sessions, counted, is_shared=is_shared)
        self.finished = np.zeros(count, dtype=np.bool_)
        self._capital, self._is_shared = capital, is_shared
        self._trades: list[RecordArray] = []
        self._equity, self._ends = _Sum(), _Sum()
        self._shape = (passes, sessions)

    def add(self, part: Part) -> None:
        """Add the next part in panel order. Its lines are not kept: memory does not grow with the number of stocks."""
        rows = slice(part.first, part.end)
        self.finished[rows] = True
        self._trades.append(part.trades)
        for name in _BY_INSTRUMENT:
            getattr(self.books, name)[rows] = getattr(part, name)
        self._equity.add(part.lines)
        if self._shape[0]:
            self._ends.add(part.ends.transpose(1, 0, 2))

    @property
    def initial_equity(self) -> float:
        """E0: the accounts of finished stocks that have a bar, or the shared one."""
        return self._capital if self._is_shared else self._capital * int(np.count_nonzero(self.counted))

    @property
    def counted(self) -> ByteArray:
        """1 where a finished instrument has an account."""
        return self.books.counted if self.finished.all() else np.where(self.finished, self.books.counted, np.int8(0))

    @property
    def unfinished(self) -> tuple[str, ...]:
        """Codes of the stocks that were not added."""
        return tuple(self.panel.codes[index] for index in np.flatnonzero(~self.finished))

    def ends(self, number: int) -> FloatArray:
        """Equity at session ends of another pass."""
        total = self._ends.total
        ends = np.full(self._shape[1], float(self.initial_equity))
        if total is not None:
            before = sessions_before_first_bar(self.panel)
            ends[before:] = total[number, before:]
        return ends

    def simulation(self) -> Simulation:
        """The run of what was added. Instruments that were not have no account and count nowhere."""
        grid, books = self.panel.slots, self.books
        if not self.finished.all():
            self._clear_unfinished()
        equity = np.zeros(len(grid)) if self._equity.total is None else self._equity.total
        trades, initial = self._all_trades(), float(self.initial_equity)
        return Simulation(
            trades=TradeColumns(**{name: np.ascontiguousarray(trades[name]) for name in TradeColumns.__dataclass_fields__}),
            counted=self.counted,
            initial_equity=initial,
            slot_session=grid.session,
            slot_minute=grid.minute,
            equity=equity,
            session_equity=at_session_ends(self.panel, equity, initial),
            instrument_equity=books.by_session,
            instrument_drawdown=books.deepest,
            held_bars=books.held,
            traded_bars=books.traded_bars,
            counts=books.counts,
            late_minutes=books.late,
        )

    def _clear_unfinished(self) -> None:
        """A kernel may have begun with an instrument that was not finished."""
        for name in _BY_INSTRUMENT:
            getattr(self.books, name)[~self.finished] = 0

    def _all_trades(self) -> RecordArray:
        if not self._trades:
            return np.empty(0, dtype=TRADE)
        return self._trades[0] if len(self._trades) == 1 else np.concatenate(self._trades)


def assemble(panel: Panel, parts: Sequence[Part], counted: ByteArray, capital: float, *, is_shared: bool) -> Simulation:
    """The run of the parts, in whatever order they are given."""
    assembly = Assembly(panel, counted, capital, is_shared=is_shared)
    for part in sorted(parts, key=lambda part: part.first):
        assembly.add(part)
    return assembly.simulation()


def at_session_ends(panel: Panel, equity: FloatArray, initial: float = 0.0) -> FloatArray:
    """float64[..., session], equity (float64[..., slot]) at each session's end; `initial` before the first bar."""
    ends = np.full((*equity.shape[:-1], len(panel.sessions)), initial)
    before = sessions_before_first_bar(panel)
    if before < ends.shape[-1]:
        np.take(equity, panel.slots.last_slot[before:], axis=-1, out=ends[..., before:], mode="clip")
    return ends


def sessions_before_first_bar(panel: Panel) -> int:
    """Sessions that end before anything can happen."""
    return int(np.searchsorted(panel.slots.last_slot, 0))


class _Sum:
    """Lines added one after the other. The first is taken as it is and never written: it belongs to its part."""

    def __init__(self) -> None:
        self.total: FloatArray | None = None
        self._is_own = False

    def add(self, lines: FloatArray) -> None:
        for line in lines:
            if self.total is None:
                self.total = line
            elif self._is_own:
                np.add(self.total, line, out=self.total)
            else:
                self.total, self._is_own = np.add(self.total, line), True
