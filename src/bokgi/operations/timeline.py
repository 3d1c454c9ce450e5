"""The releases of a host for whoever looks at them: what was recorded, and which of it may be believed.

Convention: everything is read and verified anew at each look and nothing is written. A record below no seal yet is shown as it is, never
as proved: the running release shows samples that no seal covers until the phase ends.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from securesystemslib.signer import SSlibKey

from bokgi.errors.operations import BodyAbsent, EvidenceAbsent, RecordAbsent, ReleaseAbsent
from bokgi.operations.evidence_log import LOG_NAME, Record
from bokgi.operations.judge import Judgement, judged
from bokgi.operations.policy import Policy, read_policy
from bokgi.operations.record_kinds import Kind
from bokgi.operations.verification import Evidence, verified

RUNNING, UNKNOWN = "running", "unknown"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]{0,127}")
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Release:
    """A release by its evidence.

    Attributes
    ----------
    name : folder of the evidence
    began : the first record
    outcome : of the last record that ends it; `running` before, `unknown` where nobody may believe it
    judgement : of the watch, recomputed from its samples; None before the first
    """

    name: str
    evidence: Evidence
    began: Record
    outcome: str
    policy: Policy | None
    judgement: Judgement | None

    @property
    def ended_at(self) -> datetime | None:
        """When it ended."""
        return next((record.at for record in self.evidence.of_kind(Kind.ENDED)), None)

    @property
    def samples(self) -> list[Record]:
        """Samples of the last watch, in order."""
        begun = _last(self.evidence, Kind.WATCH_BEGUN)
        return [record for record in self.evidence.of_kind(Kind.SAMPLE) if begun is not None and record.seq > begun.seq]


class Timeline:
    """All releases of a host folder.

    evidence : folder with a folder of evidence for each release
    key : public key of the host, against which seals are checked
    """

    def __init__(self, evidence: Path, key: SSlibKey) -> None:
        self._folder = evidence
        self._key = key

    def names(self) -> list[str]:
        """Releases with evidence, the newest first."""
        places = self._folder.glob(f"*/{LOG_NAME}")
        return [place.parent.name for place in sorted(places, key=_began_at, reverse=True)]

    def releases(self, first: int, count: int) -> Iterator[Release]:
        """So many of them from the `first` (0: the newest) on; a log without a single record is none."""
        for name in self.names()[first : first + count]:
            try:
                yield self.release(name)
            except EvidenceAbsent:
                continue

    def release(self, name: str) -> Release:
        """One release.

        Raises
        ------
        ReleaseAbsent
            No such folder.
        EvidenceAbsent
            There is a folder, and nothing readable in it.
        """
        place = self._folder / name
        if not _NAME.fullmatch(name) or not (place / LOG_NAME).is_file():
            raise ReleaseAbsent(name)
        evidence = verified(place, self._key)
        if not evidence.records:
            raise EvidenceAbsent(str(place), LOG_NAME)
        policy = _policy_of(evidence)
        return Release(name, evidence, evidence.records[0], _outcome(evidence), policy, _judgement(evidence, policy))

    def record(self, name: str, seq: int) -> tuple[Record, bool]:
        """One record and whether it may be believed.

        Raises
        ------
        ReleaseAbsent, EvidenceAbsent, RecordAbsent
        """
        evidence = self.release(name).evidence
        if not 0 <= seq < len(evidence.records):
            raise RecordAbsent(name, seq, len(evidence.records))
        return evidence.records[seq], evidence.is_believed(evidence.records[seq])

    def body(self, name: str, sha256: str) -> bytes:
        """Bytes that a record of the release cites.

        Raises
        ------
        ReleaseAbsent, EvidenceAbsent, BodyAbsent
        """
        evidence = self.release(name).evidence
        is_cited = _HASH.fullmatch(sha256) and any(sha256 in record.cited for record in evidence.records)
        if not is_cited or not (evidence.bodies / sha256).is_file():
            raise BodyAbsent(name, sha256)
        return evidence.body(sha256)


def flaws_of(release: Release) -> list[Mapping[str, Any]]:
    """What is wrong with the evidence, as plain values."""
    return [{"flaw": found.flaw.value, "seq": found.seq, "detail": found.detail} for found in release.evidence.findings]


def _began_at(log: Path) -> str:
    """When a log says that it began; only the order depends on it."""
    with log.open("rb") as file:
        try:
            return Record.from_line(file.readline().removesuffix(b"\n")).at.isoformat()
        except ValueError:
            return ""


def _outcome(evidence: Evidence) -> str:
    ended = _last(evidence, Kind.ENDED)
    if ended is None:
        return RUNNING
    return str(ended.facts.get("outcome", UNKNOWN)) if evidence.is_believed(ended) else UNKNOWN


def _policy_of(evidence: Evidence) -> Policy | None:
    recorded = next(evidence.of_kind(Kind.POLICY), None)
    if recorded is None or any(found.seq == recorded.seq for found in evidence.findings):
        return None
    return read_policy(evidence.body(str(recorded.facts["policy_sha256"])))


def _judgement(evidence: Evidence, policy: Policy | None) -> Judgement | None:
    begun = _last(evidence, Kind.WATCH_BEGUN)
    if begun is None or policy is None:
        return None
    samples = [record for record in evidence.of_kind(Kind.SAMPLE) if record.seq > begun.seq]
    return judged(policy, begun, samples)


def _last(evidence: Evidence, kind: Kind) -> Record | None:
    return max(evidence.of_kind(kind), key=lambda record: record.seq, default=None)
