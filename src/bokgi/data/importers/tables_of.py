"""A table with titles, whatever file it came from: master file, marcap, or bars with a column each."""

from collections.abc import Sequence

import polars as pl

from bokgi.data.importers.building import incoming_from, source_of
from bokgi.data.importers.columns import check_width, columns_sentence, recognised, renamed
from bokgi.data.importers.content import FileContent, Sentence
from bokgi.data.importers.exported import is_export, read_exported
from bokgi.data.importers.hints import ImportHints
from bokgi.data.importers.masters import master_kind, master_rows
from bokgi.data.incoming import Incoming
from bokgi.data.master import MasterRows
from bokgi.errors.imports import FileTooLarge, FileUnrecognised

_MARCAP = {"Marcap", "Stocks", "Rank"}
_SIGNED_PRICES = ("open", "high", "low", "close")


def read_table(content: FileContent, table: pl.DataFrame, hints: ImportHints, said: Sequence[Sentence] = ()) -> list[Incoming] | MasterRows:
    """Read a titled table.

    Raises
    ------
    FileTooLarge, FileUnrecognised, ColumnsMissing and what `incoming_from` raises
    """
    check_width(content.name, table.width, content.limits.columns)
    if table.height > content.limits.rows:
        raise FileTooLarge(content.name, table.height, content.limits.rows, "rows", "rows")
    if is_export(table.columns):
        return read_exported(content, table, hints, tuple(said))
    kind = master_kind(table.columns)
    if kind is not None:
        return master_rows(content, kind, table, said)
    if not recognised(table.columns):
        raise FileUnrecognised(content.name, ",".join(table.columns))
    sentences = (*said, columns_sentence(table.columns))
    if set(table.columns) >= _MARCAP:
        return _read_marcap(content, table, hints, sentences)
    return _read_bars(content, table, hints, sentences)


def _read_marcap(content: FileContent, table: pl.DataFrame, hints: ImportHints, said: Sequence[Sentence]) -> list[Incoming]:
    """Every issue of each day, unadjusted; `ChagesRatio` is the file's own spelling and is not needed."""
    words = (
        "marcap 파일: 전 종목 일봉, 원주가; 기준가 = 종가 - 대비",
        "marcap file: daily bars of every issue, unadjusted; base = close - change",
    )
    bars = renamed(table, content.name)
    return incoming_from(content, bars, hints, source="marcap", adjusted=_told(hints, adjusted=False), said=(*said, words))


def _read_bars(content: FileContent, table: pl.DataFrame, hints: ImportHints, said: Sequence[Sentence]) -> list[Incoming]:
    bars = renamed(table, content.name)
    source, adjusted = source_of(content.stem), None
    sentences = list(said)
    if "adj_close" in bars.columns:
        source = "yahoo"
        adjusted = _adjusted_by_order(bars.columns)
        sentences.append(_adj_close_words(adjusted))
    elif "splits" in bars.columns or "dividends" in bars.columns:
        source = "yahoo"
    if _is_signed(bars):
        bars = _unsigned(bars)
        sentences.append(("가격의 부호(+/-)를 떼어 읽음", "prices carry signs (+/-), read without them"))
    return incoming_from(content, bars, hints, source=source, adjusted=_told(hints, adjusted=adjusted), said=tuple(sentences))


def _told(hints: ImportHints, *, adjusted: bool | None) -> bool | None:
    return adjusted if hints.adjusted is None else hints.adjusted


def _adjusted_by_order(columns: Sequence[str]) -> bool:
    """Yahoo's present files put Adj Close before Volume and adjust Close for splits; its old ones put it last and do not."""
    if "volume" not in columns:
        return True
    return list(columns).index("adj_close") < list(columns).index("volume")


def _adj_close_words(adjusted: bool) -> Sentence:
    korean = "종가는 분할이 반영된 값(야후 현재 형식), 배당까지 반영한 Adj Close는 쓰지 않음"
    english = "closes are adjusted for splits (Yahoo's present form); Adj Close, which includes dividends, is not used"
    if adjusted:
        return korean, english
    return (
        "종가는 분할이 반영되지 않은 값(야후 옛 형식), Adj Close는 쓰지 않음",
        "closes are unadjusted (Yahoo's old form); Adj Close is not used",
    )


def _is_signed(bars: pl.DataFrame) -> bool:
    """Kiwoom marks the direction of the day with the sign of every price."""
    texts = [bars[name] for name in _SIGNED_PRICES if name in bars.columns and bars[name].dtype == pl.String]
    return any(bool(text.str.contains(r"^\s*\+\d").any()) for text in texts)


def _unsigned(bars: pl.DataFrame) -> pl.DataFrame:
    texts = [name for name in _SIGNED_PRICES if name in bars.columns and bars[name].dtype == pl.String]
    return bars.with_columns(pl.col(name).str.strip_chars().str.replace(r"^[+-]", "") for name in texts)
