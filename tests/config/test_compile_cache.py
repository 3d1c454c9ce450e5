"""The compile cache: one folder for each state of kernels, compiler and processor."""

import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from bokgi.config import compile_cache
from tests.architecture.source_tree import PACKAGE


def test_prepare_points_numba_at_a_folder_below_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOKGI_CACHE", str(tmp_path))
    monkeypatch.setenv("NUMBA_CACHE_DIR", "")
    folder = compile_cache.prepare()
    assert folder.is_dir()
    assert folder.parent == tmp_path / "kernels"
    assert os.environ["NUMBA_CACHE_DIR"] == str(folder)


def test_prepare_reaches_a_numba_that_is_already_imported(tmp_path: Path) -> None:
    program = "import numba; from bokgi.config.compile_cache import prepare; f = prepare();print(numba.config.CACHE_DIR == str(f))"
    environment = {**os.environ, "BOKGI_CACHE": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"


def test_prepare_imports_neither_numba_nor_numpy(tmp_path: Path) -> None:
    program = (
        "import sys; from bokgi.config.compile_cache import prepare; prepare(); print({'numba', 'numpy', 'llvmlite'} & set(sys.modules))"
    )
    environment = {**os.environ, "BOKGI_CACHE": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_compiler_version_is_the_installed_one() -> None:
    assert compile_cache.compiler_version("numba") == f"numba-{version('numba')}.dist-info"
    assert compile_cache.compiler_version("llvmlite") == f"llvmlite-{version('llvmlite')}.dist-info"


def test_sources_are_the_kernels_and_all_that_they_import(tmp_path: Path) -> None:
    files = {
        "engine/kernel.py": "from numba import njit\nfrom bokgi.orders.reasons import (\n    Sale,\n)\nfrom bokgi.engine import steps\n",
        "engine/steps.py": "import bokgi.units\n",
        "engine/chart.py": "COLOUR = 1\n",
        "orders/reasons.py": "class Sale: ...\n",
        "units.py": "PPM = 1\n",
        "cli/main.py": "# njit stands here for nothing\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = [path.relative_to(tmp_path).as_posix() for path in compile_cache.kernel_sources(tmp_path)]
    assert found == ["engine/kernel.py", "engine/steps.py", "orders/reasons.py", "units.py"]


def test_folders_unused_for_two_weeks_are_pruned(tmp_path: Path) -> None:
    now = 2_000_000_000.0
    ages = {"mine": 0, "yesterday": 86_400, "old": 15 * 86_400}
    for name, age in ages.items():
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (now - age, now - age))
    assert compile_cache.prune(tmp_path, keep=tmp_path / "mine", now=now) == [tmp_path / "old"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "yesterday"]


def test_only_the_newest_folders_are_kept_once_they_rested_an_hour(tmp_path: Path) -> None:
    now = 2_000_000_000.0
    for hours in range(20):
        (tmp_path / f"{hours:02}").mkdir()
        os.utime(tmp_path / f"{hours:02}", (now - hours * 3600 - 10, now - hours * 3600 - 10))
    compile_cache.prune(tmp_path, keep=tmp_path / "00", now=now)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{hours:02}" for hours in range(16)]


def test_a_cache_that_cannot_be_written_is_replaced_with_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "a file in the way"
    blocked.write_text("", encoding="utf-8")
    monkeypatch.setenv("BOKGI_CACHE", str(blocked))
    monkeypatch.setenv("NUMBA_CACHE_DIR", "")
    with pytest.warns(RuntimeWarning, match="Set BOKGI_CACHE to a folder that can be written"):
        folder = compile_cache.prepare()
    assert folder.is_dir()
    assert not folder.is_relative_to(blocked)
    assert folder.parent.stat().st_mode & 0o022 == 0


def test_two_copies_of_the_package_share_what_was_compiled(tmp_path: Path) -> None:
    program = """
import os, sys
from bokgi.config.compile_cache import prepare
os.environ["BOKGI_CACHE"] = sys.argv[1]
prepare()
from bokgi.bars import auctions, slots
from numba.core.caching import FunctionCache
from bokgi.config import kernel_locator
def kernel(): return 1
kernel.__code__ = kernel.__code__.replace(co_filename=str(kernel_locator.PACKAGE / "bars" / "slots.py"))
print(FunctionCache(kernel).cache_path)
print(FunctionCache(FunctionCache.load_overload).cache_path)
"""
    copy = tmp_path / "elsewhere"
    shutil.copytree(PACKAGE, copy / "bokgi", ignore=shutil.ignore_patterns("pages", "__pycache__"))
    said = []
    for place in (PACKAGE.parent, copy):
        environment = dict(os.environ) | {"PYTHONPATH": str(place), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [sys.executable, "-P", "-c", program, str(tmp_path)], env=environment, capture_output=True, text=True, check=True
        )
        said.append(done.stdout.splitlines())
    assert said[0][0] == said[1][0]
    assert said[0][0].endswith("/bars")
    assert "/bars" not in said[0][1], "what is not ours goes where Numba would put it"
