"""Log files over time: moved away once a day from outside and whenever they are large, compressed, kept for thirty days, every deed noted.

Convention: one process at a time keeps a folder. A process notices that its file was moved and starts a new one with its next line, so
nothing is lost. A file is compressed
only when nobody has written to it for a day. `kept.jsonl` beside the logs says what was moved, compressed and deleted, with its hash.
"""

import fcntl
import gzip
import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from bokgi.operations.evidence_log import write_synced
from bokgi.reports.formats import utc_text

KEPT_DAYS = 30
QUIET_SECONDS = 86_400.0
DEEDS_NAME, LOCK_NAME = "kept.jsonl", "kept.lock"
LARGE_BYTES = 64 << 20
"""A file that has grown so large is moved away before its day is over."""
COMPRESSED_AT_ONCE = 1
"""So many files a service compresses in one round, which it makes beside its own work."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done to a file; size and hash are those of its content before."""

    at: str
    deed: str
    file: str
    size: int
    sha256: str


def keep_logs(folder: Path, now: datetime | None = None, kept_days: int = KEPT_DAYS) -> list[Deed]:
    """Move, compress and delete what is due; gives what was done. Waits for another process that does the same."""
    with _held(folder, fcntl.LOCK_EX):
        return _kept(folder, now or datetime.now(UTC), kept_days, from_bytes=1, most_compressed=None)


def keep_growing(folder: Path, now: datetime | None = None) -> list[Deed]:
    """What a service does with its own logs at short intervals: move what is large, compress and delete little by little what is due.

    Nothing where another process is doing it.
    """
    try:
        with _held(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
            return _kept(folder, now or datetime.now(UTC), KEPT_DAYS, from_bytes=LARGE_BYTES, most_compressed=COMPRESSED_AT_ONCE)
    except BlockingIOError:
        return []


@contextmanager
def _held(folder: Path, how: int) -> Iterator[None]:
    with (folder / LOCK_NAME).open("ab") as file:
        fcntl.flock(file, how)
        yield


def _kept(folder: Path, instant: datetime, kept_days: int, *, from_bytes: int, most_compressed: int | None) -> list[Deed]:
    compressed = islice(_compressed(folder, instant), most_compressed)
    deeds = [*_moved(folder, instant, from_bytes), *_deleted(folder, instant, kept_days), *compressed]
    if deeds:
        with (folder / DEEDS_NAME).open("ab") as file:
            file.write(b"".join(json.dumps(asdict(deed), ensure_ascii=False).encode() + b"\n" for deed in deeds))
            file.flush()
            os.fsync(file.fileno())
    return deeds


def _moved(folder: Path, now: datetime, from_bytes: int) -> Iterator[Deed]:
    for path in sorted(folder.glob("*.log")):
        place = path.with_name(f"{path.name}.{now:%Y%m%dT%H%M%SZ}")
        if not path.is_symlink() and path.stat().st_size >= from_bytes and not place.exists():
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
