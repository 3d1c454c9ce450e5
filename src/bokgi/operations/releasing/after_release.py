"""After a release: the check of each day, and the review of the week beside the day of the release.

Convention: a day is one of the exchange's country. A check is made for today alone; a day without one stays missed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import fmean
from typing import Any

from bokgi.operations.evidence_log import Record
from bokgi.operations.judge import LOG_AGREEMENT
from bokgi.operations.log_agreement import log_agrees
from bokgi.operations.log_keeping import keep_logs
from bokgi.operations.policy import Metric, Policy, Weight, values_of
from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.release_feedback import record_feedback
from bokgi.operations.release_log import read_attempt
from bokgi.operations.releasing.people import tell_people
from bokgi.operations.releasing.site import News, Site
from bokgi.operations.releasing.watch_release import subject_of
from bokgi.operations.report import Assessment, assessed
from bokgi.operations.report.assessment import Watched, deciding
from bokgi.operations.report.week import MISSED, days_of
from bokgi.operations.report.words import SEOUL
from bokgi.operations.verification import verified
from bokgi.operations.watch import Subject
from bokgi.operations.watch.logged import counted_since
from bokgi.operations.watch.machine import CpuMeter
from bokgi.operations.watch.sampling import Sampler
from bokgi.operations.watch.written_log import ERRORS, NOT_FOUND, SERVER_ERRORS, UNREADABLE, WARNINGS

CPU_SECONDS = 2.0
WORSE = 2.0
"""A mean of the week that is so many times that of the release day is called worse."""
COMPARED = (Metric.CPU, Metric.MEMORY, Metric.DISK, Metric.API_TIME)
_LOGGED = {
    Metric.SERVER_ERRORS: (SERVER_ERRORS,),
    Metric.NOT_FOUND: (NOT_FOUND,),
    Metric.LOG_ERRORS: (ERRORS, UNREADABLE),
    Metric.LOG_WARNINGS: (WARNINGS,),
}


def check_day(site: Site, now: datetime) -> Outcome:
    """The user's flow, one measurement, the log since the last check, feedback; recorded and sealed."""
    since = _last_look(site)
    flow = site.smoke(site.tagged.name, site.tagged, "daily", is_public=True)
    subject = subject_of(site)
    facts = _measured(subject)
    logged = counted_since(subject.log_files, since)
    values = {**values_of(facts), **{metric.value: float(sum(logged[name] for name in names)) for metric, names in _LOGGED.items()}}
    were_read = record_feedback(site.log, subject.feedback)
    broken, unmeasured = broken_limits(site.policy, values)
    unmeasured += [] if log_agrees([facts]) else [LOG_AGREEMENT]
    outcome = _outcome(flow, broken, unmeasured)
    seen = {"flow": flow, "broken": broken, "unmeasured": unmeasured, "feedback_read": were_read, "log": dict(logged)}
    site.log.append(
        Kind.DAILY,
        day=now.astimezone(SEOUL).date().isoformat(),
        outcome=outcome,
        seen=seen,
        values=values,
        results=facts.get("results"),
        own_figures=facts.get("own_figures"),
        small_run=facts.get("small_run"),
        logs=[deed.deed for deed in keep_logs(site.host.settings.home / "logs", now)],
    )
    site.seal("daily")
    site.tell(News("daily", outcome, ", ".join([*broken, *unmeasured])))
    if outcome is not Outcome.PASSED:
        tell_people(site, f"{site.tagged.tag}: daily check {outcome}")
        site.seal("notice")
    return outcome


def _last_look(site: Site) -> datetime:
    """When the log was looked at before: at the last check, or at the switch."""
    attempt = read_attempt(site.log.folder)
    assert attempt is not None  # the log that is being written holds its beginning
    looks = [record.at for record in attempt.records if record.kind in (Kind.BEGUN, Kind.SWITCH, Kind.WATCH_ENDED, Kind.DAILY)]
    return looks[-1]


def _measured(subject: Subject) -> Mapping[str, Any]:
    with CpuMeter(CPU_SECONDS) as cpu:
        sampler = Sampler(subject, cpu)
        cpu.wait_for_one(CPU_SECONDS * 2)
        return sampler.facts()


def broken_limits(policy: Policy, values: Mapping[str, float | None]) -> tuple[list[str], list[str]]:
    """Metrics beyond a limit that is not only a warning, and those that were not measured."""
    known = {limit: values.get(limit.metric) for limit in policy.limits}
    broken = [
        limit.metric.value
        for limit, value in known.items()
        if value is not None and limit.weight is not Weight.WARN and not limit.is_kept(value)
    ]
    return broken, [limit.metric.value for limit, value in known.items() if value is None]


def _outcome(flow: Outcome, broken: Sequence[str], unmeasured: Sequence[str]) -> Outcome:
    if flow is Outcome.FAILED or broken:
        return Outcome.FAILED
    return Outcome.NOT_CHECKED if unmeasured or flow is Outcome.NOT_CHECKED else Outcome.PASSED


def review_week(site: Site, now: datetime) -> Outcome:
    """Compare the week with the release day, by what was recorded of both."""
    found = assessed(verified(site.log.folder, site.signer.public_key))
    days = days_of(found)
    failed = [day.day for day in days if day.outcome == Outcome.FAILED]
    open_days = [day.day for day in days if day.outcome not in (Outcome.PASSED, Outcome.FAILED)]
    baseline = release_day(found)
    samples = () if baseline is None else baseline.samples
    compared = [_compared(metric, samples, found.records(Kind.DAILY)) for metric in COMPARED]
    worse = [row["name"] for row in compared if row["week"] is not None and row["release_day"] and row["week"] > WORSE * row["release_day"]]
    outcome = outcome_of_week(failed, [*open_days, *worse], compared)
    missed = [day.day for day in days if day.outcome == MISSED]
    day = now.astimezone(SEOUL).date().isoformat()
    site.log.append(Kind.WEEKLY, day=day, outcome=outcome, compared=compared, failed=failed, missed=missed, worse=worse)
    site.seal("weekly")
    site.tell(News("weekly", outcome, ", ".join([*failed, *missed, *worse])))
    tell_people(site, f"{site.tagged.tag}: week {outcome}")
    site.seal("notice")
    return outcome


def outcome_of_week(failed: Sequence[str], open_points: Sequence[str], compared: Sequence[Mapping[str, Any]]) -> Outcome:
    """A week with nothing to compare it with, or with figures that somebody must look at, has not passed."""
    if failed:
        return Outcome.FAILED
    is_compared = all(row["week"] is not None and row["release_day"] is not None for row in compared)
    return Outcome.PASSED if is_compared and not open_points else Outcome.NOT_CHECKED


def release_day(found: Assessment) -> Watched | None:
    """The watch of the release day: of the release itself, or else the first that was made by hand; later ones are no baseline."""
    ended = found.first(Kind.ENDED)
    own = [watch for watch in found.watches if ended is not None and watch.begun.seq < ended.seq]
    return deciding(own or found.watches[:1])


def _compared(metric: Metric, samples: Sequence[Record], checks: Sequence[Record]) -> dict[str, Any]:
    before, after = _mean(metric, samples), _mean(metric, checks)
    return {"name": metric.value, "release_day": before, "week": after}


def _mean(metric: Metric, records: Sequence[Record]) -> float | None:
    values = [value for record in records if (value := values_of(record.facts).get(metric.value)) is not None]
    return round(fmean(values), 4) if values else None
