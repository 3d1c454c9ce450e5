"""What people wrote to the operator.

Convention: a message is never changed, only its status.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, insert, select, update

from bokgi.records.counters import next_number
from bokgi.records.database import Database
from bokgi.records.tables import FEEDBACK


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """One message; `page` and `version` say where it was written, `contact` where to answer."""

    id: str
    order_number: int
    profile: str
    kind: str
    text: str
    page: str
    version: str
    contact: str
    created_at: datetime
    status: str


@dataclass(frozen=True, slots=True)
class FeedbackPage:
    """A page of messages, newest first; `total` counts all that match."""

    rows: tuple[FeedbackRow, ...]
    total: int
    page: int
    page_size: int


def _now() -> datetime:
    return datetime.now(UTC)


class FeedbackRows:
    """The messages of one database."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = _now) -> None:
        self._database = database
        self._clock = clock

    def add(
        self, profile: str, kind: str, text: str, *, page: str = "", version: str = "", contact: str = "", status: str = "new"
    ) -> FeedbackRow:
        """Keep a message; it is on the disk when this returns."""
        values = {"profile": profile, "kind": kind, "text": text, "page": page, "version": version, "contact": contact, "status": status}
        with self._database.writing() as connection:
            number = next_number(connection, "feedback")
            row = {"id": f"fb-{number}", "order_number": number, "created_at": self._clock(), **values}
            return FeedbackRow(**connection.execute(insert(FEEDBACK).values(row).returning(FEEDBACK)).mappings().one())

    def page(self, *, profile: str | None = None, status: str | None = None, page: int = 1, page_size: int = 50) -> FeedbackPage:
        """Messages (of a profile, in a status), newest first."""
        given = {"profile": profile, "status": status}
        conditions = [FEEDBACK.c[name] == value for name, value in given.items() if value is not None]
        page, page_size = max(page, 1), max(page_size, 1)
        rows = select(FEEDBACK).where(*conditions).order_by(FEEDBACK.c.order_number.desc())
        with self._database.reading() as connection:
            total = connection.execute(select(func.count()).select_from(FEEDBACK).where(*conditions)).scalar_one()
            found = connection.execute(rows.limit(page_size).offset((page - 1) * page_size)).mappings()
            return FeedbackPage(tuple(FeedbackRow(**row) for row in found), total, page, page_size)

    def set_status(self, feedback_id: str, status: str) -> bool:
        """Say what became of a message; False where there is none of this id."""
        changed = update(FEEDBACK).where(FEEDBACK.c.id == feedback_id).values(status=status)
        with self._database.writing() as connection:
            return connection.execute(changed).rowcount == 1
