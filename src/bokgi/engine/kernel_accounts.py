"""One account for each stock: its bars are walked in time order, its equity is written on the slot grid."""

import numpy as np

from bokgi.engine.compiling import kernel_njit, step_njit
from bokgi.engine.kernel_clock import make_purchase, place_purchase
from bokgi.engine.kernel_fills import write_trade
from bokgi.engine.kernel_layout import (
    AT_AUCTION,
    AT_CLOSE,
    AT_OPEN,
    SIGNAL,
    Books,
    Law,
    Record,
    RecordArray,
    Scratch,
    Signals,
    Tape,
)
from bokgi.engine.kernel_prices import in_whole_won
from bokgi.engine.kernel_quiet import skip_quiet
from bokgi.engine.kernel_signals import signal_purchase
from bokgi.engine.kernel_steps import (
    begin_desk,
    end_bar,
    end_event,
    event_sale,
    inside_sale,
    open_sale,
    read_bar,
    read_day,
    read_signals,
    write_totals,
)
from bokgi.units import FloatArray, IntArray


@kernel_njit
def walk_accounts(
    tape: Tape,
    law: Law,
    rules_cell: RecordArray,
    wish_cell: RecordArray,
    signals: Signals,
    books: Books,
    scratch: Scratch,
    first: int,
    end: int,
) -> None:
    """Walk the instruments [first, end). Their equity goes to one line each, or is added up on the only line there is."""
    lines = books.lines.shape[0]
    for index in range(first, end):
        if books.counted[index]:
            line = books.lines[index - first if lines > 1 else 0]
            desk, account = scratch.desks[index - first], scratch.accounts[index - first]
            bar, day = scratch.bars[0], scratch.days[0]
            walk_account(tape, law, rules_cell[0], wish_cell[0], signals, books, desk, account, bar, day, line, scratch.curve, index)


@step_njit
def walk_account(
    tape: Tape,
    law: Law,
    rules: Record,
    wish: Record,
    signals: Signals,
    books: Books,
    desk: Record,
    account: Record,
    bar: Record,
    day: Record,
    line: FloatArray,
    curve: FloatArray,
    index: int,
) -> None:
    """All sessions of one instrument."""
    account.cash = rules.capital
    begin_curve(curve, rules.capital)
    sessions = begin_desk(tape, law, rules, wish, desk, index)
    slot = int(np.int64(0))  # an integer, not the constant 0: one form of each function below is enough
    for session in range(sessions):
        read_day(tape, law, day, index, session)
        if wish.kind != SIGNAL:
            place_purchase(tape, day, rules, wish, desk)
        slot = walk_session(tape, law, rules, wish, signals, books, desk, account, bar, day, line, curve, slot)
        if day.has_event:
            slot = fill_line(line, curve, slot, day.auction_slot)
            take_event(tape, law, rules, wish, books, desk, account, bar, day)
            curve[0] = account.cash + desk.shares * desk.mark
        books.by_session[index, session] = curve[0]
    fill_line(line, curve, slot, len(line))
    books.deepest[index] = min(curve[3], curve[2] / curve[1] - 1.0)
    books.by_session[index, sessions:] = curve[0]
    if desk.shares != 0.0:
        write_trade(books.trades, books.made[0], desk)
        books.made[0] += 1
    write_totals(books, desk)


@step_njit
def walk_session(
    tape: Tape,
    law: Law,
    rules: Record,
    wish: Record,
    signals: Signals,
    books: Books,
    desk: Record,
    account: Record,
    bar: Record,
    day: Record,
    line: FloatArray,
    curve: FloatArray,
    slot: int,
) -> int:
    """The traded bars of one session in order; returns the slot up to which equity is written."""
    ladder = law.ladders[max(day.ladder, 0)]
    row = day.first_row
    while row < day.end_row:
        row, slot = skip_quiet(tape, day, ladder, rules, wish, signals, desk, account.cash, line, curve, slot, row)
        if row < day.end_row:
            if tape.traded[row]:
                slot = fill_line(line, curve, slot, int(tape.slot_of_row[row]))
                read_bar(tape, bar, row)
                if wish.kind == SIGNAL:
                    read_signals(signals, wish, bar, row)
                take_bar(tape, ladder, rules, wish, books, desk, account, bar, day)
                curve[0] = account.cash + desk.shares * desk.mark
            row += 1
    return slot


@step_njit
def take_bar(
    tape: Tape,
    ladder: Record,
    rules: Record,
    wish: Record,
    books: Books,
    desk: Record,
    account: Record,
    bar: Record,
    day: Record,
) -> None:
    """The steps of one traded bar, in order."""
    desk.traded += 1
    if desk.shares != 0.0:
        open_sale(bar, day, ladder, rules, wish, desk, account)
        if desk.sold:
            write_sale(books.trades, books.made, desk)
    if desk.entering != 0:
        signal_purchase(bar, day, ladder, rules, desk, account)
    elif desk.buy_row == bar.row and (desk.buy_kind == AT_OPEN or desk.buy_kind == AT_AUCTION):  # noqa: PLR1714 (faster compiled)
        make_purchase(tape, bar, day, ladder, rules, wish, desk, account)
    if desk.shares != 0.0:
        desk.bars += 1
        desk.held += 1
        inside_sale(bar, day, ladder, rules, wish, desk, account)
        if desk.sold:
            write_sale(books.trades, books.made, desk)
    if desk.buy_kind == AT_CLOSE and desk.buy_row == bar.row:
        make_purchase(tape, bar, day, ladder, rules, wish, desk, account)
    desk.mark = in_whole_won(rules, bar.close, -1)
    end_bar(bar, day, rules, wish, desk, account)
    if desk.sold:
        write_sale(books.trades, books.made, desk)


@step_njit
def take_event(
    tape: Tape,
    law: Law,
    rules: Record,
    wish: Record,
    books: Books,
    desk: Record,
    account: Record,
    bar: Record,
    day: Record,
) -> None:
    """The steps of an auction that is no bar."""
    if desk.shares != 0.0:
        event_sale(day, rules, wish, desk, account)
        if desk.sold:
            write_sale(books.trades, books.made, desk)
    if desk.buy_kind == AT_AUCTION:
        make_purchase(tape, bar, day, law.ladders[max(day.ladder, 0)], rules, wish, desk, account)
    desk.mark = in_whole_won(rules, day.auction, -1)
    end_event(bar, day, rules, desk, account)
    if desk.sold:
        write_sale(books.trades, books.made, desk)


@step_njit
def write_sale(trades: RecordArray, made: IntArray, desk: Record) -> None:
    """Write down the sale that was made."""
    write_trade(trades, made[0], desk)
    made[0] += 1


@step_njit
def begin_curve(curve: FloatArray, capital: float) -> None:
    """The curve of an account before its first bar."""
    curve[0] = curve[1] = curve[2] = capital
    curve[3] = 0.0


@step_njit
def fill_line(line: FloatArray, curve: FloatArray, slot: int, end: int) -> int:
    """Add an equity that does not change any more to the slots [slot, end), and see how deep it fell.

    curve : equity, its peak, the lowest since that peak, the deepest fall of earlier peaks. The quotient is taken once a
        peak: for one peak the lowest equity gives the deepest fall, in floats too.
    """
    if slot >= end:
        return slot
    equity = curve[0]
    if equity > curve[1]:
        curve[3] = min(curve[3], curve[2] / curve[1] - 1.0)
        curve[1] = equity
        curve[2] = equity
    elif equity < curve[2]:
        curve[2] = equity
    for place in range(slot, end):
        line[place] += equity
    return end
