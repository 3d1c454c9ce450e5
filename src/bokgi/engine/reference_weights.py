"""Target weights of a shared account (docs/semantics.md, 5 and 9)."""

import math

from bokgi.engine.reference_desk import Desk
from bokgi.engine.reference_tape import BUY, SELL
from bokgi.engine.reference_traders import Trader
from bokgi.orders.plans import WeightPlan
from bokgi.orders.reasons import Event, Sale


class WeightTrader(Trader):
    """Carries out the last decision at the open of the next traded bar."""

    def __init__(self, desk: Desk, plan: WeightPlan) -> None:
        super().__init__(desk)
        self._weights: list[float] = plan.weights.tolist()
        self._wanted_weight: float | None = None
        self._is_lock_counted = False
        self._addition: float = 0

    def _held_shares(self) -> float:
        total: float = 0
        for lot in self.desk.lots:
            total = total + lot.shares
        return total

    def _difference(self, row: int, weight: float) -> float:
        """Shares to add (above 0) or to give up (below 0)."""
        price = self.tape.open[row]
        if self.tape.is_krx:
            price = math.ceil(price)
        wanted = self.desk.money.wanted_shares(weight, self.desk.bank.previous_equity, price)
        return wanted - self._held_shares()

    def sell_at_open(self, row: int) -> None:
        """Reductions; an addition is remembered for the next phase."""
        self._addition = 0
        if self._wanted_weight is None:
            return
        difference = self._difference(row, self._wanted_weight)
        if difference < 0 and self.tape.is_locked(self.index, row, SELL):
            self._count_lock()
            return
        self._wanted_weight = None
        self._addition = max(difference, 0)
        if difference < 0:
            self._reduce(row, -difference)

    def _count_lock(self) -> None:
        if not self._is_lock_counted:
            self.desk.mark(self.desk.lots[0], Event.LIMIT_LOCKED_SELL)
        self._is_lock_counted = True

    def _reduce(self, row: int, shares: float) -> None:
        """The oldest lots first, one trade a lot."""
        fill = self.tape.open_fill(self.index, row, SELL)
        while shares > 0 and self.desk.lots:
            lot = self.desk.lots[0]
            sold = lot if lot.shares <= shares else self.desk.split(lot, shares)
            shares = shares - sold.shares
            self.desk.sell(sold, fill, Sale.REBALANCE)

    def buy_at_open(self, row: int) -> None:
        if self._addition <= 0:
            return
        if self.tape.is_locked(self.index, row, BUY):
            self.desk.tally(Event.LIMIT_LOCKED_BUY)
            return
        fill = self.tape.open_fill(self.index, row, BUY)
        affordable = self.desk.money.shares(self.desk.account.cash, fill.price)
        self.desk.buy_shares(fill, min(self._addition, affordable))

    def decide(self, row: int) -> None:
        weight = self._weights[row]
        if not math.isnan(weight):
            self._wanted_weight = weight
            self._is_lock_counted = False

    def is_waiting(self) -> bool:
        return self._wanted_weight is not None
