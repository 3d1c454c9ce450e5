"""What is looked at each month and each quarter, in the report of the release that served then; nothing where nothing was looked at."""

from collections.abc import Iterator, Mapping
from typing import Any

from bokgi.operations.evidence_log import Record
from bokgi.operations.record_kinds import Kind
from bokgi.operations.report.assessment import Assessment, mark
from bokgi.operations.report.document import Block, Cell, Say, Sentence, table
from bokgi.operations.report.words import FIGURES, OUTCOMES, SECURITY, STANDINGS, TRENDS, figure, plain, word


def later_looks(say: Say, found: Assessment) -> Iterator[Block]:
    """Each analysis of a month, and each security check, with its figures."""
    for record in found.records(Kind.MONTHLY):
        yield from _month(say, found, record)
    for record in found.records(Kind.QUARTERLY):
        yield from _quarter(say, found, record)


def _month(say: Say, found: Assessment, record: Record) -> Iterator[Block]:
    facts = record.facts
    standing = word(say, STANDINGS, facts["standing"])
    words = say(f"월간 성능 분석({facts['day']}): {standing}.", f"Performance of the month ({facts['day']}): {standing}.")
    yield Sentence(words, mark(found, f"monthly.{record.seq}", [record], facts["outcome"]))
    rows: list[tuple[Cell, ...]] = [_figure_row(say, each) for each in _mappings(facts["figures"])]
    headings = (
        say("지표", "Figure"),
        say("전달", "Month before"),
        say("이번 달", "This month"),
        say("날 수", "Days"),
        say("추세", "Trend"),
        say("판정", "Standing"),
    )
    yield table(headings, rows, "")


def _figure_row(say: Say, each: Mapping[str, Any]) -> tuple[Cell, ...]:
    full = each.get("full_in_days")
    trend = word(say, TRENDS, each.get("trend"))
    if full is not None:
        trend += say(f", 약 {full}일 뒤 기준 도달", f", at its limit in about {full} days")
    return (
        word(say, FIGURES, each.get("name")),
        figure(each.get("before")),
        figure(each.get("now")),
        f"{each.get('days_before')} / {each.get('days')}",
        trend,
        word(say, STANDINGS, each.get("standing")),
    )


def _quarter(say: Say, found: Assessment, record: Record) -> Iterator[Block]:
    facts = record.facts
    outcome = word(say, OUTCOMES, facts["outcome"])
    words = say(f"분기 보안 점검({facts['day']}): {outcome}.", f"Security check of the quarter ({facts['day']}): {outcome}.")
    yield Sentence(words, mark(found, f"quarterly.{record.seq}", [record], facts["outcome"]))
    rows: list[tuple[Cell, ...]] = [
        (
            word(say, SECURITY, each.get("name")),
            word(say, OUTCOMES, each.get("outcome")),
            _seen(each.get("seen")),
            mark(found, f"quarterly.{record.seq}.{each.get('name')}", [record], each.get("outcome")),
        )
        for each in _mappings(facts["checks"])
    ]
    yield table((say("점검", "Check"), say("결과", "Outcome"), say("확인한 것", "Seen"), say("증거", "Evidence")), rows, "")


def _seen(seen: object) -> str:
    """What is wrong or why nobody looked, before anything else."""
    if not isinstance(seen, Mapping):
        return plain(seen)
    if seen.get("why"):
        return plain(seen["why"])
    return plain(seen["problems"]) if seen.get("problems") else plain({name: each for name, each in seen.items() if name != "problems"})


def _mappings(given: object) -> list[Mapping[str, Any]]:
    return [each for each in given if isinstance(each, Mapping)] if isinstance(given, list) else []
