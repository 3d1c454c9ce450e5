"""Signals on a bar's close, filled at the next traded open, with stop, target, trailing level, cut-off and holding limit.

Convention: long rules are written for longs and mirrored for shorts by `sign` (1 long, -1 short): a price is *beyond* a level
on the losing side when `sign * price <= sign * level`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from bokgi.engine.reference_desk import Desk, Lot
from bokgi.engine.reference_tape import BUY, SELL
from bokgi.engine.reference_traders import Trader
from bokgi.orders.plans import SignalPlan
from bokgi.orders.reasons import Event, Sale
from bokgi.orders.rules import ExitRules, TrailingConvention


@dataclass(frozen=True, slots=True)
class Decision:
    """What is wanted at a bar's close; `exit_rules` go with an entry."""

    entry: bool = False
    exit: bool = False
    short_entry: bool = False
    short_exit: bool = False
    exit_rules: ExitRules = field(default_factory=ExitRules)


Decider = Callable[[Desk, int, int], Decision]
"""(desk, row, traded bars held) -> decision."""


def plan_decider(plan: SignalPlan) -> Decider:
    """The decisions of a signal plan, row by row."""

    def decide(_desk: Desk, row: int, _held_bars: int) -> Decision:
        return Decision(
            entry=not plan.enter_at_first_open and bool(plan.entries[row]),
            exit=bool(plan.exits[row]),
            short_entry=plan.short_entries is not None and bool(plan.short_entries[row]),
            short_exit=plan.short_exits is not None and bool(plan.short_exits[row]),
            exit_rules=plan.exit_rules,
        )

    return decide


class SignalTrader(Trader):
    """One position at a time, all of the stake."""

    def __init__(self, desk: Desk, decider: Decider, *, first_order: ExitRules | None = None) -> None:
        super().__init__(desk)
        self._decider = decider
        self._wanted_side = 0 if first_order is None else 1
        self._wanted_rules = first_order or ExitRules()
        self._rules = ExitRules()
        self._peak: float = 0.0
        self._held = 0
        self._exit_decided = False
        self._trailing_decided = False

    # -- at the open ------------------------------------------------------------------------------------------------

    def sell_at_open(self, row: int) -> None:
        lot = self.desk.lot
        if lot is None:
            return
        reason = self._reason_at_open(lot, row)
        if reason is not None and not self._is_kept_by_lock(lot, row):
            slips = reason is not Sale.TARGET
            self.desk.sell(lot, self.tape.open_fill(self.index, row, lot.closing_side, slips=slips), reason)

    def _is_kept_by_lock(self, lot: Lot, row: int) -> bool:
        if not self.tape.is_locked(self.index, row, lot.closing_side):
            return False
        self.desk.mark_once(lot, Event.LIMIT_LOCKED_SELL)
        return True

    def _reason_at_open(self, lot: Lot, row: int) -> Sale | None:
        """The first that applies: signal, holding limit, time cut-off, next_bar's order, a level."""
        rules = self._rules
        if self._exit_decided:
            return Sale.SIGNAL
        if rules.max_bars is not None and self._held >= rules.max_bars:
            return Sale.HOLDING_LIMIT
        if rules.cutoff_minute is not None and self.tape.minute[row] >= rules.cutoff_minute:
            return Sale.TIME_CUTOFF
        if self._trailing_decided:
            return Sale.TRAILING_STOP
        return self._level_at_open(lot, row)

    def _level_at_open(self, lot: Lot, row: int) -> Sale | None:
        nearest = self._nearest_stop(lot, row, self._peak)
        if nearest is not None and lot.side * self.tape.open[row] <= lot.side * nearest[0]:
            return nearest[1]
        target = self._target(lot, row)
        if target is not None and lot.side * self.tape.open[row] >= lot.side * target:
            return Sale.TARGET
        return None

    def buy_at_open(self, row: int) -> None:
        side, self._wanted_side = self._wanted_side, 0
        if side == 0:
            return
        fill_side = BUY if side > 0 else SELL
        if self.tape.is_locked(self.index, row, fill_side):
            self.desk.tally(Event.LIMIT_LOCKED_BUY)
            return
        lot = self.desk.buy(self.tape.open_fill(self.index, row, fill_side), side)
        if lot is not None:
            self._start(lot, row)

    def _start(self, lot: Lot, row: int) -> None:
        self._rules = self._wanted_rules
        self._peak = lot.entry
        self._held = 0
        self._exit_decided = False
        self._trailing_decided = False

    # -- levels -----------------------------------------------------------------------------------------------------

    def _level(self, row: int, anchor: float, ratio: float, sign: int) -> float:
        return self.tape.level(self.index, self.tape.session[row], anchor, ratio, sign)

    def _target(self, lot: Lot, row: int) -> float | None:
        ratio = self._rules.target_ratio
        return None if ratio is None else self._level(row, lot.entry, ratio, lot.side)

    def _trailing_level(self, lot: Lot, row: int, peak: float) -> float | None:
        ratio = self._rules.trailing_ratio
        return None if ratio is None else self._level(row, peak, ratio, -lot.side)

    def _nearest_stop(self, lot: Lot, row: int, peak: float) -> tuple[float, Sale] | None:
        """Stop or trailing level, whichever the falling price meets first; of equal ones the stop."""
        levels: list[tuple[float, Sale]] = []
        if self._rules.stop_ratio is not None:
            levels.append((self._level(row, lot.entry, self._rules.stop_ratio, -lot.side), Sale.STOP))
        trailing = self._trailing_level(lot, row, peak)
        if trailing is not None and not self._tests_close():
            levels.append((trailing, Sale.TRAILING_STOP))
        return max(levels, key=lambda level: lot.side * level[0], default=None)

    def _tests_close(self) -> bool:
        return self._rules.trailing_convention is TrailingConvention.NEXT_BAR

    # -- inside the bar ---------------------------------------------------------------------------------------------

    def sell_inside(self, row: int) -> None:
        lot = self.desk.lot
        if lot is None:
            return
        self._held += 1
        before = self._peak
        if self._rules.trailing_convention is TrailingConvention.RAISE_THEN_TEST:
            self._raise_peak(lot, self._best(lot, row))
        if self._meets_level(lot, row):
            return
        if self._tests_close():
            self._test_close(lot, row, before)
        is_by_close = self._rules.trailing_convention is TrailingConvention.OLD_PEAK_THEN_CLOSE
        self._raise_peak(lot, self.tape.close[row] if is_by_close else self._best(lot, row))

    def _best(self, lot: Lot, row: int) -> float:
        return self.tape.high[row] if lot.side > 0 else self.tape.low[row]

    def _worst(self, lot: Lot, row: int) -> float:
        return self.tape.low[row] if lot.side > 0 else self.tape.high[row]

    def _raise_peak(self, lot: Lot, price: float) -> None:
        if lot.side * price > lot.side * self._peak:
            self._peak = price

    def _test_close(self, lot: Lot, row: int, peak: float) -> None:
        level = self._trailing_level(lot, row, peak)
        if level is not None and lot.side * self.tape.close[row] <= lot.side * level:
            self._trailing_decided = True

    def _meets_level(self, lot: Lot, row: int) -> bool:
        """Sell at a level that the range holds, the stop before the target; true when sold."""
        nearest, target = self._nearest_stop(lot, row, self._peak), self._target(lot, row)
        meets_stop = nearest is not None and lot.side * self._worst(lot, row) <= lot.side * nearest[0]
        meets_target = target is not None and lot.side * self._best(lot, row) >= lot.side * target
        if not (meets_stop or meets_target) or self._is_kept_by_lock(lot, row):
            return False
        if meets_stop and meets_target:
            self.desk.mark(lot, Event.STOP_AND_TARGET)
        if meets_stop and nearest is not None:
            self.desk.sell(lot, self.tape.level_fill(self.index, row, nearest[0], lot.closing_side), nearest[1])
        elif target is not None:
            fill = self.tape.level_fill(self.index, row, target, lot.closing_side, slips=False)
            self.desk.sell(lot, fill, Sale.TARGET)
        return True

    # -- decisions --------------------------------------------------------------------------------------------------

    def decide(self, row: int) -> None:
        lot = self.desk.lot
        decision = self._decider(self.desk, row, self._held if lot is not None else 0)
        may_short = not self.tape.is_krx
        short_entry = may_short and decision.short_entry
        if lot is not None:
            if decision.entry or short_entry:
                self.desk.tally(Event.ENTRY_WHILE_HOLDING)
            self._exit_decided |= decision.exit if lot.side > 0 else decision.short_exit
        elif decision.entry or short_entry:
            self._wanted_side = 1 if decision.entry else -1
            self._wanted_rules = decision.exit_rules

    def is_waiting(self) -> bool:
        waits_to_sell = self.desk.lot is not None and (self._exit_decided or self._trailing_decided)
        return self._wanted_side != 0 or waits_to_sell
