"""Daily price limits and the base price they stand on.

Convention: width = base x rate, cut down to the tick *of the base*; upper = base + width, cut down to the tick of the price
reached; lower = base - width. Whole won, exact in integers. NaN means that there is no limit or that it is not known; a base of
NaN stays NaN.

Notes
-----
Seven sessions of liquidation before a delisting have no limit. The tables cannot know them: a source that marks them must
give no base price there.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from bokgi.market.dated import Dated, Days, rows_of, to_days
from bokgi.market.instruments import Board, Kind
from bokgi.market.kinds import has_price_limit
from bokgi.market.ticks import Direction, Prices, ladder_of, ladder_rounded, ladder_ticks, round_to_tick
from bokgi.units import PPM, FloatArray, IntArray, ShortArray

NO_LIMIT_PPM = 0


class Limits(NamedTuple):
    """Highest and lowest price of a session [KRW]; NaN where there is none or it is not known."""

    upper: FloatArray
    lower: FloatArray


def daily_limits(base: Prices, day: Days, board: Board, kind: Kind, leverage: float = 1.0) -> Limits:
    """Price limits of a session from its base price. Base and day broadcast."""
    return limits_on_ladder(base, limit_rate_ppm(day, board, kind, leverage), ladder_of(day, board, kind))


def limits_on_ladder(base: Prices, rate_ppm: IntArray, ladder: ShortArray) -> Limits:
    """`daily_limits` with rate and ladder looked up before."""
    bases = np.asarray(base, dtype=np.float64)
    ticks = ladder_ticks(bases, ladder)
    known = np.isfinite(bases) & (bases > 0) & np.isfinite(ticks) & (rate_ppm > NO_LIMIT_PPM)
    whole_base = np.where(known, bases, 0).astype(np.int64)
    whole_tick = np.where(known, ticks, 1).astype(np.int64)
    width = whole_base * rate_ppm // PPM // whole_tick * whole_tick
    upper = ladder_rounded((whole_base + width).astype(np.float64), ladder, Direction.DOWN)
    lower = (whole_base - width).astype(np.float64)
    return Limits(np.where(known, upper, np.nan), np.where(known, lower, np.nan))


def first_day_limits(offer_price: Prices, day: Days, board: Board, kind: Kind) -> Limits:
    """Range of prices on the first day of a listed share, from its offer price; NaN before 2023-06-26."""
    table = _first_day_rates()
    row = table.index_of(day)
    rates = np.array(table.values, dtype=np.int64)
    known = (row >= 0) & has_price_limit(kind)
    ladder = ladder_of(day, board, kind)
    offer = np.asarray(offer_price, dtype=np.float64)
    lower = ladder_rounded(np.floor(offer * rates[row, 0] / PPM), ladder, Direction.UP)
    upper = ladder_rounded(np.floor(offer * rates[row, 1] / PPM), ladder, Direction.DOWN)
    return Limits(np.where(known, upper, np.nan), np.where(known, lower, np.nan))


def limit_rate_ppm(day: Days, board: Board, kind: Kind, leverage: float = 1.0) -> IntArray:
    """int64[...], rate of the daily limit [ppm]; `NO_LIMIT_PPM` where there is none or the board was not open yet.

    An inverse or leveraged product has the rate of its board times the size of its leverage, never less than the rate.
    """
    rates = _rates(board)
    if rates is None or not has_price_limit(kind):
        return np.full(to_days(day).shape, NO_LIMIT_PPM, dtype=np.int64)
    times = max(1.0, abs(leverage))
    scaled = np.array([round(rate * times) for rate in rates.values], dtype=np.int64)
    row = rates.index_of(day)
    return np.where(row < 0, NO_LIMIT_PPM, scaled[row]).astype(np.int64)


def base_from_close(close: Prices, day: Days, board: Board, kind: Kind) -> FloatArray:
    """Base price of the session after a regular close: a close on a half tick is rounded up to the full one."""
    return round_to_tick(close, day, board, kind, Direction.UP)


@cache
def _rates(board: Board) -> Dated[int] | None:
    rows = [row for row in rows_of("price_limits") if row["board"] == board]
    return Dated.from_pairs("price_limits", [(row["first_day"], int(row["rate_ppm"])) for row in rows]) if rows else None


@cache
def _first_day_rates() -> Dated[tuple[int, int]]:
    pairs = [(row["first_day"], (int(row["lower_ppm"]), int(row["upper_ppm"]))) for row in rows_of("first_day_limits")]
    return Dated.from_pairs("first_day_limits", pairs)
