"""Slots with real processes: traffic moves without a lost request, and whoever dies, somebody answers."""

import os
import signal
import time
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from bokgi.data.demo import write_demo
from bokgi.data.store import Store
from bokgi.operations.asking import Asker
from bokgi.operations.slots.commands import environment_for, slot_command
from bokgi.operations.slots.slot_files import SlotFiles
from bokgi.operations.slots.slot_state import Phase
from tests.architecture.source_tree import ROOT
from tests.cli.service_process import wait_until
from tests.operations.drilled_host import DrilledHost, drilled_host, under_load
from tests.plain_http import NO_TLS

FIRST, SECOND = "first-release", "second-release"
ROLLBACK_SECONDS = 1.0
REQUEST: Mapping[str, Any] = {"strategy": "daily_trading", "stock_mode": "all", "interval": "2m"}


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DrilledHost]:
    """A host with two warm slots of this checkout, the first one in traffic."""
    with drilled_host(tmp_path_factory.mktemp("slots") / "host", ROOT) as drilled:
        write_demo(Store(drilled.host.settings.home), instruments=12, sessions=10)
        for name in (FIRST, SECOND):
            drilled.client.start(name, slot_command(drilled.host, ROOT), environment_for(drilled.host, ROOT, name, 0))
        for name in (FIRST, SECOND):
            wait_until(lambda name=name: drilled.client.report().slots[name].phase is Phase.STANDBY, 240)  # type: ignore[misc]  # bound in the loop on purpose
            assert health(drilled, name) == 200
        drilled.client.switch(FIRST)
        yield drilled


def health(host: DrilledHost, name: str) -> int:
    """Status of health on the private socket of a slot; 0 where nobody answers."""
    return Asker("http://localhost", SlotFiles.of(host.root / "run", name).private).get("/api/health").status


def serving(host: DrilledHost) -> str:
    """The release that answers in public."""
    return str(httpx.get(f"{host.address}/api/status", timeout=30, verify=NO_TLS).json()["release"])


def finished(host: DrilledHost, backtest_id: str) -> dict[str, Any]:
    """The last progress of a run."""

    def progress() -> dict[str, Any]:
        body: dict[str, Any] = httpx.get(f"{host.address}/api/backtest/progress?id={backtest_id}", timeout=30, verify=NO_TLS).json()
        return body

    wait_until(lambda: progress()["status"] in ("completed", "failed", "cancelled"), 120)
    return progress()


def test_no_request_is_lost_while_traffic_moves_there_and_back(host: DrilledHost) -> None:
    with under_load(host.address) as ended:
        started = httpx.post(f"{host.address}/api/backtest/start", json=dict(REQUEST), timeout=30, verify=NO_TLS)
        assert started.status_code == 200, started.text
        wait_until(lambda: serving(host) == FIRST)
        time.sleep(1)
        there = host.client.switch(SECOND)
        wait_until(lambda: serving(host) == SECOND)
        time.sleep(2)
        back = host.client.switch(FIRST)
        time.sleep(2)
        load = ended()
    assert load.failed == []
    assert min(load.answered[FIRST], load.answered[SECOND]) > 10
    assert {SlotFiles.of(host.root / "run", name).private.stat().st_mode & 0o777 for name in (FIRST, SECOND)} == {0o600}
    assert there.milliseconds < 1000 * ROLLBACK_SECONDS
    assert back.milliseconds < 1000 * ROLLBACK_SECONDS
    assert serving(host) == FIRST
    assert finished(host, started.json()["backtest_id"])["status"] == "completed"


def test_a_run_that_waits_is_taken_over_at_the_switch(host: DrilledHost) -> None:
    ids = [
        httpx.post(f"{host.address}/api/backtest/start", json={**REQUEST, "seed": seed}, timeout=30, verify=NO_TLS).json()["backtest_id"]
        for seed in range(6)
    ]
    host.client.switch(SECOND)
    assert {finished(host, backtest_id)["status"] for backtest_id in ids} == {"completed"}
    host.client.switch(FIRST)


def test_a_slot_that_dies_is_stood_in_for_and_gets_its_traffic_back(host: DrilledHost) -> None:
    before = host.client.report()
    os.kill(before.slots[FIRST].pid, signal.SIGKILL)
    wait_until(lambda: host.client.report().taking == SECOND, 10)
    assert serving(host) == SECOND
    wait_until(lambda: host.client.report().taking == FIRST, 240)
    after = host.client.report()
    assert serving(host) == FIRST
    assert (after.wanted, after.slots[FIRST].deaths) == (FIRST, before.slots[FIRST].deaths + 1)
    wait_until(lambda: host.client.report().slots[SECOND].phase is Phase.STANDBY, 10)


def test_a_holder_that_was_killed_is_followed_by_one_that_takes_the_slots_over(host: DrilledHost) -> None:
    pids = {slot.name: slot.pid for slot in host.client.report().slots.values()}
    assert host.holder is not None
    with under_load(host.address, 50) as ended:
        with host.holder as holder:
            holder.kill()
        assert serving(host) == FIRST
        address = host.address
        host.hold()
        assert host.address == address
        wait_until(lambda: host.client.report().taking == FIRST, 30)
        assert host.client.switch(SECOND).milliseconds < 1000 * ROLLBACK_SECONDS
        load = ended()
    assert load.failed == []
    assert {slot.name: slot.pid for slot in host.client.report().slots.values()} == pids
    host.client.switch(FIRST)


def test_another_service_on_the_folder_is_refused_by_the_lock_of_the_slots(host: DrilledHost) -> None:
    code, said = host.tool("hold")
    assert code == 1
    assert "holds the service already" in said
