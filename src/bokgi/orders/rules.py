"""The rules under which orders are executed and money is kept."""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class Market(StrEnum):
    """`krx`: whole won, whole shares, ticks, limits, long only. `plain`: float money, long and short."""

    KRX = "krx"
    PLAIN = "plain"


class Unpriced(StrEnum):
    """What to do when the data can price a clock time in no session."""

    REFUSE = "refuse"
    LAST_BAR = "last_bar"


class TrailingConvention(IntEnum):
    """In which order a bar tests a trailing stop and raises its peak."""

    OLD_PEAK_THEN_HIGH = 0
    OLD_PEAK_THEN_CLOSE = 1
    RAISE_THEN_TEST = 2
    NEXT_BAR = 3


class Reinvest(StrEnum):
    """`compound`: the whole balance; `seed_capped`: min(seed, balance), gains are set aside."""

    COMPOUND = "compound"
    SEED_CAPPED = "seed_capped"


class AccountMode(StrEnum):
    PER_STOCK = "per_stock"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class CostRules:
    """Rates of the `krx` market in parts per million; of `plain` as a ratio of the amount.

    commission_ppm : of each side [ppm]
    commission_on_buy : whether purchases pay commission
    fixed_tax_ppm : one tax on sales instead of the dated ones [ppm]; None takes the law's
    commission_unit_krw : commission is cut down to a multiple of this [KRW]: 1 or 10
    plain_fee_ratio : fee of each side under `plain`
    """

    commission_ppm: int = 110
    commission_on_buy: bool = True
    fixed_tax_ppm: int | None = None
    commission_unit_krw: int = 1
    plain_fee_ratio: float = 0.0


@dataclass(frozen=True, slots=True)
class ExecutionRules:
    """How a decision becomes a fill.

    max_wait_minutes : a purchase without a traded bar within this time after its clock time is dropped
    slippage_ticks, slippage_bps : against the trader; ticks under `krx` only, at most one of the two
    fractional_shares : `plain` only
    """

    market: Market = Market.KRX
    costs: CostRules = field(default_factory=CostRules)
    max_wait_minutes: int = 10
    slippage_ticks: int = 0
    slippage_bps: float = 0.0
    unpriced: Unpriced = Unpriced.REFUSE
    fractional_shares: bool = False


@dataclass(frozen=True, slots=True)
class AccountRules:
    """initial_capital : of each stock's account, or of the shared one [KRW or plain money]
    position_fraction : of the shared account's equity that an entry takes; None is 1 / instruments
    """

    mode: AccountMode = AccountMode.PER_STOCK
    initial_capital: float = 10_000_000
    reinvest: Reinvest = Reinvest.COMPOUND
    position_fraction: float | None = None


@dataclass(frozen=True, slots=True)
class ExitRules:
    """Exits that the engine applies to an open position; ratios of the entry price, None is off.

    stop_ratio, target_ratio : distance of stop and target from the entry price
    trailing_ratio : distance of the trailing level below the peak (above the trough for shorts)
    cutoff_minute : sell at the open of the first traded bar at or after this minute of any later or same session
    max_bars : sell at the open after this many traded bars of holding
    """

    stop_ratio: float | None = None
    target_ratio: float | None = None
    trailing_ratio: float | None = None
    trailing_convention: TrailingConvention = TrailingConvention.OLD_PEAK_THEN_HIGH
    cutoff_minute: int | None = None
    max_bars: int | None = None

    @property
    def is_empty(self) -> bool:
        return (
            self.stop_ratio is None
            and self.target_ratio is None
            and self.trailing_ratio is None
            and self.cutoff_minute is None
            and self.max_bars is None
        )
