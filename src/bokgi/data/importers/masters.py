"""Master files: lists of issues, closing days, sectors, index members, factors. Recognised by their titles alone."""

import re
from collections.abc import Sequence
from datetime import date

import polars as pl

from bokgi.data.importers.codes import code_column
from bokgi.data.importers.content import FileContent, Sentence
from bokgi.data.importers.memberships import dated_lists, is_memberships
from bokgi.data.importers.numbers import number_column
from bokgi.data.master import SCHEMAS, MasterKind, MasterRows
from bokgi.errors.imports import NothingUsable

_TITLES: dict[MasterKind, dict[str, str]] = {
    MasterKind.LISTED: {
        "ISU_SRT_CD": "code", "ISU_CD": "isin", "ISU_ABBRV": "name", "ISU_ENG_NM": "name_en", "MKT_TP_NM": "market",
        "SECUGRP_NM": "security_group", "SECT_TP_NM": "section", "KIND_STKCERT_TP_NM": "stock_kind", "LIST_DD": "listed",
        "PARVAL": "par_value", "LIST_SHRS": "shares",
        "단축코드": "code", "표준코드": "isin",
        "한글 종목약명": "name", "영문 종목명": "name_en", "시장구분": "market", "증권구분": "security_group",
        "소속부": "section", "주식종류": "stock_kind", "상장일": "listed", "액면가": "par_value", "상장주식수": "shares",
    },
    MasterKind.DELISTED: {"short_code": "code", "full_code": "isin", "codeName": "name", "marketName": "market"},
    MasterKind.LISTING_FACTS: {
        "ticker": "code", "name": "name", "category": "category", "first_date": "first", "last_date": "last", "delist_date": "delisted",
        "delist_reason": "reason",
    },
    MasterKind.FACTORS: {
        "code": "code", "day": "day", "price_factor": "price_factor", "split_factor": "split_factor", "reference_price": "reference_price",
        "종목코드": "code", "마지막날": "day", "배당계수": "price_factor", "분할계수": "split_factor", "기준가격": "reference_price",
    },
    MasterKind.SECTORS: {
        "Symbol": "code", "Name": "name", "Market": "market", "Sector": "sector", "Industry": "industry", "ListingDate": "listed",
    },
}  # fmt: skip
_MARKS = (
    (MasterKind.LISTED, ({"ISU_SRT_CD", "LIST_DD"}, {"단축코드", "상장일"})),
    (MasterKind.DELISTED, ({"full_code", "short_code", "marketName"},)),
    (MasterKind.LISTING_FACTS, ({"ticker", "delist_date", "category"},)),
    (MasterKind.FACTORS, ({"code", "day", "split_factor"}, {"종목코드", "마지막날", "분할계수"})),
    (MasterKind.SECTORS, ({"Symbol", "Sector", "ListingDate"},)),
)
_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?!\d)")
_MONTH = re.compile(r"(?<!\d)(\d{4})-(\d{2})(?!\d|-\d)")
_LIST_NAMES = (("kospi200", "KOSPI200"), ("indIdx2=001_indIdx=1", "KOSPI"), ("indIdx2=001_indIdx=2", "KOSDAQ"), ("indIdx2=028", "KOSPI200"))
_FACTOR_WIDTH = 4


def master_kind(titles: Sequence[str]) -> MasterKind | None:
    """The kind of master file whose titles these are."""
    words = {title.strip() for title in titles}
    for kind, marks in _MARKS:
        if any(mark <= words for mark in marks):
            return kind
    if is_memberships(words):
        return MasterKind.MEMBERS
    if words == {"date"}:
        return MasterKind.HOLIDAYS
    is_list = bool(words & {"code", "종목코드", "ISU_SRT_CD"}) and bool(words & {"name", "종목명", "ISU_ABBRV"})
    has_bars = bool(words & {"date", "datetime", "일자", "Date", "TRD_DD", "close", "종가", "open", "TDD_OPNPRC", "시가"})
    return MasterKind.MEMBERS if is_list and not has_bars else None


def as_of_in(stem: str) -> date | None:
    """The day in a file's name (the first of the month where it names a month only)."""
    match = _DAY.search(stem)
    month = _MONTH.search(stem) if match is None else None
    try:
        if match is not None:
            return date(int(match[1]), int(match[2]), int(match[3]))
        return date(int(month[1]), int(month[2]), 1) if month is not None else None
    except ValueError:
        return None


def master_rows(content: FileContent, kind: MasterKind, table: pl.DataFrame, said: Sequence[Sentence] = ()) -> MasterRows:
    """The table's rows under our names.

    Raises
    ------
    NothingUsable
        No row has a code or a day.
    """
    as_of = as_of_in(content.stem)
    rows = _rows(content, kind, table)
    if "as_of" not in rows.columns:
        rows = rows.with_columns(pl.lit(as_of, pl.Date).alias("as_of"))
    typed = _typed(kind, rows)
    if kind is MasterKind.FACTORS:
        typed = typed.with_columns(pl.col("price_factor", "split_factor").fill_null(1.0))
        _check_factors(content, typed)
    kept = typed.filter(pl.col("day").is_not_null() if kind is MasterKind.HOLIDAYS else pl.col("code").str.len_chars() >= 1)
    if kept.is_empty():
        raise NothingUsable(content.name, "no row has a code or a day", "코드나 날짜가 있는 행이 없음")
    korean = f"종목 정보 파일({kind}), 기준일 {as_of or '모름'}"
    words = (*said, (korean, f"master file ({kind}), as of {as_of or 'an unknown day'}"))
    is_whole = kind is MasterKind.MEMBERS and is_memberships({title.strip() for title in table.columns})
    return MasterRows(kind, kept, as_of, (), words, is_whole)


def _rows(content: FileContent, kind: MasterKind, table: pl.DataFrame) -> pl.DataFrame:
    if kind is MasterKind.HOLIDAYS:
        return table.select(pl.col("date").alias("day"))
    if kind is MasterKind.MEMBERS:
        return _members(content, table).with_columns(pl.lit(content.name).alias("source"))
    titles = _TITLES[kind]
    found = {title: titles[title.strip()] for title in table.columns if title.strip() in titles}
    return table.select(pl.col(title).alias(name) for title, name in found.items())


def _members(content: FileContent, table: pl.DataFrame) -> pl.DataFrame:
    if is_memberships({title.strip() for title in table.columns}):
        return dated_lists(content, table, list_name(content.stem))
    code = next(title for title in table.columns if title.strip() in ("code", "종목코드", "ISU_SRT_CD"))
    name = next(title for title in table.columns if title.strip() in ("name", "종목명", "ISU_ABBRV"))
    effective = [pl.col(title).alias("effective") for title in table.columns if title.strip() in ("effective", "effective_date", "적용일")]
    rows = table.select(pl.col(code).alias("code"), pl.col(name).alias("name"), *effective[:1])
    return rows.with_columns(pl.lit(list_name(content.stem)).alias("list"))


def list_name(stem: str) -> str:
    """The name of the list that a file holds; its own stem where nothing is known of it."""
    return next((name for word, name in _LIST_NAMES if word.lower() in stem.lower()), stem)


def _typed(kind: MasterKind, rows: pl.DataFrame) -> pl.DataFrame:
    columns = [_column(rows, name, dtype) for name, dtype in SCHEMAS[kind].items()]
    return pl.DataFrame(columns)


def _column(rows: pl.DataFrame, name: str, dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
    if name not in rows.columns:
        return pl.Series(name, [None] * rows.height, dtype=dtype)
    column = rows[name]
    if name == "code":
        return code_column(column).alias(name)
    if dtype == pl.Float64:
        return number_column(column).alias(name)
    if dtype == pl.Date and column.dtype != pl.Date:
        return column.cast(pl.String).str.replace_all("/", "-").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).alias(name)
    return column.cast(dtype).alias(name)


def is_factor_table(stem: str, first_line: Sequence[str]) -> bool:
    """LEAN's factor file: day, price factor, split factor, reference price, without titles."""
    return len(first_line) == _FACTOR_WIDTH and "factor" in stem.lower() and bool(re.fullmatch(r"\d{8}", first_line[0].strip()))


def factor_rows(content: FileContent, table: pl.DataFrame) -> MasterRows:
    """LEAN factors; the last row, 2050-12-31, holds for all days to come."""
    code = content.stem.lower().split("_factor")[0].upper()
    names = ("day", "price_factor", "split_factor", "reference_price")
    titled = table.rename(dict(zip(table.columns, names, strict=True)))
    day = titled["day"].str.to_date("%Y%m%d", strict=False)
    numbers = [number_column(titled[name]) for name in names[1:]]
    rows = pl.DataFrame([day, *numbers]).with_columns(pl.lit(code).alias("code"), pl.lit(None, pl.Date).alias("as_of"))
    _check_factors(content, rows)
    detected = ((f"LEAN 수정계수 파일: {code}", f"LEAN factor file of {code}"),)
    return MasterRows(MasterKind.FACTORS, rows.select(list(SCHEMAS[MasterKind.FACTORS])), None, (), detected)


def _check_factors(content: FileContent, rows: pl.DataFrame) -> None:
    """Every row needs a day and factors above zero: a wrong one would move every price before it."""
    sound = pl.all_horizontal(pl.col(name).is_finite() & (pl.col(name) > 0) for name in ("price_factor", "split_factor"))
    if not rows.select((pl.col("day").is_not_null() & sound).all()).item():
        raise NothingUsable(
            content.name,
            "a factor or its day is no number above zero, or no day",
            "0보다 큰 수가 아닌 수정계수나 날짜가 아닌 마지막날이 있음",
        )
