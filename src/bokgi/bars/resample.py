"""Longer bars from shorter ones, session by session.

Convention: bars are cut from the session's own regular open (10:00 on late openings), so no bar spans two sessions. The bar that is the
closing auction stays a bar of its own, except in daily bars, which end with it. Open, high, low and close come from traded bars only;
where none of the bars traded the last one stands for them, untraded as before.

Notes
-----
Volume is the sum over the traded bars, unknown (NaN) when one of them is. A daily bar made of bars that end before the auction closes at
the last traded close, which is not the regular close: its panel then has no auction price.
"""

from dataclasses import dataclass, replace

import numpy as np

from bokgi.bars.auctions import is_traded
from bokgi.bars.interval import Interval
from bokgi.bars.panel import Panel
from bokgi.errors.frames import ResampleImpossible
from bokgi.units import BoolArray, FloatArray, IntArray, ShortArray

LONGEST_MINUTES = 60


@dataclass(frozen=True)
class Bins:
    """Rows put together: `starts` is the first row of each bin, `of_row` the bin of each row, `minute` the bin's start."""

    starts: IntArray
    of_row: IntArray
    minute: ShortArray


@dataclass(frozen=True)
class BarColumns:
    """Prices and volumes of rows, or of bins; float64 each."""

    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray


def check_resamplable(source: Interval, wanted: Interval) -> None:
    """Refuse what would need prices between the bars.

    Raises
    ------
    ResampleImpossible
        The new interval is shorter, or no multiple of the old one.
    """
    is_possible = wanted == source or (
        not source.is_daily and (wanted.is_daily or (wanted.minutes <= LONGEST_MINUTES and wanted.minutes % source.minutes == 0))
    )
    if not is_possible:
        raise ResampleImpossible(str(source), str(wanted))


def resample(panel: Panel, interval: Interval) -> Panel:
    """The panel in longer bars. Auction and base prices stay; a daily bar's range holds an auction price that was no bar."""
    check_resamplable(panel.interval, interval)
    if interval == panel.interval:
        return panel
    is_auction = np.zeros(len(panel), dtype=np.bool_)
    is_auction[panel.auction_row[panel.auction_row >= 0]] = True
    opens = panel.sessions.open_minute[panel.session]
    is_auction |= panel.minute == panel.sessions.close_minute[panel.session]
    series = panel.instrument_of.astype(np.int64) * max(1, len(panel.sessions)) + panel.session
    bins = bins_of(interval, series, opens, panel.minute, is_auction)
    columns = binned(bins, BarColumns(panel.open, panel.high, panel.low, panel.close, panel.volume))
    auction_row = np.where(panel.auction_row >= 0, np.append(bins.of_row, -1)[panel.auction_row], -1)
    longer = replace(
        panel,
        interval=interval,
        offsets=np.searchsorted(bins.starts, panel.offsets, side="left").astype(np.int64),
        session=panel.session[bins.starts],
        minute=bins.minute,
        **vars(columns),
        auction_row=np.full_like(auction_row, -1) if interval.is_daily else auction_row,
    )
    return _with_auction_events(longer, panel) if interval.is_daily else longer


def bins_of(interval: Interval, series: IntArray, open_minute: ShortArray, minute: ShortArray, is_auction: BoolArray) -> Bins:
    """Bins of rows in time order.

    series : int64[row], changes with the instrument and with the session; open_minute : int32[row], regular open of the row's session
    """
    length = interval.minutes
    if interval.is_daily:
        label = open_minute
    else:
        label = np.where(is_auction, minute, open_minute + (minute - open_minute) // length * length).astype(np.int32)
        label = _after_auction(label, series, minute, is_auction)
    if not len(series):
        return Bins(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), label)
    is_first = np.ones(len(series), dtype=np.bool_)
    is_first[1:] = (series[1:] != series[:-1]) | (label[1:] != label[:-1])
    if not interval.is_daily:
        is_first[1:] |= is_auction[1:]
    starts = np.flatnonzero(is_first)
    return Bins(starts, np.cumsum(is_first) - 1, label[starts])


def _after_auction(label: ShortArray, series: IntArray, minute: ShortArray, is_auction: BoolArray) -> ShortArray:
    """Stale rows behind a last traded bar that is the auction join it; their own bin would start before it."""
    row = np.arange(len(series))
    latest = np.maximum.accumulate(np.where(is_auction, row, -1))
    behind = (latest >= 0) & (series == series[latest]) & (label < minute[latest])
    return np.where(behind, minute[latest], label).astype(np.int32)


def binned(bins: Bins, rows: BarColumns) -> BarColumns:
    """One bar a bin."""
    if not len(bins.starts):
        return rows
    last_row = np.append(bins.starts[1:], len(bins.of_row)) - 1
    bars = BarColumns(*(column[last_row].copy() for column in (rows.open, rows.high, rows.low, rows.close, rows.volume)))
    traded = np.flatnonzero(is_traded(rows.high, rows.low, rows.volume))
    if not len(traded):
        return bars
    own = bins.of_row[traded]
    first = np.flatnonzero(np.append(True, own[1:] != own[:-1]))
    last, filled = np.append(first[1:], len(own)) - 1, own[first]
    bars.open[filled] = rows.open[traded[first]]
    bars.close[filled] = rows.close[traded[last]]
    bars.high[filled] = np.maximum.reduceat(rows.high[traded], first)
    bars.low[filled] = np.minimum.reduceat(rows.low[traded], first)
    bars.volume[filled] = np.add.reduceat(rows.volume[traded], first)
    return bars


def _with_auction_events(daily: Panel, source: Panel) -> Panel:
    """Let each traded daily bar end with its session's auction price where that was no bar."""
    rows = np.flatnonzero(daily.traded)
    instrument, session = daily.instrument_of[rows], daily.session[rows]
    price = source.auction[instrument, session]
    is_event = (source.auction_row[instrument, session] < 0) & np.isfinite(price)
    rows, price = rows[is_event], price[is_event]
    high, low, close = daily.high.copy(), daily.low.copy(), daily.close.copy()
    high[rows], low[rows], close[rows] = np.maximum(high[rows], price), np.minimum(low[rows], price), price
    return replace(daily, high=high, low=low, close=close)
