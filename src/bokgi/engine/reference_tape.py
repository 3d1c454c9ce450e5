"""What the market shows, read slowly: bars, auctions, limits, ticks and the price of a fill.

Convention: `side` is the side of a fill, `BUY` or `SELL`; rows are rows of the panel; every number is a plain Python
number taken from the panel once. Chapter numbers in comments are those of docs/semantics.md.
"""

import math
from dataclasses import dataclass

from bokgi.bars.panel import Panel
from bokgi.orders.rules import ExecutionRules, Market
from bokgi.orders.terms import Terms
from bokgi.units import MICROS_PER_MINUTE, PPM

BUY = 1
SELL = -1


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution: the row and session it belongs to, its instant [µs] and its price."""

    row: int
    session: int
    at: int
    price: float


def _is_traded(high: float, low: float, volume: float) -> bool:
    if volume > 0:
        return high > 0
    return high > low


class Tape:
    """One panel under one set of rules, as plain lists."""

    def __init__(self, panel: Panel, terms: Terms, rules: ExecutionRules) -> None:
        self.panel, self.terms, self.rules = panel, terms, rules
        self.is_krx = rules.market is Market.KRX
        self.open: list[float] = panel.open.tolist()
        self.high: list[float] = panel.high.tolist()
        self.low: list[float] = panel.low.tolist()
        self.close: list[float] = panel.close.tolist()
        self.volume: list[float] = panel.volume.tolist()
        self.session: list[int] = panel.session.tolist()
        self.minute: list[int] = panel.minute.tolist()
        self.close_minute: list[int] = panel.sessions.close_minute.tolist()
        self.midnight_at: list[int] = panel.sessions.midnight_at.tolist()
        self.sessions = len(panel.sessions)
        self.instruments = len(panel.instruments)
        self.delisted: list[int] = [min(int(s), self.sessions) for s in terms.delisted_session]
        self.traded = [_is_traded(high, low, volume) for high, low, volume in zip(self.high, self.low, self.volume, strict=True)]
        self.rows: list[list[int]] = [self._read_rows(index) for index in range(self.instruments)]
        self.traded_rows = [[row for row in rows if self.traded[row]] for rows in self.rows]
        self._by_session = [self._grouped(rows) for rows in self.rows]

    def _read_rows(self, index: int) -> list[int]:
        """Rows of the instrument before its delisting (3, Delisting)."""
        rows = self.panel.rows_of(index)
        return [row for row in range(rows.start, rows.stop) if self.session[row] < self.delisted[index]]

    def _grouped(self, rows: list[int]) -> dict[int, list[int]]:
        groups: dict[int, list[int]] = {}
        for row in rows:
            groups.setdefault(self.session[row], []).append(row)
        return groups

    # -- sessions ---------------------------------------------------------------------------------------------------

    def rows_in(self, index: int, session: int) -> list[int]:
        return self._by_session[index].get(session, [])

    def traded_in(self, index: int, session: int) -> list[int]:
        return [row for row in self.rows_in(index, session) if self.traded[row]]

    def regular_in(self, index: int, session: int) -> list[int]:
        """Traded rows before the auction: neither the auction bar nor a `last_bar` auction (6)."""
        return [row for row in self.traded_in(index, session) if self.is_regular(index, row)]

    def is_regular(self, index: int, row: int) -> bool:
        session = self.session[row]
        return row != int(self.panel.auction_row[index, session]) and self.minute[row] < self.close_minute[session]

    def has_auction(self, index: int, session: int) -> bool:
        """A price is there, and the instrument traded that session (9, Auctions)."""
        if math.isnan(float(self.panel.auction[index, session])):
            return False
        return len(self.traded_in(index, session)) > 0

    def is_event(self, index: int, session: int) -> bool:
        """Whether the session's auction price is no bar of the panel."""
        return self.has_auction(index, session) and self.auction_row(index, session) < 0

    def auction_row(self, index: int, session: int) -> int:
        return int(self.panel.auction_row[index, session])

    # -- locks ------------------------------------------------------------------------------------------------------

    def _limit(self, index: int, session: int, side: int) -> float:
        grid = self.terms.upper_limit if side == BUY else self.terms.lower_limit
        return float(grid[index, session])

    def is_locked(self, index: int, row: int, side: int) -> bool:
        """Open = high = low = close = the limit against this side, and volume above 0."""
        limit = self._limit(index, self.session[row], side)
        prices = (self.open[row], self.high[row], self.low[row], self.close[row])
        return self.volume[row] > 0 and all(price == limit for price in prices)

    def is_auction_locked(self, index: int, session: int, side: int) -> bool:
        return float(self.panel.auction[index, session]) == self._limit(index, session, side)

    # -- ticks ------------------------------------------------------------------------------------------------------

    def has_ticks(self, index: int, session: int) -> bool:
        return int(self.terms.ladder[index, session]) >= 0

    def _tick(self, index: int, session: int, price: float, *, below: bool) -> int:
        """Tick of the step that holds the price; `below`: of the step that holds the prices just below it."""
        ladder = int(self.terms.ladder[index, session])
        for bound, step in zip(self.terms.ladder_bounds[ladder], self.terms.ladder_steps[ladder], strict=True):
            if price < float(bound) or (below and price == float(bound)):
                return int(step)
        return int(self.terms.ladder_steps[ladder][-1])

    def to_tick(self, index: int, session: int, price: int, side: int) -> int:
        """Against the trader: up for a purchase, down for a sale."""
        tick = self._tick(index, session, price, below=False)
        down = price // tick * tick
        if side == SELL or down == price:
            return down
        return down + tick

    def level(self, index: int, session: int, anchor: float, ratio: float, sign: int) -> float:
        """A stop, target or trailing level: `anchor` moved by `ratio` up (sign 1) or down (sign -1)."""
        if not self.has_ticks(index, session):
            return anchor * (1.0 + ratio) if sign > 0 else anchor * (1.0 - ratio)
        parts = PPM + sign * round(ratio * 1e6)
        return self.to_tick(index, session, math.floor(anchor) * parts // PPM, SELL)

    def profit_level(self, index: int, session: int, entry: float, peak: float, ratio: float) -> float:
        """`entry + (peak - entry) * ratio`, on a ladder in whole numbers and down to the tick."""
        if not self.has_ticks(index, session):
            return entry + (peak - entry) * ratio
        whole_entry, whole_peak = math.floor(entry), math.floor(peak)
        price = (whole_entry * PPM + (whole_peak - whole_entry) * round(ratio * 1e6)) // PPM
        return self.to_tick(index, session, price, SELL)

    def is_armed(self, index: int, session: int, entry: float, peak: float, ratio: float) -> bool:
        parts = round(ratio * 1e6)
        if not self.has_ticks(index, session):
            return peak * 1e6 >= entry * (1e6 + parts)
        return math.floor(peak) * PPM >= math.floor(entry) * (PPM + parts)

    # -- slippage and the price of a fill ---------------------------------------------------------------------------

    def _slipped(self, index: int, session: int, price: float, side: int) -> float:
        ticks, basis_points = self.rules.slippage_ticks, self.rules.slippage_bps
        if ticks == 0 and basis_points == 0:
            return price
        if not self.has_ticks(index, session):
            if ticks:
                return price
            return price * (1.0 + basis_points / 10000.0) if side == BUY else price * (1.0 - basis_points / 10000.0)
        whole = self.to_tick(index, session, self._whole(price, side), side)
        if ticks:
            return self._moved(index, session, whole, side)
        parts = round(basis_points * 100)
        if side == SELL:
            return self.to_tick(index, session, whole * (PPM - parts) // PPM, side)
        return self.to_tick(index, session, -(-whole * (PPM + parts) // PPM), side)

    def _moved(self, index: int, session: int, price: int, side: int) -> int:
        for _ in range(self.rules.slippage_ticks):
            price += side * self._tick(index, session, price, below=side == SELL)
        return price

    @staticmethod
    def _whole(price: float, side: int) -> int:
        return math.ceil(price) if side == BUY else math.floor(price)

    def _kept_inside(self, row: int, price: float) -> float:
        return min(max(price, self.low[row]), self.high[row])

    def _final(self, price: float, side: int) -> float:
        return self._whole(price, side) if self.is_krx else price

    def _price(self, index: int, row: int, price: float, side: int, *, slips: bool = True) -> float:
        session = self.session[row]
        moved = self._slipped(index, session, price, side) if slips else price
        return self._final(self._kept_inside(row, moved), side)

    def start_at(self, row: int) -> int:
        return self.midnight_at[self.session[row]] + self.minute[row] * MICROS_PER_MINUTE

    def end_minute(self, row: int) -> int:
        length = self.panel.interval.minutes
        return self.minute[row] + length if length > 0 else self.close_minute[self.session[row]]

    def end_at(self, index: int, row: int) -> int:
        session = self.session[row]
        is_auction = row == self.auction_row(index, session)
        minute = self.close_minute[session] if is_auction else self.end_minute(row)
        return self.midnight_at[session] + minute * MICROS_PER_MINUTE

    def open_fill(self, index: int, row: int, side: int, *, slips: bool = True) -> Fill:
        return Fill(row, self.session[row], self.start_at(row), self._price(index, row, self.open[row], side, slips=slips))

    def level_fill(self, index: int, row: int, level: float, side: int, *, slips: bool = True) -> Fill:
        return Fill(row, self.session[row], self.start_at(row), self._price(index, row, level, side, slips=slips))

    def close_fill(self, index: int, row: int, side: int, *, slips: bool = True) -> Fill:
        return Fill(row, self.session[row], self.end_at(index, row), self._price(index, row, self.close[row], side, slips=slips))

    def auction_fill(self, index: int, session: int, side: int) -> Fill:
        """One price, no slippage; its instant is the regular close (9, Auctions)."""
        row = self.auction_row(index, session)
        row = row if row >= 0 else self.rows_in(index, session)[-1]
        at = self.midnight_at[session] + self.close_minute[session] * MICROS_PER_MINUTE
        return Fill(row, session, at, self._final(float(self.panel.auction[index, session]), side))

    def last_fill(self, index: int, side: int) -> Fill:
        """At the last traded close of the instrument: a delisted holding."""
        row = self.traded_rows[index][-1]
        if self.is_event(index, self.session[row]):
            return self.auction_fill(index, self.session[row], side)
        return self.close_fill(index, row, side, slips=False)

    def last_slot(self, index: int) -> tuple[int, int] | None:
        """(session, minute) of the instrument's last price."""
        if not self.traded_rows[index]:
            return None
        row = self.traded_rows[index][-1]
        session = self.session[row]
        return (session, self.close_minute[session] if self.is_event(index, session) else self.minute[row])
