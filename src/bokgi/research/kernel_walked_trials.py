"""Trials walked by the engine itself, one after the other: pairs that lanes cannot walk, and markets without whole won.

Convention: the books belong to one instrument at a time. Desks and accounts come zeroed, one a trial.
"""

import math

from bokgi.engine.compiling import kernel_njit, lanes_njit, step_njit
from bokgi.engine.kernel_accounts import walk_account
from bokgi.engine.kernel_layout import Books, Law, RecordArray, Scratch, Signals, Tape
from bokgi.research.kernel_clock_trials import Figures, Order, regular_part
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
def curve_figures(curves: FloatArray, capital: float, order: Order, places: IntArray, counts: IntArray, figures: Figures) -> None:
    """Figures of curves of equity at session ends.

    curves : float64[walk, session]; places : int64[walk], trial of each; counts : int64[2, walk], trades closed and won
    """
    sessions = curves.shape[1]
    for walk in range(len(places)):
        curve, trial = curves[walk], places[walk]
        figures.balance[trial] = curve[sessions - 1]
        figures.trades[trial], figures.wins[trial] = counts[0, walk], counts[1, walk]
        figures.mean[trial] = curve_sum(curve, capital, order, math.nan) / sessions
        squares = curve_sum(curve, capital, order, figures.mean[trial])
        figures.deviation[trial] = math.sqrt(squares / (sessions - 1)) if sessions > 1 else math.nan
        figures.drawdown[trial] = deepest_fall(curve, capital)
        figures.hard[trial] = False


@step_njit
def curve_sum(curve: FloatArray, capital: float, order: Order, mean: float) -> float:
    """Sum of the session returns, or, where a mean is given, of their squared distances from it; in NumPy's order.

    Halves of a long row are folded without a stack: sums of leaves wait in place, and there are at most three of them.
    """
    one, two, three, four, top = 0.0, 0.0, 0.0, 0.0, 0
    for leaf in range(len(order.starts)):
        total = leaf_sum(curve, capital, order.starts[leaf], order.ends[leaf], mean)
        for _ in range(order.merges[leaf]):
            total = (one if top == 1 else two if top == 2 else three if top == 3 else four) + total
            top -= 1
        top += 1
        if top == 1:
            one = total
        elif top == 2:
            two = total
        elif top == 3:
            three = total
        else:
            four = total
    return one


@step_njit
def leaf_sum(curve: FloatArray, capital: float, start: int, end: int, mean: float) -> float:
    """The sum of one leaf."""
    regular = start + regular_part(end - start)
    total = 0.0
    if regular > start:
        a, b, c, d, e, f, g, h = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for session in range(start, regular, RUNNING):
            a += summand(curve, capital, session, mean)
            b += summand(curve, capital, session + 1, mean)
            c += summand(curve, capital, session + 2, mean)
            d += summand(curve, capital, session + 3, mean)
            e += summand(curve, capital, session + 4, mean)
            f += summand(curve, capital, session + 5, mean)
            g += summand(curve, capital, session + 6, mean)
            h += summand(curve, capital, session + 7, mean)
        total = ((a + b) + (c + d)) + ((e + f) + (g + h))
    for session in range(regular, end):
        total += summand(curve, capital, session, mean)
    return total


@lanes_njit
def summand(curve: FloatArray, capital: float, session: int, mean: float) -> float:
    """Return of a session, or its squared distance from the mean."""
    change = float(curve[session] / (curve[session - 1] if session > 0 else capital) - 1.0)
    if mean != mean:  # noqa: PLR0124  # NaN: there is none
        return change
    return (change - mean) * (change - mean)


@lanes_njit
def deepest_fall(curve: FloatArray, capital: float) -> float:
    """Deepest fall from the peak so far, the capital being the first."""
    peak, deepest = capital, 1.0
    for session in range(len(curve)):
        peak = max(peak, curve[session])
        deepest = min(deepest, curve[session] / peak)
    return deepest - 1.0
