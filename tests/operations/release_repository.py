"""A git repository with releases of this very project: its files as they are now, and versions that differ by one change.

Convention: every version gets its number, a section of the changelog and a tag, as a person would do it; a change names the text that it
replaces, so that one whose text is gone fails loudly.
"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile

import bokgi
from tests.architecture.source_tree import ROOT, project_files

PARTS = ("src", "web/package.json", "requirements/")
"""What a release needs here; pages and environment are those of the checkout."""
FILES = {"pyproject.toml", "CHANGELOG.md", "README.md", "hatch_build.py", ".gitattributes"}


@dataclass(frozen=True)
class Change:
    """One change of the real code: in a file, a text and what stands there instead; a text of None adds a file."""

    path: str
    old: str | None
    new: str


def git(folder: Path, *words: str) -> str:
    """Run git as a person without settings of their own."""
    own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_AUTHOR_NAME": "drill", "GIT_AUTHOR_EMAIL": "drill@localhost"}
    own |= {"GIT_COMMITTER_NAME": "drill", "GIT_COMMITTER_EMAIL": "drill@localhost"}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | own
    return subprocess.run(["git", *words], cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout.strip()


class ReleaseRepository:
    """A repository below a folder; `release` adds versions to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        git(folder, "init", "--quiet", "--initial-branch", "main")
        for path in project_files():
            name = path.relative_to(ROOT).as_posix()
            if name in FILES or name.startswith(PARTS):
                place = folder / name
                place.parent.mkdir(parents=True, exist_ok=True)
                copyfile(path, place)
        self._version = bokgi.__version__
        self._commit("the project as it is")
        git(folder, "tag", "base")

    def release(self, tag: str, *changes: Change, version: str | None = None, has_section: bool = True) -> str:
        """A version with changes to the project as it is; gives the commit."""
        git(self.folder, "checkout", "--quiet", "base")
        number = version or tag.removeprefix("v")
        self.apply(Change("pyproject.toml", f'version = "{self._version}"', f'version = "{number}"'))
        if has_section:
            section = f"# Changelog\n\n## [{tag.removeprefix('v')}] - today\n\n- Drilled as {tag}.\n"
            self.apply(Change("CHANGELOG.md", "# Changelog\n", section))
        for change in changes:
            self.apply(change)
        self._commit(tag)
        git(self.folder, "tag", tag)
        return git(self.folder, "rev-parse", "HEAD")

    def apply(self, change: Change) -> None:
        """Make one change in the working copy."""
        place = self.folder / change.path
        if change.old is None:
            assert not place.exists(), change.path
            place.write_text(change.new, encoding="utf-8")
            return
        text = place.read_text(encoding="utf-8")
        assert text.count(change.old) >= 1, f"{change.path} does not hold {change.old!r} any more"
        place.write_text(text.replace(change.old, change.new), encoding="utf-8")

    def _commit(self, words: str) -> None:
        git(self.folder, "add", "--all")
        git(self.folder, "commit", "--quiet", "--message", words)
