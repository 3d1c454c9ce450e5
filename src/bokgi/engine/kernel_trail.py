"""The overnight trail: sold in the session after the purchase (docs/semantics.md, 6, `trailing_stop`)."""

from bokgi.engine.compiling import step_njit
from bokgi.engine.kernel_fills import carry_over, count_lock, count_mark, sell_at_auction, sell_on_bar
from bokgi.engine.kernel_layout import CARRIED, Record
from bokgi.engine.kernel_prices import is_armed, is_locked, kept_level
from bokgi.orders.reasons import Event, Sale

SKIPPED_SESSION, SOLD_AT_LAST_BAR = int(Event.SKIPPED_SESSION), int(Event.SOLD_AT_LAST_BAR)
LOSS_CUTOFF, TRAILING_STOP, END_OF_DAY = int(Sale.LOSS_CUTOFF), int(Sale.TRAILING_STOP), int(Sale.END_OF_DAY)


@step_njit
def is_regular(bar: Record, day: Record) -> bool:
    """Whether a bar lies before the closing auction."""
    return bool(bar.row != day.auction_row and bar.minute < day.close_minute)


@step_njit
def begin_walk(day: Record, desk: Record) -> None:
    """A new session with a traded bar: count those skipped."""
    skipped = day.session - desk.walked - 1
    if skipped > 0:
        count_mark(desk, SKIPPED_SESSION)
        desk.counts[SKIPPED_SESSION] += skipped - 1
    desk.walked = day.session
    if day.last_regular < 0 and not desk.armed:
        if day.has_auction:
            desk.to_auction = True
        else:
            carry_over(desk, day.session, LOSS_CUTOFF)


@step_njit
def trail_open_sale(bar: Record, day: Record, ladder: Record, rules: Record, wish: Record, desk: Record, account: Record) -> None:
    """Sales of an open position at a bar's open."""
    if desk.sell_kind == CARRIED:
        if day.session > desk.walked:
            sell_on_bar(bar, day, ladder, rules, desk, account, bar.open, desk.reason, computed=False, at_close=False)
        return
    if day.session == desk.bought_session:
        return
    if desk.walked != day.session:
        begin_walk(day, desk)
    if bar.row == day.auction_row:
        trail_auction_sale(day, rules, desk, account)
    elif desk.sell_kind != CARRIED and is_regular(bar, day):
        if not desk.armed:
            if bar.minute >= wish.loss_minute:
                sell_on_bar(bar, day, ladder, rules, desk, account, bar.open, LOSS_CUTOFF, computed=False, at_close=False)
        elif bar.open <= kept_level(day, ladder, desk.entry, desk.peak, wish.keep, wish.keep_ppm):
            sell_on_bar(bar, day, ladder, rules, desk, account, bar.open, TRAILING_STOP, computed=False, at_close=False)


@step_njit
def trail_auction_sale(day: Record, rules: Record, desk: Record, account: Record) -> None:
    """The sale at the auction of a position that was neither armed nor cut off; locked: carried over."""
    if desk.to_auction and not sell_at_auction(day, rules, desk, account, LOSS_CUTOFF):
        carry_over(desk, day.session, LOSS_CUTOFF)


@step_njit
def trail_inside_sale(bar: Record, day: Record, ladder: Record, rules: Record, wish: Record, desk: Record, account: Record) -> None:
    """The level inside the bar, the peak, and the end of the session's regular bars."""
    if desk.sell_kind == CARRIED or day.session == desk.bought_session or not is_regular(bar, day):
        return
    if desk.armed:
        level = kept_level(day, ladder, desk.entry, desk.peak, wish.keep, wish.keep_ppm)
        if bar.low <= level and sell_on_bar(bar, day, ladder, rules, desk, account, level, TRAILING_STOP, computed=True, at_close=False):
            return
    desk.peak = max(desk.peak, bar.high)
    desk.armed = desk.armed or is_armed(day, desk.entry, desk.peak, wish.min_profit_ppm)
    if bar.row == day.last_regular:
        end_walk(bar, day, ladder, rules, wish, desk, account)


@step_njit
def end_walk(bar: Record, day: Record, ladder: Record, rules: Record, wish: Record, desk: Record, account: Record) -> None:
    """The close of the session's last regular bar: sell there, wait for the auction, or keep the position."""
    if desk.armed:
        if not wish.carry and not sell_on_bar(bar, day, ladder, rules, desk, account, bar.close, END_OF_DAY, computed=False, at_close=True):
            carry_over(desk, day.session, END_OF_DAY)
    elif day.has_auction:
        desk.to_auction = True
    elif is_locked(bar, day, -1):
        count_lock(desk)
        carry_over(desk, day.session, LOSS_CUTOFF)
    else:
        count_mark(desk, SOLD_AT_LAST_BAR)
        sell_on_bar(bar, day, ladder, rules, desk, account, bar.close, LOSS_CUTOFF, computed=False, at_close=True)
