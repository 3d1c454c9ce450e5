"""Positions by signals, with stops, targets, trailing levels, cut-off time and holding limit (docs/semantics.md, 3)."""

from bokgi.engine.compiling import step_njit
from bokgi.engine.kernel_fills import count_mark, open_position, sell_on_bar
from bokgi.engine.kernel_layout import Record
from bokgi.engine.kernel_prices import fill_price, is_locked, moved_level, start_at
from bokgi.orders.reasons import Event, Sale
from bokgi.orders.rules import TrailingConvention

SIGNAL_SALE, STOP, TARGET = int(Sale.SIGNAL), int(Sale.STOP), int(Sale.TARGET)
TRAILING_STOP, TIME_CUTOFF, HOLDING_LIMIT = int(Sale.TRAILING_STOP), int(Sale.TIME_CUTOFF), int(Sale.HOLDING_LIMIT)
LIMIT_LOCKED_BUY, ENTRY_WHILE_HOLDING = int(Event.LIMIT_LOCKED_BUY), int(Event.ENTRY_WHILE_HOLDING)
STOP_AND_TARGET = int(Event.STOP_AND_TARGET)
OLD_PEAK_THEN_CLOSE = int(TrailingConvention.OLD_PEAK_THEN_CLOSE)
RAISE_THEN_TEST = int(TrailingConvention.RAISE_THEN_TEST)
NEXT_BAR = int(TrailingConvention.NEXT_BAR)
FAR = float("inf")


@step_njit
def loss_level(day: Record, ladder: Record, wish: Record, desk: Record) -> tuple[float, int]:
    """The level of stop and trailing stop that is met first, and its reason; of equal ones the stop's."""
    sign = 1 if desk.shares > 0.0 else -1
    level, reason = -FAR * sign, STOP
    if wish.stop >= 0.0:
        level = moved_level(day, ladder, desk.entry, wish.stop, wish.stop_ppm, -sign)
    if wish.trailing >= 0.0 and wish.convention != NEXT_BAR:
        trailing = moved_level(day, ladder, desk.peak, wish.trailing, wish.trailing_ppm, -sign)
        if sign * trailing > sign * level:
            level, reason = trailing, TRAILING_STOP
    return level, reason


@step_njit
def target_level(day: Record, ladder: Record, wish: Record, desk: Record) -> float:
    """The level of the target; out of reach where there is none."""
    sign = 1 if desk.shares > 0.0 else -1
    if wish.target < 0.0:
        return FAR * sign
    return moved_level(day, ladder, desk.entry, wish.target, wish.target_ppm, sign)


@step_njit
def open_reason(bar: Record, day: Record, ladder: Record, wish: Record, desk: Record) -> int:
    """Why the position is sold at this open, first that applies; 0 where it is not."""
    if desk.exiting:
        return SIGNAL_SALE
    if 0 < wish.max_bars <= desk.bars:
        return HOLDING_LIMIT
    if 0 <= wish.cutoff_minute <= bar.minute:
        return TIME_CUTOFF
    if desk.trailing:
        return TRAILING_STOP
    if not wish.has_levels:
        return 0
    sign = 1 if desk.shares > 0.0 else -1
    level, reason = loss_level(day, ladder, wish, desk)
    if sign * bar.open <= sign * level:
        return reason
    if sign * bar.open >= sign * target_level(day, ladder, wish, desk):
        return TARGET
    return 0


@step_njit
def signal_open_sale(bar: Record, day: Record, ladder: Record, rules: Record, wish: Record, desk: Record, account: Record) -> None:
    """Sales of an open position at a bar's open."""
    reason = open_reason(bar, day, ladder, wish, desk)
    if reason > 0:
        sell_on_bar(bar, day, ladder, rules, desk, account, bar.open, reason, computed=False, at_close=False)


@step_njit
def signal_purchase(bar: Record, day: Record, ladder: Record, rules: Record, desk: Record, account: Record) -> None:
    """The entry that waits for this open: made or dropped."""
    side = desk.entering
    desk.entering = 0
    if is_locked(bar, day, side):
        desk.counts[LIMIT_LOCKED_BUY] += 1
        return
    price = fill_price(bar, day, ladder, rules, bar.open, side, slips=True, computed=False)
    open_position(rules, desk, account, day.session, bar.row, start_at(bar, day), price, side)


@step_njit
def raised_peak(bar: Record, wish: Record, desk: Record) -> float:
    """The best price seen with this bar: for longs the highest, for shorts the lowest."""
    if desk.shares > 0.0:
        return max(float(desk.peak), float(bar.close if wish.convention == OLD_PEAK_THEN_CLOSE else bar.high))
    return min(float(desk.peak), float(bar.close if wish.convention == OLD_PEAK_THEN_CLOSE else bar.low))


@step_njit
def signal_inside_sale(bar: Record, day: Record, ladder: Record, rules: Record, wish: Record, desk: Record, account: Record) -> None:
    """Levels inside the bar, the purchase's own bar included; then the peak."""
    if wish.convention == RAISE_THEN_TEST:
        desk.peak = raised_peak(bar, wish, desk)
    sign = 1 if desk.shares > 0.0 else -1
    worst, best = (bar.low, bar.high) if sign > 0 else (bar.high, bar.low)
    level, reason = loss_level(day, ladder, wish, desk)
    target = target_level(day, ladder, wish, desk)
    hits_target = sign * best >= sign * target
    if sign * worst <= sign * level:
        # Both in one bar: the stop (pessimistic).
        if sell_on_bar(bar, day, ladder, rules, desk, account, level, reason, computed=True, at_close=False) and hits_target:
            count_mark(desk, STOP_AND_TARGET)
    elif hits_target:
        sell_on_bar(bar, day, ladder, rules, desk, account, target, TARGET, computed=True, at_close=False)
    if desk.shares == 0.0:
        return
    if wish.convention == NEXT_BAR and wish.trailing >= 0.0:
        trailing = moved_level(day, ladder, desk.peak, wish.trailing, wish.trailing_ppm, -sign)
        desk.trailing = desk.trailing or sign * bar.close <= sign * trailing
    desk.peak = raised_peak(bar, wish, desk)


@step_njit
def decide(bar: Record, desk: Record) -> None:
    """Read the signals of a traded bar's close; a walk leaves those out that the plan does not have."""
    if desk.shares == 0.0:
        desk.entering = 1 if bar.enters_long else (-1 if bar.enters_short else 0)
        return
    if bar.enters_long or bar.enters_short:
        desk.counts[ENTRY_WHILE_HOLDING] += 1
    if bar.exits_long if desk.shares > 0.0 else bar.exits_short:
        desk.exiting = True
