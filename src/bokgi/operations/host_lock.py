"""The lock of a host: one release at a time. A folder is made, which the system lets only one process do.

Convention: the lock outlives a process that is killed, because its release is then unfinished; `resume` and `abort` take it over, and so
does who breaks it. Both are recorded.
"""

import getpass
import json
import os
import platform
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from bokgi.errors.releases import ReleaseLocked
from bokgi.operations.evidence_log import write_synced
from bokgi.operations.slots.slot_state import is_running, started_at

LOCK_NAME, HOLDER_NAME = "lock", "holder.json"


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
        try:
            self._place.mkdir()
        except FileExistsError:
            other = holder_of(root)
            if other is not None and not breaks and (other.is_alive or not takes_dead):
                raise ReleaseLocked(other.operator, other.what, other.pid, other.host, other.since) from None
            self.broken = other
        write_synced(self._place / HOLDER_NAME, json.dumps(asdict(self.holder)).encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        shutil.rmtree(self._place, ignore_errors=True)


def holder_of(root: Path) -> LockHolder | None:
    """Who holds the lock of a host; None where nobody does, or a kill came before the name was written."""
    try:
        return LockHolder(**json.loads((root / LOCK_NAME / HOLDER_NAME).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
