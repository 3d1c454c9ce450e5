"""What runs: how long its Python is still mended, and whether its processes use libraries that were replaced on the disk since.

Convention: an update helps a process only after its next start; the system says of each mapped file whether it is still the one on the
disk (`(deleted)` in `/proc/<pid>/maps`).
"""

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from importlib.resources import files
from pathlib import Path

from bokgi.operations.security.finding import Finding, found, not_checked

PYTHON, RUNNING = "python", "running"
SOON_DAYS = 92
"""An end of support that comes before the next check is told now."""
_GONE = " (deleted)"
_CODE = (".so", ".so.")


def last_days() -> Mapping[str, date]:
    """Until when each version of Python gets security repairs."""
    text = (files("bokgi.operations.security") / "python_support.csv").read_text("utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {row["version"]: date.fromisoformat(row["last_day"]) for row in rows}


def check_python(version: str, today: date) -> Finding:
    """Whether the interpreter is still mended, and goes on to be until the next check."""
    series = ".".join(version.split(".")[:2])
    last = last_days().get(series)
    if last is None:
        return not_checked(PYTHON, f"nothing is known of Python {series}", version=version)
    left = (last - today).days
    problems = [f"Python {series} gets repairs until {last}, {left} days from now"] if left < SOON_DAYS else []
    return found(PYTHON, problems, version=version, last_day=last.isoformat(), days_left=left)


def check_running(processes: Mapping[str, int], proc: Path = Path("/proc")) -> Finding:
    """Libraries of our processes that are not those on the disk any more.

    processes : process ids by name
    """
    problems: list[str] = []
    looked = []
    for name, pid in processes.items():
        try:
            maps = (proc / str(pid) / "maps").read_text("utf-8", "replace")
        except OSError as error:
            return not_checked(RUNNING, f"{name}: {type(error).__name__}: {error}"[:300])
        looked.append(name)
        problems += [f"{name} runs {path}, which was replaced; start it anew" for path in sorted(set(replaced(maps)))]
    return found(RUNNING, problems, processes=looked) if looked else not_checked(RUNNING, "there is no process to look at")


def replaced(maps: str) -> Iterator[str]:
    """Libraries that a process has mapped and whose files have gone or were replaced."""
    for line in maps.splitlines():
        columns = line.split(maxsplit=5)
        if len(columns) == 6 and columns[5].endswith(_GONE):
            path = columns[5].removesuffix(_GONE)
            if path.endswith(_CODE[0]) or _CODE[1] in Path(path).name:
                yield path
