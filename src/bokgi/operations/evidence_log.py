"""The evidence of one release: a log of JSON lines, each chained to the one before, and the bodies that it cites beside it.

Convention: a record is on the disk when `append` returns. A line is the canonical JSON of the record, its hash is SHA-256 of the line,
and `prev` is the hash of the line before (64 zeros for the first). Facts whose names end in `_sha256` cite bodies. One process writes at
a time: the log is locked while it is open for writing, whatever became of the lock of the host.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic_ns
from types import TracebackType
from typing import Any, Self, TypeAlias

from bokgi.errors.operations import EvidenceBroken, EvidenceHeld, EvidenceUnwritable
from bokgi.operations.record_kinds import Kind
from bokgi.reports.canonical_json import canonical_json

Facts: TypeAlias = Mapping[str, Any]
FIRST_PREV = "0" * 64
LOG_NAME, BODIES_NAME = "evidence.jsonl", "bodies"
CITED = "_sha256"
BOOT_ID_FILE = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Record:
    """One recorded fact.

    Attributes
    ----------
    seq : number, from 0 without gaps
    at : UTC instant by the clock of the machine
    monotonic_ns : the same by the clock that is never set; comparable within one `boot_id`
    prev : hash of the line before
    facts : what was seen; plain JSON values
    """

    seq: int
    kind: Kind
    at: datetime
    monotonic_ns: int
    boot_id: str
    prev: str
    facts: Facts

    def to_line(self) -> bytes:
        """The line of the log, without its end."""
        return canonical_json(
            {
                "seq": self.seq,
                "kind": self.kind.value,
                "at": self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "monotonic_ns": self.monotonic_ns,
                "boot_id": self.boot_id,
                "prev": self.prev,
                "facts": dict(self.facts),
            }
        )

    @classmethod
    def from_line(cls, line: bytes) -> "Record":
        """The record of a line.

        Raises
        ------
        ValueError
            The line is no canonical record: whatever reads differently from how it was written was changed.
        """
        try:
            given = json.loads(line)
            record = cls(
                int(given["seq"]),
                Kind(given["kind"]),
                datetime.fromisoformat(given["at"]).astimezone(UTC),
                int(given["monotonic_ns"]),
                str(given["boot_id"]),
                str(given["prev"]),
                dict(given["facts"]),
            )
        except (KeyError, TypeError, UnicodeDecodeError) as error:
            raise ValueError(str(error)) from error
        if record.to_line() != line:
            raise ValueError("not in the form in which records are written")
        return record

    @property
    def cited(self) -> Iterator[str]:
        """Hashes of the bodies that the record cites."""
        return cited_in(self.facts)


def cited_in(facts: object, name: str = "") -> Iterator[str]:
    """Every value under a name that ends in `_sha256`, however deep."""
    if isinstance(facts, Mapping):
        for key, value in facts.items():
            yield from cited_in(value, str(key))
    elif isinstance(facts, list | tuple):
        for value in facts:
            yield from cited_in(value, name)
    elif isinstance(facts, str) and name.endswith(CITED):
        yield facts


def hash_of(content: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


class MachineClock:
    """The clocks of this machine."""

    def __init__(self) -> None:
        self.boot_id = BOOT_ID_FILE.read_text("ascii").strip() if BOOT_ID_FILE.is_file() else "unknown"

    def now(self) -> datetime:
        """The UTC instant, cut to milliseconds."""
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def monotonic_ns(self) -> int:
        """Nanoseconds by the clock that is never set."""
        return monotonic_ns()


class EvidenceLog:
    """The log of one release, open for writing.

    Raises
    ------
    EvidenceUnwritable
        The folder cannot be written.
    EvidenceHeld
        Another process has it open for writing.
    EvidenceBroken
        What is there is no chain: nothing is written behind it.
    """

    def __init__(self, folder: Path, clock: MachineClock | None = None) -> None:
        self.folder = folder
        self._clock = clock or MachineClock()
        try:
            (folder / BODIES_NAME).mkdir(parents=True, exist_ok=True)
            self._file = (folder / LOG_NAME).open("ab", buffering=0)
        except OSError as error:
            raise EvidenceUnwritable(str(folder), error.strerror or str(error)) from error
        try:
            self._hold()
            self._size, self.count, self.head = self._mended_end()
        except (EvidenceBroken, EvidenceHeld):
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; everything is on the disk already."""
        self._file.close()

    def append(self, kind: Kind, **facts: Any) -> Record:
        """Record a fact; it is on the disk when this returns."""
        clock, plain = self._clock, json.loads(canonical_json(facts))
        record = Record(self.count, kind, clock.now(), clock.monotonic_ns(), clock.boot_id, self.head, plain)
        line = record.to_line()
        self._write(line + b"\n")
        self.count, self.head = self.count + 1, hash_of(line)
        return record

    def keep_body(self, body: bytes) -> str:
        """Keep bytes that records cite, once; gives their hash."""
        name = hash_of(body)
        place = self.folder / BODIES_NAME / name
        if not place.exists():
            write_synced(place, body)
        return name

    def _hold(self) -> None:
        """Alone until the file is closed, or its process is gone."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise EvidenceHeld(str(self.folder)) from error

    def _write(self, line: bytes) -> None:
        """Write a line whole; what a full disk let in of it goes again, so that the next one follows the last whole one."""
        try:
            self._cut_back()
            rest = memoryview(line)
            while rest:
                rest = rest[self._file.write(rest) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            with suppress(OSError):
                self._cut_back()
            raise EvidenceUnwritable(str(self.folder), error.strerror or str(error)) from error
        self._size += len(line)

    def _cut_back(self) -> None:
        if os.fstat(self._file.fileno()).st_size != self._size:
            self._file.truncate(self._size)

    def _mended_end(self) -> tuple[int, int, str]:
        """Size, number of records and hash of the last; a line that a kill cut off was never promised, and goes."""
        whole = (self.folder / LOG_NAME).read_bytes()
        kept = whole[: whole.rfind(b"\n") + 1]
        if len(kept) != len(whole):
            self._file.truncate(len(kept))
            os.fsync(self._file.fileno())
        count, head = 0, FIRST_PREV
        for line in kept.split(b"\n")[:-1]:
            try:
                following(line, count, head)
            except ValueError as error:
                raise EvidenceBroken(str(self.folder), count, str(error)) from error
            count, head = count + 1, hash_of(line)
        return len(kept), count, head


def following(line: bytes, seq: int, prev: str) -> Record:
    """The record of a line that must have this number and follow the line with this hash.

    Raises
    ------
    ValueError
    """
    record = Record.from_line(line)
    if (record.seq, record.prev) != (seq, prev):
        raise ValueError("it does not follow the record before")
    return record


def write_synced(place: Path, content: bytes) -> None:
    """Write a file whole or not at all: beside, synced, renamed."""
    beside = place.with_name(place.name + ".new")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(place)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
