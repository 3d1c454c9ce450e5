"""Run the long forms of the tests and keep what they said in docs/drills.md.

Those of operations hold releases to limits of time and of the machine, so they run alone; the others run in two processes. The page
holds the outcome and time of each drill, the commit and the machine, so that a claim can be traced to a run.
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
PARTS = (
    ("--ignore=tests/operations", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"),
    ("tests/operations",),
)
"""What pytest is told beside the marker, part after part."""


def main() -> int:
    """Run, write the page, and end as the worse part of pytest ended."""
    started = time.monotonic()
    codes, drills = [], []
    with TemporaryDirectory() as folder:
        for number, words in enumerate(PARTS):
            record = Path(folder) / f"drills-{number}.xml"
            command = [sys.executable, "-m", "pytest", "-m", "drill", f"--junit-xml={record}", *words]
            codes.append(subprocess.run(command, cwd=ROOT, check=False).returncode)
            if codes[-1] not in (PASSED, FAILED):
                why = "found no drill" if codes[-1] == NO_TESTS else "did not come to its end"
                print(f"`{' '.join(command[2:])}` {why}; docs/drills.md stays as it is.")
                return codes[-1]
            drills += cases(record)
    PAGE.write_text(page(drills, time.monotonic() - started), encoding="utf-8")
    print(f"Written: {PAGE.relative_to(ROOT)}")
    return max(codes)


def cases(record: Path) -> list[tuple[str, str, str, float]]:
    """File, name, outcome and seconds of each drill."""
    found = ET.parse(record).iter("testcase")  # noqa: S314  # written by pytest a moment ago
    return [
        (
            case.get("classname", "").removeprefix("tests.").replace(".", "/"),
            case.get("name", "").removeprefix("test_").replace("_", " "),
            outcome(case),
            float(case.get("time", "0")),
        )
        for case in found
    ]


def outcome(case: ET.Element) -> str:
    """`passed`, or what stands in the way: `failed`, `error`, `skipped`."""
    words = {"failure": "**failed**", "error": "**error**", "skipped": "skipped"}
    return next((word for tag, word in words.items() if case.find(tag) is not None), "passed")


def page(drills: list[tuple[str, str, str, float]], seconds: float) -> str:
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
        "| File in tests/ | Drill | Outcome | Seconds |",
        "|---|---|---|---:|",
    ]
    return "\n".join([*head, *(f"| {file} | {name} | {result} | {took:.1f} |" for file, name, result, took in drills)]) + "\n"


if __name__ == "__main__":
    sys.exit(main())
