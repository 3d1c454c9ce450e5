"""Panels written by hand: a few bars of one or two stocks, five-minute bars, hours 09:00-15:30 unless said otherwise."""

from collections.abc import Sequence

import numpy as np

from bokgi.bars.interval import Interval
from bokgi.bars.panel import Panel, Sessions
from bokgi.market.instruments import Instrument
from bokgi.orders.terms import Terms

Bar = tuple[int, str, float, float, float, float] | tuple[int, str, float, float, float, float, float]
"""(session, start, open, high, low, close) and, where it is not 100, the volume."""

# The ladder of all boards since 2023-01-25.
BOUNDS = np.array([[2_000, 5_000, 20_000, 50_000, 200_000, 500_000, np.inf]], dtype=np.float64)
STEPS = np.array([[1, 5, 10, 50, 100, 500, 1_000]], dtype=np.float64)


def minute_of(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def sessions_of(number: int, *, close: str = "15:30") -> Sessions:
    day = np.datetime64("2026-01-05", "D") + np.arange(number).astype("timedelta64[D]")
    midnight = (day.astype("datetime64[m]").astype(np.int64) - 540) * 60_000_000
    return Sessions(
        day=day,
        open_minute=np.full(number, 540, dtype=np.int32),
        close_minute=np.full(number, minute_of(close), dtype=np.int32),
        midnight_at=midnight,
    )


def panel_of(
    *stocks: Sequence[Bar],
    sessions: int = 0,
    close: str = "15:30",
    daily_auctions: dict[tuple[int, int], float] | None = None,
    minutes: int = 5,
) -> Panel:
    """A bar at the regular close is the auction; `daily_auctions` maps (instrument, session) to a price that is no bar."""
    number = sessions or max(bar[0] for stock in stocks for bar in stock) + 1
    grid = sessions_of(number, close=close)
    shape = (len(stocks), number)
    auction, auction_row = np.full(shape, np.nan), np.full(shape, -1, dtype=np.int64)
    rows = [bar for stock in stocks for bar in stock]
    offsets = np.cumsum([0, *(len(stock) for stock in stocks)]).astype(np.int64)
    for index, stock in enumerate(stocks):
        for place, bar in enumerate(stock):
            if minute_of(bar[1]) == minute_of(close):
                auction[index, bar[0]], auction_row[index, bar[0]] = bar[2], offsets[index] + place
    for (index, session), price in (daily_auctions or {}).items():
        auction[index, session] = price
    columns = np.array([[*bar[2:6], bar[6] if len(bar) > 6 else 100.0] for bar in rows], dtype=np.float64).reshape(len(rows), 5).T
    return Panel(
        instruments=tuple(Instrument(f"{index + 1:05d}0") for index in range(len(stocks))),
        interval=Interval(minutes),
        sessions=grid,
        offsets=offsets,
        session=np.array([bar[0] for bar in rows], dtype=np.int32),
        minute=np.array([minute_of(bar[1]) for bar in rows], dtype=np.int32),
        open=columns[0].copy(),
        high=columns[1].copy(),
        low=columns[2].copy(),
        close=columns[3].copy(),
        volume=columns[4].copy(),
        auction=auction,
        auction_row=auction_row,
        base_price=np.full(shape, np.nan),
        adjusted=np.zeros(len(stocks), dtype=np.bool_),
    )


def terms_of(
    panel: Panel,
    *,
    has_ticks: bool = True,
    upper: float = np.nan,
    lower: float = np.nan,
    taxes_ppm: tuple[int, int] = (500, 1_500),
    delisted: int | None = None,
) -> Terms:
    """KOSPI share of 2026 (transaction tax 0.05 %, special agricultural tax 0.15 %), the same limits everywhere."""
    shape = panel.auction.shape
    return Terms(
        ladder=np.full(shape, 0 if has_ticks else -1, dtype=np.int32),
        ladder_bounds=BOUNDS,
        ladder_steps=STEPS,
        upper_limit=np.full(shape, upper),
        lower_limit=np.full(shape, lower),
        transaction_tax_ppm=np.full(shape, taxes_ppm[0], dtype=np.int64),
        special_tax_ppm=np.full(shape, taxes_ppm[1], dtype=np.int64),
        delisted_session=np.full(shape[0], shape[1] if delisted is None else delisted, dtype=np.int64),
    )
