"""The git repository of the releases: a bare copy in the host folder, brought up to date before each release.

Convention: nothing is taken from a working copy. A tag is looked up once, and everything after that goes by its commit.
"""

import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bokgi.errors.releases import RepositoryRefused, TagUnknown

GIT_SECONDS = 600.0
_CREDENTIALS = re.compile(r"://[^/\s'\"]*@")
_FETCHED = "+refs/*:refs/*"


@dataclass(frozen=True, slots=True)
class Tagged:
    """A tag as it was found: its commit, and the tree of that."""

    tag: str
    commit: str
    tree: str

    @property
    def name(self) -> str:
        """Name of the release: no two commits share it, however often a tag is moved."""
        return f"{self.tag}-{self.commit[:8]}"

    @property
    def version(self) -> str:
        """The version that the tag promises."""
        return self.tag.removeprefix("v")


def without_credentials(text: str) -> str:
    """A text in which no address says a name or password before its host: it goes into evidence that many people read."""
    return _CREDENTIALS.sub("://", text)


class Repository:
    """The bare copy of a repository."""

    def __init__(self, folder: Path, source: str) -> None:
        self._folder, self._source = folder, source

    def fetch(self) -> None:
        """Bring the copy up to date.

        Raises
        ------
        RepositoryRefused
        """
        if not (self._folder / "HEAD").is_file():
            self._git("init", "--quiet", "--bare", str(self._folder), is_inside=False)
        self._git("fetch", "--quiet", "--prune", "--no-write-fetch-head", self._source, _FETCHED)

    def tags(self) -> tuple[str, ...]:
        """All tags, the newest first."""
        return tuple(self._text("tag", "--list", "--sort=-creatordate").split())

    def tagged(self, tag: str) -> Tagged:
        """A tag with its commit.

        Raises
        ------
        TagUnknown
        """
        if tag not in self.tags():
            raise TagUnknown(tag, self._name, ", ".join(self.tags()[:8]))
        commit = self._text("rev-parse", f"refs/tags/{tag}^{{commit}}")
        return Tagged(tag, commit, self._text("rev-parse", f"{commit}^{{tree}}"))

    def messages_of_tags(self, below: str) -> list[tuple[str, str]]:
        """Name and first line of the message of each tag in a folder of tags."""
        lines = self._text("for-each-ref", "--format=%(refname:short)%09%(contents:subject)", f"refs/tags/{below}/").splitlines()
        return [(name, message) for name, _, message in (line.partition("\t") for line in lines)]

    def files(self, commit: str, below: str = "") -> tuple[str, ...]:
        """Names of the files of a commit."""
        listed = self._git("ls-tree", "-r", "-z", "--name-only", commit, *([below] if below else []))
        return tuple(name for name in listed.decode().split("\0") if name)

    def content(self, commit: str, path: str) -> bytes | None:
        """A file of a commit; None where it has none of that name."""
        return self._git("show", f"{commit}:{path}") if path in self.files(commit, path) else None

    def changed(self, old: str, new: str) -> tuple[str, ...]:
        """Files that differ between two commits, with the letter of git before each."""
        lines = self._text("diff", "--name-status", "--no-renames", old, new).splitlines()
        return tuple(" ".join(line.split("\t")) for line in lines)

    def changed_at(self, commit: str, *paths: str) -> datetime | None:
        """When the last change to some files was committed, as a commit sees it; None where there was none."""
        told = self._text("log", "-1", "--format=%cI", commit, "--", *paths)
        return datetime.fromisoformat(told) if told else None

    def archive(self, commit: str, target: Path) -> None:
        """Write the files of a commit as a tar file."""
        self._git("archive", "--format=tar", "--output", str(target), commit)

    def _text(self, *words: str) -> str:
        return self._git(*words).decode().strip()

    @property
    def _name(self) -> str:
        """The source as it may be told."""
        return without_credentials(self._source)

    def _git(self, *words: str, is_inside: bool = True) -> bytes:
        place: Sequence[str] = ["--git-dir", str(self._folder)] if is_inside else []
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | {"GIT_TERMINAL_PROMPT": "0"}
        try:
            done = subprocess.run(  # noqa: S603  # git, with words that are no shell's
                ["git", *place, *words],  # noqa: S607  # wherever git is on this machine
                capture_output=True,
                env=environment,
                check=False,
                timeout=GIT_SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise RepositoryRefused(self._name, without_credentials(str(error))) from error
        if done.returncode:
            said = without_credentials(done.stderr.decode("utf-8", "replace").strip())
            raise RepositoryRefused(self._name, said[-300:])
        return done.stdout
