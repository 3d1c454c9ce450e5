"""Costs, share counts and values of the two markets (docs/semantics.md, 4), and what a stake is (5).

Convention: under `krx` every amount is a Python int of whole won, under `plain` a float; a rate is whole parts per million.
"""

import math
from dataclasses import dataclass
from typing import Protocol

from bokgi.orders.rules import AccountMode, AccountRules, CostRules, Reinvest
from bokgi.orders.terms import Terms
from bokgi.units import PPM


class Money(Protocol):
    """The arithmetic of one market."""

    def from_capital(self, capital: float) -> float: ...
    def cut(self, amount: float) -> float: ...
    def shares(self, stake: float, price: float) -> float: ...
    def wanted_shares(self, weight: float, equity: float, price: float) -> float: ...
    def purchase_commission(self, amount: float) -> float: ...
    def sale_commission(self, amount: float) -> float: ...
    def taxes(self, amount: float, index: int, session: int) -> tuple[float, float]: ...
    def part(self, commission: float, sold: float, lot: float) -> float: ...
    def value(self, shares: float, close: float) -> float: ...


class WonMoney:
    """`krx`: whole won and whole shares."""

    def __init__(self, costs: CostRules, terms: Terms) -> None:
        self._costs = costs
        self._terms = terms

    def from_capital(self, capital: float) -> int:
        return math.floor(capital)

    def cut(self, amount: float) -> int:
        return math.floor(amount)

    def shares(self, stake: float, price: float) -> int:
        """The largest n with n x price + commission(n x price) <= stake."""
        if stake <= 0 or price <= 0:
            return 0
        count = int(stake // price)
        while count > 0 and count * price + self.purchase_commission(count * price) > stake:
            count -= 1
        return count

    def wanted_shares(self, weight: float, equity: float, price: float) -> int:
        return int(math.floor(weight * equity) // price)

    def _commission(self, amount: int) -> int:
        commission = amount * self._costs.commission_ppm // PPM
        unit = self._costs.commission_unit_krw
        return commission // unit * unit

    def purchase_commission(self, amount: float) -> int:
        return self._commission(int(amount)) if self._costs.commission_on_buy else 0

    def sale_commission(self, amount: float) -> int:
        return self._commission(int(amount))

    def taxes(self, amount: float, index: int, session: int) -> tuple[int, int]:
        """Transaction tax and special agricultural tax, each cut off below one won."""
        whole = int(amount)
        if self._costs.fixed_tax_ppm is not None:
            return whole * self._costs.fixed_tax_ppm // PPM, 0
        transaction = int(self._terms.transaction_tax_ppm[index, session])
        special = int(self._terms.special_tax_ppm[index, session])
        return whole * transaction // PPM, whole * special // PPM

    def part(self, commission: float, sold: float, lot: float) -> int:
        return int(commission) * int(sold) // int(lot)

    def value(self, shares: float, close: float) -> int:
        return int(shares) * math.floor(close)


class FloatMoney:
    """`plain`: money in floats, one fee ratio, no taxes."""

    def __init__(self, fee_ratio: float, *, fractional: bool) -> None:
        self._fee_ratio = fee_ratio
        self._fractional = fractional

    def from_capital(self, capital: float) -> float:
        return float(capital)

    def cut(self, amount: float) -> float:
        return amount

    def shares(self, stake: float, price: float) -> float:
        if stake <= 0 or price <= 0:
            return 0.0
        shares = stake / (price * (1.0 + self._fee_ratio))
        return shares if self._fractional else float(math.floor(shares))

    def wanted_shares(self, weight: float, equity: float, price: float) -> float:
        shares = weight * equity / price
        return shares if self._fractional else float(math.floor(shares))

    def purchase_commission(self, amount: float) -> float:
        return amount * self._fee_ratio

    def sale_commission(self, amount: float) -> float:
        return amount * self._fee_ratio

    def taxes(self, amount: float, index: int, session: int) -> tuple[float, float]:
        return 0.0, 0.0

    def part(self, commission: float, sold: float, lot: float) -> float:
        return commission * sold / lot

    def value(self, shares: float, close: float) -> float:
        return shares * close


@dataclass
class Account:
    """Cash of one stock, or of all stocks in a shared account."""

    cash: float
    seed: float


class Bank:
    """Accounts, and the stake that a purchase may take."""

    def __init__(self, money: Money, rules: AccountRules, counted: list[bool]) -> None:
        self._money = money
        self._rules = rules
        self.is_shared = rules.mode is AccountMode.SHARED
        self.seed = money.from_capital(rules.initial_capital)
        self.number = sum(counted)
        self.initial_equity: float = self.seed if self.is_shared else self.seed * self.number
        self.previous_equity: float = self.initial_equity
        common = Account(self.seed, self.seed)
        self.accounts = [common if self.is_shared else Account(self.seed, self.seed) for _ in counted]

    def _is_capped(self) -> bool:
        return self._rules.reinvest is Reinvest.SEED_CAPPED

    def stake(self, account: Account) -> float:
        if not self.is_shared:
            return min(self.seed, account.cash) if self._is_capped() else account.cash
        base = min(self.seed, self.previous_equity) if self._is_capped() else self.previous_equity
        fraction = self._rules.position_fraction
        if fraction is None:
            fraction = 1.0 / self.number
        return min(account.cash, self._money.cut(fraction * base))
