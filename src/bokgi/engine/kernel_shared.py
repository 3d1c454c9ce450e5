"""One account for all stocks: a sweep over the slots in time order, in each slot every step for all its instruments."""

from bokgi.engine.compiling import kernel_njit, step_njit
from bokgi.engine.kernel_accounts import write_sale
from bokgi.engine.kernel_clock import make_purchase, place_purchase
from bokgi.engine.kernel_fills import write_trade
from bokgi.engine.kernel_layout import (
    AT_AUCTION,
    AT_CLOSE,
    NOTHING,
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
from bokgi.units import IntArray, ShortArray


@kernel_njit
def walk_shared(
    tape: Tape,
    law: Law,
    rules_cell: RecordArray,
    wish_cell: RecordArray,
    signals: Signals,
    books: Books,
    scratch: Scratch,
    owner: ShortArray,
    order: IntArray,
    starts: IntArray,
    slot_session: ShortArray,
    first: int,
    end: int,
) -> None:
    """Sweep the slots [first, end). `order` holds the rows sorted by slot, `starts[slot]:starts[slot + 1]` those of one slot.

    Everything between two slots lies in `scratch` and `books`, so calls for one range after the other are one sweep.
    owner : instrument of each row
    """
    rules, wish = rules_cell[0], wish_cell[0]
    desks, days, bars, account = scratch.desks, scratch.days, scratch.bars, scratch.accounts[0]
    who, read, count = scratch.who, scratch.read, len(desks)
    if first == 0:
        account.cash = account.equity_before = rules.capital
        for index in range(count):
            read[index] = begin_desk(tape, law, rules, wish, desks[index], index)
    session = int(slot_session[first - 1]) if first > 0 else -1
    for slot in range(first, end):
        while session < slot_session[slot]:
            end_session(books, desks, session)
            session += 1
            begin_session(tape, law, rules, wish, books, desks, days, read, session)
        ticks = read_slot(tape, order[starts[slot] : starts[slot + 1]], owner, read, days, slot, session, bars, who)
        take_sales(law, rules, wish, books, desks, days, bars, who[:ticks], account)
        take_purchases(tape, law, rules, wish, desks, days, bars, who[:ticks], account)
        take_insides(tape, law, rules, wish, books, desks, days, bars, who[:ticks], account)
        take_decisions(rules, wish, signals, books, desks, days, bars, who[:ticks], account)
        account.equity_before = total_equity(account, desks)
        books.lines[0, slot] = account.equity_before
    if end < len(slot_session):
        return
    while session < rules.sessions:
        end_session(books, desks, session)
        session += 1
        if session < rules.sessions:
            begin_session(tape, law, rules, wish, books, desks, days, read, session)
    for index in range(count):
        if desks[index].shares != 0.0:
            write_trade(books.trades, books.made[0], desks[index])
            books.made[0] += 1
        write_totals(books, desks[index])


@step_njit
def begin_session(
    tape: Tape, law: Law, rules: Record, wish: Record, books: Books, desks: RecordArray, days: RecordArray, read: IntArray, session: int
) -> None:
    """Clock orders stand in every session of every instrument that has an account."""
    for index in range(len(desks)):
        if books.counted[index] and session < read[index]:
            read_day(tape, law, days[index], index, session)
            if wish.kind != SIGNAL:
                place_purchase(tape, days[index], rules, wish, desks[index])


@step_njit
def end_session(books: Books, desks: RecordArray, session: int) -> None:
    """Write each instrument's profit so far, realised and unrealised."""
    if session < 0:
        return
    for index in range(len(desks)):
        desk = desks[index]
        value = desk.realised
        if desk.shares > 0.0:
            value = value + (desk.shares * desk.mark - desk.amount - desk.commission)
        elif desk.shares < 0.0:
            value = value + (desk.amount - desk.commission - -desk.shares * desk.mark)
        books.by_session[index, session] = value


@step_njit
def read_slot(
    tape: Tape,
    rows: IntArray,
    owner: ShortArray,
    read: IntArray,
    days: RecordArray,
    slot: int,
    session: int,
    bars: RecordArray,
    who: IntArray,
) -> int:
    """The slot's traded bars and auctions in panel order; an auction that is no bar has row -1. Returns how many."""
    has_events = tape.auction_slot[session] == slot
    ticks = place = 0
    for index in range(len(read) if has_events else 0):
        reads = session < read[index] and days[index].session == session
        while place < len(rows) and owner[rows[place]] == index:
            if reads and tape.traded[rows[place]]:
                ticks = read_tick(tape, rows[place], index, bars, who, ticks)
            place += 1
        if reads and days[index].has_event:
            bars[ticks].row, who[ticks] = -1, index
            ticks += 1
    for later in range(place, len(rows)):
        index = owner[rows[later]]
        if session < read[index] and tape.traded[rows[later]]:
            ticks = read_tick(tape, rows[later], index, bars, who, ticks)
    return ticks


@step_njit
def read_tick(tape: Tape, row: int, index: int, bars: RecordArray, who: IntArray, ticks: int) -> int:
    """Fill the record of a bar; returns the number of those filled."""
    read_bar(tape, bars[ticks], row)
    who[ticks] = index
    return ticks + 1


@step_njit
def take_sales(
    law: Law,
    rules: Record,
    wish: Record,
    books: Books,
    desks: RecordArray,
    days: RecordArray,
    bars: RecordArray,
    who: IntArray,
    account: Record,
) -> None:
    """Sales at the opens and auctions of the slot."""
    for place in range(len(who)):
        bar, day, desk = bars[place], days[who[place]], desks[who[place]]
        if desk.shares != 0.0:
            if bar.row < 0:
                event_sale(day, rules, wish, desk, account)
            else:
                open_sale(bar, day, law.ladders[max(day.ladder, 0)], rules, wish, desk, account)
            if desk.sold:
                write_sale(books.trades, books.made, desk)


@step_njit
def take_purchases(
    tape: Tape,
    law: Law,
    rules: Record,
    wish: Record,
    desks: RecordArray,
    days: RecordArray,
    bars: RecordArray,
    who: IntArray,
    account: Record,
) -> None:
    """Purchases at the opens and auctions of the slot."""
    for place in range(len(who)):
        bar, day, desk = bars[place], days[who[place]], desks[who[place]]
        ladder = law.ladders[max(day.ladder, 0)]
        if bar.row < 0:
            if desk.buy_kind == AT_AUCTION:
                make_purchase(tape, bar, day, ladder, rules, wish, desk, account)
            continue
        if desk.entering != 0:
            signal_purchase(bar, day, ladder, rules, desk, account)
        elif desk.buy_row == bar.row and desk.buy_kind != NOTHING and desk.buy_kind != AT_CLOSE:  # noqa: PLR1714 (faster compiled)
            make_purchase(tape, bar, day, ladder, rules, wish, desk, account)
        desk.traded += 1
        if desk.shares != 0.0:
            desk.bars += 1
            desk.held += 1


@step_njit
def take_insides(
    tape: Tape,
    law: Law,
    rules: Record,
    wish: Record,
    books: Books,
    desks: RecordArray,
    days: RecordArray,
    bars: RecordArray,
    who: IntArray,
    account: Record,
) -> None:
    """Fills inside the bars and at their closes: sales, then purchases."""
    for place in range(len(who)):
        bar, day, desk = bars[place], days[who[place]], desks[who[place]]
        if bar.row >= 0 and desk.shares != 0.0:
            inside_sale(bar, day, law.ladders[max(day.ladder, 0)], rules, wish, desk, account)
            if desk.sold:
                write_sale(books.trades, books.made, desk)
    for place in range(len(who)):
        bar, day, desk = bars[place], days[who[place]], desks[who[place]]
        if bar.row >= 0 and desk.buy_kind == AT_CLOSE and desk.buy_row == bar.row:
            make_purchase(tape, bar, day, law.ladders[max(day.ladder, 0)], rules, wish, desk, account)


@step_njit
def take_decisions(
    rules: Record,
    wish: Record,
    signals: Signals,
    books: Books,
    desks: RecordArray,
    days: RecordArray,
    bars: RecordArray,
    who: IntArray,
    account: Record,
) -> None:
    """Decisions on the bars' closes, values, and delisted holdings."""
    for place in range(len(who)):
        bar, day, desk = bars[place], days[who[place]], desks[who[place]]
        if bar.row < 0:
            desk.mark = in_whole_won(rules, day.auction, -1)
            end_event(bar, day, rules, desk, account)
        else:
            desk.mark = in_whole_won(rules, bar.close, -1)
            if wish.kind == SIGNAL:
                read_signals(signals, wish, bar, bar.row)
            end_bar(bar, day, rules, wish, desk, account)
        if desk.sold:
            write_sale(books.trades, books.made, desk)


@step_njit
def total_equity(account: Record, desks: RecordArray) -> float:
    """Cash and the value of all positions, added instrument by instrument."""
    equity = float(account.cash)
    for index in range(len(desks)):
        if desks[index].shares != 0.0:
            equity = equity + desks[index].shares * desks[index].mark
    return equity
