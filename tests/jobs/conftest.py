"""Every test of the queue runs on SQLite and on a real PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bokgi.jobs.database import migrate_jobs
from tests.jobs.workplace import Workplace


@pytest.fixture
def jobs_url(database_url: str) -> str:
    """URL of an empty job database."""
    migrate_jobs(database_url)
    return database_url


@pytest.fixture
def workplace(jobs_url: str, tmp_path: Path) -> Iterator[Workplace]:
    """A job database whose worker processes are ended after the test."""
    place = Workplace(jobs_url, tmp_path)
    yield place
    place.close()
