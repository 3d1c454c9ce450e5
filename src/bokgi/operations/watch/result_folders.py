"""Whether every completed run still has the folder of its result: all of them, where the hashes are of the newest alone."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from time import sleep
from typing import Any

from bokgi.errors.base import BokgiError
from bokgi.operations.evidence_log import Record
from bokgi.operations.record_kinds import Kind
from bokgi.operations.watch.kept_results import run_rows

GONE = "folders_gone"
SECOND_LOOK_SECONDS = 1.0
"""A run that is deleted at the moment of the first look has neither folder nor row by then."""


def folders_gone(records_url: str, home: Path, wait: Callable[[float], None] = sleep) -> frozenset[str]:
    """Ids of completed runs in the database whose results are not under `home/results`.

    Raises
    ------
    DatabaseUnavailable
    """
    with run_rows(records_url) as rows:
        gone = _without_folder(rows.completed_ids(), home)
        if gone:
            wait(SECOND_LOOK_SECONDS)
            gone = _without_folder(gone & rows.completed_ids(), home)
    return gone


def _without_folder(ids: frozenset[str], home: Path) -> frozenset[str]:
    from bokgi.reports.result_files import standing

    place = home / "results"
    seen = {each.name for each in place.iterdir()} if place.is_dir() else set()
    return frozenset(run for run in ids - seen if not _stands(standing, place / run))


def _stands(standing: Callable[[Path], Path], folder: Path) -> bool:
    """Whether a result that is not in its place is aside, because it is being replaced."""
    try:
        standing(folder)
    except BokgiError:
        return False
    return True


def recorded_gone(records: Iterable[Record]) -> frozenset[str]:
    """What was gone already when the release was planned."""
    checks = [record.facts.get("seen") for record in records if record.kind is Kind.CHECK]
    lists: list[Any] = [seen.get(GONE) for seen in checks if isinstance(seen, Mapping)]
    return frozenset(str(run) for found in lists if isinstance(found, list | tuple) for run in found)
