"""A worker's sign of life, and what it does beside computing."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bokgi.bootstrap.build import open_databases
from bokgi.bootstrap.heartbeat import DRAINING, READY, STARTING, Heartbeat, host_name
from bokgi.bootstrap.rounds import Rounds
from bokgi.errors.records import DatabaseUnavailable
from bokgi.jobs.port import JobQueue
from bokgi.operations import log_keeping
from bokgi.records.database import Database
from bokgi.records.workers import WorkerRows
from tests.api.running_service import settings_for


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[Database, JobQueue]]:
    database, queue = open_databases(settings_for(tmp_path))
    yield database, queue
    queue.close()
    database.close()


def states(rows: WorkerRows) -> list[tuple[str, str, str]]:
    return [(row.worker_id, row.state, row.release) for row in rows.all()]


def test_a_worker_says_what_it_is_about_and_goes_in_order(opened: tuple[Database, JobQueue]) -> None:
    rows = WorkerRows(opened[0])
    heart = Heartbeat(rows, "w1", "1.0", beat_seconds=0.02)
    heart.start()
    seen = [states(rows)]
    for state in (READY, DRAINING):
        heart.tell(state)
        seen.append(states(rows))
    assert seen == [[("w1", state, "1.0")] for state in (STARTING, READY, DRAINING)]
    beats = rows.all()[0].beats
    deadline = time.monotonic() + 5
    while rows.all()[0].beats < beats + 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert rows.all()[0].beats >= beats + 3
    heart.stop()
    assert rows.all() == ()


class Away(WorkerRows):
    """Rows of a database that goes away and comes back."""

    is_away = True

    def beat(self, worker_id: str, *, release: str, state: str, pid: int, host: str) -> None:
        if self.is_away:
            raise DatabaseUnavailable("gone")
        super().beat(worker_id, release=release, state=state, pid=pid, host=host)


def test_a_database_that_is_away_is_said_once_and_tried_again(opened: tuple[Database, JobQueue], caplog: pytest.LogCaptureFixture) -> None:
    rows = Away(opened[0])
    heart = Heartbeat(rows, "w1", "1.0", beat_seconds=0.01)
    heart.start()
    time.sleep(0.1)
    assert rows.all() == ()
    rows.is_away = False
    deadline = time.monotonic() + 5
    while not rows.all() and time.monotonic() < deadline:
        time.sleep(0.01)
    heart.stop()
    assert [record.getMessage() for record in caplog.records if "sign of life" in record.getMessage()] == [caplog.records[0].getMessage()]


def test_the_name_of_the_machine_can_be_a_file_name() -> None:
    assert set(host_name()) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")
    assert host_name()


def test_rounds_go_on_through_a_database_that_is_away(
    opened: tuple[Database, JobQueue], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rounds = Rounds(settings_for(tmp_path), *opened)
    made: list[str] = []

    def fail() -> None:
        made.append("failed")
        raise DatabaseUnavailable("locked")

    monkeypatch.setattr(rounds._reaper, "round", fail)
    for _ in range(3):
        rounds.once()
    monkeypatch.setattr(rounds._reaper, "round", lambda: made.append("made"))
    rounds.once()
    assert made == ["failed", "failed", "failed", "made"]
    assert len([record for record in caplog.records if "could not be made" in record.getMessage()]) == 1


def test_what_is_past_its_time_is_removed_once_an_hour(
    opened: tuple[Database, JobQueue], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, removed = [0.0], [0]
    rounds = Rounds(settings_for(tmp_path), *opened, clock=lambda: now[0])

    def count() -> tuple[str, ...]:
        removed[0] += 1
        return ()

    monkeypatch.setattr(rounds._retention, "round", count)
    seen = []
    for seconds in (0.0, 1.0, 3_599.0, 3_600.0, 3_700.0, 7_200.0):
        now[0] = seconds
        rounds.once()
        seen.append(removed[0])
    assert seen == [1, 1, 1, 2, 2, 3]


def test_large_log_files_are_moved_once_a_minute_whatever_the_database_does(
    opened: tuple[Database, JobQueue], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise DatabaseUnavailable("locked")

    now, settings = [0.0], settings_for(tmp_path)
    rounds = Rounds(settings, *opened, clock=lambda: now[0])
    monkeypatch.setattr(rounds._reaper, "round", fail)
    monkeypatch.setattr(log_keeping, "LARGE_BYTES", 10)
    log = settings.home / "logs" / "serve.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    seen = []
    for seconds in (0.0, 59.0, 60.0):
        log.write_text("a line of a log\n")
        now[0] = seconds
        rounds.once()
        seen.append(log.is_file())
        for moved in log.parent.glob("serve.log.*"):
            moved.unlink()  # its name has the second in it: another one of this second would wait
    assert seen == [False, True, False]


def test_rounds_end_when_they_are_told(opened: tuple[Database, JobQueue], tmp_path: Path) -> None:
    stop = threading.Event()
    going = threading.Thread(target=Rounds(settings_for(tmp_path), *opened).until, args=(stop,))
    going.start()
    stop.set()
    going.join(5)
    assert not going.is_alive()
