"""The page of metrics says what the catalogue says."""

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]


def test_the_page_of_metrics_is_up_to_date() -> None:
    check = subprocess.run([sys.executable, CHECKOUT / "tools" / "build_metrics_page.py", "--check"], check=False)
    assert check.returncode == 0, "docs/metrics.md is old; run tools/build_metrics_page.py"
