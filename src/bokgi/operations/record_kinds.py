"""Every kind of record that a release writes, and the facts that each must hold.

The table is what the judge and the report may rely on: a record without its facts is a fault of the log, never a blank in the report.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What was recorded."""

    BEGUN = "begun"
    LOCK = "lock"
    POLICY = "policy"
    CHECK = "check"
    MANIFEST = "manifest"
    BOOT = "boot"
    SMOKE_STEP = "smoke_step"
    SMOKE = "smoke"
    SWITCH = "switch"
    WATCH_BEGUN = "watch_begun"
    SAMPLE = "sample"
    WATCH_ENDED = "watch_ended"
    VERDICT = "verdict"
    ROLLBACK = "rollback"
    RETIRED = "retired"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    FEEDBACK = "feedback"
    SORTED = "sorted"
    HISTORY = "history"
    REMARK = "remark"
    APPROVAL = "approval"
    ANCHOR = "anchor"
    GAP = "gap"
    ENDED = "ended"


REQUIRED: Mapping[Kind, frozenset[str]] = {
    Kind.BEGUN: frozenset({"tag", "commit", "version", "operator", "host"}),
    Kind.LOCK: frozenset({"holder", "broken"}),
    Kind.POLICY: frozenset({"policy_sha256"}),
    Kind.CHECK: frozenset({"name", "outcome", "seen"}),
    Kind.MANIFEST: frozenset({"files", "manifest_sha256", "changed"}),
    Kind.BOOT: frozenset({"slot", "pid", "version", "commit", "seconds", "outcome"}),
    Kind.SMOKE_STEP: frozenset({"flow", "name", "outcome", "milliseconds", "seen"}),
    Kind.SMOKE: frozenset({"flow", "outcome", "steps"}),
    Kind.SWITCH: frozenset({"from_slot", "to_slot", "milliseconds"}),
    Kind.WATCH_BEGUN: frozenset({"planned_seconds", "every_seconds"}),
    Kind.SAMPLE: frozenset({"number", "values", "prober"}),
    Kind.WATCH_ENDED: frozenset({"reason"}),
    Kind.VERDICT: frozenset({"state", "policy_sha256"}),
    Kind.ROLLBACK: frozenset({"from_tag", "to_tag", "milliseconds", "outcome"}),
    Kind.RETIRED: frozenset({"slot"}),
    Kind.DAILY: frozenset({"day", "outcome", "seen"}),
    Kind.WEEKLY: frozenset({"day", "outcome", "compared"}),
    Kind.MONTHLY: frozenset({"day", "outcome", "standing", "figures", "sources"}),
    Kind.QUARTERLY: frozenset({"day", "outcome", "checks"}),
    Kind.FEEDBACK: frozenset({"source", "was_read", "items"}),
    Kind.SORTED: frozenset({"source", "id", "sorted_as", "person"}),
    Kind.HISTORY: frozenset({"releases", "planned"}),
    Kind.REMARK: frozenset({"person", "text"}),
    Kind.APPROVAL: frozenset({"person"}),
    Kind.ANCHOR: frozenset({"where", "head", "count", "outcome"}),
    Kind.GAP: frozenset({"after", "seconds"}),
    Kind.ENDED: frozenset({"outcome"}),
}
"""Facts without which a record of a kind is no record."""


class Outcome(StrEnum):
    """How a check, a step or a start ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not_checked"


def missing_facts(kind: Kind, facts: Mapping[str, Any]) -> list[str]:
    """Names of the facts that are not there, in order."""
    return sorted(REQUIRED[kind] - facts.keys())
