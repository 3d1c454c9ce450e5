"""The evidence logs of a host: one folder for each attempt to release a tag, numbered in order.

Convention: a release is unfinished while its log has no `ended` record. A phase is finished when its seal is there. A log with a damaged
line is read up to that line and says so; nothing goes on from it, and it stands in the way of nothing.
"""

from dataclasses import dataclass
from pathlib import Path

from bokgi.errors.operations import EvidenceAbsent
from bokgi.operations.evidence_log import FIRST_PREV, LOG_NAME, Record, following, hash_of
from bokgi.operations.record_kinds import Kind
from bokgi.operations.repository import Tagged
from bokgi.operations.seals import SEALS_NAME


@dataclass(frozen=True, slots=True)
class Damage:
    """The first line of a log that cannot be believed, by its number from 1, and why."""

    place: Path
    line: int
    problem: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """A log that is there, read once; with a damage, the records before it."""

    folder: Path
    records: tuple[Record, ...]
    damage: Damage | None = None

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
    records, prev = [], FIRST_PREV
    for seq, line in enumerate(lines):
        try:
            records.append(_first(following(line, seq, prev)) if seq == 0 else following(line, seq, prev))
        except ValueError as error:
            return Attempt(folder, tuple(records), Damage(folder / LOG_NAME, seq + 1, str(error)))
        prev = hash_of(line)
    return Attempt(folder, tuple(records)) if records else None


def _first(record: Record) -> Record:
    if record.kind is not Kind.BEGUN or not {"tag", "commit", "tree"} <= record.facts.keys():
        raise ValueError("it does not say what was begun")
    return record


def all_attempts(evidence: Path) -> list[Attempt]:
    """All attempts of a host, the oldest first; one whose log is damaged at its first line has no records."""
    found = (read_attempt(folder) for folder in sorted(evidence.glob("[0-9]*-*")))
    return [attempt for attempt in found if attempt is not None]


def attempts(evidence: Path) -> list[Attempt]:
    """The attempts of which something can be read."""
    return [attempt for attempt in all_attempts(evidence) if attempt.records]


def damages(evidence: Path) -> list[Damage]:
    """What is damaged in the logs of a host."""
    return [attempt.damage for attempt in all_attempts(evidence) if attempt.damage is not None]


def unfinished(evidence: Path) -> Attempt | None:
    """The attempt that was interrupted, if there is one; nobody can go on with a damaged log."""
    return next((each for each in reversed(attempts(evidence)) if each.outcome is None and each.damage is None), None)


def latest_of(evidence: Path, name: str) -> Attempt:
    """The last attempt of a release that came to take the traffic.

    Raises
    ------
    EvidenceAbsent
    """
    found = switched(evidence, name)
    if found is None:
        raise EvidenceAbsent(str(evidence / name), LOG_NAME)
    return found


def switched(evidence: Path, name: str) -> Attempt | None:
    """The last attempt of a release that came to take the traffic; else one that may have, since its log is damaged or a kill came first.

    A plan never does.
    """
    own = [attempt for attempt in reversed(attempts(evidence)) if attempt.tagged.name == name]
    took = [attempt for attempt in own if attempt.last(Kind.SWITCH) is not None]
    may_have = [attempt for attempt in own if attempt.damage is not None]
    tried = [attempt for attempt in own if attempt.begun.facts.get("goal") in ("deploy", "run")]
    return next(iter([*took, *may_have, *tried]), None)


def new_folder(evidence: Path, name: str) -> Path:
    """Folder for another attempt."""
    numbers = [int(folder.name.split("-")[0]) for folder in evidence.glob("[0-9]*-*")]
    return evidence / f"{max(numbers, default=0) + 1:04}-{name}"
