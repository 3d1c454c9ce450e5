"""The Python environment of a release, held against the lists that its installer kept: what was installed, and nothing else.

Convention: each list (`RECORD`) names the files of one package with their hashes. The lists together have one hash, which stands in the
manifest of the release. Caches that Python writes are left out.
"""

import csv
import hashlib
import os
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path

from bokgi.operations.evidence_log import hash_of

CACHE = "__pycache__"
_ALGORITHM = "sha256="


def environment_hash(place: Path) -> str:
    """One hash over the lists that installers keep of what they installed, each with the hashes of its files."""
    return hash_of(b"\0".join(record.read_bytes() for record in _lists(place)))


def altered_in_environment(place: Path) -> list[str]:
    """Names of the files that are not as they were installed, that are gone, or that nobody installed.

    Raises
    ------
    OSError, ValueError
        A list cannot be read.
    """
    listed = dict(_listed(place))
    found = {path for folder in place.glob("lib/*/site-packages") for path in _files_below(folder)}
    wrong = {path for path, wanted in listed.items() if not _is_as_listed(path, wanted)}
    return sorted(path.relative_to(place).as_posix() for path in wrong | (found - listed.keys()))


def _lists(place: Path) -> list[Path]:
    return sorted(place.glob("lib/*/site-packages/*.dist-info/RECORD"))


def _listed(place: Path) -> Iterator[tuple[Path, str]]:
    """Each installed file with its hash; the hash is empty where the list has none."""
    for record in _lists(place):
        with record.open(encoding="utf-8", newline="") as lines:
            for name, wanted, *_ in csv.reader(lines):
                path = Path(os.path.normpath(record.parent.parent / name))
                if CACHE not in path.parts and path.is_relative_to(place):
                    yield path, wanted


def _files_below(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != CACHE]
        yield from (Path(place, name) for name in files)


def _is_as_listed(path: Path, wanted: str) -> bool:
    if not wanted.startswith(_ALGORITHM):
        return path.is_file()
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return False
    return urlsafe_b64encode(digest).decode().rstrip("=") == wanted.removeprefix(_ALGORITHM)


def faults_of_environment(link: Path, wanted: Mapping[str, str] | None) -> list[str]:
    """What is wrong with the environment that a release points to.

    wanted : its name and hash as the manifest has them; None where the release brings none
    """
    if wanted is None:
        return [link.name] if link.is_symlink() else []
    place = link.resolve()
    if not link.is_symlink() or place.name != wanted["name"] or environment_hash(place) != wanted["sha256"]:
        return [link.name]
    return [f"{link.name}/{name}" for name in altered_in_environment(place)]
