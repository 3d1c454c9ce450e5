"""Crosses of two simple averages on one stock: signals, simulation and figures of each pair of periods in one walk.

Convention: the arithmetic is that of `signal_kernels` and the fills are the engine's own, so a trial is the backtest of its periods, to the
bit. For panels whose auctions are bars, without exit rules, long only.
"""

from typing import NamedTuple

from bokgi.engine.compiling import kernel_njit, lanes_njit, step_njit
from bokgi.engine.kernel_fills import sell_on_bar
from bokgi.engine.kernel_layout import Law, Record, RecordArray, Tape
from bokgi.engine.kernel_signals import signal_purchase
from bokgi.engine.kernel_steps import begin_desk, finish, read_bar, read_day
from bokgi.orders.reasons import Sale
from bokgi.research.kernel_clock_trials import Figures, Order
from bokgi.research.kernel_walked_trials import write_curve_figures
from bokgi.units import FloatArray, IntArray

CLOSED, WON, COSTS = range(3)
"""Places of `counted`."""
SIGNAL_SALE = int(Sale.SIGNAL)


class Bars(NamedTuple):
    """The traded bars of a stock in order, read once for all trials.

    bars, days : records, one a bar and one a session; session_of : int64[bar]
    close : float64[bar]; marks : float64[session], price of a position at session ends
    desk : the only record, as it is before the first bar; ladders : as in `Law`
    """

    bars: RecordArray
    days: RecordArray
    session_of: IntArray
    close: FloatArray
    marks: FloatArray
    desk: RecordArray
    ladders: RecordArray


class Averages(NamedTuple):
    """Sums that pairs share, and what the pair at hand makes of them.

    sums : float64[slot, bar], running sums of one period each, the last slot for fast ones; periods : int64[slot], of which, 0 of none
    gaps : float64[bar], above 0 where the fast average is above the slow one
    """

    sums: FloatArray
    periods: IntArray
    gaps: FloatArray


@kernel_njit
def read_bars(
    tape: Tape,
    law: Law,
    rules_cell: RecordArray,
    wish_cell: RecordArray,
    rows: IntArray,
    desk: RecordArray,
    bars: RecordArray,
    days: RecordArray,
) -> None:
    """Read the bars in these rows, and every session; prepare the desk, which comes zeroed."""
    begin_desk(tape, law, rules_cell[0], wish_cell[0], desk[0], 0)
    for place in range(len(rows)):
        read_bar(tape, bars[place], rows[place])
    for session in range(len(days)):
        read_day(tape, law, days[session], 0, session)


@kernel_njit
def cross_trials(
    stock: Bars,
    rules_cell: RecordArray,
    desks: RecordArray,
    accounts: RecordArray,
    averages: Averages,
    periods: IntArray,
    first: int,
    end: int,
    curves: FloatArray,
    costs: FloatArray,
    scratch: FloatArray,
    counted: FloatArray,
    order: Order,
    figures: Figures,
) -> None:
    """Walk the pairs [first, end) of periods.

    desks, accounts : one a trial, as they are before the first bar; periods : int64[2, trial], fast and slow
    curves, costs : float64[trial, session], written where they have as many rows as trials, else their only row is overwritten
    scratch : float64[session], and counted : float64[3], overwritten
    """
    keeps = len(curves) > 1
    for trial in range(first, end):
        row = trial - first if keeps else 0
        curve, paid = curves[row], costs[row]
        for session in range(len(curve)):
            paid[session] = 0.0
        counted[CLOSED] = counted[WON] = 0.0
        rules, slow = rules_cell[0], periods[1, trial]
        find_gaps(stock.close, averages, periods[0, trial], slow)
        walk_cross(stock, rules, desks[trial - first], accounts[trial - first], averages.gaps, slow, curve, paid, counted)
        write_curve_figures(curve, rules.capital, order, trial, int(counted[CLOSED]), int(counted[WON]), scratch, figures)


@step_njit
def walk_cross(
    stock: Bars,
    rules: Record,
    desk: Record,
    account: Record,
    gaps: FloatArray,
    slow: int,
    curve: FloatArray,
    paid: FloatArray,
    counted: FloatArray,
) -> None:
    """One pair of periods, from fill to fill: between them a position is only marked."""
    count, session, place, waits = len(gaps), 0, slow, False
    while place < count:
        if waits:
            here = stock.session_of[place]
            session = mark_sessions(curve, stock.marks, session, here, account.cash, desk.shares)
            fill(stock.bars[place], stock.days[here], stock.ladders, rules, desk, account)
            count_fill(desk, here, paid, counted)
            waits = bool(desk.exiting)
        else:
            place = falls_at(gaps, place) if desk.shares != 0.0 else rises_at(gaps, place)
            if place >= count:
                break
        if desk.shares != 0.0:
            if gaps[place] < 0.0 and gaps[place - 1] >= 0.0:
                desk.exiting = waits = True
        elif gaps[place] > 0.0 and gaps[place - 1] <= 0.0:
            desk.entering, waits = 1, True
        place += 1
    if count > 0:
        last = stock.session_of[count - 1]
        session = mark_sessions(curve, stock.marks, session, last, account.cash, desk.shares)
        finish(stock.bars[count - 1], stock.days[last], rules, desk, account)
        count_fill(desk, last, paid, counted)
    mark_sessions(curve, stock.marks, session, len(curve), account.cash, desk.shares)


@step_njit
def fill(bar: Record, day: Record, ladders: RecordArray, rules: Record, desk: Record, account: Record) -> None:
    """The order that waits for this open."""
    ladder = ladders[max(day.ladder, 0)]
    if desk.shares != 0.0:
        sell_on_bar(bar, day, ladder, rules, desk, account, bar.open, SIGNAL_SALE, computed=False, at_close=False)
    else:
        signal_purchase(bar, day, ladder, rules, desk, account)


@step_njit
def mark_sessions(curve: FloatArray, marks: FloatArray, session: int, end: int, cash: float, shares: float) -> int:
    """Equity at the ends of the sessions [session, end); gives the first that is still to be written."""
    if shares == 0.0:
        for place in range(session, end):
            curve[place] = cash
    else:
        for place in range(session, end):
            curve[place] = cash + shares * marks[place]
    return max(session, end)


@step_njit
def rises_at(gaps: FloatArray, place: int) -> int:
    """The next bar, from `place` on, with a gap above 0 after one that was not; without one the number of bars."""
    count = len(gaps)
    if gaps[place - 1] > 0.0:
        while place < count and gaps[place] > 0.0:
            place += 1
    while place < count and gaps[place] <= 0.0:
        place += 1
    return place


@step_njit
def falls_at(gaps: FloatArray, place: int) -> int:
    """The next bar, from `place` on, with a gap below 0 after one that was not; without one the number of bars."""
    count = len(gaps)
    if gaps[place - 1] < 0.0:
        while place < count and gaps[place] < 0.0:
            place += 1
    while place < count and gaps[place] >= 0.0:
        place += 1
    return place


@step_njit
def find_gaps(close: FloatArray, averages: Averages, fast: int, slow: int) -> None:
    """Gaps of a pair from the bar on that completes the slow average; those before are left as they are."""
    last = len(averages.periods) - 1
    slot = slow % last
    hold_sums(close, slow, averages.sums[slot], averages.periods, slot)
    hold_sums(close, fast, averages.sums[last], averages.periods, last)
    start = min(slow - 1, len(close))
    subtract(averages.sums[last, start:], averages.sums[slot, start:], float(fast), float(slow), averages.gaps[start:])


@step_njit
def hold_sums(close: FloatArray, period: int, row: FloatArray, periods: IntArray, slot: int) -> None:
    """Running sums of the last `period` closes in a slot of the table, computed where the slot holds those of another period."""
    if periods[slot] != period:
        periods[slot] = period
        total, first = 0.0, min(period, len(close))
        for place in range(first):
            total += close[place]
            row[place] = total
        fresh, tail, into = close[first:], close, row[first:]
        for place in range(len(fresh)):
            total += fresh[place] - tail[place]
            into[place] = total


@lanes_njit
def subtract(fast_sums: FloatArray, slow_sums: FloatArray, fast: float, slow: float, gaps: FloatArray) -> None:
    """Difference of the averages, times both periods: its sign is that of the comparison that signals make."""
    for place in range(len(gaps)):
        gaps[place] = fast_sums[place] * slow - slow_sums[place] * fast


@step_njit
def count_fill(desk: Record, session: int, paid: FloatArray, counted: FloatArray) -> None:
    """Count a sale that was made, and what a fill of this session cost."""
    if desk.sold:
        desk.sold = False
        counted[CLOSED] += 1.0
        counted[WON] += 1.0 if desk.profit > 0.0 else 0.0
        paid[session] += desk.sell_commission + desk.tax + desk.special
    if desk.shares != 0.0 and desk.bought_session == session and desk.bars == 0:
        desk.bars = 1
        paid[session] += desk.commission
