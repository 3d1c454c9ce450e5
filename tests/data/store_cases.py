"""Bars for tests of the store: written by hand, or generated and then compared with themselves."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from bokgi.bars.interval import Interval
from bokgi.data.incoming import Incoming
from bokgi.data.series import SeriesFacts
from bokgi.data.store_segments import SCHEMA

SEOUL = ZoneInfo("Asia/Seoul")
FIVE = Interval(5)
Row = tuple[str, date, int, float | None, float | None, float | None, float | None, float | None, float | None]


def bars_of(rows: list[Row]) -> pl.DataFrame:
    """Rows (code, session, minute, open, high, low, close, volume, base price) as the store takes them."""
    starts = [datetime(row[1].year, row[1].month, row[1].day, row[2] // 60, row[2] % 60, tzinfo=SEOUL) for row in rows]
    columns = {
        "code": [row[0] for row in rows],
        "start": starts,
        "session": [row[1] for row in rows],
        "minute": [row[2] for row in rows],
        **{name: [row[index] for row in rows] for index, name in enumerate(("open", "high", "low", "close", "volume", "base_price"), 3)},
    }
    return pl.DataFrame(columns, schema=SCHEMA)


def daily_bars(code: str, closes: dict[date, float], *, volume: float = 100.0, base: float | None = None) -> pl.DataFrame:
    """Flat daily bars with the given closes."""
    return bars_of([(code, day, 540, close, close, close, close, volume, base) for day, close in closes.items()])


def incoming_of(bars: pl.DataFrame, interval: Interval = FIVE, **facts: Any) -> Incoming:
    """Bars with the same facts for every code."""
    known = {"source": "test"} | facts
    codes = bars["code"].unique().sort().to_list()
    return Incoming(interval, bars, {code: SeriesFacts(code=code, **known) for code in codes})
