"""Answers of the exchange's data site as JSON: numbers are text ("1,234"), a closed day answers "-" in every price.

Known are the bars of one issue (`TRD_DD`), all issues of one day (the day stands in the file's name, `trdDd=`), the list of issues and
the members of an index.
"""

import re
from typing import Any

import polars as pl

from bokgi.bars.interval import DAILY
from bokgi.data.importers.building import incoming_from
from bokgi.data.importers.codes import NamedCode, code_in_name
from bokgi.data.importers.columns import renamed
from bokgi.data.importers.content import FileContent
from bokgi.data.importers.hints import ImportHints
from bokgi.data.importers.masters import master_kind, master_rows
from bokgi.data.incoming import Incoming
from bokgi.data.master import MasterRows
from bokgi.errors.imports import FileBroken, NothingUsable, TimesUnreadable
from bokgi.market.instruments import Exchange

_BLOCKS = ("OutBlock_1", "output", "block1")
_DAY = re.compile(r"trdDd=(\d{8})")
_ADJUSTED = re.compile(r"adjStkPrc=([12])")


def is_answer(body: object) -> bool:
    """True for an object with one of the exchange's blocks of rows."""
    return isinstance(body, dict) and any(isinstance(body.get(block), list) for block in _BLOCKS)


def read_answer(content: FileContent, body: dict[str, Any], hints: ImportHints) -> list[Incoming] | MasterRows:
    """Read an answer of the exchange.

    Raises
    ------
    NothingUsable, TimesUnreadable, ColumnsMissing and what `incoming_from` raises
    """
    rows = next(body[block] for block in _BLOCKS if isinstance(body.get(block), list))
    table = _table(content, rows)
    kind = master_kind(table.columns)
    if kind is not None:
        return master_rows(content, kind, table, (("KRX JSON 응답", "KRX JSON answer"),))
    if "TRD_DD" not in table.columns:
        table = table.with_columns(pl.lit(_day_in_name(content)).alias("TRD_DD"))
    bars = renamed(table, content.name)
    adjusted = _adjusted(content, hints)
    words = ("KRX JSON 응답: 일봉", "KRX JSON answer: daily bars")
    return incoming_from(content, bars, hints, source="krx", adjusted=adjusted, interval=DAILY, named=_named(content), said=(words,))


def _table(content: FileContent, rows: list[Any]) -> pl.DataFrame:
    if not rows:
        raise NothingUsable(content.name, "the exchange answered without rows", "거래소가 빈 응답을 보냄")
    if not all(isinstance(row, dict) for row in rows):
        raise FileBroken(content.name, "KRX JSON", "a row is no object")
    titles = list(dict.fromkeys(title for row in rows for title in row))
    columns = {str(title): [None if row.get(title) is None else str(row[title]) for row in rows] for title in titles}
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def _day_in_name(content: FileContent) -> str:
    found = _DAY.search(content.stem)
    if found is None:
        raise TimesUnreadable(content.name, "no trdDd=YYYYMMDD in the file's name")
    return found[1]


def _adjusted(content: FileContent, hints: ImportHints) -> bool | None:
    if hints.adjusted is not None:
        return hints.adjusted
    found = _ADJUSTED.search(content.stem)
    if found is None:
        return False
    return found[1] == "2"


def _named(content: FileContent) -> NamedCode | None:
    found = code_in_name(content.stem)
    return found if found is not None and found.exchange is Exchange.XKRX and found.kind is None else None
