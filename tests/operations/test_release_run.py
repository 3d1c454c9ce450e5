"""`bokgi release run` on two tags of this very project, a fault in the first repaired in the second: the whole, with its report."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from bokgi.operations.record_kinds import Kind
from bokgi.operations.smoke import default_flow
from tests.cli.service_process import command, environment_with
from tests.operations.drilled_host import drilled_host
from tests.operations.release_repository import Change, ReleaseRepository

LINK = Change(
    "src/bokgi/reports/result_body.py",
    'f"/api/results/{record.backtest_id}.csv"',
    'f"/api/results/{record.backtest_id}-trades.csv"',
)
"""The link to the trades leads nowhere."""


def blind_flow() -> bytes:
    """The flow of a person who never looked at the trades."""
    flow = yaml.safe_load(default_flow())
    flow["steps"] = [step for step in flow["steps"] if step["name"] != "csv"]
    return bytes(yaml.safe_dump(flow, allow_unicode=True, sort_keys=False).encode())


SHARED = ("cpu_percent", "memory_percent", "api_seconds")


def warn_only(policy: Path) -> None:
    """Limits that a machine breaks which does other work beside the service only warn; the hash of the policy is in the report."""
    lines = policy.read_text("utf-8").splitlines()
    changed = [line.replace("weight: soft", "weight: warn") if line.strip().startswith(SHARED) else line for line in lines]
    policy.write_text("\n".join(changed) + "\n", encoding="utf-8")


@pytest.mark.drill
def test_a_release_that_repairs_a_fault_passes_and_its_report_verifies_elsewhere(tmp_path: Path) -> None:
    repository = ReleaseRepository(tmp_path / "repository")
    repository.release("v0.2.0", LINK)
    repository.release("v0.3.0")
    root = tmp_path / "host"
    with drilled_host(root, repository.folder, blind_flow()) as host:
        warn_only(root / "policy.yaml")
        code, said = host.tool("deploy", "v0.2.0")
        assert code == 0, said
        (root / "smoke.yaml").unlink()
        (root / "planned.yaml").write_text("- {tag: v0.4.0, day: 2027-01-15, words: 분봉 자료}\n", encoding="utf-8")
        code, said = host.tool("run", "v0.3.0", "--for", "40s", "--every", "20s")
        assert code == 0, said
        code, said = host.tool("daily")
        assert code == 0, said
        code, said = host.tool("weekly")
        assert code == 3, said
        folder = host.attempts()[-1].folder
        assert host.attempts()[-1].last(Kind.DAILY) is not None
    report = (folder / "report.ko.md").read_text("utf-8")
    assert len(re.findall(r"^## \d+\. ", report, re.MULTILINE)) == 19
    assert re.search("판정: (통과|주의)", report)
    (row,) = re.findall(r"^\| CSV의 거래를 더하면 결과와 같다 \| 실패 \| 통과 .*$", report, re.MULTILINE)
    assert "고쳐짐" in row
    assert "v0.4.0" in report
    assert "✓ [" in row
    assert verified_elsewhere(folder, root / "key.pub", tmp_path / "elsewhere") == 0


def verified_elsewhere(folder: Path, key: Path, target: Path) -> int:
    """Exit code of `verify` on a copy."""
    shutil.copytree(folder, target / "copy")
    words = command("release", "verify", str(target / "copy"), "--key", str(key))
    done = subprocess.run(words, env=environment_with(), capture_output=True, text=True, check=False)
    assert "says something else" not in done.stdout, done.stdout
    return done.returncode
