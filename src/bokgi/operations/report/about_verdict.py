"""Sections that judge: acceptance, verdict, rollback, recommendations, summary. Every sentence follows from claims and samples."""

from collections.abc import Iterator

from bokgi.operations.judge import State
from bokgi.operations.policy import Metric
from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.report.about_use import flow_state
from bokgi.operations.report.assessment import OUTGOING, PREVIOUS, PUBLIC, Assessment, is_as_good, mark
from bokgi.operations.report.claims import Claim, Tick
from bokgi.operations.report.document import Block, Say, Section, Sentence, table
from bokgi.operations.report.week import MISSED, days_of
from bokgi.operations.report.words import CHECKS, CLAIMS, METRICS, OUTCOMES, STATES, figure, part_of, word

NEAR = 0.8
"""From this share of a limit on, a value is worth a word."""


def claim_words(say: Say, found: Assessment, claim: Claim) -> str:
    """What a claim says; of the checks also which were not made, since nothing is claimed of them."""
    if claim.key == "checks":
        left = [record.facts["name"] for record in found.records(Kind.CHECK) if record.facts["outcome"] == Outcome.NOT_CHECKED]
        names = ", ".join(word(say, CHECKS, name) for name in left)
        return word(say, CLAIMS, claim.key) + (say(f" (확인하지 않음: {names})", f" (not checked: {names})") if left else "")
    metric = claim.key.removeprefix("watch.")
    if claim.key not in CLAIMS and metric in METRICS:
        name = word(say, METRICS, metric)
        return say(f"{name}: 기준을 지켰다", f"{name}: within its limit")
    return word(say, CLAIMS, claim.key)


def acceptance(say: Say, found: Assessment) -> Section:
    """Every claim with its tick; those that are not needed are named so."""
    rows = [
        (claim_words(say, found, claim), say("필수", "needed") if claim.is_needed else say("참고", "for information"), claim)
        for claim in found.claims
    ]
    headings = (say("기준", "Criterion"), say("구분", "Weight"), say("증거", "Evidence"))
    words = Sentence(
        say(
            "체크 표시: 증거가 있음. 가위표: 증거가 반대함. 줄표: 증거가 없거나 믿을 수 없음.",
            "A tick: proven. A cross: disproven. A dash: no evidence that can be believed.",
        )
    )
    return Section(say("인수 기준", "Acceptance"), (table(headings, rows, ""), words))


def verdict(say: Say, found: Assessment) -> Section:
    """The state of the release, why, and whether the recorded verdict agrees with the computed one."""
    blocks: list[Block] = [Sentence(say(f"판정: {word(say, STATES, found.state)}", f"Verdict: {word(say, STATES, found.state)}"))]
    watch = found.watch
    if watch is not None and watch.judgement is not None:
        length = watch.judgement.duration
        words = part_of(say, length.watched_seconds, length.planned_seconds)
        blocks.append(Sentence(say(f"관찰: {words}.", f"Watched: {words}."), _claim(found, "watch.duration")))
    blocks += [
        Sentence(claim_words(say, found, claim), claim) for claim in found.claims if claim.is_needed and claim.tick is not Tick.HOLDS
    ]
    for record in found.records(Kind.VERDICT):
        recorded = str(record.facts["state"])
        blocks.append(
            Sentence(
                say(
                    f"배포 도구가 기록한 판정: {_state_word(say, recorded)}",
                    f"Verdict that the tool recorded: {_state_word(say, recorded)}",
                ),
                mark(found, f"verdict.{record.seq}", [record]),
            )
        )
    return Section(say("판정", "Verdict"), tuple(blocks))


def _state_word(say: Say, name: str) -> str:
    return next((say(*words) for state, words in STATES.items() if state.name.lower() == name.lower()), name)


def _claim(found: Assessment, key: str) -> Claim:
    return next((claim for claim in found.claims if claim.key == key), Claim(key, Tick.UNPROVEN, ()))


def rollback(say: Say, found: Assessment) -> Section:
    """Whether the release must be taken back, whether it was, and whether it can be."""
    blocks: list[Block] = []
    done = found.records(Kind.ROLLBACK)
    if found.state is State.FAIL and not done:
        blocks.append(Sentence(say("되돌려야 합니다. 되돌린 기록이 없습니다.", "It must be taken back, and no record says that it was.")))
    elif found.state is not State.FAIL:
        blocks.append(Sentence(say("되돌릴 까닭이 기록되지 않았습니다.", "Nothing was recorded that asks for a rollback.")))
    for record in done:
        facts = record.facts
        blocks.append(
            Sentence(
                say(
                    f"{facts['from_tag']} → {facts['to_tag']}, {figure(facts['milliseconds'])} ms: {word(say, OUTCOMES, facts['outcome'])}",
                    f"Taken back from {facts['from_tag']} to {facts['to_tag']} in {figure(facts['milliseconds'])} ms: {facts['outcome']}",
                ),
                mark(found, f"rollback.{record.seq}", [record], facts["outcome"]),
            )
        )
    blocks.append(_possibility(say, found))
    return Section(say("되돌리기: 필요와 가능", "Rollback: need and possibility"), tuple(blocks))


def _possibility(say: Say, found: Assessment) -> Block:
    previous, retired = found.flow(PREVIOUS) or found.flow(OUTGOING), found.records(Kind.RETIRED)
    if previous is None:
        return Sentence(say("이전 버전이 돌아간다는 증거가 없습니다.", "There is no evidence that the previous release runs."))
    live = found.flow(OUTGOING)
    records = [*previous.records, *(live.records if live is not None and live is not previous else ())]
    claim = mark(found, "rollback.possible", records, Outcome.PASSED if is_as_good(previous, live) else Outcome.FAILED)
    if claim.tick is not Tick.HOLDS:
        return Sentence(
            say("이전 버전으로 되돌릴 수 있음이 확인되지 않았습니다.", "That the previous release can be put back was not shown."), claim
        )
    warm = (
        say("슬롯이 대기 중이었습니다.", "its slot was warm.")
        if not retired
        else say("슬롯은 정리되어 다시 시작해야 합니다.", "its slot was retired, so it must start anew.")
    )
    if previous.failed:
        names = ", ".join(sorted(previous.failed))
        korean = f"이전 버전은 다시 시작되며, 운영 중에 실패하던 곳에서 똑같이 실패합니다({names}). {warm}"
        return Sentence(say(korean, f"The previous release starts anew and fails where the live one fails ({names}); {warm}"), claim)
    return Sentence(say(f"되돌릴 수 있음이 확인되었습니다. {warm}", f"The previous release was shown to work; {warm}"), claim)


def recommendations(say: Say, found: Assessment) -> Section:
    """What follows from the figures; nothing else."""
    lines = list(_advice(say, found)) or [Sentence(say("기록에서 나오는 권고가 없습니다.", "Nothing follows from the records."))]
    return Section(say("권고", "Recommendations"), tuple(lines))


def _advice(say: Say, found: Assessment) -> Iterator[Block]:
    if found.watch is not None and found.watch.judgement is not None and found.policy is not None:
        limits = {limit.metric: limit for limit in found.policy.limits}
        for finding in found.watch.judgement.findings:
            limit = limits.get(Metric(finding.name)) if finding.name in limits else None
            if limit is None or finding.worst is None or limit.below is None or finding.worst < NEAR * limit.below:
                continue
            name, worst = word(say, METRICS, finding.name), figure(finding.worst)
            korean, english = (
                ("기준에 가깝습니다", "near its limit") if limit.is_kept(finding.worst) else ("기준을 넘었습니다", "beyond its limit")
            )
            yield Sentence(
                say(f"{name}: 최대 {worst}, {korean}({limit.words}).", f"{name}: up to {worst}, {english} ({limit.words})."),
                _claim(found, f"watch.{finding.name}"),
            )
    if _claim(found, "browser").tick is Tick.UNPROVEN:
        yield Sentence(say("실제 브라우저로 확인하지 않았습니다. 브라우저를 설치하세요.", "Not checked: no browser. Install one."))
    if _claim(found, "feedback_read").tick is not Tick.HOLDS:
        yield Sentence(
            say("사용자 의견을 모두 읽지 못했습니다. 설정을 확인하세요.", "Not all sources of feedback were read. Check their settings.")
        )
    for claim in found.claims:
        if claim.is_needed and claim.tick is Tick.FAILS:
            words = claim_words(say, found, claim)
            yield Sentence(say(f"원인을 찾으세요: {words}", f"Find the cause: {words}"), claim)
    missed = [day.day for day in days_of(found) if day.outcome == MISSED]
    if missed:
        yield Sentence(say(f"놓친 매일 점검: {', '.join(missed)}", f"Missed daily checks: {', '.join(missed)}"))
    if not found.records(Kind.APPROVAL):
        yield Sentence(say("승인 기록이 없습니다.", "There is no record of an approval."))
    if not found.records(Kind.ANCHOR):
        yield Sentence(say("증거의 끝 해시가 외부에 고정되지 않았습니다.", "The head of the evidence was not anchored outside."))


def summary(say: Say, found: Assessment) -> Section:
    """The whole in a few sentences."""
    needed = [claim for claim in found.claims if claim.is_needed]
    holding = sum(claim.tick is Tick.HOLDS for claim in needed)
    begun, public = found.first(Kind.BEGUN), found.flow(PUBLIC)
    tag = str(begun.facts["tag"]) if begun is not None else "–"
    state = word(say, STATES, found.state)
    blocks: list[Block] = [
        Sentence(
            say(
                f"{tag}: {state}. 필수 기준 {len(needed)}개 가운데 {holding}개가 증명되었습니다.",
                f"{tag}: {state}. {holding} of {len(needed)} needed criteria are proven.",
            )
        )
    ]
    flow = flow_state(public)
    blocks.append(
        Sentence(
            say(f"공개 주소의 사용자 절차: {word(say, STATES, flow)}.", f"User's flow at the public address: {word(say, STATES, flow)}.")
        )
    )
    counts = [sum(day.outcome == outcome for day in days_of(found)) for outcome in (Outcome.PASSED, Outcome.FAILED, MISSED)]
    blocks.append(
        Sentence(
            say(
                f"매일 점검: 통과 {counts[0]}, 실패 {counts[1]}, 놓침 {counts[2]}.",
                f"Daily checks: {counts[0]} passed, {counts[1]} failed, {counts[2]} missed.",
            )
        )
    )
    return Section(say("요약", "Summary"), tuple(blocks))
