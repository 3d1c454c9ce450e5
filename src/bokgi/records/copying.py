"""All rows from one database into another: the portable form is a SQLite file of one piece.

Convention: a copy holds the rows of one moment, whatever is written meanwhile. It can be loaded into either kind of database.
"""

import contextlib
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Column, Connection, delete, func, insert, select

from bokgi.errors.records import DatabaseBroken, DatabaseUnavailable, SchemaTooNew
from bokgi.records.database import COPY_SECONDS, Database, found_schema
from bokgi.records.engines import connect_sqlite, sqlite_file, wait_longer
from bokgi.records.run_row import FINISHED
from bokgi.records.runs import run_counter
from bokgi.records.searches import search_counter
from bokgi.records.tables import COUNTERS, METADATA, RUNS, SCHEMA, SCHEMA_TERMS, SEARCH_PARTS, SEARCHES, WORKERS

CHUNK_ROWS = 500
SKIPPED_NUMBERS = 1000
"""Numbers that a restored database leaves out: they may have been given after the backup."""

_SEOUL = ZoneInfo("Asia/Seoul")
_TABLES = tuple(table for table in METADATA.sorted_tables if table is not SCHEMA_TERMS)


def copy_out(database: Database, target: Path) -> None:
    """Write the rows of this moment to a new SQLite file; neither readers nor writers are held up.

    Raises
    ------
    SchemaTooNew
        A newer release has added to the tables, in PostgreSQL, what this one cannot copy.
    """
    database.check_migrated()
    if database.is_sqlite:
        _copy_file(sqlite_file(database.url), target)
        return
    copy = Database.open(f"sqlite:///{target}")
    copy.migrate()
    try:
        with database.snapshot() as source, copy.writing() as connection:
            found = found_schema(source) or ""
            if found != SCHEMA:
                raise SchemaTooNew(found, found, SCHEMA)
            _copy_rows(source, connection)
    finally:
        copy.close()
    _in_one_piece(target)


def load(path: Path, database: Database) -> None:
    """Put the rows of a copy in the place of all rows, in one transaction."""
    copy = Database.open(f"sqlite:///{path}")
    try:
        with copy.reading() as source, database.writing() as connection:
            wait_longer(connection, COPY_SECONDS)
            for table in reversed(_TABLES):
                connection.execute(delete(table))
            _copy_rows(source, connection)
    finally:
        copy.close()


def check_copy(path: Path) -> str:
    """Check every page and reference of a copy, and give its step.

    Raises
    ------
    DatabaseBroken, SchemaTooNew
    """
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
            orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError as error:
        raise DatabaseBroken(str(error)) from error
    if said != ["ok"] or orphans:
        raise DatabaseBroken("; ".join([*said[:3], *(f"row without its parent in {row[0]}" for row in orphans[:1])]))
    return _checked_schema(path)


def _checked_schema(path: Path) -> str:
    copy = Database.open(f"sqlite:///{path}")
    try:
        with copy.reading() as connection:
            found = found_schema(connection)
        if found is None:
            raise DatabaseBroken("it holds no tables of Bokgi")
        if found >= SCHEMA:
            copy.check_migrated()
    finally:
        copy.close()
    return found


def finished_runs(path: Path) -> dict[str, str | None]:
    """Hash of the result by id, for every run of a copy that has ended."""
    wanted = select(RUNS.c.id, RUNS.c.result_hash).where(RUNS.c.status.in_([state.value for state in FINISHED]))
    copy = Database.open(f"sqlite:///{path}")
    try:
        with copy.reading() as connection:
            return {row.id: row.result_hash for row in connection.execute(wanted)}
    finally:
        copy.close()


def finished_searches(path: Path) -> dict[str, str]:
    """Hash of the result by id, for every search of a copy that has one."""
    copy = Database.open(f"sqlite:///{path}")
    try:
        with copy.reading() as connection:
            found = connection.execute(select(SEARCHES.c.id, SEARCHES.c.result_hash).where(SEARCHES.c.result_hash.is_not(None)))
            return {row.id: row.result_hash for row in found}
    finally:
        copy.close()


def forget_runs(path: Path, ids: tuple[str, ...]) -> None:
    """Take runs out of a copy: they were deleted while it was made."""
    _forget(path, [RUNS.c.id], ids)


def forget_searches(path: Path, ids: tuple[str, ...]) -> None:
    """Take searches with their parts out of a copy: they were deleted while it was made."""
    _forget(path, [SEARCH_PARTS.c.search_id, SEARCHES.c.id], ids)


def _forget(path: Path, columns: Sequence[Column[str]], ids: tuple[str, ...]) -> None:
    copy = Database.open(f"sqlite:///{path}")
    try:
        with copy.writing() as connection:
            for column, one in product(columns, ids):
                connection.execute(delete(column.table).where(column == one))
    finally:
        copy.close()
    _in_one_piece(path)


def counters(database: Database) -> dict[str, int]:
    """Last numbers given, by counter."""
    with database.reading() as connection:
        return {row.name: row.value for row in connection.execute(select(COUNTERS))}


def make_ready(path: Path, made_at: datetime, now: datetime, given: Mapping[str, int]) -> None:
    """Bring a copy up to this release's tables, forget the workers of that time, and let every counter skip what may have been given
    since: on each day from the backup to now, and never below the numbers in `given`.
    """
    copy = Database.open(f"sqlite:///{path}")
    try:
        copy.migrate()
        with copy.writing() as connection:
            connection.execute(delete(WORKERS))
            _skip_numbers(connection, _days(made_at, now), given)
    finally:
        copy.close()
    _in_one_piece(path)


def count_runs(database: Database) -> int:
    """How many runs there are."""
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(RUNS)).scalar_one()


def _skip_numbers(connection: Connection, days: list[date], given: Mapping[str, int]) -> None:
    stored = {row.name: row.value for row in connection.execute(select(COUNTERS))}
    recent = {counter(day.isoformat()) for day in days for counter in (run_counter, search_counter)}
    moved = {name for name in stored if not name.startswith(("run:", "search:"))} | recent
    names = stored.keys() | recent | given.keys()
    rows = [{"name": name, "value": max(stored.get(name, 0), given.get(name, 0)) + SKIPPED_NUMBERS * (name in moved)} for name in names]
    connection.execute(delete(COUNTERS))
    connection.execute(insert(COUNTERS), rows)


def _days(made_at: datetime, now: datetime) -> list[date]:
    """Days in Korea from the one before the backup to the one after today: clocks may differ by a day."""
    first, last = sorted((made_at.astimezone(_SEOUL).date(), now.astimezone(_SEOUL).date()))
    return [first + timedelta(days=offset) for offset in range(-1, (last - first).days + 2)]


def _copy_rows(source: Connection, target: Connection) -> None:
    for table in _TABLES:
        found = source.execution_options(yield_per=CHUNK_ROWS).execute(select(table)).mappings()
        for rows in found.partitions(CHUNK_ROWS):
            target.execute(insert(table), [dict(row) for row in rows])


def _copy_file(path: Path, target: Path) -> None:
    try:
        with contextlib.closing(connect_sqlite(path)) as source, contextlib.closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
    except sqlite3.OperationalError as error:
        raise DatabaseUnavailable(str(error)) from error
    except sqlite3.DatabaseError as error:
        raise DatabaseBroken(str(error)) from error
    _in_one_piece(target)


def _in_one_piece(path: Path) -> None:
    """Leave WAL mode, so that all is in the one file; `Database.migrate` returns to it."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
