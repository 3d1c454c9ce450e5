"""Sections about the release itself: overview, duration, what was checked before, what was deployed, start, history, sign-off."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from bokgi.operations.evidence_log import Record, hash_of
from bokgi.operations.record_kinds import Kind
from bokgi.operations.report.assessment import Assessment, mark
from bokgi.operations.report.document import Block, Cell, Say, Section, Sentence, table
from bokgi.operations.report.words import CHECKS, FLAWS, OUTCOMES, figure, instant, plain, span, word

NANOSECONDS = 1_000_000_000
LISTED_FILES = 200
_PHASES = (
    (Kind.CHECK, "점검", "Checks"),
    (Kind.MANIFEST, "풀기", "Unpacking"),
    (Kind.BOOT, "시작", "Start"),
    (Kind.SMOKE, "사용자 절차", "User's flow"),
    (Kind.SWITCH, "전환", "Switch"),
    (Kind.WATCH_ENDED, "관찰", "Watch"),
    (Kind.ROLLBACK, "되돌리기", "Rollback"),
    (Kind.ENDED, "마침", "End"),
)


def overview(say: Say, found: Assessment) -> Section:
    """Which release this is, and whether its evidence is sound."""
    begun, records = found.first(Kind.BEGUN), found.evidence.records
    rows: list[tuple[Cell, ...]] = []
    if begun is not None:
        facts = begun.facts
        rows += [
            (say("태그", "Tag"), str(facts.get("tag"))),
            (say("커밋", "Commit"), str(facts.get("commit"))),
            (say("버전", "Version"), str(facts.get("version"))),
            (say("시작", "Begun"), instant(begun.at)),
            (say("서버", "Host"), str(facts.get("host"))),
        ]
    if found.policy is not None:
        rows.append((say("정책", "Policy"), f"SHA-256 {found.policy.sha256}"))
    if records:
        rows += [
            (say("마지막 기록", "Last record"), instant(records[-1].at)),
            (say("기록 수(서명됨)", "Records (sealed)"), f"{len(records)} ({found.evidence.sealed})"),
            (say("증거의 끝 해시", "Head of the evidence"), hash_of(records[-1].to_line())),
        ]
    blocks = [
        table((say("항목", "Item"), say("값", "Value")), rows, say("증거에 시작 기록이 없습니다.", "The evidence holds no beginning."))
    ]
    return Section(say("개요", "Overview"), (*blocks, *_soundness(say, found)))


def _soundness(say: Say, found: Assessment) -> Iterator[Block]:
    if found.evidence.is_sound:
        yield Sentence(say("증거의 사슬, 원본, 서명에 이상이 없습니다.", "Chain, bodies and seals of the evidence are sound."))
        return
    yield Sentence(
        say(
            "증거에 이상이 있습니다. 아래 기록은 믿지 않았습니다.",
            "The evidence is NOT sound. What the flaws below touch was not believed.",
        )
    )
    rows = [("–" if flaw.seq is None else f"#{flaw.seq}", word(say, FLAWS, flaw.flaw), flaw.detail) for flaw in found.evidence.findings]
    yield table((say("기록", "Record"), say("이상", "Flaw"), say("내용", "Detail")), rows, "")


def duration(say: Say, found: Assessment) -> Section:
    """How long each phase took, by the clock that is never set."""
    marks = list(found.evidence.of_kind(Kind.BEGUN, Kind.GAP, *(kind for kind, _, _ in _PHASES)))
    spent: dict[Kind, float] = {}
    cited: dict[Kind, list[Record]] = {}
    for before, after in pairwise(marks):
        if before.boot_id == after.boot_id:
            spent[after.kind] = spent.get(after.kind, 0.0) + (after.monotonic_ns - before.monotonic_ns) / NANOSECONDS
            cited.setdefault(after.kind, [before]).append(after)
    rows = [
        (say(korean, english), span(say, spent[kind]), mark(found, f"duration.{kind}", cited[kind]))
        for kind, korean, english in _PHASES
        if kind in spent
    ]
    headings = (say("단계", "Phase"), say("걸린 시간", "Time"), say("증거", "Evidence"))
    blocks = [table(headings, rows, say("기록된 단계가 없습니다.", "No phase was recorded."))]
    switch = next(reversed(found.records(Kind.SWITCH)), None)
    if switch is not None:
        words = say(
            f"트래픽 전환에 {figure(switch.facts['milliseconds'])} ms가 걸렸습니다.",
            f"Traffic moved in {figure(switch.facts['milliseconds'])} ms.",
        )
        blocks.append(Sentence(words, mark(found, "duration.of_switch", [switch])))
    gaps = found.records(Kind.GAP)
    blocks += [
        Sentence(
            say(
                f"도구가 {figure(gap.facts['seconds'])}초 동안 멈춰 있었습니다(기록 #{gap.facts['after']} 뒤).",
                f"The tool was away for {figure(gap.facts['seconds'])} s after record #{gap.facts['after']}.",
            ),
            mark(found, f"gap.{gap.seq}", [gap]),
        )
        for gap in gaps
    ]
    return Section(say("배포 소요 시간", "Duration of the deployment"), tuple(blocks))


def pre_deploy(say: Say, found: Assessment) -> Section:
    """Each check before the deployment."""
    rows = [
        (
            word(say, CHECKS, record.facts["name"]),
            word(say, OUTCOMES, record.facts["outcome"]),
            plain(record.facts["seen"]),
            mark(found, f"check.{record.facts['name']}.{record.seq}", [record], record.facts["outcome"]),
        )
        for record in found.records(Kind.CHECK)
    ]
    headings = (say("점검", "Check"), say("결과", "Outcome"), say("확인한 값", "Seen"), say("증거", "Evidence"))
    return Section(
        say("배포 전 점검", "Checks before the deployment"),
        (table(headings, rows, say("점검 기록이 없습니다.", "No check was recorded.")),),
    )


def deployed_files(say: Say, found: Assessment) -> Section:
    """What was unpacked, and what changed with it."""
    manifest = next(reversed(found.records(Kind.MANIFEST)), None)
    title = say("배포 파일", "Deployed files")
    if manifest is None:
        return Section(title, (Sentence(say("배포 파일의 기록이 없습니다.", "No files were recorded.")),))
    changed = manifest.facts["changed"]
    listed = list(changed) if isinstance(changed, list) else []
    count = manifest.facts["files"] if isinstance(manifest.facts["files"], int) else len(manifest.facts["files"])
    first = Sentence(
        say(
            f"파일 {count:,}개, 목록의 SHA-256 {manifest.facts['manifest_sha256']}. 이전 버전과 다른 파일 {len(listed):,}개.",
            f"{count:,} files, SHA-256 of their list {manifest.facts['manifest_sha256']}. {len(listed):,} differ from the release before.",
        ),
        mark(found, "files", [manifest]),
    )
    rows = [_changed(each) for each in listed[:LISTED_FILES]]
    blocks: list[Block] = [first]
    if rows:
        blocks.append(table((say("변경", "Change"), say("파일", "File")), rows, ""))
    if len(listed) > LISTED_FILES:
        blocks.append(Sentence(say(f"그 밖에 {len(listed) - LISTED_FILES:,}개.", f"And {len(listed) - LISTED_FILES:,} more.")))
    return Section(title, tuple(blocks))


def _changed(given: object) -> tuple[Cell, ...]:
    if isinstance(given, Mapping):
        return str(given.get("change", given.get("status", ""))), str(given.get("path", ""))
    if isinstance(given, list) and len(given) == 2:
        return str(given[0]), str(given[1])
    change, _, path = str(given).partition(" ")
    return (change, path) if path else ("", change)


def service_start(say: Say, found: Assessment) -> Section:
    """Each start of a slot."""
    begun = found.first(Kind.BEGUN)
    rows = []
    for record in found.records(Kind.BOOT):
        facts = record.facts
        rows.append(
            (
                str(facts["slot"]),
                str(facts["pid"]),
                str(facts["version"]),
                str(facts["commit"])[:12],
                span(say, float(facts["seconds"])),
                word(say, OUTCOMES, facts["outcome"]),
                mark(found, f"start.{record.seq}", [record] if begun is None else [begun, record], facts["outcome"]),
            )
        )
    headings = (
        say("슬롯", "Slot"),
        "PID",
        say("버전", "Version"),
        say("커밋", "Commit"),
        say("걸린 시간", "Time"),
        say("결과", "Outcome"),
        say("증거", "Evidence"),
    )
    return Section(
        say("서비스 시작", "Start of the service"), (table(headings, rows, say("시작 기록이 없습니다.", "No start was recorded.")),)
    )


def history(say: Say, found: Assessment) -> Section:
    """Releases before this one and planned ones, as they were recorded."""
    record = next(reversed(found.records(Kind.HISTORY)), None)
    title = say("배포 이력과 계획", "History and planned releases")
    if record is None:
        return Section(title, (Sentence(say("이력 기록이 없습니다.", "No history was recorded.")),))
    done = [(str(each.get("tag", "")), str(each.get("at", "")), plain(each.get("outcome", ""))) for each in _rows(record, "releases")]
    planned = [(str(each.get("tag", "")), str(each.get("day", "")), plain(each.get("words", ""))) for each in _rows(record, "planned")]
    first = Sentence(say("기록된 이력입니다.", "As it was recorded."), mark(found, "history", [record]))
    past = table(
        (say("태그", "Tag"), say("시각", "At"), say("결과", "Outcome")), done, say("이전 배포가 없습니다.", "There was no release before.")
    )
    next_ones = table(
        (say("태그", "Tag"), say("예정일", "Day"), say("내용", "What")), planned, say("계획된 배포가 없습니다.", "No release is planned.")
    )
    return Section(title, (first, past, Sentence(say("계획된 배포:", "Planned releases:")), next_ones))


def _rows(record: Record, name: str) -> list[Mapping[str, object]]:
    given = record.facts.get(name)
    return [each for each in given if isinstance(each, Mapping)] if isinstance(given, list) else []


def sign_off(say: Say, found: Assessment) -> Section:
    """Who deployed, who approved, where the head was anchored, and what people said of it: their statements, no facts."""
    begun = found.first(Kind.BEGUN)
    rows: list[tuple[Cell, ...]] = []
    if begun is not None:
        rows.append((say("배포한 사람", "Deployed by"), str(begun.facts["operator"]), instant(begun.at), mark(found, "operator", [begun])))
    rows += [
        (say("승인한 사람", "Approved by"), str(each.facts["person"]), instant(each.at), mark(found, f"approval.{each.seq}", [each]))
        for each in found.records(Kind.APPROVAL)
    ]
    if not found.records(Kind.APPROVAL):
        rows.append((say("승인한 사람", "Approved by"), say("승인 기록 없음", "no approval was recorded"), "", ""))
    rows += [
        (
            say("외부 고정", "Anchored at"),
            f"{each.facts['where']}: {each.facts['count']} / {str(each.facts['head'])[:16]}",
            instant(each.at),
            mark(found, f"anchor.{each.seq}", [each], each.facts["outcome"]),
        )
        for each in found.records(Kind.ANCHOR)
    ]
    blocks: list[Block] = [table((say("항목", "Item"), say("내용", "What"), say("시각", "At"), say("증거", "Evidence")), rows, "")]
    blocks += [
        Sentence(
            say(
                f"{each.facts['person']}의 진술(사실로 확인되지 않음): “{each.facts['text']}”",
                f"Statement of {each.facts['person']} (not verified): “{each.facts['text']}”",
            )
        )
        for each in found.records(Kind.REMARK)
    ]
    return Section(say("서명", "Sign-off"), tuple(blocks))
