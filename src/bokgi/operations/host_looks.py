"""Every look at the service that the logs of a host hold, over all its releases: what a month is spoken of by.

Convention: only records that are believed count; how many are not is said beside them. A log that nobody wrote to in the time is left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from securesystemslib.signer import SSlibKey

from bokgi.operations.evidence_log import LOG_NAME, Record
from bokgi.operations.log_agreement import REQUESTS
from bokgi.operations.performance import COUNTS, RUN_SECONDS, Look
from bokgi.operations.policy import values_of
from bokgi.operations.record_kinds import Kind
from bokgi.operations.report.words import SEOUL
from bokgi.operations.verification import verified

LOOKS = (Kind.DAILY, Kind.SAMPLE)


@dataclass(frozen=True, slots=True)
class HostLooks:
    """looks : in the order of their logs

    sources : name of each log with the number of looks that were taken from it, and of those that are not believed
    """

    looks: tuple[Look, ...]
    sources: tuple[Mapping[str, Any], ...]

    def between(self, since: date, until: date) -> list[Look]:
        """Looks of the days [since, until)."""
        return [look for look in self.looks if since <= look.day < until]


def read_looks(evidence: Path, key: SSlibKey, since: date, until: date) -> HostLooks:
    """Looks of the days [since, until) in all logs below a folder."""
    looks: list[Look] = []
    sources = []
    for place in sorted(evidence.glob(f"[0-9]*-*/{LOG_NAME}")):
        if datetime.fromtimestamp(place.stat().st_mtime, SEOUL).date() < since:
            continue
        read = verified(place.parent, key)
        found = [record for record in read.of_kind(*LOOKS) if since <= _day(record) < until]
        believed = [record for record in found if read.is_believed(record)]
        looks += map(look_of, believed)
        if found:
            sources.append({"log": place.parent.name, "looks": len(believed), "not_believed": len(found) - len(believed)})
    return HostLooks(tuple(looks), tuple(sources))


def look_of(record: Record) -> Look:
    """What a daily check or a sample of a watch says of levels and counts."""
    levels = {name: value for name, value in values_of(record.facts).items() if value is not None and name not in COUNTS}
    run = record.facts.get("small_run")
    if isinstance(run, Mapping) and run.get("status") == "completed" and isinstance(run.get("seconds"), int | float):
        levels[RUN_SECONDS] = float(run["seconds"])
    return Look(_day(record), levels, dict(_counts(record)))


def _counts(record: Record) -> Iterator[tuple[str, float]]:
    """Errors beside the requests of the same time; without these they say nothing."""
    log = _mapping(_mapping(record.facts.get("seen")).get("log")) or _mapping(record.facts.get("log"))
    requests = log.get(REQUESTS)
    if isinstance(requests, int | float):
        yield REQUESTS, float(requests)
        yield from ((name, value) for name, value in values_of(record.facts).items() if name in COUNTS and value is not None)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _day(record: Record) -> date:
    return record.at.astimezone(SEOUL).date()
