"""LEAN zips: one CSV without titles, prices times 10,000.

Intraday: `<yyyymmdd>_<symbol>_minute_trade.csv`, milliseconds since New York midnight, pre- and post-market included, bars labelled by
their start. Daily: `<symbol>.csv`, `yyyymmdd 00:00`.
"""

import io
import re

import polars as pl

from bokgi.bars.interval import DAILY, Interval
from bokgi.data.importers.building import incoming_from
from bokgi.data.importers.codes import NamedCode
from bokgi.data.importers.content import FileContent, zip_members
from bokgi.data.importers.hints import ImportHints
from bokgi.data.incoming import Incoming
from bokgi.data.series import ClosingAuction
from bokgi.errors.imports import FileBroken, FileUnrecognised
from bokgi.market.instruments import Board, Exchange, Kind

_SCALE = 10_000.0
_MINUTE_MEMBER = re.compile(r"^(\d{8})_([a-z0-9.]+)_minute_trade\.csv$")
_DAILY_MEMBER = re.compile(r"^([a-z][a-z0-9.]*)\.csv$")
_COLUMNS = ("stamp", "open", "high", "low", "close", "volume")
_PRICES = _COLUMNS[1:5]
_MILLISECONDS_PER_DAY = 86_400_000


def sniffs(content: FileContent) -> bool:
    """Any zip; workbooks were tried before."""
    return content.head(4) == b"PK\x03\x04"


def read(content: FileContent, hints: ImportHints) -> list[Incoming]:
    """Read every member of a LEAN zip.

    Raises
    ------
    FileUnrecognised, FileBroken, ArchiveUnsafe, FileTooLarge and what `incoming_from` raises
    """
    members = zip_members(content)
    parts = [_member(content, name, data) for name, data in members.items()]
    if not parts or len({(part[0], part[1]) for part in parts}) != 1:
        raise FileUnrecognised(content.name, ", ".join(members) or "an archive without members")
    symbol, interval, _ = parts[0]
    table = pl.concat([part[2] for part in parts])
    named = NamedCode(symbol, Exchange.XNYS, Board.FOREIGN, Kind.FOREIGN)
    english = f"LEAN {'daily' if interval.is_daily else 'minute'} file of {symbol}, prices divided by 10,000, New York time, unadjusted"
    korean = f"LEAN {'일봉' if interval.is_daily else '분봉'} 파일: {symbol}, 가격을 10,000으로 나눔, 뉴욕 시각, 원주가"
    found = incoming_from(content, table, hints, source="lean", adjusted=False, interval=interval, named=named, said=((korean, english),))
    assert all(facts.closing_auction is ClosingAuction.NONE for part in found for facts in part.facts.values())
    return found


def _member(content: FileContent, name: str, data: bytes) -> tuple[str, Interval, pl.DataFrame]:
    minute, daily = _MINUTE_MEMBER.match(name), _DAILY_MEMBER.match(name)
    if minute is not None:
        return minute[2].upper(), Interval(1), _minutes(minute[1], _raw(content, data))
    if daily is not None:
        return daily[1].upper(), DAILY, _days(_raw(content, data))
    raise FileUnrecognised(content.name, name)


def _raw(content: FileContent, data: bytes) -> pl.DataFrame:
    if not data.strip():
        raise FileBroken(content.name, "LEAN", "an empty member")
    try:
        table = pl.read_csv(io.BytesIO(data), has_header=False, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise FileBroken(content.name, "LEAN", str(error).split("\n", 1)[0]) from error
    if table.width != len(_COLUMNS):
        raise FileBroken(content.name, "LEAN", f"{table.width} columns where {len(_COLUMNS)} belong")
    named = table.rename(dict(zip(table.columns, _COLUMNS, strict=True)))
    numbers = named.with_columns(pl.col(name).cast(pl.Float64, strict=False).fill_null(float("nan")) for name in _COLUMNS[1:])
    return numbers.with_columns(_scaled(numbers[name]) for name in _PRICES)


def _scaled(column: pl.Series) -> pl.Series:
    """Divided by numpy, which rounds every quotient correctly; a product with 0.0001 would not be 750.3."""
    return pl.Series(column.name, column.to_numpy() / _SCALE)


def _minutes(day: str, table: pl.DataFrame) -> pl.DataFrame:
    stamp = pl.col("stamp").cast(pl.Int64, strict=False)
    inside = pl.when(stamp.is_between(0, _MILLISECONDS_PER_DAY - 1)).then(stamp).otherwise(None)
    midnight = pl.lit(day).str.to_datetime("%Y%m%d", time_unit="us", strict=False)
    return table.select((midnight + pl.duration(milliseconds=inside)).cast(pl.Datetime("us")).alias("at"), *_COLUMNS[1:])


def _days(table: pl.DataFrame) -> pl.DataFrame:
    return table.select(pl.col("stamp").str.slice(0, 8).alias("date"), *_COLUMNS[1:])
