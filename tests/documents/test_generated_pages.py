"""Pages that are written by a program are what the program writes now."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.documents.pages import ROOT

BUILDERS = sorted((ROOT / "tools").glob("build_*_page.py"))


@pytest.mark.parametrize("builder", BUILDERS, ids=lambda path: path.stem)
def test_a_generated_page_is_up_to_date(builder: Path) -> None:
    done = subprocess.run([sys.executable, str(builder), "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"run `make pages`: {builder.name} would write another page {done.stderr}"
