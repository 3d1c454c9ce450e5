"""Which stocks a profile has chosen: the mode, the specific list, the black and the white list.

Convention: a change is one transaction that holds the profile's row, so that two additions at once lose nothing and a refused one has
added nothing. Codes keep the order in which they were added; a code that is there already stays where it is.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from bokgi.errors.service import TooManyStocks
from bokgi.records.database import Database
from bokgi.records.tables import LISTED_STOCKS, PROFILES
from bokgi.records.upserts import insert_or_change

ALL, FILTERED, SPECIFIC = "all", "filtered", "specific"
BLACKLIST, WHITELIST = "blacklist", "whitelist"

_LISTED = LISTED_STOCKS.c


def _now() -> datetime:
    return datetime.now(UTC)


class SelectionRows:
    """Modes and lists of all profiles of one database."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = _now) -> None:
        self._database = database
        self._clock = clock

    def mode(self, profile: str) -> str:
        """`all`, `filtered` or `specific`; `all` for a profile that never chose."""
        with self._database.reading() as connection:
            found = connection.execute(select(PROFILES.c.stock_mode).where(PROFILES.c.name == profile)).scalar_one_or_none()
        return found or ALL

    def set_mode(self, profile: str, mode: str) -> None:
        """Choose the mode; leaving `specific` clears the specific list in the same transaction."""
        with self._database.writing() as connection:
            self._hold(connection, profile)
            connection.execute(update(PROFILES).where(PROFILES.c.name == profile).values(stock_mode=mode))
            if mode != SPECIFIC:
                _clear(connection, profile, SPECIFIC)

    def specific(self, profile: str) -> tuple[str, ...]:
        """The chosen stocks, in the order they were added."""
        return self.listed(profile, SPECIFIC)

    def replace(self, profile: str, codes: Sequence[str], *, limit: int | None = None) -> tuple[str, ...]:
        """Choose these and no others."""
        with self._database.writing() as connection:
            self._hold(connection, profile)
            _clear(connection, profile, SPECIFIC)
            return _appended(connection, profile, SPECIFIC, codes, limit)

    def add(self, profile: str, codes: Sequence[str], *, limit: int | None = None) -> tuple[str, ...]:
        """Choose these too; gives the whole list.

        Raises
        ------
        TooManyStocks
            There would be more than `limit`; nothing was added.
        """
        return self.add_listed(profile, SPECIFIC, codes, limit=limit)

    def remove(self, profile: str, codes: str | Collection[str]) -> tuple[str, ...]:
        """Choose these no longer; gives the list without them."""
        return self.remove_listed(profile, SPECIFIC, codes)

    def clear(self, profile: str) -> None:
        """Choose none."""
        with self._database.writing() as connection:
            self._hold(connection, profile)
            _clear(connection, profile, SPECIFIC)

    def listed(self, profile: str, name: str) -> tuple[str, ...]:
        """The codes of a list, in the order they were added."""
        with self._database.reading() as connection:
            return _codes(connection, profile, name)

    def add_listed(self, profile: str, name: str, codes: str | Sequence[str], *, limit: int | None = None) -> tuple[str, ...]:
        """Put codes on a list; gives the whole list. Raises `TooManyStocks` where it would pass the limit."""
        with self._database.writing() as connection:
            self._hold(connection, profile)
            return _appended(connection, profile, name, _several(codes), limit)

    def remove_listed(self, profile: str, name: str, codes: str | Collection[str]) -> tuple[str, ...]:
        """Take codes off a list; gives the list without them."""
        with self._database.writing() as connection:
            self._hold(connection, profile)
            gone = (_LISTED.profile == profile, _LISTED.list == name, _LISTED.code.in_(_several(codes)))
            connection.execute(delete(LISTED_STOCKS).where(*gone))
            return _codes(connection, profile, name)

    def _hold(self, connection: Connection, profile: str) -> None:
        """Make the profile's row if there is none, and keep others from changing its lists until the transaction ends."""
        at = self._clock()
        values = {"name": profile, "stock_mode": ALL, "updated_at": at}
        insert_or_change(connection, PROFILES, values, {"updated_at": at})


def _several(codes: str | Collection[str]) -> Collection[str]:
    return (codes,) if isinstance(codes, str) else codes


def _codes(connection: Connection, profile: str, name: str) -> tuple[str, ...]:
    wanted = select(_LISTED.code).where(_LISTED.profile == profile, _LISTED.list == name).order_by(_LISTED.position)
    return tuple(connection.execute(wanted).scalars())


def _clear(connection: Connection, profile: str, name: str) -> None:
    connection.execute(delete(LISTED_STOCKS).where(_LISTED.profile == profile, _LISTED.list == name))


def _appended(connection: Connection, profile: str, name: str, codes: Collection[str], limit: int | None) -> tuple[str, ...]:
    there = _codes(connection, profile, name)
    coming = [code for code in dict.fromkeys(codes) if code not in set(there)]
    if limit is not None and len(there) + len(coming) > limit:
        raise TooManyStocks(limit, "codes" if name == SPECIFIC else "code")  # as the request names them
    if coming:
        last = select(func.max(_LISTED.position)).where(_LISTED.profile == profile, _LISTED.list == name)
        first = (connection.execute(last).scalar() or 0) + 1
        rows = [{"profile": profile, "list": name, "code": code, "position": first + index} for index, code in enumerate(coming)]
        connection.execute(insert(LISTED_STOCKS), rows)
    return (*there, *coming)
