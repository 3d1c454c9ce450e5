"""The titles of a file with first values and what each was taken for, so that a person can say what a column is before an import."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import polars as pl

from bokgi.data.importers import parquet, workbook
from bokgi.data.importers.columns import IGNORE, column_of
from bokgi.data.importers.content import FileContent, read_content
from bokgi.data.importers.hints import ImportHints
from bokgi.errors.base import BokgiError

SAMPLES = 3
MOST_COLUMNS = 60
_SEPARATORS = (",", "\t", ";", "|")
_TITLE_ROWS = 15
_FEWEST_TITLES = 3


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """A title, what it is taken for (empty where it is not recognised, `ignore` where a person said so), and its first values."""

    title: str
    column: str
    samples: tuple[str, ...]


def found_columns(path: Path, hints: ImportHints | None = None) -> tuple[FoundColumn, ...]:
    """The columns of a text table, a workbook or a Parquet file; none where the file is no table that can be read."""
    told = hints or ImportHints()
    try:
        rows = _first_rows(read_content(path, told.limits), told)
    except (BokgiError, pl.exceptions.PolarsError, csv.Error, OSError, ValueError):
        return ()
    if not rows:
        return ()
    titles, values = rows[0], rows[1:]
    named = dict(told.columns)
    taken = set(named.values()) - {IGNORE}
    found = []
    for index, title in enumerate(titles[:MOST_COLUMNS]):
        column = named.get(title.strip()) or column_of(title) or ""
        if title.strip() not in named and column:
            column = "" if column in taken else column
            taken.add(column)
        found.append(FoundColumn(title.strip(), column, tuple(row[index].strip() for row in values if index < len(row))))
    return tuple(found)


def _first_rows(content: FileContent, hints: ImportHints) -> list[list[str]]:
    """Titles and the first rows below them."""
    if parquet.sniffs(content):
        table = pl.read_parquet(io.BytesIO(content.data), n_rows=SAMPLES)
        return [table.columns, *([_text(cell) for cell in row] for row in table.iter_rows())]
    if workbook.sniffs(content):
        return _of_workbook(content)
    if b"\0" in content.head():
        return []
    lines = content.text(hints.encoding).utf8.decode().lstrip("\r\n").splitlines()[: SAMPLES + 1]
    if not lines:
        return []
    separator = max(_SEPARATORS, key=lines[0].count)
    return list(csv.reader(lines, delimiter=separator)) if separator in lines[0] else []


def _of_workbook(content: FileContent) -> list[list[str]]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content.data), read_only=True, data_only=True)
        for sheet in book.worksheets:
            rows = [[_text(cell) for cell in row] for row in islice(sheet.iter_rows(values_only=True), _TITLE_ROWS + SAMPLES)]
            first = next((at for at, row in enumerate(rows) if _is_title_row(row)), None)
            if first is not None:
                return rows[first : first + SAMPLES + 1]
    except Exception as error:  # the library raises anything at all on damaged workbooks
        raise ValueError(content.name) from error
    return []


def _is_title_row(row: Sequence[str]) -> bool:
    words = [word for word in row if word]
    return len(words) >= _FEWEST_TITLES and len(set(words)) == len(words)


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)
