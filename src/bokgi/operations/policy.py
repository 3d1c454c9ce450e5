"""What a release must keep to: limits read from a file whose hash stands in every verdict.

Convention: a condition that is empty, unknown or says nothing is an error when the file is read, never a limit that cannot be broken.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Any, TypeVar

import yaml

from bokgi.errors.operations import PolicyRefused
from bokgi.operations.evidence_log import hash_of

_Choice = TypeVar("_Choice", bound=StrEnum)


class Metric(StrEnum):
    """Everything that a sample measures."""

    CPU = "cpu_percent"
    MEMORY = "memory_percent"
    DISK = "disk_percent"
    INODES = "inodes_percent"
    API_TIME = "api_seconds"
    SERVER_ERRORS = "server_errors"
    FAILED_PROBES = "failed_probes"
    FAILED_BACKTESTS = "failed_backtests"
    LOST_RESULTS = "lost_results"
    NOT_FOUND = "not_found_on_known_paths"
    LOG_ERRORS = "log_errors"
    LOG_WARNINGS = "log_warnings"


class Weight(StrEnum):
    """What follows when a limit is broken."""

    HARD = "hard"
    SOFT = "soft"
    WARN = "warn"


class BrowserRule(StrEnum):
    """Whether a release must be looked at in a real browser."""

    REQUIRED = "required"
    IF_PRESENT = "if_present"


@dataclass(frozen=True, slots=True)
class Limit:
    """below : exclusive bound, or at_most : inclusive bound; exactly one of them is there"""

    metric: Metric
    weight: Weight
    below: float | None = None
    at_most: float | None = None

    def is_kept(self, value: float) -> bool:
        """Whether a measured value is within the limit."""
        if self.below is not None:
            return value < self.below
        assert self.at_most is not None
        return value <= self.at_most

    @property
    def words(self) -> str:
        """The condition as it is read: `< 80`."""
        return f"< {self.below:g}" if self.below is not None else f"≤ {self.at_most:g}"


@dataclass(frozen=True)
class Policy:
    """limits : one for each metric that is judged

    tolerance_seconds : how late or early a sample may be, at the most; short watches allow a fifth of their step
    """

    sha256: str
    limits: tuple[Limit, ...]
    browser: BrowserRule
    tolerance_seconds: float


def default_policy() -> bytes:
    """The text of the policy that comes with the package."""
    return (files("bokgi.operations") / "default_policy.yaml").read_bytes()


def read_policy(text: bytes, source: str = "default_policy.yaml") -> Policy:
    """The policy of a text.

    Raises
    ------
    PolicyRefused
        The text is no YAML, a name is unknown, a condition is empty or cannot be broken.
    """
    try:
        given = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PolicyRefused(source, "file", f"it is no YAML ({error})") from error
    _check_names(source, "file", given, {"browser", "limits", "tolerance_seconds"}, {"limits"})
    limits = given["limits"]
    if not isinstance(limits, dict) or not limits:
        raise PolicyRefused(source, "limits", "there must be at least one")
    return Policy(
        hash_of(text),
        tuple(_limit(source, str(name), condition) for name, condition in limits.items()),
        _chosen(source, "browser", BrowserRule, given.get("browser", BrowserRule.IF_PRESENT)),
        _number(source, "tolerance_seconds", given.get("tolerance_seconds", 60), above_zero=True),
    )


def _limit(source: str, name: str, condition: object) -> Limit:
    place = f"limits.{name}"
    metric = _chosen(source, place, Metric, name)
    _check_names(source, place, condition, {"below", "at_most", "weight"}, {"weight"})
    assert isinstance(condition, dict)
    if ("below" in condition) == ("at_most" in condition):
        raise PolicyRefused(source, place, "it needs either 'below' or 'at_most'")
    weight = _chosen(source, f"{place}.weight", Weight, condition["weight"])
    if "below" in condition:
        return Limit(metric, weight, below=_number(source, f"{place}.below", condition["below"], above_zero=True))
    return Limit(metric, weight, at_most=_number(source, f"{place}.at_most", condition["at_most"]))


def _check_names(source: str, place: str, given: object, allowed: set[str], needed: set[str]) -> None:
    if not isinstance(given, dict) or not given:
        raise PolicyRefused(source, place, "it is empty")
    unknown = sorted(str(name) for name in given.keys() - allowed)
    if unknown:
        raise PolicyRefused(source, place, f"{', '.join(unknown)} is not known; allowed are {', '.join(sorted(allowed))}")
    missing = sorted(needed - given.keys())
    if missing:
        raise PolicyRefused(source, place, f"{', '.join(missing)} is missing")


def _number(source: str, place: str, given: object, *, above_zero: bool = False) -> float:
    is_number = isinstance(given, int | float) and not isinstance(given, bool) and math.isfinite(given)
    if not is_number or given < 0 or (above_zero and given == 0):  # type: ignore[operator]  # a number, as the line above says
        raise PolicyRefused(source, place, f"{given!r} is no number {'above' if above_zero else 'from'} 0")
    return float(given)  # type: ignore[arg-type]  # a number, as checked


def _chosen(source: str, place: str, kind: type[_Choice], given: object) -> _Choice:
    try:
        return kind(str(given))
    except ValueError as error:
        raise PolicyRefused(source, place, f"{given!r} is not known; allowed are {', '.join(kind)}") from error


def values_of(facts: Mapping[str, Any]) -> Mapping[str, float | None]:
    """The measured values of a sample: a number, or None where there is none."""
    found = facts.get("values")
    if not isinstance(found, Mapping):
        return {}
    return {str(name): _measured(value) for name, value in found.items()}


def _measured(value: object) -> float | None:
    """A number that can be compared; whatever else stands there is no measurement."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
