"""Which column is which: the words of `tables/column_words.csv`, without case, blanks and underscores."""

import csv
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

import polars as pl

from bokgi.data.importers.content import Sentence
from bokgi.errors.imports import ColumnsMissing, FileTooLarge
from bokgi.errors.requests import FieldInvalid

PRICES = ("open", "high", "low", "close")
IGNORE = "ignore"
"""Told of a title that is recognised and is not to be used."""
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


def told_titles(name: str, titles: Sequence[str], told: Sequence[tuple[str, str]]) -> list[str]:
    """The titles with those that a person named put in place; what is to be ignored or would be taken for the same column is passed over.

    Raises
    ------
    ColumnsMissing
        The file has no such title.
    """
    wanted = {_folded(title): column for title, column in told}
    absent = [title for title, _ in told if _folded(title) not in {_folded(each) for each in titles}]
    if absent:
        raise ColumnsMissing(name, absent, titles)
    taken = set(wanted.values()) - {IGNORE}

    def named(title: str) -> str:
        column = wanted.get(_folded(title))
        is_passed_over = column == IGNORE or (column is None and column_of(title) in taken)
        return f"({title})" if is_passed_over else column or title

    return [named(title) for title in titles]


def told_columns(words: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """`종가2=close` as (title, column), `메모=ignore` for one that is not to be used.

    Raises
    ------
    FieldInvalid
        It is not written so, or there is no such column.
    """
    known = [*sorted(set(_words().values())), IGNORE]
    pairs = []
    for word in words:
        title, sign, column = word.rpartition("=")
        if not sign or not title.strip() or column.strip() not in known:
            raise FieldInvalid("columns", word[:60], f"TITLE=COLUMN, a column of {', '.join(known)}", f"제목=열, 열은 {', '.join(known)}")
        pairs.append((title.strip(), column.strip()))
    return tuple(pairs)


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
