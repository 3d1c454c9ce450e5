"""Clock orders: where a session prices a purchase and a sale at fixed minutes (docs/semantics.md, 3).

A session's purchase is placed when the session begins, from its bars alone; whether it is made is decided when its bar
comes. The sale is placed with the purchase and looks only at the purchase's row and later ones.
"""

from bokgi.engine.compiling import step_njit
from bokgi.engine.kernel_fills import (
    auction_fill_row,
    carry_over,
    count_lock,
    count_mark,
    open_position,
    sell_at_auction,
    sell_on_bar,
)
from bokgi.engine.kernel_layout import AT_AUCTION, AT_CLOSE, AT_OPEN, CARRIED, CLOCK, NOTHING, Record, Tape
from bokgi.engine.kernel_prices import close_at, end_at, fill_price, in_whole_won, is_auction_locked, start_at
from bokgi.orders.plans import CLOSE_MINUTE as _CLOSE_MINUTE
from bokgi.orders.reasons import Event, Sale

CLOSE_MINUTE = int(_CLOSE_MINUTE)
AUCTION_MINUTES = 10
NO_PRICE, NO_TIME_BETWEEN = int(Event.NO_PRICE), int(Event.NO_TIME_BETWEEN)
LIMIT_LOCKED_BUY, ENTRY_WHILE_HOLDING = int(Event.LIMIT_LOCKED_BUY), int(Event.ENTRY_WHILE_HOLDING)
LATE_FILL, COVERAGE_END = int(Event.LATE_FILL), int(Event.COVERAGE_END)
SOLD_AT_LAST_BAR, UNPRICED_LAST_BAR = int(Event.SOLD_AT_LAST_BAR), int(Event.UNPRICED_LAST_BAR)
SELL_TIME = int(Sale.SELL_TIME)
NO_MARK = -1


@step_njit
def is_in_auction(day: Record, minute: int) -> bool:
    """Whether a clock time means the closing auction of this session."""
    return bool(minute == CLOSE_MINUTE or (day.close_minute - AUCTION_MINUTES <= minute <= day.close_minute))


@step_njit
def is_row_locked(tape: Tape, day: Record, row: int, side: int) -> bool:
    """`is_locked` for any row of the day."""
    price = tape.open[row]
    if price != (day.upper if side > 0 else day.lower):
        return False
    return bool(tape.high[row] == price and tape.low[row] == price and tape.close[row] == price and tape.volume[row] > 0)


@step_njit
def first_row_from(tape: Tape, first: int, end: int, minute: int) -> int:
    """The first of the rows [first, end) that starts at or after a minute; `end` without one."""
    while first < end:
        middle = (first + end) // 2
        if tape.minute[middle] < minute:
            first = middle + 1
        else:
            end = middle
    return first


@step_njit
def row_ending_at(tape: Tape, rules: Record, first: int, row: int, minute: int) -> int:
    """The traded row of [first, row) that ends exactly at a minute; -1 without one."""
    row -= 1
    while row >= first and tape.minute[row] + rules.interval > minute:
        row -= 1
    if row >= first and tape.minute[row] + rules.interval == minute and tape.traded[row]:
        return row
    return -1


@step_njit
def place_purchase(tape: Tape, day: Record, rules: Record, wish: Record, desk: Record) -> None:
    """Place the session's purchase on the desk; a purchase that cannot fill is counted at once."""
    desk.buy_kind, desk.buy_row, desk.buy_mark = NOTHING, -1, NO_MARK
    if day.last_traded < 0:
        desk.counts[NO_PRICE] += 1
    elif is_in_auction(day, wish.buy_minute):
        place_auction_purchase(tape, day, rules, desk)
    else:
        place_timed_purchase(tape, day, rules, wish.buy_minute, desk)


@step_njit
def place_auction_purchase(tape: Tape, day: Record, rules: Record, desk: Record) -> None:
    """The auction price and nothing else, unless the last bar may stand in for it."""
    if day.has_auction:
        if is_auction_locked(day, 1):
            desk.counts[LIMIT_LOCKED_BUY] += 1
        else:
            desk.buy_kind, desk.buy_row = AT_AUCTION, day.auction_row
    elif rules.takes_last_bar:
        place_last_bar_purchase(tape, day, desk)
    else:
        desk.counts[NO_PRICE] += 1


@step_njit
def place_last_bar_purchase(tape: Tape, day: Record, desk: Record) -> None:
    """At the close of the session's last traded bar, where the data price the time by nothing else."""
    if is_row_locked(tape, day, day.last_traded, 1):
        desk.counts[LIMIT_LOCKED_BUY] += 1
    else:
        desk.buy_kind, desk.buy_row, desk.buy_mark = AT_CLOSE, day.last_traded, UNPRICED_LAST_BAR


@step_njit
def place_timed_purchase(tape: Tape, day: Record, rules: Record, minute: int, desk: Record) -> None:
    """The first fillable bar at or after the time; else the bar that ends at it."""
    start = first_row_from(tape, day.first_row, day.end_row, minute)
    was_locked = False
    for row in range(start, day.end_row):
        if not tape.traded[row]:
            continue
        waited = tape.minute[row] - minute
        if is_row_locked(tape, day, row, 1):
            was_locked = was_locked or waited <= rules.wait
        elif waited <= rules.wait:
            desk.buy_kind, desk.buy_row = AT_OPEN, row
            desk.buy_mark = LATE_FILL if waited > rules.interval else NO_MARK
            return
        else:
            desk.counts[LIMIT_LOCKED_BUY if was_locked else NO_PRICE] += 1
            return
    if day.last_traded >= start:  # only locked bars came: nobody traded at the close before them (pessimistic)
        desk.counts[LIMIT_LOCKED_BUY if was_locked else NO_PRICE] += 1
        return
    row = row_ending_at(tape, rules, day.first_row, start, minute)
    if row >= 0 and not is_row_locked(tape, day, row, 1):
        desk.buy_kind, desk.buy_row, desk.buy_mark = AT_CLOSE, row, COVERAGE_END
    elif rules.takes_last_bar and row < 0:
        place_last_bar_purchase(tape, day, desk)
    else:
        desk.counts[NO_PRICE] += 1


@step_njit
def place_sale(tape: Tape, day: Record, rules: Record, minute: int, desk: Record, bought_row: int) -> bool:
    """Place the sale of a purchase on the desk; true where it passed over a lock."""
    desk.sell_kind, desk.sell_row, desk.sell_mark = CARRIED, -1, NO_MARK
    if is_in_auction(day, minute):
        if not day.has_auction:
            return place_last_bar_sale(tape, day, desk, bought_row)
        if is_auction_locked(day, -1):
            return True
        desk.sell_kind, desk.sell_row = AT_AUCTION, day.auction_row
        return False
    if desk.buy_row < 0:  # bought at an auction that is no bar: nothing of this session comes later
        return False
    passed_lock = False
    for row in range(max(first_row_from(tape, day.first_row, day.end_row, minute), bought_row), day.end_row):
        if tape.traded[row] and is_row_locked(tape, day, row, -1):
            passed_lock = True
        elif tape.traded[row]:
            desk.sell_kind, desk.sell_row = AT_OPEN, row
            desk.sell_mark = LATE_FILL if tape.minute[row] - minute > rules.interval else NO_MARK
            return passed_lock
    row = -1 if passed_lock else row_ending_at(tape, rules, bought_row, day.end_row, minute)
    if row >= 0 and not is_row_locked(tape, day, row, -1):
        desk.sell_kind, desk.sell_row, desk.sell_mark = AT_CLOSE, row, COVERAGE_END
        return False
    return place_last_bar_sale(tape, day, desk, bought_row) or passed_lock


@step_njit
def place_last_bar_sale(tape: Tape, day: Record, desk: Record, bought_row: int) -> bool:
    """At the close of the session's last traded bar if that comes after the purchase; true where a lock forbids it."""
    if day.last_traded <= bought_row:
        return False
    if is_row_locked(tape, day, day.last_traded, -1):
        return True
    desk.sell_kind, desk.sell_row, desk.sell_mark = AT_CLOSE, day.last_traded, SOLD_AT_LAST_BAR
    return False


@step_njit
def is_same_fill(desk: Record) -> bool:
    """Whether purchase and sale fall on one bar, or on one auction."""
    if desk.sell_kind == CARRIED:
        return False
    if desk.buy_row < 0 or desk.sell_row < 0:
        return bool(desk.buy_row < 0 and desk.sell_row < 0)
    return bool(desk.buy_row == desk.sell_row)


@step_njit
def make_purchase(tape: Tape, bar: Record, day: Record, ladder: Record, rules: Record, wish: Record, desk: Record, account: Record) -> None:
    """Make the placed purchase, at its bar or its auction."""
    kind, mark = desk.buy_kind, desk.buy_mark
    desk.buy_kind = NOTHING
    if desk.shares != 0.0:
        desk.counts[ENTRY_WHILE_HOLDING] += 1
        return
    passed_lock = False
    row = auction_fill_row(day) if kind == AT_AUCTION else desk.buy_row
    if wish.kind == CLOCK:
        passed_lock = place_sale(tape, day, rules, wish.sell_minute, desk, row)
        if is_same_fill(desk):
            desk.sell_kind = NOTHING
            desk.counts[NO_TIME_BETWEEN] += 1
            return
    if kind == AT_AUCTION:
        price, at = in_whole_won(rules, day.auction, 1), close_at(day)
    elif kind == AT_OPEN:
        price, at = fill_price(bar, day, ladder, rules, bar.open, 1, slips=True, computed=False), start_at(bar, day)
    else:
        price, at = fill_price(bar, day, ladder, rules, bar.close, 1, slips=True, computed=False), end_at(bar, day, rules)
    if not open_position(rules, desk, account, day.session, row, at, price, 1):
        desk.sell_kind = NOTHING
        return
    if mark >= 0:
        count_fill_mark(bar, desk, mark, wish.buy_minute)
    if passed_lock:
        count_lock(desk)
    if desk.sell_kind == CARRIED:
        carry_over(desk, day.session, SELL_TIME)


@step_njit
def count_fill_mark(bar: Record, desk: Record, mark: int, minute: int) -> None:
    """Count what was unusual about a fill; a late one with its delay."""
    count_mark(desk, mark)
    if mark == LATE_FILL:
        desk.late += bar.minute - minute


@step_njit
def clock_open_sale(bar: Record, day: Record, ladder: Record, rules: Record, wish: Record, desk: Record, account: Record) -> None:
    """The clock sale of an open position at a bar's open or at the auction that is this bar."""
    if desk.sell_kind == CARRIED:
        if day.session > desk.walked:
            sell_on_bar(bar, day, ladder, rules, desk, account, bar.open, desk.reason, computed=False, at_close=False)
    elif desk.sell_row == bar.row and desk.sell_kind == AT_OPEN:
        if desk.sell_mark >= 0:
            count_fill_mark(bar, desk, desk.sell_mark, wish.sell_minute)
        sell_on_bar(bar, day, ladder, rules, desk, account, bar.open, SELL_TIME, computed=False, at_close=False)
    elif desk.sell_row == bar.row and desk.sell_kind == AT_AUCTION:
        sell_at_auction(day, rules, desk, account, SELL_TIME)


@step_njit
def clock_close_sale(bar: Record, day: Record, ladder: Record, rules: Record, wish: Record, desk: Record, account: Record) -> None:
    """The clock sale of an open position at a bar's close."""
    if desk.sell_kind == AT_CLOSE and desk.sell_row == bar.row:
        count_fill_mark(bar, desk, desk.sell_mark, wish.sell_minute)
        sell_on_bar(bar, day, ladder, rules, desk, account, bar.close, SELL_TIME, computed=False, at_close=True)
