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


_ANY_LADDER = ((Board.KOSPI, Kind.STOCK), (Board.KOSDAQ, Kind.STOCK), (Board.KOSPI, Kind.ETF))


def any_tick_state(prices: pl.DataFrame) -> tuple[BoolArray, BoolArray]:
    """`tick_state` of issues whose kind is not known: the ladder (share of a board, or ETF) that explains most is believed."""
    states = [tick_state(prices, board, kind) for board, kind in _ANY_LADDER]
    return min(states, key=lambda state: (int(state[1].sum()), int(state[0].sum())))


def off_ladder(prices: pl.DataFrame) -> BoolArray:
    """Prices that lie on no ladder at all: neither that of a share on any board nor that of an ETF."""
    off = np.ones(prices.height, dtype=np.bool_)
    for board, kind in _ANY_LADDER:
        off &= tick_state(prices, board, kind)[1]
    return off
