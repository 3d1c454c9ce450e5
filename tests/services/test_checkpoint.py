"""Finished parts on disk: whole or not there, of this run or of no use, and a run that goes on with them ends as if nothing had been."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import fields, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bokgi.bars.panel import Panel
from bokgi.engine.parts import Part, Step
from bokgi.engine.simulate import CHUNK_INSTRUMENTS
from bokgi.errors.store import StoreUnwritable
from bokgi.orders.rules import AccountMode, AccountRules, ExecutionRules, Market
from bokgi.services.checkpoint import SUFFIX, PartFiles
from bokgi.services.computation import Computation, compute
from bokgi.services.front_door import demo_bars
from bokgi.strategies.catalog import to_strategy
from tests.engine.compared import first_difference

STOCKS = 4 * CHUNK_INSTRUMENTS + 3
PARTS = 5
KEY = "a" * 64
PLAIN = ExecutionRules(market=Market.PLAIN)
KRX = ExecutionRules()


@cache
def _panel() -> Panel:
    return demo_bars(STOCKS, 4)


class Memory:
    """A checkpoint that keeps parts in a list."""

    def __init__(self, parts: Sequence[Part] = ()) -> None:
        self.parts = list(parts)
        self.written: list[Part] = []

    def bind(self, key: str) -> None:
        raise AssertionError(key)

    def read(self) -> Sequence[Part]:
        return self.parts

    def write(self, part: Part) -> None:
        self.written.append(part)


def _run(rules: ExecutionRules, checkpoint: PartFiles | Memory | None = None, steps: list[Step] | None = None) -> Computation:
    told = [] if steps is None else steps
    return compute(_panel(), to_strategy("MA5_20"), rules, AccountRules(), checkpoint=checkpoint, on_step=told.append)


@cache
def _undisturbed(rules: ExecutionRules) -> tuple[Computation, tuple[Part, ...]]:
    kept = Memory()
    return _run(rules, kept), tuple(kept.written)


def _check_same(found: Computation, expected: Computation) -> None:
    assert first_difference(expected.simulation, found.simulation) is None
    assert found.summary == expected.summary
    assert found.slippage == expected.slippage
    for one, other in zip(found.benchmarks, expected.benchmarks, strict=True):
        assert one.session_equity.tobytes() == other.session_equity.tobytes()
        assert one.figures == other.figures


def _check_equal(one: Part, other: Part) -> None:
    for entry in fields(Part):
        left, right = getattr(one, entry.name), getattr(other, entry.name)
        if isinstance(left, np.ndarray):
            assert left.shape == right.shape
            names = left.dtype.names or [None]
            for name in names:
                column, twin = (left, right) if name is None else (left[name], right[name])
                assert column.dtype == twin.dtype
                assert column.tobytes() == twin.tobytes()
        else:
            assert left == right


def _files(folder: Path, *, seconds: float = 0.0, key: str = KEY) -> PartFiles:
    files = PartFiles(folder, write_seconds=seconds)
    files.bind(key)
    return files


@pytest.mark.parametrize("rules", [KRX, PLAIN], ids=["krx", "plain"])
def test_parts_come_back_bit_for_bit(tmp_path: Path, rules: ExecutionRules) -> None:
    parts = _undisturbed(rules)[1]
    assert len(parts) == PARTS
    files = _files(tmp_path)
    for part in reversed(parts):
        files.write(part)
    for one, other in zip(parts, _files(tmp_path).read(), strict=True):
        _check_equal(one, other)


@settings(max_examples=40)
@given(
    rules=st.sampled_from([KRX, PLAIN]), kept=st.sets(st.integers(0, PARTS - 1)), damaged=st.sets(st.integers(0, PARTS - 1)), data=st.data()
)
def test_a_run_that_goes_on_ends_as_if_it_had_never_been_disturbed(
    tmp_path_factory: pytest.TempPathFactory, rules: ExecutionRules, kept: set[int], damaged: set[int], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("work")
    whole, parts = _undisturbed(rules)
    paths = {}
    for number in sorted(kept):
        before = set(folder.iterdir())
        _files(folder).write(parts[number])
        (paths[number],) = set(folder.iterdir()) - before
    for number in kept & damaged:
        _damage(paths[number], data)
    steps: list[Step] = []
    resumed = _run(rules, _files(folder, seconds=0.0), steps)
    _check_same(resumed, whole)
    done = [step.done_symbols for step in steps]
    assert done == sorted(done)
    assert len(steps) == PARTS
    assert (steps[-1].done_symbols, steps[-1].share, steps[-1].trades) == (STOCKS, 1.0, len(whole.simulation.trades))
    there = _files(folder).read()
    assert len(there) == len(list(folder.iterdir())) == PARTS


def _damage(path: Path, data: st.DataObject) -> None:
    """Cut off, changed in one byte, or empty."""
    content = path.read_bytes()
    place = data.draw(st.integers(0, len(content) - 1))
    how = data.draw(st.sampled_from(["cut", "changed", "empty"]))
    changed = bytearray(content)
    changed[place] ^= 1
    path.write_bytes({"cut": content[:place], "changed": bytes(changed), "empty": b""}[how])


def test_finished_parts_are_not_computed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, parts = _undisturbed(KRX)
    memory = Memory(parts[:3])
    _check_same(_run(KRX, memory), whole)
    assert [part.first for part in memory.written] == [part.first for part in parts[3:]]


def test_parts_of_another_run_are_left_alone_and_cleared_away(tmp_path: Path) -> None:
    part = _undisturbed(KRX)[1][0]
    _files(tmp_path, key="b" * 64).write(part)
    assert len(_files(tmp_path, key="b" * 64).read()) == 1
    assert list(_files(tmp_path, key=KEY).read()) == []
    assert list(tmp_path.iterdir()) == []


def test_parts_that_do_not_fit_the_run_are_computed_again() -> None:
    whole, parts = _undisturbed(KRX)
    odd = replace(parts[1], by_session=parts[1].by_session[:, :-1])
    memory = Memory([parts[0], odd])
    _check_same(_run(KRX, memory), whole)
    assert [part.first for part in memory.written] == [part.first for part in parts[1:]]


def test_what_a_dead_writer_left_half_written_is_no_part(tmp_path: Path) -> None:
    files = _files(tmp_path)
    files.write(_undisturbed(KRX)[1][0])
    (tmp_path / ".tmp-0123456789abcdef").write_bytes(b"bokgi parts")
    assert [part.first for part in files.read()] == [0]
    assert [path.suffix for path in tmp_path.iterdir()] == [SUFFIX]


def test_parts_are_gathered_for_half_a_second() -> None:
    parts, now, written = _undisturbed(KRX)[1], [100.0], []

    class Counted(PartFiles):
        def flush(self) -> None:
            written.append(now[0])
            self._gathered.clear()
            self._written_at = now[0]

    files = Counted(Path("nowhere"), clock=lambda: now[0])
    for step in range(200):
        now[0] = 100.0 + step * 0.05
        files.write(parts[step % PARTS])
    gaps = np.diff(written)
    assert written[0] == pytest.approx(100.5)
    assert len(written) == 19
    assert gaps.min() == pytest.approx(0.5)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreUnwritable):
        _files(tmp_path / "file").write(_undisturbed(KRX)[1][0])


def test_a_shared_account_is_taken_over_whole(tmp_path: Path) -> None:
    account = AccountRules(mode=AccountMode.SHARED)
    strategy = to_strategy("MA5_20")
    first = compute(_panel(), strategy, KRX, account, checkpoint=_files(tmp_path))
    steps: list[Step] = []
    again = compute(_panel(), strategy, KRX, account, checkpoint=_files(tmp_path), on_step=steps.append)
    _check_same(again, first)
    assert [(step.done_symbols, step.share) for step in steps] == [(STOCKS, 1.0)]


CHILD = """
import sys, time
from pathlib import Path
from bokgi.engine.parts import Step
from bokgi.orders.rules import AccountRules, ExecutionRules
from bokgi.services.checkpoint import PartFiles
from bokgi.services.computation import compute
from bokgi.services.front_door import demo_bars
from bokgi.strategies.catalog import to_strategy

def slowly(step):
    print(step.done_symbols, flush=True)
    time.sleep(0.05)

files = PartFiles(Path(sys.argv[1]), write_seconds=float(sys.argv[3]))
files.bind("a" * 64)
compute(demo_bars(int(sys.argv[2]), 4), to_strategy("MA5_20"), ExecutionRules(), AccountRules(), checkpoint=files, on_step=slowly)
"""


@pytest.mark.parametrize(("after", "write_seconds"), [(1, 0.0), (3, 0.0), (4, 0.1)])
def test_a_killed_process_is_taken_up_by_another_to_the_same_bits(tmp_path: Path, after: int, write_seconds: float) -> None:
    command = [sys.executable, "-c", CHILD, str(tmp_path), str(STOCKS), str(write_seconds)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, env=dict(os.environ))
    assert child.stdout is not None
    for _ in range(after):
        assert child.stdout.readline()
    time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    child.stdout.close()
    kept = {part.first for part in _files(tmp_path).read()}
    assert len(kept) in range(PARTS)
    whole, parts = _undisturbed(KRX)
    written: list[int] = []

    class Watched(PartFiles):
        def write(self, part: Part) -> None:
            written.append(part.first)
            super().write(part)

    files = Watched(tmp_path, write_seconds=0.0)
    files.bind(KEY)
    _check_same(_run(KRX, files), whole)
    assert kept.isdisjoint(written)
    assert kept | set(written) == {part.first for part in parts}
    assert write_seconds > 0.0 or len(kept) >= after
