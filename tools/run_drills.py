"""Run the long forms of the tests and keep what they said in docs/drills.md: all of them, or those in the paths that are given.

Those of operations hold releases to limits of time and of the machine, so they run alone; the others run in two processes. The page
holds outcome, time, commit and day of each drill, so that a claim can be traced to a run; drills that were not run keep their rows.
"""

import argparse
import platform
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "drills.md"
PASSED, FAILED, NO_TESTS = 0, 1, 5
"""pytest's exit codes; others say that it was stopped or could not read the tests."""
ALONE = Path("tests/operations")
IN_TWO = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
HEAD = ("File in tests/", "Drill", "Outcome", "Seconds", "Commit", "Day")


@dataclass(frozen=True)
class Row:
    """One drill as the page has it, cell by cell."""

    file: str
    name: str
    outcome: str
    seconds: str
    commit: str
    day: str

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same drill as another."""
        return self.file, self.name


def main() -> int:
    """Run, write the page, and end as the worse part of pytest ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="files or folders of tests; all when none is given")
    paths = parser.parse_args().paths
    before, codes, rows = ([] if not paths else read_rows(PAGE)), [], []
    with TemporaryDirectory() as folder:
        for number, words in enumerate(parts_of(paths)):
            record = Path(folder) / f"drills-{number}.xml"
            command = [sys.executable, "-m", "pytest", "-m", "drill", f"--junit-xml={record}", *words]
            codes.append(subprocess.run(command, cwd=ROOT, check=False).returncode)
            if codes[-1] not in (PASSED, FAILED):
                why = "found no drill" if codes[-1] == NO_TESTS else "did not come to its end"
                print(f"`{' '.join(command[2:])}` {why}; docs/drills.md stays as it is.")
                return codes[-1]
            rows += rows_of(record)
    PAGE.write_text(page(merged(before, rows)), encoding="utf-8")
    print(f"Written: {PAGE.relative_to(ROOT)}")
    return max(codes)


def parts_of(paths: list[Path]) -> list[tuple[str, ...]]:
    """What pytest is told beside the marker, part after part."""
    if not paths:
        return [(f"--ignore={ALONE}", *IN_TWO), (str(ALONE),)]
    alone = [str(path) for path in paths if path.is_relative_to(ALONE)]
    others = [str(path) for path in paths if not path.is_relative_to(ALONE)]
    return [words for words in ((*others, *IN_TWO) if others else (), tuple(alone)) if words]


def rows_of(record: Path) -> list[Row]:
    """The drills of a record of pytest."""
    commit, day = commit_name(), f"{datetime.now(UTC):%Y-%m-%d}"
    return [
        Row(
            case.get("classname", "").removeprefix("tests.").replace(".", "/"),
            case.get("name", "").removeprefix("test_").replace("_", " ").replace("|", "/"),
            outcome(case),
            f"{float(case.get('time', '0')):.1f}",
            commit,
            day,
        )
        for case in ET.parse(record).iter("testcase")  # noqa: S314  # written by pytest a moment ago
    ]


def commit_name() -> str:
    """The commit, and whether a file but the page itself differs from it."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()

    name = git("describe", "--always") or "unknown"
    return f"{name}-dirty" if git("status", "--porcelain", "--", ".", f":!{PAGE.relative_to(ROOT)}") else name


def outcome(case: ET.Element) -> str:
    """`passed`, or what stands in the way: `failed`, `error`, `skipped`."""
    words = {"failure": "**failed**", "error": "**error**", "skipped": "skipped"}
    return next((word for tag, word in words.items() if case.find(tag) is not None), "passed")


def read_rows(path: Path) -> list[Row]:
    """The rows of a page that was written before."""
    cells = [line.strip("| ").split(" | ") for line in path.read_text("utf-8").splitlines() if line.startswith("| ")]
    return [Row(*each) for each in cells if len(each) == len(HEAD) and tuple(each) != HEAD]


def merged(before: list[Row], rows: list[Row]) -> list[Row]:
    """Drills in order of file and name; one that was run anew takes the place of its older row."""
    return sorted({row.key: row for row in (*before, *rows)}.values(), key=lambda row: row.key)


def page(rows: list[Row]) -> str:
    """The page in Markdown."""
    head = [
        "# Drills",
        "",
        "The long forms of the tests, written by `make drills`; `tools/run_drills.py PATH ...` runs some and replaces their rows.",
        "",
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}.",
        "",
        f"| {' | '.join(HEAD)} |",
        "|---|---|---|---:|---|---|",
    ]
    return "\n".join([*head, *(f"| {' | '.join(astuple(row))} |" for row in rows)]) + "\n"


if __name__ == "__main__":
    sys.exit(main())
