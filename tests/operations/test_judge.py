"""The verdict follows from samples and policy alone: the worst wins, nothing unmeasured passes, an hour is an hour."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.signer import CryptoSigner

from bokgi.operations.evidence_log import Record
from bokgi.operations.judge import State, judged, must_go_back
from bokgi.operations.policy import Metric, Weight, default_policy, read_policy
from bokgi.operations.record_kinds import Kind
from tests.operations.recorded_release import AGREEING, WELL, Recorded, TurnedClock

POLICY = read_policy(default_policy())
BROKEN = {Metric.CPU: 99.0, Metric.SERVER_ERRORS: 1.0, Metric.LOG_WARNINGS: 50.0}
CLOCK = TurnedClock()


def record(seq: int, seconds: float, kind: Kind = Kind.SAMPLE, boot_id: str = "boot-1", **facts: object) -> Record:
    return Record(seq, kind, CLOCK.now(), int(seconds * 1e9), boot_id, "0" * 64, facts)


def begun(planned: float = 3600, every: float = 300) -> Record:
    return record(0, 1000, Kind.WATCH_BEGUN, planned_seconds=planned, every_seconds=every)


def samples(count: int = 13, every: float = 300, changes: Mapping[int, Mapping[str, float | None]] | None = None) -> list[Record]:
    changes = changes or {}
    return [record(1 + k, 1000 + k * every, number=k, prober="ok", values={**WELL, **changes.get(k, {})}, **AGREEING) for k in range(count)]


def state_of(given: list[Record], start: Record | None = None) -> State:
    return judged(POLICY, start or begun(), given).state


def test_an_hour_without_a_flaw_passes() -> None:
    judgement = judged(POLICY, begun(), samples())
    assert judgement.state is State.PASS
    assert judgement.duration.is_complete
    assert judgement.duration.watched_seconds == 3600
    assert judgement.policy_sha256 == POLICY.sha256


def test_twenty_eight_minutes_are_no_hour() -> None:
    judgement = judged(POLICY, begun(), samples(6))
    assert judgement.state is State.INCONCLUSIVE
    assert (judgement.duration.watched_seconds, judgement.duration.planned_seconds) == (25 * 60, 60 * 60)


@pytest.mark.parametrize("seconds", [59, 61])
def test_a_sample_may_be_a_minute_late_and_no_more(seconds: int) -> None:
    late = [*samples(12), record(13, 1000 + 3600 + seconds, number=12, prober="ok", values=dict(WELL), **AGREEING)]
    assert state_of(late) is (State.PASS if seconds < 60 else State.INCONCLUSIVE)


def test_a_second_less_than_an_hour_is_inconclusive() -> None:
    early = [*samples(12), record(13, 1000 + 3599, number=12, prober="ok", values=dict(WELL), **AGREEING)]
    assert state_of(early) is State.INCONCLUSIVE


@pytest.mark.parametrize("missing", range(13))
def test_a_missing_sample_is_inconclusive(missing: int) -> None:
    kept = samples()
    assert state_of(kept[:missing] + kept[missing + 1 :]) is State.INCONCLUSIVE


def test_a_machine_that_started_anew_in_the_middle_is_inconclusive() -> None:
    kept = samples()
    assert state_of([*kept[:6], *(replace(sample, boot_id="boot-2") for sample in kept[6:])]) is State.INCONCLUSIVE


def test_a_failed_prober_is_inconclusive_and_not_the_service() -> None:
    kept = samples()
    kept[4] = record(5, 1000 + 4 * 300, number=4, prober="failed", values={})
    assert state_of(kept) is State.INCONCLUSIVE


@pytest.mark.parametrize("metric", Metric)
def test_what_was_not_measured_never_passes(metric: Metric) -> None:
    assert state_of(samples(changes={3: {metric: None}})) is State.INCONCLUSIVE


def test_a_watch_without_a_sample_is_inconclusive() -> None:
    assert state_of([]) is State.INCONCLUSIVE


@pytest.mark.parametrize(
    ("metric", "places", "expected"),
    [
        (Metric.CPU, [2], State.WARN),
        (Metric.CPU, [2, 5], State.WARN),
        (Metric.CPU, [2, 3], State.FAIL),
        (Metric.CPU, [2, 5, 8], State.FAIL),
        (Metric.SERVER_ERRORS, [12], State.FAIL),
        (Metric.LOG_WARNINGS, [2, 3, 4, 5], State.WARN),
    ],
)
def test_hard_limits_fail_at_once_and_soft_ones_when_it_lasts(metric: Metric, places: list[int], expected: State) -> None:
    given = samples(changes={place: {metric: BROKEN[metric]} for place in places})
    judgement = judged(POLICY, begun(), given)
    assert judgement.state is expected
    (finding,) = (found for found in judgement.findings if found.name == metric)
    assert finding.broken == tuple(place + 1 for place in places)
    assert must_go_back(POLICY, begun(), given) is (expected is State.FAIL)


def test_bounds_are_as_the_policy_says_them() -> None:
    assert state_of(samples(changes={1: {Metric.CPU: 79.999}})) is State.PASS
    assert state_of(samples(changes={1: {Metric.CPU: 80.0}})) is State.WARN


def test_a_watch_of_seconds_keeps_the_same_rules() -> None:
    assert state_of(samples(11, every=2), begun(20, 2)) is State.PASS
    assert state_of(samples(10, every=2), begun(20, 2)) is State.INCONCLUSIVE
    late = [*samples(10, every=2), record(11, 1000 + 20.5, number=10, prober="ok", values=dict(WELL), **AGREEING)]
    assert state_of(late, begun(20, 2)) is State.INCONCLUSIVE


VALUES = st.fixed_dictionaries({metric.value: st.none() | st.floats(0, 200) for metric in Metric})


@given(st.lists(VALUES, min_size=13, max_size=13))
def test_the_worst_finding_is_the_verdict_and_pass_means_all_is_kept(values: list[dict[str, float | None]]) -> None:
    judgement = judged(POLICY, begun(), samples(changes=dict(enumerate(values))))
    assert judgement.state is max(finding.state for finding in judgement.findings)
    is_kept = [value is not None and limit.is_kept(value) for one in values for limit in POLICY.limits for value in [one[limit.metric]]]
    assert (judgement.state is State.PASS) is all(is_kept)


@given(st.lists(VALUES, min_size=13, max_size=13), st.integers(0, 12), st.sampled_from(list(Metric)))
def test_a_worse_sample_never_makes_the_verdict_better(values: list[dict[str, float | None]], place: int, metric: Metric) -> None:
    worse = [dict(one) for one in values]
    worse[place][metric] = 1e9
    limit = next(limit for limit in POLICY.limits if limit.metric is metric)
    before, after = (judged(POLICY, begun(), samples(changes=dict(enumerate(given)))) for given in (values, worse))
    if limit.weight is not Weight.WARN and values[place][metric] is not None:
        assert after.state >= before.state
    assert after.state is not State.PASS


def test_the_same_records_read_back_give_the_same_verdict(tmp_path: Path) -> None:
    recorded = Recorded(tmp_path, CryptoSigner.generate_ed25519())
    recorded.begin()
    start, seen = recorded.watch()
    recorded.log.close()
    lines = (tmp_path / "evidence.jsonl").read_bytes().splitlines()
    again = [Record.from_line(line) for line in lines]
    assert judged(POLICY, again[start.seq], again[start.seq + 1 :]) == judged(POLICY, start, seen)
