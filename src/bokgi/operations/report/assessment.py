"""What the evidence of a release says in all: its claims and its state, a pure function of verified evidence.

Convention: only believed records count. The policy is the one that the log began with. A release passes where every needed claim holds
and its watch passed; a claim that fails makes it fail, one that cannot be proven makes it inconclusive.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bokgi.errors.operations import PolicyRefused
from bokgi.operations.evidence_log import Record
from bokgi.operations.judge import Judgement, State, is_length, judged
from bokgi.operations.policy import Policy, read_policy
from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.report.claims import Claim, Tick, claimed
from bokgi.operations.smoke.judging_again import contradicted_steps
from bokgi.operations.verification import Evidence

OUTGOING, PREVIOUS, PRIVATE, PUBLIC, DAILY, ROLLED_BACK = "outgoing", "previous", "private", "public", "daily", "rolled_back"


@dataclass(frozen=True)
class FlowRun:
    """One passage through a smoke flow; `end` is None where it was cut off."""

    stage: str
    steps: tuple[Record, ...]
    end: Record | None
    contradicted: tuple[str, ...] = ()
    """Steps that claim more than what was kept of them shows."""

    @property
    def records(self) -> tuple[Record, ...]:
        """Everything that was recorded of it."""
        return self.steps if self.end is None else (*self.steps, self.end)

    @property
    def failed(self) -> set[str]:
        """Names of the steps that failed."""
        return {str(step.facts.get("name")) for step in self.steps if step.facts.get("outcome") == Outcome.FAILED}

    @property
    def is_late(self) -> bool:
        """Whether it failed without a step that did: its time was over before all were made."""
        return self.end is not None and self.end.facts.get("outcome") == Outcome.FAILED and not self.failed

    @property
    def not_passed(self) -> set[str]:
        """Names of the steps that did not pass, whether made or not; a browser need not be there."""
        left = (step for step in self.steps if step.facts.get("outcome") != Outcome.PASSED)
        return {str(step.facts.get("name")) for step in left if step.facts.get("outcome") == Outcome.FAILED or "browser" not in _seen(step)}

    @property
    def has_passed(self) -> bool:
        """Whether it came to its end and no step failed."""
        outcomes = [step.facts.get("outcome") for step in self.steps]
        if self.end is None or self.contradicted or self.end.facts.get("steps") != len(outcomes) or Outcome.PASSED not in outcomes:
            return False
        return self.end.facts.get("outcome") == Outcome.PASSED and Outcome.FAILED not in outcomes


@dataclass(frozen=True)
class Watched:
    """A watch with its samples; without a policy, or with lengths that are none, there is no judgement.

    is_as_begun : it was planned at least as long as the release was begun for, so that it may decide
    """

    begun: Record
    samples: tuple[Record, ...]
    judgement: Judgement | None
    is_as_begun: bool


@dataclass(frozen=True)
class Assessment:
    """Everything that the report prints is in here or in the records themselves."""

    evidence: Evidence
    policy: Policy | None
    flows: tuple[FlowRun, ...]
    watches: tuple[Watched, ...]
    claims: tuple[Claim, ...]
    state: State

    def records(self, *kinds: Kind) -> list[Record]:
        """Believed records of these kinds."""
        return [record for record in self.evidence.of_kind(*kinds) if self.evidence.is_believed(record)]

    def first(self, kind: Kind) -> Record | None:
        """The first believed record of a kind."""
        return next(iter(self.records(kind)), None)

    def flow(self, stage: str) -> FlowRun | None:
        """The last flow of a stage."""
        return next((flow for flow in reversed(self.flows) if flow.stage == stage), None)

    @property
    def watch(self) -> Watched | None:
        """The watch that decides: the last one of the planned length; shorter ones, made by hand, decide nothing."""
        return deciding(self.watches)


def deciding(watches: Sequence[Watched]) -> Watched | None:
    """The last watch that may decide; where there is none, the last one."""
    return next((watch for watch in reversed(watches) if watch.is_as_begun), watches[-1] if watches else None)


def assessed(evidence: Evidence) -> Assessment:
    """Judge a release by its evidence."""
    policy = policy_of(evidence)
    flows, watches = tuple(_flows(evidence)), tuple(_watches(evidence, policy))
    claims = (*_release_claims(evidence, flows), *_watch_claims(evidence, watches), *_feedback_claims(evidence))
    return Assessment(evidence, policy, flows, watches, claims, _state(evidence, claims, watches))


def policy_of(evidence: Evidence) -> Policy | None:
    """The policy that the release was begun with, if it is believed."""
    record = next(evidence.of_kind(Kind.POLICY), None)
    if record is None or not evidence.is_believed(record):
        return None
    try:
        return read_policy(evidence.body(str(record.facts["policy_sha256"])))
    except PolicyRefused:
        return None


def _flows(evidence: Evidence) -> Iterator[FlowRun]:
    steps: list[Record] = []
    for record in evidence.of_kind(Kind.SMOKE_STEP, Kind.SMOKE, Kind.GAP):
        stage = str(record.facts.get("stage", ""))
        if steps and (record.kind is Kind.GAP or stage != steps[0].facts.get("stage")):
            yield FlowRun(str(steps[0].facts.get("stage", "")), tuple(steps), None)
            steps = []
        if record.kind is Kind.SMOKE_STEP:
            steps.append(record)
        elif record.kind is Kind.SMOKE:
            yield FlowRun(stage, tuple(steps), record, _contradicted(evidence, steps, record))
            steps = []
    if steps:
        yield FlowRun(str(steps[0].facts.get("stage", "")), tuple(steps), None)


def _contradicted(evidence: Evidence, steps: Sequence[Record], end: Record) -> tuple[str, ...]:
    """Believed steps judged again; on others no claim can stand anyway."""
    if not all(evidence.is_believed(record) for record in (*steps, end)):
        return ()
    return tuple(contradicted_steps(end, steps, evidence.body))


def _watches(evidence: Evidence, policy: Policy | None) -> Iterator[Watched]:
    """Each watch whose beginning is believed, with all samples up to the next one; claims on samples that are not believed are none."""
    begun: Record | None = None
    samples: list[Record] = []
    wanted = _wanted_seconds(evidence)
    for record in evidence.of_kind(Kind.WATCH_BEGUN, Kind.SAMPLE):
        if record.kind is Kind.WATCH_BEGUN:
            if begun is not None:
                yield watched_of(policy, begun, samples, wanted)
            begun, samples = record if evidence.is_believed(record) else None, []
        elif begun is not None:
            samples.append(record)
    if begun is not None:
        yield watched_of(policy, begun, samples, wanted)


def _wanted_seconds(evidence: Evidence) -> float:
    """How long the release was begun to be watched [s]."""
    begun = next(evidence.of_kind(Kind.BEGUN), None)
    wanted = None if begun is None else begun.facts.get("for_seconds")
    return float(wanted) if is_length(wanted) else 0.0


def watched_of(policy: Policy | None, begun: Record, samples: Sequence[Record], wanted: float = 0.0) -> Watched:
    """A watch, judged; `wanted` is how long it must be to decide [s]."""
    planned, every = (begun.facts.get(name) for name in ("planned_seconds", "every_seconds"))
    if policy is None or not is_length(planned) or not is_length(every):
        return Watched(begun, tuple(samples), None, is_as_begun=False)
    return Watched(begun, tuple(samples), judged(policy, begun, samples), is_as_begun=float(planned) >= wanted)


def _release_claims(evidence: Evidence, flows: Sequence[FlowRun]) -> Iterator[Claim]:
    begun = list(evidence.of_kind(Kind.BEGUN))[:1]
    checks = list(evidence.of_kind(Kind.CHECK))
    outcomes = [check.facts.get("outcome") for check in checks]
    yield claimed(evidence, "checks", checks, Outcome.PASSED in outcomes and Outcome.FAILED not in outcomes)
    boots = [boot for boot in evidence.of_kind(Kind.BOOT) if begun and boot.facts.get("slot") == _slot_of(begun[0])][-1:]
    started = [*begun, *boots] if begun and boots else []
    yield claimed(evidence, "boot", started, bool(started) and _is_as_begun(begun[0], boots[0]))
    yield from _previous_claim(evidence, flows)
    yield _flow_claim(evidence, "private_smoke", [flow for flow in flows if flow.stage == PRIVATE][-1:])
    switches = list(evidence.of_kind(Kind.SWITCH))[-1:]
    yield claimed(evidence, "switch", switches, all("milliseconds" in switch.facts for switch in switches))
    yield _flow_claim(evidence, "public_smoke", [flow for flow in flows if flow.stage == PUBLIC][-1:])
    own = [flow for flow in flows if flow.stage in (PRIVATE, PUBLIC, DAILY)]
    views = [step for flow in own for step in flow.steps if "browser" in _seen(step) and step.facts.get("outcome") != Outcome.NOT_CHECKED]
    yield claimed(evidence, "browser", views, all(step.facts.get("outcome") == Outcome.PASSED for step in views), is_needed=False)
    rollbacks = list(evidence.of_kind(Kind.ROLLBACK))
    if rollbacks:
        yield claimed(evidence, "taken_back", rollbacks, all(each.facts.get("outcome") == Outcome.PASSED for each in rollbacks))
    back = [flow for flow in flows if flow.stage == ROLLED_BACK][-1:]
    if back:
        yield _flow_claim(evidence, "rolled_back_smoke", back, is_needed=False)  # of another release than this report is about


def _previous_claim(evidence: Evidence, flows: Sequence[FlowRun]) -> Iterator[Claim]:
    """The release before must start anew and be no worse than it is live; what it fails at already is no reason to keep it."""
    previous, live = ([flow for flow in flows if flow.stage == stage][-1:] for stage in (PREVIOUS, OUTGOING))
    records = [record for flow in (*live, *previous) for record in flow.records]
    if previous:
        yield claimed(evidence, "previous_smoke", records, is_as_good(previous[0], live[0] if live else None))


def is_as_good(flow: FlowRun, before: FlowRun | None) -> bool:
    """Whether a flow came to its end in time, and passed wherever another one passed."""
    known = set() if before is None else before.not_passed
    is_whole = flow.end is not None and not flow.contradicted and len(flow.steps) == flow.end.facts.get("steps")
    return is_whole and not flow.is_late and flow.not_passed <= known


def _slot_of(begun: Record) -> str:
    """Name of the slot of the release itself; trials of others have names of their own."""
    return f"{begun.facts.get('tag')}-{str(begun.facts.get('commit'))[:8]}"


def _is_as_begun(begun: Record, boot: Record) -> bool:
    """Whether what started is what was to be released."""
    same = all(boot.facts.get(name) == begun.facts.get(name) for name in ("version", "commit"))
    return same and boot.facts.get("outcome") == Outcome.PASSED


def _flow_claim(evidence: Evidence, key: str, flows: Sequence[FlowRun], *, is_needed: bool = True) -> Claim:
    records = [record for flow in flows for record in flow.records]
    return claimed(evidence, key, records, all(flow.has_passed for flow in flows), is_needed=is_needed)


def _watch_claims(evidence: Evidence, watches: Sequence[Watched]) -> Iterator[Claim]:
    watch = deciding(watches)
    if watch is None or watch.judgement is None:
        yield Claim("watch.duration", Tick.UNPROVEN, ())
        return
    policy = list(evidence.of_kind(Kind.POLICY))[:1]
    by_seq = {record.seq: record for record in (watch.begun, *watch.samples)}
    for finding in watch.judgement.findings:
        made = claimed(evidence, f"watch.{finding.name}", [*policy, *(by_seq[seq] for seq in finding.cited)], finding.state is State.PASS)
        if finding.state is State.INCONCLUSIVE or (finding.name == "duration" and not watch.is_as_begun):
            made = Claim(made.key, Tick.UNPROVEN, made.cited)
        elif finding.state is State.WARN:
            made = replace(made, is_needed=False)  # it was broken, but not so that the policy takes the release back
        yield made


def _feedback_claims(evidence: Evidence) -> Iterator[Claim]:
    read = list(evidence.of_kind(Kind.FEEDBACK))
    last = {str(record.facts.get("source")): record for record in read}
    were_read = all(record.facts.get("was_read") is True for record in last.values())
    yield claimed(evidence, "feedback_read", last.values(), were_read, is_needed=False)
    are_calm = all(record.facts.get("was_read") is True and not complaints(evidence, record) for record in read)
    changed = list(evidence.of_kind(Kind.SORTED))
    made = claimed(evidence, "no_complaints", [*read, *changed] if read else [], are_calm, is_needed=False)
    were_calm = not any(_is_complaint(str(item.get("kind"))) for record in read for item in _items(record))
    # a person's word can end the calm, and never make it
    yield made if were_calm or made.tick is not Tick.HOLDS else replace(made, tick=Tick.UNPROVEN)


def kinds_in(evidence: Evidence, record: Record) -> list[str]:
    """Kinds of the items of a reading; where a person changed one, that is its kind, if the record of it is believed."""
    changed = {
        (each.facts.get("source"), each.facts.get("id")): str(each.facts.get("sorted_as"))
        for each in evidence.of_kind(Kind.SORTED)
        if evidence.is_believed(each)
    }
    source = record.facts.get("source")
    return [changed.get((source, item.get("id")), str(item.get("kind"))) for item in _items(record)]


def _items(record: Record) -> list[Mapping[str, Any]]:
    items = record.facts.get("items")
    return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []


def _is_complaint(kind: str) -> bool:
    return kind in ("bug", "unsorted")


def complaints(evidence: Evidence, record: Record) -> int:
    """How many items say that something is wrong; what nobody could sort may be one."""
    return sum(_is_complaint(kind) for kind in kinds_in(evidence, record))


def _seen(record: Record) -> Mapping[str, Any]:
    seen = record.facts.get("seen")
    return seen if isinstance(seen, Mapping) else {}


def _state(evidence: Evidence, claims: Sequence[Claim], watches: Sequence[Watched]) -> State:
    needed = [claim for claim in claims if claim.is_needed]
    states = [watch.judgement.state for watch in watches if watch.judgement is not None]
    is_failed = any(claim.tick is Tick.FAILS for claim in needed) or State.FAIL in states
    if is_failed or any(evidence.is_believed(record) for record in evidence.of_kind(Kind.ROLLBACK)):
        return State.FAIL
    watch = deciding(watches)
    if watch is None or watch.judgement is None or any(claim.tick is Tick.UNPROVEN for claim in needed) or not evidence.is_sound:
        return State.INCONCLUSIVE
    return watch.judgement.state


def mark(found: Assessment, key: str, records: Iterable[Record], outcome: object = Outcome.PASSED) -> Claim:
    """A claim beside a line of a table: that these records say `passed`; what was not checked has neither tick nor cross."""
    made = claimed(found.evidence, key, records, outcome == Outcome.PASSED, is_needed=False)
    return replace(made, tick=Tick.UNPROVEN) if outcome == Outcome.NOT_CHECKED else made
