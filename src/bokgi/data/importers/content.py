"""The bytes of a file, bounded before they are read and unpacked before they are judged.

Nothing is ever written while a file is read: archives are unpacked in memory, up to `ImportLimits.unpacked_bytes`.
"""

import gzip
import io
import zipfile
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import IO

from bokgi.data.importers.hints import ImportLimits
from bokgi.errors.imports import ArchiveUnsafe, EncodingUnreadable, FileAbsent, FileBroken, FileEmpty, FileTooLarge, FileUnreadable

Sentence = tuple[str, str]
_CHUNK = 1 << 20
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Text:
    """A file's text as UTF-8 bytes without a byte-order mark, and what was said about its encoding."""

    utf8: bytes
    encoding: str
    bom: bool

    @property
    def detected(self) -> Sentence:
        mark_korean, mark = (", BOM 있음", ", with a byte-order mark") if self.bom else ("", "")
        return f"글자 인코딩: {self.encoding}{mark_korean}", f"encoding: {self.encoding}{mark}"


@dataclass(frozen=True)
class FileContent:
    """One file, unpacked if it was gzipped.

    stem : the name without folders and suffixes, in its own case; suffix : lower case, of the unpacked file
    """

    path: Path
    data: bytes
    limits: ImportLimits = field(default_factory=ImportLimits)

    @property
    def name(self) -> str:
        return self.path.name

    @cached_property
    def suffix(self) -> str:
        return Path(self._bare_name).suffix.lower()

    @cached_property
    def stem(self) -> str:
        return self._bare_name.removesuffix(Path(self._bare_name).suffix)

    @property
    def _bare_name(self) -> str:
        return self.name[:-3] if self.name.lower().endswith(".gz") else self.name

    def head(self, size: int = 4096) -> bytes:
        return self.data[:size].removeprefix(_BOM)

    def text(self, encoding: str | None = None) -> Text:
        """Decode as told, else as UTF-8, else as CP949 (which holds EUC-KR).

        Raises
        ------
        EncodingUnreadable
            The bytes are no text in these encodings.
        """
        bare = self.data.removeprefix(_BOM)
        if encoding is not None:
            return self._told(bare, encoding)
        if is_text_in(bare, "utf-8"):
            return Text(bare, "UTF-8", len(bare) != len(self.data))
        if b"\0" not in bare and is_text_in(bare, "cp949"):
            name = "EUC-KR(CP949)" if is_text_in(bare, "euc_kr") else "CP949"
            return Text(bare.decode("cp949").encode(), name, False)
        raise EncodingUnreadable(self.name)

    def _told(self, bare: bytes, encoding: str) -> Text:
        try:
            return Text(bare.decode(encoding).encode(), encoding, len(bare) != len(self.data))
        except (LookupError, UnicodeError) as error:
            raise EncodingUnreadable(self.name, encoding) from error


def is_text_in(data: bytes, encoding: str) -> bool:
    """Whether the bytes are text in the encoding."""
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def read_content(path: Path, limits: ImportLimits) -> FileContent:
    """Read a file, unpacking gzip.

    Raises
    ------
    FileAbsent, FileUnreadable, FileEmpty, FileTooLarge, FileBroken
        The file is not there, holds nothing, too much, or is cut off.
    """
    if not path.exists():
        raise FileAbsent(path)
    try:
        size = path.stat().st_size
        if size > limits.file_bytes:
            raise FileTooLarge(path.name, size, limits.file_bytes, "file_bytes")
        if not path.is_file():
            raise FileUnreadable(path.name, "not a regular file")
        data = path.read_bytes()
    except OSError as error:
        raise FileUnreadable(path.name, error.strerror or str(error)) from error
    if data[:2] == b"\x1f\x8b":
        data = _ungzipped(path.name, data, limits)
    if not data.strip():
        raise FileEmpty(path.name)
    return FileContent(path, data, limits)


def _ungzipped(name: str, data: bytes, limits: ImportLimits) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            return _bounded(name, stream, limits)
    except (OSError, EOFError, zlib.error) as error:
        raise FileBroken(name, "gzip", str(error)) from error


def _bounded(name: str, stream: io.BufferedIOBase | IO[bytes], limits: ImportLimits) -> bytes:
    chunks, size = [], 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if size > limits.unpacked_bytes:
            raise FileTooLarge(name, size, limits.unpacked_bytes, "unpacked_bytes")
        chunks.append(chunk)
    return b"".join(chunks)


def zip_members(content: FileContent) -> dict[str, bytes]:
    """The members of a zip by name, after its table of contents was found harmless.

    Raises
    ------
    ArchiveUnsafe, FileTooLarge, FileBroken
        A member points out of the archive, the whole is too large unpacked, or the archive is damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content.data)) as archive:
            _check_members(content, archive.infolist())
            return {info.filename: _member(content, archive, info) for info in archive.infolist() if not info.is_dir()}
    except (zipfile.BadZipFile, OSError, EOFError, zlib.error, NotImplementedError, RuntimeError, ValueError, UnicodeError) as error:
        raise FileBroken(content.name, "zip", str(error) or type(error).__name__) from error


def _member(content: FileContent, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as stream:
        return _bounded(content.name, stream, content.limits)


def _check_members(content: FileContent, members: list[zipfile.ZipInfo]) -> None:
    limits = content.limits
    if len(members) > limits.archive_members:
        raise FileTooLarge(content.name, len(members), limits.archive_members, "archive_members", "members")
    for info in members:
        check_member_name(content.name, info.filename)
    total = sum(info.file_size for info in members)
    if total > limits.unpacked_bytes:
        raise FileTooLarge(content.name, total, limits.unpacked_bytes, "unpacked_bytes")


def check_member_name(archive: str, member: str) -> None:
    """Refuse names that would leave the archive, though nothing is ever unpacked to disk."""
    parts = PurePosixPath(member.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or ":" in member[:3]:
        raise ArchiveUnsafe(archive, member, "points outside of the archive")
