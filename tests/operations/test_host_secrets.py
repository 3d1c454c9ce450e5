"""What a host keeps to itself, and how a service that listens everywhere is asked."""

import json
import stat
from pathlib import Path

import pytest

from bokgi.errors.releases import RepositoryRefused, TagUnknown
from bokgi.operations.anchors import push_tag
from bokgi.operations.asking import reachable
from bokgi.operations.evidence_log import EvidenceLog
from bokgi.operations.host_folder import HostFolder
from bokgi.operations.host_settings import HostSettings
from bokgi.operations.repository import Repository
from bokgi.operations.slots.commands import environment_for
from bokgi.operations.units import units_of
from tests.operations.release_repository import git


@pytest.fixture
def host(tmp_path: Path) -> HostFolder:
    """A host in a folder that everybody could read before."""
    root = tmp_path / "host"
    root.mkdir(mode=0o755)
    return HostFolder.made(root, HostSettings("/r.git", root / "home", variables={"BOKGI_TOKEN": "secret"}))


def test_the_folder_and_its_settings_are_the_owners_alone(host: HostFolder) -> None:
    assert stat.S_IMODE(host.root.stat().st_mode) == 0o700
    assert stat.S_IMODE((host.root / "host.yaml").stat().st_mode) == 0o600


def test_a_slot_gets_none_of_its_starters_secrets(host: HostFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "mine")
    monkeypatch.setenv("SLACK_TOKEN", "mine")
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    given = environment_for(host, host.releases / "v1", "v1", 3000)
    assert "mine" not in given.values()
    assert (given["LC_ALL"], given["BOKGI_TOKEN"], "PATH" in given) == ("ko_KR.UTF-8", "secret", True)


def test_units_of_the_timers_read_the_secrets_of_the_channels(host: HostFolder) -> None:
    line = f"EnvironmentFile=-{host.root}/environment"
    services = {name: text for name, text in units_of(host).items() if name.endswith(".service")}
    timed = {f"bokgi-{name}.service" for name in ("daily", "weekly", "monthly", "quarterly")}
    assert {name for name, text in services.items() if line in text} == {"bokgi.service", *timed}
    assert {f"{name.removesuffix('.service')}.timer" for name in timed} <= units_of(host).keys()


def test_no_password_of_the_repository_is_told(tmp_path: Path) -> None:
    source = "https://kim:s3cret@127.0.0.1:9/r.git"
    repository = Repository(tmp_path / "copy.git", source)
    with pytest.raises(RepositoryRefused) as refused:
        repository.fetch()
    with pytest.raises(TagUnknown) as unknown:
        repository.tagged("v1.0.0")
    assert "s3cret" not in str(refused.value) + str(unknown.value)
    assert "127.0.0.1" in str(refused.value)
    work = tmp_path / "work"
    work.mkdir()
    git(work, "init", "--quiet")
    git(work, "commit", "--quiet", "--allow-empty", "--message", "first")
    with EvidenceLog(tmp_path / "log") as log:
        push_tag(log, work, source, "v1.0.0", git(work, "rev-parse", "HEAD"))
    written = (tmp_path / "log" / "evidence.jsonl").read_text()
    assert "s3cret" not in written
    assert json.loads(written.splitlines()[-1])["facts"]["outcome"] == "failed"


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("http://0.0.0.0:3000", "http://127.0.0.1:3000"),
        ("http://[::]:3000", "http://[::1]:3000"),
        ("http://10.0.0.0:3000", "http://10.0.0.0:3000"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
    ],
)
def test_a_service_that_listens_everywhere_is_asked_at_home(address: str, asked: str) -> None:
    assert reachable(address) == asked
