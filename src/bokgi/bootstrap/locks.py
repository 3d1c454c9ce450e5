"""One service a folder, one process a worker: locks that the system itself lets go when their holder ends, however it ends.

Convention: `<home>/locks/serve.lock` and `<home>/locks/<worker_id>.lock`. The lock is `flock` on the file; its content only says who holds
it. A file that stays behind means nothing.
"""

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from bokgi.errors.processes import ServiceAlreadyRunning, WorkerIdTaken

SERVE = "serve.lock"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock; host and port are those of the service, empty and 0 for a worker."""

    pid: int
    host: str = ""
    port: int = 0
    since: str = ""

    @classmethod
    def me(cls, host: str = "", port: int = 0) -> "Holder":
        """The process that asks, now."""
        return cls(os.getpid(), host, port, datetime.now(UTC).isoformat(timespec="seconds"))


class Lock:
    """A lock that is held; closing it, or the end of the process, lets it go."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    def fileno(self) -> int:
        """Its descriptor; a process that inherits it holds the lock too."""
        return self._descriptor

    def write(self, holder: Holder) -> None:
        """Say who holds it."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, json.dumps(asdict(holder)).encode(), 0)

    def close(self) -> None:
        """Let it go; twice does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def take_service_lock(home: Path, holder: Holder) -> Lock:
    """Be the one service of a folder.

    Raises
    ------
    ServiceAlreadyRunning
    """
    path = home / "locks" / SERVE
    lock = _taken(path)
    if lock is None:
        other = holder_of(path)
        raise ServiceAlreadyRunning(str(home), other.pid, other.host, other.port, other.since)
    lock.write(holder)
    return lock


def take_worker_lock(home: Path, worker_id: str) -> Lock:
    """Be the one process of a worker's name.

    Raises
    ------
    WorkerIdTaken
    """
    path = home / "locks" / f"{worker_id}.lock"
    lock = _taken(path)
    if lock is None:
        raise WorkerIdTaken(worker_id, holder_of(path).pid)
    lock.write(Holder.me())
    return lock


def take_free_worker_lock(home: Path, base: str, limit: int = 1000) -> tuple[str, Lock]:
    """The first name `base1`, `base2` ... that no living worker has."""
    for number in range(1, limit):
        lock = _taken(home / "locks" / f"{base}{number}.lock")
        if lock is not None:
            lock.write(Holder.me())
            return f"{base}{number}", lock
    raise WorkerIdTaken(f"{base}{limit}", 0)


def holder_of(path: Path) -> Holder:
    """Who wrote into a lock file last; process 0 where nobody has."""
    try:
        return Holder(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # the holder is just writing it
        return Holder(0)


def _taken(path: Path) -> Lock | None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return Lock(path, descriptor)
