"""Files of searches that belong to nothing any more: a process that is killed between a row and its folder leaves them.

Convention: only what is old goes, by the time of its last change, for what is young may be in the making.
"""

import logging
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from bokgi.data.store_files import TEMPORARY_PREFIX
from bokgi.services.search_parts import FOLDER, remove_search

FOLDER_AGE = timedelta(hours=1)
TEMPORARY_AGE = timedelta(days=1)
"""A part's trials have a temporary name until its last stock is searched."""
_log = logging.getLogger(__name__)


def remove_leftovers(home: Path, is_known: Callable[[str], bool], now: datetime) -> None:
    """Remove folders of searches that have no row, and files that a worker was writing when it was killed."""
    for path in sorted((home / FOLDER).glob("se-*")):
        if not is_known(path.name) and _is_old(path, now, FOLDER_AGE):
            remove_search(home, path.name)
            _log.info("the files of search %s were removed: it has no row", path.name)
    for path in _temporary(home / FOLDER):
        if _is_old(path, now, TEMPORARY_AGE):
            _remove(path)


def _temporary(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.glob(f"{TEMPORARY_PREFIX}*"))
    yield from sorted(folder.glob(f"se-*/{TEMPORARY_PREFIX}*"))


def _is_old(path: Path, now: datetime, age: timedelta) -> bool:
    """Whether nothing in it was changed for so long; what is gone meanwhile is not old."""
    try:
        changed = max(each.stat().st_mtime for each in (path, *path.rglob("*")))
    except FileNotFoundError:
        return False
    return now.timestamp() - changed > age.total_seconds()


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
