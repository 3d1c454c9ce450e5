"""Every pair of points of one stock: simulation and figures in one walk, purchase by purchase.

Convention: a trial is a pair; trials stand in order of the purchase, then of the sale. `hard` marks those that the lanes cannot walk (a
position carried over, a balance too large); their figures are overwritten by `kernel_walked_trials`.
"""

import math
from typing import NamedTuple

from bokgi.engine.compiling import kernel_njit, step_njit
from bokgi.engine.kernel_layout import Law, Tape
from bokgi.research.kernel_clock_fills import Cells, ClockFills, careful_sales
from bokgi.research.kernel_clock_lanes import (
    A_WIN,
    LARGEST_BALANCE,
    add_lanes,
    clear_rows,
    copy_lanes,
    fall_lanes,
    folded_rows,
    gross_lanes,
    return_lanes,
    square_lanes,
    trade_lanes,
    trade_some_lanes,
)
from bokgi.units import BoolArray, FloatArray, IntArray, ShortArray

COUNTS, PEAK, DEEPEST, MEAN, PRICES, TAKES, GROSS = range(7)
"""Rows of `Lanes.one`."""
ONE_ROWS = 7
RUNNING = 8
"""Running sums of a leaf."""


class Lanes(NamedTuple):
    """Places that a walk works on.

    equity : float64[session + 1, point], at session ends; row 0 is the capital
    returns : float64[session, point]
    one : float64[ONE_ROWS, point]; sums : float64[RUNNING, point]; stack : float64[depth, point]
    hard : bool[point], the lanes of a purchase that cannot be walked here
    """

    equity: FloatArray
    returns: FloatArray
    one: FloatArray
    sums: FloatArray
    stack: FloatArray
    hard: BoolArray


class Order(NamedTuple):
    """Leaves of the sums over all sessions, see `pairwise`."""

    starts: IntArray
    ends: IntArray
    merges: IntArray


class Figures(NamedTuple):
    """What is kept of trials: float64[trial], trades and wins int32[trial]; hard : bool[trial]"""

    balance: FloatArray
    trades: ShortArray
    wins: ShortArray
    mean: FloatArray
    deviation: FloatArray
    drawdown: FloatArray
    hard: BoolArray


@kernel_njit
def clock_trials(
    tape: Tape,
    law: Law,
    cells: Cells,
    points: IntArray,
    index: int,
    read: int,
    fills: ClockFills,
    lanes: Lanes,
    order: Order,
    figures: Figures,
    first_bought: int,
    end_bought: int,
) -> None:
    """Figures of all trials of the purchases [first_bought, end_bought); `read` sessions have bars to read."""
    place = first_place(len(points), first_bought)
    for bought in range(first_bought, end_bought):
        walk_purchase(tape, law, cells, points, index, read, fills, lanes, bought)
        add_returns(lanes, order, bought + 1)
        write_figures(lanes, order, figures, place, bought + 1)
        place += len(points) - bought - 1


@step_njit
def first_place(count: int, bought: int) -> int:
    """The place of the first trial of a purchase."""
    return bought * count - bought * (bought + 1) // 2


@step_njit
def walk_purchase(
    tape: Tape,
    law: Law,
    cells: Cells,
    points: IntArray,
    index: int,
    read: int,
    fills: ClockFills,
    lanes: Lanes,
    bought: int,
) -> None:
    """Equity at all session ends of all sales of one purchase."""
    rules = cells.rules[0]
    first = bought + 1
    begin_lanes(lanes, first, rules.capital)
    for lane in range(first, len(points)):
        lanes.hard[lane] = rules.capital > LARGEST_BALANCE
    seed = rules.capital if rules.seed_capped else math.inf
    for session in range(lanes.returns.shape[0]):
        before, after = lanes.equity[session], lanes.equity[session + 1]
        price = fills.buy_price[session, bought] if session < read else 0.0
        if price <= 0.0:
            copy_lanes(before, after, first)
            continue
        inverse = 1.0 / (price * (1e6 + rules.buy_ppm))
        tax, special = fills.tax[session], fills.special[session]
        if fills.sell_floor[session, first] > fills.buy_order[session, bought]:
            sold = fills.sell_price[session]
            trade_lanes(before, after, sold, lanes.one[COUNTS], first, price, inverse, rules.buy_ppm, rules.sell_ppm, tax, special, seed)
        else:
            sold, takes = lanes.one[PRICES], lanes.one[TAKES]
            careful_sales(tape, law, cells, points, index, session, bought, fills, sold, takes, lanes.hard)
            trade_some_lanes(
                before, after, sold, takes, lanes.one[COUNTS], first, price, inverse, rules.buy_ppm, rules.sell_ppm, tax, special, seed
            )


@step_njit
def begin_lanes(lanes: Lanes, first: int, capital: float) -> None:
    """Accounts before the first session."""
    for lane in range(first, lanes.equity.shape[1]):
        lanes.equity[0, lane] = lanes.one[PEAK, lane] = capital
        lanes.one[COUNTS, lane] = 0.0
        lanes.one[DEEPEST, lane] = 1.0


@step_njit
def add_returns(lanes: Lanes, order: Order, first: int) -> None:
    """Session returns, their sum (left on the stack) and the falls from the peak."""
    top = 0
    for leaf in range(len(order.starts)):
        start, end = order.starts[leaf], order.ends[leaf]
        regular = start + regular_part(end - start)
        begin_leaf(lanes, regular > start, top, first)
        for session in range(start, end):
            into = lanes.sums[(session - start) % RUNNING] if session < regular else lanes.stack[top]
            if session == regular and regular > start:
                folded_rows(lanes.sums, lanes.stack[top], first)
            return_lanes(lanes.equity[session], lanes.equity[session + 1], lanes.returns[session], into, first)
            fall_lanes(lanes.equity[session + 1], lanes.one[PEAK], lanes.one[DEEPEST], first)
        if regular == end:
            folded_rows(lanes.sums, lanes.stack[top], first)
        top = merged(lanes.stack, top, order.merges[leaf], first)


@step_njit
def add_squares(lanes: Lanes, order: Order, first: int) -> None:
    """The sum of squared distances from the mean, left on the stack."""
    top = 0
    for leaf in range(len(order.starts)):
        start, end = order.starts[leaf], order.ends[leaf]
        regular = start + regular_part(end - start)
        begin_leaf(lanes, regular > start, top, first)
        for session in range(start, end):
            into = lanes.sums[(session - start) % RUNNING] if session < regular else lanes.stack[top]
            if session == regular and regular > start:
                folded_rows(lanes.sums, lanes.stack[top], first)
            square_lanes(lanes.returns[session], lanes.one[MEAN], into, first)
        if regular == end:
            folded_rows(lanes.sums, lanes.stack[top], first)
        top = merged(lanes.stack, top, order.merges[leaf], first)


@step_njit
def regular_part(count: int) -> int:
    """How many numbers of a leaf go through the eight running sums."""
    return count - count % RUNNING if count >= RUNNING else 0


@step_njit
def begin_leaf(lanes: Lanes, has_regular: bool, top: int, first: int) -> None:
    """Clear what a leaf adds into."""
    if has_regular:
        clear_rows(lanes.sums, first)
    else:
        clear_rows(lanes.stack[top : top + 1], first)


@step_njit
def merged(stack: FloatArray, top: int, times: int, first: int) -> int:
    """Fold the two topmost sums so many times; the place of the next one."""
    top += 1
    for _ in range(times):
        add_lanes(stack[top - 2], stack[top - 1], first)
        top -= 1
    return top


@step_njit
def write_figures(lanes: Lanes, order: Order, figures: Figures, place: int, first: int) -> None:
    """Figures of the trials of one purchase, from the sum of returns on the stack."""
    sessions, count = lanes.returns.shape
    for lane in range(first, count):
        lanes.one[MEAN, lane] = lanes.stack[0, lane] / sessions
    add_squares(lanes, order, first)
    for lane in range(first, count):
        trial = place + lane - first
        counted = int(lanes.one[COUNTS, lane])
        figures.balance[trial] = lanes.equity[sessions, lane]
        figures.trades[trial], figures.wins[trial] = counted % int(A_WIN), counted // int(A_WIN)
        figures.mean[trial] = lanes.one[MEAN, lane]
        figures.deviation[trial] = math.sqrt(lanes.stack[0, lane] / (sessions - 1)) if sessions > 1 else math.nan
        figures.drawdown[trial] = lanes.one[DEEPEST, lane] - 1.0
        figures.hard[trial] = lanes.hard[lane] or lanes.one[PEAK, lane] > LARGEST_BALANCE


@kernel_njit
def clock_returns(
    tape: Tape,
    law: Law,
    cells: Cells,
    points: IntArray,
    index: int,
    read: int,
    fills: ClockFills,
    lanes: Lanes,
    net: FloatArray,
    gross: FloatArray,
    first_bought: int,
    end_bought: int,
) -> None:
    """Net and gross won of each session over the capital: float64[trial, session], from the first trial of `first_bought` on."""
    capital = cells.rules[0].capital
    place = 0
    for bought in range(first_bought, end_bought):
        first = bought + 1
        walk_purchase(tape, law, cells, points, index, read, fills, lanes, bought)
        for session in range(lanes.returns.shape[0]):
            price = fills.buy_price[session, bought] if session < read else 0.0
            write_gross(tape, law, cells, points, index, session, bought, price, fills, lanes)
            for lane in range(first, len(points)):
                trial = place + lane - first
                net[trial, session] = (lanes.equity[session + 1, lane] - lanes.equity[session, lane]) / capital
                gross[trial, session] = lanes.one[GROSS, lane] / capital
        place += len(points) - first


@step_njit
def write_gross(
    tape: Tape,
    law: Law,
    cells: Cells,
    points: IntArray,
    index: int,
    session: int,
    bought: int,
    price: float,
    fills: ClockFills,
    lanes: Lanes,
) -> None:
    """Won before costs in one session, lane by lane."""
    rules, first = cells.rules[0], bought + 1
    gross, sold, takes = lanes.one[GROSS], lanes.one[PRICES], lanes.one[TAKES]
    if price <= 0.0:
        for lane in range(first, len(points)):
            gross[lane] = 0.0
        return
    if fills.sell_floor[session, first] > fills.buy_order[session, bought]:
        for lane in range(first, len(points)):
            takes[lane], sold[lane] = 1.0, fills.sell_price[session, lane]
    else:
        careful_sales(tape, law, cells, points, index, session, bought, fills, sold, takes, lanes.hard)
    seed = rules.capital if rules.seed_capped else math.inf
    gross_lanes(lanes.equity[session], sold, takes, gross, first, price, 1.0 / (price * (1e6 + rules.buy_ppm)), seed)
