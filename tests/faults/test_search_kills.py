"""A worker is killed with -9 in the middle of a search: no part is lost, none is doubled, the result is that of an undisturbed one."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bokgi.data.demo import write_demo
from bokgi.data.store import Store
from bokgi.services.search_parts import search_folder
from bokgi.services.searches import part_bounds
from tests.faults.served_process import RUN_SECONDS, ServedProcess

STOCKS, SESSIONS, KILLS = 16, 60, 2
START_SECONDS = 400.0
SEARCH_SECONDS = 4 * RUN_SECONDS
ENDED = {"completed", "failed", "cancelled"}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[ServedProcess]:
    write_demo(Store(tmp_path / "home"), instruments=STOCKS, sessions=SESSIONS)
    running = ServedProcess(tmp_path / "home")
    try:
        running.start(is_awaited=False)
        running.wait_until_healthy(START_SECONDS)  # kernels may have to be compiled first
        yield running
    finally:
        running.stop()


def started(service: ServedProcess) -> str:
    body = {"strategy": "daily_trading", "method": "exhaustive", "stock_mode": "all", "interval": "2m"}
    answer = service.ask("POST", "/api/search/start", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["search_id"])


def followed(service: ServedProcess, search_id: str) -> Iterator[dict[str, Any]]:
    """Every progress until the end."""
    deadline = time.monotonic() + SEARCH_SECONDS
    while True:
        answer = service.ask("GET", f"/api/search/progress/{search_id}")
        assert answer.status_code == 200, answer.text
        now: dict[str, Any] = answer.json()
        yield now
        if now["status"] in ENDED:
            return
        assert time.monotonic() < deadline, now
        time.sleep(0.05)


def killed_on_the_way(service: ServedProcess, search_id: str) -> int:
    """Kill the worker whenever another share of the stocks is done; how often that was."""
    kills = 0
    for now in followed(service, search_id):
        is_at_work = now["status"] == "running" and now["completed_symbols"] < STOCKS
        if kills < KILLS and is_at_work and now["completed_symbols"] > kills * STOCKS // (KILLS + 1):
            kills += service.kill_worker()
    return kills


def found(service: ServedProcess, search_id: str) -> dict[str, Any]:
    """The result, without what tells one search of the same from another."""
    body: dict[str, Any] = service.ask("GET", f"/api/search/result/{search_id}").json()
    assert body.pop("search_id") == search_id
    return body


def trials_of(service: ServedProcess, search_id: str, code: str) -> dict[str, Any]:
    answer = service.ask("GET", f"/api/search/result/{search_id}/stocks/{code}/trials", params={"page_size": 20_000})
    assert answer.status_code == 200, answer.text
    columns: dict[str, Any] = answer.json()["columns"]
    return columns


@pytest.mark.drill
def test_a_search_survives_workers_that_are_killed_in_the_middle(service: ServedProcess) -> None:
    undisturbed = started(service)
    assert [now["status"] for now in followed(service, undisturbed)][-1] == "completed"
    disturbed = started(service)
    assert killed_on_the_way(service, disturbed) == KILLS
    whole, again = found(service, undisturbed), found(service, disturbed)
    assert again["status"] == "completed"
    assert again == whole
    assert len({stock["code"] for stock in again["stocks"]}) == len(again["stocks"]) == STOCKS
    parts = sorted(path.name for path in search_folder(service.home, disturbed).glob("part-*.json"))
    assert parts == [f"part-{number:04d}.json" for number in range(len(part_bounds(STOCKS)))]
    held = [json.loads((search_folder(service.home, disturbed) / part).read_bytes())["stocks"] for part in parts]
    assert sorted(stock["code"] for part in held for stock in part) == sorted(stock["code"] for stock in whole["stocks"])
    for stock in whole["stocks"][:: STOCKS // 4]:
        assert trials_of(service, disturbed, stock["code"]) == trials_of(service, undisturbed, stock["code"])
    assert service.ask("GET", "/api/searches").json()["total"] == 2
