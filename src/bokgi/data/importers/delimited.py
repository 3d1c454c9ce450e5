"""Text tables: CSV and its kin, with titles or without, in UTF-8, CP949 or EUC-KR, gzipped or not."""

import csv
import io
import re

import polars as pl

from bokgi.data.importers.building import incoming_from
from bokgi.data.importers.columns import PRICES, check_width, recognised, told_titles
from bokgi.data.importers.content import FileContent, Sentence
from bokgi.data.importers.hints import ImportHints
from bokgi.data.importers.masters import factor_rows, is_factor_table, master_kind
from bokgi.data.importers.tables_of import read_table
from bokgi.data.incoming import Incoming
from bokgi.data.master import MasterRows
from bokgi.errors.imports import ColumnsMissing, FileBroken, FileUnrecognised

_SEPARATORS = (",", "\t", ";", "|")
_DATE = re.compile(r"^\d{4}[-/.]?\d{2}[-/.]?\d{2}([ T]\d{2}:?\d{2}.*)?$")
_NUMBER = re.compile(r"^[+-]?[\d,]*\.?\d+$")
_CLOCK = re.compile(r"^\d{1,2}:?\d{2}(:?\d{2})?$")
_DAILY_ORDER = ("date", "open", "high", "low", "close", "volume")
_CLOCK_ORDER = ("date", "time", "open", "high", "low", "close", "volume")
_LINE_LIMIT = 65_536
_LARGE = 8_388_608
_SIGNED = re.compile(rb'[,;|\t]"?\+\d')


def sniffs(content: FileContent) -> bool:
    """Anything that is text; the last kind to be tried."""
    return b"\0" not in content.head()


def read(content: FileContent, hints: ImportHints) -> list[Incoming] | MasterRows:
    """Read a text table.

    Raises
    ------
    EncodingUnreadable, FileUnrecognised, FileBroken, FileTooLarge, ColumnsMissing and what `incoming_from` raises
    """
    text = content.text(hints.encoding)
    line = _first_line(content, text.utf8)
    separator = max(_SEPARATORS, key=line.count)
    fields = next(csv.reader([line], delimiter=separator), [])
    check_width(content.name, len(fields), content.limits.columns)
    has_titles = not _DATE.match(fields[0].strip()) if fields else True
    data = text.utf8
    if has_titles and hints.columns:
        fields = told_titles(content.name, fields, hints.columns)
        data = _with_titles(data, fields, separator)
    if has_titles:
        _check_titles(content, fields)
    table = _parsed(content, data, separator, has_titles)
    _check_last_line(content, data, separator, table.width)
    said = (text.detected,)
    if has_titles:
        return read_table(content, table, hints, said)
    return _read_untitled(content, table, fields, hints, said)


def _first_line(content: FileContent, data: bytes) -> str:
    line = data.lstrip(b"\r\n").split(b"\n", 1)[0].rstrip(b"\r")
    if len(line) > _LINE_LIMIT:
        commas = max(line.count(separator.encode()) for separator in _SEPARATORS)
        check_width(content.name, commas + 1, content.limits.columns)
        raise FileUnrecognised(content.name, line[:60].decode("utf-8", "replace"))
    return line.decode("utf-8", "replace")


def _with_titles(data: bytes, titles: list[str], separator: str) -> bytes:
    """The text with another first line."""
    line = io.StringIO()
    csv.writer(line, delimiter=separator, lineterminator="").writerow(titles)
    return line.getvalue().encode() + b"\n" + data.lstrip(b"\r\n").partition(b"\n")[2]


def _check_titles(content: FileContent, fields: list[str]) -> None:
    """Titles must mean something before the whole file is read."""
    if master_kind(fields) is None and not recognised(fields):
        raise FileUnrecognised(content.name, ",".join(fields))


def _parsed(content: FileContent, data: bytes, separator: str, has_titles: bool) -> pl.DataFrame:
    """Large files are tried with numbers in the columns of numbers; what holds anything else is read as text."""
    if has_titles and len(data) > _LARGE and not _SIGNED.search(data, 0, _LARGE):
        table = _typed(data, separator)
        if table is not None:
            return table
    try:
        return pl.read_csv(io.BytesIO(data), separator=separator, has_header=has_titles, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise FileBroken(content.name, "CSV", str(error).split("\n", 1)[0]) from error


def _typed(data: bytes, separator: str) -> pl.DataFrame | None:
    line = data.split(b"\n", 1)[0].decode("utf-8", "replace").strip()
    titles = recognised(next(csv.reader([line], delimiter=separator)))
    numbers = {title: pl.Float64 for title, column in titles.items() if column in (*PRICES, "volume")}
    try:
        return pl.read_csv(io.BytesIO(data), separator=separator, infer_schema=False, schema_overrides=numbers)
    except pl.exceptions.PolarsError:
        return None  # numbers written as "1,234" or "-": the slower reading says what is wrong with the rest


def _check_last_line(content: FileContent, data: bytes, separator: str, width: int) -> None:
    """A last line without its end and with too few fields was cut off on the way."""
    if data.endswith(b"\n") or width < 2:
        return
    last = data[-_LINE_LIMIT:].rsplit(b"\n", 1)[-1]
    if not last.strip() or b'"' in last:
        return
    if last.count(separator.encode()) < width - 1:
        raise FileBroken(content.name, "CSV", f"its last line has {last.count(separator.encode()) + 1} of {width} fields")


def _read_untitled(
    content: FileContent, table: pl.DataFrame, fields: list[str], hints: ImportHints, said: tuple[Sentence, ...]
) -> list[Incoming] | MasterRows:
    if is_factor_table(content.stem, fields):
        return factor_rows(content, table)
    order = _untitled_order(fields)
    if order is None:
        raise ColumnsMissing(content.name, ["titles"], fields)
    bars = table.rename(dict(zip(table.columns, order, strict=True)))
    names = " ".join(order)
    return incoming_from(content, bars, hints, said=(*said, (f"머리글 없음, 열 순서: {names}", f"no titles; columns in the order {names}")))


def _untitled_order(fields: list[str]) -> tuple[str, ...] | None:
    """Daily: date and five numbers. With a clock: date, time and five numbers."""
    numbers = [bool(_NUMBER.match(field.strip())) for field in fields]
    if len(fields) == len(_CLOCK_ORDER) and _CLOCK.match(fields[1].strip()) and all(numbers[2:]):
        return _CLOCK_ORDER
    if len(fields) in (len(_DAILY_ORDER) - 1, len(_DAILY_ORDER)) and all(numbers[1:]):
        return _DAILY_ORDER[: len(fields)]
    return None
