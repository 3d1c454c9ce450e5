"""Stretches of bars on which nothing can happen: a position is marked, and that is all.

Before a stretch the desk says at which row something may happen at the earliest, and which prices and signals end it
sooner. Being too careful only costs time: the bar that ends a stretch takes all steps, and they decide.
"""

import math

from bokgi.engine.compiling import step_njit
from bokgi.engine.kernel_clock import first_row_from
from bokgi.engine.kernel_layout import CARRIED, CLOCK, NOTHING, SIGNAL, Record, Signals, Tape
from bokgi.engine.kernel_prices import kept_level, moved_level
from bokgi.engine.kernel_signals import FAR, NEXT_BAR, loss_level, target_level
from bokgi.units import BoolArray, FloatArray, ShortArray


@step_njit
def skip_quiet(
    tape: Tape,
    day: Record,
    ladder: Record,
    rules: Record,
    wish: Record,
    signals: Signals,
    desk: Record,
    cash: float,
    line: FloatArray,
    curve: FloatArray,
    slot: int,
    row: int,
) -> tuple[int, int]:
    """Go to the next row on which something may happen, or to the day's end; returns row and slot."""
    stop = earliest_row(tape, day, wish, desk, row)
    if row <= desk.last_row < stop:
        stop = desk.last_row
    if stop <= row:
        return row, slot
    low_alarm, high_alarm = alarms(day, ladder, wish, desk)
    reads = wish.kind == SIGNAL
    is_flat = desk.shares == 0.0
    reads_entries = reads and not wish.at_first_open
    return quiet_rows(
        tape.high,
        tape.low,
        tape.close,
        tape.traded,
        tape.slot_of_row,
        signals.short_exits if desk.shares < 0.0 else signals.exits,
        signals.entries,
        signals.short_entries,
        reads and not is_flat,
        reads_entries,
        reads_entries and wish.has_shorts,
        low_alarm,
        high_alarm,
        rules.is_krx,
        desk,
        cash,
        line,
        curve,
        slot,
        row,
        stop,
    )


@step_njit
def earliest_row(tape: Tape, day: Record, wish: Record, desk: Record, row: int) -> int:
    """The first row from `row` on at which an order of the desk may act by its time; the day's end without one."""
    stop = int(day.end_row)
    if desk.buy_kind != NOTHING and desk.buy_row >= row:
        stop = int(desk.buy_row)
    if wish.kind == SIGNAL:
        return earliest_signal_row(tape, wish, desk, row, stop)
    if desk.shares == 0.0:
        return stop
    if desk.sell_kind == CARRIED:
        return row if day.session > desk.walked else stop
    if wish.kind == CLOCK:
        return min(stop, int(desk.sell_row)) if desk.sell_row >= row else stop
    if day.session == desk.bought_session:
        return stop
    if day.session != desk.walked:
        return row
    if day.last_regular >= row:
        stop = min(stop, int(day.last_regular))
    if day.auction_row >= row:
        stop = min(stop, int(day.auction_row))
    if not desk.armed:
        stop = first_row_from(tape, row, stop, wish.loss_minute)
    return stop


@step_njit
def earliest_signal_row(tape: Tape, wish: Record, desk: Record, row: int, stop: int) -> int:
    """The same for positions by signals."""
    if desk.entering != 0 or desk.exiting or desk.trailing:
        return row
    if desk.shares == 0.0:
        return stop
    if wish.max_bars > 0:
        stop = min(stop, row + max(int(wish.max_bars - desk.bars), 0))
    if wish.cutoff_minute >= 0:
        stop = first_row_from(tape, row, stop, wish.cutoff_minute)
    return stop


@step_njit
def alarms(day: Record, ladder: Record, wish: Record, desk: Record) -> tuple[float, float]:
    """A low at or under the first, or a high at or over the second may move a level or sell."""
    if desk.shares == 0.0 or desk.sell_kind != NOTHING:
        return -FAR, FAR
    if wish.kind != SIGNAL:
        if desk.armed:
            return kept_level(day, ladder, desk.entry, desk.peak, wish.keep, wish.keep_ppm), desk.peak
        return -FAR, desk.peak if day.session != desk.bought_session else FAR
    if not wish.has_levels:
        return -FAR, FAR
    sign = 1 if desk.shares > 0.0 else -1
    loss = loss_level(day, ladder, wish, desk)[0]
    gain = target_level(day, ladder, wish, desk)
    if wish.trailing >= 0.0:
        gain = sign * min(sign * gain, sign * desk.peak)
        if wish.convention == NEXT_BAR:
            trailing = moved_level(day, ladder, desk.peak, wish.trailing, wish.trailing_ppm, -sign)
            loss = sign * max(sign * loss, sign * trailing)
    return (loss, gain) if sign > 0 else (gain, loss)


@step_njit
def quiet_rows(
    high: FloatArray,
    low: FloatArray,
    close: FloatArray,
    traded: BoolArray,
    slot_of_row: ShortArray,
    exits: BoolArray,
    entries: BoolArray,
    shorts: BoolArray,
    reads_exits: bool,
    reads_entries: bool,
    reads_shorts: bool,
    low_alarm: float,
    high_alarm: float,
    is_krx: bool,
    desk: Record,
    cash: float,
    line: FloatArray,
    curve: FloatArray,
    slot: int,
    row: int,
    stop: int,
) -> tuple[int, int]:
    """The loop of `skip_quiet`."""
    equity, top, bottom, shares = curve[0], curve[1], curve[2], desk.shares
    bars = 0
    last = -1
    while row < stop:
        if traded[row]:
            if low[row] <= low_alarm or high[row] >= high_alarm:
                break
            if (reads_exits and exits[row]) or (reads_entries and entries[row]) or (reads_shorts and shorts[row]):
                break
            bars += 1
            if shares != 0.0:
                here = slot_of_row[row]
                if slot < here:
                    if equity > top:
                        curve[3] = min(curve[3], bottom / top - 1.0)
                        top = bottom = equity
                    elif equity < bottom:
                        bottom = equity
                    while slot < here:
                        line[slot] += equity
                        slot += 1
                equity = cash + shares * (math.floor(close[row]) * 1.0 if is_krx else close[row])
                last = row
        row += 1
    curve[0], curve[1], curve[2] = equity, top, bottom
    desk.traded += bars
    if last >= 0:
        desk.bars += bars
        desk.held += bars
        desk.mark = math.floor(close[last]) * 1.0 if is_krx else close[last]
    return row, slot
