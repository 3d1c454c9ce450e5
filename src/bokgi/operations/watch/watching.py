"""The watch itself: a sample at t0 + k x every, recorded and judged at once, until the time is over or a limit is broken.

Convention: t0 is the record of the beginning, and time is the clock that is never set. A sample that comes late is recorded with its
own time and judged as late; none is made up. An error of the prober itself is a sample with `prober: failed`.
"""

import threading
from collections.abc import Callable, Iterator
from time import monotonic_ns
from typing import Any

from bokgi.operations.evidence_log import EvidenceLog, Record
from bokgi.operations.judge import NANOSECONDS, Judgement, judged, must_go_back
from bokgi.operations.policy import Policy
from bokgi.operations.record_kinds import Kind
from bokgi.operations.release_feedback import record_feedback
from bokgi.operations.watch.machine import CPU_SECONDS, CpuMeter
from bokgi.operations.watch.sampling import Sampler
from bokgi.operations.watch.subject import Subject

CPU_SHARE = 0.1
"""A short watch measures the processor this share of its step."""
STOPPED, LIMIT, TIME = "stopped", "limit", "time"


def watch(
    subject: Subject,
    policy: Policy,
    log: EvidenceLog,
    *,
    for_seconds: float,
    every_seconds: float,
    on_sample: Callable[[Record], None] = lambda _record: None,
    stop: threading.Event | None = None,
) -> Judgement:
    """Watch a release and give the verdict, which is recorded, too.

    on_sample : called with each sample after which the watch goes on
    stop : set by whoever wants to end it early; the watch is then inconclusive
    """
    waiting = stop or threading.Event()
    with CpuMeter(min(CPU_SECONDS, every_seconds * CPU_SHARE)) as cpu:
        sampler = Sampler(subject, cpu)
        cpu.wait_for_one(CPU_SECONDS)
        begun = log.append(Kind.WATCH_BEGUN, planned_seconds=for_seconds, every_seconds=every_seconds)
        samples: list[Record] = []
        reason = TIME
        for number in _numbers(begun, for_seconds, every_seconds, waiting):
            samples.append(log.append(Kind.SAMPLE, number=number, **_measured(sampler)))
            if must_go_back(policy, begun, samples):
                reason = LIMIT
                break
            on_sample(samples[-1])
            if waiting.is_set():
                break
            record_feedback(log, subject.feedback)
        if waiting.is_set() and reason is TIME:
            reason = STOPPED
    judgement = judged(policy, begun, samples)
    log.append(Kind.WATCH_ENDED, reason=reason)
    log.append(Kind.VERDICT, state=judgement.state.name, policy_sha256=policy.sha256)
    return judgement


def _numbers(begun: Record, for_seconds: float, every_seconds: float, waiting: threading.Event) -> Iterator[int]:
    """Number of each sample, at its time."""
    for number in range(int(for_seconds / every_seconds + 1e-9) + 1):
        due_ns = begun.monotonic_ns + int(number * every_seconds * NANOSECONDS)
        if waiting.wait(max(0.0, (due_ns - monotonic_ns()) / NANOSECONDS)):
            return
        yield number


def _measured(sampler: Sampler) -> dict[str, Any]:
    """The facts of a sample, with the time at which measuring began."""
    started = {"started_ns": monotonic_ns()}
    try:
        return started | sampler.facts()
    except Exception as error:  # noqa: BLE001  # whatever fails in the prober is the prober's, and is recorded as such
        return started | {"values": {}, "prober": "failed", "problems": {"prober": f"{type(error).__name__}: {error}"[:300]}}
