"""A release from its beginning to its end: phases in order, each sealed when it is done, and the way back where one fails.

Convention: the goal says how far the release goes. What was reached stands in the evidence, so that another process can go on after a
kill at any point; a fault that was recorded stays a fault, and is not tried again until it passes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from bokgi.errors.base import BokgiError
from bokgi.operations.judge import State
from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.release_log import Attempt
from bokgi.operations.releasing.going_back import take_back
from bokgi.operations.releasing.site import Site
from bokgi.operations.releasing.steps import (
    boot_release,
    has_traffic,
    make_plan,
    retire,
    smoke_in_private,
    smoke_in_public,
    switch,
    unpack,
)


class Goal(StrEnum):
    """How far a release goes."""

    PLAN = "plan"
    DEPLOY = "deploy"
    RUN = "run"


class Ending(StrEnum):
    """How a release ended."""

    PLANNED = "planned"
    DEPLOYED = "deployed"
    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    ABORTED = "aborted"


Step = Callable[[Site], str]
DEPLOYING: Mapping[str, Step] = {
    "plan": make_plan,
    "unpack": unpack,
    "boot": boot_release,
    "private_smoke": smoke_in_private,
    "switch": switch,
    "public_smoke": smoke_in_public,
}
GOAL_PHASES: Mapping[Goal, tuple[Sequence[str], Ending]] = {
    Goal.PLAN: (("plan",), Ending.PLANNED),
    Goal.DEPLOY: (tuple(DEPLOYING), Ending.DEPLOYED),
    Goal.RUN: (tuple(DEPLOYING), Ending.PASSED),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for; the durations are of the watch [s]."""

    goal: Goal
    for_seconds: float
    every_seconds: float


Watch = Callable[[Site, Wanted], Ending]
"""Watches a release that has traffic, and says how that ended: passed, failed or inconclusive."""


def go_on(site: Site, wanted: Wanted, watch: Watch, done: Sequence[str] = ()) -> Ending:
    """Carry out the phases that are not done yet, and end the release."""
    phases, good = GOAL_PHASES[wanted.goal]
    for phase in phases:
        if phase not in done:
            problem = _carried_out(site, phase, DEPLOYING[phase])
            if problem:
                return fail(site, problem, is_bad=phase != "plan")
    if wanted.goal is Goal.RUN:
        good = watch(site, wanted)
        site.seal("watch")
        if good is Ending.FAILED:
            return fail(site, "the watch failed", is_bad=True)
        if good is Ending.PASSED:
            retire(site)
    return end(site, good)


def _carried_out(site: Site, phase: str, step: Step) -> str:
    try:
        problem = step(site)
    except BokgiError as error:
        problem = str(error)
        site.log.append(Kind.CHECK, name=phase, outcome=Outcome.FAILED, seen={"problem": problem})
    if not problem:
        site.seal(phase)
    return problem


def fail(site: Site, reason: str, *, is_bad: bool) -> Ending:
    """Take the release back and say so."""
    take_back(site, reason, is_bad=is_bad)
    return end(site, Ending.FAILED, reason)


def end(site: Site, ending: Ending, reason: str = "") -> Ending:
    """The last record of a release, sealed."""
    state = site.state
    site.log.append(Kind.ENDED, outcome=ending, reason=reason, current=state.current, previous=state.previous)
    site.seal("ended")
    return ending


# ---------------------------------------------------------------- after an interruption


def resume(site: Site, attempt: Attempt, watch: Watch) -> Ending:
    """Go on where a release was interrupted."""
    record_gap(site, attempt)
    reason = recorded_fault(attempt)
    if reason:
        return fail(site, reason, is_bad=is_the_releases_fault(attempt))
    if "switch" in attempt.phases and not has_traffic(site):
        return fail(site, "another release had taken the traffic", is_bad=False)
    return go_on(site, wanted_of(attempt), watch, attempt.phases)


def abort(site: Site, attempt: Attempt) -> Ending:
    """Take an interrupted release back."""
    record_gap(site, attempt)
    reason = recorded_fault(attempt)
    take_back(site, reason or "aborted", is_bad=bool(reason) and is_the_releases_fault(attempt))
    return end(site, Ending.ABORTED, reason or "aborted by the operator")


def record_gap(site: Site, attempt: Attempt) -> None:
    """Say when nobody was at work; by the clock of the machine, and by the one that is never set where the machine ran through."""
    last, phases = attempt.records[-1], attempt.phases
    seconds = (datetime.now(UTC) - last.at).total_seconds()
    site.log.append(Kind.GAP, after=last.seq, seconds=round(seconds, 3), last_phase=phases[-1] if phases else None, last_kind=last.kind)


def wanted_of(attempt: Attempt) -> Wanted:
    """What the interrupted release was to reach."""
    facts = attempt.begun.facts
    return Wanted(Goal(facts["goal"]), float(facts["for_seconds"]), float(facts["every_seconds"]))


def recorded_fault(attempt: Attempt) -> str:
    """A fault that stopped the release before it was interrupted; empty where there is none."""
    own = attempt.tagged.name
    for record in attempt.records:
        facts = record.facts
        is_failed = facts.get("outcome") == Outcome.FAILED or (record.kind is Kind.VERDICT and facts.get("state") == State.FAIL.name)
        is_own = {
            Kind.CHECK: True,
            Kind.BOOT: facts.get("slot") == own,
            Kind.SMOKE: facts.get("stage") in ("private", "public"),
            Kind.VERDICT: True,
            Kind.ROLLBACK: True,
        }
        if is_failed and is_own.get(record.kind, False):
            return f"{record.kind} {facts.get('name', facts.get('stage', ''))} failed (record {record.seq})"
        if record.kind is Kind.ROLLBACK:
            return f"it was taken back already (record {record.seq})"
    return ""


def is_the_releases_fault(attempt: Attempt) -> bool:
    """Whether it came further than its plan."""
    return "plan" in attempt.phases
