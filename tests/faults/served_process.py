"""A real `bokgi serve` in a folder of the test: started, asked over HTTP, killed and started again.

Convention: only processes that were started here are ended, by their id. The client asks again when the service is away, as a person's
page does; every start carries an idempotency key, so asking twice is safe.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.plain_http import NO_TLS

START_SECONDS = 90.0
RUN_SECONDS = 120.0


def free_port() -> int:
    """A port of the loopback address that nobody uses at the moment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass
class ServedProcess:
    """One service; `start` it, ask it, `kill` it or a part of it, and `stop` it in the end."""

    home: Path
    options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, is_awaited: bool = True) -> None:
        """Start the service; it must answer health with 200 unless nobody waits for it."""
        program = Path(sys.executable).with_name("bokgi")
        command = [str(program), "serve", "--home", str(self.home), "--port", str(self.port), *self.options]
        environment = dict(os.environ) | {"BOKGI_LANGUAGE": "en"} | dict(self.environment)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        if is_awaited:
            self.wait_until_healthy()

    @property
    def log(self) -> Path:
        return self.home.parent / f"{self.home.name}.service.log"

    def wait_until_healthy(self, seconds: float = START_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while self.health_status() != 200:
            assert self.process is not None
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            assert time.monotonic() < deadline, self.log.read_text()[-3000:]
            time.sleep(0.05)

    def health_status(self) -> int:
        """Status of the health answer; 0 where nobody answers."""
        try:
            return httpx.get(f"{self.url}/api/health", timeout=5, verify=NO_TLS).status_code
        except httpx.HTTPError:
            return 0

    def is_answering(self) -> bool:
        """Whether the service takes requests just now."""
        try:
            return httpx.get(f"{self.url}/api/health/live", timeout=2, verify=NO_TLS).status_code == 200
        except httpx.HTTPError:
            return False

    def worker_pids(self) -> list[int]:
        """The worker processes of this service."""
        assert self.process is not None
        try:
            children = psutil.Process(self.process.pid).children(recursive=True)
            return [child.pid for child in children if any("worker_process" in word for word in child.cmdline())]
        except psutil.NoSuchProcess:
            return []

    def kill(self) -> None:
        """Kill the process that answers HTTP with -9."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def kill_worker(self) -> bool:
        """Kill a worker with -9; False when there is none at the moment."""
        pids = self.worker_pids()
        for pid in pids[:1]:
            os.kill(pid, signal.SIGKILL)
        return bool(pids)

    def stop(self) -> None:
        """End the service in order."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    # ------------------------------------------------------------ asking

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request; asked again while the service is away."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                answer = httpx.request(method, self.url + path, timeout=30, verify=NO_TLS, **more)
            except httpx.HTTPError:
                assert time.monotonic() < deadline, f"{path}: the service stays away"
            else:
                if answer.status_code != 503 or time.monotonic() > deadline:
                    return answer
            time.sleep(0.05)

    def start_run(self, body: Mapping[str, Any], key: str | None = None) -> str:
        """Id of a new run; asking again with the same key is safe."""
        answer = self.ask("POST", "/api/backtest/start", json=dict(body), headers={"Idempotency-Key": key or secrets.token_hex(8)})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["backtest_id"])

    def progress(self, backtest_id: str) -> dict[str, Any]:
        answer = self.ask("GET", f"/api/backtest/progress?id={backtest_id}")
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def until_finished(self, backtest_id: str, seconds: float = RUN_SECONDS) -> dict[str, Any]:
        """The last progress of a run; percent and counters must never fall on the way."""
        deadline, highest = time.monotonic() + seconds, (0, 0, 0)
        while True:
            now = self.progress(backtest_id)
            figures = (now["progress_percent"], now["completed_symbols"], now["total_trades"])
            assert all(new >= old for new, old in zip(figures, highest, strict=True)), f"{figures} after {highest}"
            highest = figures
            if now["status"] in {"completed", "failed", "cancelled"}:
                return now
            assert time.monotonic() < deadline, f"{now}\n{self.log.read_text()[-3000:]}"
            time.sleep(0.05)

    def result(self, backtest_id: str) -> dict[str, Any]:
        answer = self.ask("GET", f"/api/backtest/result/{backtest_id}")
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body
