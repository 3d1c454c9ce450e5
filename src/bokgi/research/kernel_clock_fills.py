"""Where each point of a stock's day is bought and sold, asked of the engine's own steps once, for all pairs of points.

Convention: an order key is the row of a fill, or `AFTER_ALL` for an auction that is no bar; a sale that is carried over has the key -1, a
purchase that is not made the price 0. A sale does not depend on its purchase as long as its row comes after the purchase's; where it does
not, `careful_sales` asks the engine for that pair alone.
"""

from typing import NamedTuple

from bokgi.engine.compiling import kernel_njit, step_njit
from bokgi.engine.kernel_clock import is_row_locked, is_same_fill, place_purchase, place_sale
from bokgi.engine.kernel_fills import auction_fill_row
from bokgi.engine.kernel_layout import AT_AUCTION, AT_OPEN, CARRIED, NOTHING, Law, Record, RecordArray, Tape
from bokgi.engine.kernel_prices import fill_price, in_whole_won
from bokgi.engine.kernel_steps import read_bar, read_day
from bokgi.units import BoolArray, FloatArray, IntArray

AFTER_ALL = 2**62


class ClockFills(NamedTuple):
    """What `find_fills` writes.

    buy_price, sell_price : float64[session, point]; buy_order, sell_order : int64[session, point]
    sell_floor : int64[session, point], smallest order of this sale and all later ones
    tax, special : float64[session], taxes on sales [ppm]
    late_price : float64[session], late_order : int64[session], where a position that was carried over is sold; order -1 where it is not
    mark : float64[session], price at which a position is valued at the session's end
    """

    buy_price: FloatArray
    buy_order: IntArray
    sell_price: FloatArray
    sell_order: IntArray
    sell_floor: IntArray
    tax: FloatArray
    special: FloatArray
    late_price: FloatArray
    late_order: IntArray
    mark: FloatArray


class Cells(NamedTuple):
    """Records that the engine's steps work on, one of each."""

    rules: RecordArray
    wish: RecordArray
    desk: RecordArray
    day: RecordArray
    bar: RecordArray


@kernel_njit
def find_fills(tape: Tape, law: Law, cells: Cells, points: IntArray, index: int, fills: ClockFills) -> int:
    """Fill the tables of one stock; returns the sessions that are read, those before its delisting."""
    rules, desk, day = cells.rules[0], cells.desk[0], cells.day[0]
    sessions = int(min(law.delisted[index], rules.sessions))
    count, mark = len(points), 0.0
    for session in range(sessions):
        read_day(tape, law, day, index, session)
        ladder = law.ladders[max(day.ladder, 0)]
        mark = last_mark(tape, cells, mark)
        fills.mark[session] = mark
        find_late_sale(tape, ladder, cells, session, fills)
        fills.tax[session] = rules.fixed_tax if rules.fixed_tax >= 0 else day.tax
        fills.special[session] = 0.0 if rules.fixed_tax >= 0 else day.special
        floor = AFTER_ALL
        for point in range(count - 1, -1, -1):
            fills.buy_price[session, point] = 0.0
            fills.buy_order[session, point] = purchase_order(tape, cells, points[point])
            if desk.buy_kind != NOTHING:
                fills.buy_price[session, point] = purchase_price(tape, ladder, cells)
            desk.buy_row = day.first_row
            desk.sell_kind = CARRIED
            if day.last_traded >= 0:
                place_sale(tape, day, rules, points[point], desk, day.first_row)
            order = sale_order(desk)
            floor = min(floor, order)
            fills.sell_order[session, point], fills.sell_floor[session, point] = order, floor
            fills.sell_price[session, point] = sale_price(tape, ladder, cells) if order >= 0 else 0.0
    return sessions


@step_njit
def purchase_order(tape: Tape, cells: Cells, minute: int) -> int:
    """Place the purchase of a minute on the desk; its order key."""
    desk, day, wish = cells.desk[0], cells.day[0], cells.wish[0]
    wish.buy_minute = minute
    place_purchase(tape, day, cells.rules[0], wish, desk)
    return AFTER_ALL if desk.buy_kind == AT_AUCTION and desk.buy_row < 0 else int(desk.buy_row)


@step_njit
def purchase_price(tape: Tape, ladder: Record, cells: Cells) -> float:
    """The price of the purchase on the desk."""
    rules, desk, day, bar = cells.rules[0], cells.desk[0], cells.day[0], cells.bar[0]
    if desk.buy_kind == AT_AUCTION:
        return in_whole_won(rules, day.auction, 1)
    read_bar(tape, bar, desk.buy_row)
    price = bar.open if desk.buy_kind == AT_OPEN else bar.close
    return fill_price(bar, day, ladder, rules, price, 1, slips=True, computed=False)


@step_njit
def sale_order(desk: Record) -> int:
    """Order key of the sale on the desk."""
    if desk.sell_kind == CARRIED:
        return -1
    return AFTER_ALL if desk.sell_row < 0 else int(desk.sell_row)


@step_njit
def sale_price(tape: Tape, ladder: Record, cells: Cells) -> float:
    """The price of the sale on the desk; it is not carried over."""
    rules, desk, day, bar = cells.rules[0], cells.desk[0], cells.day[0], cells.bar[0]
    if desk.sell_kind == AT_AUCTION:
        return in_whole_won(rules, day.auction, -1)
    read_bar(tape, bar, desk.sell_row)
    price = bar.open if desk.sell_kind == AT_OPEN else bar.close
    return fill_price(bar, day, ladder, rules, price, -1, slips=True, computed=False)


@step_njit
def last_mark(tape: Tape, cells: Cells, before: float) -> float:
    """The value of a share at the session's end; that of the session before where nothing traded."""
    day = cells.day[0]
    if day.has_event:
        return in_whole_won(cells.rules[0], day.auction, -1)
    if day.last_traded < 0:
        return before
    return in_whole_won(cells.rules[0], tape.close[day.last_traded], -1)


@step_njit
def find_late_sale(tape: Tape, ladder: Record, cells: Cells, session: int, fills: ClockFills) -> None:
    """The first open of the session at which a position that was carried over can be sold."""
    rules, day, bar = cells.rules[0], cells.day[0], cells.bar[0]
    fills.late_order[session], fills.late_price[session] = -1, 0.0
    for row in range(day.first_row, day.end_row):
        if tape.traded[row] and not is_row_locked(tape, day, row, -1):
            read_bar(tape, bar, row)
            fills.late_order[session] = row
            fills.late_price[session] = fill_price(bar, day, ladder, rules, bar.open, -1, slips=True, computed=False)
            return


@step_njit
def careful_sales(
    tape: Tape,
    law: Law,
    cells: Cells,
    points: IntArray,
    index: int,
    session: int,
    bought: int,
    fills: ClockFills,
    prices: FloatArray,
    takes: FloatArray,
    left: BoolArray,
) -> None:
    """Prices of all sales of one purchase where some of them come no later than it.

    prices : float64[point]; takes : float64[point], 1 where there is a trade in the session, else 0; left : bool[point], whether the
        position is carried over; all written
    """
    rules, desk, day = cells.rules[0], cells.desk[0], cells.day[0]
    read_day(tape, law, day, index, session)
    ladder = law.ladders[max(day.ladder, 0)]
    order = purchase_order(tape, cells, points[bought])
    row = auction_fill_row(day) if desk.buy_kind == AT_AUCTION else int(desk.buy_row)
    for point in range(bought + 1, len(points)):
        takes[point], prices[point], left[point] = 1.0, fills.sell_price[session, point], False
        if fills.sell_floor[session, point] <= order:
            place_sale(tape, day, rules, points[point], desk, row)
            if is_same_fill(desk):
                takes[point] = 0.0
            elif desk.sell_kind == CARRIED:
                takes[point], left[point] = 0.0, True
            else:
                prices[point] = sale_price(tape, ladder, cells)
