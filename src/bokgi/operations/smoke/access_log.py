"""Whether the service itself wrote down the requests that a probe made.

Convention: a line of the log is JSON with `request_id`. Files that were moved away meanwhile (`name.log.<something>`) are read, too; the
log may be a moment late, so it is looked at again for a while.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from time import monotonic, sleep

from bokgi.operations.smoke.step_judge import Problem

PATIENCE_SECONDS = 3.0
PAUSE_SECONDS = 0.05
TAIL_BYTES = 64 << 20


def log_problems(path: Path, request_ids: Sequence[str], patience_seconds: float = PATIENCE_SECONDS) -> Iterator[Problem]:
    """Which ids are in no line of the access log."""
    if not request_ids:
        yield Problem("access_log", "requests to look for", "none were answered")
        return
    ends = monotonic() + patience_seconds
    while missing := set(request_ids) - logged_ids(path):
        if monotonic() > ends:
            yield Problem("access_log", f"all {len(request_ids)} requests", f"{len(missing)} are not in {path.name}: {min(missing)}")
            return
        sleep(PAUSE_SECONDS)


def logged_ids(path: Path) -> set[str]:
    """Ids of the access lines at the end of a log."""
    lines = (
        line for each in (*path.parent.glob(f"{path.name}.*"), path) if each.is_file() and each.suffix != ".gz" for line in _lines(each)
    )
    return set(_ids(lines))


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - TAIL_BYTES))
        yield from file


def _ids(lines: Iterable[bytes]) -> Iterator[str]:
    for line in lines:
        if b'"bokgi.access"' not in line:
            continue
        try:
            yield str(json.loads(line)["request_id"])
        except (ValueError, KeyError, TypeError):
            continue
