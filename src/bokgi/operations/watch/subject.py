"""What is watched: a service at its address, its processes, the folders that it writes, its logs and its results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bokgi.operations.feedback.reading import FeedbackSource
from bokgi.operations.smoke import Target


@dataclass(frozen=True)
class Subject:
    """A service as the watch sees it.

    Attributes
    ----------
    processes : process ids by name; their sizes are measured
    written_paths : folders whose disks must not become full
    log_files : files, or folders of `*.log`; exactly what is written there during the watch is read
    home : folder with `results/`, whose files are hashed anew; None where it cannot be read from here
    records_url : database of the rows; None where it cannot be asked from here
    feedback : places that are read at each sample
    recorded : hashes of results as they were recorded earlier in the release
    gone : completed runs whose folders were gone when the release was planned
    removed : runs that were deleted since then, or whose time was over
    unwatched_since : the switch, or the last sample before an interruption; what the log says from there on counts in the first sample
    """

    target: Target
    processes: Mapping[str, int]
    written_paths: Sequence[Path]
    log_files: Sequence[Path]
    home: Path | None = None
    records_url: str | None = None
    feedback: Sequence[FeedbackSource] = ()
    recorded: Mapping[str, str] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    unwatched_since: datetime | None = None
