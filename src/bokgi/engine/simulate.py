"""The compiled engine: `simulate` turns a plan on a panel into trades, equity and counters.

Accounts of single stocks are walked in fixed chunks of instruments, in threads; each chunk writes its own arrays, and they
are put together in panel order, so no number depends on how many threads there were. A shared account is one sweep.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import numpy as np

from bokgi.bars.panel import Panel
from bokgi.engine.arguments import capital_of, law_of, rules_of, signals_of, tape_of, wish_of
from bokgi.engine.checks import check_plan
from bokgi.engine.kernel_accounts import walk_accounts
from bokgi.engine.kernel_fast import walk_signals
from bokgi.engine.kernel_layout import ACCOUNT, BAR, DAY, DESK, SIGNAL, TRADE, Books, Law, RecordArray, Scratch, Signals, Tape
from bokgi.engine.kernel_shared import walk_shared
from bokgi.engine.kernel_weights import LOT, walk_weights
from bokgi.errors.orders import PlanNeedsReference
from bokgi.errors.runs import RunCancelled
from bokgi.orders.plans import OnBarPlan, Plan, SignalPlan, WeightPlan
from bokgi.orders.rules import AccountMode, AccountRules, ExecutionRules
from bokgi.orders.simulation import EVENTS, Simulation, TradeColumns
from bokgi.orders.terms import Terms
from bokgi.units import ByteArray, FloatArray

CHUNK_INSTRUMENTS = 8
"""Instruments of one call of a kernel; fixed, so that results and cancelling do not depend on the number of threads."""


def simulate(
    panel: Panel,
    plan: Plan,
    terms: Terms,
    rules: ExecutionRules,
    account: AccountRules,
    threads: int = 2,
    cancelled: Callable[[], bool] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Simulation:
    """Carry out a plan under the rules of docs/semantics.md.

    threads : for accounts of single stocks; a shared account is one sweep
    cancelled : asked between chunks of instruments
    progress : told the number of finished instruments

    Raises
    ------
    RunCancelled
        `cancelled` said so.
    InputError
        Plan, rules and data do not go together (`check_plan`).
    """
    check_plan(panel, plan, rules, account)
    if isinstance(plan, OnBarPlan):
        raise PlanNeedsReference
    tape, law = tape_of(panel), law_of(terms)
    counted = _counted(tape, law)
    is_shared = account.mode is AccountMode.SHARED
    books = _books(panel, counted, is_shared)
    if cancelled is not None and cancelled():
        raise RunCancelled(0, len(panel.instruments))
    cell = rules_of(panel, rules, account, int(np.count_nonzero(counted)))
    walk = _Walk(tape, law, cell, wish_of(plan), signals_of(plan), books, capital_of(rules, account))
    if is_shared:
        return _shared(panel, plan, walk, progress)
    return _accounts(panel, plan, walk, threads, cancelled, progress)


def _counted(tape: Tape, law: Law) -> ByteArray:
    """1 where the instrument has a row before its delisting."""
    rows = tape.session_row
    ends = np.clip(law.delisted, 0, rows.shape[1] - 1)
    return (rows[np.arange(len(ends)), ends] > rows[:, 0]).astype(np.int8)


def _books(panel: Panel, counted: ByteArray, is_shared: bool) -> Books:
    """Empty books. Lines and trades are given to each call of a kernel."""
    count, sessions = len(panel.instruments), len(panel.sessions)
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


def _scratch(desks: int, accounts: int, bars: int, days: int) -> Scratch:
    return Scratch(
        desks=np.zeros(desks, DESK),
        accounts=np.zeros(accounts, ACCOUNT),
        bars=np.zeros(bars, BAR),
        days=np.zeros(days, DAY),
        curve=np.zeros(4),
        place=np.zeros(4, np.int64),
        who=np.zeros(bars, np.int64),
        read=np.zeros(desks, np.int64),
    )


@dataclass
class _Walk:
    """What kernels are called with; over accounts of single stocks for one chunk of instruments after the other."""

    tape: Tape
    law: Law
    rules: RecordArray
    wish: RecordArray
    signals: Signals
    books: Books
    capital: float
    kernel: Callable[..., None] = walk_accounts

    def chunk(self, first: int, end: int, slots: int) -> tuple[RecordArray, FloatArray]:
        """Trades and equity lines of the instruments [first, end).

        Whole won add up exactly in any order, so a chunk needs one line; floats are kept apart, to be added in panel order.
        """
        lines = np.zeros((1 if self.rules["is_krx"][0] else end - first, slots))
        made = np.zeros(1, dtype=np.int64)
        trades = np.empty(self.capacity(first, end), dtype=TRADE)
        books = self.books._replace(trades=trades, made=made, lines=lines)
        self.kernel(self.tape, self.law, self.rules, self.wish, self.signals, books, _scratch(end - first, end - first, 1, 1), first, end)
        return trades[: made[0]], lines

    def capacity(self, first: int, end: int) -> int:
        """An upper bound of the number of trades: one for each entry, or one a session."""
        wish, count = self.wish[0], end - first
        if wish["kind"] != SIGNAL:
            return count * len(self.tape.close_minute)
        if wish["at_first_open"]:
            return count
        rows = slice(int(self.tape.session_row[first, 0]), int(self.tape.session_row[end - 1, -1]))
        entries = int(np.count_nonzero(self.signals.entries[rows]))
        return entries + (int(np.count_nonzero(self.signals.short_entries[rows])) if wish["has_shorts"] else 0)


def _accounts(
    panel: Panel,
    plan: Plan,
    walk: _Walk,
    threads: int,
    cancelled: Callable[[], bool] | None,
    progress: Callable[[int], None] | None,
) -> Simulation:
    slots, total = len(panel.slots), len(panel.instruments)
    if isinstance(plan, SignalPlan) and plan.exit_rules.is_empty and not (walk.tape.auction_slot >= 0).any():
        walk.kernel = walk_signals
    equity: FloatArray | None = None
    parts = []
    ends = [*range(CHUNK_INSTRUMENTS, total, CHUNK_INSTRUMENTS), total]
    for end, (trades, lines) in zip(ends, _chunks(walk, ends, slots, threads), strict=True):
        parts.append(trades)
        for line in lines:
            equity = line if equity is None else np.add(equity, line, out=equity)
        if progress is not None:
            progress(end)
        if end < total and cancelled is not None and cancelled():
            raise RunCancelled(end, total)
    trades = parts[0] if len(parts) == 1 else np.concatenate(parts)
    initial = walk.capital * int(np.count_nonzero(walk.books.counted))
    return _simulation(panel, walk.books, trades, np.zeros(slots) if equity is None else equity, initial)


def _chunks(walk: _Walk, ends: list[int], slots: int, threads: int) -> Iterator[tuple[RecordArray, FloatArray]]:
    """The chunks' results in panel order; at most two a thread are under way, so memory does not grow with the panel."""
    jobs = zip([0, *ends[:-1]], ends, strict=True)
    if threads <= 1 or len(ends) == 1:
        for first, end in jobs:
            yield walk.chunk(first, end, slots)
        return
    with ThreadPoolExecutor(max_workers=threads) as pool:
        waiting = [pool.submit(walk.chunk, first, end, slots) for first, end in islice(jobs, 2 * threads)]
        while waiting:
            done = waiting.pop(0).result()
            waiting.extend(pool.submit(walk.chunk, first, end, slots) for first, end in islice(jobs, 1))
            yield done


def _shared(panel: Panel, plan: Plan, walk: _Walk, progress: Callable[[int], None] | None) -> Simulation:
    count, slots, tape = len(panel.instruments), len(panel.slots), walk.tape
    order = np.argsort(tape.slot_of_row, kind="stable")
    starts = np.searchsorted(tape.slot_of_row[order], np.arange(slots + 1)).astype(np.int64)
    owner = np.ascontiguousarray(panel.instrument_of, dtype=np.int32)
    slot_session = np.ascontiguousarray(panel.slots.session, dtype=np.int32)
    rows = int(np.count_nonzero(tape.traded))
    # Every addition and every reduction of weights leaves at most one part more than there were; otherwise a bar, or an
    # auction, buys once.
    places = 2 * rows + 1 if isinstance(plan, WeightPlan) else rows + walk.books.by_session.size
    books = walk.books._replace(trades=np.empty(places, dtype=TRADE), lines=np.zeros((1, slots)))
    sweep = (_scratch(count, 1, 2 * count, count), owner, order, starts, slot_session)
    if isinstance(plan, WeightPlan):
        weights = np.ascontiguousarray(plan.weights, dtype=np.float64)
        walk_weights(tape, walk.law, walk.rules, walk.wish, weights, books, *sweep, np.zeros(rows + 1, dtype=LOT))
    else:
        walk_shared(tape, walk.law, walk.rules, walk.wish, walk.signals, books, *sweep)
    trades = books.trades[: books.made[0]]
    trades = trades[np.argsort(trades["lot"], kind="stable")]
    if progress is not None:
        progress(count)
    return _simulation(panel, books, trades, books.lines[0], walk.capital)


def _simulation(panel: Panel, books: Books, trades: RecordArray, equity: FloatArray, initial: float) -> Simulation:
    grid = panel.slots
    before = int(np.searchsorted(grid.last_slot, 0))  # sessions before the first bar
    by_session = np.full(len(grid.last_slot), float(initial))
    np.take(equity, grid.last_slot[before:], out=by_session[before:], mode="clip")
    return Simulation(
        trades=TradeColumns(**{name: np.ascontiguousarray(trades[name]) for name in TradeColumns.__dataclass_fields__}),
        counted=books.counted,
        initial_equity=float(initial),
        slot_session=grid.session,
        slot_minute=grid.minute,
        equity=equity,
        session_equity=by_session,
        instrument_equity=books.by_session,
        instrument_drawdown=books.deepest,
        held_bars=books.held,
        traded_bars=books.traded_bars,
        counts=books.counts,
        late_minutes=books.late,
    )
