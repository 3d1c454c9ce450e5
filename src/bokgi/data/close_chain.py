"""The exchange's chain of closes: a regular close, up to its tick, is the base price of the next session.

Since the after-market exists the chain tells regular closes from those of the whole day.
"""

from collections.abc import Mapping
from datetime import date

import numpy as np
import polars as pl

from bokgi.data.tick_checks import ANY_LADDER
from bokgi.market.instruments import Board, Kind
from bokgi.market.limits import base_from_close
from bokgi.units import BoolArray

AFTER_MARKET_SINCE = date(2026, 9, 14)
_ROUNDING = 0.5
"""Base prices are whole won."""
Ladder = tuple[Board | None, Kind | None]


def chain_pairs(days: pl.DataFrame) -> pl.DataFrame:
    """Sessions whose base price is known and whose session before had an after-market.

    Parameters
    ----------
    days : daily bars, columns `code`, `session`, `close`, `base_price`; sorted by code and session

    Returns
    -------
    DataFrame
        the rows, with `session_before` and `close_before` of the same code.
    """
    before = [pl.col(name).shift(1).over("code").alias(f"{name}_before") for name in ("session", "close")]
    return days.with_columns(before).filter(pl.col("session_before") >= AFTER_MARKET_SINCE, pl.col("base_price").is_not_null())


def is_chain_broken(pairs: pl.DataFrame, ladders: Mapping[str, Ladder]) -> BoolArray:
    """Pairs whose base price does not follow from the close before, on the ladder of the code.

    Parameters
    ----------
    pairs : what `chain_pairs` found; ladders : board and kind by code, None where it is not known: then a pair that holds on any ladder
        that is still possible is whole
    """
    broken = np.ones(pairs.height, dtype=np.bool_)
    codes = pairs["code"].to_numpy()
    known = {code: _possible(*ladders.get(code, (None, None))) for code in pairs["code"].unique().to_list()}
    for ladder in {each for possible in known.values() for each in possible}:
        rows = np.isin(codes, [code for code, possible in known.items() if ladder in possible])
        broken[rows] &= _breaks_on(pairs.filter(pl.Series(rows)), *ladder)
    return broken


def _possible(board: Board | None, kind: Kind | None) -> tuple[tuple[Board, Kind], ...]:
    """Every ladder that board and kind leave open."""
    if kind is not None:
        return tuple((each, kind) for each in ((board,) if board is not None else (Board.KOSPI, Board.KOSDAQ)))
    return tuple(each for each in ANY_LADDER if each[1] is not Kind.STOCK or board is None or each[0] is board)


def _breaks_on(pairs: pl.DataFrame, board: Board, kind: Kind) -> BoolArray:
    day = pairs["session"].to_numpy().astype("datetime64[D]")
    expected = base_from_close(pairs["close_before"].to_numpy(), day, board, kind)
    differs: BoolArray = np.abs(expected - pairs["base_price"].to_numpy()) > _ROUNDING
    return differs | np.isnan(expected)
