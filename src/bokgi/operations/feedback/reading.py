"""What a source of feedback gives, and how items are sorted.

Convention: the form says the kind itself; messages are sorted by words, and what no word tells is `unsorted`: it may be a complaint.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Protocol

from bokgi.errors.base import BokgiError

TEXT_CHARACTERS, PROBLEM_CHARACTERS = 2_000, 300
BUG, IDEA, QUESTION, PRAISE, OTHER, UNSORTED = "bug", "idea", "question", "praise", "other", "unsorted"
KINDS = (BUG, IDEA, QUESTION, PRAISE, OTHER, UNSORTED)
_BUG_WORDS = (
    r"오류|에러|버그|고장|안\s?(?:됩|되|돼|나와|열|떠)|않(?:습|아|네)|못\s|멈[추춰췄]|느[려리]|틀[렸린려]|깨[져졌진]|사라[져졌]|404|500|"
    r"\b(?:error|bug|broken|crash\w*|fail\w*|slow|wrong|lost|missing|doesn'?t|can'?t|cannot)\b"
)
_WORDS = (
    (BUG, _BUG_WORDS),
    (QUESTION, r"[?？]\s*$|어떻게|무엇|왜|언제|어디|궁금|문의|질문|\b(?:how|what|why|when|where|question)\b"),
    (IDEA, r"제안|건의|추가해|있으면 좋|개선|바랍니다|해\s?주세요|\b(?:suggest\w*|idea|feature|please add|would be (?:nice|good))\b"),
    (PRAISE, r"감사|고맙|좋[아습네은]|훌륭|최고|편[해리하]|칭찬|\b(?:thanks?|thank you|great|love|nice|excellent|awesome)\b"),
)
_PATTERNS = tuple((kind, re.compile(words, re.IGNORECASE | re.MULTILINE)) for kind, words in _WORDS)


@dataclass(frozen=True)
class Reading:
    """What a source gave.

    Attributes
    ----------
    items : facts of new items: id, kind, time, text
    read_up_to : where the next reading begins
    problem : why it could not be read
    """

    was_read: bool
    read_up_to: str
    items: list[dict[str, Any]] = field(default_factory=list)
    problem: str = ""


@dataclass(frozen=True)
class ClosedSource:
    """A source that cannot be used; each reading says why."""

    name: str
    problem: str

    def read_new(self) -> Reading:
        """Nothing, and why."""
        return Reading(was_read=False, read_up_to="", problem=self.problem)


class FeedbackSource(Protocol):
    """A place where users say something."""

    @property
    def name(self) -> str: ...

    def read_new(self) -> Reading:
        """What came since the last reading; a source that cannot be read says so, it never raises."""


def kind_of(text: str) -> str:
    """The kind of a message by its words, the worst first."""
    return next((kind for kind, pattern in _PATTERNS if pattern.search(text)), UNSORTED)


def item(identity: str, kind: str, at: str, text: str) -> dict[str, Any]:
    """Facts of an item; texts are cut at a length that a person still reads, and hold what can be written."""
    return {"id": writable(identity), "kind": kind, "at": at, "text": writable(text.strip()[:TEXT_CHARACTERS])}


def writable(text: str) -> str:
    """The text with a question mark for each half of a character, which no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def words_of(error: Exception) -> str:
    """An error of whatever kind, short enough for a record."""
    said = str(error) if isinstance(error, BokgiError) else f"{type(error).__name__}: {error}"
    return writable(said)[:PROBLEM_CHARACTERS]
