"""Fixtures of the tests of rows: everything runs on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bokgi.records.database import Database
from bokgi.records.runs import NewRun, RunRows


class Clock:
    """A clock that stands until it is moved, in any direction."""

    def __init__(self) -> None:
        self.now = datetime(2026, 2, 8, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with all tables, of each kind."""
    opened = Database.open(database_url)
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def runs(database: Database, clock: Clock) -> RunRows:
    return RunRows(database, clock)


@pytest.fixture
def new_run() -> NewRun:
    return NewRun(
        profile="default",
        stock_mode="specific",
        request={"strategy": "daily_trading", "stock_codes": ["005930"]},
        resolved={"strategy": "daily_trading", "stock_codes": ["005930"], "initial_capital": 10_000_000},
        data_versions={"5m": 3, "1d": 1},
        release="0.1.0",
        total_symbols=1,
        words=("삼성전자", "Samsung Electronics"),
    )
