"""Names of a release's queues, and what the engine calls us.

A release has three queues: the ordinary one, one for jobs that wait for others rather than compute (`Job.is_aside`), and one for jobs whose
workers died more than once. A worker takes one of these suspects at a time: two that ran together would share every death, and the innocent
one would be given up with the guilty one.

The application version is a constant of ours: it changes only when a queued job of the old form could not be carried out
any more. Releases are kept apart by the names of their queues.
"""

from typing import NamedTuple

APPLICATION = "bokgi-jobs"
APPLICATION_VERSION = "1"
WORKFLOW = "job"
ASIDE_PREFIX = "aside@"


class QueueNames(NamedTuple):
    """Queues of one release."""

    ordinary: str
    suspects: str
    aside: str

    @classmethod
    def of(cls, release: str) -> "QueueNames":
        return cls(f"runs@{release}", f"suspects@{release}", f"{ASIDE_PREFIX}{release}")
