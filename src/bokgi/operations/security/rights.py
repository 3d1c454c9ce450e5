"""Who may read and change the files of a host: the owner alone what holds secrets, nobody else anything that runs.

Convention: rights are those of the file system; a folder that only its owner may enter covers what is in it, but a secret is judged by
itself, since it may be copied or linked.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from bokgi.operations.security.finding import Finding, found, not_checked

NAME = "rights"
OTHERS, OTHERS_READ, OTHERS_CHANGE = 0o077, 0o007, 0o002
MOST_FILES = 500_000


def check_rights(root: Path, secrets: Iterable[Path], home: Path) -> Finding:
    """Look at the host folder and the home of the service.

    secrets : files, and the folder of the sockets, that only the owner may open; those that are there
    """
    looked_at: list[Path] = []
    problems: list[str] = []
    try:
        present = [path for path in secrets if path.exists()]
        problems += _too_open([root, *present], OTHERS, "others than its owner may use it")
        problems += _too_open([home], OTHERS_READ, "everybody on this machine may use it")
        problems += [f"{path.name} belongs to another user" for path in (root, *present, home) if path.stat().st_uid != os.geteuid()]
        for path in _below((root, home)):
            looked_at.append(path)
            mode = path.lstat().st_mode
            if not stat.S_ISLNK(mode) and mode & OTHERS_CHANGE and not mode & stat.S_ISVTX:
                problems.append(f"everybody may change {path}")
            if len(looked_at) >= MOST_FILES:
                return not_checked(NAME, f"there are more than {MOST_FILES} files", problems=problems)
    except OSError as error:
        return not_checked(NAME, f"{type(error).__name__}: {error}"[:300])
    return found(NAME, problems, files=len(looked_at), secrets=[path.name for path in present])


def _too_open(paths: Iterable[Path], bits: int, words: str) -> Iterator[str]:
    for path in paths:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & bits:
            yield f"{path.name} ({mode:04o}): {words}"


def _below(folders: Iterable[Path]) -> Iterator[Path]:
    """Everything below the folders, each once; links are not followed."""
    seen: set[Path] = set()
    for folder in folders:
        if any(folder.is_relative_to(other) for other in seen):
            continue
        seen.add(folder)
        for place, names, files in os.walk(folder, onerror=_raise):
            yield from (Path(place, name) for name in (*names, *files))


def _raise(error: OSError) -> None:
    raise error
