"""Uploaded files, and series fetched from sources, and what came of their import.

Convention: an import is queued, then running, then completed, failed or cancelled; it may run twice where a worker died, for the store
takes equal bars once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping, insert, select, update

from bokgi.records.columns import is_storable
from bokgi.records.counters import next_number
from bokgi.records.database import Database
from bokgi.records.tables import IMPORTS

QUEUED, RUNNING, COMPLETED, FAILED, CANCELLED = "queued", "running", "completed", "failed", "cancelled"
_COUNTER = "imports"


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One upload. report : an entry a file; error : code, english, korean, field"""

    id: str
    profile: str
    file_name: str
    path: str
    size_bytes: int
    hints: Mapping[str, Any]
    status: str
    report: Sequence[Mapping[str, Any]]
    error: Mapping[str, Any] | None
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, row: RowMapping) -> "ImportRow":
        """The row of a database."""
        return cls(**{each.name: row[each.name] for each in fields(cls)})


def _now() -> datetime:
    return datetime.now(UTC)


class ImportRows:
    """The imports of one database."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = _now) -> None:
        self._database = database
        self._clock = clock

    def add(self, profile: str, file_name: str, path: str, hints: Mapping[str, Any], size_bytes: int) -> ImportRow:
        """Store an upload that waits to be imported."""
        with self._database.writing() as connection:
            number = next_number(connection, _COUNTER)
            values = {
                "id": f"im-{number}",
                "order_number": number,
                "profile": profile,
                "file_name": file_name,
                "path": path,
                "size_bytes": size_bytes,
                "hints": dict(hints),
                "created_at": self._clock(),
            }
            return ImportRow.of(connection.execute(insert(IMPORTS).values(values).returning(IMPORTS)).mappings().one())

    def get(self, number: str) -> ImportRow | None:
        """One import by its id."""
        if not is_storable(number):
            return None
        with self._database.reading() as connection:
            row = connection.execute(select(IMPORTS).where(IMPORTS.c.id == number)).mappings().one_or_none()
        return None if row is None else ImportRow.of(row)

    def page(self, profile: str, page: int = 1, page_size: int = 20) -> tuple[ImportRow, ...]:
        """Imports of a profile, newest first."""
        wanted = select(IMPORTS).where(IMPORTS.c.profile == profile).order_by(IMPORTS.c.order_number.desc())
        with self._database.reading() as connection:
            found = connection.execute(wanted.limit(page_size).offset((page - 1) * page_size)).mappings()
            return tuple(ImportRow.of(row) for row in found)

    def unfinished(self) -> tuple[ImportRow, ...]:
        """Those that wait or run, oldest first."""
        wanted = select(IMPORTS).where(IMPORTS.c.status.in_((QUEUED, RUNNING))).order_by(IMPORTS.c.order_number)
        with self._database.reading() as connection:
            return tuple(ImportRow.of(row) for row in connection.execute(wanted).mappings())

    def begin(self, number: str) -> ImportRow | None:
        """Say that a worker imports; None where it is finished already, or unknown."""
        return self._changed(number, {"status": RUNNING})

    def tell(self, number: str, report: Sequence[Mapping[str, Any]]) -> bool:
        """Say how far an import is; nothing happens where it has ended."""
        return self._changed(number, {"report": [dict(row) for row in report]}) is not None

    def finish(self, number: str, report: Sequence[Mapping[str, Any]], error: Mapping[str, Any] | None = None) -> bool:
        """End an import, once."""
        status = COMPLETED if error is None else FAILED
        values = {"status": status, "report": [dict(row) for row in report], "error": dict(error) if error else None}
        return self._changed(number, values | {"finished_at": self._clock()}) is not None

    def cancel(self, number: str, error: Mapping[str, Any]) -> ImportRow | None:
        """End an import because somebody asked for it; its report stays as it is. None where it has ended already, or is unknown."""
        return self._changed(number, {"status": CANCELLED, "error": dict(error), "finished_at": self._clock()})

    def is_open(self, number: str) -> bool:
        """Whether an import waits or runs."""
        row = self.get(number)
        return row is not None and row.status in (QUEUED, RUNNING)

    def tell_cancelled(self, number: str, report: Sequence[Mapping[str, Any]]) -> None:
        """What a worker had done when it saw that the import was cancelled."""
        values = {"report": [dict(row) for row in report]}
        with self._database.writing() as connection:
            connection.execute(update(IMPORTS).where(IMPORTS.c.id == number, IMPORTS.c.status == CANCELLED).values(values))

    def _changed(self, number: str, values: Mapping[str, Any]) -> ImportRow | None:
        open_now = (IMPORTS.c.id == number, IMPORTS.c.status.in_((QUEUED, RUNNING)))
        with self._database.writing() as connection:
            row = connection.execute(update(IMPORTS).where(*open_now).values(values).returning(IMPORTS)).mappings().one_or_none()
        return None if row is None else ImportRow.of(row)
