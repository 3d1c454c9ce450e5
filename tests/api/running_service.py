"""The real service in this process: SQLite, a store, a worker that computes, and a server on a free port of the loopback address.

The default profile has flat five-minute bars of three real codes (`small_store`); the profile `smoke` has a part of the synthetic demo
market: enough stocks for several parts of work.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from bokgi.api.application import create_app
from bokgi.bootstrap.build import build
from bokgi.bootstrap.handlers import create_worker
from bokgi.bootstrap.heartbeat import READY, Heartbeat
from bokgi.config.settings import Settings
from bokgi.data.demo import write_demo
from bokgi.data.store import Store
from bokgi.errors.base import Language
from bokgi.services.application import Application
from tests.plain_http import NO_TLS
from tests.services.small_store import store_with

WORKER = "worker-1"
PRICES = {"005930": 70_000.0, "000660": 180_000.0, "0126Z0": 50_000.0}
SMOKE_STOCKS, SMOKE_SESSIONS = 40, 4
SMOKE = {"X-Bokgi-Profile": "smoke"}
DAY_TRADE = {"strategy": "daily_trading", "strategy_params": {"buy_time": "10:00", "sell_time": "14:00"}}
ENDED = {"completed", "failed", "cancelled"}


@dataclass
class RunningService:
    """What a test talks to."""

    home: Path
    application: Application
    app: FastAPI
    client: httpx.Client

    def start(self, body: dict[str, Any], **headers: str) -> str:
        """Start a run and give its id."""
        answer = self.client.post("/api/backtest/start", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["backtest_id"])

    def wait_for(self, backtest_id: str, states: set[str] = ENDED, seconds: float = 60.0) -> dict[str, Any]:
        """The progress once the run is in one of the states."""
        deadline = time.monotonic() + seconds
        while True:
            body = self.progress(backtest_id)
            if body["status"] in states:
                return body
            if time.monotonic() > deadline:
                raise TimeoutError(f"{backtest_id} is still {body['status']}")
            time.sleep(0.02)

    def progress(self, backtest_id: str) -> dict[str, Any]:
        """The progress now."""
        body: dict[str, Any] = self.client.get("/api/backtest/progress", params={"id": backtest_id}).json()
        return body

    def finished(self, body: dict[str, Any], **headers: str) -> str:
        """Start a run and wait for its end."""
        backtest_id = self.start(body, **headers)
        self.wait_for(backtest_id)
        return backtest_id


def settings_for(home: Path, host_folder: Path | None = None) -> Settings:
    """Settings of a test: no limit that a test could meet by being fast."""
    unlimited = 100_000
    return Settings(
        home=home,
        cache=home / "cache",
        language=Language.ENGLISH,
        port=0,
        read_rate=unlimited,
        start_rate=unlimited,
        upload_rate=unlimited,
        host_folder=host_folder,
    )


@contextmanager
def working(application: Application) -> Iterator[None]:
    """A worker in this process, and its signs of life."""
    settings = application.settings
    worker = create_worker(settings, application.database, WORKER)
    heartbeat = Heartbeat(application.workers, WORKER, settings.release_name)
    worker.start()
    heartbeat.start()
    heartbeat.tell(READY)
    try:
        yield
    finally:
        heartbeat.stop()
        worker.stop(10.0)


@contextmanager
def serving(app: FastAPI) -> Iterator[httpx.Client]:
    """A server on a free port, and a client of it."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=2))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            with httpx.Client(base_url=address, timeout=30.0, verify=NO_TLS) as client:
                _wait_until_it_answers(client)
                yield client
        finally:
            app.state.stopping.set()
            server.should_exit = True
            thread.join()


def _wait_until_it_answers(client: httpx.Client) -> None:
    for _ in range(500):
        try:
            client.get("/api/health/live")
        except httpx.ConnectError:
            time.sleep(0.01)
        else:
            return
    raise TimeoutError("the server does not answer")


@contextmanager
def running(home: Path, *, has_worker: bool = True, host_folder: Path | None = None) -> Iterator[RunningService]:
    """The whole service over a store of a few bars; without a worker everything stays queued."""
    store_with(home, PRICES)
    write_demo(Store(home / "smoke"), instruments=SMOKE_STOCKS, sessions=SMOKE_SESSIONS)
    with running_over(home, has_worker=has_worker, host_folder=host_folder) as service:
        yield service


@contextmanager
def running_over(home: Path, *, has_worker: bool = True, host_folder: Path | None = None) -> Iterator[RunningService]:
    """The whole service over what the home folder holds."""
    application = build(settings_for(home, host_folder))
    with ExitStack() as stack:
        stack.callback(application.close)
        if has_worker:
            stack.enter_context(working(application))
        app = create_app(application)
        client = stack.enter_context(serving(app))
        yield RunningService(home, application, app, client)
