"""Closing-auction prices that the bars of a panel hold themselves.

Order: the open of the traded bar that starts at the regular close; the open of the session's last traded bar where the source keeps
the auction there (`in_last_bar`). A daily bar ends with the auction: its close is the price, and no bar *is* the auction (row -1).
"""

import numpy as np

from bokgi.bars.grids import write_cells
from bokgi.bars.interval import Interval
from bokgi.market.calendar import Sessions
from bokgi.units import BoolArray, FloatArray, IntArray, ShortArray


def is_traded(high: FloatArray, low: FloatArray, volume: FloatArray) -> BoolArray:
    """Volume above 0, or 0 or unknown while high > low. A halted row (high 0) is not traded."""
    known = volume > 0
    return np.asarray((known & (high > 0)) | (~known & (high > low)))


def own_auctions(
    interval: Interval,
    sessions: Sessions,
    offsets: IntArray,
    session: ShortArray,
    minute: ShortArray,
    prices: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
    volume: FloatArray,
    in_last_bar: BoolArray,
) -> tuple[FloatArray, IntArray]:
    """Auction price and row, float64 and int64[instrument, session]; NaN and -1 where the bars hold none.

    prices : open, high, low, close; in_last_bar : bool[instrument], the session's last bar is the auction (daily: ends with it)
    """
    shape = (len(offsets) - 1, len(sessions))
    auction, row = np.full(shape, np.nan), np.full(shape, -1, dtype=np.int64)
    opens, highs, lows, closes = prices
    if interval.is_daily:
        ends_it = np.repeat(in_last_bar, np.diff(offsets))
        write_cells(auction, offsets, session, closes, ends_it & is_traded(highs, lows, volume))
        return auction, row
    _mark_last_bars(row, offsets, session, _traded_only(_rows_of(offsets, in_last_bar), highs, lows, volume))
    at_close = np.flatnonzero(minute == sessions.close_minute[session]) if len(sessions) else np.empty(0, dtype=np.int64)
    _mark_last_bars(row, offsets, session, _traded_only(at_close, highs, lows, volume))
    found = row >= 0
    auction[found] = opens[row[found]]
    return auction, row


def _traded_only(rows: IntArray, high: FloatArray, low: FloatArray, volume: FloatArray) -> IntArray:
    return rows[is_traded(high[rows], low[rows], volume[rows])]


def _rows_of(offsets: IntArray, chosen: BoolArray) -> IntArray:
    if bool(chosen.all()):
        return np.arange(int(offsets[-1]), dtype=np.int64)
    return np.flatnonzero(np.repeat(chosen, np.diff(offsets)))


def _instrument_at(offsets: IntArray, rows: IntArray) -> IntArray:
    return np.asarray(np.searchsorted(offsets, rows, side="right") - 1, dtype=np.int64)


def _mark_last_bars(row: IntArray, offsets: IntArray, session: ShortArray, rows: IntArray) -> None:
    """Write the last of `rows` (ascending) of each instrument and session into the grid."""
    if not len(rows):
        return
    key = _instrument_at(offsets, rows) * row.shape[1] + session[rows]
    is_last = np.append(key[1:] != key[:-1], True)
    row.reshape(-1)[key[is_last]] = rows[is_last]
