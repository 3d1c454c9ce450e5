"""A claim of the report and the records that bear it.

Convention: a claim holds where every record that it cites is believed and says so. Where one of them is not believed, or there is none,
nothing is claimed: no tick and no cross, whatever the records say.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bokgi.operations.evidence_log import Record, hash_of
from bokgi.operations.verification import Evidence


class Tick(StrEnum):
    """How a claim stands."""

    HOLDS = "holds"
    FAILS = "fails"
    UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True)
class Citation:
    """A record by its number and the hash of its line."""

    seq: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Claim:
    """key : stable name; is_needed : whether the release can pass without it"""

    key: str
    tick: Tick
    cited: tuple[Citation, ...]
    is_needed: bool = True


def claimed(evidence: Evidence, key: str, records: Iterable[Record], holds: bool, *, is_needed: bool = True) -> Claim:
    """What may be claimed on these records."""
    cited = tuple(records)
    citations = tuple(cited_as(record) for record in cited)
    if not cited or not all(evidence.is_believed(record) for record in cited):
        return Claim(key, Tick.UNPROVEN, citations, is_needed)
    return Claim(key, Tick.HOLDS if holds else Tick.FAILS, citations, is_needed)


def cited_as(record: Record) -> Citation:
    """How a record is named."""
    return Citation(record.seq, hash_of(record.to_line()))
