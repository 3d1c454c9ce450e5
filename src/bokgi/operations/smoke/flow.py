"""A smoke flow as it is read from its file.

Convention: what is unknown, empty or could never fail is an error when the file is read. Words in `${...}` are filled in when a step is
made: those of the target, drawn ones, and captured ones.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, NoReturn

import yaml

from bokgi.errors.observation import FlowRefused
from bokgi.operations.asking import Json
from bokgi.operations.evidence_log import hash_of

METHODS = ("get", "post", "put", "patch", "delete")
ACTIONS = (*METHODS, "get_each_file_of", "open_in_browser")
CONDITIONS = ("equals", "one_of", "matches", "above", "at_least", "at_most", "kind", "present")
KINDS = ("number", "text", "list", "object", "boolean", "null")
CHECKS = ("progress_is_work", "trades_add_up", "results_agree", "results_differ", "requests_are_logged")
NEEDS_ANOTHER = ("trades_add_up", "results_agree", "results_differ")
_STEP_FIELDS = {"name", "korean", "english", "headers", "body", "expect", "until", "capture", "check", "with", *ACTIONS}
_EXPECTED = {"status", "under_seconds", "headers", "text", "text_without", "json"}
_WORD = re.compile(r"\$\{(\w+)\}")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
TARGET_WORDS = ("expected_version", "expected_commit")


@dataclass(frozen=True, slots=True)
class Expected:
    """What an answer must be; `json` holds the conditions by dotted path."""

    status: int
    under_seconds: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    text: tuple[str, ...] = ()
    text_without: tuple[str, ...] = ()
    json: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Until:
    """Ask again until the JSON of the answer is so, for so long at the most [s]."""

    within_seconds: float
    json: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `action` is a method, or one of the other things that a step may do, or empty where it only checks."""

    name: str
    korean: str
    english: str
    action: str
    place: str
    headers: Mapping[str, str]
    body: Mapping[str, Any] | None
    expected: Expected | None
    until: Until | None
    capture: Mapping[str, str]
    check: str
    other: str

    @property
    def words(self) -> frozenset[str]:
        """Words that must be known before the step can be made."""
        return frozenset(_words_in([self.place, self.body, self.headers, *_expected_parts(self.expected)]))


@dataclass(frozen=True)
class Flow:
    """All steps in order, and the time for all of them [s]."""

    name: str
    sha256: str
    text: bytes
    budget_seconds: float
    headers: Mapping[str, str]
    drawn: Mapping[str, tuple[int, int, int]]
    steps: tuple[Step, ...]


def default_flow() -> bytes:
    """The text of the flow that comes with the package."""
    return (files("bokgi.operations.smoke") / "default_smoke.yaml").read_bytes()


def read_flow(text: bytes | None = None, source: str = "smoke.yaml") -> Flow:
    """The flow of a text, by default of the one that comes with the package.

    Raises
    ------
    FlowRefused
    """
    content = default_flow() if text is None else text
    try:
        given = yaml.safe_load(content)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FlowRefused(source, "file", f"it is no YAML ({error})") from error
    return _Reader(source).flow(given, content)


def filled(given: Json, words: Mapping[str, Any]) -> Json:
    """The value with its words filled in; a text that is one word alone becomes the word's own value."""
    if isinstance(given, str):
        whole = _WORD.fullmatch(given)
        if whole:
            return words[whole[1]]
        return _WORD.sub(lambda found: str(words[found[1]]), given)
    if isinstance(given, Mapping):
        return {name: filled(value, words) for name, value in given.items()}
    if isinstance(given, list | tuple):
        return [filled(value, words) for value in given]
    return given


def _words_in(given: Json) -> set[str]:
    if isinstance(given, str):
        return set(_WORD.findall(given))
    if isinstance(given, Mapping):
        return _words_in(list(given.values()))
    if isinstance(given, list | tuple):
        return set().union(*(_words_in(value) for value in given))
    return set()


def _expected_parts(expected: Expected | None) -> tuple[Any, ...]:
    return () if expected is None else (expected.headers, expected.text, expected.text_without, expected.json)


class _Reader:
    """Reads a flow and refuses what it does not know."""

    def __init__(self, source: str) -> None:
        self._source = source

    def flow(self, given: Json, text: bytes) -> Flow:
        self._names("file", given, {"name", "budget_seconds", "headers", "drawn", "steps"}, {"name", "budget_seconds", "steps"})
        drawn = {name: self._drawn(f"drawn.{name}", value) for name, value in (given.get("drawn") or {}).items()}
        if not isinstance(given["steps"], list) or not given["steps"]:
            self._refuse("steps", "there must be at least one")
        steps = tuple(self._step(f"steps.{number}", step) for number, step in enumerate(given["steps"]))
        self._check_order(steps, {*TARGET_WORDS, *drawn})
        budget = self._seconds("budget_seconds", given["budget_seconds"])
        return Flow(str(given["name"]), hash_of(text), text, budget, _texts(given.get("headers")), drawn, steps)

    def _step(self, place: str, given: Json) -> Step:
        self._names(place, given, _STEP_FIELDS, {"name", "korean", "english"})
        actions = [name for name in ACTIONS if name in given]
        action = actions[0] if len(actions) == 1 else ""
        if len(actions) > 1 or (not action and "check" not in given):
            self._refuse(place, f"it needs one of {', '.join(ACTIONS)}, or a check")
        if action in (*METHODS, "get_each_file_of") and "expect" not in given:
            self._refuse(place, "it expects nothing, so it could not fail")
        check, other = str(given.get("check", "")), str(given.get("with", ""))
        if check and check not in CHECKS:
            self._refuse(f"{place}.check", f"{check!r} is not known; allowed are {', '.join(CHECKS)}")
        if (check in NEEDS_ANOTHER) != bool(other):
            self._refuse(f"{place}.with", "it names the step to compare with, for the checks that compare")
        return Step(
            name=str(given["name"]),
            korean=str(given["korean"]),
            english=str(given["english"]),
            action=action,
            place=str(given[action]) if action else "",
            headers=_texts(given.get("headers")),
            body=given.get("body"),
            expected=self._expected(f"{place}.expect", given["expect"]) if "expect" in given else None,
            until=self._until(f"{place}.until", given["until"]) if "until" in given else None,
            capture=_texts(given.get("capture")),
            check=check,
            other=other,
        )

    def _expected(self, place: str, given: Json) -> Expected:
        self._names(place, given, _EXPECTED, {"status"})
        if not isinstance(given["status"], int) or not 100 <= given["status"] <= 599:
            self._refuse(f"{place}.status", f"{given['status']!r} is no HTTP status")
        under = given.get("under_seconds")
        return Expected(
            status=given["status"],
            under_seconds=None if under is None else self._seconds(f"{place}.under_seconds", under),
            headers=_texts(given.get("headers")),
            text=tuple(given.get("text") or ()),
            text_without=tuple(given.get("text_without") or ()),
            json=self._conditions(f"{place}.json", given["json"]) if "json" in given else {},
        )

    def _until(self, place: str, given: Json) -> Until:
        self._names(place, given, {"within_seconds", "json"}, {"within_seconds", "json"})
        return Until(self._seconds(f"{place}.within_seconds", given["within_seconds"]), self._conditions(f"{place}.json", given["json"]))

    def _conditions(self, place: str, given: Json) -> Mapping[str, Mapping[str, Any]]:
        self._names(place, given, None, set())
        for path, condition in given.items():
            self._names(f"{place}.{path}", condition, set(CONDITIONS), set())
            if condition.get("kind", KINDS[0]) not in KINDS:
                self._refuse(f"{place}.{path}.kind", f"allowed are {', '.join(KINDS)}")
            if "matches" in condition:
                self._check_pattern(f"{place}.{path}.matches", condition["matches"])
        return {str(path): dict(condition) for path, condition in given.items()}

    def _check_pattern(self, place: str, pattern: Json) -> None:
        try:
            re.compile(pattern)
        except (re.error, TypeError) as error:
            raise FlowRefused(self._source, place, f"{pattern!r} is no pattern ({error})") from error

    def _drawn(self, place: str, given: Json) -> tuple[int, int, int]:
        """First and last minute of the day, and the step."""
        self._names(place, given, {"from", "to", "step_minutes"}, {"from", "to", "step_minutes"})
        found = [_CLOCK.fullmatch(str(given[name])) for name in ("from", "to")]
        minutes = [int(each[1]) * 60 + int(each[2]) for each in found if each is not None]
        step = given["step_minutes"]
        if len(minutes) != 2 or not isinstance(step, int) or step < 1 or minutes[0] >= minutes[1]:
            self._refuse(place, "it needs two times of the day, the first before the second, and a step of minutes")
        return minutes[0], minutes[1], int(step)

    def _check_order(self, steps: tuple[Step, ...], known: set[str]) -> None:
        """Words and steps are used after they are known."""
        names: set[str] = set()
        for step in steps:
            missing = sorted(step.words - known)
            if missing:
                self._refuse(step.name, f"{', '.join(missing)} is not known there")
            for other in (step.other, step.place if step.action == "get_each_file_of" else ""):
                if other and other not in names:
                    self._refuse(step.name, f"there is no step {other!r} before it")
            if step.name in names:
                self._refuse(step.name, "there are two of this name")
            names.add(step.name)
            known |= set(step.capture)

    def _seconds(self, place: str, given: Json) -> float:
        if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given < 86_400:
            self._refuse(place, f"{given!r} is no number of seconds above 0")
        return float(given)

    def _names(self, place: str, given: Json, allowed: set[str] | None, needed: set[str]) -> None:
        if not isinstance(given, dict) or not given:
            self._refuse(place, "it is empty")
        unknown = sorted(str(name) for name in given if allowed is not None and name not in allowed)
        if unknown:
            self._refuse(place, f"{', '.join(unknown)} is not known; allowed are {', '.join(sorted(allowed or ()))}")
        missing = sorted(needed - given.keys())
        if missing:
            self._refuse(place, f"{', '.join(missing)} is missing")

    def _refuse(self, place: str, problem: str) -> NoReturn:
        raise FlowRefused(self._source, place, problem)


def _texts(given: Json) -> Mapping[str, str]:
    return {str(name): str(value) for name, value in (given or {}).items()}
