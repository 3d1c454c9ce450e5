"""Anchors of the evidence against the owner of its key: the head is told to somebody else, who cannot be made to forget it.

Convention: what an anchor holds is the head and count as they were when it was made. An anchor that failed is recorded as failed.
"""

import subprocess
from collections.abc import Iterable
from pathlib import Path

from bokgi.operations.anchored import attempt_of
from bokgi.operations.evidence_log import EvidenceLog
from bokgi.operations.notices import Notice, NoticeWay, sent
from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.repository import without_credentials

LIMIT_SECONDS = 60
_IDENTITY = ("-c", "user.name=Bokgi", "-c", "user.email=bokgi@localhost")


def tell_all(log: EvidenceLog, ways: Iterable[NoticeWay], subject: str, text: str) -> None:
    """Send a notice on every way, and record each as an anchor."""
    head, count = log.head, log.count
    for way in ways:
        problem = sent(way, Notice(subject, text, head, count))
        _record(log, f"notice by {way.name}", head, count, problem)


def push_tag(log: EvidenceLog, repository: Path, remote: str, tag: str, commit: str) -> None:
    """Push an annotated tag that holds the head, beside the tag of the release."""
    head, count = log.head, log.count
    name = f"evidence/{tag}/{attempt_of(log.folder)}/{count}"
    message = f"Evidence of {tag}: {count} records, head {head}"
    problem = _git(repository, *_IDENTITY, "tag", "-a", name, "-m", message, commit) or _git(
        repository, "push", "--quiet", remote, f"refs/tags/{name}"
    )
    _record(log, f"git tag {name}", head, count, problem)


def _git(repository: Path, *arguments: str) -> str:
    """What git complained of; empty where it did not."""
    try:
        done = subprocess.run(  # noqa: S603  # git with arguments of our own
            ["git", "-C", str(repository), *arguments],  # noqa: S607  # the git of the path
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return without_credentials(f"{type(error).__name__}: {error}")[:300]
    return "" if done.returncode == 0 else (without_credentials(done.stderr.strip()) or f"git ended with {done.returncode}")[:300]


def _record(log: EvidenceLog, where: str, head: str, count: int, problem: str) -> None:
    outcome = Outcome.FAILED if problem else Outcome.PASSED
    log.append(Kind.ANCHOR, where=where, head=head, count=count, outcome=outcome, **({"problem": problem} if problem else {}))
