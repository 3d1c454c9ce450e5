"""A child process that is kept running, and never outlives its parent."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from bokgi.bootstrap.supervisor import LONGEST_SECONDS, Supervisor, pause_after, reason_of

SLEEP = [sys.executable, "-c", "import sys; sys.stderr.write('here\\n'); sys.stderr.flush(); sys.stdin.read()"]
DIE = [sys.executable, "-c", "import sys; sys.stderr.write('no database today\\n'); sys.exit(3)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('', flush=True); time.sleep(60)",
]
PARENT = f"""
import os, sys, time
from bokgi.bootstrap.supervisor import Supervisor
kept = Supervisor({SLEEP!r}, dict(os.environ))
kept.start()
print(kept.pid, flush=True)
time.sleep(60)
"""


def wait_until(is_true: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


@contextmanager
def kept(command: list[str], **options: Callable[..., None]) -> Iterator[Supervisor]:
    supervisor = Supervisor(command, dict(os.environ), **options)  # type: ignore[arg-type]  # the two callbacks
    supervisor.start()
    try:
        yield supervisor
    finally:
        supervisor.stop(2.0)


def test_a_killed_child_is_started_again_and_its_death_is_told(caplog: pytest.LogCaptureFixture) -> None:
    deaths: list[str] = []
    with kept(SLEEP, on_death=lambda: deaths.append("dead")) as supervisor:
        first = supervisor.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: supervisor.pid not in (None, first))
    assert deaths == ["dead"]
    assert f"worker process {first} ended: SIGKILL" in caplog.text


def test_what_a_child_says_is_handed_on_and_its_last_words_are_kept(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[str] = []
    with kept(DIE, tell=heard.append):
        wait_until(lambda: len(caplog.records) >= 2)
    assert "no database today" in heard
    assert "exit code 3" in caplog.records[0].getMessage()
    assert "no database today" in caplog.records[0].getMessage()


def test_a_stop_ends_the_child_and_starts_no_other() -> None:
    with kept(SLEEP) as supervisor:
        child = psutil.Process(supervisor.pid)
    assert not child.is_running()
    assert supervisor.pid is None


def test_a_child_that_will_not_end_is_killed_after_its_time() -> None:
    supervisor = Supervisor(STUBBORN, dict(os.environ))
    supervisor.start()
    child = psutil.Process(supervisor.pid)
    time.sleep(0.3)
    began = time.monotonic()
    supervisor.stop(0.2)
    assert time.monotonic() - began < 2.0
    assert not child.is_running()


def test_a_child_ends_when_its_parent_is_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    assert child.is_running()
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_pauses_grow_and_have_an_end() -> None:
    pauses = [pause_after(deaths) for deaths in range(1, 100)]
    assert pauses[:4] == [0.1, 0.2, 0.4, 0.8]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_SECONDS


@pytest.mark.parametrize(
    ("code", "word"), [(0, "exit code 0"), (3, "exit code 3"), (-9, "SIGKILL"), (-11, "SIGSEGV"), (-250, "signal 250")]
)
def test_the_reason_of_an_end_is_a_word(code: int, word: str) -> None:
    assert reason_of(code) == word


def test_the_environment_of_the_child_is_the_one_it_was_given(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-c",
        f"import os, sys; open({str(tmp_path / 'x')!r}, 'w').write(os.environ['BOKGI_HOME']); sys.stdin.read()",
    ]
    supervisor = Supervisor(command, dict(os.environ) | {"BOKGI_HOME": "somewhere"})
    supervisor.start()
    wait_until(lambda: (tmp_path / "x").exists() and (tmp_path / "x").read_text() == "somewhere")
    supervisor.stop(1.0)
    assert (tmp_path / "x").read_text() == "somewhere"
