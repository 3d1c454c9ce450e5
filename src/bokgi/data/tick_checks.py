"""Prices against the tick ladder, over whole tables at once."""

import numpy as np
import polars as pl

from bokgi.market.instruments import Board, Kind
from bokgi.market.ticks import UNKNOWN_LADDER, half_ticks_since, is_on_half_tick, is_on_tick, ladder_of
from bokgi.units import BoolArray, DayArray, FloatArray

_RULES = 1024.0
"""More than there are rules (a ladder, without or with half ticks): price x 1024 + rule is exact, so that each price is looked at once
under each rule."""


def tick_state(prices: pl.DataFrame, board: Board, kind: Kind) -> tuple[BoolArray, BoolArray]:
    """(on the half tick, off the ladder) of a table with `session` and `price`; days without known rules are neither.

    Prices repeat: of millions of rows only the different ones are held against the ladder of their days.
    """
    day = prices["session"].to_numpy().astype("datetime64[D]")
    if not len(day):
        return np.zeros(0, dtype=np.bool_), np.zeros(0, dtype=np.bool_)
    number = day.astype(np.int64)
    first = int(number.min())
    every = np.arange(first, int(number.max()) + 1).astype("datetime64[D]")
    rules = ladder_of(every, board, kind) * 2 + (every >= half_ticks_since())
    keys = prices["price"].fill_null(float("nan")) * _RULES + pl.Series(rules[number - first].astype(np.float64))
    shown = pl.DataFrame({"key": keys, "number": number}).unique("key")
    day_number = shown["number"].to_numpy()
    price = (shown["key"].to_numpy() - rules[day_number - first]) / _RULES
    half, off = _state_of(price, day_number.astype("datetime64[D]"), board, kind)
    return tuple(_rows_among(keys, shown["key"], chosen) for chosen in (half, off))  # type: ignore[return-value]  # two of them


def _state_of(price: FloatArray, day: DayArray, board: Board, kind: Kind) -> tuple[BoolArray, BoolArray]:
    """The state of prices, each on a day of its own."""
    known = (ladder_of(day, board, kind) != UNKNOWN_LADDER) & np.isfinite(price) & (price > 0)
    half, off = np.zeros(len(price), dtype=np.bool_), np.zeros(len(price), dtype=np.bool_)
    on = is_on_tick(price[known], day[known], board, kind)
    half[known] = ~on & is_on_half_tick(price[known], day[known], board, kind)
    off[known] = ~on & ~half[known]
    return half, off


def _rows_among(keys: pl.Series, different: pl.Series, chosen: BoolArray) -> BoolArray:
    """Rows whose key is one of the chosen ones."""
    if not chosen.any():
        return np.zeros(len(keys), dtype=np.bool_)
    return keys.is_in(different.filter(pl.Series(chosen)).implode()).fill_null(value=False).to_numpy()


ANY_LADDER = ((Board.KOSPI, Kind.STOCK), (Board.KOSDAQ, Kind.STOCK), (Board.KOSPI, Kind.ETF))
"""One (board, kind) for each ladder that a Korean issue of unknown kind may be on."""


def likely_ladders(prices: pl.DataFrame) -> dict[tuple[Board, Kind], list[str]]:
    """Codes of unknown kind by the ladder (share of a board, or ETF) that explains most of their prices.

    Parameters
    ----------
    prices
        Columns `code`, `session`, `price`.
    """
    best: dict[str, tuple[int, tuple[Board, Kind]]] = {}
    rest = prices
    for ladder in ANY_LADDER:
        is_off = pl.Series("off", tick_state(rest, *ladder)[1])
        counts = rest.select("code").filter(is_off).group_by("code").agg(pl.len().cast(pl.Int64).alias("off"))
        off = rest.select(pl.col("code").unique()).join(counts, on="code", how="left").with_columns(pl.col("off").fill_null(0))
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
    for board, kind in ANY_LADDER:
        off &= tick_state(prices, board, kind)[1]
    return off
