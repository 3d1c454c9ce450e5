"""What a person may say about a file. Everything left out is detected, and what was detected is said."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bokgi.bars.interval import Interval
from bokgi.data.series import ClosingAuction, VolumeKind
from bokgi.market.instruments import Board, Exchange, Kind

MEGABYTE = 1_048_576


class Label(StrEnum):
    """Which instant of its bar a row's time names."""

    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True)
class ImportLimits:
    """How much of a file is read before it is refused; the guard against packed bombs and broken exports."""

    file_bytes: int = 2_048 * MEGABYTE
    unpacked_bytes: int = 4_096 * MEGABYTE
    rows: int = 200_000_000
    columns: int = 200
    archive_members: int = 1_000


@dataclass(frozen=True, slots=True)
class ImportHints:
    """What is known beforehand; `None` means: detect it.

    columns : (title in the file, what it is), for titles that are not recognised or are taken for something else; `ignore` for one that is
    recognised and is not to be used
    timezone : zone of stamps without an offset (`Asia/Seoul`); fetched_at : UTC instant of the fetch, rows later are invented
    """

    code: str | None = None
    name: str | None = None
    interval: Interval | None = None
    kind: Kind | None = None
    board: Board | None = None
    leverage: float | None = None
    exchange: Exchange | None = None
    timezone: str | None = None
    encoding: str | None = None
    label: Label | None = None
    closing_auction: ClosingAuction | None = None
    volume_kind: VolumeKind | None = None
    source: str | None = None
    adjusted: bool | None = None
    fetched_at: datetime | None = None
    columns: tuple[tuple[str, str], ...] = ()
    limits: ImportLimits = field(default_factory=ImportLimits)
