"""Workers are killed at random moments while jobs come in; nothing is lost, and nothing runs again without a death."""

import random
from collections import defaultdict
from pathlib import Path

import pytest

from bokgi.jobs.database import migrate_jobs
from bokgi.jobs.port import JobState
from tests.jobs.workplace import Workplace, wait_until

WORKERS = ("worker-1", "worker-2")
PATIENCE_SECONDS = 300.0  # waited for what comes, not allowed for it: machines that test are busy


def survive(place: Workplace, kills: int, seed: int) -> set[int | None]:
    """Kill workers at random moments, their start included; every other one is found dead by the other side first."""
    dice = random.Random(seed)
    workers = {name: place.start_worker(name, waits=False) for name in WORKERS}
    dead: set[int | None] = set()
    for kill in range(kills):
        name = dice.choice(WORKERS)
        place.enqueue("nap", *(f"job-{kill}-{number}" for number in range(4)), seconds=round(dice.uniform(0.0, 0.15), 3))
        workers[name].join(dice.uniform(0.0, 0.45))
        place.kill(workers[name])
        dead.add(workers[name].pid)
        if dice.random() < 0.5:
            place.queue.resume([name])
        workers[name] = place.start_worker(name, waits=False)
    return dead


def check_nothing_lost_or_doubled(place: Workplace, kills: int, dead: set[int | None]) -> None:
    jobs = [f"job-{kill}-{number}" for kill in range(kills) for number in range(4)]
    over = {JobState.DONE, JobState.FAILED}
    wait_until(lambda: set(place.queue.states(jobs).values()) <= over, "every job is over", PATIENCE_SECONDS)
    states = place.queue.states(jobs)
    assert len(states) == len(jobs)
    started_by: dict[object, list[object]] = defaultdict(list)
    for event in place.seen():
        if event["what"] == "start":
            started_by[event["job"]].append(event["pid"])
    for job in jobs:
        pids = started_by[job]
        living = [pid for pid in pids if pid not in dead]
        assert len(pids) == len(set(pids)), f"{job} was started twice by one process"
        assert len(living) <= 1, f"{job} was started again though its worker lived"
        assert states[job] is JobState.DONE or not living, f"{job} was given up though no worker died with it at last"
    ended = {event["job"] for event in place.seen() if event["what"] == "end"}
    assert {job for job in jobs if states[job] is JobState.DONE} <= ended
    # Three deaths by chance give a job up, as they should; that is rare.
    assert sum(state is JobState.FAILED for state in states.values()) <= kills // 20
    assert (place.queue.waiting(), place.queue.holders()) == (0, frozenset())


def test_twenty_random_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'jobs.sqlite3'}"
    migrate_jobs(url)
    place = Workplace(url, tmp_path)
    try:
        dead = survive(place, kills=20, seed=20)
        check_nothing_lost_or_doubled(place, 20, dead)
        assert len(dead) == 20
    finally:
        place.close()


@pytest.mark.drill
def test_two_hundred_random_kills_lose_nothing_and_double_nothing(workplace: Workplace) -> None:
    dead = survive(workplace, kills=200, seed=200)
    check_nothing_lost_or_doubled(workplace, 200, dead)
    assert len(dead) == 200
