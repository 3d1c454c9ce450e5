"""Crosses of two simple averages on one stock: signals, simulation and figures of each pair of periods in one walk.

Convention: the arithmetic is that of `signal_kernels` and the fills are the engine's own, so a trial is the backtest of its periods, to the
bit. For panels whose auctions are bars, without exit rules, long only.
"""

import math

from bokgi.engine.compiling import kernel_njit, step_njit
from bokgi.engine.kernel_fast import fill_waiting
from bokgi.engine.kernel_layout import Law, Record, RecordArray, Tape
from bokgi.engine.kernel_steps import begin_desk, finish, read_bar, read_day
from bokgi.research.kernel_clock_trials import Figures, Order
from bokgi.research.kernel_walked_trials import write_curve_figures
from bokgi.units import FloatArray, IntArray

CLOSED, WON, COSTS = range(3)
"""Places of `counted`."""


@kernel_njit
def cross_trials(
    tape: Tape,
    law: Law,
    rules_cell: RecordArray,
    wish_cell: RecordArray,
    desks: RecordArray,
    accounts: RecordArray,
    bars: RecordArray,
    days: RecordArray,
    index: int,
    rows: IntArray,
    session_of: IntArray,
    close: FloatArray,
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

    desks, accounts : zeroed, one a trial; rows : int64[bar], traded rows in order; session_of, close : of those rows
    periods : int64[2, trial], fast and slow
    curves, costs : float64[trial, session], written where they have as many rows as trials, else their only row is overwritten
    scratch : float64[session], and counted : float64[3], overwritten
    """
    keeps = len(curves) > 1
    for trial in range(first, end):
        row = trial - first if keeps else 0
        desk, account = desks[trial - first], accounts[trial - first]
        curve, paid = curves[row], costs[row]
        for session in range(len(curve)):
            paid[session] = 0.0
        counted[CLOSED] = counted[WON] = 0.0
        rules = rules_cell[0]
        account.cash = rules.capital
        begin_desk(tape, law, rules, wish_cell[0], desk, index)
        walk_cross(
            tape,
            law,
            rules,
            desk,
            account,
            bars[0],
            days[0],
            index,
            rows,
            session_of,
            close,
            periods[0, trial],
            periods[1, trial],
            curve,
            paid,
            counted,
        )
        write_curve_figures(curve, rules.capital, order, trial, int(counted[CLOSED]), int(counted[WON]), scratch, figures)


@step_njit
def walk_cross(
    tape: Tape,
    law: Law,
    rules: Record,
    desk: Record,
    account: Record,
    bar: Record,
    day: Record,
    index: int,
    rows: IntArray,
    session_of: IntArray,
    close: FloatArray,
    fast: int,
    slow: int,
    curve: FloatArray,
    paid: FloatArray,
    counted: FloatArray,
) -> None:
    """One pair of periods, bar by bar: what the desk says is read again only after a fill."""
    fast_total, slow_total = first_totals(close, fast, slow)
    above, below = fast_total * slow, slow_total * fast
    fast_tail, slow_tail, fresh, sessions = close[slow - fast :], close, close[slow:], session_of[slow:]
    equity, session, cash, shares, waits = rules.capital, 0, rules.capital, 0.0, False
    for place in range(len(fresh)):
        here, price = sessions[place], fresh[place]
        while session < here:
            curve[session] = equity
            session += 1
        if waits:
            fill_waiting(tape, law, rules, desk, account, bar, day, index, rows[slow + place])
            count_fill(desk, here, paid, counted)
            cash, shares, waits = account.cash, desk.shares, bool(desk.exiting)
        fast_total += price - fast_tail[place]
        slow_total += price - slow_tail[place]
        above_before, below_before = above, below
        above, below = fast_total * slow, slow_total * fast
        if shares != 0.0:
            if above < below and above_before >= below_before:
                desk.exiting = waits = True
            equity = cash + shares * (math.floor(price) * 1.0 if rules.is_krx else price)
        else:
            if above > below and above_before <= below_before:
                desk.entering, waits = 1, True
            equity = cash
    if len(rows) > 0:
        last = rows[len(rows) - 1]
        read_day(tape, law, day, index, tape.session[last])
        read_bar(tape, bar, last)
        finish(bar, day, rules, desk, account)
        count_fill(desk, tape.session[last], paid, counted)
        equity = account.cash if desk.shares == 0.0 else equity
    while session < len(curve):
        curve[session] = equity
        session += 1


@step_njit
def first_totals(close: FloatArray, fast: int, slow: int) -> tuple[float, float]:
    """Sums of the first `slow` closes, and of the last `fast` of them."""
    fast_total, slow_total = 0.0, 0.0
    for place in range(min(slow, len(close))):
        slow_total += close[place]
        if place >= slow - fast:
            fast_total += close[place]
    return fast_total, slow_total


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
