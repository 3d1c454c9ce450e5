"""Prices against the tick ladder, over whole tables at once."""

import numpy as np
import polars as pl

from bokgi.market.instruments import Board, Kind
from bokgi.market.ticks import UNKNOWN_LADDER, is_on_half_tick, is_on_tick, ladder_of
from bokgi.units import BoolArray


def tick_state(prices: pl.DataFrame, board: Board, kind: Kind) -> tuple[BoolArray, BoolArray]:
    """(on the half tick, off the ladder) of a table with `session` and `price`; days without known rules are neither."""
    day = prices["session"].to_numpy().astype("datetime64[D]")
    price = prices["price"].to_numpy()
    known = (ladder_of(day, board, kind) != UNKNOWN_LADDER) & np.isfinite(price) & (price > 0)
    half, off = np.zeros(len(price), dtype=np.bool_), np.zeros(len(price), dtype=np.bool_)
    on = is_on_tick(price[known], day[known], board, kind)
    half[known] = ~on & is_on_half_tick(price[known], day[known], board, kind)
    off[known] = ~on & ~half[known]
    return half, off


def off_ladder(prices: pl.DataFrame) -> BoolArray:
    """Prices that lie on no ladder at all: neither that of a share on any board nor that of an ETF."""
    off = np.ones(prices.height, dtype=np.bool_)
    for board, kind in ((Board.KOSPI, Kind.STOCK), (Board.KOSDAQ, Kind.STOCK), (Board.KOSPI, Kind.ETF)):
        off &= tick_state(prices, board, kind)[1]
    return off
