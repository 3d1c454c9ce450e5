"""Which column is which: the words of `tables/column_words.csv`, without case, blanks and underscores."""

import csv
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

import polars as pl

from bokgi.data.importers.content import Sentence
from bokgi.errors.imports import ColumnsMissing, FileTooLarge

PRICES = ("open", "high", "low", "close")
_KOREAN = {"date": "일자", "open": "시가", "high": "고가", "low": "저가", "close": "종가", "code": "종목코드"}


@lru_cache(maxsize=1)
def _words() -> dict[str, str]:
    text = files("bokgi.data.importers").joinpath("tables/column_words.csv").read_text("utf-8")
    return {row["word"]: row["column"] for row in csv.DictReader(text.splitlines())}


def _folded(word: str) -> str:
    return word.strip().strip('"').replace(" ", "").replace("_", "").lower()


def column_of(word: str) -> str | None:
    """Our name for a column's title, or None."""
    return _words().get(_folded(word))


def recognised(titles: Sequence[str]) -> dict[str, str]:
    """Title of the file -> our column; the first title wins where two mean the same."""
    found: dict[str, str] = {}
    for title in titles:
        column = column_of(title)
        if column is not None and column not in found.values():
            found[title] = column
    return found


def renamed(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Keep the columns that mean something, under our names.

    Raises
    ------
    ColumnsMissing
        There is no date or no close.
    """
    found = recognised(frame.columns)
    check_columns(name, list(found.values()), frame.columns)
    return frame.select(pl.col(title).alias(column) for title, column in found.items())


def check_columns(name: str, columns: Sequence[str], titles: Sequence[str]) -> None:
    """A date and a close must be there, and open, high and low all or none."""
    missing = [] if {"date", "at"} & set(columns) else ["date"]
    if "close" not in columns:
        missing.append("close")
    given = [price for price in ("open", "high", "low") if price in columns]
    if 0 < len(given) < 3:
        missing.extend(price for price in ("open", "high", "low") if price not in columns)
    if missing:
        raise ColumnsMissing(name, missing, titles)


def check_width(name: str, width: int, allowed: int) -> None:
    """Refuse tables with more columns than any source has."""
    if width > allowed:
        raise FileTooLarge(name, width, allowed, "columns", "columns")


def columns_sentence(titles: Sequence[str]) -> Sentence:
    """Which title was taken for what."""
    found = recognised(titles)
    pairs = ", ".join(f"{title.strip() or '-'}={column}" for title, column in found.items())
    return f"열: {pairs}", f"columns: {pairs}"
