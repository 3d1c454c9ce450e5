"""Errors in everything that was logged since an instant, by class: files in use, moved away and compressed ones."""

import gzip
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from bokgi.operations.log_agreement import REQUESTS
from bokgi.operations.watch.written_log import CLASSES, classes_of, event_of, is_request, removed_runs
from bokgi.reports.formats import utc_text


def counted_since(places: Sequence[Path], since: datetime) -> Mapping[str, int]:
    """Lines by class, and requests; a line that does not say when it was written counts, too."""
    counts = Counter(dict.fromkeys((*CLASSES, REQUESTS), 0))
    for event in _events_since(places, since):
        counts.update(classes_of(event))
        counts[REQUESTS] += is_request(event)
    return counts


def removed_since(places: Sequence[Path], since: datetime) -> frozenset[str]:
    """Runs that were deleted or whose time was over."""
    return frozenset(run for event in _events_since(places, since) for run in removed_runs(event))


def _events_since(places: Sequence[Path], since: datetime) -> Iterator[Mapping[str, Any] | None]:
    first = utc_text(since)
    for path in _files(places):
        if path.stat().st_mtime < since.timestamp():
            continue
        for line in _lines(path):
            event = event_of(line)
            if event is None or str(event.get("at", "~")) >= first:
                yield event


def _files(places: Sequence[Path]) -> Iterator[Path]:
    for place in places:
        pattern = "*.log*" if place.is_dir() else f"{place.name}*"
        yield from sorted(path for path in (place if place.is_dir() else place.parent).glob(pattern) if path.is_file())


def _lines(path: Path) -> Iterator[bytes]:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        yield from file
