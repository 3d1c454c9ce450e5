"""Whether the log of a service and its own counters tell the same story: a pure function of what samples recorded of both.

Convention: a process names itself in its counters and in each line about a request, and both are compared process by process, from one
beginning. Only sums are compared, since an error between two readings is in one of them a sample later. The log is read after the counters,
so at every sample it holds each request that they count, and may hold more.

Notes
-----
A log with fewer requests than were counted has lost lines, and with them perhaps errors. Server errors of the process that answered last
must be equal; one that ended took what it counted after the last reading with it, so the log may hold more of its errors. Releases before
this convention name no process: then the sums of all are compared, and what a new process has forgotten can hide what the log lost.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

REQUESTS, SERVER_ERRORS = "requests", "server_errors"
INSTANCE, INSTANCES = "instance", "instances"


def log_agrees(samples: Iterable[Mapping[str, Any]]) -> bool | None:
    """Whether the facts of all samples together agree; None where one of them does not know both sides."""
    sides = [(_mapping(facts.get("own_figures")), _mapping(facts.get("log"))) for facts in samples]
    if not sides or any(_difference(_mapping(log.get("counts")).get(SERVER_ERRORS), own.get(SERVER_ERRORS)) is None for own, log in sides):
        return None
    if all(isinstance(own.get(INSTANCE), str) and INSTANCES in log for own, log in sides):
        return _agree_by_process(sides)
    return _agree_in_all(sides)


def _agree_by_process(sides: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> bool:
    more_requests: Counter[str] = Counter()
    more_errors: Counter[str] = Counter()
    last = ""
    for own, log in sides:
        for name, counts in _mapping(log.get(INSTANCES)).items():
            more_requests[name] += counts[REQUESTS]
            more_errors[name] += counts[SERVER_ERRORS]
        last = own[INSTANCE]
        more_requests[last] -= own[REQUESTS]
        more_errors[last] -= own[SERVER_ERRORS]
        if more_requests[last] < 0 or more_errors[last] < 0:
            return False
    return more_errors[last] == 0


def _agree_in_all(sides: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> bool:
    more_requests, more_errors, has_forgotten = 0, 0, False
    for own, log in sides:
        more_errors += _difference(_mapping(log.get("counts")).get(SERVER_ERRORS), own.get(SERVER_ERRORS)) or 0
        more_requests += _difference(log.get(REQUESTS), own.get(REQUESTS)) or 0  # evidence of old has no requests of the log
        has_forgotten |= bool(own.get("has_started_anew"))
    return more_requests >= 0 and (more_errors == 0 or (has_forgotten and more_errors > 0))


def _difference(of_log: object, own: object) -> int | None:
    """How many more the log holds; None where one of both is not known."""
    if not isinstance(of_log, int) or not isinstance(own, int):
        return None
    return of_log - own


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
