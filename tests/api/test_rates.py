"""How often one client may ask."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bokgi.api.rates import UPLOAD_PATH, Rate, RateCheck
from bokgi.errors.http import TooManyRequests
from bokgi.services.application import Application
from tests.api.framed import app_with, ask, built_application
from tests.api.running_service import settings_for


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with built_application(tmp_path_factory.mktemp("rates")) as built:
        yield built


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def check_of(tmp_path_factory: pytest.TempPathFactory, clock: Clock, maximum_buckets: int = 100) -> RateCheck:
    return RateCheck(settings_for(tmp_path_factory.mktemp("rate")), clock, maximum_buckets)


def taken(check: RateCheck, rate: Rate, tries: int, client: str = "a") -> int:
    """How many of so many requests were let through."""
    through = 0
    for _ in range(tries):
        try:
            check.take(client, rate)
        except TooManyRequests:
            continue
        through += 1
    return through


def test_a_full_bucket_lets_a_burst_through_and_then_the_rate(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> None:
    check, rate = check_of(tmp_path_factory, clock), Rate("start", 100, 2000)
    assert taken(check, rate, 2_500) == 2_000
    clock.seconds += 0.5
    assert taken(check, rate, 2_500) == 50
    clock.seconds += 3_600
    assert taken(check, rate, 2_500) == 2_000


def test_clients_and_kinds_do_not_take_from_each_other(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> None:
    check, start, read = check_of(tmp_path_factory, clock), Rate("start", 1, 3), Rate("read", 1, 3)
    assert [taken(check, start, 9), taken(check, start, 9, "b"), taken(check, read, 9)] == [3, 3, 3]


@given(st.lists(st.floats(0, 5), max_size=60), st.integers(1, 20), st.floats(0.1, 50))
def test_no_client_ever_gets_more_than_burst_and_rate(pauses: list[float], burst: int, refill: float) -> None:
    clock = Clock()
    check = RateCheck(settings_for(Path("nowhere")), clock, 10)
    rate, through = Rate("read", refill, burst), 0
    for pause in pauses:
        clock.seconds += pause
        through += taken(check, rate, 3)
    assert through <= burst + refill * clock.seconds + 1e-6


def test_memory_is_bounded_by_the_number_of_buckets(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> None:
    check, rate = check_of(tmp_path_factory, clock, maximum_buckets=50), Rate("read", 1, 5)
    for number in range(1_000):
        check.take(f"10.0.{number // 256}.{number % 256}", rate)
    assert len(check._buckets) == 50


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "/api/health", "read"),
        ("POST", "/api/backtest/start", "start"),
        ("GET", "/api/stocks/search", "start"),
        ("POST", UPLOAD_PATH, "upload"),
        ("GET", UPLOAD_PATH, "read"),
        ("POST", "/api/stocks/mode", "read"),
    ],
)
def test_starts_searches_and_uploads_have_rates_of_their_own(
    tmp_path_factory: pytest.TempPathFactory, clock: Clock, method: str, path: str, kind: str
) -> None:
    assert check_of(tmp_path_factory, clock).rate_of(method, path).kind == kind


def test_too_many_requests_are_told_when_to_come_back(application: Application) -> None:
    app = app_with(application, start_rate=1, start_burst=2)
    answers = [ask(app, "GET", "/api/stocks/search?q=a") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert answers[-1].json()["code"] == "too_many_requests"
    assert answers[-1].headers["retry-after"] == "1"
    assert ask(app, "GET", "/api/health/live").status_code == 200
    assert ask(app, "GET", "/api/stocks/search?q=a", client=("127.0.0.2", 1)).status_code == 200


def test_a_wrong_token_is_limited_too_so_that_nobody_tries_many(application: Application) -> None:
    app = app_with(application, token="x" * 20, read_rate=1)
    assert [ask(app, "GET", "/api/status").status_code for _ in range(4)] == [401, 401, 429, 429]
