"""Commission, taxes and numbers of shares (docs/semantics.md, 4). Products with rates are exact in int64."""

import math

from bokgi.engine.compiling import step_njit
from bokgi.engine.kernel_layout import Record


@step_njit
def share_of(amount: int, ppm: int) -> int:
    """floor(amount x ppm / 1,000,000) without a product that could overflow [KRW]."""
    return amount // 1_000_000 * ppm + amount % 1_000_000 * ppm // 1_000_000


@step_njit
def commission_of(rules: Record, amount: float, is_purchase: bool) -> float:
    """Commission of one fill, cut down to the commission unit; under `plain` the fee."""
    if not rules.is_krx:
        return amount * float(rules.fee)
    whole = share_of(int(amount), rules.buy_ppm if is_purchase else rules.sell_ppm)
    return float(whole // rules.unit * rules.unit)


@step_njit
def taxes_of(rules: Record, day: Record, amount: float) -> tuple[float, float]:
    """Transaction tax and special agricultural tax of a sale, cut off separately [KRW]."""
    if not rules.is_krx:
        return 0.0, 0.0
    if rules.fixed_tax >= 0:
        return float(share_of(int(amount), rules.fixed_tax)), 0.0
    return float(share_of(int(amount), day.tax)), float(share_of(int(amount), day.special))


@step_njit
def affordable(rules: Record, stake: float, price: float) -> float:
    """The largest number of shares that a stake pays with its commission."""
    if stake <= 0.0 or price <= 0.0:
        return 0.0
    if not rules.is_krx:
        shares = stake / (price * (1.0 + float(rules.fee)))
        return shares if rules.fractional else math.floor(shares) * 1.0
    # The estimate is at most a few shares off; the loops make it exact.
    shares = math.floor(stake / (price * (1.0 + int(rules.buy_ppm) / 1e6))) * 1.0
    while shares > 0.0 and shares * price + commission_of(rules, shares * price, is_purchase=True) > stake:
        shares -= 1.0
    while (shares + 1.0) * price + commission_of(rules, (shares + 1.0) * price, is_purchase=True) <= stake:
        shares += 1.0
    return shares


@step_njit
def stake_of(rules: Record, account: Record) -> float:
    """The money that one entry may take."""
    cash, seed = float(account.cash), float(rules.capital)
    if not rules.shared:
        return min(seed, cash) if rules.seed_capped else cash
    equity = float(account.equity_before)
    base = min(seed, equity) if rules.seed_capped else equity
    stake = min(cash, float(rules.fraction) * base)
    return math.floor(stake) * 1.0 if rules.is_krx else stake
