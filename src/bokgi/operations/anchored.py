"""Evidence held against what was told to somebody else: a chain that was cut off behind a seal is whole in itself, and only they know.

Convention: an anchor is a number of records and the hash of the last of them. It contradicts evidence that is shorter, or has another
record there. Tags lie in a repository as `evidence/<tag>/<attempt>/<count>`; the attempt is the number in the name of the folder.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from bokgi.errors.operations import AnchorRefused
from bokgi.operations.evidence_log import hash_of
from bokgi.operations.repository import Repository
from bokgi.operations.verification import Evidence, Finding, Flaw

_ANCHOR = re.compile(r"([1-9]\d*):([0-9a-f]{64})")
_MESSAGE = re.compile(r"Evidence of .+: (\d+) records, head ([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Anchor:
    """count : number of records; head : hash of the last of them; where : who holds it"""

    count: int
    head: str
    where: str


def read_anchor(text: str) -> Anchor:
    """The anchor of a notice, `COUNT:HEAD`.

    Raises
    ------
    AnchorRefused
    """
    found = _ANCHOR.fullmatch(text.strip())
    if found is None:
        raise AnchorRefused(text)
    return Anchor(int(found[1]), found[2], "given")


def attempt_of(folder: Path) -> str:
    """The number of an attempt, by the name of its folder of evidence."""
    return folder.resolve().name.split("-", 1)[0]


def anchors_in(repository: Path, tag: str, folder: Path) -> list[Anchor]:
    """What the tags of a repository hold of one attempt.

    Raises
    ------
    RepositoryRefused
    """
    place = repository / ".git" if (repository / ".git").exists() else repository
    found = Repository(place, str(repository)).messages_of_tags(f"evidence/{tag}/{attempt_of(folder)}")
    told = ((name, _MESSAGE.match(message)) for name, message in found)
    return [Anchor(int(match[1]), match[2], name) for name, match in told if match is not None]


def against(evidence: Evidence, anchors: Iterable[Anchor]) -> Evidence:
    """The evidence with a finding for each anchor that it contradicts, or one where there is none at all."""
    known = list(anchors)
    heads = [hash_of(record.to_line()) for record in evidence.records]
    findings = [
        Finding(Flaw.ANCHOR_CONTRADICTED, None, f"{anchor.where}: {anchor.count} records up to {anchor.head[:12]}; here are {len(heads)}")
        for anchor in known
        if anchor.count > len(heads) or heads[anchor.count - 1] != anchor.head
    ]
    if not known:
        findings = [Finding(Flaw.ANCHOR_ABSENT, None, "nobody holds an anchor of this attempt")]
    return replace(evidence, findings=(*evidence.findings, *findings))
