"""A release from its beginning to its end: phases in order, each sealed when it is done, and the way back where one fails.

Convention: the goal says how far the release goes. What was reached stands in the evidence, so that another process can go on after a
kill at any point; a fault that was recorded stays a fault, and is not tried again until it passes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from bokgi.errors.base import BokgiError
from bokgi.operations.evidence_log import Record
from bokgi.operations.judge import State
from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.release_log import Attempt, read_attempt
from bokgi.operations.releasing.going_back import take_back
from bokgi.operations.releasing.people import record_history
from bokgi.operations.releasing.site import News, Site
from bokgi.operations.releasing.steps import (
    boot_release,
    end_trials,
    has_traffic,
    make_plan,
    retire,
    retire_strays,
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
    STILL_SERVING = "still_serving"
    """It failed or was given up, and goes on serving, because nothing could take its place."""
    INCONCLUSIVE = "inconclusive"
    ABORTED = "aborted"


ENDINGS = {State.PASS: Ending.PASSED, State.WARN: Ending.PASSED, State.INCONCLUSIVE: Ending.INCONCLUSIVE, State.FAIL: Ending.FAILED}
OUTCOMES = {Ending.PASSED: Outcome.PASSED, Ending.INCONCLUSIVE: Outcome.NOT_CHECKED}
WATCH_FAILED, ABORTED = "the watch failed", "aborted by the operator"
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


def go_on(site: Site, wanted: Wanted, watch: Watch, done: Sequence[str] = (), seen: Ending | None = None) -> Ending:
    """Carry out the phases that are not done yet, and end the release.

    seen : what the watch found, where it is done
    """
    phases, good = GOAL_PHASES[wanted.goal]
    for phase in phases:
        if phase not in done:
            problem = _carried_out(site, phase, DEPLOYING[phase])
            if problem and phase == "plan":
                return end(site, Ending.FAILED, problem)  # nothing was changed, so there is nothing to take back
            if problem:
                return fail(site, problem, is_bad=True)
    if wanted.goal is Goal.RUN:
        good = seen or _watched(site, wanted, watch)
        if good is Ending.FAILED:
            return fail(site, WATCH_FAILED, is_bad=True)
        conclude(site, good)
        if good is Ending.PASSED:
            retire(site)
    if good is not Ending.PLANNED:
        retire_strays(site)
    return end(site, good)


def _watched(site: Site, wanted: Wanted, watch: Watch) -> Ending:
    ending = watch(site, wanted)
    site.seal("watch")
    return ending


def _carried_out(site: Site, phase: str, step: Step) -> str:
    try:
        problem = step(site)
    except BokgiError as error:
        problem = str(error)
        site.log.append(Kind.CHECK, name=phase, outcome=Outcome.FAILED, seen={"problem": problem})
    if not problem:
        site.seal(phase)
    return problem


def fail(site: Site, reason: str, *, is_bad: bool, ending: Ending = Ending.FAILED) -> Ending:
    """Take the release back before anything else, then tell people and end it; one that serves on ends as just that."""
    is_taken_back = take_back(site, reason, is_bad=is_bad)
    if not is_taken_back:
        ending = Ending.STILL_SERVING
    if _last(site, Kind.WATCH_BEGUN) is not None:
        conclude(site, ending)
    return end(site, ending, reason, is_taken_back=is_taken_back)


def conclude(site: Site, ending: Ending) -> None:
    """The history behind a watch, for its report; people are told behind the end of the release (`telling`)."""
    record_history(site)
    site.tell(News("watch", OUTCOMES.get(ending, Outcome.FAILED), ending))


def _last(site: Site, kind: Kind) -> Record | None:
    attempt = read_attempt(site.log.folder)
    return None if attempt is None else attempt.last(kind)


def end(site: Site, ending: Ending, reason: str = "", *, is_taken_back: bool = False) -> Ending:
    """The last record of a release, sealed."""
    state = site.state
    facts = {"reason": reason, "taken_back": is_taken_back, "current": state.current, "previous": state.previous}
    site.log.append(Kind.ENDED, outcome=ending, **facts)
    site.seal("ended")
    return ending


# ---------------------------------------------------------------- after an interruption


def resume(site: Site, attempt: Attempt, watch: Watch) -> Ending:
    """Go on where a release was interrupted."""
    record_gap(site, attempt)
    reason = recorded_fault(attempt)
    if reason and not has_changed_something(attempt):
        return end(site, Ending.FAILED, reason)
    if reason:
        return fail(site, reason, is_bad=True)
    if "switch" in attempt.phases and not has_traffic(site):
        return fail(site, "another release had taken the traffic", is_bad=False)
    return go_on(site, wanted_of(attempt), watch, attempt.phases, seen_by_the_watch(attempt))


def abort(site: Site, attempt: Attempt) -> Ending:
    """Take an interrupted release back; one that had only been planned is left alone, for it may be the one that serves."""
    record_gap(site, attempt)
    end_trials(site)
    reason = recorded_fault(attempt)
    if not has_changed_something(attempt):
        return end(site, Ending.ABORTED, reason or ABORTED)
    return fail(site, reason or ABORTED, is_bad=bool(reason), ending=Ending.ABORTED)


def seen_by_the_watch(attempt: Attempt) -> Ending | None:
    """What a watch that was sealed found; None where there was none."""
    verdict = attempt.last(Kind.VERDICT)
    if "watch" not in attempt.phases or verdict is None:
        return None
    return ENDINGS[State[str(verdict.facts["state"])]]


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


def has_changed_something(attempt: Attempt) -> bool:
    """Whether it came further than its plan."""
    return wanted_of(attempt).goal is not Goal.PLAN and "plan" in attempt.phases
