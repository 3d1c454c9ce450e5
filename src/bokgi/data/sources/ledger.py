"""Who was asked for what on which day, so that a provider is asked at most once a day for a series.

Convention: `<home>/fetches/<source>/<day>.jsonl` has one line for each answered question of that day in Korea; the line is on disk before
the next question. A question without an answer (no connection, too many requests) leaves no line, so that it is asked again. One process
at a time asks a source.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

from bokgi.bars.interval import Interval
from bokgi.data.sources.port import Clock
from bokgi.data.store_files import sync_file, writer_lock, writing

TURN_SECONDS = 600.0
_ZONE = ZoneInfo("Asia/Seoul")


@dataclass(frozen=True, slots=True)
class Asked:
    """One answered question."""

    code: str
    interval: str
    at: str
    outcome: str


class Ledger:
    """The questions to one source."""

    def __init__(self, home: Path, source: str, clock: Clock, sleep: Callable[[float], None]) -> None:
        self.folder = Path(home) / "fetches" / source
        self._clock = clock
        self._sleep = sleep

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Be the only one who asks the source.

        Raises
        ------
        StoreBusy, StoreUnwritable
        """
        with writer_lock(self.folder, TURN_SECONDS):
            yield

    def asked_today(self, code: str, interval: Interval) -> Asked | None:
        """What came of today's question for the series; None where it was not asked."""
        found = [asked for asked in self._today() if (asked.code, asked.interval) == (code, str(interval))]
        return found[-1] if found else None

    def note(self, code: str, interval: Interval, outcome: str) -> None:
        """Keep that the question was answered."""
        now = self._clock()
        line = json.dumps(asdict(Asked(code, str(interval), now.isoformat(), outcome)), ensure_ascii=False)
        with writing(self.folder), self._path(now).open("ab+") as opened:
            opened.write((line_end_before(opened) + line + "\n").encode())
        sync_file(self._path(now))

    def wait_for_gap(self, gap_seconds: float) -> None:
        """Sleep until the last question to this source, of whatever process, is long enough ago; then say that one is asked now."""
        mark = self.folder / "last"
        now = self._clock().timestamp()
        if mark.exists():
            left = gap_seconds - (now - mark.stat().st_mtime)
            if 0 < left <= gap_seconds:
                self._sleep(left)
        with writing(self.folder):
            mark.touch()
        at = self._clock().timestamp()
        os.utime(mark, (at, at))

    def _today(self) -> Iterator[Asked]:
        path = self._path(self._clock())
        if path.exists():
            for line in path.read_bytes().splitlines():
                asked = _asked_in(line)
                if asked is not None:
                    yield asked

    def _path(self, now: datetime) -> Path:
        return self.folder / f"{now.astimezone(_ZONE).date()}.jsonl"


def _asked_in(line: bytes) -> Asked | None:
    """The question of a line; None for one that a crash cut off, which says nothing."""
    try:
        return Asked(**json.loads(line))
    except (ValueError, TypeError):
        return None


def line_end_before(opened: BinaryIO) -> str:
    """What ends the last line of a file before another is added: nothing where it is whole."""
    if opened.seek(0, os.SEEK_END) == 0:
        return ""
    opened.seek(-1, os.SEEK_END)
    return "" if opened.read(1) == b"\n" else "\n"
