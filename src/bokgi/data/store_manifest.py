"""What a version of the store holds: one manifest file an interval and version.

Convention: a manifest is JSON, never changed after it was written, and carries the SHA-256 of its own content. Putting it in place is
the moment at which a version comes to be. The highest number is the current version.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

from bokgi.bars.interval import Interval
from bokgi.data.faults import Fault
from bokgi.data.repair_records import Repair
from bokgi.data.series import ClosingAuction, SeriesFacts, VolumeKind
from bokgi.errors.store import ManifestBroken, StoreTooNew
from bokgi.market.instruments import Board, Exchange, Kind

FORMAT = 2
"""2 where some series has repairs; a store without any is written as 1, which older releases read."""
_ENUMS: dict[str, Callable[[str], Enum]] = {
    "exchange": Exchange,
    "kind": Kind,
    "board": Board,
    "closing_auction": ClosingAuction,
    "volume_kind": VolumeKind,
}


@dataclass(frozen=True, slots=True)
class Segment:
    """One immutable Parquet file: its name, SHA-256, size and number of rows."""

    name: str
    sha256: str
    size_bytes: int
    rows: int


@dataclass(frozen=True, slots=True)
class StoredSeries:
    """One code's series in a version.

    segment, row, bars : the series is `bars` rows of the segment from `row` on
    first, last : its first and last session; sha256 : of its bars, in whatever segment they lie
    has_base : some row holds a base price; repairs : what readers multiply, see `repairs.py`
    """

    code: str
    segment: str
    row: int
    bars: int
    first: date
    last: date
    sha256: str
    has_base: bool
    facts: SeriesFacts
    faults: tuple[Fault, ...] = ()
    repairs: tuple[Repair, ...] = ()


@dataclass(frozen=True)
class Manifest:
    """One version of one interval. `market_faults` concern no single series."""

    interval: Interval
    version: int
    created_at: datetime | None
    series: dict[str, StoredSeries] = field(default_factory=dict)
    segments: dict[str, Segment] = field(default_factory=dict)
    market_faults: tuple[Fault, ...] = ()

    @property
    def bars(self) -> int:
        return sum(series.bars for series in self.series.values())


def manifest_name(version: int) -> str:
    """File name of a version; names sort by number."""
    return f"{version:08d}.json"


def version_numbers(folder: Path) -> list[int]:
    """Numbers of the manifests in the folder, ascending."""
    if not folder.is_dir():
        return []
    return sorted(int(path.stem) for path in folder.iterdir() if path.suffix == ".json" and path.stem.isdecimal())


def manifest_bytes(manifest: Manifest) -> bytes:
    """The file of a manifest."""
    content = {
        "format": FORMAT if any(series.repairs for series in manifest.series.values()) else 1,
        "interval": str(manifest.interval),
        "version": manifest.version,
        "created_at": _plain(manifest.created_at),
        "segments": [asdict(segment) for segment in manifest.segments.values()],
        "series": [_to_plain(series) for series in manifest.series.values()],
        "market_faults": [_to_plain(fault) for fault in manifest.market_faults],
    }
    text = _canonical(content)
    return f'{{"sha256": "{_sha256(text)}",\n"manifest": {text}}}\n'.encode()


def read_manifest(path: Path) -> Manifest:
    """The manifest of a file.

    Raises
    ------
    ManifestBroken
        The file is cut off, changed or no manifest.
    StoreTooNew
        A newer Bokgi wrote it.
    """
    try:
        whole = json.loads(path.read_text("utf-8"))
        content = whole["manifest"]
        if content["format"] > FORMAT:
            raise StoreTooNew(path, content["format"], FORMAT)
        if _sha256(_canonical(content)) != whole["sha256"]:
            raise ManifestBroken(path, "its hash does not match its content")
        return _from_content(content)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ManifestBroken(path, f"{type(error).__name__}: {error}") from error


def _from_content(content: dict[str, Any]) -> Manifest:
    segments = [Segment(**row) for row in content["segments"]]
    series = [_to_series(row) for row in content["series"]]
    return Manifest(
        interval=Interval.from_text(content["interval"]),
        version=int(content["version"]),
        created_at=_instant(content["created_at"]),
        series={stored.code: stored for stored in series},
        segments={segment.name: segment for segment in segments},
        market_faults=tuple(_to_fault(row) for row in content["market_faults"]),
    )


def _to_plain(record: StoredSeries | SeriesFacts | Fault | Repair) -> dict[str, Any]:
    names = (column.name for column in fields(record))
    return {name: _plain(getattr(record, name)) for name in names if name != "repairs" or getattr(record, name)}


def _plain(value: object) -> object:
    if isinstance(value, SeriesFacts | Fault | Repair):
        return _to_plain(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _to_series(row: dict[str, Any]) -> StoredSeries:
    known = row | {"first": _day(row["first"]), "last": _day(row["last"])}
    known |= {"facts": to_facts(row["facts"]), "faults": tuple(_to_fault(fault) for fault in row["faults"])}
    known |= {"repairs": tuple(_to_repair(repair) for repair in row.get("repairs", ()))}
    return StoredSeries(**known)


def facts_to_plain(facts: SeriesFacts) -> dict[str, Any]:
    """Facts as JSON holds them."""
    return _to_plain(facts)


def to_facts(row: dict[str, Any]) -> SeriesFacts:
    """Facts from what JSON held."""
    known = row | {name: to_enum(row[name]) for name, to_enum in _ENUMS.items() if row[name] is not None}
    return SeriesFacts(**known | {"fetched_at": _instant(row["fetched_at"])})


def _to_fault(row: dict[str, Any]) -> Fault:
    return Fault(**row | {"first": _day(row["first"]), "last": _day(row["last"])})


def _to_repair(row: dict[str, Any]) -> Repair:
    return Repair(**row | {"first": date.fromisoformat(row["first"]), "last": date.fromisoformat(row["last"])})


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _canonical(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
