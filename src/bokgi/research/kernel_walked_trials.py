"""Trials walked by the engine itself, one after the other: pairs that lanes cannot walk, and markets without whole won.

Convention: the books belong to one instrument at a time. Desks and accounts come zeroed, one a trial.
"""

import math

from bokgi.engine.compiling import kernel_njit, lanes_njit, step_njit
from bokgi.engine.kernel_accounts import walk_account
from bokgi.engine.kernel_layout import Books, Law, RecordArray, Scratch, Signals, Tape
from bokgi.research.kernel_clock_trials import Figures, Order, regular_part
from bokgi.research.kernel_lanes import larger, smaller
from bokgi.units import FloatArray, IntArray

RUNNING = 8


@kernel_njit
def walk_clock_trials(
    tape: Tape,
    law: Law,
    rules_cell: RecordArray,
    wish_cell: RecordArray,
    signals: Signals,
    books: Books,
    scratch: Scratch,
    index: int,
    minutes: IntArray,
    trials: IntArray,
    curves: FloatArray,
    costs: FloatArray,
    counts: IntArray,
) -> None:
    """Walk pairs of minutes on one instrument.

    minutes : int64[2, walk], bought and sold; trials : int64[walk], desk of each
    curves, costs : float64[walk, session], equity at session ends and costs paid; counts : int64[2, walk], trades closed and won
    """
    for walk in range(len(trials)):
        wish = wish_cell[0]
        wish.buy_minute, wish.sell_minute = minutes[0, walk], minutes[1, walk]
        books.made[0] = 0
        desk, account = scratch.desks[trials[walk]], scratch.accounts[trials[walk]]
        walk_account(
            tape,
            law,
            rules_cell[0],
            wish,
            signals,
            books,
            desk,
            account,
            scratch.bars[0],
            scratch.days[0],
            books.lines[0],
            scratch.curve,
            index,
        )
        for session in range(curves.shape[1]):
            curves[walk, session] = books.by_session[index, session]
            costs[walk, session] = 0.0
        counts[0, walk], counts[1, walk] = count_trades(books.trades, 0, books.made[0], costs[walk])


@kernel_njit
def count_trades(trades: RecordArray, first: int, end: int, costs: FloatArray) -> tuple[int, int]:
    """Trades closed and won; what they cost is added to the sessions in which it was paid."""
    closed, won = 0, 0
    for place in range(first, end):
        trade = trades[place]
        costs[trade.buy_session] += trade.buy_commission
        if trade.sell_session >= 0:
            closed += 1
            won += trade.profit > 0.0
            costs[trade.sell_session] += trade.sell_commission + trade.transaction_tax + trade.special_tax
    return closed, won


@kernel_njit
def curve_figures(
    curves: FloatArray, capital: float, order: Order, places: IntArray, counts: IntArray, scratch: FloatArray, figures: Figures
) -> None:
    """Figures of curves of equity at session ends.

    curves : float64[walk, session]; places : int64[walk], trial of each; counts : int64[2, walk], trades closed and won
    scratch : float64[session], overwritten
    """
    for walk in range(len(places)):
        write_curve_figures(curves[walk], capital, order, places[walk], counts[0, walk], counts[1, walk], scratch, figures)


@step_njit
def write_curve_figures(
    curve: FloatArray, capital: float, order: Order, trial: int, closed: int, won: int, returns: FloatArray, figures: Figures
) -> None:
    """Figures of one curve; its returns are left in `returns`."""
    sessions = len(curve)
    curve_returns(curve, capital, returns)
    figures.balance[trial] = curve[sessions - 1]
    figures.trades[trial], figures.wins[trial] = closed, won
    mean = ordered_sum(returns, order) / sessions
    square_distances(returns, mean)
    figures.mean[trial] = mean
    figures.deviation[trial] = math.sqrt(ordered_sum(returns, order) / (sessions - 1)) if sessions > 1 else math.nan
    figures.drawdown[trial] = deepest_fall(curve, capital)
    figures.hard[trial] = False


@lanes_njit
def curve_returns(curve: FloatArray, capital: float, returns: FloatArray) -> None:
    """Return of each session, the first against the capital."""
    returns[0] = curve[0] / capital - 1.0
    before, after, into = curve[:-1], curve[1:], returns[1:]
    for session in range(len(into)):
        into[session] = after[session] / before[session] - 1.0


@lanes_njit
def square_distances(returns: FloatArray, mean: float) -> None:
    """Squared distances from the mean, in their place."""
    for session in range(len(returns)):
        distance = returns[session] - mean
        returns[session] = distance * distance


@step_njit
def ordered_sum(values: FloatArray, order: Order) -> float:
    """The sum in NumPy's order.

    Halves of a long row are folded without a stack of their own: a row of up to 1,024 leaves waits in these few numbers.
    """
    one = two = three = four = five = six = seven = eight = 0.0
    top = 0
    for leaf in range(len(order.starts)):
        total = leaf_sum(values, order.starts[leaf], order.ends[leaf])
        for _ in range(order.merges[leaf]):
            below = one if top == 1 else two if top == 2 else three if top == 3 else four if top == 4 else five
            below = six if top == 6 else seven if top == 7 else eight if top == 8 else below
            total = below + total
            top -= 1
        top += 1
        if top == 1:
            one = total
        elif top == 2:
            two = total
        elif top == 3:
            three = total
        elif top == 4:
            four = total
        elif top == 5:
            five = total
        elif top == 6:
            six = total
        elif top == 7:
            seven = total
        else:
            eight = total
    return one


@step_njit
def leaf_sum(values: FloatArray, start: int, end: int) -> float:
    """The sum of one leaf."""
    count = regular_part(end - start)
    total = 0.0
    if count > 0:
        one, two, three, four = values[start:], values[start + 1 :], values[start + 2 :], values[start + 3 :]
        five, six, seven, eight = values[start + 4 :], values[start + 5 :], values[start + 6 :], values[start + 7 :]
        a = b = c = d = e = f = g = h = 0.0
        for place in range(0, count, RUNNING):
            a, b, c, d = a + one[place], b + two[place], c + three[place], d + four[place]
            e, f, g, h = e + five[place], f + six[place], g + seven[place], h + eight[place]
        total = ((a + b) + (c + d)) + ((e + f) + (g + h))
    for place in range(start + count, end):
        total += values[place]
    return total


@lanes_njit
def deepest_fall(curve: FloatArray, capital: float) -> float:
    """Deepest fall from the peak so far, the capital being the first. The quotient is taken once a peak: its lowest gives the deepest.

    Eight sessions that are no peak are looked at together.
    """
    peak, lowest, deepest = capital, capital, 1.0
    count, session = len(curve), 0
    one, two, three, four = curve, curve[1:], curve[2:], curve[3:]
    five, six, seven, eight = curve[4:], curve[5:], curve[6:], curve[7:]
    while session < count:
        stop = min(session + RUNNING, count)
        if stop - session == RUNNING:
            a, b, c, d = one[session], two[session], three[session], four[session]
            e, f, g, h = five[session], six[session], seven[session], eight[session]
            if larger(larger(larger(a, b), larger(c, d)), larger(larger(e, f), larger(g, h))) <= peak:
                lowest = smaller(lowest, smaller(smaller(smaller(a, b), smaller(c, d)), smaller(smaller(e, f), smaller(g, h))))
                session = stop
                continue
        for place in range(session, stop):
            equity = curve[place]
            if equity > peak:
                deepest = min(deepest, lowest / peak)
                peak = lowest = equity
            elif equity < lowest:
                lowest = equity
        session = stop
    return min(deepest, lowest / peak) - 1.0
