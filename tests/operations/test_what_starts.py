"""What starts is what was hashed: the manifest of the record, and an environment as its installer left it."""

import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from bokgi.errors.releases import ReleaseAltered
from bokgi.operations.environments import environment_hash
from bokgi.operations.evidence_log import hash_of
from bokgi.operations.record_kinds import Kind
from bokgi.operations.releasing.booting import check_unpacked
from bokgi.operations.releasing.release import Goal
from bokgi.operations.unpacking import checked, hashes_below
from tests.operations.named_host import NEW, NamedHolder, named_site
from tests.operations.test_release_endings import LIVE

CODE = b"print('as installed')\n"


def with_manifest(folder: Path, commit: str, **more: object) -> str:
    """Write the manifest of what lies in a folder; gives its hash."""
    facts = {"tag": NEW.tag, "commit": commit, "tree": "", "files": hashes_below(folder), **more}
    content = json.dumps(facts).encode()
    (folder / "manifest.json").write_bytes(content)
    return hash_of(content)


def test_a_manifest_that_was_rewritten_together_with_a_file_is_noticed(tmp_path: Path) -> None:
    with named_site(tmp_path / "host", NamedHolder(), NEW, Goal.DEPLOY, LIVE) as site:
        folder = site.folder(NEW.name)
        (folder / "code.py").write_bytes(CODE)
        kept = with_manifest(folder, NEW.commit)
        site.log.append(Kind.MANIFEST, files=1, manifest_sha256=kept, changed=[])
        assert check_unpacked(site, NEW.name).files.keys() == {"code.py"}
        (folder / "code.py").write_bytes(b"print('altered')\n")
        with_manifest(folder, NEW.commit)
        with pytest.raises(ReleaseAltered, match=r"manifest\.json"):
            check_unpacked(site, NEW.name)


def test_a_manifest_of_another_commit_is_noticed(tmp_path: Path) -> None:
    kept = with_manifest(tmp_path, "f" * 40)
    assert checked(tmp_path, kept, "f" * 40).files == {}
    with pytest.raises(ReleaseAltered):
        checked(tmp_path, kept, NEW.commit)


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A release with an environment that holds one package."""
    packages = tmp_path / "environments" / "abc" / "lib" / "python3.11" / "site-packages"
    (packages / "one-1.dist-info").mkdir(parents=True)
    (packages / "one.py").write_bytes(CODE)
    digest = urlsafe_b64encode(sha256(CODE).digest()).decode().rstrip("=")
    lines = [f"one.py,sha256={digest},{len(CODE)}", "one-1.dist-info/RECORD,,", "__pycache__/one.cpython-311.pyc,,"]
    (packages / "one-1.dist-info" / "RECORD").write_text("\n".join(lines) + "\n")
    folder = tmp_path / "releases" / NEW.name
    folder.mkdir(parents=True)
    (folder / "environment").symlink_to(packages.parents[2], target_is_directory=True)
    place = packages.parents[2]
    with_manifest(folder, NEW.commit, environment={"name": "abc", "sha256": environment_hash(place)})
    return folder


@pytest.mark.parametrize("alteration", ["changed", "added", "gone", "listed anew", "another", "no link"])
def test_an_environment_that_is_not_as_it_was_installed_is_noticed(release: Path, alteration: str) -> None:
    packages = release / "environment" / "lib" / "python3.11" / "site-packages"
    assert checked(release).files == {}
    if alteration == "changed":
        (packages / "one.py").write_bytes(b"print('altered')\n")
    elif alteration == "added":
        (packages / "sitecustomize.py").write_bytes(CODE)
    elif alteration == "gone":
        (packages / "one.py").unlink()
    elif alteration == "listed anew":
        (packages / "one-1.dist-info" / "RECORD").write_text("one.py,,\none-1.dist-info/RECORD,,\n")
    else:
        (release / "environment").unlink()
        if alteration == "another":
            (release / "environment").symlink_to(release, target_is_directory=True)
    with pytest.raises(ReleaseAltered, match="environment"):
        checked(release)
