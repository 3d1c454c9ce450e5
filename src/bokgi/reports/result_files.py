"""The files under one stored result: whole or not there, hashed, and broken ones named.

Convention: a result is a folder. It is written under a temporary name beside its place, every file is synced and hashed, the list of files
comes last, and the folder is renamed into place. A result that is replaced stands aside under `.before-<name>` for that moment; a reader
who finds the place empty reads it there. What starts with `.tmp-` is never read.
"""

import errno
import hashlib
import io
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import polars as pl

from bokgi.errors.reports import ResultAbsent, ResultBroken, ResultTooNew, ResultUnwritable
from bokgi.reports.canonical_json import canonical_json

FORM = 1
"""Number of the form of stored results; a reader takes this one and every earlier one."""

LIST = "files.json"
TEMPORARY_PREFIX, BEFORE_PREFIX = ".tmp-", ".before-"
_PLACE_TAKEN = (errno.ENOTEMPTY, errno.EEXIST)
_ATTEMPTS = 20
_HASHES_KEPT = 4096


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put a whole folder in its place, replacing what is there.

    Raises
    ------
    ResultUnwritable
        The disk is full or the folder may not be written; what was there before is intact.
    """
    with _writing(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = folder.parent / f"{TEMPORARY_PREFIX}{folder.name}-{uuid4().hex}"
        try:
            temporary.mkdir()
            for name, content in (*files.items(), (LIST, _list_of(files))):
                _write_synced(temporary / name, content)
            _sync_folder(temporary)
            _put_in_place(temporary, folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def remove_folder(folder: Path) -> None:
    """Remove a result; a reader sees all of it or nothing.

    Raises
    ------
    ResultUnwritable
        The folder may not be written.
    """
    with _writing(folder):
        for place in (_before(folder), folder):
            aside = folder.parent / f"{TEMPORARY_PREFIX}{folder.name}-{uuid4().hex}"
            with suppress(FileNotFoundError):
                place.rename(aside)
                shutil.rmtree(aside)


def remove_leftovers(results: Path, older_than_seconds: float = 86_400.0) -> None:
    """Remove temporary folders of writers that died; younger ones may belong to a writer that lives."""
    for place in results.glob(f"{TEMPORARY_PREFIX}*"):
        with suppress(FileNotFoundError):
            if time.time() - place.stat().st_mtime > older_than_seconds:
                shutil.rmtree(place, ignore_errors=True)


def read_file(folder: Path, name: str, *, check: bool = True) -> bytes:
    """Return one file's bytes.

    Raises
    ------
    ResultAbsent
        There is no such result.
    ResultBroken
        The file is not there or not as it was written.
    """
    place = standing(folder)
    content = _bytes_of(place, name)
    if check:
        _check_hash(place, name, hashlib.sha256(content).hexdigest())
    return content


def checked_path(folder: Path, name: str) -> Path:
    """Return the path of a file that is as it was written; its bytes are hashed again only when the file has changed.

    Raises
    ------
    ResultAbsent, ResultBroken
    """
    place = standing(folder)
    path = place / name
    try:
        facts = path.stat()
    except OSError as error:
        raise _broken(place, name, error) from error
    _check_hash(place, name, _hash_of(_Seen(path, facts.st_ino, facts.st_size, facts.st_mtime_ns)))
    return path


def read_json(folder: Path, name: str, *, check: bool = True) -> dict[str, Any]:
    """Return a file's JSON object.

    Raises
    ------
    ResultAbsent, ResultBroken
    """
    try:
        stored: dict[str, Any] = json.loads(read_file(folder, name, check=check))
    except ValueError as error:
        raise ResultBroken(folder.name, name, str(error)) from error
    return stored


def read_table(folder: Path, name: str, *, check: bool = True) -> pl.DataFrame:
    """Return a whole table.

    Raises
    ------
    ResultAbsent, ResultBroken
    """
    content = read_file(folder, name, check=check)
    try:
        return pl.read_parquet(io.BytesIO(content))
    except pl.exceptions.PolarsError as error:
        raise ResultBroken(folder.name, name, str(error)) from error


def check_files(folder: Path) -> None:
    """Check every file of the list.

    Raises
    ------
    ResultAbsent, ResultBroken
    """
    for name in listed(standing(folder)):
        read_file(folder, name)


def standing(folder: Path) -> Path:
    """Return where the result stands at this moment: its place, or aside while it is being replaced."""
    for place in (folder, _before(folder), folder):
        if place.is_dir():
            return place
    raise ResultAbsent(folder.name)


def listed(place: Path) -> dict[str, str]:
    """Return the hash of each file that belongs to the result."""
    content = _bytes_of(place, LIST)
    try:
        stored = json.loads(content)
        form, hashes = int(stored["form"]), {str(name): str(value) for name, value in stored["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ResultBroken(place.name, LIST, "not the list of files that was written") from error
    if form > FORM:
        raise ResultTooNew(place.name, form, FORM)
    if stored.get("sha256") != _hash_of_list(form, hashes):
        raise ResultBroken(place.name, LIST, "its content has changed since it was written")
    return hashes


def _list_of(files: Mapping[str, bytes]) -> bytes:
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    stored: dict[str, Any] = {"form": FORM, "files": hashes, "sha256": _hash_of_list(FORM, hashes)}
    return json.dumps(stored, indent=1).encode()


def _hash_of_list(form: int, hashes: Mapping[str, str]) -> str:
    return hashlib.sha256(canonical_json({"form": form, "files": dict(hashes)})).hexdigest()


def _check_hash(place: Path, name: str, found: str) -> None:
    wanted = listed(place).get(name)
    if wanted is None:
        raise ResultBroken(place.name, LIST, f"it does not name {name}")
    if wanted != found:
        raise ResultBroken(place.name, name, "its content has changed since it was written")


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file as it was seen: a changed one looks different."""

    path: Path
    inode: int
    size: int
    changed_at: int


@lru_cache(maxsize=_HASHES_KEPT)
def _hash_of(seen: _Seen) -> str:
    with seen.path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _bytes_of(place: Path, name: str) -> bytes:
    try:
        return (place / name).read_bytes()
    except OSError as error:
        raise _broken(place, name, error) from error


def _broken(place: Path, name: str, error: OSError) -> ResultBroken | ResultAbsent:
    return ResultBroken(place.name, name, error.strerror or str(error)) if place.is_dir() else ResultAbsent(place.name)


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("xb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())


def _put_in_place(temporary: Path, folder: Path) -> None:
    """Rename into place. Two writers may meet here: whoever finds the place taken sets what is there aside and tries again."""
    before = _before(folder)
    for _ in range(_ATTEMPTS):
        try:
            temporary.rename(folder)
        except OSError as error:
            if error.errno not in _PLACE_TAKEN:
                raise
            _set_aside(folder, before)
        else:
            _sync_folder(folder.parent)
            shutil.rmtree(before, ignore_errors=True)
            return
    raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))


def _set_aside(folder: Path, before: Path) -> None:
    shutil.rmtree(before, ignore_errors=True)
    try:
        folder.rename(before)
    except OSError as error:
        if error.errno not in (*_PLACE_TAKEN, errno.ENOENT):
            raise


def _before(folder: Path) -> Path:
    return folder.parent / f"{BEFORE_PREFIX}{folder.name}"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ResultUnwritable(folder, error.strerror or str(error)) from error
