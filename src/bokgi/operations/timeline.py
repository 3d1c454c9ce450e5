"""The releases of a host for whoever looks at them: what was recorded, and which of it may be believed.

Convention: nothing is written, and what is shown as verified was verified as it lies there: anew wherever anything of it has changed. A
record below no seal yet is shown as it is, never as proved: the running release shows samples that no seal covers until the phase ends.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from securesystemslib.signer import SSlibKey

from bokgi.errors.operations import BodyAbsent, EvidenceAbsent, RecordAbsent, ReleaseAbsent
from bokgi.operations.evidence_log import LOG_NAME, Record, hash_of
from bokgi.operations.judge import Judgement, State
from bokgi.operations.record_kinds import Kind
from bokgi.operations.report import Assessment, assessed
from bokgi.operations.report.assessment import Watched, watched_of
from bokgi.operations.verification import Evidence, verified
from bokgi.operations.verified_cache import VerifiedCache

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
    found : what the evidence says in all, as the report says it
    """

    name: str
    evidence: Evidence
    began: Record
    outcome: str
    found: Assessment

    @property
    def ended_at(self) -> datetime | None:
        """When it ended."""
        return next((record.at for record in self.evidence.of_kind(Kind.ENDED)), None)

    @property
    def samples(self) -> list[Record]:
        """Samples of the watch that is shown, in order."""
        watch = self._watch
        return [] if watch is None else list(watch.samples)

    @property
    def judgement(self) -> Judgement | None:
        """Of the watch that is shown, recomputed from its samples; None before the first."""
        return None if self._watch is None else self._watch.judgement

    @property
    def verdict(self) -> State | None:
        """Of the release, by all that is believed of it; None while nothing has failed and it was not watched."""
        is_open = self.found.watch is None and self.found.state is not State.FAIL
        return None if is_open else self.found.state

    @property
    def _watch(self) -> Watched | None:
        """The one that goes on, which nobody believes yet, or else the one that decides."""
        begun = _last(self.evidence, Kind.WATCH_BEGUN)
        if begun is None or self.evidence.is_believed(begun):
            return self.found.watch
        samples = [record for record in self.evidence.of_kind(Kind.SAMPLE) if record.seq > begun.seq]
        return watched_of(self.found.policy, begun, samples)


class Timeline:
    """All releases of a host folder.

    evidence : folder with a folder of evidence for each release
    key : public key of the host, against which seals are checked
    verified_before : what was verified for other looks
    """

    def __init__(self, evidence: Path, key: SSlibKey, verified_before: VerifiedCache[Release] | None = None) -> None:
        self._folder = evidence
        self._key = key
        self._verified: VerifiedCache[Release] = VerifiedCache() if verified_before is None else verified_before

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
        return self._verified.get(place, _key_id(self._key), lambda: self._verified_now(name, place))

    def _verified_now(self, name: str, place: Path) -> Release:
        evidence = verified(place, self._key)
        if not evidence.records:
            raise EvidenceAbsent(str(place), LOG_NAME)
        return Release(name, evidence, evidence.records[0], _outcome(evidence), assessed(evidence))

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


def _key_id(key: SSlibKey) -> str:
    return hash_of(json.dumps(key.to_dict(), sort_keys=True).encode())


def _outcome(evidence: Evidence) -> str:
    ended = _last(evidence, Kind.ENDED)
    if ended is None:
        return RUNNING
    return str(ended.facts.get("outcome", UNKNOWN)) if evidence.is_believed(ended) else UNKNOWN


def _last(evidence: Evidence, kind: Kind) -> Record | None:
    return max(evidence.of_kind(kind), key=lambda record: record.seq, default=None)
