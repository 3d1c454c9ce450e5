"""The page for client authors: its commands run as they stand against the real service, and it lists every call."""

import csv
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bokgi.data.demo import write_demo
from bokgi.data.store import Store
from tests.api.running_service import running_over
from tests.documents.pages import ROOT, blocks

PAGE = ROOT / "docs" / "api.md"
COMMANDS = [block.text for block in blocks("sh") if block.page == PAGE]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands of the page have run, one after the other, with what they printed in `said.txt`."""
    if shutil.which("curl") is None or shutil.which("bash") is None:
        pytest.skip("The examples of docs/api.md need curl and bash; they are not on this machine.")
    home, work = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("work")
    write_demo(Store(home), instruments=8, sessions=4)
    with running_over(home) as service:
        environment = os.environ | {"BOKGI_API": str(service.client.base_url), "no_proxy": "127.0.0.1"}
        script = "set -euo pipefail\n" + "\n".join(COMMANDS)
        done = subprocess.run(["bash", "-c", script], cwd=work, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (work / "said.txt").write_text(done.stdout, encoding="utf-8")
    return work


def test_the_commands_of_the_page_run_as_they_stand(folder: Path) -> None:
    said = (folder / "said.txt").read_text(encoding="utf-8")
    assert "event: completed" in said
    assert '"selected_stocks":["990010","990020"]' in said
    assert json.loads((folder / "result.json").read_bytes())["status"] == "completed"


def test_every_format_is_downloaded_under_its_name_and_holds_the_run(folder: Path) -> None:
    backtest_id = json.loads((folder / "started.json").read_bytes())["backtest_id"]
    files = {path.suffix: path for path in folder.glob(f"backtest-trades-{backtest_id}.*")}
    assert files.keys() == {".csv", ".json", ".xlsx", ".html", ".pdf"}
    assert all(path.stat().st_size > 500 for path in files.values())
    trades = json.loads((folder / "trades.json").read_bytes())["total"]
    rows = list(csv.reader(files[".csv"].read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) - rows.index([]) - 2 == trades == json.loads((folder / "result.json").read_bytes())["metrics"]["total_trades"]


def test_the_error_on_the_page_is_the_one_that_is_answered(folder: Path) -> None:
    (shown,) = [json.loads(block.text) for block in blocks("json") if block.page == PAGE]
    said = (folder / "said.txt").read_text(encoding="utf-8")
    answered = next(json.loads(found) for found in re.findall(r'\{"success":false.*?\}', said))
    assert {key: shown[key] for key in ("error", "error_ko", "code", "field", "success")} == {
        key: answered[key] for key in ("error", "error_ko", "code", "field", "success")
    }


def test_the_page_lists_exactly_the_calls_of_the_document() -> None:
    document = json.loads((ROOT / "web" / "openapi.json").read_text(encoding="utf-8"))
    there = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    listed = re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/[^`?]*)`", PAGE.read_text(encoding="utf-8").partition("## All calls")[2])
    assert set(listed) == there
    assert len(set(listed)) == len(listed)
