"""What a release does after its plan: unpack, boot, smoke, switch, smoke in public, retire.

Convention: a step gives the reason why the release cannot go on, or an empty text.
"""

import time
from collections.abc import Container

from bokgi.errors.releases import HolderAbsent
from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.releasing.booting import boot, check_unpacked, recorded_manifest
from bokgi.operations.releasing.plan import TRIAL, current_tagged, plan
from bokgi.operations.releasing.pruning import prune
from bokgi.operations.releasing.site import News, Site
from bokgi.operations.slots.control import Switched
from bokgi.operations.slots.slot_state import Phase
from bokgi.operations.unpacking import unpacked


def make_plan(site: Site) -> str:
    """All gates."""
    return "" if plan(site) else "the plan found what must be mended first"


def unpack(site: Site) -> str:
    """Code, pages and environment on the disk, with the list of what differs from the live release."""
    site.tell(News("unpack"))
    recorded = recorded_manifest(site.host, site.tagged.name)
    release = unpacked(site.host, site.repository, site.tagged, None if recorded is None else recorded[0])
    current = current_tagged(site)
    changed = [] if current is None else list(site.repository.changed(current.commit, site.tagged.commit))
    sha256 = site.log.keep_body(release.manifest)
    site.log.append(Kind.MANIFEST, files=len(release.files), manifest_sha256=sha256, changed=changed)
    site.tell(News("unpack", Outcome.PASSED, f"{len(release.files)} files, {len(changed)} changed"))
    return ""


def boot_release(site: Site) -> str:
    """The slot of the release, in private; its files are hashed again first."""
    check_unpacked(site, site.tagged.name)
    return boot(site, site.tagged, site.tagged.name).problem


def smoke_in_private(site: Site) -> str:
    """The user's flow, before any user meets the release."""
    outcome = site.smoke(site.tagged.name, site.tagged, "private")
    return "" if outcome is Outcome.PASSED else f"the smoke test in private {outcome}"


def switch(site: Site) -> str:
    """The release takes the traffic."""
    site.tell(News("switch"))
    done = _switched(site)
    site.keep(site.state.with_current(site.tagged.name))
    site.log.append(Kind.SWITCH, from_slot=done.from_slot, to_slot=done.to_slot, milliseconds=done.milliseconds, pids=dict(done.pids))
    site.tell(News("switch", Outcome.PASSED, f"{done.milliseconds:.0f} ms"))
    return ""


def _switched(site: Site) -> Switched:
    """Give the order; where its answer was lost, the switch may stand all the same."""
    name, began = site.tagged.name, time.monotonic()
    try:
        return site.holder.switch(name)
    except HolderAbsent:
        if not has_traffic(site):
            raise
        return Switched(site.state.current, name, round((time.monotonic() - began) * 1000, 1), {})


def smoke_in_public(site: Site) -> str:
    """The same flow at the public address."""
    outcome = site.smoke(site.tagged.name, site.tagged, "public", is_public=True)
    return "" if outcome is Outcome.PASSED else f"the smoke test in public {outcome}"


def retire(site: Site) -> str:
    """End the slots of all releases before, which stay on the disk, and remove what is past its time."""
    _end_slots(site, {site.state.current})
    for name in prune(site.host):
        site.log.append(Kind.RETIRED, slot=name, removed=True)
    return ""


def retire_strays(site: Site) -> None:
    """End every slot but that of the release that serves and that of the one before it, which stays warm."""
    _end_slots(site, {site.state.current, site.state.previous})


def _end_slots(site: Site, kept: Container[str | None]) -> None:
    report = site.holder.report()
    for name in report.slots:
        if name not in kept and name != report.wanted:
            site.tell(News("retire"))
            site.holder.end(name)
            site.log.append(Kind.RETIRED, slot=name)
            site.tell(News("retire", Outcome.PASSED, name))


def has_traffic(site: Site) -> bool:
    """Whether the release is the one that takes traffic, or is to take it."""
    return site.holder.report().wanted == site.tagged.name


def end_trials(site: Site) -> None:
    """End slots that were only started to see whether they start."""
    for name in site.holder.report().slots:
        if name.endswith(TRIAL):
            site.holder.end(name)


def is_warm(site: Site, slot: str) -> bool:
    """Whether a slot could take traffic at once."""
    report = site.holder.report().slots.get(slot)
    return report is not None and report.phase in (Phase.STANDBY, Phase.TAKING)
