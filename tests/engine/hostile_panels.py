"""Small panels made to hurt: halts, locks, half ticks, gaps, late openings, unknown volumes, delistings, empty accounts.

One seed gives one case: panel, terms, plan, rules, account. Prices stay legal (low <= open, close <= high); everything else is odd
on purpose. Plans aim their clock times at the bars' own minutes, so that waiting, missing and covered times all occur.
"""

from dataclasses import dataclass
from random import Random

import numpy as np

from bokgi.bars.interval import Interval
from bokgi.bars.panel import Panel, Sessions
from bokgi.market.instruments import Instrument
from bokgi.orders.plans import CLOSE_MINUTE, ClockPlan, EndOfDay, OvernightTrailPlan, Plan, SignalPlan, WeightPlan
from bokgi.orders.rules import (
    AccountMode,
    AccountRules,
    CostRules,
    ExecutionRules,
    ExitRules,
    Market,
    Reinvest,
    TrailingConvention,
    Unpriced,
)
from bokgi.orders.terms import Terms
from bokgi.units import BoolArray

# The ladder of 2023 for all boards, and a short one whose steps meet often.
LADDER_BOUNDS = np.array(
    [[2_000, 5_000, 20_000, 50_000, 200_000, 500_000, np.inf], [95, 100, 110, 120, 200, 1_000, np.inf]], dtype=np.float64
)
LADDER_STEPS = np.array([[1, 5, 10, 50, 100, 500, 1_000], [1, 1, 2, 5, 10, 50, 100]], dtype=np.float64)
START_PRICES = {0: (1_995, 2_000, 4_990, 5_000, 19_980, 20_000, 49_900, 50_000), 1: (94, 96, 100, 106, 120, 190)}
MINUTES_OF_UTC_DAY = 1_440
KOREA_OFFSET_MINUTES = 540


@dataclass(frozen=True)
class Case:
    """One run to be simulated by both engines."""

    seed: int
    panel: Panel
    terms: Terms
    plan: Plan
    rules: ExecutionRules
    account: AccountRules

    def __str__(self) -> str:
        return f"seed {self.seed}: {type(self.plan).__name__}\n  {self.plan}\n  {self.rules}\n  {self.account}"


@dataclass
class _Bar:
    session: int
    minute: int
    open: float
    high: float
    low: float
    close: float
    volume: float

    @property
    def is_traded(self) -> bool:
        return self.volume > 0 or self.high > self.low


@dataclass
class _Series:
    """Bars of one instrument and what the exchange says of its sessions."""

    bars: list[_Bar]
    ladder: int
    upper: list[float]
    lower: list[float]
    auction: list[float]
    auction_bar: list[int]
    """Position of the auction's bar in `bars`, -1 where there is none."""
    delisted: int


def hostile_case(seed: int) -> Case:
    """Panel, terms, plan, rules and account of one seed."""
    random = Random(seed)
    market = Market.KRX if random.random() < 0.7 else Market.PLAIN
    interval = Interval(random.choice((1, 2, 5, 5, 10, 30, 60)))
    kind = random.choice(("signal", "signal", "clock", "clock", "trail", "trail", "weight"))
    if kind in ("signal", "weight") and random.random() < 0.25:
        interval = Interval(0)
    sessions = _sessions(random)
    series = [_series(random, market, interval, sessions) for _ in range(random.choice((1, 1, 2, 2, 3, 4)))]
    panel = _panel(interval, sessions, series)
    is_shared = kind == "weight" or random.random() < 0.4
    return Case(
        seed,
        panel,
        _terms(random, sessions, series),
        _plan(random, kind, panel, market),
        _rules(random, market),
        _account(random, market, panel, is_shared=is_shared),
    )


# -- sessions -------------------------------------------------------------------------------------------------------


def _sessions(random: Random) -> Sessions:
    number = random.choice((1, 2, 3, 3, 4, 5))
    hours = [random.choice(((540, 930),) * 6 + ((600, 990), (600, 930), (540, 900))) for _ in range(number)]
    first = np.datetime64("2025-11-10", "D")
    day = first + np.arange(number).astype("timedelta64[D]")
    midnight = (day.astype("datetime64[m]").astype(np.int64) - KOREA_OFFSET_MINUTES) * 60_000_000
    return Sessions(
        day=day,
        open_minute=np.array([opens for opens, _ in hours], dtype=np.int32),
        close_minute=np.array([closes for _, closes in hours], dtype=np.int32),
        midnight_at=midnight,
    )


# -- one instrument -------------------------------------------------------------------------------------------------


class _Walk:
    """A price that jumps between ticks, half ticks and limits."""

    def __init__(self, random: Random, ladder: int) -> None:
        self.random, self.ladder = random, ladder
        self.price: float = random.choice(START_PRICES[ladder]) if ladder >= 0 else random.choice((0.7, 9.5, 101.0, 1_234.56))
        self.upper, self.lower = np.nan, np.nan
        self.is_frozen, self.frozen_draw = False, 0.1
        self.wildness = random.choice((0.003, 0.01, 0.03))

    def tick(self, price: float) -> float:
        bounds, steps = LADDER_BOUNDS[self.ladder], LADDER_STEPS[self.ladder]
        return float(steps[int(np.searchsorted(bounds, price, side="right"))])

    def on_ladder(self, price: float, *, may_be_half: bool = True) -> float:
        if self.ladder < 0:
            return max(price, 0.1)
        tick = self.tick(max(price, 1.0))
        down = max(price // tick * tick, tick)
        if may_be_half and self.random.random() < 0.1:
            return float(int(down + tick / 2))
        return down

    def open_session(self, has_limits: bool) -> None:
        self.upper, self.lower, self.is_frozen = np.nan, np.nan, False
        if self.ladder < 0 or not has_limits:
            return
        self.is_frozen = self.random.random() < 0.12
        self.frozen_draw = self.random.choice((0.05, 0.1, 0.1))
        width = self.random.choice((0.02, 0.05, 0.3))
        self.upper = self.on_ladder(self.price * (1 + width), may_be_half=False)
        self.lower = self.on_ladder(self.price * (1 - width), may_be_half=False)

    def kept(self, price: float) -> float:
        price = self.on_ladder(price)
        if self.upper == self.upper:
            price = min(max(price, self.lower), self.upper)
        return price

    def step(self) -> float:
        if self.ladder >= 0 and self.random.random() < 0.06:
            bounds = LADDER_BOUNDS[self.ladder][:-1]
            self.price = self.kept(float(bounds[int(np.abs(bounds - self.price).argmin())]))
            return self.price
        leap = 5 if self.random.random() < 0.1 else 1
        self.price = self.kept(self.price * (1 + self.random.gauss(0, self.wildness) * leap))
        return self.price

    def bar(self, session: int, minute: int) -> _Bar:
        draw = self.random.random()
        if self.is_frozen:
            draw = self.frozen_draw if draw < 0.9 else draw
        if self.upper == self.upper and draw < 0.16:
            limit = self.upper if draw < 0.07 else self.lower
            self.price = limit
            return _Bar(session, minute, limit, limit, limit, limit, self.random.choice((100.0, 100.0, 100.0, 0.0)))
        prices = [self.step() for _ in range(self.random.choice((1, 2, 4)))]
        open_, close = prices[0], prices[-1]
        high, low = max(prices), min(prices)
        volume = self.random.choice((10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 0.0, np.nan))
        return _Bar(session, minute, open_, high, low, close, volume)


def _series(random: Random, market: Market, interval: Interval, sessions: Sessions) -> _Series:
    is_off_ladder = market is Market.PLAIN or random.random() < 0.2
    ladder = -1 if is_off_ladder else random.choice((0, 1))
    walk = _Walk(random, ladder)
    number = len(sessions)
    series = _Series([], ladder, [np.nan] * number, [np.nan] * number, [np.nan] * number, [-1] * number, number)
    if random.random() < 0.2:
        series.delisted = random.randrange(number + 1)
    style = random.choice(("bar", "bar", "daily", "last_bar", "none", "mixed"))
    fate = random.random()
    if fate < 0.05:
        return series
    for session in range(number):
        walk.open_session(random.random() < 0.9)
        series.upper[session], series.lower[session] = walk.upper, walk.lower
        if random.random() > 0.12:
            _fill_session(random, walk, series, interval, sessions, session, style)
    if fate < 0.1:
        _keep_one_bar(series)
    return series


def _keep_one_bar(series: _Series) -> None:
    series.bars = series.bars[:1]
    kept = series.bars[0].session if series.bars else -1
    for session, position in enumerate(series.auction_bar):
        if position > 0 or session != kept:
            series.auction[session], series.auction_bar[session] = np.nan, -1


def _fill_session(random: Random, walk: _Walk, series: _Series, interval: Interval, sessions: Sessions, session: int, style: str) -> None:
    opens, closes = int(sessions.open_minute[session]), int(sessions.close_minute[session])
    if interval.is_daily:
        series.bars.append(walk.bar(session, opens))
        return
    grid = list(range(opens, closes, interval.minutes))
    last_start = closes - random.choice((0, 0, 10, 10, 35)) - 1
    usable = [minute for minute in grid if minute <= last_start]
    chosen = sorted(random.sample(usable, min(len(usable), random.choice((1, 3, 6, 9)))))
    first = len(series.bars)
    series.bars.extend(walk.bar(session, minute) for minute in chosen)
    _close_session(
        random, walk, series, session, closes, first, random.choice(("bar", "daily", "last_bar", "none")) if style == "mixed" else style
    )


def _close_session(random: Random, walk: _Walk, series: _Series, session: int, close_minute: int, first: int, style: str) -> None:
    if style == "none" or random.random() < 0.1:
        return
    price = walk.step()
    if walk.upper == walk.upper and random.random() < 0.2:
        price = random.choice((walk.upper, walk.lower))
    if style == "daily":
        series.auction[session] = price
    elif style == "bar":
        volume = random.choice((50.0, 50.0, 50.0, 0.0))
        series.bars.append(_Bar(session, close_minute, price, price, price, price, volume))
        if volume > 0:
            series.auction[session], series.auction_bar[session] = price, len(series.bars) - 1
    else:
        traded = [place for place in range(first, len(series.bars)) if series.bars[place].is_traded]
        if traded:
            series.auction[session], series.auction_bar[session] = series.bars[traded[-1]].open, traded[-1]


# -- panel and terms ------------------------------------------------------------------------------------------------


def _panel(interval: Interval, sessions: Sessions, series: list[_Series]) -> Panel:
    bars = [bar for each in series for bar in each.bars]
    offsets = np.cumsum([0] + [len(each.bars) for each in series]).astype(np.int64)
    rows = [
        [int(offset) + place if place >= 0 else -1 for place in each.auction_bar] for offset, each in zip(offsets[:-1], series, strict=True)
    ]
    return Panel(
        instruments=tuple(Instrument(f"{index:05d}0") for index in range(len(series))),
        interval=interval,
        sessions=sessions,
        offsets=offsets,
        session=np.array([bar.session for bar in bars], dtype=np.int32),
        minute=np.array([bar.minute for bar in bars], dtype=np.int32),
        open=np.array([bar.open for bar in bars], dtype=np.float64),
        high=np.array([bar.high for bar in bars], dtype=np.float64),
        low=np.array([bar.low for bar in bars], dtype=np.float64),
        close=np.array([bar.close for bar in bars], dtype=np.float64),
        volume=np.array([bar.volume for bar in bars], dtype=np.float64),
        auction=np.array([each.auction for each in series], dtype=np.float64),
        auction_row=np.array(rows, dtype=np.int64),
        base_price=np.full((len(series), len(sessions)), np.nan),
        adjusted=np.array([each.ladder < 0 for each in series], dtype=np.bool_),
    )


def _terms(random: Random, sessions: Sessions, series: list[_Series]) -> Terms:
    shape = (len(series), len(sessions))
    taxes = [[random.choice((0, 300, 500, 1_500, 2_000)) for _ in range(shape[1])] for _ in range(shape[0])]
    return Terms(
        ladder=np.repeat(np.array([[each.ladder] for each in series], dtype=np.int32), shape[1], axis=1),
        ladder_bounds=LADDER_BOUNDS,
        ladder_steps=LADDER_STEPS,
        upper_limit=np.array([each.upper for each in series], dtype=np.float64),
        lower_limit=np.array([each.lower for each in series], dtype=np.float64),
        transaction_tax_ppm=np.array(taxes, dtype=np.int64),
        special_tax_ppm=np.full(shape, random.choice((0, 1_500)), dtype=np.int64),
        delisted_session=np.array([each.delisted for each in series], dtype=np.int64),
    )


# -- plan, rules, account -------------------------------------------------------------------------------------------


def _flags(random: Random, rows: int, density: float) -> BoolArray:
    return np.array([random.random() < density for _ in range(rows)], dtype=np.bool_)


def _ratio(random: Random) -> float | None:
    return random.choice((None, None, 0.0, 0.003, 0.01, 0.02, 0.05, 1 / 3))


def _exit_rules(random: Random, minute: int) -> ExitRules:
    if random.random() < 0.3:
        return ExitRules()
    return ExitRules(
        stop_ratio=_ratio(random),
        target_ratio=_ratio(random),
        trailing_ratio=_ratio(random),
        trailing_convention=random.choice(tuple(TrailingConvention)),
        cutoff_minute=random.choice((None, None, None, minute)),
        max_bars=random.choice((None, None, None, 1, 2, 5)),
    )


def _times(random: Random, panel: Panel) -> tuple[int, int]:
    """Two clock times, the first before the second, near bars of the panel."""
    minutes = sorted({int(minute) for minute in panel.minute}) or [600]
    offsets = (0, 0, 0, 1, -1, 5, -7, 10, panel.interval.minutes)
    draws = [random.choice((*minutes, 600, 700, 915, 920, 925, 930)) + random.choice(offsets) for _ in range(2)]
    if len(panel) and random.random() < 0.15:
        draws[1] = int(panel.minute[random.randrange(len(panel))]) + panel.interval.minutes
    if random.random() < 0.15:
        draws[1] = draws[0] + random.choice((1, 2, 4, 6))
    early, late = min(draws), max(draws)
    return early, late if late > early else early + random.choice((1, 5, 60))


def _plan(random: Random, kind: str, panel: Panel, market: Market) -> Plan:
    early, late = _times(random, panel)
    if kind == "clock":
        return ClockPlan(early, CLOSE_MINUTE if random.random() < 0.25 else late)
    if kind == "trail":
        return OvernightTrailPlan(
            buy_minute=random.choice((early, 930, CLOSE_MINUTE)),
            min_profit_ratio=random.choice((0.0, 0.003, 0.01)),
            profit_cutoff_ratio=random.choice((0.0, 0.5, 0.8, 0.8, 0.63, 1.0)),
            loss_cutoff_minute=random.choice((late, 840, 1_000)),
            end_of_day=random.choice(tuple(EndOfDay)),
        )
    if kind == "weight":
        draws = [random.choice((np.nan, np.nan, 0.0, 0.2, 0.5, 1.0, 0.37)) for _ in range(len(panel))]
        return WeightPlan(np.array(draws, dtype=np.float64))
    return _signal_plan(random, panel, market, early)


def _signal_plan(random: Random, panel: Panel, market: Market, minute: int) -> SignalPlan:
    rows, density = len(panel), random.choice((0.1, 0.4))
    has_shorts = market is Market.PLAIN and random.random() < 0.6
    return SignalPlan(
        entries=_flags(random, rows, density),
        exits=_flags(random, rows, density / 2),
        short_entries=_flags(random, rows, density) if has_shorts else None,
        short_exits=_flags(random, rows, density / 2) if has_shorts else None,
        exit_rules=_exit_rules(random, minute),
        enter_at_first_open=not has_shorts and random.random() < 0.1,
    )


def _rules(random: Random, market: Market) -> ExecutionRules:
    is_krx = market is Market.KRX
    slippage = random.choice(("none", "none", "ticks" if is_krx else "none", "bps"))
    costs = CostRules(
        commission_ppm=random.choice((0, 110, 110, 3_000)),
        commission_on_buy=random.random() < 0.8,
        fixed_tax_ppm=random.choice((None, None, 2_000)),
        commission_unit_krw=random.choice((1, 10)),
        plain_fee_ratio=random.choice((0.0, 0.001, 0.0025)),
    )
    return ExecutionRules(
        market=market,
        costs=costs,
        max_wait_minutes=random.choice((0, 5, 10, 10, 40)),
        slippage_ticks=random.choice((1, 2, 4)) if slippage == "ticks" else 0,
        slippage_bps=random.choice((2.5, 10.0, 33.3)) if slippage == "bps" else 0.0,
        unpriced=random.choice(tuple(Unpriced)),
        fractional_shares=not is_krx and random.random() < 0.5,
    )


def _account(random: Random, market: Market, panel: Panel, *, is_shared: bool) -> AccountRules:
    dearest = float(panel.high.max()) if len(panel) else 100.0
    capital = random.choice((1.0, float(int(dearest)), dearest * 1.7, dearest * 30.5, 1_000_000.0, 10_000_000.0, 10_000_000.0))
    return AccountRules(
        mode=AccountMode.SHARED if is_shared else AccountMode.PER_STOCK,
        initial_capital=max(capital, 0.5) if market is Market.PLAIN else float(max(int(capital), 1)),
        reinvest=random.choice(tuple(Reinvest)),
        position_fraction=random.choice((None, None, 0.3, 1.0)) if is_shared else None,
    )
