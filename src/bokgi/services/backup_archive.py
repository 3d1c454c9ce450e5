"""The file that a backup is: one uncompressed tar, because what is in it is compressed already.

Convention: the entries are files under the names they have in the home folder. The last two are `manifest.json` (what the backup holds,
with the SHA-256 and size of every file) and `manifest.sha256`; a file that was cut off lacks them. Nothing is believed of an archive
that the manifest does not say, and no entry ever leaves the folder it is unpacked to.
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from bokgi.errors.backup import BackupBroken, BackupTooNew

FORMAT = 1
MANIFEST, MANIFEST_HASH = "manifest.json", "manifest.sha256"
_BLOCK_BYTES = 1 << 20
_MANIFEST_BYTES = 1 << 30
_PLAIN_TYPES = (tarfile.REGTYPE, tarfile.AREGTYPE)


@dataclass(frozen=True, slots=True)
class BackupFile:
    """One file of a backup."""

    path: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """What a backup holds.

    schema : step of the tables; parts : `rows`, `results`, `searches`, `master`, `fetches`, `bars`; runs : rows of runs
    damaged : what was broken already when the backup was made, taken along as it was
    """

    created_at: datetime
    release: str
    schema: str
    parts: tuple[str, ...]
    runs: int
    damaged: tuple[str, ...] = ()
    files: Mapping[str, BackupFile] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """The manifest as it is stored."""
        body = {
            "format": FORMAT,
            "created_at": self.created_at.isoformat(),
            "release": self.release,
            "schema": self.schema,
            "parts": list(self.parts),
            "runs": self.runs,
            "damaged": list(self.damaged),
            "files": [asdict(each) for each in self.files.values()],
        }
        return json.dumps(body, ensure_ascii=False, indent=1).encode("utf-8")


class ArchiveWriter:
    """Adds files one after the other, hashing what goes into the archive."""

    def __init__(self, target: IO[bytes], created_at: datetime) -> None:
        self._tar = tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115  # closed by `finish`
        self._seconds = int(created_at.timestamp())
        self.files: dict[str, BackupFile] = {}

    def add(self, name: str, path: Path) -> None:
        """Add a file of the disk under a name."""
        with path.open("rb") as opened:
            size = path.stat().st_size
            source = _Hashed(opened)
            self._tar.addfile(self._entry(name, size), source)
        self.files[name] = BackupFile(name, size, source.digest.hexdigest())

    def finish(self, manifest: BackupManifest) -> None:
        """Add the manifest: from now on the archive is one."""
        content = manifest.to_bytes()
        for name, data in ((MANIFEST, content), (MANIFEST_HASH, hashlib.sha256(content).hexdigest().encode())):
            self._tar.addfile(self._entry(name, len(data)), io.BytesIO(data))
        self._tar.close()

    def _entry(self, name: str, size: int) -> tarfile.TarInfo:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode, entry.mtime = size, 0o600, self._seconds
        return entry


class _Hashed:
    """Reads on, and hashes what was read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._source.read(size)
        self.digest.update(block)
        return block


Take = Callable[[str, IO[bytes]], None]
"""Is given each file's name and content, and reads it to the end."""


def read_archive(path: Path, take: Take) -> BackupManifest:
    """Read an archive from front to end, handing every file over, and compare it with its manifest.

    Raises
    ------
    BackupBroken
        A file is missing, added, changed or cut off. What was handed over is not to be used.
    BackupTooNew
    """
    found: dict[str, BackupFile] = {}
    kept: dict[str, bytes] = {}
    with _reading(path) as tar:
        for entry in tar:
            name = _checked_name(path, entry)
            if name in found or name in kept:
                raise BackupBroken(path.name, f"{name} is in it twice")
            content = tar.extractfile(entry)
            assert content is not None
            if name in {MANIFEST, MANIFEST_HASH}:
                kept[name] = content.read(_MANIFEST_BYTES)
            else:
                source = _Counted(content)
                take(name, source)  # type: ignore[arg-type]  # it reads and no more
                digest = source.rest_hash()
                found[name] = BackupFile(name, source.size, digest)
    return _agreeing(path, _manifest(path, kept), found)


class _Counted(_Hashed):
    """Knows how much was read, and reads what was left."""

    size = 0

    def read(self, size: int = -1) -> bytes:
        block = super().read(size)
        self.size += len(block)
        return block

    def rest_hash(self) -> str:
        while self.read(_BLOCK_BYTES):
            pass
        return self.digest.hexdigest()


@contextmanager
def _reading(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, "r:") as tar:
            yield tar
    except (tarfile.TarError, EOFError, UnicodeError, ValueError) as error:
        raise BackupBroken(path.name, f"not a whole archive: {error}") from error


def _checked_name(path: Path, entry: tarfile.TarInfo) -> str:
    name = PurePosixPath(entry.name)
    is_inside = not name.is_absolute() and ".." not in name.parts and str(name) == entry.name
    if entry.type not in _PLAIN_TYPES or not is_inside or "\\" in entry.name or "\0" in entry.name:
        raise BackupBroken(path.name, f"it has an entry that no backup has: {entry.name!r}")
    return entry.name


def _manifest(path: Path, kept: Mapping[str, bytes]) -> BackupManifest:
    content = kept.get(MANIFEST)
    if content is None or MANIFEST_HASH not in kept:
        raise BackupBroken(path.name, "it has no manifest: it was cut off, or is no backup")
    if hashlib.sha256(content).hexdigest().encode() != kept[MANIFEST_HASH]:
        raise BackupBroken(path.name, "its manifest was changed")
    try:
        body = json.loads(content)
        if body["format"] > FORMAT:
            raise BackupTooNew(path.name, f"format {body['format']}", f"format {FORMAT}")
        return _from_body(body)
    except (KeyError, TypeError, ValueError) as error:
        raise BackupBroken(path.name, f"its manifest is not one of Bokgi: {error}") from error


def _from_body(body: Mapping[str, Any]) -> BackupManifest:
    return BackupManifest(
        created_at=datetime.fromisoformat(body["created_at"]),
        release=body["release"],
        schema=body["schema"],
        parts=tuple(body["parts"]),
        runs=body["runs"],
        damaged=tuple(body["damaged"]),
        files={row["path"]: BackupFile(**row) for row in body["files"]},
    )


def _agreeing(path: Path, manifest: BackupManifest, found: Mapping[str, BackupFile]) -> BackupManifest:
    missing, added = manifest.files.keys() - found.keys(), found.keys() - manifest.files.keys()
    changed = [name for name, file in manifest.files.items() if name in found and found[name] != file]
    for word, names in (("lacks", missing), ("has too much", added), ("has other bytes than it was made of", changed)):
        if names:
            raise BackupBroken(path.name, f"{word}: {', '.join(sorted(names)[:3])}")
    return manifest
