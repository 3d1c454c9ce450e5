"""What a strategy sees that decides bar by bar, and how it says what it wants.

The arrays of a context end with the bar that just closed: later bars are not in them. They hold the traded bars of one
instrument only. A decision is taken on the bar's close and filled like every signal: at the next traded bar's open.
"""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

import numpy as np

from bokgi.bars.panel import Panel
from bokgi.errors.orders import RuleOutOfRange
from bokgi.market.instruments import Instrument
from bokgi.orders.rules import ExitRules
from bokgi.units import FloatArray, IntArray


class Decision(IntEnum):
    """What was wished on a bar; the last word counts."""

    NOTHING = 0
    BUY = 1
    SELL = 2
    SHORT = 3
    COVER = 4


@dataclass(frozen=True, slots=True)
class Position:
    """shares : negative when short; held_bars : traded bars of holding, the purchase's bar is the first."""

    shares: float
    entry_price: float
    held_bars: int


@dataclass(slots=True)
class BarContext:
    """The market of one instrument as it stands at a bar's close.

    open, high, low, close, volume : float64[bar], the instrument's traded bars up to and including this one
    session, minute : trading day and start of this bar in exchange time
    shares : held now, negative when short; entry_price : NaN when flat; cash, equity : of the account
    held_bars : traded bars of holding, the purchase's bar is the first; 0 when flat
    exit_rules : of the wished entry, where it gives its own; None takes the plan's

    Examples
    --------
    >>> import numpy as np
    >>> prices = np.array([100.0, 101.0])
    >>> context = BarContext(Instrument("005930"), date(2025, 4, 1), 540, prices, prices, prices, prices, prices)
    >>> context.buy()
    >>> context.decision.name
    'BUY'
    """

    instrument: Instrument
    session: date
    minute: int
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    shares: float = 0.0
    entry_price: float = float("nan")
    cash: float = 0.0
    equity: float = 0.0
    held_bars: int = 0
    decision: Decision = Decision.NOTHING
    exit_rules: ExitRules | None = None

    @property
    def code(self) -> str:
        return self.instrument.code

    @property
    def bars(self) -> int:
        """Number of traded bars seen so far, this one included."""
        return len(self.close)

    @property
    def index(self) -> int:
        """Number of this bar among the traded bars of the instrument, from 0."""
        return len(self.close) - 1

    @property
    def position(self) -> Position | None:
        """What is held at this bar's close, None when flat."""
        return Position(self.shares, self.entry_price, self.held_bars) if self.shares != 0 else None

    def buy(self, *, stop: float | None = None, target: float | None = None, trailing: float | None = None) -> None:
        """Buy with the whole stake at the next open; stop, target and trailing distance as ratios of the price."""
        self._enter(Decision.BUY, stop, target, trailing)

    def _enter(self, decision: Decision, stop: float | None, target: float | None, trailing: float | None) -> None:
        for name, ratio, highest in (("stop", stop, 1.0), ("target", target, 1000.0), ("trailing", trailing, 1.0)):
            if ratio is not None and not 0.0 <= ratio <= highest:
                raise RuleOutOfRange(name, ratio, f"0..{highest:g}")
        self.decision = decision
        has_own = stop is not None or target is not None or trailing is not None
        self.exit_rules = ExitRules(stop_ratio=stop, target_ratio=target, trailing_ratio=trailing) if has_own else None

    def sell(self) -> None:
        """Sell everything at the next open."""
        self.decision = Decision.SELL

    def short(self, *, stop: float | None = None, target: float | None = None, trailing: float | None = None) -> None:
        """Sell short with the whole stake at the next open (`plain` only); ratios as for `buy`."""
        self._enter(Decision.SHORT, stop, target, trailing)

    def cover(self) -> None:
        """Buy the short position back at the next open."""
        self.decision = Decision.COVER


@dataclass(frozen=True)
class BarHistory:
    """The traded bars of one instrument, from which contexts are cut.

    rows : int64[bar], their rows in the panel
    """

    panel: Panel
    index: int
    rows: IntArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray

    def __len__(self) -> int:
        return len(self.rows)

    def context(self, bar: int, shares: float = 0.0, entry_price: float = float("nan"), cash: float = 0.0) -> BarContext:
        """The context at the close of traded bar number `bar` of this instrument."""
        row, end = int(self.rows[bar]), bar + 1
        return BarContext(
            instrument=self.panel.instruments[self.index],
            session=self.panel.sessions.day[self.panel.session[row]].item(),
            minute=int(self.panel.minute[row]),
            open=self.open[:end],
            high=self.high[:end],
            low=self.low[:end],
            close=self.close[:end],
            volume=self.volume[:end],
            shares=shares,
            entry_price=entry_price,
            cash=cash,
        )


def bar_history(panel: Panel, index: int) -> BarHistory:
    """The traded bars of instrument `index`, read-only."""
    span = panel.rows_of(index)
    rows = np.flatnonzero(panel.traded[span]) + span.start
    columns = [_frozen(column[rows]) for column in (panel.open, panel.high, panel.low, panel.close, panel.volume)]
    return BarHistory(panel, index, rows, *columns)


def _frozen(column: FloatArray) -> FloatArray:
    column.flags.writeable = False
    return column
