"""What the rest of Bokgi knows of durable work: a job, its states, the queue, and the worker.

A job is queued under an id of the caller's choice and exists once. It may be *started* more than once (its worker died,
or its handler raised), so a handler is idempotent; what it stores is fenced by the caller's own rows.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

JSON = str | int | float | bool | None | Sequence["JSON"] | Mapping[str, "JSON"]

RETRIES = 3
"""How often the handler of a job is tried while it raises."""

TAKINGS = 3
"""How often a job is taken up by workers that die with it."""

ASIDE = "aside"
"""Key of a payload: true for a job that waits for other machines rather than computes."""


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work: `kind` names its handler, `payload` is what the handler is told."""

    id: str
    kind: str
    payload: Mapping[str, JSON] = field(default_factory=dict)

    @property
    def is_aside(self) -> bool:
        """Whether a worker carries it out beside those that compute, one at a time; it takes none of their places."""
        return self.payload.get(ASIDE) is True


Handler = Callable[[Job], None]


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobQueue(Protocol):
    """The queue of one release, as processes see it that do not compute.

    Every method raises `JobsUnavailable` when the database cannot be reached.
    """

    def enqueue(self, job: Job) -> None:
        """Queue a job; it is on disk when this returns. An id that was queued before does nothing."""

    def state(self, job_id: str) -> JobState | None:
        """State of a job, None when there is no such job."""

    def states(self, job_ids: Collection[str]) -> Mapping[str, JobState]:
        """States of those jobs that exist."""

    def cancel(self, job_id: str) -> bool:
        """Make sure that a queued job never starts. False when it is not queued (any more): a running job is left to its handler."""

    def resume(self, dead_workers: Collection[str]) -> tuple[str, ...]:
        """Give the jobs of dead workers back to this release's queue, and name them."""

    def holders(self) -> frozenset[str]:
        """Workers that hold a job, alive or not."""

    def adopt(self, job_ids: Collection[str]) -> tuple[str, ...]:
        """Move those jobs that are queued under another release to this release's queue, and name them."""

    def waiting(self) -> int:
        """How many jobs wait in this release's queue."""

    def forget(self, job_ids: Collection[str]) -> None:
        """Remove every trace of jobs that are not running."""

    def forget_finished(self, older_than_seconds: float) -> int:
        """Remove jobs that ended longer ago, and say how many."""

    def close(self) -> None:
        """Let go of the database."""
