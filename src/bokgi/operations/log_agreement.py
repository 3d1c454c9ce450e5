"""Whether the log of a service and its own counters tell the same story: a pure function of what samples recorded of both.

Convention: both are counted from the same beginning, and only their sums are compared, since an error between two readings is in one of
them a sample later. The log is read after the counters, so it holds every request that they count, and may hold more.

Notes
-----
A log with fewer requests than were counted has lost lines, and with them perhaps errors. Server errors must be equal; a process that began
anew has forgotten its own, so then the log may hold more of them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

REQUESTS, SERVER_ERRORS = "requests", "server_errors"


def log_agrees(samples: Iterable[Mapping[str, Any]]) -> bool | None:
    """Whether the facts of all samples together agree; None where one of them does not know both sides."""
    more_requests, more_errors, has_forgotten = 0, 0, False
    seen = False
    for facts in samples:
        own, log = _mapping(facts.get("own_figures")), _mapping(facts.get("log"))
        counts = _mapping(log.get("counts"))
        errors = _difference(counts.get(SERVER_ERRORS), own.get(SERVER_ERRORS))
        if errors is None:
            return None
        seen = True
        more_errors += errors
        more_requests += _difference(log.get(REQUESTS), own.get(REQUESTS)) or 0  # evidence of old has no requests of the log
        has_forgotten |= bool(own.get("has_started_anew"))
    if not seen:
        return None
    return more_requests >= 0 and (more_errors == 0 or (has_forgotten and more_errors > 0))


def _difference(of_log: object, own: object) -> int | None:
    """How many more the log holds; None where one of both is not known."""
    if not isinstance(of_log, int) or not isinstance(own, int):
        return None
    return of_log - own


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
