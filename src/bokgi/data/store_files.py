"""Files that are whole or not there, and the lock of the one writer.

Convention: a file is written under a temporary name in its own folder, synced, renamed, and the folder is synced. So a name without the
prefix `.tmp-` always stands for a whole file. Readers take no lock: files under their final names never change.
"""

import errno
import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from bokgi.errors.store import StoreBusy, StoreUnwritable

TEMPORARY_PREFIX = ".tmp-"
_BLOCK_BYTES = 1 << 20
_POLL_SECONDS = 0.05


def write_atomically(folder: Path, fill: Callable[[Path], object], name_of: Callable[[Path], str]) -> Path:
    """Let `fill` write a temporary file, give it the name that `name_of` finds for it, and return its place."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f"{TEMPORARY_PREFIX}{uuid4().hex}"
    try:
        fill(temporary)
        sync_file(temporary)
        placed = temporary.replace(folder / name_of(temporary))
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(folder)
    return placed


def sync_file(path: Path) -> None:
    """Wait until the file's bytes are on the disk."""
    with path.open("rb") as opened:
        os.fsync(opened.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the folder's names are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def file_hash(path: Path) -> str:
    """SHA-256 of the file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as opened:
        while block := opened.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def remove_leftovers(folder: Path) -> None:
    """Remove temporary files of writers that died. Only the holder of the lock may do this."""
    for path in folder.rglob(f"{TEMPORARY_PREFIX}*"):
        path.unlink(missing_ok=True)


@contextmanager
def writer_lock(folder: Path, timeout_seconds: float) -> Iterator[None]:
    """Be the only writer of the store. The system lets go of the lock when the process ends, however it ends.

    Raises
    ------
    StoreBusy
        Another writer did not end in time.
    StoreUnwritable
        The folder cannot be written.
    """
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _wait_for(descriptor, folder, timeout_seconds)
        yield
    finally:
        os.close(descriptor)


def _wait_for(descriptor: int, folder: Path, timeout_seconds: float) -> None:
    deadline = time.monotonic() + timeout_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise
            if time.monotonic() >= deadline:
                raise StoreBusy(folder, timeout_seconds) from error
            time.sleep(_POLL_SECONDS)
        else:
            return


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Say in one sentence that the disk is full or the folder may not be written."""
    try:
        yield
    except OSError as error:
        raise StoreUnwritable(folder, error.strerror or str(error)) from error
