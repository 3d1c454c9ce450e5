"""A flow judged again from its evidence: whether each step that was recorded as passed does pass, by its flow and its bodies.

Convention: what only the moment could show (a browser, the log of the service) is taken as it was recorded.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bokgi.errors.observation import FlowRefused
from bokgi.operations.asking import Answer
from bokgi.operations.evidence_log import Record
from bokgi.operations.record_kinds import Outcome
from bokgi.operations.smoke.flow import Flow, Step, read_flow
from bokgi.operations.smoke.whole_step import captured_words, step_problems

Body = Callable[[str], bytes]
"""Gives a cited body by its hash."""


def contradicted_steps(end: Record, steps: Sequence[Record], body: Body) -> list[str]:
    """Names of the steps that were recorded as passed and do not pass by what was kept of them.

    end : the record of the whole flow, with its text and its drawn words
    """
    try:
        flow = read_flow(body(str(end.facts["flow_sha256"])))
    except (FlowRefused, KeyError):
        return ["flow"]
    words, earlier = _first_words(end), dict[str, Answer]()
    by_name = {str(record.facts.get("name")): record for record in steps}
    return [step.name for step in flow.steps if not _is_confirmed(step, by_name.get(step.name), words, earlier, body)] + _unknown(
        flow, by_name
    )


def _first_words(end: Record) -> dict[str, Any]:
    drawn, expected = end.facts.get("drawn"), end.facts.get("expected")
    words: dict[str, Any] = dict(drawn) if isinstance(drawn, Mapping) else {}
    return words | ({f"expected_{name}": value for name, value in expected.items()} if isinstance(expected, Mapping) else {})


def _unknown(flow: Flow, by_name: Mapping[str, Record]) -> list[str]:
    return sorted(by_name.keys() - {step.name for step in flow.steps})


def _is_confirmed(step: Step, record: Record | None, words: dict[str, Any], earlier: dict[str, Answer], body: Body) -> bool:
    """Whether a step does not claim more than its answers show; takes its words and answer along for later steps."""
    if record is None:
        return False
    has_passed = record.facts.get("outcome") == Outcome.PASSED
    if step.action == "open_in_browser" or step.check == "requests_are_logged":
        return True
    answers = [_answer(facts, body) for facts in _listed(record)]
    if not has_passed and not answers:
        return True
    if not step.words <= words.keys():
        return not has_passed
    problems = list(step_problems(step, answers, words, earlier))
    if answers:
        earlier[step.name] = answers[-1]
        captured, missing = captured_words(step, answers[-1])
        words |= captured
        problems += missing
    return not (has_passed and problems)


def _listed(record: Record) -> list[Mapping[str, Any]]:
    answers = record.facts.get("answers")
    return [each for each in answers if isinstance(each, Mapping)] if isinstance(answers, list) else []


def _answer(facts: Mapping[str, Any], body: Body) -> Answer:
    """The answer as it was; without a body there was none."""
    headers = facts.get("headers")
    sha256 = facts.get("body_sha256")
    content = body(sha256) if isinstance(sha256, str) else b""
    status = facts.get("status")
    milliseconds = facts.get("milliseconds")
    return Answer(
        status if isinstance(status, int) and isinstance(sha256, str) else 0,
        headers if isinstance(headers, Mapping) else {},
        content,
        float(milliseconds) / 1000 if isinstance(milliseconds, int | float) else float("inf"),
        str(facts.get("request_id", "")),
        str(facts.get("problem", "")),
    )
