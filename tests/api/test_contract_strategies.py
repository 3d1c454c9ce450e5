"""Strategies, kept configurations, feedback, status and health over HTTP."""

import re
from typing import Any

import pytest

from bokgi.strategies.catalog import CATALOG
from tests.api.running_service import DAY_TRADE, RunningService

Headers = dict[str, str]
CONFIG = {
    "name": "아침 매수",
    "strategy": "daily_trading",
    "strategy_params": {"buy_time": "09:30"},
    "interval": "5m",
    "risk_free_rate": 0.03,
}
PATH = "/api/strategy-configs"


def saved(service: RunningService, profile: Headers, **change: object) -> dict[str, Any]:
    answer = service.client.post(PATH, json=CONFIG | change, headers=profile)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def listed(service: RunningService, profile: Headers) -> list[dict[str, Any]]:
    body = service.client.get(PATH, headers=profile).json()
    assert body["count"] == len(body["configs"])
    configs: list[dict[str, Any]] = body["configs"]
    return configs


def test_get_strategies_lists_the_catalogue_with_words_and_parameter_schemas(idle_service: RunningService) -> None:
    rows = idle_service.client.get("/api/strategies").json()["strategies"]
    assert [row["name"] for row in rows] == list(CATALOG)
    daily = rows[0]
    assert daily["words"] == {"ko": "당일 매매", "en": "Daily trading"}
    assert daily["parameters"]["properties"]["buy_time"]["default"] == "10:00"


def test_a_form_is_told_which_parameters_must_be_in_order_and_the_server_refuses_what_is_not(idle_service: RunningService) -> None:
    known = {one["name"]: one["parameters"] for one in idle_service.client.get("/api/strategies").json()["strategies"]}
    assert known["daily_trading"]["x-order"] == [["buy_time", "sell_time"]]
    assert known["trailing_stop"]["x-order"] == []
    ordered = {name: schema for name, schema in known.items() if schema["x-order"]}
    assert set(ordered) == {"daily_trading", "MA20_50", "MA5_20", "RSI", "MACD"}
    for name, schema in ordered.items():
        for low, high in schema["x-order"]:
            same = schema["properties"][high]["default"]
            body = {"strategy": name, "strategy_params": {low: same, high: same}, "stock_codes": ["005930"]}
            refused = idle_service.client.post("/api/backtest/start", json=body)
            assert refused.status_code == 400
            assert refused.json()["code"] == "contradicting_parameters"
            assert refused.json()["field"].endswith(high)


def test_a_configuration_is_kept_with_every_default_and_belongs_to_its_profile(idle_service: RunningService, profile: Headers) -> None:
    kept = saved(idle_service, profile)
    assert kept["strategy_params"] == {"buy_time": "09:30", "sell_time": "15:00"}
    assert (kept["name"], kept["interval"], kept["risk_free_rate"], kept["costs"]) == ("아침 매수", "5m", 0.03, None)
    assert listed(idle_service, profile) == [kept]
    assert listed(idle_service, {"X-Bokgi-Profile": profile["X-Bokgi-Profile"] + "-b"}) == []


def test_saving_under_a_name_that_is_there_changes_that_configuration(idle_service: RunningService, profile: Headers) -> None:
    first = saved(idle_service, profile)
    again = saved(idle_service, profile, strategy_params={"buy_time": "11:00"})
    assert (again["id"], again["strategy_params"]["buy_time"]) == (first["id"], "11:00")
    assert len(listed(idle_service, profile)) == 1


def test_put_changes_a_configuration_and_its_name(idle_service: RunningService, profile: Headers) -> None:
    kept = saved(idle_service, profile)
    answer = idle_service.client.put(
        f"{PATH}/{kept['id']}", json=CONFIG | {"name": "저녁", "strategy": "RSI", "strategy_params": {}}, headers=profile
    )
    assert (answer.status_code, answer.json()["name"], answer.json()["strategy"]) == (200, "저녁", "RSI")
    assert [row["name"] for row in listed(idle_service, profile)] == ["저녁"]


def test_put_with_a_name_that_another_one_has_is_409(idle_service: RunningService, profile: Headers) -> None:
    saved(idle_service, profile)
    other = saved(idle_service, profile, name="다른 것")
    answer = idle_service.client.put(f"{PATH}/{other['id']}", json=CONFIG, headers=profile)
    assert (answer.status_code, answer.json()["field"]) == (409, "name")


def test_delete_removes_a_configuration(idle_service: RunningService, profile: Headers) -> None:
    kept = saved(idle_service, profile)
    assert idle_service.client.delete(f"{PATH}/{kept['id']}", headers=profile).json() == {"success": True}
    assert listed(idle_service, profile) == []


@pytest.mark.parametrize("given", ["cfg-999999", "nothing", "..%2f", "%00"])
def test_a_configuration_that_is_not_there_is_404(idle_service: RunningService, profile: Headers, given: str) -> None:
    assert idle_service.client.delete(f"{PATH}/{given}", headers=profile).status_code == 404
    assert idle_service.client.put(f"{PATH}/{given}", json=CONFIG, headers=profile).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": None}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"strategy": None}, "strategy"),
        ({"strategy": "no_such"}, "strategy"),
        ({"strategy_params": {"buy_time": "25:00"}}, "buy_time"),
        ({"interval": "7x"}, "interval"),
        ({"costs": {"commission_ppm": -1}}, "costs.commission_ppm"),
        ({"colour": 1}, "colour"),
    ],
)
def test_a_wrong_configuration_is_400_and_kept_by_nobody(
    idle_service: RunningService, profile: Headers, change: dict[str, object], field: str
) -> None:
    answer = idle_service.client.post(PATH, json=CONFIG | change, headers=profile)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert listed(idle_service, profile) == []


def test_a_kept_configuration_can_be_started_as_it_is(service: RunningService, profile: Headers) -> None:
    kept = saved(service, profile, strategy_params=DAY_TRADE["strategy_params"])
    fields = ("strategy", "strategy_params", "interval", "initial_capital", "costs", "fills", "account", "risk_free_rate")
    backtest_id = service.finished({name: kept[name] for name in fields} | {"stock_codes": ["005930"]}, **profile)
    assert service.progress(backtest_id)["status"] == "completed"


def test_post_feedback_is_kept_with_page_and_version(idle_service: RunningService, profile: Headers) -> None:
    body = {"kind": "idea", "text": " 분봉을 더 주세요 ", "page": "/results/bt-2026-02-08-547", "contact": "a@b.kr"}
    answer = idle_service.client.post("/api/feedback", json=body, headers=profile)
    assert (answer.status_code, answer.json()["success"]) == (200, True)
    row = idle_service.application.feedback.page().rows[0]
    assert (row.id, row.profile, row.kind, row.text) == (answer.json()["id"], profile["X-Bokgi-Profile"], "idea", "분봉을 더 주세요")
    assert (row.page, row.contact, row.version) == (body["page"], body["contact"], idle_service.application.version)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "bug"}, "text"),
        ({"kind": "bug", "text": ""}, "text"),
        ({"kind": "bug", "text": "x" * 5_001}, "text"),
        ({"text": "x"}, "kind"),
        ({"kind": "rant", "text": "x"}, "kind"),
        ({"kind": "bug", "text": "x", "page": 1}, "page"),
        ({"kind": "bug", "text": "x", "mail": "a@b"}, "mail"),
    ],
)
def test_wrong_feedback_is_400_and_names_the_field(idle_service: RunningService, body: object, field: str) -> None:
    answer = idle_service.client.post("/api/feedback", json=body)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_get_status_tells_workers_queue_and_disk(service: RunningService, idle_service: RunningService) -> None:
    busy, idle = (each.client.get("/api/status").json() for each in (service, idle_service))
    assert [worker["state"] for worker in busy["workers"]] == ["ready"]
    assert (idle["workers"], idle["status"]) == ([], "degraded")
    before = idle["queue"]["waiting"]
    idle_service.start(DAY_TRADE | {"stock_codes": ["005930"]})
    assert idle_service.client.get("/api/status").json()["queue"]["waiting"] == before + 1
    assert 0 < busy["disk"]["free_bytes"] <= busy["disk"]["total_bytes"]


def test_get_health_is_200_healthy_with_the_whole_body(service: RunningService) -> None:
    answer = service.client.get("/api/health")
    body = answer.json()
    assert answer.status_code == 200
    assert list(body) == ["status", "version", "uptime", "services"]
    assert (body["status"], body["services"]) == ("healthy", {"database": "connected", "python_worker": "ready"})
    assert body["version"] == service.application.version
    assert isinstance(body["uptime"], int)


def test_get_health_without_a_worker_is_503_degraded_with_the_whole_body(idle_service: RunningService) -> None:
    answer = idle_service.client.get("/api/health")
    body = answer.json()
    assert (answer.status_code, body["status"]) == (503, "degraded")
    assert body["services"] == {"database": "connected", "python_worker": "offline"}


def test_get_health_live_says_only_that_the_process_runs(idle_service: RunningService) -> None:
    answer = idle_service.client.get("/api/health/live")
    assert (answer.status_code, answer.json()["status"]) == (200, "alive")


def test_get_metrics_is_prometheus_text(idle_service: RunningService) -> None:
    answer = idle_service.client.get("/metrics")
    assert answer.status_code == 200
    assert re.search(r"^# TYPE \w+ (counter|gauge|histogram)$", answer.text, re.MULTILINE)
