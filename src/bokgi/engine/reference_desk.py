"""One instrument's dealings: its open lots, finished trades, counters and marks.

Convention: a lot is one purchase (or the rest of one); `trades` holds finished and open ones with the order of their
purchase, so that the columns can be sorted as orders/simulation.py documents.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import count

from bokgi.engine.reference_money import Account, Bank, Money
from bokgi.engine.reference_tape import BUY, SELL, Fill, Tape
from bokgi.orders.reasons import Event, Sale

EVENTS_FLAGGED = (
    Event.LIMIT_LOCKED_SELL,
    Event.LATE_FILL,
    Event.COVERAGE_END,
    Event.SOLD_AT_LAST_BAR,
    Event.CARRIED_OVER,
    Event.SKIPPED_SESSION,
    Event.UNPRICED_LAST_BAR,
    Event.STOP_AND_TARGET,
)
_NEVER = Fill(-1, -1, -1, math.nan)


@dataclass
class Lot:
    """Shares bought (or, for shorts, sold) in one fill. `order` numbers purchases over the whole run."""

    order: int
    side: int
    bought: Fill
    shares: float
    amount: float
    commission: float
    flags: int = 0

    @property
    def entry(self) -> float:
        return self.bought.price

    @property
    def closing_side(self) -> int:
        return SELL if self.side > 0 else BUY


@dataclass(frozen=True)
class Trade:
    """A finished trade, or an open one with empty sale columns."""

    instrument: int
    order: int
    side: int
    bought: Fill
    sold: Fill
    shares: float
    invested: float
    buy_commission: float
    sell_commission: float
    transaction_tax: float
    special_tax: float
    profit: float
    balance: float
    reason: Sale
    flags: int


@dataclass
class Desk:
    """The dealings of instrument `index`."""

    index: int
    tape: Tape
    money: Money
    bank: Bank
    account: Account
    numbers: "count[int]"
    lots: list[Lot] = field(default_factory=list)
    trades: list[Trade] = field(default_factory=list)
    counts: dict[Event, int] = field(default_factory=lambda: dict.fromkeys(Event, 0))
    late_minutes: int = 0
    held_bars: int = 0
    realised: float = 0
    last_close: float | None = None

    @property
    def lot(self) -> Lot | None:
        """The open position where there is never more than one."""
        return self.lots[0] if self.lots else None

    # -- counting ---------------------------------------------------------------------------------------------------

    def tally(self, event: Event, times: int = 1) -> None:
        self.counts[event] += times

    def mark(self, lot: Lot, event: Event, times: int = 1) -> None:
        """Count an event that belongs to a trade."""
        assert event in EVENTS_FLAGGED
        self.tally(event, times)
        lot.flags |= 1 << int(event)

    def mark_once(self, lot: Lot, event: Event) -> None:
        if not lot.flags >> int(event) & 1:
            self.mark(lot, event)

    # -- dealing ----------------------------------------------------------------------------------------------------

    def buy(self, fill: Fill, side: int = 1) -> Lot | None:
        """Open a position with the stake that the account gives; None when it pays for no share."""
        return self.buy_shares(fill, self.money.shares(self.bank.stake(self.account), fill.price), side)

    def buy_shares(self, fill: Fill, shares: float, side: int = 1) -> Lot | None:
        if shares <= 0:
            self.tally(Event.NO_CASH)
            return None
        amount = shares * fill.price
        if side > 0:
            commission = self.money.purchase_commission(amount)
            self.account.cash = self.account.cash - amount - commission
        else:
            commission = self.money.sale_commission(amount)
            self.account.cash = self.account.cash + amount - commission
        lot = Lot(next(self.numbers), side, fill, shares, amount, commission)
        self.lots.append(lot)
        return lot

    def sell(self, lot: Lot, fill: Fill, reason: Sale) -> None:
        """Close the whole lot."""
        self.lots.remove(lot)
        amount = lot.shares * fill.price
        if lot.side > 0:
            commission = self.money.sale_commission(amount)
            transaction_tax, special_tax = self.money.taxes(amount, self.index, fill.session)
            self.account.cash = self.account.cash + amount - commission - transaction_tax - special_tax
            profit = amount - commission - transaction_tax - special_tax - lot.amount - lot.commission
        else:
            commission = self.money.purchase_commission(amount)
            transaction_tax, special_tax = 0, 0
            self.account.cash = self.account.cash - amount - commission
            profit = lot.amount - lot.commission - amount - commission
        self.realised = self.realised + profit
        costs = (commission, transaction_tax, special_tax)
        self.trades.append(self._trade(lot, fill, reason, costs, profit, self.account.cash))

    def split(self, lot: Lot, shares: float) -> Lot:
        """Cut `shares` off a lot, to be sold; the rest keeps the rest of the commission (5, Target weights)."""
        commission = self.money.part(lot.commission, shares, lot.shares)
        sold = replace(lot, shares=shares, amount=shares * lot.entry, commission=commission)
        lot.shares = lot.shares - shares
        lot.amount = lot.shares * lot.entry
        lot.commission = lot.commission - commission
        self.lots.insert(self.lots.index(lot), sold)
        return sold

    def sell_all(self, side_fill: Fill, reason: Sale) -> None:
        for lot in list(self.lots):
            self.sell(lot, side_fill, reason)

    def _trade(self, lot: Lot, sold: Fill, reason: Sale, costs: tuple[float, float, float], profit: float, balance: float) -> Trade:
        return Trade(
            self.index, lot.order, lot.side, lot.bought, sold, lot.shares, lot.amount + lot.commission, lot.commission,
            *costs, profit, balance, reason, lot.flags,
        )  # fmt: skip

    def all_trades(self) -> Iterable[Trade]:
        """Finished trades in the order of sales, then the open ones."""
        yield from self.trades
        for lot in self.lots:
            yield self._trade(lot, _NEVER, Sale.OPEN, (math.nan, math.nan, math.nan), math.nan, math.nan)

    # -- value ------------------------------------------------------------------------------------------------------

    def value(self) -> float:
        """Of the open lots at the last traded close; shorts count negative."""
        if not self.lots or self.last_close is None:
            return 0
        shares: float = 0
        for lot in self.lots:
            shares = shares + lot.shares
        return self.lots[0].side * self.money.value(shares, self.last_close)

    def profit(self) -> float:
        """Realised and unrealised."""
        total = self.realised
        if self.last_close is None:
            return total
        for lot in self.lots:
            worth = self.money.value(lot.shares, self.last_close)
            if lot.side > 0:
                total = total + ((worth - lot.amount) - lot.commission)
            else:
                total = total + ((lot.amount - lot.commission) - worth)
        return total
