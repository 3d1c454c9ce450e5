"""XLSX workbooks: the first sheet that has titles we know."""

import io
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import polars as pl

from bokgi.data.importers.columns import check_width, recognised, told_titles
from bokgi.data.importers.content import FileContent, zip_members
from bokgi.data.importers.hints import ImportHints
from bokgi.data.importers.masters import master_kind
from bokgi.data.importers.tables_of import read_table
from bokgi.data.incoming import Incoming
from bokgi.data.master import MasterRows
from bokgi.errors.base import BokgiError
from bokgi.errors.imports import FileBroken, FileTooLarge, FileUnrecognised

_ZIP = b"PK\x03\x04"
_TITLE_ROWS = 10


def sniffs(content: FileContent) -> bool:
    """A zip that says it is a workbook."""
    return content.head(4) == _ZIP and (b"[Content_Types].xml" in content.data or b"xl/workbook.xml" in content.data)


def read(content: FileContent, hints: ImportHints) -> list[Incoming] | MasterRows:
    """Read a workbook.

    Raises
    ------
    FileBroken, FileTooLarge, ArchiveUnsafe, FileUnrecognised and what `read_table` raises
    """
    zip_members(content)
    sheet, table = _first_table(content, hints)
    return read_table(content, table, hints, ((f"엑셀 시트: {sheet}", f"workbook sheet: {sheet}"),))


def _first_table(content: FileContent, hints: ImportHints) -> tuple[str, pl.DataFrame]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content.data), read_only=True, data_only=True)
        for sheet in book.worksheets:
            table = _table(content, sheet.iter_rows(values_only=True), hints)
            if table is not None:
                return str(sheet.title), table
    except BokgiError:
        raise
    except Exception as error:  # the library raises anything at all on damaged workbooks
        raise FileBroken(content.name, "XLSX", str(error) or type(error).__name__) from error
    raise FileUnrecognised(content.name, "sheets without titles")


def _table(content: FileContent, rows: Iterator[tuple[Any, ...]], hints: ImportHints) -> pl.DataFrame | None:
    titles = _titles(content, rows, hints)
    if titles is None:
        return None
    columns: list[list[str | None]] = [[] for _ in titles]
    for count, row in enumerate(rows, start=1):
        if count > content.limits.rows:
            raise FileTooLarge(content.name, count, content.limits.rows, "rows", "rows")
        for index, column in enumerate(columns):
            column.append(_cell(row[index]) if index < len(row) else None)
    return pl.DataFrame({title: pl.Series(column, dtype=pl.String) for title, column in zip(titles, columns, strict=True)})


def _titles(content: FileContent, rows: Iterator[tuple[Any, ...]], hints: ImportHints) -> list[str] | None:
    """The titles stand in one of the first rows, below headings."""
    for _, row in zip(range(_TITLE_ROWS), rows, strict=False):
        words = [str(cell).strip() if cell is not None else f"_{index}" for index, cell in enumerate(row)]
        check_width(content.name, len(words), content.limits.columns)
        if hints.columns and {title for title, _ in hints.columns} <= set(words):
            words = told_titles(content.name, words, hints.columns)
        found = recognised(words).values()
        if len(set(words)) == len(words) and (master_kind(words) is not None or "close" in found):
            return words
    return None


def _cell(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
