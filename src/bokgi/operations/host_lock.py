"""The lock of a host: one release at a time. A folder is made, which the system lets only one process do.

Convention: the lock outlives a process that is killed, because its release is then unfinished; `resume` and `abort` take it over, and so
does who breaks it. Both are recorded. Whoever looks at the lock to take it, take it over or give it back is alone in doing so: a second
lock of the system guards these moments, and goes with its process. Nobody removes a lock that is another's.
"""

import fcntl
import getpass
import json
import os
import platform
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from bokgi.errors.releases import ReleaseLocked
from bokgi.operations.evidence_log import write_synced
from bokgi.operations.slots.slot_state import is_running, started_at

LOCK_NAME, HOLDER_NAME, GUARD_NAME = "lock", "holder.json", "lock.guard"


@dataclass(frozen=True, slots=True)
class LockHolder:
    """Who works on the host, since when and on what."""

    operator: str
    what: str
    pid: int
    started: float
    host: str
    since: str

    @classmethod
    def me(cls, what: str) -> Self:
        """The process that asks."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return cls(operator_name(), what, os.getpid(), started_at(os.getpid()), platform.node(), now)

    @property
    def is_alive(self) -> bool:
        """Whether that process still runs; one of another machine is taken for alive."""
        return self.host != platform.node() or is_running(self.pid, self.started)


def operator_name() -> str:
    """Who this process works for, as the system knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


class HostLock:
    """A lock that is held.

    Attributes
    ----------
    broken : who held it before, where it was taken from somebody
    """

    def __init__(self, root: Path, what: str, *, takes_dead: bool = False, breaks: bool = False) -> None:
        self._place = root / LOCK_NAME
        self.holder = LockHolder.me(what)
        self.broken: LockHolder | None = None
        with _guarded(root):
            try:
                self._place.mkdir()
            except FileExistsError:
                self.broken = _taken_from(root, takes_dead=takes_dead, breaks=breaks)
            self._write(self.holder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Give the lock back: to nobody, or to whom it was taken from and who still lives; one that was taken from here stays."""
        with _guarded(self._place.parent):
            if holder_of(self._place.parent) != self.holder:
                return
            if self.broken is not None and self.broken.is_alive:
                self._write(self.broken)
            else:
                shutil.rmtree(self._place, ignore_errors=True)

    def _write(self, holder: LockHolder) -> None:
        write_synced(self._place / HOLDER_NAME, json.dumps(asdict(holder)).encode())


@contextmanager
def _guarded(root: Path) -> Iterator[None]:
    """Alone with the lock for a moment."""
    guard = os.open(root / GUARD_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(guard, fcntl.LOCK_EX)
        yield
    finally:
        os.close(guard)


def _taken_from(root: Path, *, takes_dead: bool, breaks: bool) -> LockHolder | None:
    """Who loses the lock; None where a kill came before a name was written.

    Raises
    ------
    ReleaseLocked
    """
    other = holder_of(root)
    if other is not None and not breaks and (other.is_alive or not takes_dead):
        raise ReleaseLocked(other.operator, other.what, other.pid, other.host, other.since)
    return other


def holder_of(root: Path) -> LockHolder | None:
    """Who holds the lock of a host; None where nobody does, or a kill came before the name was written."""
    try:
        return LockHolder(**json.loads((root / LOCK_NAME / HOLDER_NAME).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
