"""A host folder with a real holder, real slots and a load, for drills.

Convention: everything is started by the commands that a person types, and only what was started here is ended.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil

from bokgi.config.settings import cache_folder
from bokgi.operations.evidence_log import Record
from bokgi.operations.host_folder import HostFolder
from bokgi.operations.release_log import Attempt, attempts
from bokgi.operations.slots.control import HolderClient
from tests.architecture.source_tree import PACKAGE, ROOT
from tests.cli.service_process import command, environment_with

PATIENCE_SECONDS = 900.0
VARIABLES = {"BOKGI_READ_RATE": "100000", "BOKGI_START_RATE": "10000"}


@dataclass
class DrilledHost:
    """One host; `tool` runs a command of `bokgi release` on it."""

    root: Path
    holder: "subprocess.Popen[str] | None" = None
    address: str = ""
    left: list[psutil.Process] = field(default_factory=list)

    @property
    def host(self) -> HostFolder:
        return HostFolder.opened(self.root)

    @property
    def client(self) -> HolderClient:
        return HolderClient(self.root / "run")

    def hold(self) -> None:
        """Start the holder and wait until it takes orders."""
        with (self.root / "holder.out").open("ab") as errors:
            self.holder = subprocess.Popen(
                command("release", "hold", "--folder", str(self.root)),
                env=environment_with(),
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self.holder.stdout is not None
        line = self.holder.stdout.readline()
        found = re.search(r"http://[\w.]+:\d+", line)
        assert found is not None, (line, (self.root / "holder.out").read_text())
        self.address = found.group()

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Start a command of `bokgi release`."""
        name, *rest = words
        return subprocess.Popen(
            command("release", name, *rest, "--folder", str(self.root)),
            env=environment_with(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def tool(self, *words: str) -> tuple[int, str]:
        """Run a command of `bokgi release`; gives its exit code and what it said."""
        process = self.start(*words)
        said, _ = process.communicate(timeout=PATIENCE_SECONDS)
        return process.returncode, said

    def attempts(self) -> list[Attempt]:
        return attempts(self.root / "evidence")

    def records(self) -> Sequence[Record]:
        """Records of the last release."""
        return self.attempts()[-1].records

    def processes(self) -> list[psutil.Process]:
        """All processes of the slots."""
        found = [psutil.Process(slot.pid) for slot in self.client.report().slots.values() if slot.pid]
        return [*found, *(child for process in found for child in process.children(recursive=True))]

    def finish(self) -> None:
        """End the holder with all slots."""
        if self.holder is None:
            return
        with self.holder as holder:
            if holder.poll() is None:
                holder.send_signal(signal.SIGTERM)
            holder.wait(90)


@contextmanager
def drilled_host(root: Path, repository: Path, flow: bytes | None = None, **settings: object) -> Iterator[DrilledHost]:
    """A host folder with its holder; ended with all that it started."""
    program = ["--repository", str(repository), "--port", "0", "--environment", sys.executable, "--pages", str(PACKAGE / "api" / "pages")]
    done = subprocess.run(
        command("release", "init", str(root), *program), env=environment_with(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    host = HostFolder.opened(root)
    variables: Mapping[str, str] = {**VARIABLES, "BOKGI_CACHE": str(cache_folder(os.environ))}
    changed = replace(host.settings, variables=variables, settle_seconds=1.0, **settings)  # type: ignore[arg-type]  # by name
    (root / "host.yaml").write_text(changed.to_text(), encoding="utf-8")
    if flow is not None:
        (root / "smoke.yaml").write_bytes(flow)
    drilled = DrilledHost(root)
    drilled.hold()
    try:
        yield drilled
    finally:
        deadline = time.monotonic() + 5
        processes = drilled.processes() if drilled.holder is not None and drilled.holder.poll() is None else []
        drilled.finish()
        for process in processes:
            while process.is_running() and process.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
                time.sleep(0.05)
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                process.kill()


@dataclass(frozen=True)
class Load:
    """What a load saw: answers by release, sentences of failures, answers a second, the longest time of one [s]."""

    answered: Mapping[str, int]
    failed: Sequence[str]
    a_second: float
    slowest: float


@contextmanager
def under_load(address: str, rate: float = 200.0) -> Iterator[Callable[[], Load]]:
    """A steady load while the block runs; the function that is given ends it and says what it saw."""
    words = [sys.executable, "-m", "tests.operations.steady_load", address, str(rate)]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def ended() -> Load:
            said, _ = process.communicate(timeout=60)
            return Load(**json.loads(said))

        yield ended
        if process.poll() is None:
            process.communicate(timeout=60)
