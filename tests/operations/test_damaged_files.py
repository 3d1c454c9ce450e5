"""A damaged file of the host stops what depends on it, says so, and stops nothing else."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from bokgi.cli.release_views import status_command
from bokgi.config.settings import Settings
from bokgi.errors.operations import EvidenceAbsent, EvidenceBroken
from bokgi.errors.releases import HostStateDamaged
from bokgi.operations.evidence_log import EvidenceLog
from bokgi.operations.host_folder import HostFolder
from bokgi.operations.host_settings import HostSettings
from bokgi.operations.host_state import read_host_state
from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.release_log import attempts, damages, latest_of, read_attempt, switched, unfinished
from bokgi.operations.releasing import opening
from bokgi.operations.releasing.opening import rolling_back
from bokgi.operations.releasing.release import recorded_fault
from bokgi.operations.slots.control import HolderReport
from bokgi.operations.slots.holder import Holder
from bokgi.operations.slots.memory import remembered
from bokgi.operations.slots.slot_state import Phase, SlotState, started_at, write_state
from bokgi.operations.unpacking import MANIFEST_NAME

COMMIT = "a" * 40
NAME = f"v1.0.0-{COMMIT[:8]}"


@pytest.fixture
def host(tmp_path: Path) -> HostFolder:
    return HostFolder.made(tmp_path / "host", HostSettings(repository=str(tmp_path), home=tmp_path / "home"))


def log_of(host: HostFolder, number: int, tag: str = "v1.0.0", *, is_ended: bool = True) -> Path:
    """A log with a switch; gives its file."""
    folder = host.evidence / f"{number:04}-{tag}-{COMMIT[:8]}"
    with EvidenceLog(folder) as log:
        log.append(Kind.BEGUN, tag=tag, commit=COMMIT, tree="", version=tag[1:], operator="kim", host="host-1")
        log.append(Kind.SWITCH, from_slot=None, to_slot=folder.name, milliseconds=1)
        if is_ended:
            log.append(Kind.ENDED, outcome="passed")
    return folder / "evidence.jsonl"


def damage(place: Path, line: int) -> None:
    lines = place.read_bytes().splitlines(keepends=True)
    lines[line - 1] = b'{"torn\n'
    place.write_bytes(b"".join(lines))


@pytest.mark.parametrize("line", [1, 2, 3])
def test_a_damaged_log_is_named_and_the_others_are_read(host: HostFolder, line: int) -> None:
    place = log_of(host, 1, is_ended=line < 3)
    log_of(host, 2, "v1.1.0")
    damage(log_of(host, 3, "v1.2.0"), line)
    assert [attempt.tagged.tag for attempt in attempts(host.evidence)][:2] == ["v1.0.0", "v1.1.0"]
    (found,) = damages(host.evidence)
    assert (found.place.parent.name[:4], found.line) == ("0003", line)
    open_one = unfinished(host.evidence)
    assert (None if open_one is None else open_one.folder) == (None if line < 3 else place.parent)
    said = CliRunner().invoke(status_command, ["--folder", str(host.root)], obj=Settings.from_environment())
    assert said.exit_code == 0
    assert f"evidence.jsonl, {line}: " in said.output
    assert "bokgi release verify" in said.output


def test_a_line_that_follows_another_one_is_damage(host: HostFolder) -> None:
    place = log_of(host, 1)
    lines = place.read_bytes().splitlines(keepends=True)
    place.write_bytes(b"".join([lines[0], lines[2]]))
    assert [found.line for found in damages(host.evidence)] == [2]


@pytest.mark.parametrize(("goal", "is_found"), [("deploy", True), ("plan", False)])
def test_a_kill_between_a_switch_and_its_record_leaves_a_release_that_can_be_looked_at(host: HostFolder, goal: str, is_found: bool) -> None:
    with EvidenceLog(host.evidence / f"0001-{NAME}") as log:
        log.append(Kind.BEGUN, tag="v1.0.0", commit=COMMIT, tree="", version="1.0.0", operator="kim", host="host-1", goal=goal)
        log.append(Kind.ENDED, outcome="aborted")
    assert (switched(host.evidence, NAME) is not None) is is_found


def test_a_later_plan_of_the_same_tag_is_not_the_release(host: HostFolder) -> None:
    serving = log_of(host, 1)
    with EvidenceLog(host.evidence / f"0002-{NAME}") as log:
        log.append(Kind.BEGUN, tag="v1.0.0", commit=COMMIT, tree="", version="1.0.0", operator="kim", host="host-1", goal="plan")
        log.append(Kind.ENDED, outcome="planned")
    assert latest_of(host.evidence, NAME).folder == serving.parent
    with pytest.raises(EvidenceAbsent):
        latest_of(host.evidence, "v3.0.0-aaaaaaaa")


class _Named:
    def __init__(self, _run: Path) -> None: ...

    def report(self) -> HolderReport:
        return HolderReport(1, "http://127.0.0.1:1", NAME, NAME, {})


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_rollback_begins_a_log_of_its_own_where_the_old_one_is_damaged(
    host: HostFolder, monkeypatch: pytest.MonkeyPatch, line: int
) -> None:
    """Line 0: nothing is damaged, and the rollback goes into the log of the release."""
    monkeypatch.setattr(opening, "HolderClient", _Named)
    place = log_of(host, 1)
    if line:
        damage(place, line)
        with pytest.raises(EvidenceBroken):
            EvidenceLog(place.parent)
    (host.releases / NAME).mkdir()
    (host.releases / NAME / MANIFEST_NAME).write_text(json.dumps({"tag": "v1.0.0", "commit": COMMIT, "tree": ""}))
    (host.root / "state.json").write_text(json.dumps({"current": NAME, "previous": None, "bad": {}}))
    with rolling_back(host, NAME, lambda _news: None) as site:
        midway = read_attempt(site.log.folder)
        site.log.append(Kind.ROLLBACK, from_tag="v1.0.0", to_tag="v0.9.0", milliseconds=1, outcome=Outcome.PASSED)
    own = read_attempt(site.log.folder)
    assert own is not None
    assert midway is not None
    assert own.damage is None
    assert (own.folder.name[:4], own.outcome) == (("0001", "passed") if line == 0 else ("0002", "aborted"))
    assert bool(recorded_fault(midway)) is (line > 0)  # a kill here ends with the way back, too


def test_a_damaged_state_is_one_sentence(host: HostFolder) -> None:
    (host.root / "state.json").write_text("{")
    with pytest.raises(HostStateDamaged, match="Move it away"):
        read_host_state(host.root)


@pytest.fixture
def slot(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that says of itself that it takes the traffic."""
    words = ["--folder", str(tmp_path), "--public", "3", "--lock", "4"]
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", *words], env={"BOKGI_RELEASE": NAME}) as process:
        write_state(tmp_path / f"{NAME}.state", SlotState(NAME, process.pid, started_at(process.pid), Phase.TAKING))
        yield process
        process.kill()


@pytest.mark.parametrize("memory", ["", "{", '{"wanted": "x"}', '{"wanted": null, "slots": [{"name": "x"}]}', "[]"])
def test_a_holder_whose_memory_is_damaged_finds_the_slots_that_live(tmp_path: Path, slot: "subprocess.Popen[bytes]", memory: str) -> None:
    (tmp_path / "slots.json").write_text(memory)
    kept = remembered(tmp_path)
    assert kept["wanted"] == NAME
    assert [(each["name"], each["pid"], each["environment"]) for each in kept["slots"]] == [(NAME, slot.pid, {"BOKGI_RELEASE": NAME})]
    assert kept["slots"][0]["command"] == [sys.executable, "-c", "import time; time.sleep(600)"]
    assert Holder(tmp_path, "http://127.0.0.1:1", public=0, lock=0).answered(b'{"order": "report"}')["done"]["wanted"] == NAME


def test_an_order_that_the_system_refuses_is_answered(tmp_path: Path) -> None:
    with socket.socket() as public:
        holder = Holder(tmp_path, "http://127.0.0.1:1", public=public.fileno(), lock=public.fileno())
        order = {"order": "start", "name": "x", "command": ["/nowhere/python"], "environment": {}}
        assert "No such file" in holder.answered(json.dumps(order).encode())["refused"]
