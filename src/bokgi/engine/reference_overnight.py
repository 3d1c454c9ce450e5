"""`trailing_stop`: bought at a minute of the day, walked through the next session (docs/semantics.md, 6)."""

from dataclasses import dataclass

from bokgi.engine.reference_clock import ClockBuyer, Planned
from bokgi.engine.reference_desk import Desk, Lot
from bokgi.engine.reference_tape import SELL
from bokgi.orders.plans import EndOfDay, OvernightTrailPlan
from bokgi.orders.reasons import Event, Sale


@dataclass
class _Walk:
    """Where the walk of one position stands. `session` is s0, then the session being walked."""

    bought_session: int
    session: int
    peak: float
    is_armed: bool = False
    carried: Sale | None = None
    """Reason of a sale that is carried over; `session` is then the one that it missed."""


class OvernightTrader(ClockBuyer):
    def __init__(self, desk: Desk, plan: OvernightTrailPlan) -> None:
        super().__init__(desk, plan.buy_minute)
        self._plan = plan
        self._walk = _Walk(-1, -1, 0.0)

    def start(self, lot: Lot, planned: Planned) -> None:
        self._walk = _Walk(planned.session, planned.session, lot.entry)

    # -- helpers ----------------------------------------------------------------------------------------------------

    def _is_locked(self, row: int) -> bool:
        return self.tape.is_locked(self.index, row, SELL)

    def _is_kept_by_lock(self, lot: Lot, row: int) -> bool:
        if self._is_locked(row):
            self.desk.mark_once(lot, Event.LIMIT_LOCKED_SELL)
        return self._is_locked(row)

    def _carry_over(self, lot: Lot, reason: Sale) -> None:
        """A lock kept the sale from filling."""
        self.desk.mark_once(lot, Event.LIMIT_LOCKED_SELL)
        self.desk.mark(lot, Event.CARRIED_OVER)
        self._walk.carried = reason

    def _trail(self, lot: Lot, row: int) -> float:
        session = self.tape.session[row]
        return self.tape.profit_level(self.index, session, lot.entry, self._walk.peak, self._plan.profit_cutoff_ratio)

    def _enter_session(self, lot: Lot, session: int) -> None:
        """The first traded row of a later session: count the sessions that were skipped."""
        skipped = session - self._walk.session - 1
        if skipped > 0:
            self.desk.mark(lot, Event.SKIPPED_SESSION, skipped)
        self._walk.session = session

    def _is_walked(self, row: int) -> bool:
        """A regular row of the session being walked, with the position still under its rules."""
        walk = self._walk
        if walk.carried is not None or walk.session == walk.bought_session:
            return False
        return self.tape.is_regular(self.index, row)

    # -- phases -----------------------------------------------------------------------------------------------------

    def sell_at_open(self, row: int) -> None:
        lot, walk = self.desk.lot, self._walk
        if lot is None:
            return
        session = self.tape.session[row]
        if walk.carried is not None:
            if session > walk.session:
                self.sell_carried(lot, row, walk.carried)
            return
        if session > walk.session:
            self._enter_session(lot, session)
        if self._is_walked(row):
            self._sell_regular_open(lot, row)
        elif row == self.tape.auction_row(self.index, session):
            self.sell_at_auction(session)

    def _sell_regular_open(self, lot: Lot, row: int) -> None:
        """(1), and the open of (2)."""
        reason: Sale | None = None
        if not self._walk.is_armed:
            if self.tape.minute[row] >= self._plan.loss_cutoff_minute:
                reason = Sale.LOSS_CUTOFF
        elif self.tape.open[row] <= self._trail(lot, row):
            reason = Sale.TRAILING_STOP
        if reason is not None and not self._is_kept_by_lock(lot, row):
            self.desk.sell(lot, self.tape.open_fill(self.index, row, SELL), reason)

    def sell_at_auction(self, session: int) -> None:
        """Not armed and unsold after the last regular bar."""
        lot, walk = self.desk.lot, self._walk
        is_due = walk.carried is None and not walk.is_armed and session == walk.session > walk.bought_session
        if lot is None or not is_due:
            return
        if self.tape.is_auction_locked(self.index, session, SELL):
            self._carry_over(lot, Sale.LOSS_CUTOFF)
        else:
            self.desk.sell(lot, self.tape.auction_fill(self.index, session, SELL), Sale.LOSS_CUTOFF)

    def sell_inside(self, row: int) -> None:
        lot = self.desk.lot
        if lot is None or not self._is_walked(row):
            return
        if self._sell_at_level(lot, row):
            return
        self._raise_peak(lot, row)
        session = self.tape.session[row]
        if row == self.tape.regular_in(self.index, session)[-1]:
            self._end_session(lot, row)

    def _sell_at_level(self, lot: Lot, row: int) -> bool:
        """The range of (2)."""
        if not self._walk.is_armed:
            return False
        level = self._trail(lot, row)
        if self.tape.low[row] > level or self._is_kept_by_lock(lot, row):
            return False
        self.desk.sell(lot, self.tape.level_fill(self.index, row, level, SELL), Sale.TRAILING_STOP)
        return True

    def _raise_peak(self, lot: Lot, row: int) -> None:
        """(3)"""
        walk = self._walk
        walk.peak = max(walk.peak, self.tape.high[row])
        session = self.tape.session[row]
        if self.tape.is_armed(self.index, session, lot.entry, walk.peak, self._plan.min_profit_ratio):
            walk.is_armed = True

    def _end_session(self, lot: Lot, row: int) -> None:
        """After the last traded regular bar."""
        if self._walk.is_armed:
            if self._plan.end_of_day is EndOfDay.SELL:
                self._sell_at_close(lot, row, Sale.END_OF_DAY)
        elif not self.tape.has_auction(self.index, self.tape.session[row]):
            self._sell_at_close(lot, row, Sale.LOSS_CUTOFF)

    def _sell_at_close(self, lot: Lot, row: int, reason: Sale) -> None:
        if self._is_locked(row):
            self._carry_over(lot, reason)
            return
        if reason is Sale.LOSS_CUTOFF:
            self.desk.mark(lot, Event.SOLD_AT_LAST_BAR)
        self.desk.sell(lot, self.tape.close_fill(self.index, row, SELL), reason)

    def is_waiting(self) -> bool:
        return self.desk.lot is not None and self._walk.carried is not None
