"""Imports of uploaded files: what was asked for, and what came of it.

Convention: an import ends once; whoever comes later changes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update

from bokgi.records.columns import is_storable
from bokgi.records.counters import next_number
from bokgi.records.database import Database
from bokgi.records.tables import IMPORTS


class ImportState(StrEnum):
    """Where an import stands."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One import; `report` or `error` says how it ended."""

    id: str
    order_number: int
    profile: str
    file_name: str
    path: str
    hints: Mapping[str, Any]
    size_bytes: int
    status: ImportState
    report: Mapping[str, Any] | None
    error: Mapping[str, Any] | None
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, row: Mapping[Any, Any]) -> "ImportRow":
        """The row of a database."""
        return cls(**{**row, "status": ImportState(row["status"])})


def _now() -> datetime:
    return datetime.now(UTC)


class ImportRows:
    """The imports of one database."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = _now) -> None:
        self._database = database
        self._clock = clock

    def add(self, profile: str, file_name: str, path: str, hints: Mapping[str, Any], size_bytes: int) -> ImportRow:
        """Store an import; it is on the disk when this returns."""
        given = {"profile": profile, "file_name": file_name, "path": path, "hints": dict(hints), "size_bytes": size_bytes}
        with self._database.writing() as connection:
            number = next_number(connection, "imports")
            row = {"id": f"im-{number}", "order_number": number, "status": ImportState.QUEUED.value, "created_at": self._clock(), **given}
            return ImportRow.of(connection.execute(insert(IMPORTS).values(row).returning(IMPORTS)).mappings().one())

    def get(self, import_id: str) -> ImportRow | None:
        """One import; None where there is none of this id."""
        if not is_storable(import_id):
            return None
        with self._database.reading() as connection:
            row = connection.execute(select(IMPORTS).where(IMPORTS.c.id == import_id)).mappings().one_or_none()
        return None if row is None else ImportRow.of(row)

    def page(self, profile: str, page: int = 1, page_size: int = 20) -> tuple[ImportRow, ...]:
        """Imports of a profile, newest first."""
        wanted = select(IMPORTS).where(IMPORTS.c.profile == profile).order_by(IMPORTS.c.order_number.desc())
        wanted = wanted.limit(max(page_size, 1)).offset((max(page, 1) - 1) * max(page_size, 1))
        with self._database.reading() as connection:
            return tuple(ImportRow.of(row) for row in connection.execute(wanted).mappings())

    def unfinished(self) -> tuple[ImportRow, ...]:
        """Queued and running ones, oldest first."""
        with self._database.reading() as connection:
            found = connection.execute(select(IMPORTS).where(_is_unfinished()).order_by(IMPORTS.c.order_number))
            return tuple(ImportRow.of(row) for row in found.mappings())

    def claim(self, import_id: str) -> ImportRow | None:
        """Take an import for work; None when it has ended, or is unknown."""
        return self._changed(import_id, {"status": ImportState.RUNNING.value})

    def finish(self, import_id: str, report: Mapping[str, Any]) -> bool:
        """Say what was imported; False when it has ended before."""
        values = {"status": ImportState.COMPLETED.value, "report": dict(report), "finished_at": self._clock()}
        return self._changed(import_id, values) is not None

    def fail(self, import_id: str, error: Mapping[str, Any]) -> bool:
        """Say why nothing was imported; False when it has ended before."""
        values = {"status": ImportState.FAILED.value, "error": dict(error), "finished_at": self._clock()}
        return self._changed(import_id, values) is not None

    def _changed(self, import_id: str, values: Mapping[str, Any]) -> ImportRow | None:
        changed = update(IMPORTS).where(IMPORTS.c.id == import_id, _is_unfinished()).values(dict(values)).returning(IMPORTS)
        with self._database.writing() as connection:
            row = connection.execute(changed).mappings().one_or_none()
        return None if row is None else ImportRow.of(row)


def _is_unfinished() -> ColumnElement[bool]:
    return IMPORTS.c.status.in_([ImportState.QUEUED.value, ImportState.RUNNING.value])
