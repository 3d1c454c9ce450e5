"""What a strategy wants, in the five forms that the engine understands."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

from bokgi.orders.on_bar import BarContext
from bokgi.orders.rules import ExitRules
from bokgi.units import BoolArray, FloatArray

CLOSE_MINUTE = -1
"""The word `close` as a clock time: the closing-auction price, whatever the session's hours are."""


class EndOfDay(IntEnum):
    """What an armed, unsold trailing position does when the session ends."""

    SELL = 0
    CARRY = 1


@dataclass(frozen=True)
class SignalPlan:
    """Decisions taken on a bar's close, filled at the instrument's next traded bar's open.

    entries, exits : bool[row]; short_entries, short_exits : bool[row] or None (`plain` only)
    Rows of untraded bars are never read.
    """

    entries: BoolArray
    exits: BoolArray
    short_entries: BoolArray | None = None
    short_exits: BoolArray | None = None
    exit_rules: ExitRules = field(default_factory=ExitRules)
    enter_at_first_open: bool = False
    """Buy and hold: in at the open of the first traded bar; `entries` is then not read."""


@dataclass(frozen=True, slots=True)
class ClockPlan:
    """`daily_trading`: buy and sell at fixed minutes of the same session (or `CLOSE_MINUTE`)."""

    buy_minute: int
    sell_minute: int


@dataclass(frozen=True, slots=True)
class OvernightTrailPlan:
    """`trailing_stop`: bought at `buy_minute`, sold in the next session as docs/semantics.md says.

    min_profit_ratio : the peak must reach entry x (1 + this) to arm
    profit_cutoff_ratio : share of the peak's profit that is kept
    """

    buy_minute: int
    min_profit_ratio: float
    profit_cutoff_ratio: float
    loss_cutoff_minute: int
    end_of_day: EndOfDay = EndOfDay.SELL


@dataclass(frozen=True)
class WeightPlan:
    """Target weights of equity decided on a bar's close; shared account only.

    weights : float64[row], 0..1; NaN leaves the position as it is
    """

    weights: FloatArray


@dataclass(frozen=True)
class OnBarPlan:
    """Decisions of plain Python, asked for at each traded bar's close; runs on the reference engine.

    start : gives a fresh decider for one instrument (own state, nothing shared); it is called with a `BarContext` for every
        traded bar in order, and what it wishes stands in `context.decision`
    """

    start: Callable[[], Callable[[BarContext], None]]
    exit_rules: ExitRules = field(default_factory=ExitRules)


Plan = SignalPlan | ClockPlan | OvernightTrailPlan | WeightPlan | OnBarPlan
