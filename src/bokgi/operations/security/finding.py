"""What one part of the security check found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bokgi.operations.record_kinds import Outcome

SHOWN = 20
"""So many names are recorded of a long list; how many there are is recorded beside them."""


@dataclass(frozen=True)
class Finding:
    """A part of the check.

    Attributes
    ----------
    seen : figures and names, as they are recorded
    bodies : bytes behind them, by the name under which their hash is recorded
    """

    name: str
    outcome: Outcome
    seen: Mapping[str, Any]
    bodies: Mapping[str, bytes] = field(default_factory=dict)


def found(name: str, problems: Iterable[str], bodies: Mapping[str, bytes] | None = None, **seen: object) -> Finding:
    """A part that was looked at: it failed where there are problems."""
    listed = list(problems)
    told = {"problems": listed[:SHOWN], "problem_count": len(listed), **seen}
    return Finding(name, Outcome.FAILED if listed else Outcome.PASSED, told, bodies or {})


def not_checked(name: str, why: str, **seen: object) -> Finding:
    """A part that could not be looked at."""
    return Finding(name, Outcome.NOT_CHECKED, {"why": why, **seen})


def outcome_of(findings: Iterable[Finding]) -> Outcome:
    """Of the whole check: one part that failed makes it fail, one that was not made leaves it open."""
    outcomes = [finding.outcome for finding in findings]
    if Outcome.FAILED in outcomes:
        return Outcome.FAILED
    return Outcome.PASSED if outcomes and Outcome.NOT_CHECKED not in outcomes else Outcome.NOT_CHECKED
