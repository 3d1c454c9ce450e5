"""Every pair of points of one stock: simulation and figures in one walk, purchase by purchase.

Convention: a trial is a pair; trials stand in order of the purchase, then of the sale. Positions that a session does not sell are carried
lane by lane. `hard` marks trials that lanes cannot walk (a balance too large, a delisting while it is held); their figures are overwritten
by `kernel_walked_trials`.
"""

import math
from typing import NamedTuple

import numpy as np

from bokgi.engine.compiling import kernel_njit, step_njit
from bokgi.engine.kernel_layout import Law, Record, Tape
from bokgi.research.kernel_clock_fills import Cells, ClockFills, careful_sales
from bokgi.research.kernel_clock_lanes import (
    A_WIN,
    LARGEST_BALANCE,
    PARTS,
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
from bokgi.research.kernel_lanes import smaller
from bokgi.units import BoolArray, FloatArray, IntArray, ShortArray

COUNTS, PEAK, DEEPEST, MEAN, PRICES, TAKES, GROSS, MEANT, CASH, SHARES, INVESTED = range(11)
"""Rows of `Lanes.one`: figures of trials, the session's sales, and positions that are carried over."""
ONE_ROWS = 11
RUNNING = 8
"""Running sums of a leaf."""


class Lanes(NamedTuple):
    """Places that a walk works on.

    equity : float64[session + 1, point], at session ends; row 0 is the capital
    returns : float64[session, point]
    one : float64[ONE_ROWS, point]; sums : float64[RUNNING, point]; stack : float64[depth, point]
    hard : bool[point], the lanes of a purchase that cannot be walked here; left : bool[point], positions carried over by the session
    costs : float64[session, point], costs of sessions in which a position is carried; NaN in others, where it was filled before
    """

    equity: FloatArray
    returns: FloatArray
    one: FloatArray
    sums: FloatArray
    stack: FloatArray
    hard: BoolArray
    left: BoolArray
    costs: FloatArray


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
    carried = int(np.int64(0))  # an integer, not the constant 0: one form of each function below is enough
    for session in range(lanes.returns.shape[0]):
        before, after = lanes.equity[session], lanes.equity[session + 1]
        price = fills.buy_price[session, bought] if session < read else 0.0
        is_careful = price > 0.0 and fills.sell_floor[session, first] <= fills.buy_order[session, bought]
        if price > 0.0 and not is_careful and carried == 0:
            inverse = 1.0 / (price * (1e6 + rules.buy_ppm))
            tax, special, sold = fills.tax[session], fills.special[session], fills.sell_price[session]
            trade_lanes(before, after, sold, lanes.one[COUNTS], first, price, inverse, rules.buy_ppm, rules.sell_ppm, tax, special, seed)
        elif session >= read or (price <= 0.0 and carried == 0):
            copy_lanes(before, after, first)
        else:
            if is_careful:
                careful_sales(tape, law, cells, points, index, session, bought, fills, lanes.one[PRICES], lanes.one[TAKES], lanes.left)
            else:
                same_sales(fills.sell_price[session], price, lanes.one[PRICES], lanes.one[TAKES], lanes.left, first)
            some_trades(fills, lanes, session, bought, price, rules, seed)
            carried = carry_lanes(fills, lanes, session, first, price, fills.buy_order[session, bought], rules, seed)
    if carried > 0 and read < rules.sessions:  # delisted while it was held
        for lane in range(first, len(points)):
            lanes.hard[lane] = lanes.hard[lane] or lanes.one[SHARES, lane] > 0.0


@step_njit
def some_trades(fills: ClockFills, lanes: Lanes, session: int, bought: int, price: float, rules: Record, seed: float) -> None:
    """Trades of a session in which some lanes have none, or hold a position that was carried over."""
    before, after, takes, first = lanes.equity[session], lanes.equity[session + 1], lanes.one[TAKES], bought + 1
    for lane in range(first, len(takes)):
        lanes.one[MEANT, lane] = takes[lane]
        if lanes.one[SHARES, lane] > 0.0:
            takes[lane] = 0.0
    if price <= 0.0:
        copy_lanes(before, after, first)
        return
    inverse, tax, special = 1.0 / (price * (1e6 + rules.buy_ppm)), fills.tax[session], fills.special[session]
    sold, counts = lanes.one[PRICES], lanes.one[COUNTS]
    trade_some_lanes(before, after, sold, takes, counts, first, price, inverse, rules.buy_ppm, rules.sell_ppm, tax, special, seed)


@step_njit
def same_sales(sold: FloatArray, price: float, prices: FloatArray, takes: FloatArray, left: BoolArray, first: int) -> None:
    """Every lane sells as the session says; without a purchase none does."""
    for lane in range(first, len(sold)):
        prices[lane], takes[lane], left[lane] = sold[lane], 1.0 if price > 0.0 else 0.0, False


@step_njit
def carry_lanes(fills: ClockFills, lanes: Lanes, session: int, first: int, price: float, order: int, rules: Record, seed: float) -> int:
    """Lanes whose position is carried over, out of this session or into it; returns how many hold one at its end."""
    one, carried = lanes.one, 0
    for lane in range(first, one.shape[1]):
        was_held, leaves = one[SHARES, lane] > 0.0, price > 0.0 and lanes.left[lane]
        if was_held or leaves:
            cash = one[CASH, lane] if was_held else lanes.equity[session, lane]
            costs, may_buy = 0.0, price > 0.0
            if was_held and fills.late_order[session] >= 0:
                cash, costs = late_sale(fills, one, session, lane, cash, rules)
                may_buy = may_buy and fills.late_order[session] <= order
            if may_buy and one[SHARES, lane] == 0.0:
                cash, costs = late_trade(fills, one, session, lane, cash, costs, price, leaves, rules, seed)
            one[CASH, lane], lanes.costs[session, lane] = cash, costs
            lanes.equity[session + 1, lane] = cash + one[SHARES, lane] * fills.mark[session]
            carried += one[SHARES, lane] > 0.0
    return carried


@step_njit
def cut_off(amount: float, ppm: float) -> float:
    """Whole won of a share of an amount."""
    return float(np.floor((amount * ppm + 0.5) * PARTS))


@step_njit
def sale_costs(fills: ClockFills, session: int, got: float, rules: Record) -> float:
    """Commission and taxes of a sale."""
    return cut_off(got, rules.sell_ppm) + cut_off(got, fills.tax[session]) + cut_off(got, fills.special[session])


@step_njit
def late_sale(fills: ClockFills, one: FloatArray, session: int, lane: int, cash: float, rules: Record) -> tuple[float, float]:
    """Sell what was carried over; cash and costs after it."""
    got = one[SHARES, lane] * fills.late_price[session]
    costs = sale_costs(fills, session, got, rules)
    one[COUNTS, lane] += 1.0 + (A_WIN if got - costs > one[INVESTED, lane] else 0.0)
    one[SHARES, lane] = 0.0
    return cash + (got - costs), costs


@step_njit
def late_trade(
    fills: ClockFills,
    one: FloatArray,
    session: int,
    lane: int,
    cash: float,
    costs: float,
    price: float,
    leaves: bool,
    rules: Record,
    seed: float,
) -> tuple[float, float]:
    """The session's own purchase, with its sale where that is made; cash and costs after it."""
    shares = np.floor((smaller(seed, cash) * 1e6 + 999_999.5) * (1.0 / (price * (1e6 + rules.buy_ppm))))
    if shares <= 0.0 or not (leaves or one[MEANT, lane] > 0.0):
        return cash, costs
    paid = shares * price
    fee = cut_off(paid, rules.buy_ppm)
    if leaves:
        one[SHARES, lane], one[INVESTED, lane] = shares, paid + fee
        return cash - (paid + fee), costs + fee
    got = shares * one[PRICES, lane]
    taken = sale_costs(fills, session, got, rules)
    one[COUNTS, lane] += 1.0 + (A_WIN if got - taken > paid + fee else 0.0)
    return cash + (got - paid - fee - taken), costs + fee + taken


@step_njit
def begin_lanes(lanes: Lanes, first: int, capital: float) -> None:
    """Accounts before the first session."""
    for lane in range(first, lanes.equity.shape[1]):
        lanes.equity[0, lane] = lanes.one[PEAK, lane] = capital
        lanes.one[COUNTS, lane] = lanes.one[SHARES, lane] = 0.0
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
        for session in range(lanes.returns.shape[0]):
            for lane in range(first, len(points)):
                lanes.costs[session, lane] = math.nan
        walk_purchase(tape, law, cells, points, index, read, fills, lanes, bought)
        for session in range(lanes.returns.shape[0]):
            price = fills.buy_price[session, bought] if session < read else 0.0
            write_gross(tape, law, cells, points, index, session, bought, price, fills, lanes)
            for lane in range(first, len(points)):
                trial, costs = place + lane - first, lanes.costs[session, lane]
                won = lanes.equity[session + 1, lane] - lanes.equity[session, lane]
                net[trial, session] = won / capital
                gross[trial, session] = (won + costs if costs == costs else lanes.one[GROSS, lane]) / capital  # noqa: PLR0124  # NaN differs
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
        careful_sales(tape, law, cells, points, index, session, bought, fills, sold, takes, lanes.left)
    seed = rules.capital if rules.seed_capped else math.inf
    gross_lanes(lanes.equity[session], sold, takes, gross, first, price, 1.0 / (price * (1e6 + rules.buy_ppm)), seed)
