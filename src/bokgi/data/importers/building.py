"""From a table with recognised columns to drafts: codes, exchange, numbers, times, base prices. A file belongs to one exchange."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from bokgi.bars.interval import Interval
from bokgi.data.importers.codes import NamedCode, code_column, code_in_name, from_symbol
from bokgi.data.importers.columns import PRICES
from bokgi.data.importers.content import FileContent, Sentence
from bokgi.data.importers.draft import Draft
from bokgi.data.importers.finish import finished
from bokgi.data.importers.hints import ImportHints
from bokgi.data.importers.numbers import with_numbers
from bokgi.data.importers.times import times_of
from bokgi.data.incoming import Incoming
from bokgi.data.series import VolumeKind
from bokgi.data.session_hours import zone_of
from bokgi.errors.imports import CodesContradict, CodesMixed, CodeUnknown, NothingUsable
from bokgi.market.instruments import Exchange
from bokgi.market.kinds import board_from_master

_NUMBERS = (*PRICES, "volume", "volume_regular", "volume_day", "change", "base_price", "splits")
_SOURCES = ("yahoo", "kiwoom", "daishin", "marcap", "naver", "broker", "lean", "kis", "krx")


def incoming_from(
    content: FileContent,
    table: pl.DataFrame,
    hints: ImportHints,
    *,
    source: str | None = None,
    adjusted: bool | None = None,
    interval: Interval | None = None,
    named: NamedCode | None = None,
    said: tuple[Sentence, ...] = (),
) -> list[Incoming]:
    """Bars of a table whose columns have our names (see `tables/column_words.csv`); text columns are read as sources write them.

    Raises
    ------
    CodeUnknown, CodesContradict, CodesMixed, TimesUnreadable, NothingUsable and what `finished` raises
        The table cannot be used as a whole.
    """
    if table.is_empty():
        raise NothingUsable(content.name, "it has a header but no rows", "머리글만 있고 행이 없음")
    drafted: list[Sentence] = list(said)
    names, table = _with_code(content, table, hints, named, drafted)
    table = _with_values(with_numbers(table, _NUMBERS))
    exchange = _exchange_of_all(content, hints, names)
    times = times_of(table, content.name, zone_of(exchange), hints.timezone)
    draft = Draft(content.name, _placed(table, times.at), hints, exchange, source or source_of(content.stem), times.has_clock)
    draft.interval, draft.adjusted, draft.named = interval, adjusted, names
    draft.volume_kind = VolumeKind.REGULAR if "volume_regular" in table.columns else VolumeKind.UNKNOWN
    draft.splits = _splits(table, times.at)
    draft.detected = [*drafted, *([times.detected] if times.detected else [])]
    return [finished(draft)]


def source_of(stem: str) -> str:
    """The source that the file's name mentions, else `file`."""
    return next((word for word in _SOURCES if word in stem.lower()), "file")


def _placed(part: pl.DataFrame, at: pl.Series) -> pl.DataFrame:
    columns = [name for name in (*PRICES, "volume", "base_price") if name in part.columns]
    return part.select("code", *columns).with_columns(at.alias("at"))


def _splits(table: pl.DataFrame, at: pl.Series) -> list[tuple[str, date, float]]:
    """Days of splits with their ratios, where the file has a column of them."""
    if "splits" not in table.columns:
        return []
    rows = table.select("code", at.dt.date().alias("day"), pl.col("splits").fill_nan(None).cast(pl.Float64).alias("ratio"))
    return list(rows.filter((pl.col("ratio") > 0) & (pl.col("ratio") != 1) & pl.col("day").is_not_null()).iter_rows())


def _with_code(
    content: FileContent, table: pl.DataFrame, hints: ImportHints, named: NamedCode | None, said: list[Sentence]
) -> tuple[dict[str, NamedCode], pl.DataFrame]:
    if "code" in table.columns:
        return _from_column(content, table, hints, said)
    told = from_symbol(hints.code) if hints.code else named
    if told is None:
        told = code_in_name(content.stem)
        if told is None:
            raise CodeUnknown(content.name)
        said.append((f"종목 코드: 파일 이름에서 {told.code}", f"code: {told.code}, from the file's name"))
    return {told.code: told}, table.with_columns(pl.lit(told.code).alias("code"))


def _from_column(
    content: FileContent, table: pl.DataFrame, hints: ImportHints, said: list[Sentence]
) -> tuple[dict[str, NamedCode], pl.DataFrame]:
    cleaned = table.with_columns(code_column(table["code"]).alias("code"))
    nameless = pl.col("code").is_null() | (pl.col("code") == "")
    if cleaned.select(nameless.any()).item():
        cleaned = cleaned.filter(~nameless)
    codes = cleaned["code"].unique().sort().to_list()
    if hints.code is not None and codes != [from_symbol(hints.code).code]:
        raise CodesContradict(content.name, hints.code, codes)
    if not codes:
        raise CodeUnknown(content.name)
    said.append((f"종목 코드: 열에서 {len(codes):,}개", f"codes: {len(codes):,}, from a column"))
    return _named(cleaned, codes), cleaned


def _named(table: pl.DataFrame, codes: list[str]) -> dict[str, NamedCode]:
    """Names and boards as of each code's last row."""
    extra = [name for name in ("name", "market") if name in table.columns]
    if not extra:
        return {code: from_symbol(code) for code in codes}
    last = table.select("code", *extra).unique("code", keep="last")
    rows = {row["code"]: row for row in last.iter_rows(named=True)}
    return {code: _named_code(code, rows[code]) for code in codes}


def _named_code(code: str, row: Mapping[str, str | None]) -> NamedCode:
    found = from_symbol(code)
    board = board_from_master(row.get("market") or "") or found.board
    return NamedCode(found.code, found.exchange, board, None, row.get("name") or "")


def _exchange_of_all(content: FileContent, hints: ImportHints, names: dict[str, NamedCode]) -> Exchange:
    """One exchange a file: Korean if any code has the Korean form, beside which only codes with digits (ETN, ELW) may stand.

    Raises
    ------
    CodesMixed
        Codes of several exchanges stand in one file.
    """
    if hints.exchange is not None:
        return hints.exchange
    if hints.timezone == "Asia/Seoul":
        return Exchange.XKRX
    found = {named.exchange for named in names.values()}
    if Exchange.XKRX in found:
        foreign = [code for code, named in names.items() if named.exchange is not Exchange.XKRX and not any(map(str.isdigit, code))]
        if foreign:
            raise CodesMixed(content.name, foreign)
        return Exchange.XKRX
    if len(found) > 1:
        raise CodesMixed(content.name, [code for code, named in names.items() if named.exchange is Exchange.OTHER])
    return found.pop()


def _with_values(table: pl.DataFrame) -> pl.DataFrame:
    """The regular volume where it is named, and the base price from the exchange's change."""
    if "volume_regular" in table.columns:
        table = table.with_columns(pl.col("volume_regular").alias("volume"))
    elif "volume" not in table.columns and "volume_day" in table.columns:
        table = table.with_columns(pl.col("volume_day").alias("volume"))
    if "change" in table.columns and "base_price" not in table.columns:
        base = pl.col("close") - pl.col("change")
        table = table.with_columns(pl.when(base > 0).then(base).otherwise(None).alias("base_price"))
    return table
