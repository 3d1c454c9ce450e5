"""The evidence logs of a host: one folder for each attempt to release a tag, numbered in order.

Convention: a release is unfinished while its log has no `ended` record. A phase is finished when its seal is there.
"""

from dataclasses import dataclass
from pathlib import Path

from bokgi.errors.operations import EvidenceAbsent
from bokgi.operations.evidence_log import LOG_NAME, Record
from bokgi.operations.record_kinds import Kind
from bokgi.operations.repository import Tagged
from bokgi.operations.seals import SEALS_NAME


@dataclass(frozen=True, slots=True)
class Attempt:
    """A log that is there, read once."""

    folder: Path
    records: tuple[Record, ...]

    @property
    def begun(self) -> Record:
        return self.records[0]

    @property
    def tagged(self) -> Tagged:
        """What was to be released."""
        facts = self.begun.facts
        return Tagged(str(facts["tag"]), str(facts["commit"]), str(facts["tree"]))

    @property
    def outcome(self) -> str | None:
        """How it ended; None while it has not."""
        ended = self.last(Kind.ENDED)
        return None if ended is None else str(ended.facts["outcome"])

    @property
    def phases(self) -> tuple[str, ...]:
        """Phases that were finished, in order."""
        seals = sorted((self.folder / SEALS_NAME).glob("*.json"))
        return tuple(path.stem.split("-", 1)[1] for path in seals)

    def last(self, kind: Kind) -> Record | None:
        """The last record of a kind."""
        return next((record for record in reversed(self.records) if record.kind is kind), None)


def read_attempt(folder: Path) -> Attempt | None:
    """The attempt in a folder; None where a kill came before its first record."""
    try:
        lines = (folder / LOG_NAME).read_bytes().split(b"\n")[:-1]
    except OSError:
        return None
    records = tuple(Record.from_line(line) for line in lines)
    return Attempt(folder, records) if records else None


def attempts(evidence: Path) -> list[Attempt]:
    """All attempts of a host, the oldest first."""
    found = (read_attempt(folder) for folder in sorted(evidence.glob("[0-9]*-*")))
    return [attempt for attempt in found if attempt is not None]


def unfinished(evidence: Path) -> Attempt | None:
    """The attempt that was interrupted, if there is one."""
    return next((attempt for attempt in reversed(attempts(evidence)) if attempt.outcome is None), None)


def latest_of(evidence: Path, name: str) -> Attempt:
    """The last attempt of a release.

    Raises
    ------
    EvidenceAbsent
    """
    for attempt in reversed(attempts(evidence)):
        if attempt.tagged.name == name:
            return attempt
    raise EvidenceAbsent(str(evidence / name), LOG_NAME)


def new_folder(evidence: Path, name: str) -> Path:
    """Folder for another attempt."""
    numbers = [int(folder.name.split("-")[0]) for folder in evidence.glob("[0-9]*-*")]
    return evidence / f"{max(numbers, default=0) + 1:04}-{name}"
