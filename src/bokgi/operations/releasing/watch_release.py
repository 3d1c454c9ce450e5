"""The watch of a release that has traffic: its subject put together from the host, and what is told to people when it has ended.

Convention: history and plans are recorded before the watch ends, so that its seal covers them; the head is anchored behind that.
"""

import os
import threading
from datetime import date, datetime

import psutil

from bokgi.config.settings import Settings
from bokgi.errors.observation import ChannelRefused
from bokgi.operations.anchors import push_tag, tell_all
from bokgi.operations.channels import CHANNELS_NAME, Channels, read_channels
from bokgi.operations.evidence_log import Record
from bokgi.operations.host_folder import PLANNED_NAME
from bokgi.operations.judge import Judgement, State
from bokgi.operations.policy import values_of
from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.release_feedback import read_up_to
from bokgi.operations.release_log import Attempt, attempts, read_attempt
from bokgi.operations.releasing.planned import read_planned
from bokgi.operations.releasing.release import Ending, Wanted
from bokgi.operations.releasing.site import News, Site
from bokgi.operations.watch import Subject, watch
from bokgi.operations.watch.kept_results import recorded_results
from bokgi.operations.watch.logged import removed_since

ENDINGS = {State.PASS: Ending.PASSED, State.WARN: Ending.PASSED, State.INCONCLUSIVE: Ending.INCONCLUSIVE, State.FAIL: Ending.FAILED}
SHOWN = ("cpu_percent", "memory_percent", "disk_percent", "api_seconds", "server_errors", "lost_results")


def watch_release(site: Site, wanted: Wanted) -> Ending:
    """Watch for the wanted time; the verdict decides how the release ends."""
    site.tell(News("watch"))
    has_died = threading.Event()
    judgement = watched(site, wanted.for_seconds, wanted.every_seconds, has_died)
    record_history(site)
    site.tell(News("watch", _outcome(judgement.state), judgement.state.name))
    tell_people(site, f"{site.tagged.tag}: {judgement.state.name}")
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


def _outcome(state: State) -> Outcome:
    if state is State.INCONCLUSIVE:
        return Outcome.NOT_CHECKED
    return Outcome.FAILED if state is State.FAIL else Outcome.PASSED


def subject_of(site: Site) -> Subject:
    """The release that has traffic, as the watch sees it."""
    home, name = site.host.settings.home, site.tagged.name
    environment = {**os.environ, **site.host.settings.variables, "BOKGI_HOME": str(home)}
    records_url = Settings.from_environment(environment).records_url
    attempt = read_attempt(site.log.folder)
    assert attempt is not None  # the log that is being written holds its beginning
    return Subject(
        site.target(name, site.tagged, is_public=True),
        _processes(site),
        [home, site.host.root],
        [home / "logs"],
        home=home,
        records_url=records_url,
        feedback=channels_of(site).sources(records_url, _day(site), _read_before(site)),
        recorded=recorded_results(attempt.records),
        removed=removed_since([home / "logs"], attempt.begun.at),
        unwatched_since=_unwatched_since(attempt),
    )


def _unwatched_since(attempt: Attempt) -> datetime | None:
    """When somebody looked last in a release that has not ended: at the switch, or at the last sample before an interruption."""
    looks = [record.at for record in attempt.records if record.kind in (Kind.SWITCH, Kind.SAMPLE)]
    return looks[-1] if looks and attempt.outcome is None else None


def channels_of(site: Site) -> Channels:
    """The ways to people of this host.

    Raises
    ------
    ChannelRefused
    """
    return read_channels(site.host.root / CHANNELS_NAME, {**os.environ, **site.host.settings.variables})


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


def record_history(site: Site) -> None:
    """Releases that were made and that are planned, as they are known now."""
    made = [
        {"tag": attempt.tagged.tag, "commit": attempt.tagged.commit, "at": attempt.begun.at.date().isoformat(), "outcome": attempt.outcome}
        for attempt in attempts(site.host.evidence)
        if attempt.folder != site.log.folder
    ]
    planned = [
        {"tag": each.tag, "day": None if each.day is None else each.day.isoformat(), "words": each.words}
        for each in read_planned(site.host.root / PLANNED_NAME)
    ]
    site.log.append(Kind.HISTORY, releases=made, planned=planned)


def tell_people(site: Site, subject: str) -> None:
    """Notices with the head of the evidence, and a tag that is pushed; whatever of it fails is recorded and stops nothing."""
    try:
        channels = channels_of(site)
        tell_all(site.log, channels.ways(), subject, f"{site.tagged.tag} {site.tagged.commit}")
    except ChannelRefused as error:
        site.log.append(
            Kind.ANCHOR, where=CHANNELS_NAME, head=site.log.head, count=site.log.count, outcome=Outcome.FAILED, problem=str(error)
        )
        return
    if channels.pushes_tags:
        push_tag(site.log, site.host.root / "repository.git", site.host.settings.repository, site.tagged.tag, site.tagged.commit)
