"""What is known about one stored series beside its bars."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bokgi.market.instruments import Board, Exchange, Kind


class ClosingAuction(StrEnum):
    """Where a source keeps the closing auction: its own bar, its last bar, or nowhere (Yahoo)."""

    OWN_BAR = "own_bar"
    LAST_BAR = "last_bar"
    NONE = "none"


class VolumeKind(StrEnum):
    REGULAR = "regular"
    ALL_DAY = "all_day"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SeriesFacts:
    """Facts of one instrument's series at one interval.

    kind, board : None where neither file nor user said so
    adjusted : prices adjusted for splits (수정주가)
    regular_close : daily bars only: the close is the regular close; False where they were made of bars that end before the auction
    fetched_at : UTC instant at which the source was asked; rows later than it are invented
    """

    code: str
    source: str
    exchange: Exchange = Exchange.XKRX
    name: str = ""
    name_en: str = ""
    kind: Kind | None = None
    board: Board | None = None
    leverage: float = 1.0
    adjusted: bool = False
    closing_auction: ClosingAuction = ClosingAuction.NONE
    volume_kind: VolumeKind = VolumeKind.UNKNOWN
    synthetic: bool = False
    regular_close: bool = True
    fetched_at: datetime | None = None
