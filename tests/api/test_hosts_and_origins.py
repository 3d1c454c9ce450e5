"""Requests of other people's pages: by a name of theirs, or from a page of theirs."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from bokgi.api.hosts import HostCheck, host_name
from bokgi.errors.http import HostRefused
from bokgi.services.application import Application
from tests.api.framed import app_with, ask, built_application
from tests.api.running_service import settings_for


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with built_application(tmp_path_factory.mktemp("hosts")) as built:
        yield built


@pytest.fixture(scope="module")
def app(application: Application) -> FastAPI:
    return app_with(application, allowed_hosts=("bokgi.example",))


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:3000", "127.0.0.1:1", "[::1]:3000", "LOCALHOST", "bokgi.example:443", "localhost."]
)
def test_the_service_answers_to_its_own_names(app: FastAPI, host: str) -> None:
    assert ask(app, "GET", "/api/health/live", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "10.0.0.9", "[::2]", "[", "localhost@evil.example", "bokgi"],
)
def test_the_service_answers_to_no_other_name(app: FastAPI, host: str) -> None:
    answer = ask(app, "GET", "/api/health/live", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (421, "host_refused")
    assert "BOKGI_ALLOWED_HOSTS" in answer.json()["error"]


def scope_of(*hosts: str, server: str) -> dict[str, Any]:
    return {"headers": [(b"host", host.encode()) for host in hosts], "server": (server, 3000), "method": "GET"}


def test_an_address_in_figures_is_known_where_the_connection_arrived_at_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    check = HostCheck(settings_for(tmp_path_factory.mktemp("any")))
    check(scope_of("192.0.2.7:3000", server="192.0.2.7"))
    for host, server in (("192.0.2.7", "192.0.2.8"), ("evil.example", "evil.example")):
        with pytest.raises(HostRefused):
            check(scope_of(host, server=server))


def test_two_names_in_one_request_are_none(tmp_path_factory: pytest.TempPathFactory) -> None:
    check = HostCheck(settings_for(tmp_path_factory.mktemp("two")))
    for hosts in (("localhost", "evil.example"), ()):
        with pytest.raises(HostRefused):
            check(scope_of(*hosts, server="127.0.0.1"))


def test_a_host_header_is_taken_apart_like_an_address() -> None:
    assert [host_name(given) for given in ("A.b:1", "[::1]:2", "[::1", "a@b")] == ["a.b", "::1", "", "b"]


ALLOWED: tuple[dict[str, str], ...] = (
    {},
    {"Origin": "http://localhost:3000"},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
)
REFUSED: tuple[dict[str, str], ...] = (
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:4000"},
    {"Origin": "http://localhost:3000.evil.example"},
    {"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
)


@pytest.mark.parametrize("headers", ALLOWED, ids=str)
def test_a_change_may_come_from_our_pages_or_from_no_page(app: FastAPI, headers: dict[str, str]) -> None:
    assert ask(app, "POST", "/api/stocks/mode", json={"mode": "all"}, headers=headers).status_code == 200


@pytest.mark.parametrize("headers", REFUSED, ids=str)
@pytest.mark.parametrize("method", ["POST", "DELETE", "PATCH", "PUT"])
def test_a_change_may_not_come_from_other_peoples_pages(app: FastAPI, headers: dict[str, str], method: str) -> None:
    answer = ask(app, method, "/api/stocks/mode", headers=headers)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (403, "origin_refused", "Origin")


def test_reading_from_elsewhere_is_left_to_the_browser_which_shows_nothing(app: FastAPI) -> None:
    answer = ask(app, "GET", "/api/stocks/specific", headers={"Origin": "http://evil.example"})
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers
