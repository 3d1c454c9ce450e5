"""The machine under the service: processor, memory, disks, and the sizes of our processes.

Convention: percent of what may be used: of the control group's limit where there is one, else of the machine. The first reading of the
processor in a thread is always 0 and is thrown away in that thread.
"""

import os
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import fmean
from typing import Any, Self

import psutil

CPU_SECONDS = 15.0
GROUPS = Path("/sys/fs/cgroup")


class CpuMeter:
    """Measures in the background, so that a look of a moment is never taken for the whole time."""

    def __init__(self, every_seconds: float = CPU_SECONDS) -> None:
        self._every = every_seconds
        self._seen: list[float] = []
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._measure, name="cpu-meter", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ending.set()
        self._thread.join()

    def since_last(self) -> float | None:
        """Mean over the time since the last call; None where that was too short for a reading."""
        with self._lock:
            seen, self._seen = self._seen, []
        return fmean(seen) if seen else None

    def wait_for_one(self, limit_seconds: float) -> None:
        """Wait until there is a reading."""
        self._ending.wait(min(self._every * 1.1, limit_seconds))

    def _measure(self) -> None:
        psutil.cpu_percent(interval=None)  # the first of each thread compares with nothing
        while not self._ending.wait(self._every):
            percent = psutil.cpu_percent(interval=None)
            with self._lock:
                self._seen.append(percent)


def memory_percent(groups: Path = GROUPS) -> float:
    """Memory in use, without caches that are given back when asked for."""
    limit, used = _group_memory(groups)
    machine = float(psutil.virtual_memory().percent)
    return machine if limit is None or used is None else max(machine, 100.0 * used / limit)


def _group_memory(groups: Path) -> tuple[float | None, float | None]:
    """Limit and use of the control group [bytes]; None without a limit."""
    for limit_name, used_name, cache_word in (
        ("memory.max", "memory.current", "inactive_file"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "total_inactive_file"),
    ):
        limit, used = _number(groups / limit_name), _number(groups / used_name)
        if limit is not None and used is not None and limit < psutil.virtual_memory().total:
            return limit, max(0.0, used - _cache(groups / Path(used_name).with_name("memory.stat"), cache_word))
    return None, None


def _number(path: Path) -> float | None:
    try:
        return float(path.read_text("ascii"))
    except (OSError, ValueError):  # no such group, or `max`: no limit
        return None


def _cache(path: Path, word: str) -> float:
    try:
        rows = dict(line.split() for line in path.read_text("ascii").splitlines())
        return float(rows.get(word, 0))
    except (OSError, ValueError):
        return 0.0


def disks(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """Use of disk and inodes under each folder [percent]."""
    found = []
    for path in paths:
        facts = os.statvfs(path)
        inodes = 100.0 * (facts.f_files - facts.f_ffree) / facts.f_files if facts.f_files else 0.0
        found.append({"path": str(path), "percent": float(psutil.disk_usage(str(path)).percent), "inodes_percent": round(inodes, 2)})
    return found


def sizes_of(processes: Mapping[str, int]) -> list[dict[str, Any]]:
    """Resident memory of each process with its children's; None where it is gone."""
    return [{"name": name, "pid": pid, "rss_bytes": _size(pid)} for name, pid in processes.items()]


def _size(pid: int) -> int | None:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return None
