"""Whether somebody works on a home folder, and how to keep others away for a while.

Convention: the service and every worker hold a `flock` on a file in `<home>/locks`; who can take all of them is alone. The system lets go
of them when a process ends, however it ends.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bokgi.errors.backup import BackupRunning, HomeInUse

SERVE, BACKUP = "serve.lock", "backup.lock"


@contextmanager
def sole_backup(home: Path) -> Iterator[None]:
    """Be the only backup or restore of a home folder; the service goes on beside.

    Raises
    ------
    BackupRunning
    """
    with ExitStack() as held:
        if not _take(home / "locks" / BACKUP, held):
            raise BackupRunning(str(home))
        yield


@contextmanager
def sole_user(home: Path) -> Iterator[None]:
    """Keep the service and all workers from starting.

    Raises
    ------
    HomeInUse
        One of them runs.
    """
    with ExitStack() as held:
        locks = {home / "locks" / SERVE, *(home / "locks").glob("*.lock")} - {home / "locks" / BACKUP}
        for path in sorted(locks):
            if not _take(path, held):
                raise HomeInUse(str(home), path.stem)
        yield


def _take(path: Path, held: ExitStack) -> bool:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    held.callback(os.close, descriptor)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
