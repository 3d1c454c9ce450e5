"""What a seal cannot show, somebody who was told can: a log that was cut off behind one of its seals."""

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from securesystemslib.signer import CryptoSigner

from bokgi.cli.release_report import verify_command
from bokgi.config.settings import Settings
from bokgi.errors.operations import AnchorRefused
from bokgi.operations.anchored import against, anchors_in, read_anchor
from bokgi.operations.anchors import push_tag
from bokgi.operations.evidence_log import EvidenceLog
from bokgi.operations.record_kinds import Kind
from bokgi.operations.seals import seal
from bokgi.operations.verification import Flaw, verified
from bokgi.reports.canonical_json import canonical_json
from tests.operations.recorded_release import COMMIT, TAG, lines_of, sealed_release, write_lines
from tests.operations.test_notices import git

FOLDER = "0002-v1.2.0-aaaaaaaa"


@pytest.fixture
def rolled_back(tmp_path: Path) -> tuple[Path, CryptoSigner, Path, str]:
    """A release that was watched and then taken back, its repository with the pushed anchor, and the anchor as a notice has it."""
    folder, work = tmp_path / FOLDER, tmp_path / "work"
    _, signer = sealed_release(folder)
    subprocess.run(["git", "init", "--quiet", "--bare", str(tmp_path / "origin.git")], check=True)
    subprocess.run(["git", "clone", "--quiet", str(tmp_path / "origin.git"), str(work)], check=True, capture_output=True)
    git(work, "commit", "--allow-empty", "-m", "one")
    with EvidenceLog(folder) as log:
        log.append(Kind.ROLLBACK, from_tag=TAG, to_tag="v1.1.0", milliseconds=50, outcome="passed")
        seal(log, signer, "rollback", TAG, COMMIT)
        told = f"{log.count}:{log.head}"
        push_tag(log, work, "origin", TAG, git(work, "rev-parse", "HEAD"))
        seal(log, signer, "notice", TAG, COMMIT)
    (tmp_path / "key.pub").write_bytes(canonical_json({"keyid": signer.public_key.keyid, **signer.public_key.to_dict()}))
    return folder, signer, work, told


def forget_the_rollback(folder: Path) -> None:
    """Records behind the seal of the watch go, and the seals over them."""
    watch = next(place for place in (folder / "seals").glob("*-watch.json"))
    for place in (folder / "seals").glob("*.json"):
        if place.name > watch.name:
            place.unlink()
    write_lines(folder, lines_of(folder)[: int(watch.name.split("-")[0])])


def test_a_log_cut_off_behind_a_seal_is_whole_in_itself(rolled_back: tuple[Path, CryptoSigner, Path, str]) -> None:
    """This is what nobody can notice without an anchor; docs/operations.md says so."""
    folder, signer, _, _ = rolled_back
    forget_the_rollback(folder)
    assert verified(folder, signer.public_key).is_sound


@pytest.mark.parametrize("is_forged", [False, True])
def test_an_anchor_shows_that_something_is_gone(rolled_back: tuple[Path, CryptoSigner, Path, str], is_forged: bool) -> None:
    folder, signer, work, told = rolled_back
    if is_forged:
        forget_the_rollback(folder)
    evidence = verified(folder, signer.public_key)
    wanted = [Flaw.ANCHOR_CONTRADICTED] if is_forged else []
    assert [found.flaw for found in against(evidence, [read_anchor(told)]).findings] == wanted
    pushed = anchors_in(work, TAG, folder)
    assert [f"{anchor.count}:{anchor.head}" for anchor in pushed] == [told]
    assert [found.flaw for found in against(evidence, pushed).findings] == wanted


def test_another_record_in_the_same_place_contradicts(rolled_back: tuple[Path, CryptoSigner, Path, str]) -> None:
    folder, signer, _, told = rolled_back
    other = read_anchor(f"{told.split(':', maxsplit=1)[0]}:{'0' * 64}")
    assert [found.flaw for found in against(verified(folder, signer.public_key), [other]).findings] == [Flaw.ANCHOR_CONTRADICTED]


def test_where_nobody_was_told_of_an_attempt_that_is_a_finding(rolled_back: tuple[Path, CryptoSigner, Path, str]) -> None:
    folder, signer, work, _ = rolled_back
    other = folder.rename(folder.with_name("0003-v1.2.0-aaaaaaaa"))
    found = against(verified(other, signer.public_key), anchors_in(work, TAG, other))
    assert [finding.flaw for finding in found.findings] == [Flaw.ANCHOR_ABSENT]


@pytest.mark.parametrize("text", ["", "12", "0:" + "a" * 64, "12:abc", "x:" + "a" * 64])
def test_what_is_no_anchor_is_refused(text: str) -> None:
    with pytest.raises(AnchorRefused):
        read_anchor(text)


def test_an_anchor_record_that_says_something_else_than_the_chain_is_found(tmp_path: Path) -> None:
    _, signer = sealed_release(tmp_path)
    with EvidenceLog(tmp_path) as log:
        log.append(Kind.ANCHOR, where="git tag", head="0" * 64, count=3, outcome="passed")
        seal(log, signer, "notice", TAG, COMMIT)
        seq = log.count - 1
    assert [(found.flaw, found.seq) for found in verified(tmp_path, signer.public_key).findings] == [(Flaw.ANCHOR_CONTRADICTED, seq)]


@pytest.mark.parametrize("way", ["anchor", "repository"])
def test_the_command_ends_with_1_where_an_anchor_is_contradicted(rolled_back: tuple[Path, CryptoSigner, Path, str], way: str) -> None:
    folder, _, work, told = rolled_back
    words = [str(folder), "--key", str(folder.parent / "key.pub"), f"--{way}", told if way == "anchor" else str(work)]

    def code() -> int:
        return int(CliRunner().invoke(verify_command, words, obj=Settings.from_environment(), standalone_mode=False).return_value)

    assert code() == 0
    forget_the_rollback(folder)
    assert code() == 1
