"""`bokgi serve` as a real process on a free port, with everything that it starts, and nothing left behind."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from tests.plain_http import NO_TLS

PATIENCE_SECONDS = 90.0
"""A first start compiles kernels where the cache is empty."""


def wait_until(is_true: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> float:
    """Wait, and give the seconds that it took."""
    began = time.monotonic()
    while not is_true():
        assert time.monotonic() - began < seconds, "it did not happen in time"
        time.sleep(0.02)
    return time.monotonic() - began


def environment_with(**variables: str) -> dict[str, str]:
    """The environment without settings of the person who runs the tests, but with their compile cache."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BOKGI_") or name == "BOKGI_CACHE"}
    return kept | {"BOKGI_LANGUAGE": "en"} | variables


def command(*arguments: str) -> list[str]:
    """The command line of a child."""
    return [sys.executable, "-m", "bokgi.cli", *arguments]


@dataclass
class ServiceProcess:
    """One running `bokgi serve`."""

    process: subprocess.Popen[str]
    home: Path
    line: str

    @property
    def address(self) -> str:
        found = re.search(r"http://[\w.]+:\d+", self.line)
        assert found is not None, self.line
        return found.group()

    def status(self) -> str:
        """What health says now."""
        return str(httpx.get(f"{self.address}/api/health", timeout=10, verify=NO_TLS).json()["status"])

    def wait_until_healthy(self) -> float:
        return wait_until(lambda: self.status() == "healthy")

    def worker(self) -> psutil.Process:
        """The worker process beside the service."""
        found = [child for child in psutil.Process(self.process.pid).children() if "bokgi.bootstrap.worker_process" in child.cmdline()]
        assert len(found) == 1, found
        return found[0]

    def family(self) -> list[psutil.Process]:
        """The process and all that it has started."""
        whole = psutil.Process(self.process.pid)
        return [whole, *whole.children(recursive=True)]

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end, and give its exit code."""
        self.process.send_signal(number)
        return self.process.wait(30)


def are_gone(processes: list[psutil.Process]) -> bool:
    """Whether none of them runs any more."""
    return not [each for each in processes if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]


@contextmanager
def serving(home: Path, *arguments: str, **variables: str) -> Iterator[ServiceProcess]:
    """The service, from its first line to the end of its last process."""
    process = subprocess.Popen(
        command("--home", str(home), "serve", "--port", "0", *arguments),
        env=environment_with(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    family: list[psutil.Process] = []
    try:
        service = ServiceProcess(process, home, process.stdout.readline())
        yield service
        family = service.family() if process.poll() is None else []
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)
        process.stdout.close()
    wait_until(lambda: are_gone(family), 10)
