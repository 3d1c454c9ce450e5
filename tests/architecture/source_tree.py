"""What the checks of this folder look at: the files of the project and their syntax trees."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "bokgi"
TESTS = ROOT / "tests"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def project_files() -> tuple[Path, ...]:
    """Every file that belongs to the project: what git knows or would take; in an unpacked archive, all of it."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=False, text=True
    )
    names = listed.stdout.split("\0") if listed.returncode == 0 else _unpacked()
    return tuple(path for name in sorted(filter(None, names)) if (path := ROOT / name).is_file())


def _unpacked() -> list[str]:
    tops = ("src", "tests", "docs", "benchmarks", "tools", "requirements", ".ci")
    inside = [str(path.relative_to(ROOT)) for top in tops for path in (ROOT / top).rglob("*") if "__pycache__" not in path.parts]
    return inside + [path.name for path in ROOT.iterdir()]


def python_files(*tops: Path) -> list[Path]:
    """Python files below these folders, in order."""
    return [path for path in project_files() if path.suffix == ".py" and any(path.is_relative_to(top) for top in tops)]


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions_of(path: Path) -> Iterator[Function]:
    """All functions of a file, methods and inner ones too."""
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, Function))


def place(path: Path, node: ast.stmt | ast.expr | None = None) -> str:
    """`src/bokgi/units.py:12`, as an editor understands it."""
    name = path.relative_to(ROOT).as_posix()
    return name if node is None else f"{name}:{node.lineno}"
