"""How much and how slowly a client may send."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from fastapi import FastAPI, Request

from bokgi.api.body_limits import BODY_BYTES, drain
from bokgi.api.rates import UPLOAD_PATH
from bokgi.services.application import Application
from tests.api.framed import app_with, ask, built_application


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with built_application(tmp_path_factory.mktemp("bodies")) as built:
        yield built


@pytest.fixture(scope="module")
def app(application: Application) -> FastAPI:
    return app_with(application)


async def chunks(count: int, size: int, pause_seconds: float = 0.0) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b" " * size
        await asyncio.sleep(pause_seconds)


def test_a_body_of_the_limit_is_read_and_one_byte_more_is_refused(app: FastAPI) -> None:
    mode = b'{"mode":"all"}'
    fits = ask(app, "POST", "/api/stocks/mode", content=mode + b" " * (BODY_BYTES - len(mode)))
    assert fits.status_code == 200
    answer = ask(app, "POST", "/api/stocks/mode", content=b" " * (BODY_BYTES + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert "1,048,576" in answer.json()["error"]
    assert answer.headers["connection"] == "close"


def test_a_body_without_a_length_is_counted_as_it_comes(app: FastAPI) -> None:
    answer = ask(app, "POST", "/api/stocks/mode", content=chunks(20, 100_000))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_a_body_on_a_method_that_needs_none_is_limited_too(app: FastAPI) -> None:
    assert ask(app, "GET", "/api/health/live", content=b"x" * (BODY_BYTES + 1)).status_code == 413


def test_a_body_that_comes_too_slowly_is_refused(application: Application) -> None:
    app = app_with(application, body_seconds=0.1)
    answer = ask(app, "POST", "/api/stocks/mode", content=chunks(50, 1, 0.02))
    assert (answer.status_code, answer.json()["code"]) == (408, "body_too_slow")


def uploading(application: Application) -> tuple[FastAPI, list[int]]:
    """An application whose upload route counts what it is given."""
    app, seen = app_with(application, upload_bytes=3_000_000), [0]

    async def take(request: Request) -> int:
        async for part in request.stream():
            seen[0] += len(part)
        return seen[0]

    app.router.routes[:] = [route for route in app.router.routes if getattr(route, "path", "") != UPLOAD_PATH]
    app.post(UPLOAD_PATH)(take)
    app.router.routes.insert(0, app.router.routes.pop())
    return app, seen


def test_an_upload_is_a_stream_with_a_limit_of_its_own(application: Application) -> None:
    app, seen = uploading(application)
    answer = ask(app, "POST", UPLOAD_PATH, content=chunks(25, 100_000))
    assert (answer.status_code, answer.json()) == (200, 2_500_000)
    seen[0] = 0
    answer = ask(app, "POST", UPLOAD_PATH, content=chunks(200, 100_000))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert seen[0] <= 3_000_000


def test_an_upload_that_announces_too_much_never_starts(application: Application) -> None:
    app, seen = uploading(application)
    assert ask(app, "POST", UPLOAD_PATH, content=b"x" * 3_000_001).status_code == 413
    assert seen == [0]


def test_what_is_thrown_away_is_bounded_in_bytes_and_time() -> None:
    async def endless() -> dict[str, object]:
        await asyncio.sleep(0.001)
        return {"type": "http.request", "body": b"x" * 1000, "more_body": True}

    async def silent() -> dict[str, object]:
        await asyncio.sleep(3600)
        return {}

    assert asyncio.run(drain(endless, limit_bytes=5_000)) == 6_000
    assert asyncio.run(drain(silent, limit_seconds=0.05)) == 0
