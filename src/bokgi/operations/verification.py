"""Whether evidence is what was recorded: chain, bodies and seals, checked without trusting any of it.

Convention: a finding names the record from which on nothing is believed. Records before the first broken one, with all their bodies in
order and below a valid seal, may bear a claim; others never do, however good they look.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from securesystemslib.signer import SSlibKey

from bokgi.errors.operations import EvidenceAbsent
from bokgi.operations.evidence_log import BODIES_NAME, FIRST_PREV, LOG_NAME, Record, hash_of
from bokgi.operations.record_kinds import Kind, missing_facts
from bokgi.operations.seals import SEALS_NAME, Seal, opened

_HASH = re.compile(r"[0-9a-f]{64}")


class Flaw(StrEnum):
    """What can be wrong with evidence."""

    NOT_A_RECORD = "not_a_record"
    CHAIN_BROKEN = "chain_broken"
    FACTS_MISSING = "facts_missing"
    BODY_MISSING = "body_missing"
    BODY_ALTERED = "body_altered"
    SEAL_INVALID = "seal_invalid"
    SEAL_CONTRADICTED = "seal_contradicted"
    UNSEALED = "unsealed"
    OTHER_RELEASE = "other_release"
    POLICY_CHANGED = "policy_changed"
    ANCHOR_CONTRADICTED = "anchor_contradicted"
    ANCHOR_ABSENT = "anchor_absent"


@dataclass(frozen=True, slots=True)
class Finding:
    """A flaw, at a record (None: of the whole) and in words for people who look into the files."""

    flaw: Flaw
    seq: int | None
    detail: str


@dataclass(frozen=True)
class Evidence:
    """What may be believed.

    Attributes
    ----------
    records : all that can be read, in order
    sealed : how many of them stand below a valid seal
    findings : everything that is wrong
    """

    records: tuple[Record, ...]
    sealed: int
    findings: tuple[Finding, ...]
    bodies: Path

    @property
    def is_sound(self) -> bool:
        """Whether nothing at all is wrong."""
        return not self.findings

    def is_believed(self, record: Record) -> bool:
        """Whether a record may bear a claim."""
        return record.seq < self.sealed and record.seq < self._first_broken and record.seq not in self._broken

    def of_kind(self, *kinds: Kind) -> Iterator[Record]:
        """Records of these kinds, in order, believed or not."""
        return (record for record in self.records if record.kind in kinds)

    def body(self, sha256: str) -> bytes:
        """A cited body."""
        return (self.bodies / sha256).read_bytes()

    @property
    def _first_broken(self) -> int:
        return min((found.seq for found in self.findings if found.flaw in _SPREADING and found.seq is not None), default=len(self.records))

    @property
    def _broken(self) -> set[int | None]:
        return {found.seq for found in self.findings if found.flaw not in _SPREADING}


_SPREADING = {Flaw.NOT_A_RECORD, Flaw.CHAIN_BROKEN, Flaw.UNSEALED, Flaw.OTHER_RELEASE, Flaw.POLICY_CHANGED}
"""Flaws after which nothing that follows is believed; the others touch the record that they name."""


def verified(folder: Path, key: SSlibKey) -> Evidence:
    """Read the evidence in a folder and say what of it is sound.

    Raises
    ------
    EvidenceAbsent
        There is no log at all.
    """
    place = folder / LOG_NAME
    if not place.is_file():
        raise EvidenceAbsent(str(folder), LOG_NAME)
    records, heads, findings = _chain(place.read_bytes())
    for record in records:
        findings += _record_flaws(record, folder / BODIES_NAME)
    seals, broken_seals = _seals(folder / SEALS_NAME, key)
    sealed, contradictions = _sealed(seals, heads, records)
    findings += [*broken_seals, *contradictions, *_policy_changes(records), *_wrong_anchors(records, heads)]
    if sealed < len(records):
        findings.append(Finding(Flaw.UNSEALED, sealed, f"no valid seal over {len(records) - sealed} records from here on"))
    return Evidence(tuple(records), sealed, tuple(findings), folder / BODIES_NAME)


def _chain(content: bytes) -> tuple[list[Record], list[str], list[Finding]]:
    """Records up to the first break, and the hash after each."""
    records: list[Record] = []
    heads: list[str] = []
    prev = FIRST_PREV
    *lines, rest = content.split(b"\n")
    for seq, line in enumerate([*lines, *([rest] if rest else [])]):
        try:
            record = Record.from_line(line)
        except ValueError as error:
            return records, heads, [Finding(Flaw.NOT_A_RECORD, seq, str(error))]
        if (record.seq, record.prev) != (seq, prev):
            return records, heads, [Finding(Flaw.CHAIN_BROKEN, seq, f"it says {record.seq} after {record.prev[:12]}")]
        prev = hash_of(line)
        records.append(record)
        heads.append(prev)
    return records, heads, []


def _record_flaws(record: Record, bodies: Path) -> Iterator[Finding]:
    missing = missing_facts(record.kind, record.facts)
    if missing:
        yield Finding(Flaw.FACTS_MISSING, record.seq, ", ".join(missing))
    for name in record.cited:
        place = bodies / name
        if not _HASH.fullmatch(name) or not place.is_file():
            yield Finding(Flaw.BODY_MISSING, record.seq, name)
        elif hash_of(place.read_bytes()) != name:
            yield Finding(Flaw.BODY_ALTERED, record.seq, name)


def _seals(folder: Path, key: SSlibKey) -> tuple[list[Seal], list[Finding]]:
    seals, findings = [], []
    for place in sorted(folder.glob("*.json")):
        try:
            seals.append(opened(place.read_bytes(), key))
        except ValueError as error:
            findings.append(Finding(Flaw.SEAL_INVALID, None, f"{place.name}: {error}"))
    return seals, findings


def _sealed(seals: list[Seal], heads: list[str], records: list[Record]) -> tuple[int, list[Finding]]:
    """How many records are below a seal that agrees with them, and the seals that contradict."""
    sealed, findings = 0, []
    for each in seals:
        if not 0 < each.count <= len(heads) or heads[each.count - 1] != each.head:
            findings.append(Finding(Flaw.SEAL_CONTRADICTED, None, f"{each.phase}: {each.count} records were sealed as {each.head[:12]}"))
        elif not _is_of(each, records[0]):
            findings.append(Finding(Flaw.OTHER_RELEASE, 0, f"sealed for {each.tag}"))
        else:
            sealed = max(sealed, each.count)
    return sealed, findings


def _is_of(each: Seal, first: Record) -> bool:
    return (first.facts.get("tag"), first.facts.get("commit")) == (each.tag, each.commit)


def _wrong_anchors(records: list[Record], heads: list[str]) -> Iterator[Finding]:
    """What was told to others must be what was recorded up to then."""
    for record in records:
        facts = record.facts
        if record.kind is Kind.ANCHOR and facts.keys() >= {"head", "count"}:
            before = (FIRST_PREV, *heads[: record.seq])
            if not any(facts["count"] == count and facts["head"] == head for count, head in enumerate(before)):
                yield Finding(Flaw.ANCHOR_CONTRADICTED, record.seq, f"it says {facts['count']} records up to {str(facts['head'])[:12]}")


def _policy_changes(records: list[Record]) -> Iterator[Finding]:
    """A policy holds for the whole release; verdicts by another one are none."""
    policies = [record for record in records if record.kind in (Kind.POLICY, Kind.VERDICT)]
    for record in policies[1:]:
        if record.facts.get("policy_sha256") != policies[0].facts.get("policy_sha256"):
            yield Finding(Flaw.POLICY_CHANGED, record.seq, "another policy than at the beginning")
