"""Dates and times as sources write them, to naive exchange time.

`at` is Datetime[us] without zone, in the time of the exchange; the zone of the file is found from offsets, from the
hours that the rows cover, or told. A daily stamp keeps the date as it was written in its own zone.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from bokgi.data.importers.content import Sentence
from bokgi.errors.imports import TimesUnreadable, TimezoneUnknown

MICROS = pl.Datetime("us")
_OFFSET = r"(Z|[+-]\d{2}:?\d{2})$"
_FORMATS = (
    (r"^\d{8}$", "%Y%m%d", False),
    (r"^\d{4}-\d{1,2}-\d{1,2}$", "%Y-%m-%d", False),
    (r"^\d{4}-\d{1,2}-\d{1,2} \d{1,2}:\d{2}$", "%Y-%m-%d %H:%M", True),
    (r"^\d{4}-\d{1,2}-\d{1,2} \d{1,2}:\d{2}:\d{2}$", "%Y-%m-%d %H:%M:%S", True),
    (r"^\d{4}-\d{1,2}-\d{1,2} \d{1,2}:\d{2}:\d{2}\.\d+$", "%Y-%m-%d %H:%M:%S%.f", True),
    (r"^\d{8} \d{2}:\d{2}$", "%Y%m%d %H:%M", True),
    (r"^\d{8} \d{2}:\d{2}:\d{2}$", "%Y%m%d %H:%M:%S", True),
    (r"^\d{12}$", "%Y%m%d%H%M", True),
    (r"^\d{14}$", "%Y%m%d%H%M%S", True),
)


@dataclass(frozen=True)
class Times:
    """at : Datetime[us], naive exchange time, null where unreadable; has_clock : any row names a time of day."""

    at: pl.Series
    has_clock: bool
    detected: Sentence | None = None


def check_zone(name: str) -> ZoneInfo:
    """The zone of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise TimezoneUnknown(name) from error


def times_of(frame: pl.DataFrame, name: str, exchange_zone: str, told_zone: str | None = None) -> Times:
    """Read `at`, or `date` with `time`, or `date` alone.

    Raises
    ------
    TimesUnreadable, TimezoneUnknown
        No row can be read, or the told zone does not exist.
    """
    stamps = frame["at"] if "at" in frame.columns else frame["date"]
    if told_zone is not None:
        check_zone(told_zone)
    read = _temporal(stamps, exchange_zone, told_zone) if stamps.dtype.is_temporal() else _written(stamps, exchange_zone, told_zone)
    if "time" in frame.columns and "at" not in frame.columns and not read.has_clock:
        read = _with_clock(read, frame["time"])
    if read.at.len() and read.at.null_count() == read.at.len():
        raise TimesUnreadable(name, _first(stamps))
    return read


def _first(stamps: pl.Series) -> object:
    present = stamps.drop_nulls()
    return present[0] if present.len() else None


def _temporal(stamps: pl.Series, exchange_zone: str, told_zone: str | None) -> Times:
    if stamps.dtype in (pl.Time, pl.Duration):
        return Times(pl.Series("at", [None] * stamps.len(), dtype=MICROS), False)
    zone = getattr(stamps.dtype, "time_zone", None)
    at = stamps.cast(MICROS) if zone is None else stamps.cast(pl.Datetime("us", zone))
    return _placed(at.alias("at"), exchange_zone, zone, told_zone)


def _written(stamps: pl.Series, exchange_zone: str, told_zone: str | None) -> Times:
    text = stamps if stamps.dtype == pl.String else stamps.cast(pl.String)
    bare = text.str.strip_chars(" \t'\"").str.replace_all(r"[/.](\d{1,2})\b", "-$1") if _needs_dashes(text) else text.str.strip_chars()
    bare = bare.str.replace("T", " ", literal=True)
    example = str(_first(bare) or "")
    if re.search(r":\d{2}(\.\d+)?" + _OFFSET, example):
        return _with_offsets(bare, exchange_zone)
    if re.fullmatch(r"\d{9,10}|\d{13}", example):
        return _placed(_epoch(bare, 1_000 if len(example) == 13 else 1_000_000), exchange_zone, "UTC", None)
    return _placed(_parsed(bare, example), exchange_zone, None, told_zone)


def _needs_dashes(text: pl.Series) -> bool:
    return bool(re.match(r"^\s*['\"]?\d{4}[/.]", str(_first(text) or "")))


def _parsed(bare: pl.Series, example: str) -> pl.Series:
    for pattern, form, _ in _FORMATS:
        if re.match(pattern, example):
            return bare.str.to_datetime(form, time_unit="us", strict=False, exact=True).alias("at")
    return pl.Series("at", [None] * bare.len(), dtype=MICROS)


def _epoch(bare: pl.Series, micros_each: int) -> pl.Series:
    number = bare.cast(pl.Int64, strict=False) * micros_each
    return number.cast(MICROS).dt.replace_time_zone("UTC").alias("at")


def _with_offsets(bare: pl.Series, exchange_zone: str) -> Times:
    padded = bare.str.replace(r"Z$", "+00:00").str.replace(r"([+-]\d{2})(\d{2})$", "$1:$2")
    literal = padded.str.replace(r"(\.\d+)?[+-]\d{2}:\d{2}$", "").str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False)
    at = padded.str.to_datetime("%Y-%m-%d %H:%M:%S%.f%:z", time_unit="us", strict=False, time_zone="UTC").alias("at")
    offsets = sorted(set(padded.str.extract(r"([+-]\d{2}:\d{2})$").drop_nulls().unique().to_list()))
    said = ", ".join(offsets[:4])
    if _midnights(literal):
        return Times(literal.alias("at"), False, (f"시각: {said} 표기의 날짜", f"times: dates stamped {said}"))
    local = at.dt.convert_time_zone(exchange_zone).dt.replace_time_zone(None)
    sentence = (f"시각: {said} 표기를 {exchange_zone} 시각으로 바꿈", f"times: stamped {said}, converted to {exchange_zone}")
    return Times(local, not _midnights(local), sentence)


def _midnights(at: pl.Series) -> bool:
    return bool((at.drop_nulls().dt.time().cast(pl.Int64) == 0).all())


def _placed(at: pl.Series, exchange_zone: str, zone: str | None, told_zone: str | None) -> Times:
    """Move stamps of a zone (or a told zone) to exchange time; naive ones are taken as exchange time unless they look like UTC."""
    source = zone or told_zone
    naive = at.dt.replace_time_zone(None)
    if source is None and _looks_like_utc(naive, exchange_zone):
        source = "UTC"
    if _midnights(naive):
        return Times(naive, False)
    if source is None:
        return Times(naive, True, (f"시간대: 표시 없음, {exchange_zone}로 봄", f"time zone: none given, taken as {exchange_zone}"))
    aware = at if zone is not None else naive.dt.replace_time_zone(source, ambiguous="null", non_existent="null")
    local = aware.dt.convert_time_zone(exchange_zone).dt.replace_time_zone(None)
    sentence = (f"시간대: {source}를 {exchange_zone} 시각으로 바꿈", f"time zone: {source}, converted to {exchange_zone}")
    return Times(local, not _midnights(local), sentence)


def _looks_like_utc(naive: pl.Series, exchange_zone: str) -> bool:
    """Korean bars of a day lie between 00:00 and 07:30 when written in UTC, and never so in Korean time."""
    if exchange_zone != "Asia/Seoul" or _midnights(naive):
        return False
    hours = naive.drop_nulls().dt.hour()
    last = hours.max()
    return isinstance(last, int) and last < 8


def _with_clock(read: Times, clock: pl.Series) -> Times:
    """Add `901`, `0901`, `090100`, `09:01` or `09:01:00` to dates."""
    text = clock.cast(pl.String).str.strip_chars(" \t'\"").str.replace(r"\.0$", "").str.replace_all(":", "", literal=True)
    longest = text.str.len_chars().max()
    digits = text.str.zfill(6 if isinstance(longest, int) and longest > 4 else 4)
    valid = digits.str.contains(r"^([01]\d|2[0-3])[0-5]\d([0-5]\d)?$")
    seconds = digits.str.slice(0, 2).cast(pl.Int64, strict=False) * 3600 + digits.str.slice(2, 2).cast(pl.Int64, strict=False) * 60
    frame = pl.DataFrame({"at": read.at, "seconds": seconds, "valid": valid})
    moved = pl.col("at") + pl.duration(seconds=pl.col("seconds"))
    at = frame.select(pl.when(pl.col("valid")).then(moved).otherwise(None).cast(MICROS).alias("at")).to_series()
    return Times(at, True, ("시각: 일자와 시간 열을 합침", "times: date and time columns joined"))


def instant(at: pl.Expr, zone: str) -> pl.Expr:
    """Naive exchange time to the UTC instant."""
    local = at.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return local.dt.convert_time_zone("UTC")


def naive_local(moment: datetime, zone: str) -> datetime:
    """A UTC instant (naive means UTC) as naive exchange time."""
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=ZoneInfo("UTC"))
    return aware.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
