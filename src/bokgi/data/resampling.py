"""Longer bars from shorter ones on their way into the store; the rules are those of `bokgi.bars.resample`.

Convention: a daily series made here counts as one of regular closes only where every session of its source held the closing auction.
"""

from dataclasses import replace

import numpy as np
import polars as pl

from bokgi.bars.auctions import own_auctions
from bokgi.bars.interval import Interval
from bokgi.bars.resample import BarColumns, Bins, binned, bins_of, check_resamplable
from bokgi.bars.timeline import session_index, timeline
from bokgi.data.incoming import Incoming
from bokgi.data.series import ClosingAuction, SeriesFacts
from bokgi.data.store_segments import to_stored
from bokgi.errors.store import StoredOutsideCalendar
from bokgi.market.calendar import Sessions
from bokgi.market.clock import to_instant
from bokgi.market.instruments import Exchange
from bokgi.units import IntArray, ShortArray

_NUMBERS = ("open", "high", "low", "close", "volume")


def resample_incoming(incoming: Incoming, interval: Interval) -> Incoming:
    """The bars in a longer interval; facts stay, faults and what was detected stay as findings about the source.

    Raises
    ------
    ResampleImpossible
        The new interval is shorter, or no multiple of the old one.
    StoredOutsideCalendar
        Bars lie on days without a session.
    """
    check_resamplable(incoming.interval, interval)
    if interval == incoming.interval or not incoming.bars.height:
        return replace(incoming, interval=interval)
    parts, facts = [], dict(incoming.facts)
    for (code,), rows in to_stored(incoming.bars).group_by(["code"], maintain_order=True):
        longer, is_whole = _longer(rows, incoming.interval, interval, incoming.facts[str(code)])
        parts.append(longer)
        if interval.is_daily:
            facts[str(code)] = replace(facts[str(code)], closing_auction=ClosingAuction.NONE, regular_close=is_whole)
    return replace(incoming, interval=interval, bars=pl.concat(parts), facts=facts)


def _longer(rows: pl.DataFrame, source: Interval, wanted: Interval, facts: SeriesFacts) -> tuple[pl.DataFrame, bool]:
    """Bars of one series, and whether each session with bars held its closing auction."""
    sessions, session = _sessions(rows, source, facts)
    minute = rows["minute"].to_numpy()
    opens, highs, lows, closes, volume = (rows[name].fill_null(float("nan")).to_numpy() for name in _NUMBERS)
    offsets = np.array([0, rows.height], dtype=np.int64)
    last_bar = np.array([facts.closing_auction is ClosingAuction.LAST_BAR])
    _, auction_row = own_auctions(source, sessions, offsets, session, minute, (opens, highs, lows, closes), volume, last_bar)
    is_auction = minute == sessions.close_minute[session]
    is_auction[auction_row[auction_row >= 0]] = True
    bins = bins_of(wanted, session.astype(np.int64), sessions.open_minute[session], minute, is_auction)
    columns = binned(bins, BarColumns(opens, highs, lows, closes, volume))
    frame = _framed(rows, bins, columns, facts.exchange)
    return frame, bool((auction_row[0, np.unique(session)] >= 0).all())


def _sessions(rows: pl.DataFrame, source: Interval, facts: SeriesFacts) -> tuple[Sessions, ShortArray]:
    days = rows["session"].to_numpy()
    sessions = timeline(facts.exchange, days[0].item(), days[-1].item(), days)
    session = session_index(sessions, days.astype(np.int64))
    if int(session.min()) < 0:
        raise StoredOutsideCalendar(facts.code, str(source), days[int(np.argmin(session))].item(), facts.exchange.value)
    return sessions, session


def _framed(rows: pl.DataFrame, bins: Bins, columns: BarColumns, exchange: Exchange) -> pl.DataFrame:
    firsts = rows[bins.starts]
    start = _starts(exchange, firsts, bins.minute)
    base = (
        rows.select("base_price", of=pl.Series(bins.of_row))
        .group_by("of", maintain_order=True)
        .agg(pl.col("base_price").drop_nulls().first())
    )
    return to_stored(
        firsts.with_columns(
            pl.Series("start", start).cast(pl.Datetime("us", "UTC")),
            pl.Series("minute", bins.minute),
            base["base_price"],
            **{name: pl.Series(getattr(columns, name)) for name in _NUMBERS},
        )
    )


def _starts(exchange: Exchange, firsts: pl.DataFrame, minute: ShortArray) -> IntArray:
    if exchange is Exchange.OTHER:
        return firsts["start"].to_physical().to_numpy()
    return to_instant(exchange, firsts["session"].to_numpy(), minute)
