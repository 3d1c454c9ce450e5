"""`bokgi serve --demo` as a process of its own, on a port that stays the same over a restart."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias

import psutil

Json: TypeAlias = dict[str, Any]
START_SECONDS = 120
RUN_SECONDS = 60
ENDED = ("completed", "failed", "cancelled")
DEMO_STOCKS = ["990110", "990920"]


class Served:
    """The service, and the few requests that tests send beside the browser."""

    def __init__(self, folder: Path, *, with_demo: bool = True) -> None:
        self.home = folder / "home"
        self.with_demo = with_demo
        self.host_folder = folder / "host"
        self.log = folder / "serve.log"
        self.address = f"http://127.0.0.1:{_free_port()}"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Start the process and wait until the service and its worker are ready."""
        port = self.address.rsplit(":", 1)[1]
        command = [sys.executable, "-m", "bokgi.cli", "--home", str(self.home), "serve", "--port", port]
        if self.with_demo and not self.home.exists():  # refused where a test has uploaded real bars
            command.append("--demo")
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=self._environment(), start_new_session=True)
        deadline = time.monotonic() + START_SECONDS
        while not self._is_healthy():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise TimeoutError(self.log.read_text("utf-8", "replace")[-2000:])
            time.sleep(0.1)

    def _environment(self) -> dict[str, str]:
        return dict(os.environ) | {"BOKGI_HOST_FOLDER": str(self.host_folder)}

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the process by a signal and wait for its end."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(30)

    def signal_workers(self, how: signal.Signals) -> None:
        """Freeze the worker processes of this service, or let them go on."""
        assert self._process is not None
        for child in psutil.Process(self._process.pid).children(recursive=True):
            if any("worker_process" in word for word in child.cmdline()):
                child.send_signal(how)

    def ask(self, path: str, body: object = None, method: str | None = None, profile: str = "default") -> Json:
        """The JSON that the service answers."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, {"X-Bokgi-Profile": profile}, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            answered: Json = json.load(answer)
            return answered

    def start_run(self, strategy: str = "daily_trading", codes: list[str] | None = None) -> str:
        """Start a run and give its id; without codes it takes the whole market."""
        chosen: dict[str, object] = {"stock_mode": "all"} if codes is None else {"stock_codes": codes}
        return str(self.ask("/api/backtest/start", {"strategy": strategy, **chosen})["backtest_id"])

    def finished_run(self, strategy: str = "daily_trading") -> str:
        """Run two stocks to the end."""
        backtest_id = self.start_run(strategy, DEMO_STOCKS)
        deadline = time.monotonic() + RUN_SECONDS
        while self.ask(f"/api/backtest/progress?id={backtest_id}")["status"] not in ENDED:
            if time.monotonic() > deadline:
                raise TimeoutError(backtest_id)
            time.sleep(0.05)
        return backtest_id

    def choose(self, mode: str, codes: list[str] | None = None) -> None:
        """Set the stored mode and list."""
        self.ask("/api/stocks/specific", method="DELETE")
        self.ask("/api/stocks/mode", {"mode": mode})
        if codes:
            self.ask("/api/stocks/specific/add", {"codes": codes})

    def run_count(self) -> int:
        """Number of runs in the history."""
        return int(self.ask("/api/backtests?page_size=1")["total"])

    def _is_healthy(self) -> bool:
        with contextlib.suppress(OSError, ValueError):
            return bool(self.ask("/api/health")["status"] == "healthy")
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
