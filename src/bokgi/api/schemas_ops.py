"""Answers about releases: what was recorded, and which of it may be believed."""

from typing import Any

from pydantic import Field

from bokgi.api.schemas_base import Answer, Instant

RELEASE_NAME = "v1.2.0-4f2c8a01"


class ReleaseLine(Answer):
    """A release in the timeline."""

    name: str = Field(description="Names the release in the other calls.", examples=[RELEASE_NAME])
    tag: str
    commit: str
    version: str
    began_at: Instant
    ended_at: Instant | None
    outcome: str = Field(description="As it ended; `running` before, `unknown` where the evidence of the end may not be believed.")
    verdict: str | None = Field(description="Of the release, as its report says it: `PASS`, `WARN`, `INCONCLUSIVE`, `FAIL`.")
    watched_seconds: float | None
    planned_seconds: float | None
    records: int = Field(ge=0)
    sealed: int = Field(ge=0, description="How many records stand below a valid seal.")
    flaws: int = Field(ge=0, description="How many things are wrong with the evidence.")


class OpsAnswer(Answer):
    """The timeline of releases, newest first."""

    current: str | None = Field(description="The release that runs here, as the service says it of itself.")
    page: int
    page_size: int
    total: int
    releases: list[ReleaseLine]


class RecordLine(Answer):
    """A record with what it says; `is_believed` is false where chain, bodies or seals do not prove it."""

    seq: int
    kind: str
    at: Instant
    is_believed: bool
    facts: dict[str, Any]


class JudgedLimit(Answer):
    """A thing that was judged; `cited` are the numbers of the records that show it, and none of them may be doubted for `is_proved`."""

    name: str
    state: str
    condition: str | None = Field(description="The limit of the policy; null for the duration and the prober.")
    worst: float | None
    cited: list[int]
    broken: list[int]
    is_proved: bool


class Flaw(Answer):
    """Something that is wrong with the evidence."""

    flaw: str
    seq: int | None
    detail: str


class ReleaseAnswer(Answer):
    """A release with its steps, its watch and its verdict."""

    release: ReleaseLine
    steps: list[RecordLine] = Field(description="Every record but samples, in order.")
    samples: list[RecordLine] = Field(description="Samples of the last watch, in order.")
    judged: list[JudgedLimit]
    flaws: list[Flaw]


class RecordAnswer(Answer):
    """One record, with the hashes of the bodies that it cites."""

    release: str
    record: RecordLine
    bodies: list[str]


class FeedbackItem(Answer):
    """What a user said in the form of the application."""

    id: str
    created_at: Instant
    kind: str
    text: str
    page: str
    version: str


class FeedbackInbox(Answer):
    """Items, newest first. Who wants to be answered left a contact, which is in the database and not here."""

    page: int
    page_size: int
    total: int
    items: list[FeedbackItem]
