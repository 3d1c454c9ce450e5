"""Panels from DataFrames and back, for people who bring bars of their own.

Convention: columns are found by name in any case. Times are starts of bars; times without a zone are taken as exchange time, and
`Panel.sources` says so. Bars outside the exchange's regular sessions are refused, never dropped unasked. The parts of panels
(`panel_cut`, `panel_select`, `panel_between`) can be had from here, too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import polars as pl

from bokgi.bars.auctions import own_auctions
from bokgi.bars.interval import ALLOWED_MINUTES, DAILY, Interval
from bokgi.bars.panel import Panel
from bokgi.bars.selection import panel_between, panel_cut, panel_select
from bokgi.bars.timeline import session_index, timeline
from bokgi.errors.frames import (
    FrameColumnMissing,
    FrameDuplicates,
    FrameEmpty,
    FrameIntervalUnclear,
    FrameOutsideSessions,
    FrameUnreadable,
    InstrumentsDiffer,
)
from bokgi.market.calendar import Sessions, calendar_range
from bokgi.market.clock import time_zone
from bokgi.market.instruments import Board, Exchange, Instrument, Kind

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["panel_between", "panel_cut", "panel_from_frame", "panel_select", "panel_to_frame", "panel_to_pandas"]

_TIME_WORDS = ("datetime", "date", "time", "timestamp", "start", "일시", "일자", "날짜", "index", "level_0", "unnamed: 0")
_PRICES = ("open", "high", "low", "close")
_OTHER_WORDS = {
    "시가": "open",
    "고가": "high",
    "저가": "low",
    "종가": "close",
    "거래량": "volume",
    "종목코드": "code",
    "symbol": "code",
    "ticker": "code",
}
_LOCAL = pl.col("local")


@dataclass(frozen=True, slots=True)
class _Taken:
    """Rows sorted by (code, local): local is the bar's start in exchange time without a zone."""

    rows: pl.DataFrame
    is_naive: bool


def panel_from_frame(
    frame: "pl.DataFrame | pd.DataFrame",
    *,
    interval: Interval | str | None = None,
    exchange: Exchange | str = Exchange.XKRX,
    code: str = "DATA",
    instruments: Iterable[Instrument] = (),
    adjusted: bool = False,
    auction_in_last_bar: bool | None = None,
    drop_outside: bool = False,
    synthetic: bool = False,
) -> Panel:
    """The panel of a pandas or polars DataFrame.

    Parameters
    ----------
    frame : columns date or datetime (or the index), open, high, low, close, perhaps volume and code
    interval : found from the distances of the bars when left out
    exchange : its calendar gives the sessions; `OTHER` takes the days that have bars
    code : of bars without a code column
    instruments : what is known of the codes; unknown Korean ones are taken as KOSPI shares (`assumed`)
    adjusted : prices adjusted for splits
    auction_in_last_bar : the session's last bar is the closing auction; by default true for daily bars
    drop_outside : leave out bars outside the regular sessions (before and after the market) instead of refusing them

    Raises
    ------
    FrameColumnMissing, FrameUnreadable, FrameEmpty, FrameDuplicates, FrameIntervalUnclear, FrameOutsideSessions
        The frame cannot be read as bars.
    """
    place = Exchange(exchange)
    taken = _taken(frame, place, code)
    length = _interval(taken.rows, interval)
    rows, sessions = _placed(taken.rows, place, length, drop_outside=drop_outside)
    said = "DataFrame" + (f" (times without a zone taken as {time_zone(place)})" if taken.is_naive and not length.is_daily else "")
    in_last_bar = length.is_daily if auction_in_last_bar is None else auction_in_last_bar
    codes = tuple(rows["code"].unique(maintain_order=True).to_list())
    return _assembled(rows, sessions, length, _instruments(codes, place, instruments), adjusted, in_last_bar, synthetic, said)


def panel_to_frame(panel: Panel) -> pl.DataFrame:
    """One row a bar: code, datetime (zone of the exchange), session, open, high, low, close, volume."""
    zone = time_zone(panel.instruments[0].exchange) if panel.instruments else "UTC"
    codes = pl.Series(panel.codes, dtype=pl.String)
    return pl.DataFrame(
        {
            "code": codes.gather(panel.instrument_of.astype(np.uint32)),
            "datetime": pl.Series(panel.start_at).cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(zone),
            "session": pl.Series(panel.sessions.day[panel.session], dtype=pl.Date),
            **{name: getattr(panel, name) for name in (*_PRICES, "volume")},
        }
    )


def panel_to_pandas(panel: Panel) -> "pd.DataFrame":
    """`panel_to_frame` for pandas; the datetime is the index where the panel has one instrument."""
    table = panel_to_frame(panel).to_pandas()
    return table.set_index("datetime") if len(panel.instruments) == 1 else table


def _taken(frame: "pl.DataFrame | pd.DataFrame", exchange: Exchange, code: str) -> _Taken:
    table = frame if isinstance(frame, pl.DataFrame) else _from_pandas(frame)
    named = _renamed(table)
    prices = [pl.col(name) for name in _PRICES]
    volume = pl.col("volume") if "volume" in named.columns else pl.lit(None, dtype=pl.Float64).alias("volume")
    local, is_naive = _local_times(named["local"], exchange)
    codes = pl.col("code").cast(pl.String) if "code" in named.columns else pl.lit(code).alias("code")
    rows = named.select(codes, local.alias("local"), *prices, volume)
    rows = _as_numbers(rows).filter(pl.col("close").is_not_null() & pl.col("close").is_not_nan()).sort("code", "local", maintain_order=True)
    _check_rows(rows)
    return _Taken(rows, is_naive)


def _from_pandas(frame: "pd.DataFrame") -> pl.DataFrame:
    """The index becomes a column where it holds times; index types and column labels may be of any kind."""
    table = frame.copy(deep=False)
    table.columns = [str(name[0] if isinstance(name, tuple) else name) for name in frame.columns]
    if not any(str(name).lower() in _TIME_WORDS for name in table.columns):
        table = table.reset_index(names=[str(name or "index") for name in table.index.names])
    return pl.from_pandas(table)


def _renamed(table: pl.DataFrame) -> pl.DataFrame:
    """Columns under their plain names; the first that fits is taken."""
    found: dict[str, str] = {}
    for name in table.columns:
        word = _OTHER_WORDS.get(name.strip().lower(), name.strip().lower())
        if word in (*_PRICES, "volume", "code"):
            found.setdefault(word, name)
    times = {name.strip().lower(): name for name in reversed(table.columns)}
    time_name = next((times[word] for word in _TIME_WORDS if word in times), None)
    missing = [word for word in _PRICES if word not in found] + (["date or datetime"] if time_name is None else [])
    if missing or time_name is None:
        raise FrameColumnMissing(missing, table.columns)
    return table.select(pl.col(time_name).alias("local"), *(pl.col(name).alias(word) for word, name in found.items()))


def _local_times(times: pl.Series, exchange: Exchange) -> tuple[pl.Series, bool]:
    """Exchange time without a zone, and whether the frame's times had none."""
    if times.dtype == pl.String:
        times = _parsed(times)
    if times.dtype == pl.Date:
        return times.cast(pl.Datetime("us")), True
    if not isinstance(times.dtype, pl.Datetime):
        raise FrameUnreadable(times.name, "date or datetime", times[0] if len(times) else None)
    if times.dtype.time_zone is None:
        return times.cast(pl.Datetime("us")), True
    return times.dt.convert_time_zone(time_zone(exchange)).dt.replace_time_zone(None).cast(pl.Datetime("us")), False


def _parsed(times: pl.Series) -> pl.Series:
    try:
        return times.str.to_datetime(time_unit="us", strict=True)
    except (pl.exceptions.ComputeError, pl.exceptions.InvalidOperationError) as error:
        raise FrameUnreadable("date", "date or datetime", times.drop_nulls()[0] if len(times.drop_nulls()) else None) from error


def _as_numbers(rows: pl.DataFrame) -> pl.DataFrame:
    for name in (*_PRICES, "volume"):
        numbers = rows[name].cast(pl.Float64, strict=False)
        failed = numbers.is_null() & rows[name].is_not_null()
        if failed.any():
            raise FrameUnreadable(name, "number", rows[name].filter(failed)[0])
        rows = rows.with_columns(numbers.alias(name))
    return rows


def _check_rows(rows: pl.DataFrame) -> None:
    if not rows.height:
        raise FrameEmpty
    if rows["local"].null_count():
        raise FrameUnreadable("date", "date or datetime", None)
    twice = rows.filter(pl.struct("code", "local").is_duplicated())
    if twice.height:
        raise FrameDuplicates(twice.height, f"{twice['code'][0]} {twice['local'][0]}")


def _interval(rows: pl.DataFrame, given: Interval | str | None) -> Interval:
    """As given, or the shortest distance between two bars of one instrument on one day."""
    if given is not None:
        return given if isinstance(given, Interval) else Interval.from_text(given)
    days = rows.select("code", _LOCAL.dt.date().alias("day"))
    if not days.is_duplicated().any():
        return DAILY
    steps = rows.select(step=_LOCAL.diff().over("code", _LOCAL.dt.date()).dt.total_seconds())["step"]
    seconds = int(cast(int, steps.min()))
    if seconds % 60 == 0 and seconds // 60 in ALLOWED_MINUTES:
        return Interval(seconds // 60)
    raise FrameIntervalUnclear(f"{seconds} s" if seconds % 60 else f"{seconds // 60} min")


def _placed(rows: pl.DataFrame, exchange: Exchange, interval: Interval, *, drop_outside: bool) -> tuple[pl.DataFrame, Sessions]:
    """Rows with the index of their session and the minute; sessions from the first to the last bar."""
    day = rows["local"].dt.date()
    days = day.to_numpy()
    first, last = days.min().item(), days.max().item()
    if exchange is not Exchange.OTHER:
        covered = calendar_range(exchange)
        first, last = (min(max(bound, covered.first), covered.last) for bound in (first, last))
    sessions = timeline(exchange, first, last, days)
    index = session_index(sessions, days.astype(np.int64))
    minute = (rows["local"].dt.hour().cast(pl.Int32) * 60 + rows["local"].dt.minute()).to_numpy().astype(np.int32)
    inside = index >= 0
    if interval.is_daily:
        minute = np.where(inside, sessions.open_minute[index] if len(sessions) else 0, 0).astype(np.int32)
    elif len(sessions):
        inside &= (minute >= sessions.open_minute[index]) & (minute <= sessions.close_minute[index])
    if not drop_outside and not inside.all():
        example = rows.row(int(np.argmin(inside)), named=True)
        raise FrameOutsideSessions(int((~inside).sum()), exchange.value, f"{example['code']} {example['local']}", time_zone(exchange))
    placed = rows.with_columns(pl.Series("session", index), pl.Series("minute", minute)).filter(pl.Series(inside))
    _check_rows(placed)
    return placed, sessions


def _instruments(codes: Sequence[str], exchange: Exchange, given: Iterable[Instrument]) -> tuple[Instrument, ...]:
    known = {instrument.code: instrument for instrument in given}
    if known and not set(codes) & set(known):
        raise InstrumentsDiffer(sorted(known), codes)
    return tuple(known.get(code) or _assumed(code, exchange) for code in codes)


def _assumed(code: str, exchange: Exchange) -> Instrument:
    if exchange is Exchange.XKRX:
        return Instrument(code, exchange=exchange, assumed=True)
    return Instrument(code, exchange=exchange, kind=Kind.FOREIGN, board=Board.FOREIGN)


def _assembled(
    rows: pl.DataFrame,
    sessions: Sessions,
    interval: Interval,
    instruments: tuple[Instrument, ...],
    adjusted: bool,
    in_last_bar: bool,
    synthetic: bool,
    said: str,
) -> Panel:
    counts = rows.group_by("code", maintain_order=True).len()["len"].to_numpy()
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    opens, highs, lows, closes, volume = (rows[name].fill_null(float("nan")).to_numpy() for name in (*_PRICES, "volume"))
    session, minute = rows["session"].to_numpy(), rows["minute"].to_numpy()
    prices = (opens, highs, lows, closes)
    last = np.full(len(instruments), in_last_bar)
    auction, auction_row = own_auctions(interval, sessions, offsets, session, minute, prices, volume, last)
    base = np.full((len(instruments), len(sessions)), np.nan)
    flags = np.full(len(instruments), adjusted)
    columns = (offsets, session, minute, *prices, volume, auction, auction_row, base, flags)
    return Panel(instruments, interval, sessions, *columns, synthetic=synthetic, sources=(said,))
