"""The token: needed where there is one, shown once by a browser, and never given away."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from bokgi.api.tokens import COOKIE, SESSION_SECONDS, TokenCheck, is_guarded
from bokgi.services.application import Application
from tests.api.framed import TOKEN, app_with, ask, built_application


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with built_application(tmp_path_factory.mktemp("tokens")) as built:
        yield built


@pytest.fixture(scope="module")
def app(application: Application) -> FastAPI:
    return app_with(application, token=TOKEN)


@pytest.mark.parametrize("path", ["/api/stocks/specific", "/api/nope", "/api", "/metrics", "/openapi.json", "/api/health"])
def test_without_the_token_nothing_is_told(app: FastAPI, path: str) -> None:
    answer = ask(app, "GET", path)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_required")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "available_endpoints" not in answer.json()


@pytest.mark.parametrize(
    "authorization",
    ["Bearer wrong", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", "Bearer", "Bearer ", TOKEN, "Bearer \xff"],
)
def test_a_wrong_token_is_refused_and_not_repeated(app: FastAPI, authorization: str) -> None:
    answer = ask(app, "GET", "/api/stocks/specific", headers={"Authorization": authorization.encode("latin-1")})
    assert (answer.status_code, answer.json()["code"]) == (401, "token_wrong")
    assert TOKEN[:-1] not in answer.text


def test_the_token_opens_everything(app: FastAPI) -> None:
    for path in ("/api/stocks/specific", "/metrics", "/openapi.json"):
        assert ask(app, "GET", path, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_whoever_only_asks_whether_it_lives_needs_no_token(app: FastAPI) -> None:
    assert ask(app, "GET", "/api/health/live").status_code == 200
    assert ask(app, "GET", "/api/session").json() == {"success": True, "required": True, "open": False}


def test_a_browser_shows_the_token_once_and_gets_a_cookie_no_script_can_read(app: FastAPI) -> None:
    answer = ask(app, "POST", "/api/session", json={"token": TOKEN})
    assert answer.json() == {"success": True, "required": True, "open": True}
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/", f"Max-Age={SESSION_SECONDS}"} <= set(cookie.split("; "))
    assert TOKEN not in cookie
    value = cookie.split(";")[0].removeprefix(f"{COOKIE}=")
    assert ask(app, "GET", "/api/stocks/specific", headers={"Cookie": f"other=1; {COOKIE}={value}"}).status_code == 200
    closed = ask(app, "DELETE", "/api/session", headers={"Cookie": f"{COOKIE}={value}"})
    assert closed.headers["set-cookie"].startswith(f'{COOKIE}=""; ')


def test_a_wrong_token_gives_no_session(app: FastAPI) -> None:
    answer = ask(app, "POST", "/api/session", json={"token": "wrong"})
    assert (answer.status_code, answer.json()["field"]) == (401, "token")
    assert "set-cookie" not in answer.headers


def test_without_a_token_in_the_settings_all_is_open(application: Application) -> None:
    app = app_with(application, token=None)
    assert ask(app, "GET", "/api/stocks/specific").status_code == 200
    assert ask(app, "GET", "/api/session").json() == {"success": True, "required": False, "open": True}
    assert "set-cookie" not in ask(app, "POST", "/api/session", json={"token": "x"}).headers


def session_of(value: str) -> dict[str, object]:
    return {"headers": [(b"cookie", f"{COOKIE}={value}".encode())]}


def test_a_session_ends_by_itself_and_with_its_token() -> None:
    now = [1_000_000.0]
    check = TokenCheck(TOKEN, clock=lambda: now[0])
    value = check.new_session()
    assert check.has_session(session_of(value))
    assert not TokenCheck("another-token", clock=lambda: now[0]).has_session(session_of(value))
    now[0] += SESSION_SECONDS + 1
    assert not check.has_session(session_of(value))


def test_the_end_of_a_session_cannot_be_moved() -> None:
    check = TokenCheck(TOKEN, clock=lambda: 1_000.0)
    end, _, proof = check.new_session().partition(".")
    assert not check.has_session(session_of(f"{int(end) + 1}.{proof}"))


@given(st.text(alphabet=st.characters(codec="latin-1"), max_size=60))
def test_no_made_up_cookie_is_a_session(value: str) -> None:
    scope = {"headers": [(b"cookie", value.encode("latin-1")), (b"x", b"y")]}
    check = TokenCheck(TOKEN, clock=lambda: 1_000.0)
    assert not check.has_session(scope)
    assert not check.has_session({"headers": [(b"cookie", f"{COOKIE}={value}".encode("latin-1"))]})


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", False),
        ("/pages/specific-stock-selection.html", False),
        ("/api/x", True),
        ("/apix", False),
        ("/api/session", False),
        ("/api/session/", True),
    ],
)
def test_pages_are_open_and_the_api_is_guarded(path: str, expected: bool) -> None:
    assert is_guarded(path) is expected
