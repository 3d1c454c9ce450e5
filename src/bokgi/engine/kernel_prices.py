"""Ticks, levels, locks, slippage: at which price a fill is made (docs/semantics.md, 3 and 9)."""

import math

from bokgi.engine.compiling import step_njit
from bokgi.engine.kernel_layout import LADDER_STEPS, Record

LAST_STEP = LADDER_STEPS - 1


@step_njit
def is_locked(bar: Record, day: Record, side: int) -> bool:
    """Whether a traded bar stands at the limit on which nobody fills this side (1 buys, -1 sells)."""
    price = bar.open
    if price != (day.upper if side > 0 else day.lower):
        return False
    return bool(bar.high == price and bar.low == price and bar.close == price and bar.volume > 0)


@step_njit
def is_auction_locked(day: Record, side: int) -> bool:
    """Whether the auction price stands at the limit on which nobody fills this side."""
    return bool(day.auction == (day.upper if side > 0 else day.lower))


@step_njit
def tick_at(ladder: Record, price: int, below: bool) -> int:
    """Tick of the step that holds `price`; with `below` the step under it where `price` is its upper bound [KRW]."""
    step = 0
    while step < LAST_STEP and (price > ladder.bounds[step] or (price == ladder.bounds[step] and not below)):
        step += 1
    return int(ladder.steps[step])


@step_njit
def to_tick(ladder: Record, price: int, side: int) -> int:
    """Whole won, rounded to the tick against the trader: up for a purchase, down for a sale [KRW]."""
    tick = tick_at(ladder, price, below=False)
    down = price // tick * tick
    return down + tick if side > 0 and down < price else down


@step_njit
def moved_level(day: Record, ladder: Record, anchor: float, ratio: float, ppm: int, sign: int) -> float:
    """A stop, target or trailing level: the anchor moved up (sign 1) or down (-1), on the tick where there is a ladder."""
    if day.ladder < 0:
        return anchor * (1.0 + ratio) if sign > 0 else anchor * (1.0 - ratio)
    whole = math.floor(anchor) * (1_000_000 + sign * ppm) // 1_000_000
    return float(to_tick(ladder, whole, -1))


@step_njit
def kept_level(day: Record, ladder: Record, entry: float, peak: float, keep: float, keep_ppm: int) -> float:
    """The level that keeps a share of the peak's profit."""
    if day.ladder < 0:
        return entry + (peak - entry) * keep
    low, high = math.floor(entry), math.floor(peak)
    whole = (low * 1_000_000 + (high - low) * keep_ppm) // 1_000_000
    return float(to_tick(ladder, whole, -1))


@step_njit
def is_armed(day: Record, entry: float, peak: float, min_profit_ppm: int) -> bool:
    """Whether the peak has reached the profit that arms an overnight trail."""
    if day.ladder < 0:
        return peak * 1e6 >= entry * (1e6 + min_profit_ppm)
    return math.floor(peak) * 1_000_000 >= math.floor(entry) * (1_000_000 + min_profit_ppm)


@step_njit
def slipped(day: Record, ladder: Record, rules: Record, price: float, side: int) -> float:
    """The price after slippage, before it is kept inside the bar's range."""
    if day.ladder < 0:
        ratio = float(rules.slip_bps) / 10000.0
        return price * (1.0 + ratio) if side > 0 else price * (1.0 - ratio)
    whole = math.ceil(price) if side > 0 else math.floor(price)
    whole = to_tick(ladder, whole, side)
    for _ in range(rules.slip_ticks):
        whole += side * tick_at(ladder, whole, side < 0)
    if rules.slip_ppm > 0:
        parts = whole * (1_000_000 + side * rules.slip_ppm)
        whole = -(-parts // 1_000_000) if side > 0 else parts // 1_000_000
        whole = to_tick(ladder, whole, side)
    return float(whole)


@step_njit
def in_whole_won(rules: Record, price: float, side: int) -> float:
    """Under `krx` the last step of every fill: up for purchases, down for sales (and for values)."""
    if not rules.is_krx:
        return price
    return math.ceil(price) * 1.0 if side > 0 else math.floor(price) * 1.0


@step_njit
def fill_price(bar: Record, day: Record, ladder: Record, rules: Record, price: float, side: int, slips: bool, computed: bool) -> float:
    """The price of a fill on a bar. A price that is taken from the bar and does not slip is used as it is."""
    if slips and (rules.slip_ticks > 0 or rules.slip_bps > 0.0):
        price = slipped(day, ladder, rules, price, side)
        computed = True
    if computed:
        price = min(max(price, bar.low), bar.high)
    return in_whole_won(rules, price, side)


@step_njit
def start_at(bar: Record, day: Record) -> int:
    """UTC instant of the bar's start [µs]."""
    return int(day.midnight_at + bar.minute * 60_000_000)


@step_njit
def close_at(day: Record) -> int:
    """UTC instant of the regular close [µs]."""
    return int(day.midnight_at + day.close_minute * 60_000_000)


@step_njit
def end_at(bar: Record, day: Record, rules: Record) -> int:
    """UTC instant of the bar's end; of daily bars and of the auction's bar the regular close [µs]."""
    if rules.interval == 0 or bar.row == day.auction_row:
        return close_at(day)
    return start_at(bar, day) + int(rules.interval * 60_000_000)
