"""The lock of a host excludes: against races, against kills, and against whoever breaks it."""

import json
import multiprocessing
import os
from dataclasses import asdict
from multiprocessing.sharedctypes import SynchronizedArray
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from bokgi.errors.operations import EvidenceHeld, EvidenceUnwritable
from bokgi.errors.releases import ReleaseLocked
from bokgi.operations.evidence_log import EvidenceLog
from bokgi.operations.host_lock import HostLock, LockHolder, holder_of
from bokgi.operations.record_kinds import Kind
from bokgi.operations.release_log import read_attempt

FORKS = multiprocessing.get_context("fork")
ROUNDS, TAKERS = 15, 6


def write_holder(root: Path, holder: LockHolder) -> None:
    (root / "lock").mkdir(exist_ok=True)
    (root / "lock" / "holder.json").write_text(json.dumps(asdict(holder)))


def dead() -> LockHolder:
    return LockHolder("kim", "run v1.0.0", 2**22 + 1, 1.0, os.uname().nodename, "2026-11-20T10:00:00+00:00")


def _take(roots: list[Path], together: Barrier, taken: "SynchronizedArray[int]") -> None:
    """Try to take each lock at the moment at which the others do, and live until all have tried."""
    held = []
    for number, root in enumerate(roots):
        together.wait(30)
        try:
            held.append(HostLock(root, "run", takes_dead=True))
            with taken.get_lock():
                taken[number] += 1
        except ReleaseLocked:
            pass
        together.wait(30)


@pytest.mark.parametrize("before", ["nobody", "dead", "unnamed"])
def test_one_of_many_takes_the_lock(tmp_path: Path, before: str) -> None:
    roots = [tmp_path / str(number) for number in range(ROUNDS)]
    for root in roots:
        root.mkdir()
        if before == "dead":
            write_holder(root, dead())
        elif before == "unnamed":
            (root / "lock").mkdir()
    together, taken = FORKS.Barrier(TAKERS), FORKS.Array("i", ROUNDS)
    takers = [FORKS.Process(target=_take, args=(roots, together, taken)) for _ in range(TAKERS)]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()
    assert [taker.exitcode for taker in takers] == [0] * TAKERS
    assert taken[:] == [1] * ROUNDS


def test_who_lost_the_lock_does_not_remove_that_of_the_breaker(tmp_path: Path) -> None:
    with HostLock(tmp_path, "run"):
        write_holder(tmp_path, LockHolder("lee", "smoke", 1, 1.0, "another machine", "2026-11-20T10:00:00+00:00"))
    left = holder_of(tmp_path)
    assert left is not None
    assert left.operator == "lee"


def test_a_broken_lock_goes_back_to_whom_it_was_taken_from_and_still_lives(tmp_path: Path) -> None:
    at_work = LockHolder("kim", "run v1.0.0", 1, 1.0, "another machine", "2026-11-20T10:00:00+00:00")
    write_holder(tmp_path, at_work)
    with HostLock(tmp_path, "smoke", breaks=True) as lock:
        assert lock.broken == at_work
    assert holder_of(tmp_path) == at_work


def test_a_broken_lock_of_the_dead_is_removed(tmp_path: Path) -> None:
    write_holder(tmp_path, dead())
    with HostLock(tmp_path, "smoke", breaks=True):
        assert holder_of(tmp_path) is not None
    assert not (tmp_path / "lock").exists()


def test_two_never_write_one_log(tmp_path: Path) -> None:
    with EvidenceLog(tmp_path) as log, pytest.raises(EvidenceHeld, match="at this moment"):
        EvidenceLog(tmp_path)
    log.close()
    with EvidenceLog(tmp_path) as again:
        assert again.count == 0


def test_a_line_that_did_not_fit_leaves_nothing_behind(tmp_path: Path) -> None:
    """The disk takes a part of a line, as a full one does."""
    import resource

    with EvidenceLog(tmp_path) as log:
        log.append(Kind.BEGUN, tag="v1.0.0", commit="a" * 40, tree="")
        size = (tmp_path / "evidence.jsonl").stat().st_size
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, hard))
        try:
            with pytest.raises(EvidenceUnwritable):
                log.append(Kind.REMARK, person="kim", text="x" * 200)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert (tmp_path / "evidence.jsonl").stat().st_size == size
        assert log.append(Kind.REMARK, person="kim", text="y").seq == 1
    attempt = read_attempt(tmp_path)
    assert attempt is not None
    assert [record.seq for record in attempt.records] == [0, 1]
