"""The database server goes away for ten seconds and comes back: the service says so meanwhile, and goes on by itself."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bokgi.data.demo import write_demo
from bokgi.data.store import Store
from tests.faults.served_process import ServedProcess
from tests.plain_http import NO_TLS
from tests.postgresql_server import PostgresqlServer

BODY = {"strategy": "daily_trading", "stock_mode": "all", "interval": "2m"}
GONE_SECONDS = 10.0
NOTICED_SECONDS = 1.0  # answers of health may be a quarter of a second old, and so may the check that they share


@pytest.fixture
def server() -> Iterator[PostgresqlServer]:
    with PostgresqlServer() as own:
        yield own


@pytest.fixture
def service(tmp_path: Path, server: PostgresqlServer) -> Iterator[ServedProcess]:
    write_demo(Store(tmp_path / "home"), instruments=8, sessions=10)
    running = ServedProcess(tmp_path / "home", environment={"BOKGI_DATABASE_URL": server.new_database()})
    running.start()
    yield running
    running.stop()


def unwell_health(service: ServedProcess) -> httpx.Response:
    """The first answer of health that is not 200; the last one where none comes in time."""
    until = time.monotonic() + NOTICED_SECONDS
    while (health := httpx.get(f"{service.url}/api/health", timeout=30, verify=NO_TLS)).status_code == 200 and time.monotonic() < until:
        time.sleep(0.05)
    assert health.status_code == 503, health.text
    return health


@pytest.mark.slow
def test_the_service_outlives_ten_seconds_without_its_database(service: ServedProcess, server: PostgresqlServer) -> None:
    before = service.start_run(BODY)
    assert service.until_finished(before)["status"] == "completed"
    waiting = service.start_run(BODY | {"seed": 1})
    server.stop()
    gone_at = time.monotonic()
    refused = httpx.post(f"{service.url}/api/backtest/start", json=BODY, timeout=30, verify=NO_TLS)
    assert (refused.status_code, refused.json()["code"]) == (503, "database_unavailable")
    health = unwell_health(service)
    assert health.json()["services"]["database"] == "disconnected"
    assert httpx.get(f"{service.url}/api/health/live", timeout=5, verify=NO_TLS).status_code == 200
    time.sleep(max(0.0, gone_at + GONE_SECONDS - time.monotonic()))
    server.start()
    service.wait_until_healthy()
    assert service.until_finished(waiting)["status"] == "completed"
    after = service.start_run(BODY | {"seed": 2})
    assert service.until_finished(after)["status"] == "completed"
    assert service.ask("GET", "/api/backtests").json()["total"] == 3
