"""Signals without exit rules, one account a stock: the same rules in tight loops.

While flat only the next entry matters, while holding only the next exit: the loops between two fills do nothing else. An auction that
is no bar (daily bars, a daily series beside) fills no signal: it only marks what is held at its session's end, after all its bars.
Rare things (fills, the last bar) go through the same functions as everywhere.
"""

import math

from bokgi.engine.compiling import kernel_njit, step_njit
from bokgi.engine.kernel_accounts import begin_curve, fill_line, write_sale
from bokgi.engine.kernel_fills import sell_on_bar
from bokgi.engine.kernel_layout import Books, Law, Record, RecordArray, Scratch, Signals, Tape
from bokgi.engine.kernel_prices import in_whole_won
from bokgi.engine.kernel_signals import ENTRY_WHILE_HOLDING, SIGNAL_SALE, signal_purchase
from bokgi.engine.kernel_steps import begin_desk, finish, read_bar, read_day, write_totals
from bokgi.units import BoolArray, FloatArray, IntArray, ShortArray


@kernel_njit
def walk_signals(
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
    """Walk the instruments [first, end), as `walk_accounts` does."""
    lines = books.lines.shape[0]
    for index in range(first, end):
        if books.counted[index]:
            line = books.lines[index - first if lines > 1 else 0]
            desk, account = scratch.desks[index - first], scratch.accounts[index - first]
            bar, day = scratch.bars[0], scratch.days[0]
            walk_signal_account(
                tape, law, rules_cell[0], wish_cell[0], signals, books, desk, account, bar, day, line, scratch.curve, scratch.place, index
            )


@step_njit
def walk_signal_account(
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
    place: IntArray,
    index: int,
) -> None:
    """Fill what waits, then go to the next decision, until the last traded bar.

    place : slot and session up to which equity is written, traded bars held, entries ignored
    """
    account.cash = rules.capital
    begin_curve(curve, rules.capital)
    place[:] = 0
    begin_desk(tape, law, rules, wish, desk, index)
    last = desk.last_row
    by_session = books.by_session[index]
    row = next_traded(tape.traded, tape.session_row[index, 0], last)
    desk.traded = count_traded(tape.traded, row, last)
    while row <= last:
        if desk.entering != 0 or desk.exiting:
            end_sessions(tape, rules, desk, account.cash, line, by_session, curve, place, index, row)
            fill_waiting(tape, law, rules, desk, account, bar, day, index, row)
            curve[0] = account.cash + desk.shares * desk.mark
            if desk.sold:
                write_sale(books.trades, books.made, desk)
        if desk.shares != 0.0:
            row = hold_on(tape, rules, wish, signals, desk, account.cash, line, by_session, curve, place, index, row)
        else:
            row = find_entry(tape.traded, wish, signals, desk, row, last)
        row = next_traded(tape.traded, row + 1, last)
    if last >= 0:
        end_sessions(tape, rules, desk, account.cash, line, by_session, curve, place, index, last)
        read_day(tape, law, day, index, tape.session[last])
        read_bar(tape, bar, last)
        if day.has_event:
            place[0] = fill_line(line, curve, place[0], day.auction_slot)
            desk.mark = in_whole_won(rules, day.auction, -1)
        finish(bar, day, rules, desk, account)
        curve[0] = account.cash + desk.shares * desk.mark
        if desk.sold:
            write_sale(books.trades, books.made, desk)
    fill_line(line, curve, place[0], len(line))
    books.deepest[index] = min(curve[3], curve[2] / curve[1] - 1.0)
    by_session[place[1] :] = curve[0]
    if desk.shares != 0.0:
        write_sale(books.trades, books.made, desk)
    desk.held = place[2]
    desk.counts[ENTRY_WHILE_HOLDING] = place[3]
    write_totals(books, desk)


@step_njit
def next_traded(traded: BoolArray, row: int, last: int) -> int:
    """The first traded row at or after `row`; `last` + 1 without one."""
    while row <= last and not traded[row]:
        row += 1
    return row


@step_njit
def count_traded(traded: BoolArray, first: int, last: int) -> int:
    """Number of traded rows of [first, last]."""
    count = 0
    for row in range(first, last + 1):
        count += traded[row]
    return count


@step_njit
def end_sessions(
    tape: Tape,
    rules: Record,
    desk: Record,
    cash: float,
    line: FloatArray,
    by_session: FloatArray,
    curve: FloatArray,
    place: IntArray,
    index: int,
    row: int,
) -> None:
    """Write the equity up to (not including) a traded row.

    Sessions in between have no traded bar and so no auction: only that of the last decision may mark a position once more.
    """
    if desk.shares != 0.0 and place[1] < tape.session[row] and has_event(tape, index, place[1]):
        place[0] = fill_line(line, curve, place[0], tape.auction_slot[place[1]])
        desk.mark = in_whole_won(rules, tape.auction[index, place[1]], -1)
        curve[0] = cash + desk.shares * desk.mark
    skip_to(tape.slot_of_row[row], tape.session[row], line, by_session, curve, place)


@step_njit
def has_event(tape: Tape, index: int, session: int) -> bool:
    """Whether the instrument's session ends with an auction that is no bar; see `read_day`."""
    if tape.auction_slot[session] < 0 or tape.auction_row[index, session] >= 0 or tape.last_traded[index, session] < 0:
        return False
    return not math.isnan(tape.auction[index, session])


@step_njit
def skip_to(slot: int, session: int, line: FloatArray, by_session: FloatArray, curve: FloatArray, place: IntArray) -> None:
    """Write an equity that did not change up to (not including) a slot and a session."""
    if place[0] < slot:
        place[0] = fill_line(line, curve, place[0], slot)
    while place[1] < session:
        by_session[place[1]] = curve[0]
        place[1] += 1


@step_njit
def fill_waiting(
    tape: Tape, law: Law, rules: Record, desk: Record, account: Record, bar: Record, day: Record, index: int, row: int
) -> None:
    """The order that waits for this open."""
    read_day(tape, law, day, index, tape.session[row])
    read_bar(tape, bar, row)
    ladder = law.ladders[max(day.ladder, 0)]
    if desk.shares != 0.0:
        sell_on_bar(bar, day, ladder, rules, desk, account, bar.open, SIGNAL_SALE, computed=False, at_close=False)
    else:
        signal_purchase(bar, day, ladder, rules, desk, account)


@step_njit
def find_entry(traded: BoolArray, wish: Record, signals: Signals, desk: Record, row: int, last: int) -> int:
    """The next row whose close decides an entry; `last` + 1 without one."""
    if wish.at_first_open:
        return last + 1
    entries, shorts, has_shorts = signals.entries, signals.short_entries, wish.has_shorts
    while row <= last and not (traded[row] and (entries[row] or (has_shorts and shorts[row]))):
        row += 1
    if row <= last:
        desk.entering = 1 if entries[row] else -1
    return row


@step_njit
def hold_on(
    tape: Tape,
    rules: Record,
    wish: Record,
    signals: Signals,
    desk: Record,
    cash: float,
    line: FloatArray,
    by_session: FloatArray,
    curve: FloatArray,
    place: IntArray,
    index: int,
    row: int,
) -> int:
    """Hold up to the next row whose close decides the exit (or to this one where a sale waits already)."""
    is_short = desk.shares < 0.0
    reads_entries = not wish.at_first_open
    exits = signals.short_exits if is_short else signals.exits
    found = hold_rows(
        tape.close,
        tape.traded,
        tape.slot_of_row,
        tape.session_row[index],
        tape.auction_slot,
        tape.auction[index],
        tape.auction_row[index],
        tape.last_traded[index],
        exits,
        signals.entries,
        signals.short_entries,
        not is_short or wish.has_shorts,
        reads_entries,
        reads_entries and wish.has_shorts,
        desk.exiting,
        rules.is_krx,
        desk.shares,
        cash,
        line,
        by_session,
        curve,
        place,
        row,
        desk.last_row,
    )
    if found <= desk.last_row:
        desk.exiting = True
    price = tape.close[min(found, desk.last_row)]
    desk.mark = math.floor(price) * 1.0 if rules.is_krx else price
    return found


@step_njit
def hold_rows(
    close: FloatArray,
    traded: BoolArray,
    slot_of_row: ShortArray,
    session_row: IntArray,
    auction_slot: IntArray,
    auction: FloatArray,
    auction_row: IntArray,
    last_traded: IntArray,
    exits: BoolArray,
    entries: BoolArray,
    shorts: BoolArray,
    reads_exits: bool,
    reads_entries: bool,
    reads_shorts: bool,
    waits: bool,
    is_krx: bool,
    shares: float,
    cash: float,
    line: FloatArray,
    by_session: FloatArray,
    curve: FloatArray,
    place: IntArray,
    row: int,
    last: int,
) -> int:
    """The loop of `hold_on`: mark the position on each traded bar, count ignored entries, look for the exit."""
    equity, top, bottom = curve[0], curve[1], curve[2]
    slot, session, held, ignored = place[0], place[1], place[2], place[3]
    found = False
    while row <= last and not found:
        stop = min(session_row[session + 1], last + 1)
        while row < stop and not found:
            if traded[row]:
                if slot < slot_of_row[row]:
                    if equity > top:
                        curve[3] = min(curve[3], bottom / top - 1.0)
                        top = bottom = equity
                    elif equity < bottom:
                        bottom = equity
                    while slot < slot_of_row[row]:
                        line[slot] += equity
                        slot += 1
                equity = cash + shares * (math.floor(close[row]) * 1.0 if is_krx else close[row])
                held += 1
                if (reads_entries and entries[row]) or (reads_shorts and shorts[row]):
                    ignored += 1
                found = waits or (reads_exits and exits[row])
            row += 1
        if not found and row <= last:
            event = auction_slot[session]
            if event >= 0 and auction_row[session] < 0 and last_traded[session] >= 0 and not math.isnan(auction[session]):
                curve[0], curve[1], curve[2] = equity, top, bottom
                slot = fill_line(line, curve, slot, event)
                top, bottom = curve[1], curve[2]
                equity = cash + shares * (math.floor(auction[session]) * 1.0 if is_krx else auction[session])
            by_session[session] = equity
            session += 1
    curve[0], curve[1], curve[2] = equity, top, bottom
    place[0], place[1], place[2], place[3] = slot, session, held, ignored
    return row - 1 if found else row
