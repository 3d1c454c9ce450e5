"""Exchange time and UTC, both ways, on whole arrays.

Convention: instants are microseconds since 1970-01-01 UTC; exchange time is (day, minute of the day). Offsets come from
the system's time zone data (`tzdata` where the system has none). Korea has kept UTC+9 since 1988-10-09; New York
changes its clocks on Sunday nights, so no session has a change inside.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

from bokgi.market.dated import Days, rows_of, to_days
from bokgi.market.instruments import Exchange
from bokgi.units import MICROS_PER_MINUTE, MINUTES_PER_DAY, DayArray, IntArray, ShortArray

_FIRST_YEAR, _LAST_YEAR = 1970, 2037
_SECOND = timedelta(seconds=1)
_MICROS_PER_DAY = MICROS_PER_MINUTE * MINUTES_PER_DAY
_MICROS_PER_SECOND = 1_000_000


def to_exchange_time(exchange: Exchange, at: IntArray) -> tuple[DayArray, ShortArray]:
    """Day and minute of the day in exchange time of UTC instants [µs]."""
    instants = np.asarray(at, dtype=np.int64)
    local = instants + _offset_at(exchange, instants)
    day = local // _MICROS_PER_DAY
    minute = (local - day * _MICROS_PER_DAY) // MICROS_PER_MINUTE
    return day.astype("datetime64[D]"), minute.astype(np.int32)


def to_instant(exchange: Exchange, days: Days, minute: ShortArray | int = 0) -> IntArray:
    """UTC instants [µs] of minutes of days in exchange time.

    Notes
    -----
    A time that a clock change skips or repeats (Sunday, 01:00-03:00 in New York) is read with one of the two offsets.
    """
    day = to_days(days).astype(np.int64) * _MICROS_PER_DAY
    local = day + np.asarray(minute, dtype=np.int64) * MICROS_PER_MINUTE
    guess = local - _offset_at(exchange, local)
    return np.asarray(local - _offset_at(exchange, guess), dtype=np.int64)


def time_zone(exchange: Exchange) -> str:
    """Name of the exchange's time zone (`Asia/Seoul`); UTC for exchanges whose calendar is not kept."""
    return next(row["time_zone"] for row in rows_of("exchanges") if row["exchange"] == exchange)


def _offset_at(exchange: Exchange, at: IntArray) -> IntArray:
    changed_at, offsets = _offset_changes(time_zone(exchange))
    return offsets[np.searchsorted(changed_at, at, side="right") - 1]


@cache
def _offset_changes(zone_name: str) -> tuple[IntArray, IntArray]:
    """UTC instants from which an offset holds, the first far in the past, and the offsets [µs]."""
    zone = ZoneInfo(zone_name)
    probes = [datetime(year, month, 1, tzinfo=UTC) for year in range(_FIRST_YEAR, _LAST_YEAR + 1) for month in range(1, 13)]
    offsets = [_offset_micros(zone, probe) for probe in probes]
    changed = [index for index in range(1, len(probes)) if offsets[index] != offsets[index - 1]]
    changed_at = [_change_between(zone, probes[index - 1], probes[index]) for index in changed]
    held = [offsets[0], *(offsets[index] for index in changed)]
    return np.array([np.iinfo(np.int64).min, *changed_at], dtype=np.int64), np.array(held, dtype=np.int64)


def _change_between(zone: ZoneInfo, before: datetime, after: datetime) -> int:
    old = _offset_micros(zone, before)
    while after - before > _SECOND:
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if _offset_micros(zone, middle) == old:
            before = middle
        else:
            after = middle
    return int(after.timestamp()) * _MICROS_PER_SECOND


def _offset_micros(zone: ZoneInfo, at: datetime) -> int:
    offset = at.astimezone(zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds()) * _MICROS_PER_SECOND
