"""The analysis of a month: what all daily checks and watches of this host recorded, beside the month before.

Convention: a month ends with today and begins on the same day of the month before. Fewer days than are enough are said to be too few;
nothing is computed from them and nothing passes.
"""

from calendar import monthrange
from datetime import date, datetime, timedelta

from bokgi.operations.host_looks import read_looks
from bokgi.operations.performance import ENOUGH_DAYS, Standing, analysed
from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.releasing.people import tell_people
from bokgi.operations.releasing.site import News, Site
from bokgi.operations.report.words import SEOUL

OUTCOMES = {Standing.WELL: Outcome.PASSED, Standing.BROKEN: Outcome.FAILED}
"""What somebody must look at, and what too few days show, has not passed."""


def review_month(site: Site, now: datetime) -> Outcome:
    """Compare the month with the one before, record it, and tell people."""
    today = now.astimezone(SEOUL).date()
    since, until = month_before(today), today + timedelta(days=1)
    before = month_before(since)
    read = read_looks(site.host.evidence, site.signer.public_key, before, until)
    analysis = analysed(read.between(before, since), read.between(since, until), site.policy)
    outcome = OUTCOMES.get(analysis.standing, Outcome.NOT_CHECKED)
    site.log.append(
        Kind.MONTHLY,
        day=today.isoformat(),
        outcome=outcome,
        standing=analysis.standing,
        enough_days=ENOUGH_DAYS,
        periods={"before": [before.isoformat(), since.isoformat()], "now": [since.isoformat(), until.isoformat()]},
        figures=[figure.to_json() for figure in analysis.figures],
        sources=list(read.sources),
    )
    site.seal("monthly")
    notable = [f"{figure.name} {figure.standing}" for figure in analysis.figures if figure.standing is not Standing.WELL]
    site.tell(News("monthly", outcome, ", ".join(notable)))
    tell_people(site, f"{site.tagged.tag}: month {analysis.standing}")
    site.seal("notice")
    return outcome


def month_before(day: date) -> date:
    """The same day of the month before, or the last of that month."""
    last = day.replace(day=1) - timedelta(days=1)
    return last.replace(day=min(day.day, monthrange(last.year, last.month)[1]))
