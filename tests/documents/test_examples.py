"""Python blocks on the pages run as they stand: a reader may copy them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.documents.pages import Block, blocks

EXAMPLES = [block for block in blocks("python") if block.marks != "sketch"]


@pytest.mark.parametrize("block", EXAMPLES, ids=str)
def test_an_example_on_a_page_runs(block: Block, tmp_path: Path) -> None:
    program = tmp_path / "example.py"
    program.write_text(block.text, encoding="utf-8")
    environment = os.environ | {"BOKGI_HOME": str(tmp_path / "home"), "BOKGI_LANGUAGE": "en"}
    done = subprocess.run([sys.executable, str(program)], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
