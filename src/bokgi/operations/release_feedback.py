"""Readings of feedback as records, and where the next reading begins.

Convention: every reading is a record, one that failed too; the next one goes on from the last that succeeded.
"""

from collections.abc import Iterable

from bokgi.errors.operations import FeedbackItemUnknown
from bokgi.operations.evidence_log import EvidenceLog, Record
from bokgi.operations.feedback.reading import KINDS, FeedbackSource, Reading, words_of
from bokgi.operations.record_kinds import Kind
from bokgi.operations.release_log import read_attempt


def record_feedback(log: EvidenceLog, sources: Iterable[FeedbackSource]) -> bool:
    """Read every source and record it; says whether all could be read."""
    were_read = []
    for source in sources:
        reading = _read(source)
        facts = {"problem": reading.problem} if reading.problem else {}
        log.append(
            Kind.FEEDBACK, source=source.name, was_read=reading.was_read, items=reading.items, read_up_to=reading.read_up_to, **facts
        )
        were_read.append(reading.was_read)
    return all(were_read)


def _read(source: FeedbackSource) -> Reading:
    try:
        return source.read_new()
    except Exception as error:  # noqa: BLE001  # a source that breaks was not read; it never stops a watch
        return Reading(was_read=False, read_up_to="", problem=words_of(error))


def read_up_to(records: Iterable[Record]) -> dict[str, str]:
    """Where each source was read up to, by the last record of it."""
    found = (record.facts for record in records if record.kind is Kind.FEEDBACK and record.facts.get("was_read") is True)
    return {str(facts["source"]): str(facts.get("read_up_to", "")) for facts in found}


def sort_item(log: EvidenceLog, source: str, identity: str, kind: str, person: str) -> Record:
    """A person's word on the kind of an item; the item itself stays as it was recorded.

    Raises
    ------
    FeedbackItemUnknown
        No reading of this release brought such an item.
    ValueError
        There is no such kind.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind; allowed are {', '.join(KINDS)}")
    attempt = read_attempt(log.folder)
    readings = () if attempt is None else (record.facts for record in attempt.records if record.kind is Kind.FEEDBACK)
    known = [str(item.get("id")) for facts in readings if facts.get("source") == source for item in facts.get("items", [])]
    if identity not in known:
        raise FeedbackItemUnknown(source, identity, known)
    return log.append(Kind.SORTED, source=source, id=identity, sorted_as=kind, person=person)
