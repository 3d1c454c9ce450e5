"""Releases of this very code from a real git repository: gates, a private boot, the switch, and the tool killed with -9 at every step."""

import json
import os
import platform
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from bokgi.errors.releases import ReleaseAltered
from bokgi.operations.record_kinds import Kind
from bokgi.operations.releasing.pending_migrations import breaking
from bokgi.operations.repository import Repository
from bokgi.operations.seals import public_path, read_public_key
from bokgi.operations.unpacking import checked
from bokgi.operations.verification import verified
from tests.cli.service_process import wait_until
from tests.operations.bad_releases import CONTRACTING, FAST_FLOW, REFUSED_BY_THE_PLAN, STOPPED_AT_BOOT, VERSIONS, BadRelease, released
from tests.operations.drilled_host import DrilledHost, drilled_host
from tests.operations.release_repository import Change, ReleaseRepository

ADDED = 'op.add_column("runs", sa.Column("x", sa.Text()))'
STEPS = ("tag and commit", "unpack", "boot in private", "smoke test in private", "traffic moves", "smoke test in public")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> ReleaseRepository:
    """A good release v0.1.1, and one tag for each bad release."""
    made = ReleaseRepository(tmp_path_factory.mktemp("repository") / "git")
    made.release("v0.1.1")
    for bad in (*REFUSED_BY_THE_PLAN, *STOPPED_AT_BOOT):
        released(made, bad)
    return made


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory, repository: ReleaseRepository) -> Iterator[DrilledHost]:
    with drilled_host(tmp_path_factory.mktemp("h") / "host", repository.folder, FAST_FLOW) as drilled:
        yield drilled


@pytest.fixture(scope="module")
def interrupted(host: DrilledHost) -> list[str]:
    """The first release, made by a tool that is killed at every step and goes on each time; gives what was said after each kill."""
    said = []
    for number, step in enumerate(STEPS):
        command = ("deploy", "v0.1.1") if number == 0 else ("resume",)
        killed_at(host, step, *command)
        said.append(host.tool("deploy", "v0.1.1")[1] if number == 0 else "")
    code, last = host.tool("resume")
    assert code == 0, last
    return [*said, last]


def killed_at(host: DrilledHost, step: str, *command: str) -> None:
    """Start a command and kill it with -9 when it begins a step."""
    process = host.start(*command)
    assert process.stdout is not None
    with process:
        for line in process.stdout:
            if f"… {step}" in line:
                process.kill()
                return
        raise AssertionError(f"{command} never came to '{step}'")


def test_a_release_is_deployed_by_a_tool_that_is_killed_at_every_step(host: DrilledHost, interrupted: list[str]) -> None:
    assert "was interrupted after 'begun'" in interrupted[0]
    assert "The release has the traffic." in interrupted[-1]
    records = host.records()
    assert len([record for record in records if record.kind is Kind.GAP]) == len(STEPS)
    assert records[-1].facts["outcome"] == "deployed"
    assert host.client.report().taking == host.attempts()[-1].tagged.name


def test_its_evidence_is_sound_and_tells_of_every_gap(host: DrilledHost, interrupted: list[str]) -> None:
    evidence = verified(host.attempts()[0].folder, read_public_key(public_path(host.host.key)))
    assert evidence.findings == ()
    takers = [record.facts["broken"] for record in evidence.of_kind(Kind.LOCK)]
    assert takers[0] is None
    assert all(taker["pid"] for taker in takers[1:])
    assert {record.facts["outcome"] for record in evidence.of_kind(Kind.SMOKE)} == {"passed"}
    boot = next(evidence.of_kind(Kind.BOOT))
    assert (boot.facts["version"], boot.facts["commit"]) == ("0.1.1", host.attempts()[0].tagged.commit)


@pytest.mark.parametrize("bad", REFUSED_BY_THE_PLAN, ids=str)
def test_what_the_plan_finds_is_never_started(host: DrilledHost, interrupted: list[str], bad: BadRelease) -> None:
    pids = {name: slot.pid for name, slot in host.client.report().slots.items()}
    code, said = host.tool("plan", bad.tag)
    assert code == 1, said
    failed = [record.facts["name"] for record in host.records() if record.facts.get("outcome") == "failed" and record.kind is Kind.CHECK]
    assert failed == [bad.detected_at]
    assert {name: slot.pid for name, slot in host.client.report().slots.items()} == pids


def test_an_unpacked_release_that_was_altered_is_not_started(host: DrilledHost, interrupted: list[str]) -> None:
    folder = host.root / "releases" / host.attempts()[0].tagged.name
    place, more = folder / "src" / "bokgi" / "units.py", folder / "src" / "bokgi" / "more.py"
    kept = place.read_bytes()
    assert checked(folder).files
    place.write_bytes(kept + b"\n# altered\n")
    more.write_text("# added\n")
    with pytest.raises(ReleaseAltered, match=r"src/bokgi/more.py, src/bokgi/units.py"):
        checked(folder)
    place.write_bytes(kept)
    more.unlink()
    assert checked(folder).files


@pytest.fixture(scope="module")
def empty_host(tmp_path_factory: pytest.TempPathFactory, repository: ReleaseRepository) -> Iterator[DrilledHost]:
    with drilled_host(tmp_path_factory.mktemp("e") / "host", repository.folder, FAST_FLOW) as drilled:
        yield drilled


@pytest.mark.parametrize("bad", STOPPED_AT_BOOT[:1], ids=str)
def test_what_does_not_boot_is_bad_for_good(empty_host: DrilledHost, bad: BadRelease) -> None:
    code, said = empty_host.tool("deploy", bad.tag)
    assert code == 1, said
    boots = [record for record in empty_host.records() if record.kind is Kind.BOOT]
    assert [boot.facts["outcome"] for boot in boots] == ["failed"]
    assert bad.words in boots[0].facts["problem"]
    assert Kind.SWITCH not in {record.kind for record in empty_host.records()}
    again, said = empty_host.tool("deploy", bad.tag)
    assert again == 1
    assert "failed before" in said
    wait_until(lambda: empty_host.client.report().slots == {}, 60)


def test_a_migration_that_only_adds_is_let_through_and_a_changed_one_is_not(tmp_path: Path) -> None:
    made = ReleaseRepository(tmp_path / "git")
    live = made.release("v1.0.0")
    adding = Change(f"{VERSIONS}/v9999_more.py", None, CONTRACTING.replace('op.drop_column("runs", "note")', ADDED))
    more = made.release("v1.0.1", adding)
    altered = made.release("v1.0.2", Change(f"{VERSIONS}/v0002_imports.py", "sa.Text()", "sa.String()"))
    copy = Repository(tmp_path / "copy.git", str(made.folder))
    copy.fetch()
    assert breaking(copy, live, more) == (["9999"], [])
    assert breaking(copy, live, altered) == ([], ["0002: it is part of the live release and was changed"])


def test_an_unknown_tag_and_a_folder_that_is_no_host_are_one_sentence(host: DrilledHost, tmp_path: Path) -> None:
    code, said = host.tool("plan", "v7.7.7")
    assert (code, said.count("\n")) == (2, 1)
    assert "v0.1.1" in said
    other = DrilledHost(tmp_path)
    code, said = other.tool("status")
    assert (code, "bokgi release init" in said) == (2, True)


def test_a_policy_that_cannot_be_read_begins_nothing(host: DrilledHost, interrupted: list[str]) -> None:
    place, before = host.root / "policy.yaml", len(host.attempts())
    kept = place.read_bytes()
    place.write_bytes(kept.replace(b"cpu_percent", b"cpu"))
    code, said = host.tool("plan", "v0.1.1")
    place.write_bytes(kept)
    assert (code, "policy.yaml" in said) == (2, True)
    assert len(host.attempts()) == before


def test_units_stand_up_to_systemd(host: DrilledHost, tmp_path: Path) -> None:
    code, said = host.tool("units", str(tmp_path))
    assert code == 2, "port 0 is no address for a unit"
    text = (host.root / "host.yaml").read_text()
    (host.root / "host.yaml").write_text(text.replace("port: 0", "port: 39000"))
    code, said = host.tool("units", str(tmp_path))
    (host.root / "host.yaml").write_text(text)
    assert code == 0, said
    assert {path.name for path in tmp_path.iterdir()} >= {"bokgi.socket", "bokgi.service", "bokgi-daily.timer", "bokgi-weekly.timer"}
    assert "KillMode=process" in (tmp_path / "bokgi.service").read_text()


def test_status_and_history_show_what_is_and_what_is_planned(host: DrilledHost, interrupted: list[str]) -> None:
    (host.root / "planned.yaml").write_text("- {tag: v9.0.0, day: 2027-01-15, words: Next}\n")
    name = host.attempts()[0].tagged.name
    code, said = host.tool("status")
    assert (code, f"Current: {name}" in said) == (0, True)
    code, said = host.tool("history")
    assert (code, "v9.0.0" in said, "deployed" in said) == (0, True, True)
    (host.root / "planned.yaml").write_text("- {day: 2027-01-15}\n")
    code, said = host.tool("history")
    assert (code, "needs a 'tag'" in said) == (2, True)


def test_old_releases_go_and_what_may_be_needed_stays(host: DrilledHost, interrupted: list[str]) -> None:
    current = host.attempts()[0].tagged.name
    for number in range(7):
        manifest = host.root / "releases" / f"v0.0.{number}-aaaaaaaa" / "manifest.json"
        manifest.parent.mkdir()
        manifest.write_text("{}")
        os.utime(manifest, (4_000_000_000 + number, 4_000_000_000 + number))
    unused = host.root / "environments" / "unused"
    unused.mkdir()
    code, said = host.tool("prune")
    assert code == 0, said
    kept = {path.name for path in (host.root / "releases").iterdir()}
    assert kept == {current, *(f"v0.0.{number}-aaaaaaaa" for number in range(2, 7))}
    assert not unused.exists()


def test_a_lock_names_its_holder_and_breaking_it_is_recorded(host: DrilledHost, interrupted: list[str]) -> None:
    with subprocess.Popen(["sleep", "600"]) as other:
        holder = {"operator": "kim", "what": "deploy v9", "pid": other.pid, "started": psutil.Process(other.pid).create_time()}
        holder |= {"host": platform.node(), "since": "2026-11-28T00:00:00+00:00"}
        (host.root / "lock").mkdir()
        (host.root / "lock" / "holder.json").write_text(json.dumps(holder))
        code, said = host.tool("plan", "v0.1.1")
        assert (code, f"process {other.pid}" in said, "kim" in said) == (1, True, True)
        host.tool("plan", "v0.1.12", "--break-lock")
        given_back = json.loads((host.root / "lock" / "holder.json").read_text())
        other.kill()
    lock = next(record for record in host.records() if record.kind is Kind.LOCK)
    assert lock.facts["broken"]["operator"] == "kim"
    assert given_back == holder  # whom it was taken from still lived
    host.tool("plan", "v0.1.12")
    assert not (host.root / "lock").exists()  # that of the dead is taken over, and goes
