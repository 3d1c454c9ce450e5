"""Passes over accounts of single stocks: a plan under its rules, laid out for a kernel and walked chunk by chunk."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bokgi.bars.panel import Panel
from bokgi.engine.arguments import capital_of, rules_of, signals_of, wish_of
from bokgi.engine.kernel_accounts import walk_accounts
from bokgi.engine.kernel_fast import walk_signals
from bokgi.engine.kernel_layout import ACCOUNT, BAR, DAY, DESK, SIGNAL, TRADE, Books, Law, RecordArray, Scratch, Signals, Tape
from bokgi.orders.plans import OnBarPlan, Plan, SignalPlan
from bokgi.orders.rules import AccountRules, ExecutionRules
from bokgi.units import ByteArray, FloatArray


@dataclass(frozen=True, slots=True)
class Pass:
    """One way through the bars. A run is its own pass and those that it is compared with: held stocks, other slippages."""

    plan: Plan
    rules: ExecutionRules


@dataclass(frozen=True)
class Walk:
    """What kernels are called with in one pass. `kernel` is that of accounts of single stocks."""

    tape: Tape
    law: Law
    rules: RecordArray
    wish: RecordArray
    signals: Signals
    capital: float
    kernel: Callable[..., None]

    def chunk(self, books: Books, first: int, end: int, slots: int) -> tuple[RecordArray, FloatArray]:
        """Trades and equity lines of the instruments [first, end); the rest is written into the books.

        Whole won add up exactly in any order, so a chunk needs one line; floats are kept apart, to be added in panel order.
        """
        lines = np.zeros((1 if self.rules["is_krx"][0] else end - first, slots))
        made = np.zeros(1, dtype=np.int64)
        trades = np.empty(self.capacity(first, end), dtype=TRADE)
        books = books._replace(trades=trades, made=made, lines=lines)
        scratch = scratch_for(end - first, end - first, 1, 1)
        self.kernel(self.tape, self.law, self.rules, self.wish, self.signals, books, scratch, first, end)
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


def walk_of(panel: Panel, one: Pass, tape: Tape, law: Law, account: AccountRules, counted: ByteArray) -> Walk:
    """Lay out a pass. Plans that are asked bar by bar have no walk."""
    plan = one.plan
    assert not isinstance(plan, OnBarPlan)
    is_plain = isinstance(plan, SignalPlan) and plan.exit_rules.is_empty
    return Walk(
        tape,
        law,
        rules_of(panel, one.rules, account, int(np.count_nonzero(counted))),
        wish_of(plan),
        signals_of(plan),
        capital_of(one.rules, account),
        walk_signals if is_plain else walk_accounts,
    )


def scratch_for(desks: int, accounts: int, bars: int, days: int) -> Scratch:
    """Zeroed places for one call."""
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


def counted_of(tape: Tape, law: Law) -> ByteArray:
    """1 where the instrument has a row before its delisting."""
    rows = tape.session_row
    ends = np.clip(law.delisted, 0, rows.shape[1] - 1)
    return (rows[np.arange(len(ends)), ends] > rows[:, 0]).astype(np.int8)
