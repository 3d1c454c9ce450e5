"""Where each point of a stock's day is bought and sold, asked of the engine's own steps once, for all pairs of points.

Convention: an order key is the row of a fill, or `AFTER_ALL` for an auction that is no bar; a sale that is carried over has the key -1, a
purchase that is not made the price 0. A sale does not depend on its purchase as long as its row comes after the purchase's; where it does
not, `careful_sales` asks the engine for that pair alone.
"""

from typing import NamedTuple

from bokgi.engine.compiling import kernel_njit, step_njit
from bokgi.engine.kernel_clock import is_same_fill, place_purchase, place_sale
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
    """

    buy_price: FloatArray
    buy_order: IntArray
    sell_price: FloatArray
    sell_order: IntArray
    sell_floor: IntArray
    tax: FloatArray
    special: FloatArray


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
    count = len(points)
    for session in range(sessions):
        read_day(tape, law, day, index, session)
        ladder = law.ladders[max(day.ladder, 0)]
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
    hard: BoolArray,
) -> None:
    """Prices of all sales of one purchase where some of them come no later than it.

    prices : float64[point], written; takes : float64[point], 1 where there is a trade, else 0
    hard : bool[point], set where the position is carried over: such a pair is walked by the engine
    """
    rules, desk, day = cells.rules[0], cells.desk[0], cells.day[0]
    read_day(tape, law, day, index, session)
    ladder = law.ladders[max(day.ladder, 0)]
    order = purchase_order(tape, cells, points[bought])
    row = auction_fill_row(day) if desk.buy_kind == AT_AUCTION else int(desk.buy_row)
    for point in range(bought + 1, len(points)):
        takes[point], prices[point] = 1.0, fills.sell_price[session, point]
        if fills.sell_floor[session, point] <= order:
            place_sale(tape, day, rules, points[point], desk, row)
            if is_same_fill(desk):
                takes[point] = 0.0
            elif desk.sell_kind == CARRIED:
                takes[point], hard[point] = 0.0, True
            else:
                prices[point] = sale_price(tape, ladder, cells)
