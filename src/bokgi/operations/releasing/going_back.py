"""Back to the release before: the same way as forward, to a slot that is still warm or is started anew with the same gates."""

from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.releasing.booting import boot
from bokgi.operations.releasing.site import News, Site
from bokgi.operations.releasing.steps import has_traffic, is_warm
from bokgi.operations.unpacking import checked, tagged_of


def take_back(site: Site, reason: str, *, is_bad: bool) -> bool:
    """Take the release out of traffic and end its slot; False where there is nothing to go back to and it goes on serving.

    is_bad : the release failed, so it is never chosen again
    """
    name, state = site.tagged.name, site.state
    if is_bad:
        site.keep(state.with_bad(name, reason))
    if has_traffic(site) and not go_back(site, state.previous):
        return False
    site.holder.end(name)
    return True


def go_back(site: Site, target: str | None) -> bool:
    """Give the traffic to an earlier release."""
    site.tell(News("rollback"))
    name = site.tagged.name
    if target is None:
        site.log.append(Kind.ROLLBACK, from_tag=site.tagged.tag, to_tag=None, milliseconds=0, outcome=Outcome.FAILED)
        site.tell(News("rollback", Outcome.FAILED, "there is no release to go back to"))
        return False
    tagged = tagged_of(site.folder(target))
    if not is_warm(site, target):
        checked(site.folder(target))
        boot(site, tagged, target)
    done = site.holder.switch(target)
    state = site.state
    previous = name if name not in state.bad else None
    site.keep(type(state)(target, previous, state.bad))
    answer = site.target(target, tagged, is_public=True).asker.get("/api/health")
    said = answer.json()
    is_well = answer.status == 200 and isinstance(said, dict) and said.get("version") == tagged.version
    outcome = Outcome.PASSED if is_well else Outcome.FAILED
    site.log.append(
        Kind.ROLLBACK,
        from_tag=site.tagged.tag,
        to_tag=tagged.tag,
        milliseconds=done.milliseconds,
        outcome=outcome,
        from_slot=done.from_slot,
        to_slot=done.to_slot,
        health_sha256=site.log.keep_body(answer.body),
    )
    site.tell(News("rollback", outcome, f"{tagged.tag}, {done.milliseconds:.0f} ms"))
    return is_well
