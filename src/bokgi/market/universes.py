"""When the lists of index members change.

Convention: a change holds from its effective session on. The dates are the regular changes; special changes (mergers,
delistings) are not in the table. The day on which a list was published says little about the day from which it holds: lists are published
late, and with members of another day. `published_lists` keeps what is known of single ones.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

from bokgi.errors.market import UnknownUniverse
from bokgi.market.dated import rows_of


@dataclass(frozen=True, slots=True)
class MembershipChange:
    """One regular change; `confirmed` is false where the day follows from the rule alone."""

    effective: date
    confirmed: bool


@cache
def membership_changes(universe: str) -> tuple[MembershipChange, ...]:
    """Regular changes of a list (`kospi200`), in order."""
    rows = [row for row in rows_of("universe_changes") if row["universe"] == universe]
    if not rows:
        raise UnknownUniverse(universe, ", ".join(sorted({row["universe"] for row in rows_of("universe_changes")})))
    return tuple(MembershipChange(date.fromisoformat(row["effective_session"]), row["confirmed"] == "yes") for row in rows)


def last_change_before(universe: str, day: date) -> MembershipChange | None:
    """The change that is in force on `day`; None before the first known one."""
    return next((change for change in reversed(membership_changes(universe)) if change.effective <= day), None)


def effective_session_of(universe: str, published: date | None) -> date | None:
    """The session from which the list published on a day holds; None where that is not known."""
    rows = rows_of("published_lists") if published is not None else ()
    found = (row["effective_session"] for row in rows if (row["universe"], row["published"]) == (universe, str(published)))
    return next((date.fromisoformat(day) for day in found), None)
