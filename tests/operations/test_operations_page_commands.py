"""The commands of docs/operations.md: each is one, and all run in their order on a real host."""

import re
import shlex
import socket
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bokgi.cli.release_catalog import RELEASE
from tests.architecture.source_tree import ROOT
from tests.cli.service_process import command, environment_with
from tests.operations.drilled_host import DrilledHost, drilled_host
from tests.operations.release_repository import ReleaseRepository

DONE_ELSEWHERE = {"init", "hold", "resume", "abort", "sort"}
"""The drill makes its own host and holds it; a killed release and an item of feedback have drills of their own."""
SHORT = {"1h": "20s", "5m": "10s"}
NOT_ABOUT_THE_MACHINE = re.compile(r"((?:cpu_percent|memory_percent|api_seconds): .*weight: )soft")
"""The drill is about the commands: a machine that is busy otherwise may warn and no more."""
MAY_BE_OPEN: Mapping[str, set[int]] = {
    "sort": {2},
    "watch": {0, 3},
    "weekly": {0, 3},
    "monthly": {3},
    "quarterly": {0, 3},
    "report": {1},
    "verify": {0, 3},
}
"""A watch of seconds on a busy machine, and a week of one day, may be undecided; a month of one day has not enough data, and where
nobody has pip-audit the security check is open. The release that is reported on was rolled back a few
lines above, so its verdict is FAIL. All others must succeed."""


def commands() -> list[list[str]]:
    """The words of every command of the page, in order."""
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    blocks = re.findall(r"^```sh sketch\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("bokgi release ")]
    return [shlex.split(line, comments=True)[1:] for line in lines]


def test_the_page_shows_every_command_there_is() -> None:
    assert {words[1] for words in commands()} == {entry.name for entry in RELEASE}


@pytest.fixture
def host(tmp_path: Path) -> Iterator[DrilledHost]:
    """A host on which a release serves, and two more are to come."""
    repository = ReleaseRepository(tmp_path / "repository")
    for tag in ("v1.1.0", "v1.2.0", "v1.3.0"):
        repository.release(tag)
    with drilled_host(tmp_path / "host", repository.folder, port=_free_port()) as started:
        policy = tmp_path / "host" / "policy.yaml"
        policy.write_text(NOT_ABOUT_THE_MACHINE.sub(r"\1warn", policy.read_text("utf-8")), encoding="utf-8")
        code, said = started.tool("deploy", "v1.1.0")
        assert code == 0, said
        yield started


def _free_port() -> int:
    """Units need a port of their own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.drill
def test_every_command_of_the_page_runs(host: DrilledHost, tmp_path: Path) -> None:
    for words in commands():
        name = words[1]
        if name in DONE_ELSEWHERE:
            continue
        filled = [_filled(name, word, host, tmp_path) for word in words]
        done = subprocess.run(
            command(*filled), env=environment_with(), cwd=host.root, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode in MAY_BE_OPEN.get(name, {0}), (words, done.stdout, done.stderr)


def _filled(name: str, word: str, host: DrilledHost, folder: Path) -> str:
    """A word of a command on this host; durations are short, and `deploy` follows `run` with the next version."""
    if word.startswith("evidence/"):
        return str(host.attempts()[-1].folder)
    if word == "v1.2.0" and name == "deploy":
        return "v1.3.0"
    return {"units": str(folder / "units")}.get(word, SHORT.get(word, word)) if name != word else word
