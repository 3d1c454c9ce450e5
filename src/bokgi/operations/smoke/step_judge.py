"""Whether a step did what its flow expects: a pure function of recorded answers.

Convention: no problem means that it passed. A problem names its place, what was wanted and what was seen, in words short enough for a
table. The answers themselves are bodies of the evidence, so the same judgement can be made again by whoever has them.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from bokgi.operations.asking import NO_ANSWER, Answer, Json
from bokgi.operations.smoke.flow import Expected, filled

LONGEST = 200
_ABSENT: Final = object()


class Problem(NamedTuple):
    """One thing that is not as it should be."""

    place: str
    wanted: str
    seen: str


def answer_problems(expected: Expected, answer: Answer, words: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with one answer."""
    if answer.status == NO_ANSWER:
        yield Problem("answer", f"status {expected.status}", answer.problem or "no answer")
        return
    if answer.status != expected.status:
        yield Problem("status", str(expected.status), str(answer.status))
    if expected.under_seconds is not None and not answer.seconds < expected.under_seconds:
        yield Problem("seconds", f"< {expected.under_seconds:g}", f"{answer.seconds:.3f}")
    for name, start in expected.headers.items():
        seen = answer.headers.get(name.lower(), "")
        if not seen.lower().startswith(start.lower()):
            yield Problem(f"headers.{name}", start, short(seen))
    yield from _text_problems(expected, answer, words)
    if expected.json:
        yield from json_problems(expected.json, answer.json(), words)


def json_problems(conditions: Mapping[str, Mapping[str, Any]], body: object, words: Mapping[str, Any]) -> Iterator[Problem]:
    """Which conditions a JSON body does not keep."""
    for path, condition in conditions.items():
        seen = value_at(body, path)
        for name, wanted in filled(condition, words).items():
            if not _is_kept(name, wanted, seen):
                yield Problem(f"json.{path}", f"{name} {short(wanted)}", "absent" if seen is _ABSENT else short(seen))


def value_at(body: object, path: str) -> Json:
    """The value under a dotted path; numbers are places of a list."""
    for part in path.split("."):
        if isinstance(body, Mapping) and part in body:
            body = body[part]
        elif isinstance(body, list) and part.isdigit() and int(part) < len(body):
            body = body[int(part)]
        else:
            return _ABSENT
    return body


def is_there(value: object) -> bool:
    """Whether a path led to a value, null among them."""
    return value is not _ABSENT


def short(value: object) -> str:
    """A value for a table."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _text_problems(expected: Expected, answer: Answer, words: Mapping[str, Any]) -> Iterator[Problem]:
    if not expected.text and not expected.text_without:
        return
    text = answer.body.decode("utf-8", "replace")
    for wanted in filled(expected.text, words):
        if wanted not in text:
            yield Problem("text", wanted, short(text[:60]))
    for unwanted in filled(expected.text_without, words):
        if unwanted in text:
            yield Problem("text", f"without {unwanted}", unwanted)


def _is_kept(name: str, wanted: Json, seen: Json) -> bool:
    if name == "present":
        return is_there(seen) is bool(wanted)
    if not is_there(seen):
        return False
    if name == "equals":
        return type(seen) is type(wanted) and bool(seen == wanted)
    if name == "one_of":
        return seen in wanted
    if name == "matches":
        return isinstance(seen, str) and re.fullmatch(wanted, seen) is not None
    if name == "kind":
        return bool(kind_of(seen) == wanted)
    if kind_of(seen) != "number":
        return False
    return bool({"above": seen > wanted, "at_least": seen >= wanted, "at_most": seen <= wanted}[name])


def kind_of(value: object) -> str:
    """The kind of a JSON value, in the words of a flow."""
    if value is None:
        return "null"
    for word, kind in (("boolean", bool), ("number", int | float), ("text", str), ("list", list)):
        if isinstance(value, kind):
            return word
    return "object"


def progress_problems(answers: Sequence[Answer]) -> Iterator[Problem]:
    """Whether a run's progress rises with its work: never falls, is 100 at the end alone, and moves nothing without a counter."""
    bodies = [body for answer in answers if isinstance(body := answer.json(), dict)]
    highest = dict.fromkeys(("progress_percent", "completed_symbols", "total_trades"), 0.0)
    for number, body in enumerate(bodies):
        for name, before in highest.items():
            now = body.get(name)
            if kind_of(now) != "number":
                yield Problem(f"progress.{number}.{name}", "a number", short(now))
                return
            if float(now) < before:  # type: ignore[arg-type]  # a number, as the line above says
                yield Problem(f"progress.{number}.{name}", f"not below {before:g}", short(now))
            highest[name] = max(before, float(now))  # type: ignore[arg-type]  # the same
        yield from _claimed_work(number, body)


def _claimed_work(number: int, body: Mapping[str, Any]) -> Iterator[Problem]:
    percent, done, total = body["progress_percent"], body["completed_symbols"], body.get("total_symbols") or 0
    has_ended = body.get("status") == "completed"
    if (percent == 100) != has_ended:
        yield Problem(f"progress.{number}", "100 % at the end and only there", f"{percent} % while {short(body.get('status'))}")
    if percent > 0 and not has_ended and not done and body.get("current_symbol") is None:
        yield Problem(f"progress.{number}", "a stock that is being computed", f"{percent} % without work")
    if done > total:
        yield Problem(f"progress.{number}", f"at most {total} stocks", f"{done}")


COMPARED = ("performance", "metrics", "stocks", "sell_reason_stats", "monthly_returns")


def agreement_problems(one: object, other: object) -> Iterator[Problem]:
    """Where two results that must be equal differ."""
    for name in COMPARED:
        first, second = value_at(one, name), value_at(other, name)
        if not is_there(first) or not is_there(second) or first != second:
            yield Problem(name, "equal in both runs", "different")


def difference_problems(one: object, other: object) -> Iterator[Problem]:
    """Whether two results that must differ are the same."""
    for name in ("metrics.total_profit", "metrics.total_return", "stocks"):
        first, second = value_at(one, name), value_at(other, name)
        if not is_there(first) or not is_there(second) or first == second:
            yield Problem(name, "different in both runs", "equal")
