"""Fixtures that tests of every part share."""

import os
from collections.abc import Iterator
from pathlib import Path

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
