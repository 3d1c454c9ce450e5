"""Fixtures that tests of every part share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.postgresql_server import PostgresqlServer

CHECKOUT = Path(__file__).parent.parent
BEGUN_FIRST = (
    "operations/test_releases.py",
    "cli/test_serve.py",
    "api/test_openapi.py",
    "faults/test_kills.py",
    "operations/test_slots.py",
    "faults/test_storage_faults.py",
    "operations/test_smoke.py",
    "faults/test_database_gone.py",
    "engine/test_kernel_agrees.py",
    "research/test_clock_search.py",
    "jobs/test_dying_workers.py",
    "browser/test_following.py",
    "browser/test_all_screens.py",
    "browser/test_windows_and_states.py",
    "browser/test_backtest_page.py",
)
"""Files that take longest. Begun last, one would keep a single process busy after the others have ended."""

# The first example of a generated test may compile a kernel, so no example has a deadline.
settings.register_profile("compiling", deadline=None)
settings.load_profile("compiling")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files in front; the order is otherwise that of collection."""
    places = {CHECKOUT / "tests" / name: number for number, name in enumerate(BEGUN_FIRST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


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
