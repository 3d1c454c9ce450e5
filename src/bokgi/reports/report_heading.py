"""What every paper on a result says above its figures: title, period, data, parameters, and what must be known before reading on.

Convention: plain text, never markup; texts from outside are made printable.
"""

from dataclasses import dataclass

from bokgi.errors.base import Language
from bokgi.reports.formats import printable
from bokgi.reports.run_record import RunRecord


@dataclass(frozen=True, slots=True)
class Words:
    title: str
    more: str
    faults_title: str
    no_faults: str
    synthetic: str
    partial: str
    sessions: str
    footer: str


WORDS = {
    Language.KOREAN: Words(
        title="백테스트 결과",
        more="위험과 비율",
        faults_title="자료에 관해 알아둘 점",
        no_faults="자료에서 찾은 문제가 없습니다.",
        synthetic="합성 자료로 실행한 결과입니다. 실제 시세가 아닙니다.",
        partial="중간에 취소된 백테스트입니다. 완료된 부분만 들어 있습니다.",
        sessions="거래일",
        footer="수익률·위험 지표의 정의는 docs/metrics.md, 체결과 비용의 규칙은 docs/semantics.md에 있습니다.",
    ),
    Language.ENGLISH: Words(
        title="Backtest result",
        more="Risk and ratios",
        faults_title="What to know about the data",
        no_faults="Nothing wrong was found in the data.",
        synthetic="This result comes from synthetic data. These are no real prices.",
        partial="This backtest was cancelled on its way. Only what was completed is here.",
        sessions="sessions",
        footer="docs/metrics.md defines the figures, docs/semantics.md the fills and costs.",
    ),
}


@dataclass(frozen=True, slots=True)
class Heading:
    """What every paper says first: title, what it is about, warnings."""

    name: str
    about: str
    warnings: tuple[str, ...]


def heading(record: RunRecord, language: Language) -> Heading:
    """Return the heading of a result."""
    words, days = WORDS[language], record.panel.sessions.day
    parameters = ", ".join(f"{name} {value}" for name, value in dict(record.request.get("strategy_params") or {}).items())
    period = f"{days[0]} ~ {days[-1]} ({len(days):,} {words.sessions})" if len(days) else ""
    parts = (record.backtest_id or "", period, record.facts.interval, ", ".join(record.facts.sources), parameters)
    warnings = [words.synthetic] if record.facts.synthetic else []
    warnings += [words.partial] if record.partial else []
    about = " · ".join(printable(text) for text in parts if text)
    return Heading(printable(str(record.request.get("strategy", ""))), about, tuple(warnings))
