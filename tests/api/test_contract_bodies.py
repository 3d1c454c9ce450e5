"""Whatever is sent as a body: an object, or one sentence with status 400, on every route that reads one."""

import httpx
import pytest

from bokgi.api.json_bodies import DEEPEST
from tests.api.running_service import DAY_TRADE, RunningService

READING = [
    ("POST", "/api/backtest/start"),
    ("POST", "/api/stocks/mode"),
    ("POST", "/api/stocks/specific/add"),
    ("POST", "/api/blacklist/add"),
    ("POST", "/api/whitelist/add"),
    ("POST", "/api/strategy-configs"),
    ("PUT", "/api/strategy-configs/cfg-1"),
    ("POST", "/api/feedback"),
]
NO_JSON = [
    b"{",
    b"mode=specific",
    b'{"mode": NaN}',
    b'{"mode": Infinity}',
    b'{"mode": 1e999}',
    b'{"mode": ' + b"9" * 5_000 + b"}",
    b'{"mode": "\\ud800"}',
    b'{"mode": "\xed\xa0\x80"}',
    b'{"mode": "\xff"}',
    b'{"mode": "all",}',
    b"{'mode': 'all'}",
    b'{"mode": "all"} {}',
    b'\xef\xbb\xbf{"mode": "all"}',
    b"[" * 100_000,
    b'{"a":' * 2_000 + b"1" + b"}" * 2_000,
    '{"mode": "전체"}'.encode("euc-kr"),
    "{}".encode("utf-16"),
]
NO_OBJECT = [b"[]", b'[{"mode": "all"}]', b'"all"', b"5", b"1.5", b"true", b"null", b"[" * 500 + b"]" * 500]


def send(service: RunningService, method: str, path: str, content: bytes, **headers: str) -> httpx.Response:
    return service.client.request(method, path, content=content, headers={"Content-Type": "application/json"} | headers)


@pytest.mark.parametrize(("method", "path"), READING)
@pytest.mark.parametrize("content", NO_JSON, ids=lambda content: repr(content[:16]))
def test_what_is_no_json_is_400_and_names_no_field(idle_service: RunningService, method: str, path: str, content: bytes) -> None:
    answer = send(idle_service, method, path, content)
    assert (answer.status_code, answer.json()["success"], answer.json()["field"]) == (400, False, None)
    assert answer.json()["code"] == "body_not_json"
    assert len(answer.content) < 1_000


@pytest.mark.parametrize(("method", "path"), READING)
@pytest.mark.parametrize("content", NO_OBJECT, ids=lambda content: repr(content[:16]))
def test_what_is_no_object_is_400_and_names_no_field(idle_service: RunningService, method: str, path: str, content: bytes) -> None:
    answer = send(idle_service, method, path, content)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, "body_not_object", None)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "application/json; charset=euc-kr", "nonsense"])
def test_json_is_read_whatever_the_client_calls_it(idle_service: RunningService, profile: dict[str, str], kind: str) -> None:
    answer = send(idle_service, "POST", "/api/stocks/mode", b'{"mode": "specific"}', **profile, **{"Content-Type": kind})
    assert (answer.status_code, answer.json()["current_mode"]) == (200, "specific")


def test_a_form_is_no_json(idle_service: RunningService) -> None:
    for request in ({"data": {"mode": "specific"}}, {"files": {"mode": ("a.json", b"{}")}}):
        answer = idle_service.client.post("/api/stocks/mode", **request)
        assert (answer.status_code, answer.json()["code"]) == (400, "body_not_json")


def test_a_key_that_stands_twice_is_400_and_named(idle_service: RunningService) -> None:
    for content in (b'{"mode": "all", "mode": "specific"}', b'{"x": [{"mode": 1, "mode": 1}]}'):
        answer = send(idle_service, "POST", "/api/stocks/mode", content)
        assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, "body_key_twice", "mode")


def test_nesting_is_limited_and_the_limit_is_named(idle_service: RunningService) -> None:
    deep = b'{"a":' * (DEEPEST + 1) + b"1" + b"}" * (DEEPEST + 1)
    answer = send(idle_service, "POST", "/api/stocks/mode", deep)
    assert (answer.status_code, answer.json()["code"]) == (400, "body_too_deep")
    assert str(DEEPEST) in answer.json()["error"]


HOSTILE: list[object] = [
    None,
    True,
    0,
    -1,
    10**40,
    1e308,
    "",
    "\x00",
    "a\x00b",
    "x" * 10_000,
    [],
    [[]],
    {},
    {"a": {}},
    "\U0010ffff",
    "=1+1",
]
FIELDS = [
    ("POST", "/api/backtest/start", DAY_TRADE, (
        "strategy", "strategy_params", "stock_mode", "stock_codes", "stock_code", "start_date", "end_date", "initial_capital", "interval",
        "costs", "fills", "account", "risk_free_rate", "seed", "check_all",
    )),
    ("POST", "/api/stocks/mode", {}, ("mode",)),
    ("POST", "/api/stocks/specific/add", {}, ("codes",)),
    ("POST", "/api/blacklist/add", {}, ("code",)),
    ("POST", "/api/strategy-configs", {"name": "a", **DAY_TRADE}, ("name", "strategy", "strategy_params", "interval", "costs", "account")),
    ("POST", "/api/feedback", {"kind": "bug", "text": "a"}, ("kind", "text", "page", "contact")),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "fields"), FIELDS, ids=lambda value: value if isinstance(value, str) else "")
def test_no_value_of_any_field_gives_more_than_400(
    idle_service: RunningService, profile: dict[str, str], method: str, path: str, body: dict[str, object], fields: tuple[str, ...]
) -> None:
    for name in fields:
        for value in HOSTILE:
            answer = idle_service.client.request(method, path, json={**body, name: value}, headers=profile)
            assert answer.status_code in {200, 400}, (name, value, answer.text)
            assert answer.headers["content-type"] == "application/json"
            assert len(answer.content) < 20_000


@pytest.mark.parametrize(("method", "path", "body", "fields"), FIELDS, ids=lambda value: value if isinstance(value, str) else "")
def test_an_answer_never_repeats_a_whole_body(
    idle_service: RunningService, profile: dict[str, str], method: str, path: str, body: dict[str, object], fields: tuple[str, ...]
) -> None:
    changes: list[dict[str, object]] = [{name: "y" * 500_000} for name in fields]
    changes += [{"z" * 500_000: 1}, {fields[-1]: ["y" * 500_000]}]
    for change in changes:
        answer = idle_service.client.request(method, path, json={**body, **change}, headers=profile)
        assert answer.status_code in {200, 400}
        assert len(answer.content) < 20_000


@pytest.mark.parametrize("path", ["/api/stocks/search?q=", "/api/backtests?q=", "/api/backtests?strategy=", "/api/data/series?q="])
@pytest.mark.parametrize("text", ["%00", "%ED%A0%80", "%FF", "%25_'--", "ㅅ" * 200, "x" * 5_000, "%F4%8F%BF%BF"])
def test_no_text_in_a_query_gives_more_than_400(idle_service: RunningService, path: str, text: str) -> None:
    assert idle_service.client.get(path + text).status_code in {200, 400}
