"""Whatever is done to evidence afterwards is noticed, and nothing that it touches bears a claim any more."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from securesystemslib.signer import CryptoSigner

from bokgi.errors.operations import EvidenceAbsent, EvidenceBroken
from bokgi.operations.evidence_log import FIRST_PREV, EvidenceLog, Record, hash_of
from bokgi.operations.record_kinds import Kind
from bokgi.operations.seals import seal
from bokgi.operations.verification import Evidence, Flaw, verified
from bokgi.reports.canonical_json import canonical_json
from tests.operations.recorded_release import COMMIT, TAG, Recorded, lines_of, sealed_release, write_lines


@pytest.fixture
def release(tmp_path: Path) -> tuple[Path, CryptoSigner]:
    recorded, signer = sealed_release(tmp_path / "evidence")
    return recorded.folder, signer


def chained_anew(lines: list[bytes]) -> list[bytes]:
    """The lines with new hashes, as somebody makes them who may write the file."""
    made, prev = [], FIRST_PREV
    for seq, line in enumerate(lines):
        anew = canonical_json(json.loads(line) | {"prev": prev, "seq": seq})
        prev = hash_of(anew)
        made.append(anew + b"\n")
    return made


def edited(lines: list[bytes], place: int) -> list[bytes]:
    given = json.loads(lines[place])
    given["facts"]["values"] = {"cpu_percent": 1.0}
    return [*lines[:place], canonical_json(given) + b"\n", *lines[place + 1 :]]


def alter(folder: Path) -> None:
    write_lines(folder, edited(lines_of(folder), 7))


def alter_the_last(folder: Path) -> None:
    lines = lines_of(folder)
    write_lines(folder, [*lines[:-1], lines[-1].replace(b'"time"', b'"done"')])


def delete(folder: Path) -> None:
    lines = lines_of(folder)
    write_lines(folder, lines[:6] + lines[7:])


def reorder(folder: Path) -> None:
    lines = lines_of(folder)
    write_lines(folder, [*lines[:6], lines[7], lines[6], *lines[8:]])


def cut(folder: Path) -> None:
    write_lines(folder, lines_of(folder)[:-3])


def chain_anew(folder: Path) -> None:
    write_lines(folder, chained_anew(edited(lines_of(folder), 7)))


def delete_and_chain_anew(folder: Path) -> None:
    lines = lines_of(folder)
    write_lines(folder, chained_anew(lines[:6] + lines[7:]))


def change_the_policy(folder: Path) -> None:
    lines = lines_of(folder)
    record = Record.from_line(lines[-1].rstrip())
    other = {"kind": "policy", "facts": {"policy_sha256": "0" * 64}}
    write_lines(folder, chained_anew([*lines, canonical_json(json.loads(record.to_line()) | other) + b"\n"]))


def alter_a_body(folder: Path) -> None:
    body = folder / "bodies" / hash_of(b"sample 3")
    body.write_bytes(b"sample 4")


def delete_a_body(folder: Path) -> None:
    (folder / "bodies" / hash_of(b"sample 3")).unlink()


def swap_bodies(folder: Path) -> None:
    one, other = (folder / "bodies" / hash_of(name) for name in (b"sample 3", b"sample 4"))
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def seal_with_another_key(folder: Path) -> None:
    chain_anew(folder)
    shutil.rmtree(folder / "seals")
    log = EvidenceLog(folder)
    seal(log, CryptoSigner.generate_ed25519(), "watch", TAG, COMMIT)
    log.close()


def remove_the_seals(folder: Path) -> None:
    shutil.rmtree(folder / "seals")


FORGERIES: dict[Callable[[Path], None], Flaw] = {
    alter: Flaw.CHAIN_BROKEN,
    alter_the_last: Flaw.SEAL_CONTRADICTED,
    delete: Flaw.CHAIN_BROKEN,
    reorder: Flaw.CHAIN_BROKEN,
    cut: Flaw.SEAL_CONTRADICTED,
    chain_anew: Flaw.SEAL_CONTRADICTED,
    delete_and_chain_anew: Flaw.SEAL_CONTRADICTED,
    change_the_policy: Flaw.POLICY_CHANGED,
    alter_a_body: Flaw.BODY_ALTERED,
    delete_a_body: Flaw.BODY_MISSING,
    swap_bodies: Flaw.BODY_ALTERED,
    seal_with_another_key: Flaw.SEAL_INVALID,
    remove_the_seals: Flaw.UNSEALED,
}


def test_evidence_that_nobody_touched_is_sound(release: tuple[Path, CryptoSigner]) -> None:
    evidence = verified(release[0], release[1].public_key)
    assert evidence.findings == ()
    assert all(evidence.is_believed(record) for record in evidence.records)
    assert len(list(evidence.of_kind(Kind.SAMPLE))) == 13


@pytest.mark.parametrize(("forgery", "flaw"), FORGERIES.items(), ids=[forgery.__name__ for forgery in FORGERIES])
def test_a_forgery_is_noticed_and_what_it_touches_is_not_believed(
    release: tuple[Path, CryptoSigner], forgery: Callable[[Path], None], flaw: Flaw
) -> None:
    folder, signer = release
    before = verified(folder, signer.public_key).records
    forgery(folder)
    evidence = verified(folder, signer.public_key)
    assert flaw in {finding.flaw for finding in evidence.findings}
    assert [record for record in evidence.records if evidence.is_believed(record) and record not in before] == []
    assert len(believed(evidence)) < len(before) or flaw is Flaw.POLICY_CHANGED


def believed(evidence: Evidence) -> list[Record]:
    return [record for record in evidence.records if evidence.is_believed(record)]


def test_only_the_record_with_the_altered_body_loses_its_weight(release: tuple[Path, CryptoSigner]) -> None:
    folder, signer = release
    alter_a_body(folder)
    evidence = verified(folder, signer.public_key)
    assert [record.facts["number"] for record in evidence.records if not evidence.is_believed(record)] == [3]


def test_a_seal_of_another_release_is_refused(release: tuple[Path, CryptoSigner]) -> None:
    folder, signer = release
    log = EvidenceLog(folder)
    seal(log, signer, "later", "v9.9.9", COMMIT)
    log.close()
    assert [finding.flaw for finding in verified(folder, signer.public_key).findings] == [Flaw.OTHER_RELEASE]


def test_a_record_without_its_facts_is_found(tmp_path: Path) -> None:
    recorded = Recorded(tmp_path, CryptoSigner.generate_ed25519())
    recorded.begin()
    recorded.log.append(Kind.CHECK, name="disk")
    recorded.seal("plan")
    recorded.log.close()
    (finding,) = verified(tmp_path, recorded.signer.public_key).findings
    assert (finding.flaw, finding.seq, finding.detail) == (Flaw.FACTS_MISSING, 2, "outcome, seen")


def test_a_cited_name_outside_the_folder_is_never_read(tmp_path: Path) -> None:
    recorded = Recorded(tmp_path / "evidence", CryptoSigner.generate_ed25519())
    recorded.begin()
    recorded.log.append(Kind.REMARK, person="kim", text="x", body_sha256="../evidence.jsonl")
    recorded.seal("plan")
    recorded.log.close()
    findings = verified(recorded.folder, recorded.signer.public_key).findings
    assert [finding.flaw for finding in findings] == [Flaw.BODY_MISSING]


def test_a_line_that_a_kill_cut_off_goes_and_the_log_goes_on(release: tuple[Path, CryptoSigner]) -> None:
    folder, signer = release
    count = len(lines_of(folder))
    with (folder / "evidence.jsonl").open("ab") as file:
        file.write(b'{"at":"2026-11-20T10:00')
    log = EvidenceLog(folder)
    assert log.append(Kind.GAP, after=count - 1, seconds=12).seq == count
    log.close()
    assert [finding.flaw for finding in verified(folder, signer.public_key).findings] == [Flaw.UNSEALED]


def test_nothing_is_written_behind_a_broken_chain(release: tuple[Path, CryptoSigner]) -> None:
    alter(release[0])
    with pytest.raises(EvidenceBroken, match="record 8"):
        EvidenceLog(release[0])


def test_a_folder_without_evidence_is_said(tmp_path: Path) -> None:
    with pytest.raises(EvidenceAbsent):
        verified(tmp_path, CryptoSigner.generate_ed25519().public_key)
