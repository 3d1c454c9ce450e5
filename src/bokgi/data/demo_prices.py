"""Prices of the demo market: invented, and the same on every machine.

Convention: arrays are [instrument, ...] in the order of demo_names.csv. Chance comes from raw bits of PCG64, whose stream NumPy
guarantees, and only + - * /, floor and comparisons are applied to it: no logarithm or root of the platform's library decides a price.
The path between prices is a float that is never rounded; what is seen of it lies on the tick and within the day's limits.
Draws are made session by session and instrument by instrument: a smaller demo is the beginning of the larger one.
"""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

from bokgi.market.calendar import Sessions
from bokgi.market.halts import halted_minutes
from bokgi.market.instruments import Board, Instrument, Kind
from bokgi.market.limits import Limits, limit_rate_ppm, limits_on_ladder
from bokgi.market.ticks import known_ladders, ladder_ticks
from bokgi.units import BoolArray, ByteArray, FloatArray, IntArray, ShortArray

BARS = 190
EVENT_INSTRUMENTS, EVENT_SESSIONS = 200, 60
"""Events are drawn over the whole demo, however little of it is asked for."""
BAR_MINUTES = 2
START_LEVELS = (1_240, 2_750, 4_900, 7_300, 12_400, 18_700, 31_500, 52_300, 78_400, 124_000, 188_000, 264_000, 541_000)
_BOARDS = (Board.KOSPI, Board.KOSDAQ)
_PPM = 1e-6
_BELL_MEAN = 131_070.0
_BELL_SPREAD = 37_837.2
"""Standard deviation of a sum of four independent 16-bit numbers: sqrt(4 x (65536^2 - 1) / 12)."""


class DemoKind(StrEnum):
    """`market`: factors, gaps, locked days, halts. `noise`: independent fair steps, nothing to be found in them."""

    MARKET = "market"
    NOISE = "noise"


class Day(IntEnum):
    """What happens to an instrument in a session."""

    PLAIN = 0
    LOCKED_UP = 1
    LOCKED_DOWN = 2
    UP_FROM_NOON = 3
    HALTED = 4


class Stream(IntEnum):
    """One stream of chance for each purpose, so that none shifts another."""

    INSTRUMENTS = 0
    EVENTS = 1
    GAPS = 2
    STEPS = 3
    FACTORS = 4
    RANGES = 5
    VOLUMES = 6
    HOLES = 7
    AUCTIONS = 8
    FACTOR_GAPS = 9


@dataclass(frozen=True)
class Traits:
    """What an instrument is like, float64[instrument] unless said.

    step : spread of its own steps in a bar; beta : of the market's; hole_share : share of bars without trading
    shares_a_bar : mean volume; sector : int64[instrument]; listed_shares : int64[instrument]
    """

    start_price: FloatArray
    step: FloatArray
    beta: FloatArray
    hole_share: FloatArray
    shares_a_bar: FloatArray
    sector: IntArray
    listed_shares: IntArray


@dataclass(frozen=True)
class DemoPrices:
    """All bars; the last of `bar` is the closing auction.

    open, high, low, close, volume : float64[instrument, session, bar]
    present : bool[instrument, session, bar], False where nothing traded
    path : float64[instrument, session, bar], last price whether it traded or not; base : float64[instrument, session]
    """

    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    present: BoolArray
    path: FloatArray
    base: FloatArray
    listed_shares: IntArray

    @classmethod
    def empty(cls, instruments: int, sessions: int, listed_shares: IntArray) -> "DemoPrices":
        """Room for all bars."""
        shape = (instruments, sessions, BARS + 1)
        return cls(
            open=np.empty(shape),
            high=np.empty(shape),
            low=np.empty(shape),
            close=np.empty(shape),
            volume=np.empty(shape),
            present=np.ones(shape, dtype=np.bool_),
            path=np.empty(shape),
            base=np.empty(shape[:2]),
            listed_shares=listed_shares,
        )


@dataclass(frozen=True)
class _Rules:
    """Tick ladder and limit rate of each instrument; both are the same in all sessions of the demo."""

    ladder: ShortArray
    rate_ppm: IntArray

    @classmethod
    def of(cls, instruments: tuple[Instrument, ...], day: date) -> "_Rules":
        ladders = [known_ladders(day, item.board, item.kind) for item in instruments]
        rates = [limit_rate_ppm(day, item.board, item.kind, item.leverage) for item in instruments]
        return cls(np.array(ladders, dtype=np.int32).reshape(-1), np.array(rates, dtype=np.int64).reshape(-1))

    def nearest(self, price: FloatArray) -> FloatArray:
        """The nearest price on the tick; `price` is [instrument] or [instrument, ...]."""
        ladder = self.ladder.reshape(-1, *(1,) * (price.ndim - 1))
        ticks = ladder_ticks(price, ladder)
        return np.asarray(np.floor(price / ticks + 0.5) * ticks)


def demo_prices(kind: DemoKind, seed: int, instruments: tuple[Instrument, ...], sectors: IntArray, sessions: Sessions) -> DemoPrices:
    """All bars of the demo market. `sectors` : int64[instrument], 0 is none."""
    traits = instrument_traits(kind, seed, instruments, sectors)
    rules = _Rules.of(instruments, sessions.day[0].item())
    prices = DemoPrices.empty(len(instruments), len(sessions), traits.listed_shares)
    events = day_events(seed, instruments) if kind is DemoKind.MARKET else np.zeros((len(instruments), EVENT_SESSIONS), dtype=np.int8)
    level = traits.start_price.copy()
    close = rules.nearest(level)
    for index in range(len(sessions)):
        prices.base[:, index] = close
        limits = limits_on_ladder(close, rules.rate_ppm, rules.ladder)
        steps = _market_steps(seed, index, traits, sessions) if kind is DemoKind.MARKET else _fair_steps(seed, index, traits)
        points = _with_events(level[:, None] * (1.0 + steps), events[:, index], limits)
        level = _trade_session(kind, seed, index, prices, points, limits, rules, traits)
        if kind is DemoKind.MARKET:
            _leave_out(seed, index, prices.present[:, index], events[:, index], traits, instruments, sessions)
        close = _last_close(prices.close[:, index], prices.present[:, index], close)
        level = np.where(events[:, index] == Day.HALTED, prices.base[:, index], level)
    return prices


def instrument_traits(kind: DemoKind, seed: int, instruments: tuple[Instrument, ...], sectors: IntArray) -> Traits:
    """Drawn once for each instrument."""
    count = len(instruments)
    chance = _unit(_bits(seed, Stream.INSTRUMENTS, 0, (count, 6)))
    is_fund = np.array([item.kind is Kind.ETF for item in instruments])
    leverage = np.array([item.leverage for item in instruments])
    steps = np.array(START_LEVELS, dtype=np.float64)[(chance[:, 0] * len(START_LEVELS)).astype(np.int64)]
    start = np.where(is_fund, 8_000.0 + 30_000.0 * chance[:, 1], steps * (0.8 + 0.4 * chance[:, 1]))
    illiquid = chance[:, 3] < 0.15
    own_step = np.where(is_fund, 150.0, 800.0 + 900.0 * chance[:, 2]) if kind is DemoKind.MARKET else 1_000.0 + 800.0 * chance[:, 2]
    listed = 1_000_000 * (5 + (chance[:, 5] * 200).astype(np.int64))
    return Traits(
        start_price=start,
        step=own_step * _PPM,
        beta=np.where(is_fund, leverage, 0.6 + 0.8 * chance[:, 4]),
        hole_share=np.where(illiquid & ~is_fund, 0.05 + 0.3 * chance[:, 3] / 0.15, 0.0),
        shares_a_bar=np.floor(40_000_000.0 * (0.2 + chance[:, 5]) / start * np.where(illiquid, 0.05, 1.0)) + 5.0,
        sector=sectors,
        listed_shares=listed,
    )


def day_events(seed: int, instruments: tuple[Instrument, ...]) -> ByteArray:
    """int8[instrument, EVENT_SESSIONS], some `Day` are locked or halted; funds and the first session are plain."""
    events = np.zeros((len(instruments), EVENT_SESSIONS), dtype=np.int8)
    draws = _bits(seed, Stream.EVENTS, 0, (40, 3))
    kinds = [Day.LOCKED_UP] * 8 + [Day.LOCKED_DOWN] * 6 + [Day.UP_FROM_NOON] * 8 + [Day.HALTED] * 8
    for kind, (which, when, length) in zip(kinds, draws.astype(object).tolist(), strict=False):
        row, first = which % EVENT_INSTRUMENTS, 1 + when % (EVENT_SESSIONS - 1)
        if row < len(instruments) and instruments[row].kind is Kind.STOCK:
            last = first + (1 + length % 9 if kind is Day.HALTED else 1)
            events[row, first:last] = kind
    return events


def _market_steps(seed: int, index: int, traits: Traits, sessions: Sessions) -> FloatArray:
    """float64[instrument, BARS + 1], distance from the last close: the open first, then the end of each bar."""
    count = len(traits.step)
    mood = (0.7, 1.0, 1.0, 1.4)[int(_bits(seed, Stream.FACTOR_GAPS, index, (1,))[0] % 4)]
    factors = _bell(_bits(seed, Stream.FACTORS, index, (12, BARS + 1)))
    factors[0] *= 420.0 * _PPM * mood
    factors[1:] *= 350.0 * _PPM * mood
    factors[0, 0] *= 12.0
    factors[1:, 0] *= 5.0
    _fall_before_breaker(factors[0], sessions.day[index].item())
    sector = np.where((traits.sector > 0)[:, None], factors[1 + traits.sector % 11], 0.0)
    own = _bell(_bits(seed, Stream.STEPS, index, (count, BARS + 1))) * traits.step[:, None] * mood
    own[:, 0] *= 4.0
    own[:, 0] += _news(seed, index, count)
    return np.cumsum(traits.beta[:, None] * factors[0] * _busy() + sector + own * _busy(), axis=1)


def _fair_steps(seed: int, index: int, traits: Traits) -> FloatArray:
    """Symmetric, independent steps of one size all day."""
    bits = _bits(seed, Stream.STEPS, index, (len(traits.step), BARS + 1))
    return np.cumsum(_bell(bits) * traits.step[:, None], axis=1)


def _busy() -> FloatArray:
    """float64[BARS + 1], how much more moves near the open and the close than at noon."""
    place = (np.arange(BARS + 1) - BARS / 2) / (BARS / 2)
    return 0.75 + 0.8 * place * place


def _news(seed: int, index: int, count: int) -> FloatArray:
    """Every hundredth opening jumps by up to 12 %, up or down."""
    chance = _unit(_bits(seed, Stream.GAPS, index, (count, 2)))
    return np.where(chance[:, 0] < 0.01, (chance[:, 1] - 0.5) * 0.24, 0.0)


def _fall_before_breaker(market: FloatArray, day: date) -> None:
    """On the day of a real circuit breaker the market falls until it stops: the demo's halt is where the calendar has it."""
    halts = [start for board in _BOARDS for start, _ in halted_minutes(day, board)]
    if halts:
        bar = (max(halts) - 540) // BAR_MINUTES
        market[0] = -0.022
        market[1 : bar + 1] -= 0.062 / bar
        market[bar + 1 :] += 0.018 / (BARS - bar)


def _with_events(points: FloatArray, events: ByteArray, limits: Limits) -> FloatArray:
    """The path kept within the limits, and on them where the day is locked."""
    noon = np.arange(BARS + 1) >= 100
    up = (events == Day.LOCKED_UP)[:, None] | ((events == Day.UP_FROM_NOON)[:, None] & noon)
    upper, lower = limits.upper[:, None], limits.lower[:, None]
    points = np.where(up, upper, np.where((events == Day.LOCKED_DOWN)[:, None], lower, points))
    return np.clip(points, lower, upper)


def _trade_session(
    kind: DemoKind,
    seed: int,
    index: int,
    prices: DemoPrices,
    points: FloatArray,
    limits: Limits,
    rules: _Rules,
    traits: Traits,
) -> FloatArray:
    """Bars and auction of one session written into `prices`; gives the level at its end."""
    count = len(points)
    upper, lower = limits.upper[:, None], limits.lower[:, None]
    seen = np.clip(rules.nearest(points), lower, upper)
    reach = np.abs(_bell(_bits(seed, Stream.RANGES, index, (count, 2 * BARS)))) * (0.5 * traits.step[:, None])
    opened, closed = seen[:, :BARS], seen[:, 1:]
    held = (points[:, :BARS] == points[:, 1:]) & ((points[:, 1:] == upper) | (points[:, 1:] == lower))
    reach[:, :BARS][held] = 0.0
    reach[:, BARS:][held] = 0.0
    top, bottom = np.maximum(opened, closed), np.minimum(opened, closed)
    prices.open[:, index, :BARS] = opened
    prices.close[:, index, :BARS] = closed
    prices.high[:, index, :BARS] = np.clip(rules.nearest(top * (1.0 + reach[:, :BARS])), top, upper)
    prices.low[:, index, :BARS] = np.clip(rules.nearest(bottom * (1.0 - reach[:, BARS:])), lower, bottom)
    level = _auction_level(seed, index, points[:, BARS], limits, traits)
    price = np.clip(rules.nearest(level), limits.lower, limits.upper)
    for column in (prices.open, prices.high, prices.low, prices.close):
        column[:, index, BARS] = price
    prices.path[:, index] = prices.close[:, index]
    prices.volume[:, index] = _volumes(kind, seed, index, traits)
    return level


def _auction_level(seed: int, index: int, last: FloatArray, limits: Limits, traits: Traits) -> FloatArray:
    step = _bell(_bits(seed, Stream.AUCTIONS, index, (len(last),))) * traits.step
    locked = (last == limits.upper) | (last == limits.lower)
    return np.clip(np.where(locked, last, last * (1.0 + step)), limits.lower, limits.upper)


def _volumes(kind: DemoKind, seed: int, index: int, traits: Traits) -> FloatArray:
    """float64[instrument, BARS + 1], whole shares: many at the open and the close, most in the auction."""
    chance = _unit(_bits(seed, Stream.VOLUMES, index, (len(traits.step), BARS + 1)))
    shape = _busy() * 1.4 if kind is DemoKind.MARKET else np.ones(BARS + 1)
    shape[BARS] = 12.0
    return np.asarray(np.floor(traits.shares_a_bar[:, None] * shape * (0.2 + 1.6 * chance * chance)) + 1.0)


def _leave_out(
    seed: int,
    index: int,
    present: BoolArray,
    events: ByteArray,
    traits: Traits,
    instruments: tuple[Instrument, ...],
    sessions: Sessions,
) -> None:
    """Bars without trading: quiet minutes, short halts of one instrument, the market's circuit breaker, whole halted days."""
    chance = _unit(_bits(seed, Stream.HOLES, index, (len(traits.step), BARS + 3)))
    present &= chance[:, : BARS + 1] >= traits.hole_share[:, None] * np.append(np.ones(BARS), 0.05)
    first = (chance[:, BARS + 1] * (BARS - 1)).astype(np.int64)[:, None]
    bars = np.arange(BARS + 1)
    present &= ~((chance[:, BARS + 2] < 0.004)[:, None] & (bars >= first) & (bars < first + 2) & (bars < BARS))
    present &= (events != Day.HALTED)[:, None]
    day, starts = sessions.day[index].item(), 540 + BAR_MINUTES * np.arange(BARS + 1)
    for board in _BOARDS:
        members = np.array([item.board is board for item in instruments])[:, None]
        for start, end in halted_minutes(day, board):
            present &= ~(members & (starts >= start) & (starts + BAR_MINUTES <= end))


def _last_close(close: FloatArray, present: BoolArray, before: FloatArray) -> FloatArray:
    """Close of the last bar that traded; the one before where none did."""
    last = BARS - np.argmax(present[:, ::-1], axis=1)
    return np.where(present.any(axis=1), close[np.arange(len(close)), last], before)


def _bits(seed: int, stream: Stream, index: int, shape: tuple[int, ...]) -> NDArray[np.uint64]:
    size = int(np.prod(shape))
    return np.asarray(np.random.PCG64([seed, stream, index]).random_raw(size), dtype=np.uint64).reshape(shape)


def _unit(bits: NDArray[np.uint64]) -> FloatArray:
    """Even chance in [0, 1)."""
    return (bits >> np.uint64(11)).astype(np.float64) * (1.0 / 9_007_199_254_740_992.0)


def _bell(bits: NDArray[np.uint64]) -> FloatArray:
    """Bell-shaped chance, mean 0 and deviation 1: the sum of four 16-bit numbers; symmetric, never beyond 3.47."""
    mask = np.uint64(0xFFFF)
    total = (bits & mask) + ((bits >> np.uint64(16)) & mask) + ((bits >> np.uint64(32)) & mask) + (bits >> np.uint64(48))
    return np.asarray((total.astype(np.float64) - _BELL_MEAN) / _BELL_SPREAD)
