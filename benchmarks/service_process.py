"""A real `bokgi serve` for measuring: started in a folder of its own, asked over HTTP, ended by its process id."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

PATIENCE_SECONDS = 180.0


class Service:
    """One service with its worker; `with Service(home) as service:` waits until health answers 200."""

    def __init__(self, home: Path, *options: str, environment: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.port = free_port()
        self.host = "127.0.0.1"
        self._options = options
        self._environment = dict(os.environ) | {"BOKGI_LANGUAGE": "en"} | dict(environment or {})
        self.started_at = time.perf_counter()
        self.ready_seconds = float("nan")

    def __enter__(self) -> Self:
        command = [
            str(Path(sys.executable).with_name("bokgi")),
            "serve",
            "--home",
            str(self.home),
            "--port",
            str(self.port),
            *self._options,
        ]
        log = (self.home.parent / f"{self.home.name}.log").open("wb")
        self.process = subprocess.Popen(command, env=self._environment, stdout=log, stderr=subprocess.STDOUT)
        self._wait()
        self.ready_seconds = time.perf_counter() - self.started_at
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def health(self) -> int:
        """Status of the health answer; 0 where nobody answers."""
        try:
            with urllib.request.urlopen(f"http://{self.host}:{self.port}/api/health", timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return int(error.code)
        except OSError:
            return 0

    def memory_megabytes(self) -> dict[str, float]:
        """Resident memory of the service and of its workers [MB]."""
        parent = psutil.Process(self.process.pid)
        children = [child for child in parent.children(recursive=True) if "work" in " ".join(child.cmdline())]
        return {"api": parent.memory_info().rss / 1e6, "worker": sum(child.memory_info().rss for child in children) / 1e6}

    def _wait(self) -> None:
        deadline = time.perf_counter() + PATIENCE_SECONDS
        while self.health() != 200:
            if self.process.poll() is not None or time.perf_counter() > deadline:
                raise RuntimeError(f"the service did not start: {(self.home.parent / f'{self.home.name}.log').read_text()[-2000:]}")
            time.sleep(0.05)


def free_port() -> int:
    """A port of the loopback address that nobody uses at the moment."""
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
