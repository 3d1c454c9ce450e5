"""Sections about how the service was used: the user's flow, before and after, times of the API, the log, performance, feedback."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from statistics import quantiles
from typing import Any

from bokgi.operations.evidence_log import Record
from bokgi.operations.judge import State
from bokgi.operations.policy import Metric, values_of
from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.report.assessment import OUTGOING, PRIVATE, PUBLIC, Assessment, FlowRun, complaints, kinds_in, mark
from bokgi.operations.report.claims import Claim, Tick
from bokgi.operations.report.document import Block, Cell, Say, Section, Sentence, table
from bokgi.operations.report.words import KINDS, METRICS, OUTCOMES, SOURCES, STAGES, STATES, figure, part_of, word

SHOWN_PROBLEMS = 3
_RUN_ID = re.compile(r"bt-\d{4}-\d{2}-\d{2}-\d{3,}")
_HASHED = re.compile(r"(/assets/)[^/]+(\.\w+)$")


def smoke(say: Say, found: Assessment) -> Section:
    """Every flow with its steps."""
    blocks: list[Block] = []
    for flow in found.flows:
        has_ended = flow.end is not None
        outcome = "passed" if flow.has_passed else "failed" if has_ended else "not_checked"
        cut = "" if has_ended else say(" (중단됨)", " (cut off)")
        name = f"{word(say, STAGES, flow.stage)}: {word(say, OUTCOMES, outcome)}{cut}"
        place = flow.records[0].seq
        blocks.append(Sentence(name, mark(found, f"flow.{flow.stage}.{place}", flow.records, outcome)))
        if flow.contradicted:
            names = ", ".join(flow.contradicted)
            blocks.append(
                Sentence(say(f"기록된 결과와 원본이 어긋나는 단계: {names}", f"Steps whose bodies contradict their outcome: {names}"))
            )
        rows = [_step_row(say, found, step) for step in flow.steps if found.evidence.is_believed(step)]
        headings = (say("단계", "Step"), say("결과", "Outcome"), "ms", say("문제", "Problem"), say("증거", "Evidence"))
        blocks.append(table(headings, rows, say("믿을 수 있는 단계가 없습니다.", "No step can be believed.")))
    if not blocks:
        blocks = [Sentence(say("사용자 절차가 실행되지 않았습니다.", "No flow was gone."))]
    return Section(say("사용자 절차(스모크) 결과", "Results of the smoke test"), tuple(blocks))


def _step_row(say: Say, found: Assessment, step: Record) -> tuple[Cell, ...]:
    facts = step.facts
    return (
        step_words(say, facts),
        word(say, OUTCOMES, facts["outcome"]),
        figure(facts["milliseconds"]),
        _problems(say, facts["seen"]),
        mark(found, f"step.{step.seq}", [step], facts["outcome"]),
    )


def step_words(say: Say, facts: Mapping[str, Any]) -> str:
    """What a step is for, in the words of its flow."""
    return str(facts.get(say("korean", "english")) or facts.get("name"))


def _problems(say: Say, seen: object) -> str:
    if not isinstance(seen, Mapping):
        return ""
    why = seen.get("why_not_checked")
    if why:
        return say(f"확인하지 않음: {why}", f"not checked: {why}")
    problems = [each for each in seen.get("problems", []) if isinstance(each, Mapping)]
    words = [
        say(
            f"{each.get('place')}: {each.get('wanted')} 이어야 하는데 {each.get('seen')}",
            f"{each.get('place')}: wanted {each.get('wanted')}, saw {each.get('seen')}",
        )
        for each in problems[:SHOWN_PROBLEMS]
    ]
    return "; ".join(words)


def before_after(say: Say, found: Assessment) -> Section:
    """The same flow on the outgoing and on the new release: what was repaired and what was broken."""
    title = say("배포 전과 후", "Before and after")
    before, after = found.flow(OUTGOING), found.flow(PUBLIC) or found.flow(PRIVATE)
    if before is None or after is None:
        words = say("나가는 버전과 새 버전의 절차가 모두 있어야 비교합니다.", "Both releases must have gone the flow to be compared.")
        return Section(title, (Sentence(words),))
    old, new = ({str(step.facts.get("name")): step for step in flow.steps} for flow in (before, after))
    rows: list[tuple[Cell, ...]] = []
    for name in dict.fromkeys([*old, *new]):
        steps = [step for step in (old.get(name), new.get(name)) if step is not None]
        outcomes = [str(side[name].facts.get("outcome")) if name in side else "not_checked" for side in (old, new)]
        rows.append(
            (
                step_words(say, steps[-1].facts),
                *(word(say, OUTCOMES, outcome) for outcome in outcomes),
                *(figure(side[name].facts.get("milliseconds")) if name in side else "–" for side in (old, new)),
                _change(say, *outcomes),
                mark(found, f"change.{name}", steps, outcomes[-1]),
            )
        )
    headings = (
        say("단계", "Step"),
        say("전", "Before"),
        say("후", "After"),
        say("전(ms)", "Before (ms)"),
        say("후(ms)", "After (ms)"),
        say("변화", "Change"),
        say("증거", "Evidence"),
    )
    return Section(title, (table(headings, rows, ""),))


def _change(say: Say, before: str, after: str) -> str:
    if before == "failed" and after == "passed":
        return say("고쳐짐", "repaired")
    if before == "passed" and after == "failed":
        return say("망가짐", "broken")
    return say("같음", "same") if before == after else say("달라짐", "changed")


def api_times(say: Say, found: Assessment) -> Section:
    """Each endpoint that was asked: how often, what it answered, how long it took."""
    asked: dict[str, list[Mapping[str, Any]]] = {}
    cited: dict[str, list[Record]] = {}
    flows = [flow for flow in (found.flow(PRIVATE), found.flow(PUBLIC)) if flow is not None]
    for record in [*(step for flow in flows for step in flow.steps), *(found.watch.samples if found.watch else ())]:
        for answer in _answers(record):
            name = f"{answer.get('method', 'GET')} {endpoint(str(answer.get('path', '')))}"
            asked.setdefault(name, []).append(answer)
            if record not in cited.setdefault(name, []):
                cited[name].append(record)
    rows = [_endpoint_row(name, answers, mark(found, f"api.{name}", cited[name])) for name, answers in sorted(asked.items())]
    headings = (
        say("API", "API"),
        say("횟수", "Asked"),
        say("상태", "Status"),
        say("p95(ms)", "p95 (ms)"),
        say("최대(ms)", "Max (ms)"),
        say("증거", "Evidence"),
    )
    return Section(
        say("API 응답", "Answers of the API"), (table(headings, rows, say("API를 부른 기록이 없습니다.", "No call was recorded.")),)
    )


def _answers(record: Record) -> Iterator[Mapping[str, Any]]:
    for name in ("answers", "probes"):
        given = record.facts.get(name)
        for answer in given if isinstance(given, list) else []:
            if isinstance(answer, Mapping):
                yield answer


def endpoint(path: str) -> str:
    """A path without what differs from call to call."""
    return _HASHED.sub(r"\1*\2", _RUN_ID.sub("{id}", path.split("?", maxsplit=1)[0]))


def _endpoint_row(name: str, answers: Sequence[Mapping[str, Any]], claim: Claim) -> tuple[Cell, ...]:
    times = sorted(number(answer.get("milliseconds")) for answer in answers)
    statuses = Counter(str(answer.get("status")) for answer in answers)
    words = ", ".join(f"{status}×{count}" for status, count in sorted(statuses.items()))
    return name, str(len(times)), words, figure(round(percentile_95(times), 1)), figure(times[-1]), claim


def number(value: object) -> float:
    """A number, or 0: what is not believed may be anything, and no claim stands on it."""
    return float(value) if isinstance(value, int | float) else 0.0


def percentile_95(times: Sequence[float]) -> float:
    """The time that 95 of 100 keep; of few, the longest."""
    return quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]


def log_table(say: Say, found: Assessment) -> Section:
    """Errors in exactly the bytes of log that were written during the watch, by class."""
    title = say("로그", "Log")
    samples = [sample for sample in (found.watch.samples if found.watch else ()) if isinstance(sample.facts.get("log"), Mapping)]
    if not samples:
        return Section(title, (Sentence(say("관찰 중 읽은 로그가 없습니다.", "No log was read during a watch.")),))
    counts: Counter[str] = Counter()
    for sample in samples:
        counted = sample.facts["log"].get("counts")
        counts.update({str(name): int(number(count)) for name, count in (counted if isinstance(counted, Mapping) else {}).items()})
    size = int(sum(number(sample.facts["log"].get("bytes")) for sample in samples))
    words = say(
        f"관찰하는 동안 쓰인 로그 {size:,}바이트를 모두 읽었습니다.", f"All {size:,} bytes of log written during the watch were read."
    )
    claim = mark(found, "log", samples)
    rows = [
        (name, f"{count:,}", mark(found, f"log.{name}", samples, Outcome.PASSED if count == 0 else Outcome.FAILED))
        for name, count in sorted(counts.items())
    ]
    return Section(title, (Sentence(words, claim), table((say("분류", "Class"), say("건수", "Count"), say("없음", "None")), rows, "")))


def performance(say: Say, found: Assessment) -> Section:
    """Every metric against its limit, and the sizes of our processes."""
    title = say("성능", "Performance")
    watch = found.watch
    if watch is None or watch.judgement is None or found.policy is None:
        return Section(title, (Sentence(say("관찰 기록이 없습니다.", "Nothing was watched.")),))
    claims = {claim.key: claim for claim in found.claims}
    limits = {limit.metric: limit for limit in found.policy.limits}
    rows: list[tuple[Cell, ...]] = []
    for finding in watch.judgement.findings:
        if finding.name not in limits:
            continue
        values = [value for sample in watch.samples if (value := values_of(sample.facts).get(finding.name)) is not None]
        limit = limits[Metric(finding.name)]
        low, mean, high = (min(values), sum(values) / len(values), max(values)) if values else (None, None, None)
        rows.append(
            (
                word(say, METRICS, finding.name),
                *(figure(value) for value in (low, mean, high)),
                limit.words,
                word(say, STATES, finding.state),
                claims[f"watch.{finding.name}"],
            )
        )
    headings = (
        say("지표", "Metric"),
        say("최소", "Min"),
        say("평균", "Mean"),
        say("최대", "Max"),
        say("기준", "Limit"),
        say("판정", "State"),
        say("증거", "Evidence"),
    )
    watched = watch.judgement.duration
    words = part_of(say, watched.watched_seconds, watched.planned_seconds)
    first = Sentence(
        say(
            f"{words} 관찰, 측정 {watched.samples}/{watched.planned_samples}회.",
            f"Watched {words}, {watched.samples} of {watched.planned_samples} samples.",
        ),
        claims["watch.duration"],
    )
    return Section(title, (first, table(headings, rows, ""), _processes(say, found, watch.samples)))


def _processes(say: Say, found: Assessment, samples: Sequence[Record]) -> Block:
    sizes: dict[str, list[int]] = {}
    for sample in samples:
        given = sample.facts.get("processes")
        for each in given if isinstance(given, list) else []:
            if isinstance(each, Mapping):
                sizes.setdefault(str(each.get("name")), []).append(int(number(each.get("rss_bytes"))))
    rows: list[tuple[Cell, ...]] = [
        (name, *(f"{size / 2**20:,.0f} MiB" for size in (seen[0], seen[-1], max(seen))), mark(found, f"process.{name}", samples))
        for name, seen in sorted(sizes.items())
    ]
    headings = (say("프로세스", "Process"), say("처음", "First"), say("마지막", "Last"), say("최대", "Max"), say("증거", "Evidence"))
    return table(headings, rows, say("프로세스 크기를 재지 않았습니다.", "Sizes of processes were not measured."))


def feedback(say: Say, found: Assessment) -> Section:
    """What users said, counted by source and kind; calm is only said where everything was read."""
    records = list(found.evidence.of_kind(Kind.FEEDBACK))
    title = say("사용자 의견", "Feedback")
    if not records:
        return Section(
            title,
            (
                Sentence(
                    say("의견을 읽은 기록이 없습니다. 불만이 없었다고 말할 수 없습니다.", "No source was read, so nothing can be said.")
                ),
            ),
        )
    rows: list[tuple[Cell, ...]] = []
    for source in dict.fromkeys(str(record.facts.get("source")) for record in records):
        of_source = [record for record in records if record.facts.get("source") == source]
        kinds = Counter(kind for record in of_source for kind in kinds_in(found.evidence, record))
        was_read = all(record.facts.get("was_read") is True for record in of_source)
        counted = ", ".join(f"{word(say, KINDS, kind)} {count}" for kind, count in sorted(kinds.items())) or "0"
        read_words = say("읽음", "read") if was_read else say("읽지 못함", "NOT read")
        claim = mark(found, f"feedback.{source}", of_source, Outcome.PASSED if was_read else Outcome.FAILED)
        rows.append((word(say, SOURCES, source), read_words, counted, claim))
    claims = {claim.key: claim for claim in found.claims}
    blocks: list[Block] = [
        table((say("곳", "Source"), say("읽음", "Read"), say("종류별 건수", "By kind"), say("증거", "Evidence")), rows, "")
    ]
    if claims["no_complaints"].tick is Tick.HOLDS:
        blocks.append(Sentence(say("불만이 없었습니다.", "There were no complaints."), claims["no_complaints"]))
    else:
        count = sum(complaints(found.evidence, record) for record in records)
        blocks.append(Sentence(say(f"오류 신고나 분류되지 않은 의견 {count}건.", f"{count} reports of faults or unsorted items.")))
    return Section(title, tuple(blocks))


def flow_state(flow: FlowRun | None) -> State:
    """The state of a flow alone."""
    if flow is None or flow.end is None:
        return State.INCONCLUSIVE
    return State.PASS if flow.has_passed else State.FAIL
