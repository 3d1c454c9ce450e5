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


def likely_ladders(prices: pl.DataFrame) -> dict[tuple[Board, Kind], list[str]]:
    """Codes of unknown kind by the ladder (share of a board, or ETF) that explains most of their prices.

    Parameters
    ----------
    prices
        Columns `code`, `session`, `price`.
    """
    best: dict[str, tuple[int, tuple[Board, Kind]]] = {}
    rest = prices
    for ladder in _ANY_LADDER:
        off = rest.select("code", pl.Series("off", tick_state(rest, *ladder)[1])).group_by("code").agg(pl.col("off").sum())
        for code, count in off.iter_rows():
            if code not in best or count < best[code][0]:
                best[code] = (count, ladder)
        rest = rest.join(off.filter(pl.col("off") > 0).select("code"), on="code", how="semi", maintain_order="left")
    found: dict[tuple[Board, Kind], list[str]] = {}
    for code, (_, ladder) in best.items():
        found.setdefault(ladder, []).append(code)
    return found


def off_ladder(prices: pl.DataFrame) -> BoolArray:
    """Prices that lie on no ladder at all: neither that of a share on any board nor that of an ETF."""
    off = np.ones(prices.height, dtype=np.bool_)
    for board, kind in _ANY_LADDER:
        off &= tick_state(prices, board, kind)[1]
    return off
