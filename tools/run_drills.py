"""Run the long forms of the tests and keep what they said in docs/drills.md.

The page holds the outcome and time of each drill, the commit and the machine, so that a claim can be traced to a run.
"""

import platform
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "drills.md"
PASSED, FAILED, NO_TESTS = 0, 1, 5
"""pytest's exit codes; others say that it was stopped or could not read the tests."""


def main() -> int:
    """Run, write the page, and end as pytest ended."""
    with TemporaryDirectory() as folder:
        record = Path(folder) / "drills.xml"
        started = time.monotonic()
        code = subprocess.run(
            [sys.executable, "-m", "pytest", "-m", "drill", f"--junit-xml={record}"],
            cwd=ROOT,
            check=False,
        ).returncode
        if code == NO_TESTS:
            print("There are no drills yet; docs/drills.md stays as it is.")
            return 0
        if code not in (PASSED, FAILED):
            print("The drills did not come to their end; docs/drills.md stays as it is.")
            return code
        PAGE.write_text(page(cases(record), time.monotonic() - started), encoding="utf-8")
    print(f"Written: {PAGE.relative_to(ROOT)}")
    return code


def cases(record: Path) -> list[tuple[str, str, float]]:
    """Name, outcome and seconds of each drill."""
    found = ET.parse(record).iter("testcase")  # noqa: S314  # written by pytest a moment ago
    return [(case.get("name", "").removeprefix("test_").replace("_", " "), outcome(case), float(case.get("time", "0"))) for case in found]


def outcome(case: ET.Element) -> str:
    """`passed`, or what stands in the way: `failed`, `error`, `skipped`."""
    words = {"failure": "**failed**", "error": "**error**", "skipped": "skipped"}
    return next((word for tag, word in words.items() if case.find(tag) is not None), "passed")


def page(drills: list[tuple[str, str, float]], seconds: float) -> str:
    """The page in Markdown."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    machine = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    head = [
        "# Drills",
        "",
        "The long forms of the tests, written by `make drills`.",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, commit {commit or 'unknown'}, {machine}, {seconds:.0f} s in all.",
        "",
        "| Drill | Outcome | Seconds |",
        "|---|---|---:|",
    ]
    return "\n".join([*head, *(f"| {name} | {result} | {took:.1f} |" for name, result, took in drills)]) + "\n"


if __name__ == "__main__":
    sys.exit(main())
