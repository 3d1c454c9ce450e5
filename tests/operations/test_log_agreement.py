"""The log of a service and its own counters must tell one story; where they do not, no watch and no day passes."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bokgi.operations.judge import LOG_AGREEMENT, Finding, State, judged
from bokgi.operations.log_agreement import log_agrees
from bokgi.operations.policy import Metric, default_policy, read_policy
from tests.operations.recorded_release import WELL
from tests.operations.test_judge import begun, record

LENIENT = read_policy(default_policy().replace(b"server_errors: {at_most: 0", b"server_errors: {at_most: 1000"))
Facts = Mapping[str, Any]


def facts(own: int = 0, logged: int = 0, *, counted: int = 50, lines: int | None = 50, anew: bool = False) -> Facts:
    """Server errors and requests, of the counters and of the log."""
    log: dict[str, Any] = {"counts": {"server_errors": logged}}
    log |= {} if lines is None else {"requests": lines}
    return {"own_figures": {"server_errors": own, "requests": counted, "has_started_anew": anew}, "log": log}


@pytest.mark.parametrize(
    ("samples", "agrees"),
    [
        ([facts()], True),
        ([facts(2, 2), facts(1, 1)], True),
        ([facts(0, 1), facts(1, 0)], True),  # written between two readings
        ([facts(0, 1)], False),
        ([facts(1, 0)], False),
        ([facts(1, 0), facts(0, 0)], False),
        ([facts(0, 1, anew=True)], True),  # the new process has forgotten
        ([facts(1, 0, anew=True)], False),  # but the log forgets nothing
        ([facts(lines=60)], True),  # other processes write there, too
        ([facts(lines=49)], False),
        ([facts(lines=51), facts(lines=49)], True),
        ([facts(lines=None)], True),
        ([], None),
        ([{}], None),
        ([facts(), {"own_figures": None, "log": {}}], None),
    ],
)
def test_sums_are_compared_and_what_is_not_known_is_no_agreement(samples: Sequence[Facts], agrees: bool | None) -> None:
    assert log_agrees(samples) is agrees


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 100)), min_size=1, max_size=8), st.integers(1, 5), st.data())
def test_a_line_that_is_lost_anywhere_is_noticed(true: Sequence[tuple[int, int]], lost: int, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(true) - 1))
    told = [facts(errors, errors, counted=requests, lines=requests) for errors, requests in true]
    assert log_agrees(told)
    errors, requests = true[place]
    told[place] = facts(errors, errors, counted=requests, lines=requests - lost)
    assert log_agrees(told) is False


def told_by(instance: str, own: tuple[int, int], **logged: tuple[int, int]) -> Facts:
    """Requests and server errors of the process that answered, and those that the log has of each process."""
    lines = {name: {"requests": requests, "server_errors": errors} for name, (requests, errors) in logged.items()}
    counts = {"server_errors": sum(errors for _, errors in logged.values())}
    figures = {"requests": own[0], "server_errors": own[1], "instance": instance, "has_started_anew": False}
    return {"own_figures": figures, "log": {"requests": sum(each for each, _ in logged.values()), "counts": counts, "instances": lines}}


@pytest.mark.parametrize(
    ("samples", "agrees"),
    [
        ([told_by("a", (50, 1), a=(50, 1))], True),
        ([told_by("a", (50, 0), a=(52, 1)), told_by("a", (52, 1), a=(50, 0))], True),  # written between two readings
        ([told_by("a", (50, 0), a=(49, 0))], False),
        ([told_by("a", (50, 0), a=(49, 0)), told_by("a", (50, 0), a=(60, 0))], False),  # at every sample, not in the end alone
        ([told_by("a", (50, 0), a=(50, 1))], False),
        ([told_by("a", (50, 1), a=(50, 0))], False),
        ([told_by("a", (50, 0), a=(50, 0)), told_by("b", (5, 0), a=(30, 2), b=(5, 0))], True),  # what the old one forgot, the log knows
        ([told_by("a", (50, 0), a=(50, 0)), told_by("b", (5, 0), a=(30, 0), b=(4, 0))], False),  # and it pays for nothing that was lost
        ([told_by("a", (50, 0), a=(50, 0)), told_by("b", (5, 1), a=(30, 1), b=(5, 0))], False),
        ([told_by("b", (5, 0))], False),
        ([told_by("a", (50, 0), a=(50, 0), other=(9, 9))], True),  # a slot that answers nobody writes there, too
    ],
)
def test_each_process_is_held_against_its_own_lines(samples: Sequence[Facts], agrees: bool) -> None:
    assert log_agrees(samples) is agrees


def finding(samples: Sequence[Facts]) -> tuple[State, Finding]:
    values = {**WELL, Metric.SERVER_ERRORS: 1.0}
    given = [record(1 + k, 1000 + k * 300, number=k, prober="ok", values=values, **each) for k, each in enumerate(samples)]
    judgement = judged(LENIENT, begun(planned=300 * (len(samples) - 1)), given)
    return judgement.state, next(each for each in judgement.findings if each.name == LOG_AGREEMENT)


def test_a_watch_whose_log_and_counters_differ_does_not_pass_though_every_limit_is_kept() -> None:
    state, found = finding([facts(1, 1)] * 3)
    assert (state, found.state) == (State.PASS, State.PASS)
    state, found = finding([facts(1, 1), facts(1, 0), facts(1, 1)])
    assert (state, found.state, found.broken, found.cited) == (State.INCONCLUSIVE, State.INCONCLUSIVE, (2,), (0, 1, 2, 3))


def test_a_watch_that_does_not_know_one_side_does_not_pass() -> None:
    state, found = finding([facts(1, 1), {"own_figures": None, "log": {}}])
    assert (state, found.state, found.broken) == (State.INCONCLUSIVE, State.INCONCLUSIVE, (2,))
