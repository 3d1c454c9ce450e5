"""Target weights in a shared account: reductions before additions, oldest lots first (docs/semantics.md, 5 and 9)."""

import math

import numpy as np

from bokgi.engine.compiling import kernel_njit, step_njit
from bokgi.engine.kernel_fills import LIMIT_LOCKED_SELL, NO_CASH, auction_fill_row, write_unsold
from bokgi.engine.kernel_layout import Books, Law, Record, RecordArray, Scratch, Tape
from bokgi.engine.kernel_money import affordable, commission_of, taxes_of
from bokgi.engine.kernel_prices import close_at, end_at, fill_price, in_whole_won, is_locked, start_at
from bokgi.engine.kernel_shared import begin_session, read_slot, total_equity
from bokgi.engine.kernel_signals import LIMIT_LOCKED_BUY
from bokgi.engine.kernel_steps import PENDING_AT_END, begin_desk, write_totals
from bokgi.orders.reasons import Sale
from bokgi.units import FloatArray, IntArray, ShortArray

REBALANCE, DELISTED = int(Sale.REBALANCE), int(Sale.DELISTED)

LOT = np.dtype(
    [
        ("shares", "f8"),
        ("price", "f8"),
        ("commission", "f8"),
        ("row", "i8"),
        ("at", "i8"),
        ("next", "i8"),
        ("flags", "i8"),
        ("session", "i8"),
    ],
    align=True,
)
"""What is left of one purchase; `next` is the instrument's next younger lot, -1 at the end.

Of a desk the weights use: shares (of all lots), mark, realised, lot (the oldest; -1 without one), bars (the youngest),
entry (the weight that waits), exiting (a decision waits), lock_counted (of this decision), last_row and the totals.
"""


@kernel_njit
def walk_weights(
    tape: Tape,
    law: Law,
    rules_cell: RecordArray,
    wish_cell: RecordArray,
    weights: FloatArray,
    books: Books,
    scratch: Scratch,
    owner: ShortArray,
    order: IntArray,
    starts: IntArray,
    slot_session: ShortArray,
    lots: RecordArray,
    first: int,
    end: int,
) -> None:
    """Sweep the slots [first, end) as `walk_shared` does. `trade.lot` says of which lot a trade is a part."""
    rules, wish = rules_cell[0], wish_cell[0]
    desks, days, bars, account = scratch.desks, scratch.days, scratch.bars, scratch.accounts[0]
    who, read, count = scratch.who, scratch.read, len(desks)
    if first == 0:
        account.cash = account.equity_before = rules.capital
        for index in range(count):
            read[index] = begin_desk(tape, law, rules, wish, desks[index], index)
            desks[index].lot = -1
    session = int(slot_session[first - 1]) if first > 0 else -1
    for slot in range(first, end):
        while session < slot_session[slot]:
            write_profits(books, desks, lots, session)
            session += 1
            begin_session(tape, law, rules, wish, books, desks, days, read, session)
        ticks = read_slot(tape, order[starts[slot] : starts[slot + 1]], owner, read, days, slot, session, bars, who)
        take_reductions(law, rules, books, desks, days, bars, who[:ticks], account, lots)
        take_additions(law, rules, desks, days, bars, who[:ticks], account, lots)
        take_weights(rules, weights, books, desks, days, bars, who[:ticks], account, lots)
        account.equity_before = total_equity(account, desks)
        books.lines[0, slot] = account.equity_before
    if end < len(slot_session):
        return
    while session < rules.sessions:
        write_profits(books, desks, lots, session)
        session += 1
    for index in range(count):
        write_open_lots(books, desks[index], lots)
        write_totals(books, desks[index])


@step_njit
def take_reductions(
    law: Law,
    rules: Record,
    books: Books,
    desks: RecordArray,
    days: RecordArray,
    bars: RecordArray,
    who: IntArray,
    account: Record,
    lots: RecordArray,
) -> None:
    """Reductions at the opens of the slot."""
    for place in range(len(who)):
        bar, day, desk = bars[place], days[who[place]], desks[who[place]]
        if bar.row >= 0 and desk.exiting:
            reduce_position(bar, day, law.ladders[max(day.ladder, 0)], rules, books, desk, account, lots)


@step_njit
def take_additions(
    law: Law,
    rules: Record,
    desks: RecordArray,
    days: RecordArray,
    bars: RecordArray,
    who: IntArray,
    account: Record,
    lots: RecordArray,
) -> None:
    """Additions at the opens of the slot."""
    for place in range(len(who)):
        bar, day, desk = bars[place], days[who[place]], desks[who[place]]
        if bar.row < 0:
            continue
        desk.traded += 1
        if desk.exiting:
            add_to_position(bar, day, law.ladders[max(day.ladder, 0)], rules, desk, account, lots)
        if desk.shares != 0.0:
            desk.held += 1


@step_njit
def take_weights(
    rules: Record,
    weights: FloatArray,
    books: Books,
    desks: RecordArray,
    days: RecordArray,
    bars: RecordArray,
    who: IntArray,
    account: Record,
    lots: RecordArray,
) -> None:
    """Values, decisions on the bars' closes, and what is left over after the last one."""
    for place in range(len(who)):
        bar, day, desk = bars[place], days[who[place]], desks[who[place]]
        if bar.row < 0:
            desk.mark = in_whole_won(rules, day.auction, -1)
            is_last = desk.last_row == day.last_traded
        else:
            desk.mark = in_whole_won(rules, bar.close, -1)
            weight = weights[bar.row]
            if not np.isnan(weight):
                desk.entry, desk.exiting, desk.lock_counted = weight, True, False
            is_last = bar.row == desk.last_row and not day.has_event
        if is_last:
            finish_weights(bar, day, rules, books, desk, account, lots)


@step_njit
def wanted_shares(bar: Record, rules: Record, desk: Record, account: Record) -> float:
    """The shares that the weight asks for, at the open and without slippage."""
    price = in_whole_won(rules, bar.open, 1)
    if price <= 0.0:
        return 0.0
    money = float(desk.entry) * float(account.equity_before)
    if rules.is_krx:
        return max(float(math.floor(money) // math.floor(price)), 0.0)
    wanted = money / price
    return max(wanted if rules.fractional else math.floor(wanted) * 1.0, 0.0)


@step_njit
def held_shares(desk: Record, lots: RecordArray) -> float:
    """The shares of all lots, added oldest first."""
    held = 0.0
    number = desk.lot
    while number >= 0:
        held = held + lots[number].shares
        number = lots[number].next
    return held


@step_njit
def reduce_position(
    bar: Record, day: Record, ladder: Record, rules: Record, books: Books, desk: Record, account: Record, lots: RecordArray
) -> None:
    """Sell what is above the wanted shares; on a locked bar the decision waits."""
    surplus = desk.shares - wanted_shares(bar, rules, desk, account)
    if surplus <= 0.0:
        return
    if is_locked(bar, day, -1):
        if not desk.lock_counted:
            desk.lock_counted = True
            desk.counts[LIMIT_LOCKED_SELL] += 1
            lots[desk.lot].flags |= 1 << LIMIT_LOCKED_SELL
        return
    desk.exiting = False
    price = fill_price(bar, day, ladder, rules, bar.open, -1, slips=True, computed=False)
    while surplus > 0.0 and desk.lot >= 0:
        part = min(lots[desk.lot].shares, surplus)
        sell_part(day, rules, books, desk, account, lots, part, bar.row, start_at(bar, day), price, REBALANCE)
        surplus = surplus - part
    desk.shares = held_shares(desk, lots)


@step_njit
def add_to_position(bar: Record, day: Record, ladder: Record, rules: Record, desk: Record, account: Record, lots: RecordArray) -> None:
    """Buy what is missing to the wanted shares, as far as the cash goes. A reduction that waits stays."""
    missing = wanted_shares(bar, rules, desk, account) - desk.shares
    if missing < 0.0:
        return
    desk.exiting = False
    if missing == 0.0:
        return
    if is_locked(bar, day, 1):
        desk.counts[LIMIT_LOCKED_BUY] += 1
        return
    price = fill_price(bar, day, ladder, rules, bar.open, 1, slips=True, computed=False)
    shares = min(missing, affordable(rules, account.cash, price))
    if shares <= 0.0:
        desk.counts[NO_CASH] += 1
        return
    amount = shares * price
    commission = commission_of(rules, amount, is_purchase=True)
    account.cash = account.cash - amount - commission
    number = account.purchases
    account.purchases += 1
    lot = lots[number]
    lot.shares, lot.price, lot.commission = shares, price, commission
    lot.row, lot.session, lot.at, lot.next, lot.flags = bar.row, day.session, start_at(bar, day), -1, 0
    if desk.lot < 0:
        desk.lot = number
    else:
        lots[desk.bars].next = number
    desk.bars = number
    desk.shares = held_shares(desk, lots)


@step_njit
def sell_part(
    day: Record,
    rules: Record,
    books: Books,
    desk: Record,
    account: Record,
    lots: RecordArray,
    part: float,
    row: int,
    at: int,
    price: float,
    reason: int,
) -> None:
    """Sell a part of the oldest lot, or all of it: one trade."""
    lot = lots[desk.lot]
    is_whole = part == lot.shares
    paid = lot.commission
    if not is_whole:
        paid = lot.commission * part / lot.shares
        if rules.is_krx:
            paid = float(math.floor(lot.commission) * math.floor(part) // math.floor(lot.shares))
    amount = part * price
    commission = commission_of(rules, amount, is_purchase=False)
    tax, special = taxes_of(rules, day, amount)
    account.cash = account.cash + amount - commission - tax - special
    profit = amount - commission - tax - special - part * lot.price - paid
    trade = books.trades[books.made[0]]
    books.made[0] += 1
    write_part(trade, lot, desk.lot, desk.index, part, paid)
    trade.sell_row, trade.sell_session, trade.sell_at, trade.sell_price = row, day.session, at, price
    trade.sell_commission, trade.transaction_tax, trade.special_tax = commission, tax, special
    trade.profit, trade.balance, trade.reason = profit, account.cash, reason
    desk.realised += profit
    lot.shares, lot.commission = lot.shares - part, lot.commission - paid
    if is_whole:
        desk.lot = lot.next


@step_njit
def write_part(trade: Record, lot: Record, number: int, index: int, part: float, paid: float) -> None:
    """The purchase columns of a part of a lot; the sale columns are empty."""
    trade.instrument, trade.side, trade.lot = index, 1, number
    trade.buy_row, trade.buy_session, trade.buy_at, trade.buy_price = lot.row, lot.session, lot.at, lot.price
    trade.shares, trade.buy_commission, trade.invested = part, paid, part * lot.price + paid
    trade.flags = lot.flags
    write_unsold(trade)


@step_njit
def finish_weights(bar: Record, day: Record, rules: Record, books: Books, desk: Record, account: Record, lots: RecordArray) -> None:
    """Count a decision that still waits after the last traded row, and sell the lots of a delisted instrument."""
    if desk.exiting:
        desk.counts[PENDING_AT_END] += 1
    if not desk.is_delisted:
        return
    if day.has_event:
        price, row, at = day.auction, auction_fill_row(day), close_at(day)
    else:
        price, row, at = bar.close, bar.row, end_at(bar, day, rules)
    price = in_whole_won(rules, price, -1)
    while desk.lot >= 0:
        sell_part(day, rules, books, desk, account, lots, lots[desk.lot].shares, row, at, price, DELISTED)
    desk.shares = 0.0


@step_njit
def write_profits(books: Books, desks: RecordArray, lots: RecordArray, session: int) -> None:
    """Each instrument's profit at a session's end: realised, then the open lots, oldest first."""
    if session < 0:
        return
    for index in range(len(desks)):
        value = desks[index].realised
        number = desks[index].lot
        while number >= 0:
            lot = lots[number]
            value = value + (lot.shares * desks[index].mark - lot.shares * lot.price - lot.commission)
            number = lot.next
        books.by_session[index, session] = value


@step_njit
def write_open_lots(books: Books, desk: Record, lots: RecordArray) -> None:
    """Lots that stay open are trades without a sale."""
    number = desk.lot
    while number >= 0:
        lot = lots[number]
        write_part(books.trades[books.made[0]], lot, number, desk.index, lot.shares, lot.commission)
        books.made[0] += 1
        number = lot.next
