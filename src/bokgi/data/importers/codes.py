"""The code of an instrument, from a column or the name of the file.

Korean codes are six signs and always a string; `A005930` and `KR7005930003` mean 005930. Foreign tickers keep Yahoo's suffix.
"""

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import polars as pl

from bokgi.market.instruments import Board, Exchange, Kind

_KOREAN = r"[0-9]{4}[0-9A-HJ-NP-TV-Z][0-9KLM]"
_IN_NAME = re.compile(rf"(?<![0-9A-Za-z])A?({_KOREAN})(?:[.-](KS|KQ))?(?![0-9A-Za-z])")
_ISIN_IN_NAME = re.compile(rf"KR7({_KOREAN})00[0-9](?![0-9A-Za-z])")
_TICKER = re.compile(r"^([A-Z0-9]{1,6}(?:[-.][A-Z]{1,2})?)(?:-(?:1d|1wk|5m|1m)-.*|[_ ].*)?$")
_NEW_YORK = re.compile(r"^[A-Z]{1,5}$")
_CLASSES = ("A", "B", "C")
_BOARDS = {"KS": Board.KOSPI, "KQ": Board.KOSDAQ}


@dataclass(frozen=True, slots=True)
class NamedCode:
    """What a name says about an instrument."""

    code: str
    exchange: Exchange
    board: Board | None = None
    kind: Kind | None = None
    name: str = ""
    name_en: str = ""


def is_korean(code: str) -> bool:
    """True for six signs of the exchange's form, and the older forms of six signs with at least four digits."""
    return bool(re.fullmatch(_KOREAN, code) or (re.fullmatch(r"[0-9A-Z]{6}", code) and sum(sign.isdigit() for sign in code) >= 4))


def exchange_of(code: str) -> Exchange:
    """The exchange that the form of a code points at."""
    if is_korean(code):
        return Exchange.XKRX
    return Exchange.XNYS if _NEW_YORK.fullmatch(code) else Exchange.OTHER


@lru_cache(maxsize=1)
def _index_names() -> tuple[dict[str, str], ...]:
    text = files("bokgi.data.importers").joinpath("tables/index_names.csv").read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def code_in_name(stem: str) -> NamedCode | None:
    """The instrument that a file name names: `005930_daily`, `KR7005930003`, `AAPL`, `4063-T-1d-...`, `kospi200_daily_close`."""
    for row in _index_names():
        if stem.lower().startswith(row["word"]) and "member" not in stem.lower():
            return NamedCode(row["code"], Exchange.XKRX, Board.KOSPI, Kind.INDEX, row["name"], row["name_en"])
    isin = _ISIN_IN_NAME.search(stem)
    if isin:
        return NamedCode(isin.group(1), Exchange.XKRX)
    korean = _IN_NAME.search(stem)
    if korean:
        return NamedCode(korean.group(1), Exchange.XKRX, _BOARDS.get(korean.group(2) or ""))
    ticker = _TICKER.match(stem)
    if ticker and re.search("[A-Z]", ticker.group(1)):
        return from_symbol(ticker.group(1))
    return None


def from_symbol(symbol: str) -> NamedCode:
    """A source's symbol: `005930.KS`, `A005930`, `AAPL`, `4063.T`."""
    word = symbol.strip().upper()
    root, _, suffix = word.replace("-", ".").partition(".")
    if suffix in _BOARDS and is_korean(root):
        return NamedCode(root, Exchange.XKRX, _BOARDS[suffix])
    if not suffix:
        bare = root[1:] if re.fullmatch(rf"A{_KOREAN}", root) else root
        return NamedCode(bare, exchange_of(bare))
    return NamedCode(f"{root}.{suffix}", Exchange.XNYS if suffix in _CLASSES else Exchange.OTHER)


def code_column(column: pl.Series) -> pl.Series:
    """Codes as strings: `A005930` and ISINs cut, numbers that lost their zeros filled up to six digits."""
    text = column.cast(pl.String) if column.dtype != pl.String else column
    written = text.unique()
    cleaned = _cleaned_codes(written)
    if (written == cleaned).fill_null(True).all():
        return text.alias("code")
    pairs = pl.DataFrame({"written": written, "code": cleaned})
    return pl.DataFrame({"written": text}).join(pairs, on="written", how="left", maintain_order="left", nulls_equal=True)["code"]


def _cleaned_codes(text: pl.Series) -> pl.Series:
    bare = text.str.strip_chars(" \t'\"=").str.replace(r"\.0$", "").str.to_uppercase()
    cut = bare.str.replace(rf"^KR7({_KOREAN})00[0-9]$", "$1").str.replace(rf"^A({_KOREAN})$", "$1").str.replace(r"\.(KS|KQ)$", "")
    digits = cut.str.contains(r"^[0-9]{1,5}$")
    frame = pl.DataFrame({"code": cut, "digits": digits})
    return frame.select(pl.when("digits").then(pl.col("code").str.zfill(6)).otherwise("code").alias("code")).to_series()
