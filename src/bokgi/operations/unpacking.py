"""A release on the disk: code from `git archive`, built pages, metadata of its version, an environment, and a manifest of all of it.

Convention: a release is made beside its place and renamed when it is complete; what has its name is whole. The manifest is hashed when it
is made, and recorded; before a start every file is hashed again, the manifest is held against the record, and so is the environment.
"""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bokgi.errors.releases import ReleaseAltered, UnpackFailed
from bokgi.operations.environments import environment_hash, faults_of_environment
from bokgi.operations.evidence_log import hash_of, write_synced
from bokgi.operations.host_folder import HostFolder
from bokgi.operations.repository import Repository, Tagged
from bokgi.operations.slots.commands import ENVIRONMENT_LINK

MANIFEST_NAME = "manifest.json"
PAGES = Path("src/bokgi/api/pages")
LOCKS = ("requirements/runtime.txt", "requirements/build.txt")
BUILD_SECONDS = 1800.0
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A release that lies ready; manifest : hashes of its files as they were unpacked"""

    folder: Path
    manifest: bytes

    @property
    def files(self) -> Mapping[str, str]:
        """SHA-256 of each file by its name."""
        found: Mapping[str, str] = json.loads(self.manifest)["files"]
        return found


def unpacked(host: HostFolder, repository: Repository, tagged: Tagged, manifest_sha256: str | None) -> Unpacked:
    """Unpack a release; one that is there already is checked instead, or made anew where nothing says what it was.

    manifest_sha256 : of its manifest as it was recorded before; None where it was not

    Raises
    ------
    UnpackFailed, ReleaseAltered, RepositoryRefused
    """
    folder = host.releases / tagged.name
    if manifest_sha256 is None and folder.exists():
        shutil.rmtree(folder)
    is_there = folder.exists()
    if not is_there:
        beside = host.releases / f".{tagged.name}.new"
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir()
        try:
            _fill(host, repository, tagged, beside)
            _write_manifest(tagged, beside)
        except (OSError, tarfile.TarError, subprocess.SubprocessError, KeyError, ValueError) as error:
            raise UnpackFailed(tagged.name, _words(error)) from error
        beside.rename(folder)
    return checked(folder, manifest_sha256 if is_there else None, tagged.commit)


def checked(folder: Path, manifest_sha256: str | None = None, commit: str | None = None) -> Unpacked:
    """A release whose files are all what they were when it was unpacked.

    manifest_sha256, commit : as they were recorded; the manifest on the disk must be that one

    Raises
    ------
    ReleaseAltered
    """
    try:
        release = Unpacked(folder, (folder / MANIFEST_NAME).read_bytes())
        facts = json.loads(release.manifest)
        wanted, of_environment = release.files, faults_of_environment(folder / ENVIRONMENT_LINK, facts.get("environment"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseAltered(folder.name, f"{MANIFEST_NAME} ({error})") from error
    if manifest_sha256 not in (None, hash_of(release.manifest)) or commit not in (None, facts.get("commit")):
        raise ReleaseAltered(folder.name, MANIFEST_NAME)
    found = hashes_below(folder)
    wrong = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name)) + of_environment
    if wrong:
        more = f" + {len(wrong) - SHOWN}" if len(wrong) > SHOWN else ""
        raise ReleaseAltered(folder.name, ", ".join(wrong[:SHOWN]) + more)
    return release


def tagged_of(folder: Path) -> Tagged:
    """What an unpacked release was taken from, by its manifest.

    Raises
    ------
    ReleaseAltered
    """
    try:
        facts = json.loads((folder / MANIFEST_NAME).read_bytes())
        return Tagged(str(facts["tag"]), str(facts["commit"]), str(facts["tree"]))
    except (OSError, ValueError, KeyError) as error:
        raise ReleaseAltered(folder.name, f"{MANIFEST_NAME} ({error})") from error


def hashes_below(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a release; caches that Python writes and the manifest itself are left out."""
    found = {}
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in files:
            path = Path(place, name)
            if path != folder / MANIFEST_NAME:
                found[path.relative_to(folder).as_posix()] = hash_of(path.read_bytes())
    return found


def _fill(host: HostFolder, repository: Repository, tagged: Tagged, folder: Path) -> None:
    archive = folder.with_suffix(".tar")
    try:
        repository.archive(tagged.commit, archive)
        with tarfile.open(archive) as opened:
            opened.extractall(folder, filter="data")
    finally:
        archive.unlink(missing_ok=True)
    _write_metadata(folder)
    if host.settings.environment is None:
        (folder / ENVIRONMENT_LINK).symlink_to(environment_of(host, folder), target_is_directory=True)
    if host.settings.pages is not None:
        shutil.copytree(host.settings.pages, folder / PAGES)
    else:
        _run([str(folder / ENVIRONMENT_LINK / "bin" / "python"), "hatch_build.py"], folder)


def _write_metadata(folder: Path) -> None:
    """The version as Python's metadata tell it: that of this archive, whatever is installed beside."""
    with (folder / "pyproject.toml").open("rb") as file:
        version = str(tomllib.load(file)["project"]["version"])
    place = folder / "src" / f"bokgi-{version}.dist-info"
    place.mkdir()
    (place / "METADATA").write_text(f"Metadata-Version: 2.1\nName: bokgi\nVersion: {version}\n", encoding="utf-8")


def environment_of(host: HostFolder, folder: Path) -> Path:
    """The environment for a release's lock files; made where no release had the same before."""
    content = b"\0".join((folder / name).read_bytes() for name in LOCKS)
    place = host.root / "environments" / hash_of(content + sys.version.encode())[:16]
    if not place.is_dir():
        beside = place.with_name(f".{place.name}.new")
        shutil.rmtree(beside, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(beside)], folder)
        asked = [word for name in LOCKS for word in ("-r", name)]
        _run([str(beside / "bin" / "python"), "-m", "pip", "install", "--quiet", "--require-hashes", *asked], folder)
        beside.rename(place)
    return place


def _run(words: list[str], folder: Path) -> None:
    subprocess.run(words, cwd=folder, check=True, capture_output=True, timeout=BUILD_SECONDS)  # noqa: S603  # our own interpreter


def _write_manifest(tagged: Tagged, folder: Path) -> None:
    facts = {"tag": tagged.tag, "commit": tagged.commit, "tree": tagged.tree, "files": hashes_below(folder)}
    link = folder / ENVIRONMENT_LINK
    if link.is_symlink():
        facts["environment"] = {"name": link.resolve().name, "sha256": environment_hash(link.resolve())}
    write_synced(folder / MANIFEST_NAME, json.dumps(facts, sort_keys=True).encode())


def _words(error: Exception) -> str:
    said = getattr(error, "stderr", b"") or b""
    return f"{error} {said.decode('utf-8', 'replace')[-300:]}".strip()
