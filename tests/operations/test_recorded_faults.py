"""What was found wrong before an interruption stays wrong: `resume` does not try again until it passes."""

from pathlib import Path
from typing import Any

import pytest

from bokgi.operations.evidence_log import EvidenceLog
from bokgi.operations.judge import State
from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.release_log import read_attempt
from bokgi.operations.releasing.release import recorded_fault

COMMIT = "a" * 40
SLOT = f"v1.0.0-{COMMIT[:8]}"


@pytest.mark.parametrize(
    ("kind", "facts", "is_fault"),
    [
        (Kind.CHECK, {"name": "version", "outcome": Outcome.FAILED}, True),
        (Kind.CHECK, {"name": "version", "outcome": Outcome.NOT_CHECKED}, False),
        (Kind.BOOT, {"slot": SLOT, "outcome": Outcome.FAILED}, True),
        (Kind.BOOT, {"slot": "v0.9.0-bbbbbbbb.trial", "outcome": Outcome.FAILED}, False),
        (Kind.SMOKE, {"stage": "private", "outcome": Outcome.FAILED}, True),
        (Kind.SMOKE, {"stage": "outgoing", "outcome": Outcome.FAILED}, False),
        (Kind.VERDICT, {"state": State.FAIL.name}, True),
        (Kind.VERDICT, {"state": State.WARN.name}, False),
        (Kind.ROLLBACK, {"outcome": Outcome.PASSED}, True),
    ],
)
def test_a_fault_of_the_release_itself_is_remembered(tmp_path: Path, kind: Kind, facts: dict[str, Any], is_fault: bool) -> None:
    with EvidenceLog(tmp_path) as log:
        log.append(Kind.BEGUN, tag="v1.0.0", commit=COMMIT, tree="b" * 40)
        log.append(kind, **facts)
    attempt = read_attempt(tmp_path)
    assert attempt is not None
    assert bool(recorded_fault(attempt)) is is_fault
