"""A rollback by hand: the way back, then the user's flow at what serves again.

Convention: the way back is recorded and sealed before anything else is looked at. A flow that fails afterwards undoes nothing, for the
release that was left may be worse: it is recorded, told, and for a person to decide.
"""

from dataclasses import dataclass

from bokgi.errors.base import BokgiError
from bokgi.operations.record_kinds import Outcome
from bokgi.operations.releasing.going_back import go_back
from bokgi.operations.releasing.site import News, Site
from bokgi.operations.releasing.steps import retire_strays
from bokgi.operations.unpacking import tagged_of

STAGE = "rolled_back"


@dataclass(frozen=True, slots=True)
class RolledBack:
    """has_moved : the earlier release has the traffic; is_healthy : and says that it is well; flow : how the user's flow went there"""

    has_moved: bool
    is_healthy: bool
    flow: Outcome = Outcome.NOT_CHECKED

    @property
    def outcome(self) -> Outcome:
        """Of the whole: what serves again must be healthy and pass the flow."""
        return self.flow if self.has_moved and self.is_healthy else Outcome.FAILED

    @property
    def words(self) -> str:
        """What people are told of it."""
        if not self.has_moved:
            return "rollback failed, nothing was changed"
        health = "" if self.is_healthy else "; what serves again is not healthy"
        return f"rollback made{health}; smoke test of what serves again {self.flow}"


def roll_back(site: Site, target: str) -> RolledBack:
    """Give the traffic to an earlier release and look at it as a user does."""
    is_healthy = go_back(site, target)
    retire_strays(site)
    site.seal("rollback")
    if site.holder.report().wanted != target:
        return RolledBack(has_moved=False, is_healthy=False)
    flow = _flow(site, target)
    site.seal(STAGE)
    return RolledBack(has_moved=True, is_healthy=is_healthy, flow=flow)


def _flow(site: Site, target: str) -> Outcome:
    """The user's flow in public; one that cannot be gone was not checked."""
    try:
        return site.smoke(target, tagged_of(site.folder(target)), STAGE, is_public=True)
    except BokgiError as error:
        site.tell(News(f"smoke_{STAGE}", Outcome.NOT_CHECKED, str(error)))
        return Outcome.NOT_CHECKED
