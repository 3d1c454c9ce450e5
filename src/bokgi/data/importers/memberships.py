"""Memberships with their intervals: a row a stay of a code in a list, from its first session until the session on which it was out.

Convention: a file of intervals becomes one dated list for each day on which something changed, so that every reader of lists finds it. Such
lists bear the same day as effective and as published.
"""

from datetime import date

import polars as pl

from bokgi.data.importers.codes import code_column
from bokgi.data.importers.content import FileContent
from bokgi.errors.imports import NothingUsable

_CODES = ("code", "종목코드", "ISU_SRT_CD")
_NAMES = ("name", "종목명", "ISU_ABBRV")
_FROM = ("from", "since", "편입일")
_UNTIL = ("until", "to", "제외일")


def is_memberships(titles: set[str]) -> bool:
    """Whether these are the titles of a file of intervals."""
    return all(titles & set(words) for words in (_CODES, _FROM, _UNTIL))


def dated_lists(content: FileContent, table: pl.DataFrame, name: str) -> pl.DataFrame:
    """Rows list, code, name, effective, as_of: the members on each day of change.

    Raises
    ------
    NothingUsable
        A stay has no first day, ends before it began or overlaps another of the same code; or nobody is a member at the end.
    """
    stays = _stays(table)
    _check_stays(content, stays)
    days = sorted({*stays["from"].to_list(), *stays["until"].drop_nulls().to_list()})
    lists = [_on(stays, day).with_columns(pl.lit(day, pl.Date).alias("effective"), pl.lit(day, pl.Date).alias("as_of")) for day in days]
    empty = next((day for day, each in zip(days, lists, strict=True) if each.is_empty()), None)
    if empty is not None:
        english = f"on {empty} nobody is a member; leave the last day of those empty that still are"
        raise NothingUsable(content.name, english, f"{empty}에 구성 종목이 하나도 없음. 지금도 구성 종목이면 제외일을 비워 두세요")
    return pl.concat(lists).with_columns(pl.lit(name).alias("list"))


def _stays(table: pl.DataFrame) -> pl.DataFrame:
    titles = {title.strip(): title for title in table.columns}

    def column(words: tuple[str, ...]) -> pl.Expr | None:
        return next((pl.col(titles[word]) for word in words if word in titles), None)

    def day(words: tuple[str, ...]) -> pl.Expr:
        found = column(words)
        assert found is not None
        digits = found.cast(pl.String).str.replace_all(r"[^0-9]", "").str.slice(0, 8)
        return digits.str.to_date("%Y%m%d", strict=False)

    code, name = column(_CODES), column(_NAMES)
    assert code is not None
    rows = table.select(
        code.alias("code"),
        (pl.lit("") if name is None else name.cast(pl.String)).alias("name"),
        day(_FROM).alias("from"),
        day(_UNTIL).alias("until"),
        (column(_UNTIL).cast(pl.String).fill_null("").str.strip_chars() != "").alias("is_ended"),  # type: ignore[union-attr]  # is_memberships has looked
    )
    return rows.with_columns(code_column(rows["code"]).alias("code")).sort("code", "from")


def _check_stays(content: FileContent, stays: pl.DataFrame) -> None:
    unreadable = pl.col("from").is_null() | (pl.col("is_ended") & pl.col("until").is_null())
    reversed_ = (pl.col("until") <= pl.col("from")).fill_null(value=False)
    before = pl.col("until").shift(1).over("code")
    overlaps = (pl.col("code") == pl.col("code").shift(1)) & (before.is_null() | (before > pl.col("from")))
    checks = (
        (unreadable, "a day cannot be read", "읽을 수 없는 날짜가 있음"),
        (reversed_, "a stay ends before it began", "제외일이 편입일보다 앞섬"),
        (overlaps.fill_null(value=False), "two stays of one code overlap", "한 종목의 기간이 서로 겹침"),
    )
    for mask, english, korean in checks:
        wrong = stays.filter(mask)
        if wrong.height:
            code, _, first, until, *_ = wrong.row(0)
            shown = f"{code} {first or '?'}~{until or ''}"
            raise NothingUsable(content.name, f"{english} ({shown})", f"{korean} ({shown})")


def _on(stays: pl.DataFrame, day: date) -> pl.DataFrame:
    is_member = (pl.col("from") <= day) & (pl.col("until").is_null() | (pl.col("until") > day))
    return stays.filter(is_member).select("code", "name")
