"""Where a stock moved: overnight (from the close to the next open) or within sessions (from the open to the close).

Convention: prices as they were traded, without costs; a session without a trade is left out, the next one then follows the last close
that there was. Where the base price of the day is known, the night starts at it: an ex-rights day is no loss. A share of the move that
belongs to no session (before the first close) is not counted.
"""

from dataclasses import dataclass

import numpy as np

from bokgi.bars.panel import Panel
from bokgi.units import FloatArray


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
    return tuple(_moves_of(panel, index) for index in range(len(panel.instruments)))


def _moves_of(panel: Panel, index: int) -> SessionMoves:
    rows = panel.rows_of(index)
    traded = np.flatnonzero(panel.traded[rows]) + rows.start
    sessions, first = np.unique(panel.session[traded], return_index=True)
    if not len(sessions):
        return SessionMoves(panel.codes[index], 0, None, None)
    last = np.append(first[1:], len(traded)) - 1
    opens, closes = panel.open[traded[first]], panel.close[traded[last]]
    auction = panel.auction[index, sessions]
    closes = np.where(np.isfinite(auction), auction, closes)
    starts = _night_starts(closes[:-1], panel.base_price[index, sessions[1:]])
    return SessionMoves(panel.codes[index], len(sessions), _compounded(opens[1:] / starts), _compounded(closes / opens))


def _night_starts(closes: FloatArray, bases: FloatArray) -> FloatArray:
    return np.where(np.isfinite(bases) & (bases > 0.0), bases, closes)


def _compounded(ratios: FloatArray) -> float | None:
    known = ratios[np.isfinite(ratios)]
    return float(np.prod(known)) - 1.0 if len(known) else None
