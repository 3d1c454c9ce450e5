"""Disks that are full, databases that are locked or away, files that rot: what was finished stays, what fails says why."""

import os
import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bokgi.data.demo import write_demo
from bokgi.data.store import Store
from tests.faults.served_process import ServedProcess
from tests.plain_http import NO_TLS

DAY_TRADE = {"strategy": "daily_trading", "interval": "2m", "strategy_params": {"buy_time": "10:00", "sell_time": "15:00"}}
OFTEN = {"strategy": "MA5_20", "interval": "2m", "stock_mode": "all"}
DISK_KILOBYTES = 96


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedProcess]:
    folder = tmp_path_factory.mktemp("faults")
    write_demo(Store(folder / "home"), instruments=16, sessions=20)
    running = ServedProcess(folder / "home")
    running.start()
    yield running
    running.stop()


def first_code(service: ServedProcess) -> str:
    return str(service.ask("GET", "/api/data/series?interval=2m&page_size=1").json()["series"][0]["code"])


@pytest.fixture
def tiny_disk(service: ServedProcess) -> Iterator[Path]:
    """The folder of results on a file system of its own that is soon full."""
    results = service.home / "results"
    results.mkdir(exist_ok=True)
    if os.getuid() != 0 or shutil.which("mount") is None:
        pytest.skip("A small file system of its own can be mounted by root alone; the full disk is then tested in tests/reports only.")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_KILOBYTES}k", "tmpfs", str(results)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip(f"This machine does not let us mount a small file system ({mounted.stderr.decode().strip()}).")
    yield results
    subprocess.run(["umount", str(results)], check=True)


def test_a_run_whose_result_does_not_fit_on_the_disk_fails_with_a_sentence_and_earlier_results_stay(
    service: ServedProcess, tiny_disk: Path
) -> None:
    small = service.start_run(DAY_TRADE | {"stock_codes": [first_code(service)]})
    assert service.until_finished(small)["status"] == "completed"
    before = service.ask("GET", f"/api/backtest/result/{small}").content
    large = service.start_run(OFTEN)
    assert service.until_finished(large)["status"] == "failed"
    said = service.result(large)
    assert said["code"] == "result_unwritable"
    assert "space" in said["error"].lower()
    assert service.ask("GET", f"/api/backtest/result/{small}").content == before
    assert [path.name for path in tiny_disk.iterdir()] == [small], "nothing half written stays"
    assert service.ask("GET", f"/api/results/{small}.csv").status_code == 200
    assert service.health_status() == 200


def test_a_locked_database_is_said_and_waited_for(service: ServedProcess) -> None:
    code = first_code(service)
    finished = service.start_run(DAY_TRADE | {"stock_codes": [code]})
    service.until_finished(finished)
    holder = sqlite3.connect(service.home / "bokgi.sqlite3", isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    release = threading.Timer(9.0, holder.rollback)
    release.start()
    refused = httpx.post(f"{service.url}/api/backtest/start", json=DAY_TRADE | {"stock_codes": [code]}, timeout=20, verify=NO_TLS)
    assert refused.status_code == 503
    assert refused.json()["code"] == "database_unavailable"
    assert "Retry-After" in refused.headers
    assert httpx.get(f"{service.url}/api/backtest/result/{finished}", timeout=5, verify=NO_TLS).status_code == 200, "reading goes on"
    again = service.start_run(DAY_TRADE | {"stock_codes": [code]})
    assert service.until_finished(again)["status"] == "completed"
    release.join()
    holder.close()


def test_a_result_that_rots_on_the_disk_is_named_and_never_shown(service: ServedProcess) -> None:
    run = service.start_run(DAY_TRADE | {"stock_codes": [first_code(service)]})
    service.until_finished(run)
    path = service.home / "results" / run / "trades.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    for place in (f"/api/results/{run}.csv", f"/api/backtest/result/{run}/trades"):
        answer = service.ask("GET", place)
        assert answer.status_code == 500
        assert answer.json()["code"] == "result_broken"
        assert "trades.parquet" in answer.json()["error"]


def test_bars_that_rot_on_the_disk_fail_the_run_with_the_name_of_the_file(service: ServedProcess) -> None:
    segments = sorted((service.home / "bars" / "2m" / "segments").glob("*.parquet"))
    kept = segments[0].read_bytes()
    content = bytearray(kept)
    content[len(content) // 2] ^= 0xFF
    segments[0].write_bytes(content)
    try:
        run = service.start_run(OFTEN)
        assert service.until_finished(run)["status"] == "failed"
        said = service.result(run)
        assert said["code"] == "segment_broken"
        assert segments[0].name in said["error"]
    finally:
        segments[0].write_bytes(kept)
    again = service.start_run(OFTEN)
    assert service.until_finished(again)["status"] == "completed"


def test_a_cancelled_run_stops_within_a_second(service: ServedProcess) -> None:
    slow = service.start_run(OFTEN)
    began = time.monotonic()
    assert service.ask("POST", f"/api/backtest/cancel/{slow}").status_code == 200
    end = service.until_finished(slow)
    assert end["status"] in {"cancelled", "completed"}
    assert time.monotonic() - began < 1.5
