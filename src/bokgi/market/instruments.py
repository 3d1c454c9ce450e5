"""What an instrument is: its code, kind and board, as far as the rules of the market ask.

A code is a string, always: 2.3 % of Korean codes hold a letter.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Exchange(StrEnum):
    """`OTHER`: an exchange whose calendar is not kept; only daily bars, and the days that have bars are its sessions."""

    XKRX = "XKRX"
    XNYS = "XNYS"
    OTHER = "OTHER"


class Board(StrEnum):
    KOSPI = "KOSPI"
    KOSDAQ = "KOSDAQ"
    KONEX = "KONEX"
    FOREIGN = "FOREIGN"


class Kind(StrEnum):
    """What decides ticks, limits and taxes. REITs and SPACs pay taxes as shares do."""

    STOCK = "stock"
    PREFERRED = "preferred"
    REIT = "reit"
    SPAC = "spac"
    ETF = "etf"
    ETN = "etn"
    ELW = "elw"
    INDEX = "index"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Instrument:
    """A listed issue. `assumed` says that kind and board were not known and KOSPI stock was taken."""

    code: str
    name: str = ""
    name_en: str = ""
    kind: Kind = Kind.STOCK
    board: Board = Board.KOSPI
    exchange: Exchange = Exchange.XKRX
    leverage: float = 1.0
    listed: date | None = None
    delisted: date | None = None
    assumed: bool = False
