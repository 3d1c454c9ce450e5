"""Where compiled kernels are kept between processes.

Numba looks only at the file that holds a cached function, never at the functions and constants that it uses from other
files: after a change there it would go on with the old machine code. So each state of the kernels' sources, compiler and
processor gets a folder of its own. `prepare()` must run before the first `@njit(cache=True)` (after `import numba` is
early enough); it is cheap (no import of Numba, under 10 ms) and may be called again at any time.
"""

import hashlib
import importlib.util
import os
import platform
import re
import shutil
import stat
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from bokgi.config.settings import cache_folder
from bokgi.errors.config import CompileCacheUnwritable

KERNEL_FLOORS = ("bars", "engine", "metrics", "research", "strategies")
"""Packages that may hold compiled kernels."""

KEPT_FOLDERS = 16
KEPT_SECONDS = 14 * 24 * 3600
"""A folder unused for this long is removed, and so are all but the newest `KEPT_FOLDERS` once they rested an hour."""
RESTED_SECONDS = 3600

LOCATORS = "bokgi.config.kernel_locator.KernelLocator,UserProvidedCacheLocator,InTreeCacheLocator,UserWideCacheLocator,IPythonCacheLocator"
"""Ours first; what is not our code goes where Numba would put it."""

_PACKAGE = Path(__file__).parents[1]
_IMPORT = re.compile(r"^\s*(?:from\s+(bokgi[\w.]*)\s+import\s+(\([^)]*\)|[^\n]+)|import\s+(bokgi[\w.]*))", re.MULTILINE)
_PROCESSOR_LINES = ("model name", "flags", "features", "cpu part", "cpu implementer")


def prepare() -> Path:
    """Point Numba at the folder for this state of the kernels, and say which.

    A folder that cannot be written is replaced by a private temporary one, with a warning.
    """
    folder = _usable_folder(kernel_key())
    os.environ |= {"NUMBA_CACHE_DIR": str(folder), "NUMBA_CACHE_LOCATOR_CLASSES": LOCATORS}
    numba = sys.modules.get("numba")
    if numba is not None:  # Numba reads the environment only once, on import.
        numba.config.CACHE_DIR, numba.config.CACHE_LOCATOR_CLASSES = str(folder), LOCATORS
    return folder


@cache
def kernel_key() -> str:
    """Name of the state of kernels, compiler, interpreter and processor."""
    digest = hashlib.sha256()
    for path in kernel_sources(_PACKAGE):
        digest.update(path.relative_to(_PACKAGE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    facts = (compiler_version("numba"), compiler_version("llvmlite"), sys.version, processor())
    digest.update("\0".join(facts).encode())
    return digest.hexdigest()[:24]


def kernel_sources(package: Path) -> list[Path]:
    """Files with kernels, and every file of the package that they import, in order of path."""
    waiting = [path for floor in KERNEL_FLOORS for path in (package / floor).rglob("*.py") if b"njit" in path.read_bytes()]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting.extend(_imported(package, path.read_text("utf-8")))
    return sorted(found)


def _imported(package: Path, source: str) -> Iterator[Path]:
    for module, names, plain in _IMPORT.findall(source):
        parts = (module or plain).split(".")[1:]
        base = package.joinpath(*parts)
        candidates = [base.with_suffix(".py") if parts else base, base / "__init__.py"]
        candidates += [base / f"{name}.py" for name in re.findall(r"\w+", names)]
        yield from (path for path in candidates if path.is_file())


def compiler_version(distribution: str) -> str:
    """Installed version by the name of its metadata folder; importing `importlib.metadata` alone would take longer than all the rest."""
    spec = importlib.util.find_spec(distribution)
    if spec is None or spec.origin is None:
        return "none"
    site = Path(spec.origin).parents[1]
    folders = site.glob(f"{distribution}-*.dist-info")
    return next((folder.name for folder in folders), spec.origin)


def processor() -> str:
    """Name and features of the processor as far as the system tells them without starting a process."""
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
            first = _first_block(lines)
    except OSError:  # no Linux: Numba itself keeps different processors apart, within one folder
        first = ""
    return f"{sys.platform} {platform.machine()} {first}"


def _first_block(lines: Iterator[str]) -> str:
    kept = []
    for line in lines:
        if not line.strip():
            break
        if line.lower().startswith(_PROCESSOR_LINES):
            kept.append(" ".join(line.split()))
    return "; ".join(kept)


def _usable_folder(key: str) -> Path:
    root = cache_folder(os.environ) / "kernels"
    folder = root / key
    try:
        _claim(folder)
    except OSError as error:
        instead = _temporary_root() / key
        instead.mkdir(exist_ok=True, mode=0o700)
        warnings.warn(str(CompileCacheUnwritable(str(folder), error.strerror or str(error), str(instead))), RuntimeWarning, stacklevel=3)
        return instead
    return folder


def _claim(folder: Path) -> None:
    """Create the folder (then tidy up beside it) or mark it as used, and make sure that it can be written."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        prune(folder.parent, keep=folder, now=time.time())
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(13, "Permission denied")
    os.utime(folder)


@cache
def _temporary_root() -> Path:
    """A folder of this user's own: cached kernels are code, nobody else may write them."""
    root = Path(tempfile.gettempdir()) / f"bokgi-kernels-{os.getuid()}"
    root.mkdir(mode=0o700, exist_ok=True)
    facts = root.lstat()
    private = stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.getuid() and not facts.st_mode & 0o022
    return root if private else Path(tempfile.mkdtemp(prefix="bokgi-kernels-"))


def prune(root: Path, keep: Path, now: float) -> list[Path]:
    """Remove the folders of kernels that nobody has used for long; return them.

    now : seconds since 1970-01-01 UTC
    """
    others = [(path.stat().st_mtime, path) for path in root.iterdir() if path.is_dir() and path != keep]
    newest_first = sorted(others, reverse=True)
    removed = [path for place, (used, path) in enumerate(newest_first) if _is_old(place, now - used)]
    for path in removed:
        shutil.rmtree(path, ignore_errors=True)  # another process may be doing the same
    return removed


def _is_old(place: int, unused_seconds: float) -> bool:
    return unused_seconds > KEPT_SECONDS or (place >= KEPT_FOLDERS - 1 and unused_seconds > RESTED_SECONDS)
