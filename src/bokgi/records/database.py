"""The database of the rows: SQLite in the home folder, or PostgreSQL.

Convention: `reading()` gives a connection for single statements, `writing()` a transaction that is on the disk when the block ends.
Whatever keeps the database from answering (locked, gone, full, too busy) is raised as `DatabaseUnavailable`; the next call tries anew,
so a database that comes back needs no new process. Making a `Database` connects to nothing.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bokgi.errors.base import BokgiError
from bokgi.errors.records import DatabaseBroken, DatabaseUnavailable, SchemaOutdated, SchemaTooNew
from bokgi.records import engines
from bokgi.records.engines import DURABLE, create_sqlite_file, reading_engine, sqlite_file, wait_longer, writing_engine
from bokgi.records.tables import SCHEMA, SCHEMA_TERMS
from bokgi.records.turns import Turns

_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 0x626F6B6769
_MIGRATION_SECONDS = 60
COPY_SECONDS = 600.0
_BROKEN = ("malformed", "not a database", "file is encrypted")
_TABLE_ABSENT = "42P01"
_PING_SQLITE = text("SELECT 1 FROM sqlite_master LIMIT 1")
"""SQLite answers `SELECT 1` without looking at the file."""


class Database:
    """Connections to the rows; threads share one, processes make their own."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self._reading = reading_engine(url)
        self._writing = writing_engine(url)
        self._turns = Turns()

    @classmethod
    def open(cls, url: str) -> "Database":
        """A database by its URL: `sqlite:////folder/file` or `postgresql://user:password@host/name`."""
        parsed = make_url(url)
        return cls(parsed.set(drivername="postgresql+psycopg") if parsed.drivername == "postgresql" else parsed)

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection whose statements each see the last commit; never blocked by a write."""
        with _translated(), self._reading.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Connection]:
        """A transaction: committed when the block ends, rolled back when it raises.

        Parameters
        ----------
        durable : wait until the commit is on the disk; False for what a power cut may take away (heartbeats, progress)
        """
        with self._turn(), _translated(), self._writing.connect() as connection:
            if not durable:
                connection = connection.execution_options(**{DURABLE: False})  # noqa: PLW2901  # the same connection
            with connection.begin():
                yield connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """SQLite has one writer: threads wait for each other here, in order, and other processes at the file's lock."""
        if not self.is_sqlite:
            yield
            return
        if not self._turns.take(engines.LOCK_SECONDS):
            raise DatabaseUnavailable("other writes took too long")
        try:
            yield
        finally:
            self._turns.give()

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection whose statements all see one moment, however long they take; for copies."""
        with _translated(), self._reading.connect() as connection:
            if not self.is_sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)  # noqa: PLW2901  # the same connection
                wait_longer(connection, COPY_SECONDS)
            else:
                connection.exec_driver_sql("BEGIN")
            yield connection

    def migrate(self) -> None:
        """Bring the tables up to this release's step; several processes may do it at once.

        Raises
        ------
        SchemaTooNew
            A newer release has taken away what this one needs.
        """
        if self.is_sqlite:
            _create(sqlite_file(self.url))
        if self._is_migrated():
            return
        with self.writing() as connection:
            self._take_migration_lock(connection)
            if (found_schema(connection) or "") < SCHEMA:
                _upgrade(connection)

    def check_migrated(self) -> None:
        """Raise where this release cannot work with the tables; those of newer releases that only added are fine."""
        if not self._is_migrated():
            with self.reading() as connection:
                raise SchemaOutdated(found_schema(connection), SCHEMA)

    def ping(self) -> None:
        """Raise `DatabaseUnavailable` unless the database answers now."""
        with self.reading() as connection:
            connection.execute(_PING_SQLITE if self.is_sqlite else select(1)).first()

    def close(self) -> None:
        """Give all connections back; a closed database may be used again."""
        self._reading.dispose()
        self._writing.dispose()

    def _is_migrated(self) -> bool:
        with self.reading() as connection:
            found = found_schema(connection) or ""
            if found > SCHEMA:
                _check_still_usable(connection, found)
        return found >= SCHEMA

    def _take_migration_lock(self, connection: Connection) -> None:
        if not self.is_sqlite:
            connection.execute(text(f"SET LOCAL lock_timeout = '{_MIGRATION_SECONDS}s'"))
            wait_longer(connection, COPY_SECONDS)
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})


def _upgrade(connection: Connection) -> None:
    from alembic import command  # slow to import, and most starts find nothing to do
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def found_schema(connection: Connection) -> str | None:
    """The step that the tables are at; None where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _check_still_usable(connection: Connection, found: str) -> None:
    wanted = select(SCHEMA_TERMS.c.value).where(SCHEMA_TERMS.c.name == "oldest_reader")
    oldest = connection.execute(wanted).scalar_one_or_none() or SCHEMA
    if oldest > SCHEMA:
        raise SchemaTooNew(found, oldest, SCHEMA)


def _create(path: Path) -> None:
    try:
        create_sqlite_file(path)
    except (sqlite3.OperationalError, OSError) as error:
        raise DatabaseUnavailable(str(error)) from error
    except sqlite3.DatabaseError as error:
        raise DatabaseBroken(str(error)) from error


@contextmanager
def _translated() -> Iterator[None]:
    """Say every way in which a database does not answer in one class. Faults of our own statements pass."""
    try:
        yield
    except PoolTimeout as error:
        raise DatabaseUnavailable("all connections are in use") from error
    except (OperationalError, InterfaceError) as error:
        raise DatabaseUnavailable(str(error.orig)) from error
    except DBAPIError as error:
        reason = str(error.orig)
        if getattr(error.orig, "sqlstate", None) == _TABLE_ABSENT:
            raise DatabaseUnavailable(reason) from error
        if isinstance(error, DatabaseError) and any(word in reason for word in _BROKEN):
            raise DatabaseBroken(reason) from error
        raise
    except StatementError as error:
        if isinstance(error.orig, BokgiError):  # a column's type refused the value
            raise error.orig from error
        raise
