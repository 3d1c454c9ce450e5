"""Downloads, rendered in one child process so that the process that answers HTTP never computes.

Convention: a rendered file is kept in `<home>/downloads` under the id and hash of its result; an equal request is answered with the
same file. Files that were not asked for in a week are removed.
"""

import os
import re
import signal
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path

from bokgi.errors.base import Language
from bokgi.errors.service import FormatUnknown

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
}
KEPT_SECONDS = 7 * 24 * 3600
NICE = 10


@dataclass(frozen=True, slots=True)
class DownloadFile:
    """A file ready to be sent."""

    path: Path
    media_type: str
    file_name: str


class Rendering:
    """Renders one file at a time; equal requests wait for the same work."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "downloads"
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def download(self, backtest_id: str, result_folder: Path, result_hash: str, file_format: str, language: Language) -> DownloadFile:
        """The file of a stored result.

        Raises
        ------
        FormatUnknown, ResultBroken, ResultUnwritable
        """
        if file_format not in MEDIA_TYPES:
            raise FormatUnknown(file_format, tuple(MEDIA_TYPES))
        name = f"{backtest_id}-{re.sub('[^0-9a-f]', '', result_hash)[:16]}.{language}.{file_format}"
        path = self._folder / name
        with self._lock:
            if path.exists():
                os.utime(path)
            else:
                self._render(result_folder, file_format, language, path)
        return DownloadFile(path, MEDIA_TYPES[file_format], f"backtest-trades-{backtest_id}.{file_format}")

    def forget(self, backtest_id: str) -> None:
        """Remove the files of a run."""
        for path in self._folder.glob(f"{backtest_id}-*"):
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """End the child process."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _render(self, result_folder: Path, file_format: str, language: Language, path: Path) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        remove_unused(self._folder, time.time())
        try:
            self._started().submit(render_file, result_folder, file_format, language, path).result()
        except BrokenProcessPool:  # the child was killed; a new one tries once more
            self._pool = None
            self._started().submit(render_file, result_folder, file_format, language, path).result()

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"), initializer=_begin)
        return self._pool


def render_file(result_folder: Path, file_format: str, language: Language, path: Path) -> None:
    """Write one download in one step or not at all; runs in the child process."""
    from bokgi.reports.downloads import render
    from bokgi.reports.result_folder import read_result

    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        temporary.write_bytes(render(read_result(result_folder), file_format, language).content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def remove_unused(folder: Path, now: float) -> None:
    """Remove files that nobody asked for in a week."""
    for path in folder.iterdir():
        if path.is_file() and now - path.stat().st_mtime > KEPT_SECONDS:
            path.unlink(missing_ok=True)


def _begin() -> None:
    """Leave the processor to others, and end with the parent even when it is killed: the pool itself would wait for ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's matter, which then ends the pool
    os.nice(NICE)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
