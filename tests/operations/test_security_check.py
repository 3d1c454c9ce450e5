"""Each part of the security check finds what is wrong, says what it could not look at, and passes what is in order."""

import hashlib
import json
import socket
import stat
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from bokgi.operations.asking import Asker
from bokgi.operations.record_kinds import Outcome
from bokgi.operations.security import (
    Finding,
    check_answers,
    check_known_faults,
    check_listening,
    check_packages,
    check_python,
    check_rights,
    check_running,
    outcome_of,
)
from bokgi.operations.security.answers import header_problems
from bokgi.operations.security.known_faults import check_age
from bokgi.operations.security.listening import judged_doors
from bokgi.operations.security.packages import Installed, Locked, differences, read_locked
from bokgi.operations.security.running import replaced
from tests.architecture.source_tree import ROOT
from tests.cli.service_process import ServiceProcess

TODAY = date(2026, 11, 28)


def problems(finding: Finding) -> str:
    return "; ".join(finding.seen.get("problems", []))


# ---------------------------------------------------------------- packages


def test_the_locks_of_this_release_are_read_whole() -> None:
    locked = read_locked(ROOT)
    lines = (ROOT / "requirements" / "runtime.txt").read_text("utf-8").splitlines()
    names = {line.split("==")[0] for line in lines if "==" in line and not line.startswith(" ")}
    assert names <= locked.versions.keys()
    assert len(locked.versions["numpy"]) == 2  # one for each version of Python that the lock knows
    assert "cffi" in locked.conditional
    assert "alembic" not in locked.conditional


def test_a_package_that_differs_from_its_lock_is_named() -> None:
    locked = Locked({"a": frozenset({"1.0"}), "b": frozenset({"2.0"}), "c": frozenset({"3.0"}), "d": frozenset({"1"})}, frozenset({"d"}))
    installed = Installed(Path("/nowhere"), "3.11.9", {"a": "1.0", "b": "2.1", "z": "9"})
    assert list(differences(locked, installed)) == ["b is 2.1, locked is 2.0", "c 3.0 is locked and not installed"]


def environment(folder: Path, version: str = "1.0", content: str = "x = 1\n") -> Path:
    """An interpreter with one package, as an installer leaves it."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=120)
    packages = next(folder.glob("lib/*/site-packages"))
    (packages / "thing.py").write_text(content)
    place = packages / f"thing-{version}.dist-info"
    place.mkdir()
    (place / "METADATA").write_text(f"Metadata-Version: 2.1\nName: thing\nVersion: {version}\n")
    digest = urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).decode().rstrip("=")
    own = f"thing-{version}.dist-info"
    (place / "RECORD").write_text(f"thing.py,sha256={digest},{len(content)}\n{own}/METADATA,,\n{own}/RECORD,,\n")
    return folder / "bin" / "python"


def release(folder: Path, *lines: str) -> Path:
    (folder / "requirements").mkdir(parents=True)
    (folder / "requirements" / "runtime.txt").write_text("".join(f"{line} \\\n    --hash=sha256:00\n" for line in lines))
    (folder / "requirements" / "build.txt").write_text("")
    return folder


def test_an_environment_is_held_against_locks_and_installed_hashes(tmp_path: Path) -> None:
    python = environment(tmp_path / "environment")
    packages = next((tmp_path / "environment").glob("lib/*/site-packages"))
    good = release(tmp_path / "good", "thing==1.0")
    assert check_packages(good, python, is_own=True).outcome is Outcome.PASSED
    assert "thing is 1.0, locked is 2.0" in problems(check_packages(release(tmp_path / "other", "thing==2.0"), python, is_own=True))
    more = release(tmp_path / "more")
    assert "thing is in no lock file" in problems(check_packages(more, python, is_own=True))
    told = check_packages(more, python, is_own=False)
    assert (told.outcome, told.seen["not_locked"]) == (Outcome.PASSED, ["thing"])
    (packages / "thing.py").write_text("x = 2\n")
    assert "thing.py is not as it was installed" in problems(check_packages(good, python, is_own=False))


def test_an_interpreter_that_cannot_be_asked_is_not_checked(tmp_path: Path) -> None:
    assert check_packages(release(tmp_path, "thing==1.0"), tmp_path / "python", is_own=True).outcome is Outcome.NOT_CHECKED


# ---------------------------------------------------------------- known faults


def pip_audit(folder: Path, said: str, code: int = 0, complained: str = "") -> str:
    """A program that writes what pip-audit writes."""
    place = folder / "pip-audit"
    (folder / "said").write_text(said)
    place.write_text(f"#!/bin/sh\ncat {folder}/said\necho '{complained}' >&2\nexit {code}\n")
    place.chmod(place.stat().st_mode | stat.S_IXUSR)
    return str(place)


CLEAN = {"dependencies": [{"name": "alembic", "version": "1.20.1", "vulns": []}], "fixes": []}
FAULT = {"id": "PYSEC-2026-1", "fix_versions": ["1.20.2"], "aliases": [], "description": "x"}


@pytest.mark.parametrize(
    ("said", "code", "outcome", "words"),
    [
        (json.dumps(CLEAN), 0, Outcome.PASSED, ""),
        (
            json.dumps({"dependencies": [{"name": "a", "version": "1", "vulns": [FAULT]}]}),
            1,
            Outcome.FAILED,
            "PYSEC-2026-1, mended in 1.20.2",
        ),
        (json.dumps({"dependencies": [{"name": "a", "skip_reason": "not on the index"}]}), 0, Outcome.NOT_CHECKED, ""),
        (json.dumps({"dependencies": []}), 0, Outcome.NOT_CHECKED, ""),
        ("", 1, Outcome.NOT_CHECKED, ""),
        ("no list", 0, Outcome.NOT_CHECKED, ""),
    ],
)
def test_what_pip_audit_wrote_decides(tmp_path: Path, said: str, code: int, outcome: Outcome, words: str) -> None:
    finding = check_known_faults(release(tmp_path / "release", "a==1"), pip_audit(tmp_path, said, code, "the network is away"))
    assert (finding.outcome, words in problems(finding)) == (outcome, True)
    if not said:
        assert "the network is away" in finding.seen["why"]


def test_without_pip_audit_nothing_is_known_and_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    finding = check_known_faults(tmp_path)
    assert finding.outcome is Outcome.NOT_CHECKED
    assert "not installed" in finding.seen["why"]


@pytest.mark.parametrize(
    ("renewed", "outcome"),
    [
        (datetime(2026, 11, 1, tzinfo=UTC), Outcome.PASSED),
        (datetime(2026, 5, 1, tzinfo=UTC), Outcome.FAILED),
        (None, Outcome.NOT_CHECKED),
    ],
)
def test_locks_that_nobody_renewed_for_half_a_year_are_told(renewed: datetime | None, outcome: Outcome) -> None:
    assert check_age(renewed, TODAY).outcome is outcome


# ---------------------------------------------------------------- what runs


@pytest.mark.parametrize(
    ("today", "version", "outcome"),
    [
        (date(2027, 7, 31), "3.11.9", Outcome.PASSED),
        (date(2027, 8, 1), "3.11.9", Outcome.FAILED),
        (date(2026, 11, 28), "2.7.18", Outcome.NOT_CHECKED),
    ],
)
def test_a_python_whose_repairs_end_before_the_next_check_is_told(today: date, version: str, outcome: Outcome) -> None:
    assert check_python(version, today).outcome is outcome


MAPS = """7f1000-7f2000 r-xp 00000000 08:01 42    /usr/lib/libssl.so.3
7f2000-7f3000 r-xp 00000000 08:01 43    /usr/lib/libcrypto.so.3 (deleted)
7f2000-7f3000 r--p 00000000 08:01 43    /usr/lib/libcrypto.so.3 (deleted)
7f3000-7f4000 rw-s 00000000 00:01 44    /dev/shm/psm_1 (deleted)
7f4000-7f5000 rw-p 00000000 00:00 0
"""


def test_a_library_that_was_replaced_under_a_process_is_named(tmp_path: Path) -> None:
    assert list(replaced(MAPS)) == ["/usr/lib/libcrypto.so.3"] * 2
    (tmp_path / "42").mkdir()
    (tmp_path / "42" / "maps").write_text(MAPS)
    finding = check_running({"slot": 42}, tmp_path)
    assert (finding.outcome, finding.seen["problem_count"]) == (Outcome.FAILED, 1)
    assert check_running({"slot": 43}, tmp_path).outcome is Outcome.NOT_CHECKED
    assert check_running({}, tmp_path).outcome is Outcome.NOT_CHECKED


# ---------------------------------------------------------------- rights


@pytest.fixture
def host(tmp_path: Path) -> Path:
    root = tmp_path / "host"
    for name in ("run", "home"):
        (root / name).mkdir(parents=True, mode=0o700)
    root.chmod(0o700)
    (root / "key").touch(0o600)
    (root / "home" / "rows").touch(0o600)
    return root


@pytest.mark.parametrize(
    ("name", "mode", "outcome"),
    [
        ("key", 0o600, Outcome.PASSED),
        ("key", 0o640, Outcome.FAILED),
        ("run", 0o755, Outcome.FAILED),
        (".", 0o750, Outcome.FAILED),
        ("home", 0o705, Outcome.FAILED),
        ("home/rows", 0o666, Outcome.FAILED),
        ("home/rows", 0o664, Outcome.PASSED),
    ],
)
def test_rights_are_the_owners_alone(host: Path, name: str, mode: int, outcome: Outcome) -> None:
    (host / name).chmod(mode)
    finding = check_rights(host, [host / "key", host / "run", host / "environment"], host / "home")
    assert (finding.outcome, finding.seen["problem_count"] > 0) == (outcome, outcome is Outcome.FAILED)


def test_a_folder_that_is_not_there_is_not_checked(host: Path) -> None:
    assert check_rights(host, [host / "key"], host / "away").outcome is Outcome.NOT_CHECKED


# ---------------------------------------------------------------- ports


LISTENER = """
import socket, sys
doors = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(door.getsockname()[1] for door in doors), flush=True)
sys.stdin.read()
"""


@contextmanager
def listening(doors: int) -> Iterator[tuple[dict[str, int], list[tuple[str, int]]]]:
    """A process of its own, since this one may hold ports of other tests; its number by name, and the addresses it listens on."""
    with subprocess.Popen(
        [sys.executable, "-c", LISTENER, str(doors)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        ports = process.stdout.readline().split()
        yield {"test": process.pid}, [("127.0.0.1", int(port)) for port in ports]
        process.communicate()


def test_a_second_open_port_is_told() -> None:
    with listening(2) as (own, (public, other)):
        finding = check_listening(own, public, has_token=False)
    assert finding.outcome is Outcome.FAILED
    assert problems(finding) == f"something of ours listens on 127.0.0.1:{other[1]}, too"


def test_one_port_of_ones_own_passes_and_one_for_everybody_needs_a_token() -> None:
    with listening(1) as (own, (public,)):
        assert check_listening(own, public, has_token=False).outcome is Outcome.PASSED
    everywhere = ("0.0.0.0", 3000)
    assert judged_doors([everywhere], everywhere, has_token=False).outcome is Outcome.FAILED
    assert judged_doors([everywhere], everywhere, has_token=True).outcome is Outcome.PASSED


def test_a_port_where_nobody_listens_is_not_checked() -> None:
    with listening(1) as (own, (public,)):
        pass
    assert check_listening(own, public, has_token=False).outcome is Outcome.NOT_CHECKED


# ---------------------------------------------------------------- answers


def test_the_real_service_refuses_strangers(served: ServiceProcess) -> None:
    finding = check_answers(Asker(served.address))
    assert finding.outcome is Outcome.PASSED, finding.seen
    assert finding.seen["answers"]["strange_host"]["status"] >= 400
    assert finding.bodies.keys() == finding.seen["answers"].keys()


class _Open(BaseHTTPRequestHandler):
    """Answers everybody alike, and protects no browser."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_words: object) -> None:
        """Quiet."""


def test_a_service_that_lets_everybody_in_is_told_of() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Open) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        finding = check_answers(Asker(f"http://127.0.0.1:{server.server_port}", token="known"))
        server.shutdown()
    told = [*finding.seen["problems"]]
    assert finding.outcome is Outcome.FAILED
    for words in ("DNS rebinding", "another site's page", "path out of the pages", "without the token", "X-Content-Type"):
        assert any(words in problem for problem in told), (words, told)


def test_a_service_that_is_away_is_not_checked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
    assert check_answers(Asker(f"http://{host}:{port}")).outcome is Outcome.NOT_CHECKED


GOOD: Mapping[str, str] = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
}


@pytest.mark.parametrize(
    "change",
    [
        {"x-content-type-options": ""},
        {"x-frame-options": "", "content-security-policy": "default-src 'none'"},
        {"referrer-policy": "unsafe-url"},
        {"content-security-policy": "frame-ancestors 'none'"},
        {"server": "nginx/1.25.3"},
    ],
)
def test_each_header_that_is_missing_is_one_problem(change: Mapping[str, str]) -> None:
    assert list(header_problems(GOOD)) == []
    assert len(list(header_problems({**GOOD, **change}))) == 1


# ---------------------------------------------------------------- the whole


@pytest.mark.parametrize(
    ("outcomes", "whole"),
    [
        ([Outcome.PASSED, Outcome.PASSED], Outcome.PASSED),
        ([Outcome.PASSED, Outcome.NOT_CHECKED], Outcome.NOT_CHECKED),
        ([Outcome.NOT_CHECKED, Outcome.FAILED], Outcome.FAILED),
        ([], Outcome.NOT_CHECKED),
    ],
)
def test_a_part_that_was_not_made_leaves_the_whole_open(outcomes: list[Outcome], whole: Outcome) -> None:
    assert outcome_of(Finding("x", outcome, {}) for outcome in outcomes) is whole
