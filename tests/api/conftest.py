"""One service with a worker and one without, shared by the tests of a file; tests take a profile of their own.

They end with their file: their threads would disturb tests of other files that watch threads or chance."""

from collections.abc import Iterator
from datetime import date
from itertools import count

import polars as pl
import pytest

from bokgi.bars.interval import DAILY
from bokgi.data.store import Store
from tests.api.running_service import RunningService, running
from tests.data.store_cases import daily_bars, incoming_of

_NUMBERS = count(1)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """The service with a worker."""
    with running(tmp_path_factory.mktemp("service")) as started:
        yield started


@pytest.fixture(scope="module")
def idle_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """The service without a worker: what is started stays queued."""
    with running(tmp_path_factory.mktemp("idle"), has_worker=False) as started:
        yield started


@pytest.fixture(scope="module")
def crowded_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service that knows 120 stocks, of a day each, and has no worker."""
    home = tmp_path_factory.mktemp("crowded")
    day = [date(2025, 10, 16)]
    store = Store(home)
    rows = pl.concat([daily_bars(f"{number:05d}0", dict.fromkeys(day, 1_000.0)) for number in range(10, 130)])
    store.write(incoming_of(rows, DAILY))
    with running(home, has_worker=False) as started:
        yield started


@pytest.fixture
def profile() -> dict[str, str]:
    """Headers of a profile that no other test uses."""
    return {"X-Bokgi-Profile": f"person-{next(_NUMBERS)}"}
