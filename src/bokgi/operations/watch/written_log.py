"""Errors in exactly the bytes of log that were written since the last look, by class.

Convention: a file is known by its inode, so one that was moved away is read to its end under its new name, and the one that took its
place from its beginning. A line that is not finished yet waits for the next look. A line that is no JSON is an error of the log.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bokgi.operations.log_agreement import INSTANCE, REQUESTS

SERVER_ERRORS, NOT_FOUND, ERRORS, WARNINGS, UNREADABLE = "server_errors", "not_found_on_known_paths", "errors", "warnings", "unreadable"
CLASSES = (SERVER_ERRORS, NOT_FOUND, ERRORS, WARNINGS, UNREADABLE)
ACCESS = "bokgi.access"
EXAMPLES = 5
_EXAMPLE_CHARACTERS = 500
_PAST_THEIR_TIME = "runs past their time were removed"
_RUN = re.compile(r"bt-[\w-]+")


@dataclass(frozen=True)
class Written:
    """What was written since the last look.

    Attributes
    ----------
    counts : lines by class
    size : bytes that were read
    examples : first lines of what was counted
    deleted : ids of runs that somebody deleted or whose time was over, as the log has it
    requests : lines of the access log, one for each request
    instances : requests and server errors by the process that answered them; those of older releases do not name it
    """

    counts: Mapping[str, int]
    size: int
    examples: tuple[str, ...]
    deleted: frozenset[str]
    requests: int = 0
    instances: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


class WrittenLog:
    """Follows files from where they end now."""

    def __init__(self, places: Sequence[Path]) -> None:
        self._places = places
        self._read: dict[int, int] = {path.stat().st_ino: path.stat().st_size for path in self._files()}

    def since_last(self) -> Written:
        """Read on.

        Raises
        ------
        OSError
            A file cannot be read: nothing is known of what it holds.
        """
        lines: list[bytes] = []
        size = 0
        for path in self._files():
            inode = path.stat().st_ino
            part = _whole_lines(path, self._read.get(inode, 0))
            self._read[inode] = self._read.get(inode, 0) + len(part)
            size += len(part)
            lines += part.splitlines()
        return _counted(lines, size)

    def _files(self) -> list[Path]:
        """The files, and those that were moved away from their places and not yet compressed."""
        found = [path for place in self._places for path in (sorted(place.glob("*.log")) if place.is_dir() else [place])]
        moved = [other for path in found for other in sorted(path.parent.glob(f"{path.name}.*")) if other.suffix != ".gz"]
        return [path for path in (*moved, *found) if path.is_file()]


def _whole_lines(path: Path, start: int) -> bytes:
    with path.open("rb") as file:
        if file.seek(0, 2) < start:
            start = 0  # somebody cut the file off: what is there now is new
        file.seek(start)
        content = file.read()
    return content[: content.rfind(b"\n") + 1]


def _counted(lines: Iterable[bytes], size: int) -> Written:
    counts: Counter[str] = Counter(dict.fromkeys(CLASSES, 0))
    examples: list[str] = []
    deleted: set[str] = set()
    requests = 0
    instances: dict[str, Counter[str]] = {}
    for line in lines:
        event = event_of(line)
        classes = tuple(classes_of(event))
        requests += is_request(event)
        if event is not None and is_request(event) and event.get(INSTANCE):
            seen = instances.setdefault(str(event[INSTANCE]), Counter({REQUESTS: 0, SERVER_ERRORS: 0}))
            seen.update({REQUESTS: 1, SERVER_ERRORS: SERVER_ERRORS in classes})
        deleted.update(removed_runs(event))
        for name in classes:
            counts[name] += 1
            if len(examples) < EXAMPLES:
                examples.append(line.decode("utf-8", "replace")[:_EXAMPLE_CHARACTERS])
    return Written(counts, size, tuple(examples), frozenset(deleted), requests, instances)


def event_of(line: bytes) -> Mapping[str, Any] | None:
    """The event of a line; None where it is none."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None


def is_request(event: Mapping[str, Any] | None) -> bool:
    """Whether a line is that of a request."""
    return event is not None and event.get("logger") == ACCESS


def classes_of(event: Mapping[str, Any] | None) -> Iterator[str]:
    """What a line counts as; most lines count as nothing."""
    if event is None:
        yield UNREADABLE
        return
    if is_request(event):
        status, route = event.get("status"), str(event.get("route") or "")
        if isinstance(status, int) and status >= 500:
            yield SERVER_ERRORS
        if status == 404 and route and "{" not in route:
            yield NOT_FOUND
    elif event.get("level") in ("error", "critical"):
        yield ERRORS
    elif event.get("level") == "warning":
        yield WARNINGS


def removed_runs(event: Mapping[str, Any] | None) -> Iterator[str]:
    """Runs that a line says were deleted by a person, or removed because their time was over."""
    if event is None:
        return
    if event.get("method") == "DELETE" and event.get("status") == 200 and event.get("run_id"):
        yield str(event["run_id"])
    if str(event.get("event", "")).startswith(_PAST_THEIR_TIME):
        yield from _RUN.findall(str(event["event"]))
