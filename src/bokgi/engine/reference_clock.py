"""Orders at a minute of the day: where they fill (docs/semantics.md, 3), and the `daily_trading` plan.

Convention: a planned fill is found from the session's bars alone; money decides later whether it is made.
"""

from dataclasses import dataclass
from enum import Enum

from bokgi.engine.reference_desk import Desk, Lot
from bokgi.engine.reference_tape import BUY, SELL, Fill, Tape
from bokgi.engine.reference_traders import Trader
from bokgi.orders.plans import CLOSE_MINUTE, ClockPlan
from bokgi.orders.reasons import Event, Sale
from bokgi.orders.rules import Unpriced

AUCTION_MINUTES = 10
"""Length of the closing auction [min]."""


class Moment(Enum):
    OPEN = "open"
    CLOSE = "close"
    AUCTION = "auction"


@dataclass(frozen=True, slots=True)
class Planned:
    """Where an order fills. `row` is -1 for an auction that is no bar; `event` names what is unusual about the fill."""

    moment: Moment
    session: int
    row: int
    event: Event | None = None
    late_minutes: int = 0
    passed_lock: bool = False


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """The sale cannot be made in its session."""

    passed_lock: bool


def is_in_auction(tape: Tape, session: int, minute: int) -> bool:
    """Close - 10 minutes <= T <= close, or the word `close`."""
    close = tape.close_minute[session]
    return minute == CLOSE_MINUTE or close - AUCTION_MINUTES <= minute <= close


def _at_open(tape: Tape, row: int, minute: int, *, passed_lock: bool = False) -> Planned:
    delay = tape.minute[row] - minute
    is_late = delay > tape.panel.interval.minutes
    event = Event.LATE_FILL if is_late else None
    return Planned(Moment.OPEN, tape.session[row], row, event, delay if is_late else 0, passed_lock)


# -- purchases ------------------------------------------------------------------------------------------------------


def planned_purchase(tape: Tape, index: int, session: int, minute: int) -> Planned | Event:
    """The fill of a purchase, or the event that drops it."""
    if is_in_auction(tape, session, minute):
        return _purchase_at_auction(tape, index, session)
    rows = tape.traded_in(index, session)
    for row in rows:
        if tape.minute[row] >= minute and not tape.is_locked(index, row, BUY):
            is_in_time = tape.minute[row] - minute <= tape.rules.max_wait_minutes
            return _at_open(tape, row, minute) if is_in_time else _dropped(tape, index, rows, minute)
    if any(tape.minute[row] >= minute for row in rows):
        return _dropped(tape, index, rows, minute)
    ending = [row for row in rows if tape.end_minute(row) == minute]
    if not ending:
        return _unpriced_purchase(tape, index, session)
    if tape.is_locked(index, ending[0], BUY):
        return _dropped(tape, index, rows, minute)
    return Planned(Moment.CLOSE, session, ending[0], Event.COVERAGE_END)


def _purchase_at_auction(tape: Tape, index: int, session: int) -> Planned | Event:
    if not tape.has_auction(index, session):
        return _unpriced_purchase(tape, index, session)
    if tape.is_auction_locked(index, session, BUY):
        return Event.LIMIT_LOCKED_BUY
    return Planned(Moment.AUCTION, session, tape.auction_row(index, session))


def _unpriced_purchase(tape: Tape, index: int, session: int) -> Planned | Event:
    """At the close of the session's last traded bar, where the rules allow it."""
    rows = tape.traded_in(index, session)
    if tape.rules.unpriced is not Unpriced.LAST_BAR or not rows:
        return Event.NO_PRICE
    if tape.is_locked(index, rows[-1], BUY):
        return Event.LIMIT_LOCKED_BUY
    return Planned(Moment.CLOSE, session, rows[-1], Event.UNPRICED_LAST_BAR)


def _dropped(tape: Tape, index: int, rows: list[int], minute: int) -> Event:
    last_minute = minute + tape.rules.max_wait_minutes
    waited = [row for row in rows if minute <= tape.minute[row] <= last_minute]
    return Event.LIMIT_LOCKED_BUY if any(tape.is_locked(index, row, BUY) for row in waited) else Event.NO_PRICE


# -- sales ----------------------------------------------------------------------------------------------------------


def planned_sale(tape: Tape, index: int, minute: int, bought: Planned) -> Planned | CarriedOver:
    """The fill of the sale that belongs to a purchase of the same session."""
    session = bought.session
    bought_row = _row_of(tape, index, bought)
    if is_in_auction(tape, session, minute):
        if not tape.has_auction(index, session):
            return _sale_at_last_bar(tape, index, session, bought_row)
        if tape.is_auction_locked(index, session, SELL):
            return CarriedOver(passed_lock=True)
        return Planned(Moment.AUCTION, session, tape.auction_row(index, session))
    if bought.row < 0:  # an auction after the last bar: nothing of the session is left
        return CarriedOver(passed_lock=False)
    rows = [row for row in tape.traded_in(index, session) if row >= bought_row]
    passed_lock = False
    for row in rows:
        if tape.minute[row] >= minute:
            if not tape.is_locked(index, row, SELL):
                return _at_open(tape, row, minute, passed_lock=passed_lock)
            passed_lock = True
    if passed_lock:
        return CarriedOver(passed_lock=True)
    for row in rows:
        if tape.end_minute(row) == minute and not tape.is_locked(index, row, SELL):
            return Planned(Moment.CLOSE, session, row, Event.COVERAGE_END)
    return _sale_at_last_bar(tape, index, session, bought_row)


def _row_of(tape: Tape, index: int, planned: Planned) -> int:
    return planned.row if planned.row >= 0 else tape.rows_in(index, planned.session)[-1]


def _sale_at_last_bar(tape: Tape, index: int, session: int, bought_row: int) -> Planned | CarriedOver:
    last = tape.traded_in(index, session)[-1]
    if last <= bought_row:
        return CarriedOver(passed_lock=False)
    if tape.is_locked(index, last, SELL):
        return CarriedOver(passed_lock=True)
    return Planned(Moment.CLOSE, session, last, Event.SOLD_AT_LAST_BAR)


def is_same_bar(bought: Planned, sold: Planned | CarriedOver) -> bool:
    """Purchase and sale on one bar, or in one auction."""
    if isinstance(sold, CarriedOver):
        return False
    if bought.row >= 0 or sold.row >= 0:
        return bought.row == sold.row
    return bought.moment is Moment.AUCTION and sold.moment is Moment.AUCTION


def fill_of(tape: Tape, index: int, planned: Planned, side: int) -> Fill:
    """The execution of a planned fill."""
    if planned.moment is Moment.AUCTION:
        return tape.auction_fill(index, planned.session, side)
    if planned.moment is Moment.OPEN:
        return tape.open_fill(index, planned.row, side)
    return tape.close_fill(index, planned.row, side)


# -- traders --------------------------------------------------------------------------------------------------------


class ClockBuyer(Trader):
    """Buys once a session at `buy_minute`; the part that `daily_trading` and `trailing_stop` share."""

    def __init__(self, desk: Desk, buy_minute: int) -> None:
        super().__init__(desk)
        self._planned: dict[int, Planned] = {}
        if not self.tape.rows[self.index]:
            return
        for session in range(self.tape.delisted[self.index]):
            planned = planned_purchase(self.tape, self.index, session, buy_minute)
            if isinstance(planned, Event):
                desk.tally(planned)
            else:
                self._planned[session] = planned

    def buy_at_open(self, row: int) -> None:
        planned = self._planned.get(self.tape.session[row])
        if planned is not None and planned.row == row and planned.moment is not Moment.CLOSE:
            self._buy(planned)

    def buy_at_auction(self, session: int) -> None:
        planned = self._planned.get(session)
        if planned is not None and planned.row < 0:
            self._buy(planned)

    def buy_at_close(self, row: int) -> None:
        planned = self._planned.get(self.tape.session[row])
        if planned is not None and planned.row == row and planned.moment is Moment.CLOSE:
            self._buy(planned)

    def _buy(self, planned: Planned) -> None:
        if self.desk.lot is not None:
            self.desk.tally(Event.ENTRY_WHILE_HOLDING)
        elif not self.is_hopeless(planned):
            lot = self.desk.buy(fill_of(self.tape, self.index, planned, BUY))
            if lot is not None:
                self.mark_fill(lot, planned)
                self.start(lot, planned)

    def mark_fill(self, lot: Lot, planned: Planned) -> None:
        if planned.event is not None:
            self.desk.mark(lot, planned.event)
        self.desk.late_minutes += planned.late_minutes

    def is_hopeless(self, planned: Planned) -> bool:
        """Whether the purchase is not made because its sale would fall on the same bar (counted)."""
        return False

    def start(self, lot: Lot, planned: Planned) -> None:
        """The purchase was made."""

    def sell_carried(self, lot: Lot, row: int, reason: Sale) -> None:
        """At the open of the next fillable bar in a later session."""
        if self.tape.is_locked(self.index, row, SELL):
            self.desk.mark_once(lot, Event.LIMIT_LOCKED_SELL)
        else:
            self.desk.sell(lot, self.tape.open_fill(self.index, row, SELL), reason)


class ClockTrader(ClockBuyer):
    """`daily_trading`: buy and sell at fixed minutes of the same session."""

    def __init__(self, desk: Desk, plan: ClockPlan) -> None:
        super().__init__(desk, plan.buy_minute)
        self._sell_minute = plan.sell_minute
        self._sale: Planned | CarriedOver = CarriedOver(passed_lock=False)

    def is_hopeless(self, planned: Planned) -> bool:
        if not is_same_bar(planned, planned_sale(self.tape, self.index, self._sell_minute, planned)):
            return False
        self.desk.tally(Event.NO_TIME_BETWEEN)
        return True

    def start(self, lot: Lot, planned: Planned) -> None:
        self._sale = planned_sale(self.tape, self.index, self._sell_minute, planned)
        if self._sale.passed_lock:
            self.desk.mark_once(lot, Event.LIMIT_LOCKED_SELL)
        if isinstance(self._sale, CarriedOver):
            self.desk.mark(lot, Event.CARRIED_OVER)

    def sell_at_open(self, row: int) -> None:
        lot, sale = self.desk.lot, self._sale
        if lot is None:
            return
        if isinstance(sale, CarriedOver):
            if self.tape.session[row] > lot.bought.session:
                self.sell_carried(lot, row, Sale.SELL_TIME)
        elif sale.row == row and sale.moment is not Moment.CLOSE:
            self._sell(lot, sale)

    def sell_at_auction(self, session: int) -> None:
        lot, sale = self.desk.lot, self._sale
        if lot is not None and isinstance(sale, Planned) and sale.row < 0 and sale.session == session:
            self._sell(lot, sale)

    def sell_inside(self, row: int) -> None:
        lot, sale = self.desk.lot, self._sale
        if lot is not None and isinstance(sale, Planned) and sale.row == row and sale.moment is Moment.CLOSE:
            self._sell(lot, sale)

    def _sell(self, lot: Lot, sale: Planned) -> None:
        self.mark_fill(lot, sale)
        self.desk.sell(lot, fill_of(self.tape, self.index, sale, SELL), Sale.SELL_TIME)

    def is_waiting(self) -> bool:
        return self.desk.lot is not None and isinstance(self._sale, CarriedOver)
