"""What a kind of issue decides: its tick ladder, whether it has price limits, whether its sales are taxed.

Convention: names as the exchange's master files write them (`SECUGRP_NM`, `KIND_STKCERT_TP_NM`, `SECT_TP_NM`, `MKT_TP_NM`).
"""

from functools import cache

from bokgi.market.dated import Row, rows_of
from bokgi.market.instruments import Board, Kind

_REIT_GROUP = "부동산투자회사"
_PREFERRED_WORDS = ("우선주", "종류주권")
_SPAC_SECTION = "SPAC"
_SPAC_NAME = "스팩"
_BOARDS = {"KOSPI": Board.KOSPI, "KOSDAQ": Board.KOSDAQ, "KOSDAQ GLOBAL": Board.KOSDAQ, "KONEX": Board.KONEX}
_BOARD_WORDS = {"STK": Board.KOSPI, "KSQ": Board.KOSDAQ, "KNX": Board.KONEX, "코스피": Board.KOSPI, "유가증권": Board.KOSPI}
_KOREAN_WORDS = {"코스닥": Board.KOSDAQ, "코스닥글로벌": Board.KOSDAQ, "코넥스": Board.KONEX}
_GROUPS = {
    "ETF": Kind.ETF,
    "상장지수펀드": Kind.ETF,
    "ETN": Kind.ETN,
    "상장지수증권": Kind.ETN,
    "ELW": Kind.ELW,
    "주식워런트증권": Kind.ELW,
}


def tick_group(kind: Kind) -> str:
    """Key of `tick_rules`; empty where prices have no ticks."""
    return _rule(kind)["tick_group"]


def has_price_limit(kind: Kind) -> bool:
    """Whether issues of the kind have a daily price limit."""
    return _rule(kind)["price_limit"] == "yes"


def is_taxed_on_sale(kind: Kind) -> bool:
    """Whether sales of the kind bear transaction taxes."""
    return _rule(kind)["sale_taxes"] == "yes"


def kind_from_master(security_group: str, stock_kind: str = "", section: str = "", name: str = "") -> Kind:
    """Kind of an issue from the words of a master file.

    A SPAC is known by its section, or by the word 스팩 in the name of an ordinary share.
    """
    if security_group.strip() in _GROUPS:
        return _GROUPS[security_group.strip()]
    if security_group.strip() == _REIT_GROUP:
        return Kind.REIT
    if section.startswith(_SPAC_SECTION) or _SPAC_NAME in name:
        return Kind.SPAC
    return Kind.PREFERRED if any(word in stock_kind for word in _PREFERRED_WORDS) else Kind.STOCK


def board_from_master(text: str) -> Board | None:
    """Board from `MKT_TP_NM`, a market id (STK, KSQ, KNX) or its Korean name; None for other words."""
    word = text.strip().upper()
    return _BOARDS.get(word) or _BOARD_WORDS.get(word.removesuffix("시장")) or _KOREAN_WORDS.get(word.removesuffix("시장"))


@cache
def _rule(kind: Kind) -> Row:
    return next(row for row in rows_of("kind_rules") if row["kind"] == kind)
