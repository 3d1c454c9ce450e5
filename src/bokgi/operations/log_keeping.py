"""Log files over time: moved away once a day from outside, compressed, kept for thirty days, and every deed written down.

Convention: a process notices that its file was moved and starts a new one with its next line, so nothing is lost. A file is compressed
only when nobody has written to it for a day. `kept.jsonl` beside the logs says what was moved, compressed and deleted, with its hash.
"""

import gzip
import hashlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bokgi.operations.evidence_log import write_synced
from bokgi.reports.formats import utc_text

KEPT_DAYS = 30
QUIET_SECONDS = 86_400.0
DEEDS_NAME = "kept.jsonl"


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done to a file; size and hash are those of its content before."""

    at: str
    deed: str
    file: str
    size: int
    sha256: str


def keep_logs(folder: Path, now: datetime | None = None, kept_days: int = KEPT_DAYS) -> list[Deed]:
    """Move, compress and delete what is due; gives what was done."""
    instant = now or datetime.now(UTC)
    deeds = [*_moved(folder, instant), *_deleted(folder, instant, kept_days), *_compressed(folder, instant)]
    if deeds:
        with (folder / DEEDS_NAME).open("ab") as file:
            file.write(b"".join(json.dumps(asdict(deed), ensure_ascii=False).encode() + b"\n" for deed in deeds))
            file.flush()
            os.fsync(file.fileno())
    return deeds


def _moved(folder: Path, now: datetime) -> Iterator[Deed]:
    for path in sorted(folder.glob("*.log")):
        place = path.with_name(f"{path.name}.{now:%Y%m%dT%H%M%SZ}")
        if not path.is_symlink() and path.stat().st_size and not place.exists():
            path.rename(place)
            yield _deed(now, "moved", place)


def _compressed(folder: Path, now: datetime) -> Iterator[Deed]:
    for path in _old(folder):
        if path.suffix != ".gz" and now.timestamp() - path.stat().st_mtime > QUIET_SECONDS:
            deed = _deed(now, "compressed", path)
            written = path.stat().st_mtime
            packed = path.with_name(f"{path.name}.gz")
            write_synced(packed, gzip.compress(path.read_bytes(), mtime=0))
            os.utime(packed, (time.time(), written))
            path.unlink()
            yield deed


def _deleted(folder: Path, now: datetime, kept_days: int) -> Iterator[Deed]:
    limit = (now - timedelta(days=kept_days)).timestamp()
    for path in _old(folder):
        if path.stat().st_mtime < limit:
            deed = _deed(now, "deleted", path)
            path.unlink()
            yield deed


def _old(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.log.*") if path.is_file() and not path.name.endswith(".new"))


def _deed(now: datetime, deed: str, path: Path) -> Deed:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Deed(utc_text(now), deed, path.name, path.stat().st_size, sha256)
