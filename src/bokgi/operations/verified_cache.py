"""What was verified of a folder of evidence, kept as long as nothing of it has changed: who looks every five seconds pays once.

Convention: what is kept stands for the very files that were verified: names, sizes, inodes, and both times of each file that verification
reads. The time at which a file's data or rights were changed cannot be set by its owner. A folder that changed within the last seconds, or
while it was verified, is verified again each time: a change in the same tick of the clock would show in no figure.
"""

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeAlias, TypeVar

from bokgi.operations.evidence_log import BODIES_NAME, LOG_NAME
from bokgi.operations.seals import SEALS_NAME

Made = TypeVar("Made")
Fingerprint: TypeAlias = tuple[tuple[str, int, int, int, int], ...]
MOST_KEPT = 64
QUIET_NANOSECONDS = 2_000_000_000
"""So long nothing may have changed; file systems tell times to milliseconds, some only to two seconds."""


class VerifiedCache(Generic[Made]):
    """Keeps what was made of folders of evidence; the oldest looks go first."""

    def __init__(self, clock_ns: Callable[[], int] = time.time_ns) -> None:
        self._clock_ns = clock_ns
        self._kept: OrderedDict[tuple[str, str], tuple[Fingerprint, Made]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, folder: Path, key_id: str, make: Callable[[], Made]) -> Made:
        """What was made of these very files with this key, or what is made of them now."""
        place, before = (str(folder.resolve()), key_id), fingerprint_of(folder)
        with self._lock:
            known = self._kept.get(place)
            if known is not None and known[0] == before:
                self._kept.move_to_end(place)
                return known[1]
        made = make()
        if before is not None and self._is_quiet(before) and fingerprint_of(folder) == before:
            self._keep(place, before, made)
        return made

    def _keep(self, place: tuple[str, str], fingerprint: Fingerprint, made: Made) -> None:
        with self._lock:
            self._kept[place] = fingerprint, made
            self._kept.move_to_end(place)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)

    def _is_quiet(self, fingerprint: Fingerprint) -> bool:
        """Whether the last change is long enough ago; one in the future is of a clock that was set."""
        newest = max((max(modified, changed) for _, _, _, modified, changed in fingerprint), default=0)
        return self._clock_ns() - newest > QUIET_NANOSECONDS


def fingerprint_of(folder: Path) -> Fingerprint | None:
    """Name, inode, size [bytes] and times [ns] of each file that verification reads; None where they cannot all be told."""
    try:
        return tuple(sorted(_files(folder)))
    except OSError:
        return None


def _files(folder: Path) -> Iterator[tuple[str, int, int, int, int]]:
    yield _told(LOG_NAME, (folder / LOG_NAME).stat())
    for name in (BODIES_NAME, SEALS_NAME):
        if (folder / name).is_dir():
            with os.scandir(folder / name) as entries:
                yield from (_told(f"{name}/{entry.name}", Path(entry.path).stat()) for entry in entries)


def _told(name: str, facts: os.stat_result) -> tuple[str, int, int, int, int]:
    return name, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns
