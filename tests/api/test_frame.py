"""Around every request: its id, its line in the log, its headers, and errors in one shape without details of ours."""

import asyncio
import logging
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator, MutableMapping
from typing import Any

import pytest
from fastapi import FastAPI, Response
from fastapi.responses import StreamingResponse

from bokgi.api.application import create_app
from bokgi.api.errors import STATUS_OF, status_of
from bokgi.errors.base import BokgiError, DataError, EnvironmentFault, InputError, InternalFault, MissingError
from bokgi.errors.http import PathUnknown
from bokgi.errors.records import DatabaseUnavailable, IdempotencyKeyReused, RecordMalformed, RunStillActive
from bokgi.errors.reports import ResultBroken
from bokgi.errors.requests import NoStocks
from bokgi.errors.service import BacktestUnknown, NothingToGive
from bokgi.services.application import Application
from tests.api.framed import add_route, app_with, ask, built_application

SECRET = "the 4th drawer on the left"


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with built_application(tmp_path_factory.mktemp("frame")) as built:
        yield built


@pytest.fixture(scope="module")
def app(application: Application) -> FastAPI:
    return app_with(application)


def access_lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [vars(record) for record in caplog.records if record.name == "bokgi.access"]


@pytest.mark.parametrize("given", ["probe-1", "A.b_c-9", "x" * 64])
def test_a_request_id_of_the_right_form_is_kept_and_logged(app: FastAPI, caplog: pytest.LogCaptureFixture, given: str) -> None:
    caplog.set_level(logging.INFO, "bokgi.access")
    assert ask(app, "GET", "/api/health/live", headers={"X-Request-Id": given}).headers["x-request-id"] == given
    assert [line["request_id"] for line in access_lines(caplog)] == [given]


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, 'a"b', "../x", None])
def test_any_other_request_gets_an_id_of_its_own(app: FastAPI, given: str | None) -> None:
    headers = {} if given is None else {"X-Request-Id": given}
    first, second = (ask(app, "GET", "/api/health/live", headers=headers).headers["x-request-id"] for _ in range(2))
    assert first != second
    assert re.fullmatch("[0-9a-f]{16}", first)


def test_the_access_log_says_what_was_asked_and_which_run_it_was_about(app: FastAPI, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "bokgi.access")
    ask(app, "GET", "/api/backtest/progress?id=bt-2026-02-08-547")
    ask(app, "GET", "/api/health/live")
    first, second = access_lines(caplog)
    assert first["run_id"] == "bt-2026-02-08-547"
    assert (first["method"], first["route"], first["status"], first["client"]) == ("GET", "/api/backtest/progress", 404, "127.0.0.1")
    assert 0 < first["milliseconds"] < 60_000
    assert "run_id" not in second


def test_every_answer_carries_time_and_the_headers_that_keep_browsers_safe(app: FastAPI) -> None:
    for path in ("/api/health/live", "/api/nope", "/metrics"):
        headers = ask(app, "GET", path).headers
        assert re.fullmatch(r"app;dur=\d+\.\d", headers["server-timing"])
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "access-control-allow-origin" not in headers


def test_answers_of_the_api_are_not_stored_but_for_those_with_an_etag(application: Application) -> None:
    app = add_route(app_with(application), "/api/tagged", lambda: Response("1", headers={"ETag": '"1"'}))
    assert ask(app, "GET", "/api/health/live").headers["cache-control"] == "no-store"
    assert "cache-control" not in ask(app, "GET", "/api/tagged").headers


def test_a_page_may_run_its_own_scripts_and_nobody_elses(application: Application) -> None:
    app = add_route(app_with(application), "/page", lambda: Response("<p>", media_type="text/html"))
    policy = ask(app, "GET", "/page").headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe-eval" not in policy


def failing(error: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    "error", [RuntimeError(SECRET), RecordMalformed(SECRET), AssertionError(SECRET)], ids=lambda error: type(error).__name__
)
def test_what_nobody_foresaw_is_told_by_its_id_alone(application: Application, caplog: pytest.LogCaptureFixture, error: Exception) -> None:
    app = add_route(app_with(application), "/api/fails", failing(error))
    answer = ask(app, "GET", "/api/fails", headers={"X-Request-Id": "probe-7"})
    assert answer.status_code == 500
    assert answer.json()["code"] == "request_failed"
    assert "probe-7" in answer.json()["error"]
    assert "probe-7" in answer.json()["error_ko"]
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text
    logged = [record for record in caplog.records if record.name == "bokgi.api"]
    assert [vars(record)["request_id"] for record in logged] == ["probe-7"]
    assert SECRET in caplog.text


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NoStocks(), 400),
        (BacktestUnknown(), 404),
        (NothingToGive("running"), 409),
        (RunStillActive("bt-2026-01-01-001", "running"), 409),
        (IdempotencyKeyReused("k"), 409),
        (DatabaseUnavailable("locked"), 503),
        (ResultBroken("bt", "body.json", "hash"), 500),
        (PathUnknown("/x"), 404),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_situation_has_its_status_and_one_body(application: Application, error: BokgiError, status: int) -> None:
    app = add_route(app_with(application), "/api/fails", failing(error))
    answer = ask(app, "GET", "/api/fails")
    assert answer.status_code == status
    body = answer.json()
    assert body == {"success": False, "error": str(error), "error_ko": body["error_ko"], "code": error.code, "field": error.field}
    assert re.search("[가-힣]", body["error_ko"])
    assert ("retry-after" in answer.headers) is (status == 503)


def test_every_root_of_the_error_tree_has_a_status() -> None:
    roots = {InputError: 400, DataError: 400, MissingError: 404, EnvironmentFault: 503, InternalFault: 500}
    assert {root: STATUS_OF[root] for root in roots} == roots
    assert status_of(NoStocks()) == 400


def test_an_unknown_path_lists_what_there_is(app: FastAPI) -> None:
    answer = ask(app, "GET", "/api/nope")
    assert answer.status_code == 404
    assert answer.json()["code"] == "path_unknown"
    assert {"GET /api/health", "POST /api/backtest/start", "GET /api/results/{id}.csv"} <= set(answer.json()["available_endpoints"])


def test_a_wrong_method_says_which_ones_are_allowed(app: FastAPI) -> None:
    answer = ask(app, "PUT", "/api/session")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "DELETE, GET, POST"
    assert answer.json()["code"] == "method_refused"


@pytest.mark.parametrize(
    ("content", "code", "field"),
    [
        (b"", "body_unreadable", "body"),
        (b"{", "body_unreadable", "body"),
        (b"[]", "body_unreadable", "body"),
        (b"{}", "request_field_missing", "token"),
        (b'{"token": 7}', "field_invalid", "token"),
        (b'{"token": "' + b"x" * 2000 + b'"}', "field_invalid", "token"),
        (b"\xff\xfe", "body_unreadable", "body"),
    ],
)
def test_a_body_that_is_not_what_was_declared_is_named_with_its_field(app: FastAPI, content: bytes, code: str, field: str) -> None:
    answer = ask(app, "POST", "/api/session", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert (answer.json()["code"], answer.json()["field"]) == (code, field)
    assert len(answer.json()["error"]) < 400


def test_a_wrong_profile_is_refused_with_its_header_named(app: FastAPI) -> None:
    answer = ask(app, "GET", "/api/stocks/specific", headers={"X-Bokgi-Profile": "../x"})
    assert (answer.status_code, answer.json()["field"]) == (400, "X-Bokgi-Profile")


async def endless() -> AsyncIterator[bytes]:
    while True:
        yield b"data: still here\n\n"
        await asyncio.sleep(0.02)


def test_a_stream_of_events_is_closed_in_order_when_the_service_stops(application: Application) -> None:
    stopping = threading.Event()
    app = add_route(
        create_app(application, stopping=stopping), "/api/stream", lambda: StreamingResponse(endless(), media_type="text/event-stream")
    )
    sent: list[MutableMapping[str, Any]] = []

    asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> MutableMapping[str, Any]:
        for message in asked:
            return message
        await asyncio.sleep(3600)
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)
        if len(sent) > 3:
            stopping.set()

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "path": "/api/stream",
        "raw_path": b"/api/stream",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 3000),
    }
    asyncio.run(asyncio.wait_for(app(scope, receive, send), 5))
    assert sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}


def test_the_document_lists_the_one_error_body_and_not_the_frameworks(app: FastAPI) -> None:
    document = ask(app, "GET", "/openapi.json").json()
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for methods in document["paths"].values():
        for operation in methods.values():
            assert "422" not in operation["responses"]
            assert {"400", "429", "500"} <= set(operation["responses"])


def test_a_page_that_has_not_changed_keeps_the_policy_of_a_page(application: Application) -> None:
    app = app_with(application)
    for path in ("/", "/pages/specific-stock-selection.html"):
        first = ask(app, "GET", path)
        assert first.status_code == 200
        again = ask(app, "GET", path, headers={"If-None-Match": first.headers["etag"]})
        assert again.status_code == 304
        assert again.headers["content-security-policy"] == first.headers["content-security-policy"]
        assert "script-src 'self'" in again.headers["content-security-policy"]
