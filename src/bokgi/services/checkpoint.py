"""Finished parts of a run in a folder, so that a run whose process was ended goes on with the rest.

Convention: each write is one file, whole or not there (written under a temporary name, synced, renamed), named after the SHA-256 of its
content. It begins with the key of the run; a file of another key, of another content than its name, or of another form, is no part of
this run: what it held is computed again. Only the process that computes the run writes; nobody else reads while it does.
"""

import io
import time
from collections.abc import Callable, Sequence
from dataclasses import fields
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bokgi.data.store_files import remove_leftovers, write_atomically, writing
from bokgi.engine.kernel_layout import TRADE
from bokgi.engine.parts import Part

WRITE_SECONDS = 0.5
"""Parts are gathered for this long before they are written."""
SUFFIX = ".parts"
_FORM = b"bokgi parts 1\n"
_BOUNDS = ("first", "end")
_ARRAYS = tuple(entry.name for entry in fields(Part) if entry.name not in _BOUNDS)
_WHOLE = ("counts", "late", "held", "traded_bars")


class PartFiles:
    """The parts of one run in a folder of its own. Making one reads and writes nothing.

    clock : seconds that only grow
    """

    def __init__(self, folder: Path, *, write_seconds: float = WRITE_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self.folder = Path(folder)
        self._key = ""
        self._write_seconds, self._clock = write_seconds, clock
        self._written_at = clock()
        self._gathered: list[Part] = []

    def bind(self, key: str) -> None:
        """Say to which run the parts belong."""
        self._key = key

    def read(self) -> Sequence[Part]:
        """Parts of this run that are whole, in panel order. What is of no use is removed."""
        found: dict[int, Part] = {}
        for path in sorted(self.folder.glob(f"*{SUFFIX}")):
            parts = _parts_in(path, self._key)
            if not parts:
                path.unlink(missing_ok=True)
            found |= {part.first: part for part in parts}
        remove_leftovers(self.folder)
        return [found[first] for first in sorted(found)]

    def write(self, part: Part) -> None:
        """Gather a part; write what is gathered once that is half a second old.

        Raises
        ------
        StoreUnwritable
            The disk is full, or the folder may not be written.
        """
        self._gathered.append(part)
        if self._clock() - self._written_at >= self._write_seconds:
            self.flush()

    def flush(self) -> None:
        """Write what is gathered now."""
        if not self._gathered:
            return
        content = _content(self._gathered, self._key)
        name = f"{sha256(content).hexdigest()}{SUFFIX}"
        with writing(self.folder):
            write_atomically(self.folder, lambda path: path.write_bytes(content), lambda _: name)
        self._gathered.clear()
        self._written_at = self._clock()


def _content(parts: Sequence[Part], key: str) -> bytes:
    content = io.BytesIO()
    content.write(_FORM + key.encode() + b"\n")
    for part in parts:
        _write(content, np.array([part.first, part.end], dtype=np.int64))
        for name in _ARRAYS:
            _write(content, getattr(part, name))
    return content.getvalue()


def _write(content: io.BytesIO, array: NDArray[Any]) -> None:
    np.lib.format.write_array(content, np.ascontiguousarray(array), allow_pickle=False)


def _parts_in(path: Path, key: str) -> list[Part]:
    """Parts of a file; none where it is not what was written for this run."""
    content = path.read_bytes()
    head = _FORM + key.encode() + b"\n"
    if sha256(content).hexdigest() != path.name.removesuffix(SUFFIX) or not content.startswith(head):
        return []
    opened, parts = io.BytesIO(content), []
    opened.seek(len(head))
    while opened.tell() < len(content):
        first, end = _read(opened).tolist()
        arrays: dict[str, Any] = {name: _read(opened).astype(_dtype(name), copy=False) for name in _ARRAYS}
        parts.append(Part(first=first, end=end, **arrays))
    return parts


def _dtype(name: str) -> np.dtype[Any]:
    return TRADE if name == "trades" else np.dtype(np.int64 if name in _WHOLE else np.float64)


def _read(content: io.BytesIO) -> NDArray[Any]:
    array: NDArray[Any] = np.lib.format.read_array(content, allow_pickle=False)
    return array
