"""Searches over HTTP: start, follow, read, cancel, delete, and what is refused."""

import csv
import io
import time
from typing import Any

import pytest

from tests.api.running_service import ENDED, SMOKE, SMOKE_SESSIONS, SMOKE_STOCKS, RunningService

SECONDS = 240.0
"""A machine that has never compiled the kernels of searches does it now."""


def searched(service: RunningService, body: dict[str, Any], headers: dict[str, str]) -> str:
    answer = service.client.post("/api/search/start", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    search_id = str(answer.json()["search_id"])
    deadline = time.monotonic() + SECONDS
    while service.client.get(f"/api/search/progress/{search_id}").json()["status"] not in ENDED:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return search_id


@pytest.fixture(scope="module")
def few(service: RunningService) -> str:
    """A search of six stocks of the demo market."""
    codes = [
        stock["code"] for stock in service.client.get("/api/stocks/search", params={"q": "0", "limit": 6}, headers=SMOKE).json()["stocks"]
    ]
    return searched(service, {"strategy": "daily_trading", "stock_codes": codes}, SMOKE)


def test_a_search_finds_the_best_of_each_stock_and_says_that_four_sessions_are_too_few(service: RunningService, few: str) -> None:
    progress = service.client.get(f"/api/search/progress/{few}").json()
    assert (progress["status"], progress["progress_percent"], progress["completed_symbols"]) == ("completed", 100, 6)
    body = service.client.get(f"/api/search/result/{few}").json()
    assert body["verdicts"]["not_enough_data"] == 6
    assert body["data"]["synthetic"] is True
    assert body["trials"] == progress["trials"] == sum(stock["trials"] for stock in body["stocks"])
    for stock in body["stocks"]:
        assert stock["sentence"]["korean"] == f"데이터 부족: {SMOKE_SESSIONS}거래일, 최소 60거래일 필요"
        assert stock["best"]["total_return"] >= stock["mean_total"]


def test_every_trial_of_a_stock_is_there_and_the_best_is_among_them(service: RunningService, few: str) -> None:
    best = service.client.get(f"/api/search/result/{few}").json()["stocks"][0]
    trials = service.client.get(f"/api/search/result/{few}/stocks/{best['code']}/trials", params={"page_size": 20_000}).json()
    balances = trials["columns"]["balance"]
    assert len(balances) == best["trials"]
    assert max(balances) == best["best"]["final_balance"] == balances[best["best"]["number"]]
    one = service.client.get(f"/api/search/result/{few}/stocks/{best['code']}").json()
    assert sum(one["distribution"]["trials"]) == best["trials"]
    assert one["axes"]["buy_time"][0] == "09:00"


def test_pages_of_trials_together_are_all_of_them(service: RunningService, few: str) -> None:
    best = service.client.get(f"/api/search/result/{few}").json()["stocks"][0]
    address, size = f"/api/search/result/{few}/stocks/{best['code']}/trials", best["trials"] // 3 + 1
    whole = service.client.get(address, params={"page_size": 20_000}).json()
    pages = [service.client.get(address, params={"page": page, "page_size": size}).json() for page in (1, 2, 3, 4)]
    assert {(page["total"], page["page_size"]) for page in pages} == {(best["trials"], size)}
    assert len(service.client.get(address).json()["columns"]["balance"]) == 1_000
    for name, values in whole["columns"].items():
        assert [value for page in pages for value in page["columns"][name]] == values
        assert pages[3]["columns"][name] == []
    assert service.client.get(address, params={"page_size": 20_001}).status_code in {400, 422}


def test_the_best_trial_is_the_backtest_of_the_same_parameters(service: RunningService, few: str) -> None:
    stock = service.client.get(f"/api/search/result/{few}").json()["stocks"][0]
    body = {"strategy": "daily_trading", "strategy_params": stock["best"]["params"], "stock_codes": [stock["code"]]}
    run = service.finished(body, **SMOKE)
    metrics = service.client.get(f"/api/backtest/result/{run}").json()["metrics"]
    assert metrics["final_equity"] == stock["best"]["final_balance"]
    assert metrics["total_trades"] == stock["best"]["trades"]
    assert metrics["winning_trades"] == stock["best"]["wins"]


def test_downloads_have_a_row_a_stock(service: RunningService, few: str) -> None:
    answer = service.client.get(f"/api/search/results/{few}.csv", params={"language": "en"})
    assert answer.headers["content-disposition"] == f'attachment; filename="search-{few}.csv"'
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 7
    assert rows[0][:3] == ["Rank", "Code", "Name"]
    assert service.client.get(f"/api/search/results/{few}.xlsx").content[:2] == b"PK"
    assert service.client.get(f"/api/search/results/{few}.json").json()["search_id"] == few


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "strategy"),
        ({"strategy": "RSI", "method": "exhaustive"}, "method"),
        ({"strategy": "RSI"}, "space"),
        ({"strategy": "daily_trading", "method": "all"}, "method"),
        ({"strategy": "daily_trading", "trials": 0}, "trials"),
        ({"strategy": "daily_trading", "honesty": "yes"}, "honesty"),
        ({"strategy": "daily_trading", "account": {"mode": "shared"}}, "account.mode"),
        ({"strategy": "daily_trading", "stock_codes": ["0059"]}, "stock_codes"),
        ({"strategy": "daily_trading", "surprise": 1}, "surprise"),
        ({"strategy": "daily_trading", "strategy_params": {"buy_time": "08:00"}}, "buy_time"),
    ],
)
def test_a_wrong_search_is_refused_with_the_field_named(service: RunningService, body: dict[str, Any], field: str) -> None:
    answer = service.client.post("/api/search/start", json={"stock_codes": ["005930"]} | body if body else {})
    assert answer.status_code == 400
    assert answer.json()["field"] == field


def test_an_unknown_search_is_404_everywhere(service: RunningService) -> None:
    for path in ("progress/se-2026-01-01-999", "result/se-2026-01-01-999", "result/none", "events/se-2026-01-01-999"):
        answer = service.client.get(f"/api/search/{path}")
        assert answer.status_code == 404
        assert answer.json()["status"] == "not_found"


def test_a_search_waits_for_a_worker_is_cancelled_and_deleted(idle_service: RunningService) -> None:
    client = idle_service.client
    started = client.post("/api/search/start", json={"strategy": "daily_trading", "stock_codes": ["005930"]}).json()
    assert (started["status"], started["worker_status"]) == ("queued", "offline")
    search_id = started["search_id"]
    assert client.delete(f"/api/searches/{search_id}").status_code == 409
    assert client.get(f"/api/search/results/{search_id}.csv").status_code == 409
    assert client.post(f"/api/search/cancel/{search_id}").json()["status"] == "cancelled"
    assert client.get(f"/api/search/result/{search_id}").json()["status"] == "cancelled"
    assert client.delete(f"/api/searches/{search_id}").json()["success"]
    assert client.get(f"/api/search/progress/{search_id}").status_code == 404


def test_all_stocks_are_searched_in_parts_and_listed(service: RunningService) -> None:
    search_id = searched(service, {"strategy": "daily_trading", "stock_mode": "all", "honesty": False}, SMOKE)
    body = service.client.get(f"/api/search/result/{search_id}").json()
    assert len(body["stocks"]) == SMOKE_STOCKS
    assert {stock["verdict"] for stock in body["stocks"]} == {None}
    assert len({stock["part"] for stock in body["stocks"]}) > 1
    listed = service.client.get("/api/searches", headers=SMOKE).json()
    assert search_id in [row["search_id"] for row in listed["searches"]]
