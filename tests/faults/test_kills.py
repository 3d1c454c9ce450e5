"""Worker and service are killed with -9 at random moments: no run is lost, none is doubled, every result is that of an undisturbed run."""

import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bokgi.data.demo import write_demo
from bokgi.data.store import Store
from tests.faults.served_process import ServedProcess

TIMES = ("09:30", "10:00", "10:30", "11:00")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[ServedProcess]:
    write_demo(Store(tmp_path / "home"), instruments=24, sessions=20)
    running = ServedProcess(tmp_path / "home")
    running.start()
    yield running
    running.stop()


def requests(count: int) -> list[dict[str, Any]]:
    """Requests that differ, each over all stocks."""
    return [
        {
            "strategy": "daily_trading",
            "stock_mode": "all",
            "interval": "2m",
            "strategy_params": {"buy_time": TIMES[number % len(TIMES)], "sell_time": "15:00"},
            "seed": number,
        }
        for number in range(count)
    ]


class Killer(threading.Thread):
    """Kills the worker, or the service itself, and starts the service again; goes on until it is told to stop.

    A service is killed while it starts as well, but not twice in a row: on a busy machine it would never answer.
    """

    def __init__(self, service: ServedProcess, chance: random.Random, pause_seconds: float) -> None:
        super().__init__(daemon=True)
        self.service, self.chance, self.pause_seconds = service, chance, pause_seconds
        self.worker_kills = self.service_kills = 0
        self.is_over = threading.Event()
        self._has_killed_a_start = False

    def run(self) -> None:
        while not self.is_over.wait(self.chance.uniform(0.1, self.pause_seconds)):
            if self.chance.random() < 0.7:
                self.worker_kills += self.service.kill_worker()
            elif self._may_kill_service():
                self.service.kill()
                self.service_kills += 1
                self.service.start(is_awaited=False)

    def _may_kill_service(self) -> bool:
        is_answering = self.service.is_answering()
        may_kill = is_answering or not self._has_killed_a_start
        self._has_killed_a_start = not is_answering
        return may_kill


def carried_out(service: ServedProcess, count: int, seed: int, pause_seconds: float) -> Killer:
    """Start runs while things die, wait for all, and compare each with an undisturbed run of the same request."""
    killer = Killer(service, random.Random(seed), pause_seconds)
    killer.start()
    wanted = requests(count)
    ids = [service.start_run(body, key=f"run-{number}") for number, body in enumerate(wanted)]
    time.sleep(2 * pause_seconds)
    killer.is_over.set()
    killer.join()
    service.wait_until_healthy()
    assert len(set(ids)) == count
    ends = [service.until_finished(backtest_id) for backtest_id in ids]
    assert [end["status"] for end in ends] == ["completed"] * count
    total = service.ask("GET", "/api/backtests?page_size=1").json()["total"]
    assert total == count, "a run was doubled"
    again = [service.start_run(body) for body in wanted]
    for disturbed, undisturbed in zip(ids, again, strict=True):
        assert service.until_finished(undisturbed)["status"] == "completed"
        hashes = [service.result(backtest_id)["manifest"]["result_hash"] for backtest_id in (disturbed, undisturbed)]
        assert hashes[0] == hashes[1]
    return killer


@pytest.mark.slow
def test_twenty_runs_survive_killed_workers_and_services(service: ServedProcess) -> None:
    killer = carried_out(service, 20, seed=1, pause_seconds=1.5)
    assert killer.worker_kills >= 1
    assert killer.service_kills >= 1


@pytest.mark.drill
def test_two_hundred_runs_survive_killed_workers_and_services(service: ServedProcess) -> None:
    killer = carried_out(service, 200, seed=2, pause_seconds=1.5)
    assert killer.worker_kills >= 10
    assert killer.service_kills >= 5
