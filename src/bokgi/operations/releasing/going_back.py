"""Back to the release before: the same way as forward, to a slot that is still warm or is started anew with the same gates."""

from contextlib import suppress
from typing import Any

from bokgi.errors.base import BokgiError
from bokgi.errors.releases import HolderRefused
from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.releasing.booting import boot, check_unpacked
from bokgi.operations.releasing.site import News, Site
from bokgi.operations.releasing.steps import has_traffic, is_warm
from bokgi.operations.repository import Tagged
from bokgi.operations.unpacking import tagged_of

NOWHERE = "there is no release to go back to"


def take_back(site: Site, reason: str, *, is_bad: bool) -> bool:
    """Take the release out of traffic and end its slot; False where nothing could take its place and it goes on serving.

    is_bad : the release failed, so it is never chosen again
    """
    name, is_serving = site.tagged.name, has_traffic(site)
    state = site.state.with_current(name) if is_serving else site.state  # a switch may have come without its note
    site.keep(state.with_bad(name, reason) if is_bad else state)
    if is_serving:
        go_back(site, site.state.previous)
        if has_traffic(site):
            return False
    site.holder.end(name)
    return True


def go_back(site: Site, target: str | None) -> bool:
    """Give the traffic to an earlier release; False where that failed, or where it answers and is not well."""
    site.tell(News("rollback"))
    if target is None:
        return _failed(site, None, NOWHERE)
    try:
        tagged = tagged_of(site.folder(target))
        problem = _unready(site, tagged, target)
        return _failed(site, tagged.tag, problem) if problem else _switched(site, tagged, target)
    except BokgiError as error:
        return _failed(site, target.rsplit("-", 1)[0], str(error))


def _unready(site: Site, tagged: Tagged, target: str) -> str:
    """Why the earlier release cannot take traffic; empty where it can."""
    if is_warm(site, target):
        return ""
    check_unpacked(site, target)
    return boot(site, tagged, target).problem


def _switched(site: Site, tagged: Tagged, target: str) -> bool:
    name, done = site.tagged.name, site.holder.switch(target)
    if name != target:
        with suppress(HolderRefused):
            site.holder.rest(name)
    state = site.state
    site.keep(type(state)(target, name if name not in state.bad else None, state.bad))
    answer = site.target(target, tagged, is_public=True).asker.get("/api/health")
    said = answer.json()
    is_well = answer.status == 200 and isinstance(said, dict) and said.get("version") == tagged.version
    health = site.log.keep_body(answer.body)
    slots = {"from_slot": done.from_slot, "to_slot": done.to_slot, "health_sha256": health}
    _record(site, tagged.tag, Outcome.PASSED if is_well else Outcome.FAILED, done.milliseconds, **slots)
    site.tell(News("rollback", Outcome.PASSED if is_well else Outcome.FAILED, f"{tagged.tag}, {done.milliseconds:.0f} ms"))
    return is_well


def _failed(site: Site, to_tag: str | None, problem: str) -> bool:
    _record(site, to_tag, Outcome.FAILED, 0, problem=problem)
    site.tell(News("rollback", Outcome.FAILED, problem))
    return False


def _record(site: Site, to_tag: str | None, outcome: Outcome, milliseconds: float, **more: Any) -> None:
    site.log.append(Kind.ROLLBACK, from_tag=site.tagged.tag, to_tag=to_tag, milliseconds=milliseconds, outcome=outcome, **more)
