"""Each row of api.md's table of stocks, in its order. The texts are those of the contract."""

import sqlite3
from typing import Any

import httpx
import pytest

from bokgi.api.application import create_app
from bokgi.bootstrap.build import build
from tests.api.running_service import RunningService, serving

Headers = dict[str, str]
FIXED_KEYS = {"success", "error", "error_ko", "code", "field"}


def post(service: RunningService, path: str, body: object, profile: Headers) -> httpx.Response:
    return service.client.post(f"/api/stocks/{path}", json=body, headers=profile)


def specific(service: RunningService, profile: Headers) -> dict[str, Any]:
    body: dict[str, Any] = service.client.get("/api/stocks/specific", headers=profile).json()
    return body


def add(service: RunningService, profile: Headers, *codes: str) -> None:
    assert post(service, "specific/add", {"codes": list(codes)}, profile).status_code == 200


def check_refused(answer: httpx.Response, sentence: str, field: str | None) -> None:
    body = answer.json()
    assert (answer.status_code, body["success"], body["error"], body["field"]) == (400, False, sentence, field)
    assert body.keys() == FIXED_KEYS
    assert answer.headers["content-type"] == "application/json"


def many_codes(count: int) -> list[str]:
    """Codes that the store knows: a test market of that many."""
    return [f"{number:05d}0" for number in range(10, 10 + count)]


def test_post_stocks_mode_specific_answers_success_current_mode_and_message(service: RunningService, profile: Headers) -> None:
    answer = post(service, "mode", {"mode": "specific"}, profile)
    body = answer.json()
    assert (answer.status_code, body["success"], body["current_mode"]) == (200, True, "specific")
    assert body.keys() == {"success", "current_mode", "message"}
    assert body["message"]


@pytest.mark.parametrize("body", [{}, {"mode": None}, {"Mode": "all"}])
def test_post_stocks_mode_without_mode_is_400_mode_field_is_required(service: RunningService, profile: Headers, body: object) -> None:
    check_refused(post(service, "mode", body, profile), "mode field is required", "mode")


def test_post_stocks_mode_without_a_body_is_400_mode_field_is_required(service: RunningService, profile: Headers) -> None:
    check_refused(service.client.post("/api/stocks/mode", headers=profile), "mode field is required", "mode")


@pytest.mark.parametrize("mode", ["some", "ALL", "", 1, True, ["all"], {"a": 1}, "al\x00l", "all "])
def test_post_stocks_mode_with_another_value_is_400_and_the_mode_is_unchanged(
    service: RunningService, profile: Headers, mode: object
) -> None:
    post(service, "mode", {"mode": "specific"}, profile)
    answer = post(service, "mode", {"mode": mode}, profile)
    check_refused(answer, "Invalid stock_mode. Must be: all, filtered, or specific", "mode")
    assert specific(service, profile)["current_mode"] == "specific"


def test_post_specific_add_answers_count_and_codes_in_the_order_given(service: RunningService, profile: Headers) -> None:
    answer = post(service, "specific/add", {"codes": ["005930", "000660"]}, profile)
    body = answer.json()
    assert (answer.status_code, body["success"], body["selected_count"], body["selected_stocks"]) == (200, True, 2, ["005930", "000660"])
    assert body.keys() == {"success", "selected_count", "selected_stocks", "message"}


def test_post_specific_add_adds_to_what_is_there_and_duplicates_count_once(service: RunningService, profile: Headers) -> None:
    add(service, profile, "005930", "000660")
    body = post(service, "specific/add", {"codes": ["000660", "0126Z0", "0126Z0", "005930"]}, profile).json()
    assert (body["selected_count"], body["selected_stocks"]) == (3, ["005930", "000660", "0126Z0"])


@pytest.mark.parametrize("codes", [[], None, "005930", {"0": "005930"}, 5930, True])
def test_post_specific_add_with_codes_empty_or_not_an_array_is_400(service: RunningService, profile: Headers, codes: object) -> None:
    check_refused(post(service, "specific/add", {"codes": codes}, profile), "codes must be a non-empty array", "codes")


def test_post_specific_add_without_codes_is_400_too(service: RunningService, profile: Headers) -> None:
    check_refused(post(service, "specific/add", {}, profile), "codes must be a non-empty array", "codes")


def test_post_specific_add_of_more_than_100_in_all_is_400_and_nothing_is_added(crowded_service: RunningService, profile: Headers) -> None:
    codes = many_codes(101)
    assert post(crowded_service, "specific/add", {"codes": codes[:100]}, profile).json()["selected_count"] == 100
    answer = post(crowded_service, "specific/add", {"codes": codes[99:]}, profile)
    check_refused(answer, "Maximum 100 stocks allowed", "codes")
    assert specific(crowded_service, profile)["selected_stocks"] == codes[:100]
    assert post(crowded_service, "specific/add", {"codes": [codes[0]]}, profile).status_code == 200


@pytest.mark.parametrize(
    ("codes", "shown"),
    [
        (["0059", "00593A"], "0059, 00593A"),
        (["005930", "0059"], "0059"),
        (["999999"], "999999"),
        ([5930], "5930"),
        ([None], "None"),
        ([["005930"]], "['005930']"),
        (["0126I0"], "0126I0"),
        (["0059\x0030"], "0059\x0030"),
        (["００５９３０"], "００５９３０"),
        (["../../e"], "../../e"),
    ],
)
def test_post_specific_add_of_a_wrong_or_unknown_code_is_400_and_nothing_is_added(
    service: RunningService, profile: Headers, codes: list[object], shown: str
) -> None:
    add(service, profile, "000660")
    check_refused(post(service, "specific/add", {"codes": codes}, profile), f"Invalid stock codes: {shown}", "codes")
    assert specific(service, profile)["selected_stocks"] == ["000660"]


def test_the_form_of_codes_is_checked_before_whether_they_are_known(service: RunningService, profile: Headers) -> None:
    check_refused(post(service, "specific/add", {"codes": ["999999", "0059"]}, profile), "Invalid stock codes: 0059", "codes")


def test_get_specific_answers_mode_count_codes_and_stocks(service: RunningService, profile: Headers) -> None:
    post(service, "mode", {"mode": "specific"}, profile)
    add(service, profile, "005930", "000660")
    body = specific(service, profile)
    assert body.keys() == {"current_mode", "selected_count", "selected_stocks", "stocks"}
    assert (body["current_mode"], body["selected_count"], body["selected_stocks"]) == ("specific", 2, ["005930", "000660"])
    assert [stock["code"] for stock in body["stocks"]] == ["005930", "000660"]
    assert all(stock.keys() == {"code", "name", "name_en", "market"} for stock in body["stocks"])


def test_delete_specific_code_answers_the_count_that_is_left(service: RunningService, profile: Headers) -> None:
    add(service, profile, "005930", "000660")
    answer = service.client.delete("/api/stocks/specific/005930", headers=profile)
    body = answer.json()
    assert (answer.status_code, body["success"], body["selected_count"]) == (200, True, 1)
    assert body.keys() == {"success", "selected_count", "message"}
    assert specific(service, profile)["selected_stocks"] == ["000660"]


def test_delete_specific_code_is_the_same_when_it_was_not_selected(service: RunningService, profile: Headers) -> None:
    add(service, profile, "000660")
    first = service.client.delete("/api/stocks/specific/005930", headers=profile)
    assert (first.status_code, first.json()["success"], first.json()["selected_count"]) == (200, True, 1)


def test_delete_specific_code_of_the_wrong_form_is_400_invalid_stock_code_format(service: RunningService, profile: Headers) -> None:
    check_refused(service.client.delete("/api/stocks/specific/0059", headers=profile), "Invalid stock code format: 0059", "code")


def test_delete_specific_clears_the_list(service: RunningService, profile: Headers) -> None:
    add(service, profile, "005930", "000660")
    answer = service.client.delete("/api/stocks/specific", headers=profile)
    assert (answer.status_code, answer.json()) == (200, {"success": True, "selected_count": 0, "message": "All specific stocks cleared"})
    assert specific(service, profile)["selected_stocks"] == []


def test_get_search_answers_count_and_stocks_best_first(service: RunningService) -> None:
    demo = {"X-Bokgi-Profile": "smoke"}
    for text in ("990010", "가온별전자", "Gaonbyeol Electronics", "ㄱㅇㅂㅈㅈ"):
        answer = service.client.get("/api/stocks/search", params={"q": text, "limit": 20}, headers=demo)
        body = answer.json()
        assert (answer.status_code, body.keys(), body["count"]) == (200, {"count", "stocks"}, len(body["stocks"]))
        assert body["stocks"][0] == {"code": "990010", "name": "가온별전자", "name_en": "Gaonbyeol Electronics", "market": "KOSPI"}


def test_get_search_gives_at_most_the_limit(service: RunningService) -> None:
    demo = {"X-Bokgi-Profile": "smoke"}
    assert service.client.get("/api/stocks/search", params={"q": "가온별", "limit": 3}, headers=demo).json()["count"] == 3


@pytest.mark.parametrize("query", ["", "?q=", "?q=%20"])
def test_get_search_needs_at_least_one_character(service: RunningService, query: str) -> None:
    answer = service.client.get(f"/api/stocks/search{query}")
    assert (answer.status_code, answer.json()["field"]) == (400, "q")


@pytest.mark.parametrize("name", ["blacklist", "whitelist"])
def test_blacklist_and_whitelist_answer_success_count_and_codes(service: RunningService, profile: Headers, name: str) -> None:
    empty = service.client.get(f"/api/{name}", headers=profile)
    assert (empty.status_code, empty.json()) == (200, {"success": True, "count": 0, "codes": []})
    added = service.client.post(f"/api/{name}/add", json={"code": "005930"}, headers=profile)
    assert (added.status_code, added.json()) == (200, {"success": True, "count": 1, "codes": ["005930"]})
    again = service.client.post(f"/api/{name}/add", json={"code": "005930"}, headers=profile)
    assert again.json() == added.json()
    removed = service.client.delete(f"/api/{name}/005930", headers=profile)
    assert (removed.status_code, removed.json()) == (200, {"success": True, "count": 0, "codes": []})
    assert service.client.delete(f"/api/{name}/005930", headers=profile).json() == removed.json()


@pytest.mark.parametrize("name", ["blacklist", "whitelist"])
@pytest.mark.parametrize("body", [{}, {"code": None}, {"code": "0059"}, {"code": "999999"}, {"code": 5930}, {"code": ["005930"]}])
def test_a_wrong_code_for_a_list_is_400_and_named(service: RunningService, profile: Headers, name: str, body: object) -> None:
    answer = service.client.post(f"/api/{name}/add", json=body, headers=profile)
    assert (answer.status_code, answer.json()["field"]) == (400, "code")
    assert service.client.get(f"/api/{name}", headers=profile).json()["count"] == 0


def test_the_whitelist_holds_at_most_100(crowded_service: RunningService, profile: Headers) -> None:
    for code in many_codes(100):
        assert crowded_service.client.post("/api/whitelist/add", json={"code": code}, headers=profile).status_code == 200
    answer = crowded_service.client.post("/api/whitelist/add", json={"code": many_codes(101)[-1]}, headers=profile)
    check_refused(answer, "Maximum 100 stocks allowed", "code")


def test_filtered_is_the_base_universe_minus_blacklist_plus_whitelist(service: RunningService, profile: Headers) -> None:
    def counts() -> dict[str, int]:
        found: dict[str, int] = service.client.get("/api/stocks/counts", headers=profile).json()
        return found

    before = counts()
    assert before["filtered"] == before["all"] > 0
    service.client.post("/api/blacklist/add", json={"code": "005930"}, headers=profile)
    assert counts() == before | {"filtered": before["all"] - 1}
    service.client.post("/api/blacklist/add", json={"code": "000660"}, headers=profile)
    service.client.post("/api/whitelist/add", json={"code": "000660"}, headers=profile)
    assert counts() == before | {"filtered": before["all"] - 1}


@pytest.mark.parametrize("mode", ["all", "filtered"])
def test_switching_to_all_or_filtered_clears_the_specific_list(service: RunningService, profile: Headers, mode: str) -> None:
    add(service, profile, "005930")
    post(service, "mode", {"mode": mode}, profile)
    assert (specific(service, profile)["current_mode"], specific(service, profile)["selected_stocks"]) == (mode, [])


def test_switching_to_specific_keeps_the_list(service: RunningService, profile: Headers) -> None:
    add(service, profile, "005930")
    post(service, "mode", {"mode": "specific"}, profile)
    assert specific(service, profile)["selected_stocks"] == ["005930"]


def test_mode_and_lists_belong_to_their_profile(service: RunningService, profile: Headers) -> None:
    add(service, profile, "005930")
    other = {"X-Bokgi-Profile": profile["X-Bokgi-Profile"] + "-b"}
    assert specific(service, other)["selected_stocks"] == []
    assert service.client.get("/api/stocks/specific", headers={"X-Bokgi-Profile": "Not A Profile"}).status_code == 400


def test_mode_and_lists_are_stored_in_the_database_and_survive_a_restart(idle_service: RunningService, profile: Headers) -> None:
    post(idle_service, "mode", {"mode": "specific"}, profile)
    add(idle_service, profile, "005930", "0126Z0")
    with sqlite3.connect(idle_service.home / "bokgi.sqlite3") as file:
        assert file.execute("select count(*) from sqlite_master where type = 'table'").fetchone()[0] > 0
    again = build(idle_service.application.settings)
    with serving(create_app(again)) as client:
        body = client.get("/api/stocks/specific", headers=profile).json()
    again.close()
    assert (body["current_mode"], body["selected_stocks"]) == ("specific", ["005930", "0126Z0"])


@pytest.mark.parametrize("code", ["005930", "0126Z0", "00104K"])
def test_a_code_of_the_right_form_is_never_called_wrong_in_form(service: RunningService, profile: Headers, code: str) -> None:
    assert service.client.delete(f"/api/stocks/specific/{code}", headers=profile).status_code == 200
