"""Where a stock moved: overnight (from the close to the next open) or within sessions (from the open to the close).

Convention: prices as they were traded, without costs; a session without a trade is left out, the next one then follows the last close
that there was. Where the base price of the day is known, the night starts at it: an ex-rights day is no loss. A share of the move that
belongs to no session (before the first close) is not counted.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bokgi.bars.grids import GROUP_ROWS, in_threads
from bokgi.bars.panel import Panel
from bokgi.units import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class SessionMoves:
    """Compounded returns of one stock; None where nothing was traded twice.

    overnight_return : close to the next open; intraday_return : open to close; sessions : sessions with a trade
    """

    code: str
    sessions: int
    overnight_return: float | None
    intraday_return: float | None


def session_moves(panel: Panel) -> tuple[SessionMoves, ...]:
    """The moves of every stock of a panel, in its order."""
    ends = np.searchsorted(panel.offsets, np.arange(GROUP_ROWS, len(panel) + GROUP_ROWS, GROUP_ROWS), side="right")
    cuts = sorted({0, *np.minimum(ends, len(panel.instruments)).tolist(), len(panel.instruments)})
    found: dict[int, list[SessionMoves]] = {}

    def find(group: tuple[int, int]) -> None:
        found[group[0]] = _moves_of(panel, *group)

    in_threads(find, list(pairwise(cuts)))
    return tuple(moves for first in sorted(found) for moves in found[first])


def _moves_of(panel: Panel, first: int, end: int) -> list[SessionMoves]:
    """The moves of the instruments [first, end), whose sessions lie one after the other in one array."""
    opened, closed, cell, counts = _sessions_of(panel, first, end)
    base, auction = panel.base_price.reshape(-1)[cell], panel.auction.reshape(-1)[cell]
    closed = np.where(np.isfinite(auction), auction, closed)
    starts = _night_starts(np.concatenate((opened[:1], closed[:-1])), base)
    nights, days = opened / np.where(starts == 0.0, np.nan, starts), closed / opened
    bounds = np.concatenate(([0], np.cumsum(counts))).tolist()
    known = bool(np.isfinite(nights).all() and np.isfinite(days).all())
    moves = []
    for code, (before, after) in zip(panel.codes[first:end], pairwise(bounds), strict=True):
        overnight = _compounded(nights[before + 1 : after], known=known)
        moves.append(SessionMoves(code, after - before, overnight, _compounded(days[before:after], known=known)))
    return moves


def _sessions_of(panel: Panel, first: int, end: int) -> tuple[FloatArray, FloatArray, IntArray, IntArray]:
    """First open and last close of each traded session of the instruments, its place in a grid, and sessions by instrument."""
    rows, width = slice(int(panel.offsets[first]), int(panel.offsets[end])), len(panel.sessions)
    owner = np.repeat(np.arange(first, end, dtype=np.int64) * width, np.diff(panel.offsets[first : end + 1]))
    cell, opened, closed, traded = owner + panel.session[rows], panel.open[rows], panel.close[rows], panel.traded[rows]
    if not traded.all():
        cell, opened, closed = cell[traded], opened[traded], closed[traded]
    is_new = cell[1:] != cell[:-1]  # rows are in order of time
    if not is_new.all():
        opens, closes = np.append(True, is_new), np.append(is_new, True)
        opened, closed, cell = opened[opens], closed[closes], cell[opens]
    return opened, closed, cell, np.bincount(cell // max(width, 1) - first, minlength=end - first)


def _night_starts(closes: FloatArray, bases: FloatArray) -> FloatArray:
    return np.where(np.isfinite(bases) & (bases > 0.0), bases, closes)


def _compounded(ratios: FloatArray, *, known: bool) -> float | None:
    """Known : all ratios are finite"""
    finite = ratios if known else ratios[np.isfinite(ratios)]
    return float(np.prod(finite)) - 1.0 if len(finite) else None
