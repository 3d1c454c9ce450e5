"""Naver's day chart as XML, in UTF-8 or EUC-KR whatever its first line says. Prices are adjusted, the volume is not.

An unfinished day is an empty item. The text is searched for its items instead of being parsed: entities and the like have no say.
"""

import re

import polars as pl

from bokgi.bars.interval import DAILY
from bokgi.data.importers.building import incoming_from
from bokgi.data.importers.codes import NamedCode, from_symbol
from bokgi.data.importers.content import FileContent
from bokgi.data.importers.hints import ImportHints
from bokgi.data.incoming import Incoming
from bokgi.errors.imports import FileBroken, FileUnrecognised, NothingUsable

_CHART = re.compile(r'<chartdata\s+symbol="([^"<>]{1,20})"\s+name="([^"<>]{0,80})"[^<>]*?timeframe="(\w+)"')
_ITEM = re.compile(r'<item data="([^"<>]*)"\s*/>')
_COLUMNS = ("date", "open", "high", "low", "close", "volume")


def sniffs(content: FileContent) -> bool:
    """XML with Naver's chart element, or cut off before it."""
    head = content.head().lstrip()
    return head.startswith(b"<?xml") or b"<chartdata" in head or b"<protocol" in head


def read(content: FileContent, hints: ImportHints) -> list[Incoming]:
    """Read a day chart.

    Raises
    ------
    FileUnrecognised, FileBroken, NothingUsable and what `incoming_from` raises
    """
    text = content.text(hints.encoding)
    words = text.utf8.decode()
    chart = _CHART.search(words)
    if chart is None:
        raise FileUnrecognised(content.name, words[:60])
    if "</protocol>" not in words:
        raise FileBroken(content.name, "Naver XML", "its end is missing")
    if chart[3] != "day":
        raise FileUnrecognised(content.name, f"a Naver chart of timeframe {chart[3]}")
    rows = [item.split("|") for item in _ITEM.findall(words)]
    if not rows:
        raise NothingUsable(content.name, "the chart has no days", "차트에 날짜가 없음")
    found = from_symbol(chart[1])
    named = NamedCode(found.code, found.exchange, found.board, None, chart[2])
    said = (text.detected, ("네이버 일봉 차트: 수정주가, 거래량은 수정 안 됨", "Naver day chart: adjusted prices, volume not adjusted"))
    return incoming_from(content, _table(rows), hints, source="naver", adjusted=True, interval=DAILY, named=named, said=said)


def _table(rows: list[list[str]]) -> pl.DataFrame:
    whole = [row if len(row) == len(_COLUMNS) else [row[0], *([""] * (len(_COLUMNS) - 1))] for row in rows]
    columns = zip(*whole, strict=True)
    return pl.DataFrame({name: pl.Series(column, dtype=pl.String) for name, column in zip(_COLUMNS, columns, strict=True)})
