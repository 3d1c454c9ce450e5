"""The verdict on a watch: a pure function of recorded samples and a policy.

Convention: `PASS < WARN < INCONCLUSIVE < FAIL`, and the worst wins. What was not measured never passes; a prober that failed is
inconclusive, a service that failed is a failure. Time is the monotonic clock of one boot: a watch is as long as its samples show.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from math import isfinite
from typing import TypeGuard

from bokgi.operations.evidence_log import Record
from bokgi.operations.log_agreement import log_agrees
from bokgi.operations.policy import Limit, Policy, Weight, values_of

NANOSECONDS = 1_000_000_000
SHARE_OF_STEP = 0.2
"""A short watch allows this share of its step, so that samples keep their places."""
SOFT_IN_A_ROW, SOFT_IN_ALL = 2, 3
PROBER_OK, LOG_AGREEMENT = "ok", "log_agreement"


class State(IntEnum):
    """States of a claim, the better the smaller."""

    PASS = 0
    WARN = 1
    INCONCLUSIVE = 2
    FAIL = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """The state of one thing that was judged.

    Attributes
    ----------
    name : of the metric, or `duration`, `prober` and `log_agreement`
    cited : numbers of the records that show it
    worst : the value furthest from what is allowed; None without a measurement
    broken : numbers of the samples that broke the limit
    """

    name: str
    state: State
    cited: tuple[int, ...]
    worst: float | None = None
    broken: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Duration:
    """What was watched, and what had been planned [s]."""

    planned_seconds: float
    watched_seconds: float
    samples: int
    planned_samples: int
    is_complete: bool


@dataclass(frozen=True)
class Judgement:
    """The verdict with everything that led to it."""

    state: State
    duration: Duration
    findings: tuple[Finding, ...]
    policy_sha256: str


def is_length(value: object) -> TypeGuard[int | float]:
    """Whether a fact is a length of time: a finite number above 0."""
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and value > 0


def judged(policy: Policy, begun: Record, samples: Sequence[Record]) -> Judgement:
    """Judge a watch that has ended.

    begun : record of the beginning, with `planned_seconds` and `every_seconds`
    samples : records of the samples, in order
    """
    duration, length = _duration(policy, begun, samples)
    findings = (
        length,
        _prober(begun, samples),
        _agreement(begun, samples),
        *(_judged_limit(limit, begun, samples) for limit in policy.limits),
    )
    return Judgement(max(finding.state for finding in findings), duration, findings, policy.sha256)


def must_go_back(policy: Policy, begun: Record, samples: Sequence[Record]) -> bool:
    """Whether what was seen so far is enough to take the release back at once."""
    return any(_judged_limit(limit, begun, samples).state is State.FAIL for limit in policy.limits)


def _judged_limit(limit: Limit, begun: Record, samples: Sequence[Record]) -> Finding:
    """A limit over all samples."""
    measured = [(sample, values_of(sample.facts).get(limit.metric)) for sample in samples]
    known = [value for _, value in measured if value is not None]
    broken = [index for index, (_, value) in enumerate(measured) if value is not None and not limit.is_kept(value)]
    state = _broken_state(limit.weight, broken)
    if state is not State.FAIL and len(known) < max(1, len(measured)):
        state = State.INCONCLUSIVE
    numbers = tuple(measured[index][0].seq for index in broken)
    return Finding(limit.metric, state, _numbers(begun, samples), max(known, default=None), numbers)


def _broken_state(weight: Weight, broken: Sequence[int]) -> State:
    if not broken:
        return State.PASS
    if weight is Weight.HARD:
        return State.FAIL
    in_a_row = any(later - earlier == 1 for earlier, later in pairwise(broken))
    if weight is Weight.SOFT and (in_a_row or len(broken) >= SOFT_IN_ALL):
        return State.FAIL
    return State.WARN


def _prober(begun: Record, samples: Sequence[Record]) -> Finding:
    """Whether whoever measured could measure."""
    failed = tuple(sample.seq for sample in samples if sample.facts.get("prober") != PROBER_OK)
    state = State.INCONCLUSIVE if failed or not samples else State.PASS
    return Finding("prober", state, _numbers(begun, samples), broken=failed)


def _agreement(begun: Record, samples: Sequence[Record]) -> Finding:
    """Whether the service's log and its own figures say the same; where they do not, neither is believed."""
    agrees = log_agrees([sample.facts for sample in samples])
    differing = tuple(sample.seq for sample in samples if log_agrees([sample.facts]) is not True) if not agrees else ()
    return Finding(LOG_AGREEMENT, State.PASS if agrees else State.INCONCLUSIVE, _numbers(begun, samples), broken=differing)


def _duration(policy: Policy, begun: Record, samples: Sequence[Record]) -> tuple[Duration, Finding]:
    """How long was watched by the samples that are in their places."""
    planned, every = float(begun.facts["planned_seconds"]), float(begun.facts["every_seconds"])
    wanted = int(planned / every + 1e-9) + 1
    tolerance = min(policy.tolerance_seconds, every * SHARE_OF_STEP) if every < policy.tolerance_seconds * 5 else policy.tolerance_seconds
    kept = _in_place(begun, samples, every, tolerance)
    watched = _seconds_between(begun, kept[-1]) if kept else 0.0
    is_complete = len(kept) == wanted == len(samples) and watched >= planned
    duration = Duration(planned, watched, len(kept), wanted, is_complete)
    state = State.PASS if is_complete else State.INCONCLUSIVE
    return duration, Finding("duration", state, _numbers(begun, samples), watched)


def _in_place(begun: Record, samples: Sequence[Record], every: float, tolerance: float) -> list[Record]:
    """The samples from the first on that follow each other without a hole, in one boot."""
    kept: list[Record] = []
    for number, sample in enumerate(samples):
        since_begin = _seconds_between(begun, sample)
        is_in_place = sample.facts.get("number") == number and abs(since_begin - number * every) <= tolerance
        if sample.boot_id != begun.boot_id or not is_in_place or sample.facts.get("prober") != PROBER_OK:
            break
        kept.append(sample)
    return kept


def _seconds_between(first: Record, last: Record) -> float:
    """From a record to the beginning of a measurement, where it says that; it was recorded at its end."""
    started = last.facts.get("started_ns")
    is_believable = isinstance(started, int) and first.monotonic_ns <= started <= last.monotonic_ns
    return ((started if is_believable else last.monotonic_ns) - first.monotonic_ns) / NANOSECONDS  # type: ignore[operator]  # a number, as the line above says


def _numbers(begun: Record, samples: Iterable[Record]) -> tuple[int, ...]:
    return (begun.seq, *(sample.seq for sample in samples))
