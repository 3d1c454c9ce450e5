"""Tick sizes: the steps on which prices lie, by date, board and kind.

Convention: a ladder is a row of the arrays `bounds` and `steps`; a step holds below its bound. Prices are won as float64.
Ladder `NO_LADDER` means that prices have no ticks (indices, foreign issues); `UNKNOWN_LADDER` that the rule of that day is not
in the tables. NaN and infinite prices have no tick (NaN).

Notes
-----
Since mid-price orders exist a print may lie half-way between two ticks, cut off below one won (2,085 + 2.5 is 2,087).
"""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import cache
from itertools import pairwise

import numpy as np

from bokgi.errors.market import RulesNotKnown
from bokgi.market.dated import Dated, Days, rows_of, to_days
from bokgi.market.instruments import Board, Exchange, Kind
from bokgi.market.kinds import tick_group
from bokgi.units import BoolArray, FloatArray, IntArray, ShortArray

NO_LADDER = -1
UNKNOWN_LADDER = -2
_ANY_BOARD = "*"
Prices = FloatArray | float


class Direction(IntEnum):
    DOWN = 0
    UP = 1


@dataclass(frozen=True)
class LadderTable:
    """All ladders, padded to one length with their last step.

    bounds : float64[ladder, step], upper bound (exclusive), +inf last [KRW]; steps : float64[ladder, step], tick [KRW]
    """

    names: tuple[str, ...]
    bounds: FloatArray
    steps: FloatArray


def tick_of(price: Prices, day: Days, board: Board, kind: Kind) -> FloatArray:
    """Tick of each price [KRW]; NaN where prices have no ticks. Price and day broadcast.

    Raises
    ------
    RulesNotKnown
        The tables do not reach back to one of the days.
    """
    return ladder_ticks(price, known_ladders(day, board, kind))


def round_to_tick(price: Prices, day: Days, board: Board, kind: Kind, direction: Direction) -> FloatArray:
    """Price moved down or up to the ladder; unchanged where prices have no ticks."""
    return ladder_rounded(price, known_ladders(day, board, kind), direction)


def is_on_tick(price: Prices, day: Days, board: Board, kind: Kind) -> BoolArray:
    """Whether each price lies on its ladder; True where prices have no ticks, False for NaN."""
    prices = np.asarray(price, dtype=np.float64)
    return np.asarray((round_to_tick(prices, day, board, kind, Direction.DOWN) == prices) & ~np.isnan(prices))


def is_on_half_tick(price: Prices, day: Days, board: Board, kind: Kind) -> BoolArray:
    """Whether each price is a mid price between two ticks; never before mid-price orders existed."""
    prices = np.asarray(price, dtype=np.float64)
    tick = tick_of(prices, day, board, kind)
    half = np.floor(tick / 2.0)
    rest = prices - np.floor(prices / tick) * tick
    return np.asarray((half > 0) & (rest == half) & (to_days(day) >= half_ticks_since()))


def ladder_of(day: Days, board: Board, kind: Kind) -> ShortArray:
    """int32[...], index into `ladder_table()` by day; `NO_LADDER` or `UNKNOWN_LADDER` where there is none."""
    rules = _rules(board, kind)
    if rules is None:
        return np.full(to_days(day).shape, NO_LADDER, dtype=np.int32)
    index = rules.index_of(day)
    return np.where(index < 0, UNKNOWN_LADDER, np.array(rules.values, dtype=np.int32)[index]).astype(np.int32)


def known_ladders(day: Days, board: Board, kind: Kind) -> ShortArray:
    """`ladder_of`, refusing days that the tables do not reach."""
    ladders = ladder_of(day, board, kind)
    if bool(np.any(ladders == UNKNOWN_LADDER)):
        raise RulesNotKnown("tick sizes", "호가 단위", board.value, ticks_known_since(board, kind))
    return ladders


def ticks_known_since(board: Board, kind: Kind) -> date:
    """First day of the board's tick rules; the calendar's first day where prices have no ticks."""
    rules = _rules(board, kind)
    return date.min if rules is None else rules.first_day


def ladder_ticks(price: Prices, ladder: ShortArray) -> FloatArray:
    """Tick of each price on its ladder; NaN for negative ladders and prices that are not finite."""
    if np.ndim(ladder) == 1 and np.ndim(price) > 0:
        return _ticks_by_session(np.asarray(price, dtype=np.float64), ladder)
    prices, ladders = np.broadcast_arrays(np.asarray(price, dtype=np.float64), ladder)
    ticks = np.full(prices.shape, np.nan)
    table = ladder_table()
    for index in _ladders_used(ladders):
        chosen = (ladders == index) & np.isfinite(prices)
        ticks[chosen] = table.steps[index][np.searchsorted(table.bounds[index], prices[chosen], side="right")]
    return ticks


def _ticks_by_session(price: FloatArray, ladder: ShortArray) -> FloatArray:
    """`ladder_ticks` of ladders along the last axis: they change on a few days only, so each stretch is looked up at once."""
    prices = np.broadcast_to(price, np.broadcast_shapes(price.shape, ladder.shape))
    ticks, table = np.full(prices.shape, np.nan), ladder_table()
    cuts = [0, *(np.flatnonzero(ladder[1:] != ladder[:-1]) + 1), len(ladder)] if len(ladder) else []
    for first, end in pairwise(cuts):
        index = int(ladder[first])
        if index >= 0:
            step = np.searchsorted(table.bounds[index], prices[..., first:end], side="right")
            ticks[..., first:end] = table.steps[index].take(step, mode="clip")
    ticks[~np.isfinite(prices)] = np.nan
    return ticks


def ladder_rounded(price: Prices, ladder: ShortArray, direction: Direction) -> FloatArray:
    """Price moved to its ladder, whose index is given; unchanged for negative ladders."""
    prices = np.asarray(price, dtype=np.float64)
    ticks = ladder_ticks(prices, ladder)
    steps = prices / ticks
    whole = np.floor(steps) if direction is Direction.DOWN else np.ceil(steps)
    return np.where(np.isnan(ticks), prices, whole * ticks)


@cache
def ladder_table() -> LadderTable:
    """All ladders as arrays that kernels can read."""
    rows = rows_of("tick_ladders")
    names = tuple(dict.fromkeys(row["ladder"] for row in rows))
    length = max(sum(row["ladder"] == name for row in rows) for name in names)
    bounds = np.full((len(names), length), np.inf)
    steps = np.zeros((len(names), length))
    for index, name in enumerate(names):
        own = [row for row in rows if row["ladder"] == name]
        steps[index] = float(own[-1]["tick"])
        for position, row in enumerate(own):
            bounds[index, position] = float(row["below"] or np.inf)
            steps[index, position] = float(row["tick"])
    return LadderTable(names, bounds, steps)


@cache
def _rules(board: Board, kind: Kind) -> Dated[int] | None:
    group = tick_group(kind)
    if not group:
        return None
    rows = [row for row in rows_of("tick_rules") if row["group"] == group and row["board"] in (board.value, _ANY_BOARD)]
    if not rows:
        return None
    names = ladder_table().names
    return Dated.from_pairs("tick_rules", [(row["first_day"], names.index(row["ladder"])) for row in rows])


@cache
def half_ticks_since() -> np.datetime64:
    """First day of mid-price orders."""
    row = next(row for row in rows_of("half_ticks") if row["exchange"] == Exchange.XKRX)
    return np.datetime64(row["first_day"], "D")


def _ladders_used(ladders: ShortArray) -> IntArray:
    """Indices of the real ladders among `ladders`; a count is quicker than sorting a grid."""
    return np.flatnonzero(np.bincount(ladders[ladders >= 0].ravel()))
