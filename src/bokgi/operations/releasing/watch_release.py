"""The watch of a release that has traffic: its subject put together from the host.

Convention: between a broken limit and the way back stands nothing but the verdict; people are told afterwards.
"""

import threading
from datetime import date, datetime

import psutil

from bokgi.errors.base import BokgiError
from bokgi.operations.channels import CHANNELS_NAME, Channels
from bokgi.operations.evidence_log import Record
from bokgi.operations.feedback.reading import ClosedSource, FeedbackSource, words_of
from bokgi.operations.judge import Judgement
from bokgi.operations.policy import values_of
from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.release_feedback import read_up_to
from bokgi.operations.release_log import Attempt, read_attempt
from bokgi.operations.releasing.people import channels_of
from bokgi.operations.releasing.release import ENDINGS, Ending, Wanted
from bokgi.operations.releasing.site import News, Site
from bokgi.operations.watch import Subject, watch
from bokgi.operations.watch.kept_results import recorded_results
from bokgi.operations.watch.logged import removed_since
from bokgi.operations.watch.result_folders import recorded_gone

SHOWN = ("cpu_percent", "memory_percent", "disk_percent", "api_seconds", "server_errors", "lost_results")


def watch_release(site: Site, wanted: Wanted) -> Ending:
    """Watch for the wanted time; the verdict decides how the release ends."""
    site.tell(News("watch"))
    has_died = threading.Event()
    judgement = watched(site, wanted.for_seconds, wanted.every_seconds, has_died)
    return Ending.FAILED if has_died.is_set() else ENDINGS[judgement.state]


def watched(site: Site, for_seconds: float, every_seconds: float, has_died: threading.Event | None = None) -> Judgement:
    """Watch and tell each sample.

    has_died : set when the slot died, which ends the watch: another slot stands in then, and answers well
    """

    def tell(sample: Record) -> None:
        values = values_of(sample.facts)
        words = ", ".join(f"{name} {values[name]:g}" for name in SHOWN if values.get(name) is not None)
        site.tell(News("sample", None, f"{sample.facts['number']}: {words}"))
        if has_died is not None and not _has_lived(site):
            has_died.set()

    seconds = {"for_seconds": for_seconds, "every_seconds": every_seconds}
    return watch(subject_of(site), site.policy, site.log, **seconds, on_sample=tell, stop=has_died)


def _has_lived(site: Site) -> bool:
    """Whether the slot has never died; a death is recorded."""
    slot = site.holder.report().slots.get(site.tagged.name)
    if slot is not None and not slot.deaths:
        return True
    words = "" if slot is None else slot.last_words[-300:]
    site.log.append(Kind.CHECK, name="slot_lives", outcome=Outcome.FAILED, seen={"problem": f"the slot died: {words}".strip()})
    return False


def subject_of(site: Site) -> Subject:
    """The release that has traffic, as the watch sees it."""
    home, name = site.host.settings.home, site.tagged.name
    records_url = site.records_url
    attempt = read_attempt(site.log.folder)
    assert attempt is not None  # the log that is being written holds its beginning
    return Subject(
        site.target(name, site.tagged, is_public=True),
        _processes(site),
        [home, site.host.root],
        [home / "logs"],
        home=home,
        records_url=records_url,
        feedback=_sources(site, records_url),
        recorded=recorded_results(attempt.records),
        gone=recorded_gone(attempt.records),
        removed=removed_since([home / "logs"], attempt.begun.at),
        unwatched_since=_unwatched_since(attempt),
    )


def _sources(site: Site, records_url: str | None) -> list[FeedbackSource]:
    """Everything that feedback is read from; where the file of the channels cannot be used, a source that says so."""
    day, before = _day(site), _read_before(site)
    try:
        return channels_of(site.host).sources(records_url, day, before)
    except BokgiError as error:
        own = Channels({}, {}).sources(records_url, day, before)
        return [*own, ClosedSource(CHANNELS_NAME, words_of(error))]


def _unwatched_since(attempt: Attempt) -> datetime | None:
    """When somebody looked last in a release that has not ended: at the switch, or at the last sample before an interruption."""
    looks = [record.at for record in attempt.records if record.kind in (Kind.SWITCH, Kind.SAMPLE)]
    return looks[-1] if looks and attempt.outcome is None else None


def _processes(site: Site) -> dict[str, int]:
    """The holder and every slot with its worker."""
    report = site.holder.report()
    found = {"holder": report.pid}
    for slot in report.slots.values():
        if slot.pid:
            found[slot.name] = slot.pid
            try:
                children = psutil.Process(slot.pid).children()
            except psutil.Error:
                continue
            found |= {f"{slot.name} worker": child.pid for child in children[:1]}
    return found


def _day(site: Site) -> date:
    begun = read_attempt(site.log.folder)
    assert begun is not None  # the log that is being written holds its beginning
    return begun.begun.at.date()


def _read_before(site: Site) -> dict[str, str]:
    attempt = read_attempt(site.log.folder)
    return {} if attempt is None else read_up_to(attempt.records)
