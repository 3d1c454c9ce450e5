"""Heartbeats, under clocks that jump."""

import pytest

from bokgi.records.database import Database
from bokgi.records.workers import WorkerRows
from tests.records.conftest import Clock


class Seconds:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def workers(database: Database, clock: Clock, seconds: Seconds) -> WorkerRows:
    return WorkerRows(database, clock, seconds)


def beat(workers: WorkerRows, worker_id: str = "w-1", release: str = "0.1.0", state: str = "ready") -> None:
    workers.beat(worker_id, release=release, state=state, pid=4242, host="machine")


def alive(workers: WorkerRows, **choice: str) -> list[str]:
    return [row.worker_id for row in workers.alive(**choice)]  # type: ignore[arg-type]  # the words of `alive`


def test_a_beat_tells_who_works_and_counts(workers: WorkerRows, clock: Clock) -> None:
    beat(workers, state="starting")
    began = clock.now
    clock.move(seconds=1)
    beat(workers)
    (row,) = workers.alive()
    assert (row.worker_id, row.release, row.state, row.pid, row.host, row.beats) == ("w-1", "0.1.0", "ready", 4242, "machine", 2)
    assert (row.started_at, row.seen_at) == (began, clock.now)


def test_a_worker_that_beats_stays_alive_and_a_silent_one_does_not(workers: WorkerRows, seconds: Seconds, clock: Clock) -> None:
    beat(workers, "loud")
    beat(workers, "silent")
    for _ in range(6):
        assert "loud" in alive(workers)
        seconds.now += 1
        clock.move(seconds=1)
        beat(workers, "loud")
    assert alive(workers) == ["loud"]


@pytest.mark.parametrize("jump", [-86_400, 86_400, 31_536_000])
def test_a_jump_of_the_clock_makes_no_worker_dead(workers: WorkerRows, seconds: Seconds, clock: Clock, jump: int) -> None:
    beat(workers)
    assert alive(workers) == ["w-1"]
    clock.move(seconds=jump)
    seconds.now += 1
    assert (alive(workers), workers.dead(10)) == (["w-1"], ())
    beat(workers)
    seconds.now += 1
    assert (alive(workers), workers.dead(10)) == (["w-1"], ())


@pytest.mark.parametrize("jump", [-86_400, 86_400])
def test_a_jump_of_the_clock_makes_no_silent_worker_alive(workers: WorkerRows, seconds: Seconds, clock: Clock, jump: int) -> None:
    beat(workers)
    alive(workers)
    seconds.now += 6
    clock.move(seconds=jump)
    assert alive(workers) == []


def test_a_new_reader_takes_no_worker_for_dead_before_it_has_watched(database: Database, workers: WorkerRows, clock: Clock) -> None:
    beat(workers)
    clock.move(hours=1)
    seconds = Seconds()
    reader = WorkerRows(database, clock, seconds)
    assert (alive(reader), reader.dead(10)) == ([], ())
    seconds.now += 11
    assert [row.worker_id for row in reader.dead(10)] == ["w-1"]
    beat(workers)
    assert (alive(reader), reader.dead(10)) == (["w-1"], ())


def test_a_worker_that_was_removed_or_started_again_is_a_new_one(workers: WorkerRows, seconds: Seconds, clock: Clock) -> None:
    beat(workers)
    alive(workers)
    seconds.now += 11
    assert [row.worker_id for row in workers.dead(10)] == ["w-1"]
    workers.remove("w-1")
    assert (alive(workers), workers.dead(10)) == ([], ())
    clock.move(seconds=11)
    beat(workers)
    assert alive(workers) == ["w-1"]


def test_only_workers_of_the_release_count_when_it_is_named(workers: WorkerRows) -> None:
    beat(workers, "old", release="0.1.0")
    beat(workers, "new", release="0.2.0", state="draining")
    assert alive(workers) == ["new", "old"]
    assert alive(workers, release="0.2.0") == ["new"]
    assert alive(workers, release="0.3.0") == []
