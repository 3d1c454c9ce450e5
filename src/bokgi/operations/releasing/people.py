"""What people are told of a release, and where they are listened to: channels, history, notices.

Convention: nothing here stops a release or its way back. What fails is recorded as failed, whatever it was.
"""

import os

from bokgi.errors.base import BokgiError
from bokgi.operations.anchors import push_tag, tell_all
from bokgi.operations.channels import CHANNELS_NAME, Channels, read_channels
from bokgi.operations.feedback.reading import words_of
from bokgi.operations.host_folder import PLANNED_NAME, HostFolder
from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.release_log import attempts
from bokgi.operations.releasing.planned import read_planned
from bokgi.operations.releasing.site import Site


def channels_of(host: HostFolder) -> Channels:
    """The ways to people of this host.

    Raises
    ------
    ChannelRefused
    """
    return read_channels(host.root / CHANNELS_NAME, {**os.environ, **host.settings.variables})


def record_history(site: Site) -> None:
    """Releases that were made and that are planned, as they are known now."""
    made = [
        {"tag": attempt.tagged.tag, "commit": attempt.tagged.commit, "at": attempt.begun.at.date().isoformat(), "outcome": attempt.outcome}
        for attempt in attempts(site.host.evidence)
        if attempt.folder != site.log.folder
    ]
    facts: dict[str, object] = {"planned": []}
    try:
        planned = read_planned(site.host.root / PLANNED_NAME)
        facts["planned"] = [
            {"tag": each.tag, "day": None if each.day is None else each.day.isoformat(), "words": each.words} for each in planned
        ]
    except BokgiError as error:
        facts["problem"] = words_of(error)
    site.log.append(Kind.HISTORY, releases=made, **facts)


def tell_people(site: Site, subject: str) -> None:
    """Notices with the head of the evidence, and a tag that is pushed; whatever of it fails is recorded and stops nothing."""
    try:
        channels = channels_of(site.host)
        tell_all(site.log, channels.ways(), subject, f"{site.tagged.tag} {site.tagged.commit}")
        if channels.pushes_tags:
            push_tag(site.log, site.host.root / "repository.git", site.host.settings.repository, site.tagged.tag, site.tagged.commit)
    except Exception as error:  # noqa: BLE001  # a notice never stops a release, whatever is wrong with it
        facts = {"outcome": Outcome.FAILED, "problem": words_of(error)}
        site.log.append(Kind.ANCHOR, where=CHANNELS_NAME, head=site.log.head, count=site.log.count, **facts)
