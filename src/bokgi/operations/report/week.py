"""The week after a release: one check a day for seven days; a day without one is missed, and nothing makes it up.

Convention: days are those of the exchange's country. The release day is day 0; a day counts as missed once something later than it was
recorded, so that the report depends on the evidence alone and never on the hour at which it is made.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from bokgi.operations.evidence_log import Record
from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.report.assessment import Assessment, mark
from bokgi.operations.report.document import Block, Cell, Say, Section, Sentence, table
from bokgi.operations.report.schedules import later_looks
from bokgi.operations.report.words import OUTCOMES, SEOUL, figure, plain, word

DAYS = 7
MISSED, TO_COME = "missed", "to_come"
_WORST = (Outcome.FAILED, Outcome.NOT_CHECKED, Outcome.PASSED)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the week with all checks of it; the worst of them is the day's."""

    day: str
    outcome: str
    records: tuple[Record, ...]


def days_of(found: Assessment) -> list[Day]:
    """The seven days, as the evidence has them."""
    start = found.first(Kind.SWITCH) or found.first(Kind.BEGUN)
    if start is None:
        return []
    first, last = _day_of(start), _day_of(found.evidence.records[-1])
    checks: dict[str, list[Record]] = {}
    for record in found.evidence.of_kind(Kind.DAILY):
        checks.setdefault(str(record.facts.get("day")), []).append(record)
    days = [first + timedelta(days=number) for number in range(1, DAYS + 1)]
    return [_day(found, day, tuple(checks.get(day.isoformat(), ())), last) for day in days]


def _day(found: Assessment, day: date, records: tuple[Record, ...], last: date) -> Day:
    """A check that is not believed is no check; one that was made again does not undo the one before."""
    believed = [record for record in records if found.evidence.is_believed(record)]
    outcomes = [str(record.facts["outcome"]) for record in believed]
    if not outcomes:
        return Day(day.isoformat(), MISSED if day < last else TO_COME, ())
    return Day(day.isoformat(), next(worst for worst in (*_WORST, outcomes[0]) if worst in outcomes), records)


def _day_of(record: Record) -> date:
    return record.at.astimezone(SEOUL).date()


def week(say: Say, found: Assessment) -> Section:
    """Each day with its check, the weekly review beside the release day, and what was looked at each month and quarter."""
    rows: list[tuple[Cell, ...]] = []
    for day in days_of(found):
        if not day.records:
            words = say("놓침", "MISSED") if day.outcome == MISSED else say("아직 아님", "still to come")
            rows.append((day.day, words, "", ""))
            continue
        rows.append(
            (
                day.day,
                word(say, OUTCOMES, day.outcome),
                plain(day.records[-1].facts.get("seen")),
                mark(found, f"day.{day.day}", day.records, day.outcome),
            )
        )
    blocks: list[Block] = [
        table(
            (say("날짜", "Day"), say("결과", "Outcome"), say("확인한 값", "Seen"), say("증거", "Evidence")),
            rows,
            say("배포가 시작되지 않았습니다.", "No release was begun."),
        )
    ]
    for record in found.records(Kind.WEEKLY):
        blocks.append(
            Sentence(
                say(f"주간 평가({record.facts['day']}):", f"Weekly review ({record.facts['day']}):"),
                mark(found, f"weekly.{record.seq}", [record], record.facts["outcome"]),
            )
        )
        compared = [each for each in record.facts["compared"] if isinstance(each, dict)]
        figures = [(str(each.get("name")), figure(each.get("release_day")), figure(each.get("week"))) for each in compared]
        blocks.append(table((say("지표", "Metric"), say("배포일", "Release day"), say("한 주", "Week")), figures, ""))
    return Section(say("배포 후 한 주", "The week after"), (*blocks, *later_looks(say, found)))
