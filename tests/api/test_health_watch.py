"""Health: real checks, shared by all who ask, and an answer even when the check hangs."""

import asyncio
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from bokgi.api.health import HealthBody, HealthWatch
from bokgi.services.application import Application
from tests.api.framed import app_with, ask, built_application


@dataclass(frozen=True)
class Said:
    status: str = "healthy"
    version: str = "9.9.9"
    uptime_seconds: float = 127.9
    database: str = "connected"
    python_worker: str = "ready"


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with built_application(tmp_path_factory.mktemp("health")) as built:
        yield built


async def bodies(watch: HealthWatch, count: int) -> list[HealthBody]:
    return list(await asyncio.gather(*(watch.body() for _ in range(count))))


def test_any_number_of_questions_at_once_share_one_check() -> None:
    asked: list[float] = []

    def check() -> Said:
        asked.append(time.monotonic())
        time.sleep(0.05)
        return Said()

    watch = HealthWatch(check)
    answers = asyncio.run(bodies(watch, 200))
    assert len(asked) == 1
    assert {(body.status, body.uptime) for body in answers} == {("healthy", 127)}


def test_an_answer_is_kept_for_a_moment_and_then_asked_again() -> None:
    now, asked = [0.0], [0]

    def check() -> Said:
        asked[0] += 1
        return Said(status="healthy" if asked[0] == 1 else "degraded")

    watch = HealthWatch(check, fresh_seconds=0.1, clock=lambda: now[0])
    assert [body.status for body in asyncio.run(bodies(watch, 2))] == ["healthy", "healthy"]
    now[0] = 0.2
    assert [body.status for body in asyncio.run(bodies(watch, 2))] == ["degraded", "degraded"]
    assert asked == [2]


def test_a_check_that_hangs_is_an_unhealthy_answer_in_time() -> None:
    release = threading.Event()

    def check() -> Said:
        release.wait(5)
        return Said()

    watch = HealthWatch(check, limit_seconds=0.1)
    began = time.monotonic()
    answers = asyncio.run(bodies(watch, 20))
    assert time.monotonic() - began < 1.0
    assert {(body.status, body.services.database) for body in answers} == {("unhealthy", "disconnected")}
    release.set()


def test_without_a_worker_health_is_degraded_with_its_whole_body(application: Application) -> None:
    answer = ask(app_with(application), "GET", "/api/health")
    assert answer.status_code == 503
    body = answer.json()
    assert body.pop("uptime") >= 0
    assert body == {
        "status": "degraded",
        "version": application.version,
        "services": {"database": "connected", "python_worker": "offline"},
    }


def test_with_a_worker_that_reports_health_is_healthy(application: Application) -> None:
    release = application.settings.release_name
    application.workers.beat("w", release=release, state="ready", pid=1, host="here")
    time.sleep(0.3)
    assert ask(app_with(application), "GET", "/api/health").status_code == 200
    application.workers.remove("w")


def test_whether_it_lives_is_answered_without_asking_anybody(application: Application) -> None:
    assert ask(app_with(application), "GET", "/api/health/live").json() == {"status": "alive", "version": application.version}
