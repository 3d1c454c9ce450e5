"""The report says what the evidence proves and nothing more; whatever is done to a cited record takes its tick away."""

import json
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from securesystemslib.signer import CryptoSigner

from bokgi.cli.main import main
from bokgi.cli.release_options import Length
from bokgi.cli.release_report import write_reports
from bokgi.errors.base import Language
from bokgi.operations.evidence_log import EvidenceLog, Record, hash_of
from bokgi.operations.judge import State
from bokgi.operations.policy import Metric
from bokgi.operations.record_kinds import Kind
from bokgi.operations.report import Assessment, Form, assessed, document_of, render
from bokgi.operations.report.claims import Tick
from bokgi.operations.seals import seal
from bokgi.operations.verification import verified
from bokgi.reports.canonical_json import canonical_json
from tests.operations.recorded_release import COMMIT, TAG, lines_of, write_lines
from tests.operations.whole_release import recorded_whole

HEADINGS = (
    "개요",
    "배포 소요 시간",
    "배포 전 점검",
    "배포 파일",
    "서비스 시작",
    "사용자 절차(스모크) 결과",
    "API 응답",
    "로그",
    "성능",
    "사용자 의견",
    "인수 기준",
    "배포 전과 후",
    "판정",
    "되돌리기: 필요와 가능",
    "배포 후 한 주",
    "배포 이력과 계획",
    "권고",
    "요약",
    "서명",
)


def found_in(folder: Path, signer: CryptoSigner) -> Assessment:
    return assessed(verified(folder, signer.public_key))


def ticks(found: Assessment) -> dict[str, Tick]:
    return {claim.key: claim.tick for claim in document_of(found).claims}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, CryptoSigner]:
    recorded, signer = recorded_whole(tmp_path_factory.mktemp("whole") / "evidence")
    return recorded.folder, signer


def test_a_good_release_passes_and_has_every_section(whole: tuple[Path, CryptoSigner]) -> None:
    found = found_in(*whole)
    assert [claim for claim in found.claims if claim.tick is not Tick.HOLDS] == []
    assert found.state is State.PASS
    text = render(found)
    headings = re.findall(r"^## \d+\. (.*)$", text, re.MULTILINE)
    assert headings == [heading.replace("|", "\\|") for heading in HEADINGS]
    assert "판정: 통과" in text
    assert "60분 중 60분" in text


def test_the_english_report_says_the_same(whole: tuple[Path, CryptoSigner]) -> None:
    found = found_in(*whole)
    korean, english = document_of(found), document_of(found, Language.ENGLISH)
    assert [claim.key for claim in korean.claims] == [claim.key for claim in english.claims]
    assert len(korean.sections) == len(english.sections) == len(HEADINGS)
    assert "60 of 60 minutes" in render(found, Language.ENGLISH)
    assert not re.search("[가-힣]", "".join(section.title for section in english.sections))


def test_every_tick_names_a_record_with_its_hash(whole: tuple[Path, CryptoSigner]) -> None:
    folder, signer = whole
    hashes = [hash_of(line.rstrip(b"\n")) for line in lines_of(folder)]
    found = found_in(folder, signer)
    for claim in document_of(found).claims:
        assert claim.cited, claim.key
        assert all(hashes[citation.seq] == citation.sha256 for citation in claim.cited)
    page = render(found, form=Form.HTML)
    for seq in re.findall(r'href="#r(\d+)"', page):
        assert f'id="r{seq}"' in page
    linked = set(re.findall(r'href="bodies/([0-9a-f]{64})"', page))
    assert linked
    assert all((folder / "bodies" / name).is_file() for name in linked)


def test_before_and_after_show_what_was_repaired(whole: tuple[Path, CryptoSigner]) -> None:
    (row,) = re.findall(r"^\| csv 확인 \| 실패 \| 통과 .*$", render(found_in(*whole)), re.MULTILINE)
    assert "고쳐짐" in row


def test_a_missed_day_is_missed_and_days_to_come_are_no_failure(whole: tuple[Path, CryptoSigner]) -> None:
    rows = re.findall(r"^\| (2026-11-\d\d) \| (\S+)", render(found_in(*whole)), re.MULTILINE)
    assert rows[:4] == [("2026-11-21", "통과"), ("2026-11-22", "통과"), ("2026-11-23", "놓침"), ("2026-11-24", "통과")]
    assert [word for _, word in rows[4:]] == ["아직"] * 3


def test_a_remark_is_printed_as_a_statement_and_proves_nothing(whole: tuple[Path, CryptoSigner]) -> None:
    found = found_in(*whole)
    text, page = render(found), render(found, form=Form.HTML)
    assert "kim의 진술(사실로 확인되지 않음)" in text
    assert r"완벽합니다 v \| \<b\>PASS" in text
    assert "완벽합니다 v" in page
    assert "<b>PASS" not in page.split('<details id="r0"')[0]
    assert not any(claim.key.startswith("remark") for claim in document_of(found).claims)


def test_an_empty_log_gives_no_tick(tmp_path: Path) -> None:
    EvidenceLog(tmp_path).close()
    found = found_in(tmp_path, CryptoSigner.generate_ed25519())
    assert found.state is State.INCONCLUSIVE
    assert Tick.HOLDS not in ticks(found).values()
    assert "✓ [" not in render(found)


def test_a_release_without_a_seal_gives_no_tick(whole: tuple[Path, CryptoSigner], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(whole[0], tmp_path / "copy"))
    shutil.rmtree(folder / "seals")
    found = found_in(folder, whole[1])
    assert found.state is State.INCONCLUSIVE
    assert Tick.HOLDS not in ticks(found).values()


def test_a_watch_of_28_minutes_prints_28_of_60_and_is_inconclusive(tmp_path: Path) -> None:
    recorded, signer = recorded_whole(tmp_path, minutes=28, every=4, days=())
    found = found_in(recorded.folder, signer)
    assert found.state is State.INCONCLUSIVE
    assert "60분 중 28분" in render(found)
    assert "28 of 60 minutes" in render(found, Language.ENGLISH)
    assert "판정: 판정 불가" in render(found)
    assert ticks(found)["watch.duration"] is Tick.UNPROVEN


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ([{Metric.SERVER_ERRORS.value: 1.0}], State.FAIL),
        ([{Metric.LOG_WARNINGS.value: 99.0}], State.WARN),
        ([{Metric.CPU.value: None}], State.INCONCLUSIVE),
    ],
)
def test_the_state_is_that_of_the_watch(tmp_path: Path, values: list[dict[str, float | None]], state: State) -> None:
    recorded, signer = recorded_whole(tmp_path, values=values)
    assert found_in(recorded.folder, signer).state is state


def test_a_limit_that_only_warns_gets_no_tick_where_it_is_broken(tmp_path: Path) -> None:
    recorded, signer = recorded_whole(tmp_path, values=[{Metric.CPU.value: 99.0}])
    found = found_in(recorded.folder, signer)
    assert (found.state, ticks(found)[f"watch.{Metric.CPU}"]) == (State.WARN, Tick.FAILS)
    assert "기준을 넘었습니다" in render(found)


def test_a_failed_flow_fails_the_release(tmp_path: Path) -> None:
    recorded, signer = recorded_whole(tmp_path, failing_after="result")
    found = found_in(recorded.folder, signer)
    assert (found.state, ticks(found)["public_smoke"], ticks(found)["private_smoke"]) == (State.FAIL, Tick.FAILS, Tick.FAILS)


def test_a_copy_elsewhere_gives_the_same_bytes(whole: tuple[Path, CryptoSigner], tmp_path: Path) -> None:
    copy = Path(shutil.copytree(whole[0], tmp_path / "another place" / "copy"))
    for form in Form:
        for language in Language:
            assert render(found_in(copy, whole[1]), language, form) == render(found_in(*whole), language, form)


def edited(line: bytes) -> bytes:
    given = json.loads(line)
    given["facts"]["edited"] = True
    return canonical_json(given) + b"\n"


def rechained(lines: list[bytes]) -> list[bytes]:
    made, prev = [], "0" * 64
    for line in lines:
        anew = canonical_json(json.loads(line) | {"prev": prev})
        prev = hash_of(anew)
        made.append(anew + b"\n")
    return made


def alter(folder: Path, seq: int) -> None:
    lines = lines_of(folder)
    write_lines(folder, [*lines[:seq], edited(lines[seq]), *lines[seq + 1 :]])


def alter_and_chain_anew(folder: Path, seq: int) -> None:
    lines = lines_of(folder)
    write_lines(folder, rechained([*lines[:seq], edited(lines[seq]), *lines[seq + 1 :]]))


def delete_from(folder: Path, seq: int) -> None:
    write_lines(folder, lines_of(folder)[:seq])


def alter_a_body(folder: Path, seq: int) -> None:
    bodies = re.findall(rb'sha256":"([0-9a-f]{64})"', lines_of(folder)[seq])
    if not bodies:
        alter(folder, seq)
    for name in bodies:
        (folder / "bodies" / name.decode()).write_bytes(b"another")


@pytest.mark.parametrize("forgery", [alter, alter_and_chain_anew, delete_from, alter_a_body])
def test_whatever_is_done_to_a_cited_record_takes_the_tick_away(
    whole: tuple[Path, CryptoSigner], tmp_path: Path, forgery: Callable[[Path, int], None]
) -> None:
    claims = document_of(found_in(*whole)).claims
    folder = Path(shutil.copytree(whole[0], tmp_path / "forged"))
    files = {path: path.read_bytes() for path in (folder / "evidence.jsonl", *(folder / "bodies").iterdir())}
    for seq in sorted({citation.seq for claim in claims for citation in claim.cited}):
        forgery(folder, seq)
        forged = found_in(folder, whole[1])
        assert forged.state is not State.PASS, seq
        held = {claim.key: claim for claim in document_of(forged).claims if claim.tick is Tick.HOLDS}
        assert [claim.key for claim in held.values() if seq in {citation.seq for citation in claim.cited}] == [], seq
        if forgery is not delete_from:
            assert [claim.key for claim in claims if claim.key in held and seq in {citation.seq for citation in claim.cited}] == [], seq
        for path, content in files.items():
            path.write_bytes(content)


@given(st.lists(st.sampled_from(["drop", "swap", "empty"]), min_size=1, max_size=4), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_mutilated_log_breaks_the_renderer_or_passes(
    whole: tuple[Path, CryptoSigner], tmp_path: Path, deeds: list[str], randomness: random.Random
) -> None:
    folder = tmp_path / "mutilated"
    if not folder.exists():
        shutil.copytree(whole[0], folder)
    lines = lines_of(whole[0])
    for deed in deeds:
        place = randomness.randrange(len(lines))
        if deed == "drop":
            del lines[place]
        elif deed == "swap":
            other = randomness.randrange(len(lines))
            lines[place], lines[other] = lines[other], lines[place]
        else:
            given_line = json.loads(lines[place])
            given_line["facts"] = dict.fromkeys(given_line["facts"], randomness.choice([None, [], {}, "x", -1]))
            lines[place] = canonical_json(given_line) + b"\n"
    if lines == lines_of(whole[0]):
        return
    write_lines(folder, rechained([canonical_json(json.loads(line) | {"seq": seq}) for seq, line in enumerate(lines)]))
    found = found_in(folder, whole[1])
    assert found.state is not State.PASS
    assert all(render(found, language, form) for language in Language for form in Form)


def continued(folder: Path, signer: CryptoSigner, *records: tuple[Kind, dict[str, object]]) -> Assessment:
    """The evidence with more records and a seal over them."""
    with EvidenceLog(folder) as log:
        for kind, facts in records:
            log.append(kind, **facts)
        seal(log, signer, "later", TAG, COMMIT)
    return found_in(folder, signer)


@pytest.fixture
def copied(whole: tuple[Path, CryptoSigner], tmp_path: Path) -> tuple[Path, CryptoSigner]:
    return Path(shutil.copytree(whole[0], tmp_path / "copied")), whole[1]


def test_a_check_that_is_made_again_does_not_undo_the_one_that_failed(copied: tuple[Path, CryptoSigner]) -> None:
    day: dict[str, object] = {"day": "2026-11-25", "seen": {}}
    found = continued(*copied, (Kind.DAILY, day | {"outcome": "failed"}), (Kind.DAILY, day | {"outcome": "passed"}))
    (row,) = re.findall(r"^\| 2026-11-25 \| (\S+)", render(found), re.MULTILINE)
    assert row == "실패"
    assert ticks(found)["day.2026-11-25"] is Tick.FAILS


def test_a_persons_word_on_an_item_counts_and_can_end_the_calm(copied: tuple[Path, CryptoSigner]) -> None:
    assert ticks(found_in(*copied))["no_complaints"] is Tick.HOLDS
    found = continued(*copied, (Kind.SORTED, {"source": "form", "id": "fb-1", "sorted_as": "bug", "person": "lee"}))
    assert ticks(found)["no_complaints"] is Tick.FAILS
    assert "오류 1" in render(found)
    assert "불만이 없었습니다" not in render(found)


@pytest.mark.parametrize("kind", ["bug", "unsorted"])
def test_a_persons_word_never_makes_calm(copied: tuple[Path, CryptoSigner], kind: str) -> None:
    items = [{"id": "fb-2", "kind": kind}]
    found = continued(
        *copied,
        (Kind.FEEDBACK, {"source": "form", "was_read": True, "items": items}),
        (Kind.SORTED, {"source": "form", "id": "fb-2", "sorted_as": "other", "person": "lee"}),
    )
    assert ticks(found)["no_complaints"] is Tick.UNPROVEN
    assert "불만이 없었습니다" not in render(found)


def test_checks_that_were_not_made_are_named_beside_the_claim(copied: tuple[Path, CryptoSigner]) -> None:
    assert "not checked: Backup" not in render(found_in(*copied), Language.ENGLISH)
    found = continued(*copied, (Kind.CHECK, {"name": "backup", "outcome": "not_checked", "seen": {}}))
    assert "All checks before the deployment passed (not checked: Backup of the database" in render(found, Language.ENGLISH)


def test_a_way_back_that_fails_like_the_live_release_is_said_to(tmp_path: Path) -> None:
    recorded, signer = recorded_whole(tmp_path, failing_before="csv", failing_previous="csv")
    text = render(found_in(recorded.folder, signer), Language.ENGLISH)
    assert "fails where the live one fails (csv)" in text
    assert "was shown to work" not in text


def test_a_trial_whose_time_was_over_shows_no_way_back(tmp_path: Path) -> None:
    """No step failed; the rest was not made, and the flow failed."""
    recorded, signer = recorded_whole(tmp_path)
    with EvidenceLog(recorded.folder) as log:
        for name in ("health", "csv"):
            outcome = "passed" if name == "health" else "not_checked"
            log.append(
                Kind.SMOKE_STEP, flow="user", stage="previous", name=name, outcome=outcome, milliseconds=1, seen={"why_not_checked": "late"}
            )
        log.append(Kind.SMOKE, flow="user", stage="previous", outcome="failed", steps=2, failed=[], not_checked=["csv"])
        seal(log, signer, "later", TAG, COMMIT)
    found = found_in(recorded.folder, signer)
    assert ticks(found)["previous_smoke"] is not Tick.HOLDS
    assert ticks(found)["rollback.possible"] is not Tick.HOLDS


def test_calm_is_never_claimed_where_a_source_was_not_read(copied: tuple[Path, CryptoSigner]) -> None:
    found = continued(*copied, (Kind.FEEDBACK, {"source": "email", "was_read": False, "items": []}))
    assert ticks(found)["no_complaints"] is Tick.FAILS
    assert "불만이 없었습니다" not in render(found)


@pytest.mark.parametrize(("failing", "tick"), [("csv", Tick.HOLDS), ("health", Tick.FAILS)])
def test_the_way_back_may_have_the_faults_that_it_has_live_and_no_others(tmp_path: Path, failing: str, tick: Tick) -> None:
    recorded, signer = recorded_whole(tmp_path, failing_before="csv", failing_previous=failing)
    found = found_in(recorded.folder, signer)
    assert ticks(found)["previous_smoke"] is tick
    assert ticks(found)["rollback.possible"] is tick


def run_verify(folder: Path, signer: CryptoSigner, tmp_path: Path) -> int:
    key = tmp_path / "key.pub"
    key.write_bytes(canonical_json({"keyid": signer.public_key.keyid, **signer.public_key.to_dict()}))
    with pytest.raises(SystemExit) as ended:
        main(["release", "verify", str(folder), "--key", str(key)])
    return int(ended.value.code or 0)


def test_verify_agrees_with_a_true_report_and_not_with_a_touched_one(copied: tuple[Path, CryptoSigner], tmp_path: Path) -> None:
    folder, signer = copied
    write_reports(folder, signer.public_key)
    assert run_verify(folder, signer, tmp_path) == 0
    page = folder / "report.ko.html"
    page.write_text(page.read_text("utf-8").replace("실패", "통과"), "utf-8")
    assert run_verify(folder, signer, tmp_path) == 1
    write_reports(folder, signer.public_key)
    alter(folder, 9)
    assert run_verify(folder, signer, tmp_path) == 1


@pytest.mark.parametrize(("given_text", "seconds"), [("90", 90.0), ("90s", 90.0), ("5m", 300.0), ("1h", 3600.0), ("0.5s", 0.5)])
def test_lengths_of_time_are_read_as_people_write_them(given_text: str, seconds: float) -> None:
    assert Length().convert(given_text, None, None) == seconds


@pytest.mark.parametrize("given_text", ["", "0", "-1m", "1w", "h", "1h30"])
def test_what_is_no_length_of_time_is_refused(given_text: str) -> None:
    with pytest.raises(click.BadParameter):
        Length().convert(given_text, None, None)


def test_a_step_that_claims_more_than_its_body_shows_is_found(copied: tuple[Path, CryptoSigner]) -> None:
    folder, signer = copied
    with EvidenceLog(folder) as log:
        lines = [Record.from_line(line.rstrip(b"\n")) for line in lines_of(folder)]
        public = [record for record in lines if record.facts.get("stage") == "public"]
        lie = log.keep_body(b'{"ok":false}')
        for record in public:
            facts = dict(record.facts)
            if facts.get("name") == "health":
                facts["answers"] = [{**facts["answers"][0], "body_sha256": lie}]
            log.append(record.kind, **facts)
        seal(log, signer, "later", TAG, COMMIT)
    found = found_in(folder, signer)
    assert (ticks(found)["public_smoke"], found.state) == (Tick.FAILS, State.FAIL)
    assert "어긋나는 단계: health" in render(found)
