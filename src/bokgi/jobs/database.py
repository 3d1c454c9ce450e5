"""The engine's own database: how it is opened, set up, and how its failures are named.

SQLite connections begin every transaction with `BEGIN IMMEDIATE`: a transaction that first reads and then writes would
otherwise count a queue that another process is changing, and limits would not be kept across processes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from bokgi.errors.jobs import JobsUnavailable

SCHEMA = "dbos"
"""Schema of the engine's tables in PostgreSQL; SQLite has none."""


def open_engine(url: str, *, lock_seconds: float, pool_size: int) -> sa.Engine:
    """Open the job database without connecting to it.

    Parameters
    ----------
    lock_seconds : how long SQLite waits for another writer [s]
    pool_size : connections that one process keeps
    """
    if url.startswith("sqlite"):
        return _sqlite_engine(url, lock_seconds, pool_size)
    address = sa.make_url(url).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(address, pool_size=pool_size, max_overflow=0, pool_pre_ping=True, pool_timeout=30, connect_args=_POSTGRES)
    sa.event.listen(engine, "handle_error", _mark_as_gone)
    return engine


def _mark_as_gone(context: sa.ExceptionContext) -> None:
    """The engine tries again what failed for want of a connection, and knows that only by some of the driver's sentences."""
    if context.connection is None and isinstance(context.sqlalchemy_exception, sa.exc.OperationalError):
        context.is_disconnect = True


def reading(engine: sa.Engine) -> sa.Engine:
    """The same connections for single queries, which need no transaction and need not wait for a writer."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(**{_READING: True})
    return engine.execution_options(isolation_level="AUTOCOMMIT")


_READING = "bokgi_reading"
_POSTGRES = {
    "application_name": "bokgi-jobs",
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "options": "-c idle_in_transaction_session_timeout=60000",
}


def _sqlite_engine(url: str, lock_seconds: float, pool_size: int) -> sa.Engine:
    engine = sa.create_engine(url, pool_size=pool_size, max_overflow=0, pool_timeout=30)

    @sa.event.listens_for(engine, "connect")
    def set_up(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # The driver must not begin transactions of its own: the listener below does.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (f"busy_timeout={int(lock_seconds * 1000)}", "foreign_keys=ON", "synchronous=FULL"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def begin_immediate(connection: sa.Connection) -> None:
        if not connection.get_execution_options().get(_READING):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def migrate_jobs(url: str) -> None:
    """Create or update the engine's tables; safe when several processes start at once.

    Raises
    ------
    JobsUnavailable
        The database cannot be reached or written.
    """
    from dbos import DBOS  # slow to import, and `bokgi --help` does not need it

    with faults_named():
        if url.startswith("sqlite"):
            _make_sqlite_file(url)
        DBOS.migrate(url)


def _make_sqlite_file(url: str) -> None:
    """Readers and the writer of a WAL file do not wait for each other; the mode stays with the file."""
    Path(sa.make_url(url).database or "").parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args={"timeout": 30})
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")


@contextmanager
def faults_named() -> Iterator[None]:
    """Turn the database's failures into `JobsUnavailable`; a fault of a statement of ours stays what it is."""
    try:
        yield
    except _OUR_FAULTS:
        raise
    except (sa.exc.DBAPIError, sa.exc.TimeoutError, OSError) as error:
        raise JobsUnavailable(str(getattr(error, "orig", None) or error) or type(error).__name__) from error


_OUR_FAULTS = (sa.exc.ProgrammingError, sa.exc.IntegrityError, sa.exc.DataError, sa.exc.NotSupportedError)
