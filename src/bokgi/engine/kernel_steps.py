"""The steps of a bar, whatever the plan: sale at the open, purchase at the open, inside, purchase at the close, decision.

Both kinds of accounts take these steps in this order: an account of one stock bar by bar, a shared account slot by slot
with all instruments of the slot in each step. Clock purchases look at later bars, so walks make them themselves.
"""

from bokgi.engine.compiling import step_njit
from bokgi.engine.kernel_clock import clock_close_sale, clock_open_sale
from bokgi.engine.kernel_fills import sell_at_auction, sell_delisted
from bokgi.engine.kernel_layout import AT_AUCTION, CARRIED, CLOCK, SIGNAL, Books, Law, Record, Signals, Tape
from bokgi.engine.kernel_signals import decide, signal_inside_sale, signal_open_sale
from bokgi.engine.kernel_trail import trail_auction_sale, trail_inside_sale, trail_open_sale
from bokgi.orders.reasons import Event, Sale

PENDING_AT_END = int(Event.PENDING_AT_END)
SELL_TIME = int(Sale.SELL_TIME)


@step_njit
def begin_desk(tape: Tape, law: Law, rules: Record, wish: Record, desk: Record, index: int) -> int:
    """Prepare an empty (zeroed) desk; return the number of sessions that are read: those before the delisting."""
    sessions = int(min(law.delisted[index], rules.sessions))
    desk.index = index
    desk.is_delisted = sessions < rules.sessions
    desk.buy_mark = desk.sell_mark = desk.last_row = -1
    for session in range(sessions - 1, -1, -1):
        if tape.last_traded[index, session] >= 0:
            desk.last_row = tape.last_traded[index, session]
            break
    if wish.kind == SIGNAL and wish.at_first_open:
        desk.entering = 1
        if desk.last_row < 0 and sessions > 0 and tape.session_row[index, sessions] > tape.session_row[index, 0]:
            desk.counts[PENDING_AT_END] += 1
    return sessions


@step_njit
def read_day(tape: Tape, law: Law, day: Record, index: int, session: int) -> None:
    """Fill the record of an instrument's session."""
    day.session = session
    day.first_row, day.end_row = tape.session_row[index, session], tape.session_row[index, session + 1]
    day.last_traded, day.last_regular = tape.last_traded[index, session], tape.last_regular[index, session]
    day.auction, day.auction_row = tape.auction[index, session], tape.auction_row[index, session]
    day.auction_slot = tape.auction_slot[session]
    day.close_minute, day.midnight_at = tape.close_minute[session], tape.midnight_at[session]
    day.ladder = law.ladder[index, session]
    day.upper, day.lower = law.upper[index, session], law.lower[index, session]
    day.tax, day.special = law.tax[index, session], law.special[index, session]
    # A price without any trading that day is stale: only a session with a traded bar has an auction.
    day.has_auction = day.auction == day.auction and day.last_traded >= 0
    day.has_event = day.has_auction and day.auction_row < 0


@step_njit
def read_bar(tape: Tape, bar: Record, row: int) -> None:
    """Fill the record of a bar."""
    bar.row, bar.minute, bar.volume = row, tape.minute[row], tape.volume[row]
    bar.open, bar.high, bar.low, bar.close = tape.open[row], tape.high[row], tape.low[row], tape.close[row]


@step_njit
def read_signals(signals: Signals, wish: Record, bar: Record, row: int) -> None:
    """The signals of the bar's close, without those that the plan does not have."""
    bar.exits_long = signals.exits[row]
    bar.enters_long = not wish.at_first_open and signals.entries[row]
    bar.enters_short = wish.has_shorts and not wish.at_first_open and signals.short_entries[row]
    bar.exits_short = wish.has_shorts and signals.short_exits[row]


@step_njit
def open_sale(bar: Record, day: Record, ladder: Record, rules: Record, wish: Record, desk: Record, account: Record) -> None:
    """The sale of an open position at a bar's open."""
    if wish.kind == SIGNAL:
        signal_open_sale(bar, day, ladder, rules, wish, desk, account)
    elif wish.kind == CLOCK:
        clock_open_sale(bar, day, ladder, rules, wish, desk, account)
    else:
        trail_open_sale(bar, day, ladder, rules, wish, desk, account)


@step_njit
def inside_sale(bar: Record, day: Record, ladder: Record, rules: Record, wish: Record, desk: Record, account: Record) -> None:
    """The sale of an open position inside a bar and at its close."""
    if wish.kind == SIGNAL:
        if wish.has_levels:
            signal_inside_sale(bar, day, ladder, rules, wish, desk, account)
    elif wish.kind == CLOCK:
        clock_close_sale(bar, day, ladder, rules, wish, desk, account)
    else:
        trail_inside_sale(bar, day, ladder, rules, wish, desk, account)


@step_njit
def end_bar(bar: Record, day: Record, rules: Record, wish: Record, desk: Record, account: Record) -> None:
    """Decisions; on the last bar that is read, what is left over."""
    if wish.kind == SIGNAL:
        decide(bar, desk)
    if bar.row == desk.last_row and not day.has_event:
        finish(bar, day, rules, desk, account)


@step_njit
def event_sale(day: Record, rules: Record, wish: Record, desk: Record, account: Record) -> None:
    """The sale of an open position at an auction that is no bar."""
    if wish.kind == SIGNAL:
        return
    if wish.kind != CLOCK:
        trail_auction_sale(day, rules, desk, account)
    elif desk.sell_kind == AT_AUCTION:
        sell_at_auction(day, rules, desk, account, SELL_TIME)


@step_njit
def end_event(bar: Record, day: Record, rules: Record, desk: Record, account: Record) -> None:
    """What is left over after the instrument's last price, where that is an auction."""
    if desk.last_row == day.last_traded:
        finish(bar, day, rules, desk, account)


@step_njit
def finish(bar: Record, day: Record, rules: Record, desk: Record, account: Record) -> None:
    """Count what still waits after the last traded row, and sell a delisted holding."""
    is_open = desk.shares != 0.0
    if desk.entering != 0 or (is_open and (desk.exiting or desk.trailing or desk.sell_kind == CARRIED)):
        desk.counts[PENDING_AT_END] += 1
    if is_open and desk.is_delisted:
        sell_delisted(bar, day, rules, desk, account)


@step_njit
def write_totals(books: Books, desk: Record) -> None:
    """Write down the counters of one instrument."""
    index = desk.index
    for event in range(books.counts.shape[1]):
        books.counts[index, event] = desk.counts[event]
    books.late[index], books.held[index], books.traded_bars[index] = desk.late, desk.held, desk.traded
