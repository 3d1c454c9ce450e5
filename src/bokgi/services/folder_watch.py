"""A folder whose new and changed files are imported as they come: by `bokgi data watch`, or by the rounds of a worker.

Convention: a file is taken when its size and time stayed the same between two looks; what was taken, or refused, is not looked at again
until it changes. The memory lies in `<home>/watched.json`. Files of the folder are read and never touched.
"""

import json
import logging
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from bokgi.data.store_files import write_atomically, writer_lock
from bokgi.errors.store import StoreBusy
from bokgi.jobs.port import Job, JobQueue
from bokgi.records.imports import ImportRows
from bokgi.services.data_library import IMPORT, new_upload

PROFILE = "default"
LOOK_SECONDS = 5.0
Mark = tuple[int, int]
"""Size and time of change [ns]."""
_log = logging.getLogger(__name__)


def marks_in(folder: Path) -> dict[str, Mark]:
    """Files of the folder and its subfolders, hidden ones left out."""
    found = {}
    for path in sorted(folder.rglob("*")):
        try:
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
                facts = path.stat()
                found[str(path.resolve())] = (facts.st_size, facts.st_mtime_ns)
        except OSError as error:  # it went away, or nobody may look at it
            _log.warning("a file of the watched folder cannot be looked at: %a", error)
    return found


def take_new(home: Path, files: dict[str, Mark], take: Callable[[Path], object]) -> int:
    """Give each file that was not seen like this before to `take`, and remember it then; says how many there were."""
    memory = home / "watched.json"
    seen = {path: tuple(mark) for path, mark in json.loads(memory.read_text("utf-8")).items()} if memory.exists() else {}
    count = 0
    for path, mark in files.items():
        if seen.get(path) == mark:
            continue
        try:
            take(Path(path))
            count += 1
        except (UnicodeError, PermissionError) as error:  # the same at every look, until somebody changes the file
            _log.warning("a file of the watched folder cannot be imported: %a: %a", path, error)
        except OSError as error:  # a full disk, a file that went away: it is looked at again
            _log.warning("a file of the watched folder waits: %a: %a", path, error)
            continue
        seen[path] = mark
        content = json.dumps(seen)  # plain ASCII: names may hold bytes that are no text
        write_atomically(home, lambda temporary, text=content: temporary.write_text(text, "utf-8"), lambda _: memory.name)  # type: ignore[misc]  # a default binds the text
    return count


class FolderWatch:
    """The watched folder of one installation; of several workers one looks at a time."""

    def __init__(
        self, home: Path, folder: Path | None, rows: ImportRows, queue: JobQueue, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._home, self._folder, self._rows, self._queue, self._clock = home, folder, rows, queue, clock
        self._before: dict[str, Mark] = {}
        self._looked_at = float("-inf")
        self._is_absent = False

    def look(self) -> int:
        """Queue an import of every file that is new and stays as it is; says how many were."""
        if self._folder is None or self._clock() - self._looked_at < LOOK_SECONDS:
            return 0
        self._looked_at = self._clock()
        if not self._folder.is_dir():
            if not self._is_absent:
                _log.warning("the watched folder %s is not there", self._folder)
            self._is_absent = True
            return 0
        self._is_absent = False
        now = marks_in(self._folder)
        steady = {path: mark for path, mark in now.items() if self._before.get(path) == mark}
        self._before = now
        try:
            with writer_lock(self._home / "watch", 0.0):
                return take_new(self._home, steady, self._queued)
        except StoreBusy:
            return 0

    def _queued(self, path: Path) -> None:
        """A copy is imported: an import removes its upload when it is done.

        Raises
        ------
        UnicodeEncodeError
            The name is no text, as after unpacking an archive of another system.
        OSError
        """
        path.name.encode()
        copy = new_upload(self._home, path.name)
        shutil.copyfile(path, copy)
        row = self._rows.add(PROFILE, path.name, str(copy), {}, copy.stat().st_size)
        self._queue.enqueue(Job(row.id, IMPORT, {}))
