"""SQLAlchemy engines of both databases, and how long they wait.

Convention: reads and writes have pools of their own, so that a read never queues behind a write. SQLite lies in WAL mode: readers see
the last commit and are not blocked. A write begins with BEGIN IMMEDIATE on the one writing connection of the process, for which threads
wait in order instead of polling the file's lock. A connection to a file that was moved or replaced is given up for a new one.
"""

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from bokgi.errors.records import RecordMalformed, TextUnstorable
from bokgi.records.patience import PatientConnection

LOCK_SECONDS = 5.0
"""A write gives up after waiting so long for another one."""
CONNECT_SECONDS = 3
"""A PostgreSQL server that does not answer is given up after this."""
STATEMENT_SECONDS = 20
READ_SECONDS, WRITE_SECONDS = 3.0, LOCK_SECONDS + 3.0
"""A PostgreSQL server that has stopped answering is given up after this, by the side that asks."""
DURABLE = "bokgi_durable"
"""Execution option of a writing connection: False where losing the last commits with the power is harmless (heartbeats, progress)."""

_READERS, _MORE_READERS = 8, 40
_PLACE = "bokgi_place"
_SYNCHRONOUS = "bokgi_synchronous"


def sqlite_file(url: URL) -> Path:
    """The file of a SQLite database."""
    return Path(url.database or "")


def reading_engine(url: URL) -> Engine:
    """For single statements that change nothing; each sees the last commit."""
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url, "query_only = ON", _READERS, _MORE_READERS)
    return _postgresql_engine(url, READ_SECONDS, isolation_level="AUTOCOMMIT", pool_size=4, max_overflow=12)


def writing_engine(url: URL) -> Engine:
    """For transactions that change rows."""
    if url.get_backend_name() == "sqlite":
        engine = _sqlite_engine(url, "query_only = OFF", 1, 0)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = _postgresql_engine(url, WRITE_SECONDS, pool_size=2, max_overflow=8)
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def create_sqlite_file(path: Path) -> None:
    """Make the file where there is none, and put it into WAL mode, which stays with the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=LOCK_SECONDS)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()


def connect_sqlite(path: Path) -> sqlite3.Connection:
    """Connect to an existing file; SQLite itself would silently make an empty one."""
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode=rw", uri=True, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _sqlite_engine(url: URL, pragma: str, size: int, overflow: int) -> Engine:
    path = sqlite_file(url)

    def connect() -> sqlite3.Connection:
        connection = connect_sqlite(path)
        connection.execute(f"PRAGMA {pragma}")
        return connection

    engine = create_engine(
        "sqlite://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=overflow,
        pool_timeout=LOCK_SECONDS,
        json_serializer=to_json,
        json_deserializer=orjson.loads,
    )
    event.listen(engine, "connect", lambda _connection, entry: entry.info.update({_PLACE: _place_of(path)}))
    event.listen(engine, "checkout", lambda _connection, entry, _proxy: _check_place(path, entry))
    return engine


def _place_of(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _check_place(path: Path, entry: ConnectionPoolEntry) -> None:
    """Nobody reads or writes a file that lies under another name by now: the pool connects anew."""
    place = _place_of(path)
    if place is None or place != entry.info.get(_PLACE):
        raise DisconnectionError(f"{path.name} was moved or replaced")


def _begin_sqlite(connection: Connection) -> None:
    wanted = "FULL" if connection.get_execution_options().get(DURABLE, True) else "NORMAL"
    if connection.info.get(_SYNCHRONOUS) != wanted:
        connection.exec_driver_sql(f"PRAGMA synchronous = {wanted}")
        connection.info[_SYNCHRONOUS] = wanted
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _postgresql_engine(url: URL, answer_seconds: float, **options: Any) -> Engine:  # handed on as they are
    engine = create_engine(
        url,
        pool_pre_ping=True,
        pool_timeout=LOCK_SECONDS,
        json_serializer=to_json,
        json_deserializer=orjson.loads,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "bokgi",
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 2,
            "tcp_user_timeout": CONNECT_SECONDS * 1000,
        },
        **options,
    )

    def be_patient(connection: Any, *_: object) -> None:  # noqa: ANN401  # the driver's connection
        connection.answer_seconds = answer_seconds

    event.listen(engine, "do_connect", lambda _dialect, _entry, words, named: PatientConnection.connect(*words, **named))
    event.listen(engine, "connect", be_patient)
    event.listen(engine, "connect", _set_limits)
    event.listen(engine, "checkout", be_patient)
    return engine


def wait_longer(connection: Connection, seconds: float) -> None:
    """Wait longer for PostgreSQL's answers until the connection goes back: copies and changes of tables take their time."""
    driver: Any = connection.connection.dbapi_connection
    if isinstance(driver, PatientConnection):
        driver.answer_seconds = seconds
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")


def _set_limits(connection: Any, _entry: ConnectionPoolEntry) -> None:  # noqa: ANN401  # the driver's connection
    """Limits are set by a statement, not in the start packet, which poolers between us and the server refuse."""
    was = connection.autocommit
    connection.autocommit = True
    connection.execute(f"SET lock_timeout = {int(LOCK_SECONDS * 1000)}")
    connection.execute(f"SET statement_timeout = {STATEMENT_SECONDS * 1000}")
    connection.execute(f"SET idle_in_transaction_session_timeout = {STATEMENT_SECONDS * 3000}")
    connection.autocommit = was


def _begin_postgresql(connection: Connection) -> None:
    if not connection.get_execution_options().get(DURABLE, True):
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")


def to_json(value: object) -> str:
    """JSON text; NaN and infinity become null, as everywhere in Bokgi."""
    try:
        return orjson.dumps(value).decode()
    except TypeError as error:
        if "surrogates" in str(error):
            raise TextUnstorable(repr(value)) from error
        raise RecordMalformed(str(error)) from error
