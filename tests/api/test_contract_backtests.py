"""What api.md says of starting, following and cancelling a run, sentence by sentence."""

import re
import time
from datetime import datetime, timedelta, timezone
from typing import Any

import httpx
import pytest

from bokgi.records.runs import Outcome, Progress, RunState
from bokgi.services import work
from bokgi.services.computation import Step
from tests.api.running_service import DAY_TRADE, SMOKE, RunningService

Headers = dict[str, str]
ONE = DAY_TRADE | {"stock_codes": ["005930"]}
UNKNOWN = "bt-2020-01-01-001"
PROGRESS_KEYS = [
    "backtest_id",
    "status",
    "progress_percent",
    "total_symbols",
    "completed_symbols",
    "current_symbol",
    "current_date",
    "total_trades",
    "elapsed_seconds",
    "eta_seconds",
    "stock_mode",
]


def start(service: RunningService, body: object, **headers: str) -> httpx.Response:
    return service.client.post("/api/backtest/start", json=body, headers=headers)


def seoul_date() -> str:
    return datetime.now(timezone(timedelta(hours=9))).date().isoformat()


# ------------------------------------------------------------ start


def test_post_start_answers_success_id_status_message_and_worker_status(service: RunningService) -> None:
    answer = start(service, ONE)
    body = answer.json()
    assert answer.status_code == 200
    assert list(body) == ["success", "backtest_id", "status", "message", "worker_status"]
    assert (body["success"], body["status"], body["worker_status"]) == (True, "running", "connected")
    assert body["message"]


def test_the_id_is_bt_the_date_in_korea_and_a_number_that_is_never_given_twice(service: RunningService) -> None:
    before = seoul_date()
    ids = [service.start(ONE) for _ in range(3)]
    for given in ids:
        found = re.fullmatch(r"bt-(\d{4}-\d{2}-\d{2})-(\d{3,})", given)
        assert found is not None
        assert found[1] in {before, seoul_date()}
    service.wait_for(ids[-1])
    assert service.client.delete(f"/api/backtests/{ids[-1]}").status_code == 200
    assert service.start(ONE) not in ids


def test_the_job_is_stored_before_the_answer_is_sent(idle_service: RunningService) -> None:
    backtest_id = idle_service.start(ONE)
    row = idle_service.application.run_rows.get(backtest_id)
    assert row is not None
    assert row.status is RunState.QUEUED
    assert idle_service.application.queue.state(backtest_id) is not None


def test_without_a_worker_worker_status_is_offline_and_status_queued(idle_service: RunningService) -> None:
    body = start(idle_service, ONE).json()
    assert (body["success"], body["status"], body["worker_status"]) == (True, "queued", "offline")
    assert idle_service.progress(body["backtest_id"])["status"] == "queued"


@pytest.mark.parametrize("body", [{}, {"strategy": ""}, {"strategy": None}, {"stock_codes": ["005930"]}])
def test_post_start_without_strategy_is_400_missing_required_field_strategy(service: RunningService, body: object) -> None:
    answer = start(service, body)
    assert (answer.status_code, answer.json()["error"]) == (400, "Missing required field: strategy")
    assert answer.json()["field"] == "strategy"


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"strategy": "no_such"}, "strategy", ["no_such", "daily_trading"]),
        ({"strategy": "/tmp/evil.py:Evil"}, "strategy", ["daily_trading"]),
        ({"strategy": 5}, "strategy", ["5", "daily_trading"]),
        ({"strategy_params": {"buy_time": "25:00"}}, "buy_time", ["25:00", "HH:MM"]),
        ({"strategy_params": {"colour": 1}}, "colour", ["buy_time", "sell_time"]),
        ({"strategy_params": [1]}, "strategy_params", ["[1]", "object"]),
        ({"stock_codes": ["0059"]}, "stock_codes", ["0059"]),
        ({"stock_codes": ["999999"]}, "stock_codes", ["999999"]),
        ({"stock_codes": "005930"}, "stock_codes", ["array"]),
        ({"stock_mode": "some"}, "stock_mode", ["all, filtered, or specific"]),
        ({"start_date": "2025-13-01"}, "start_date", ["2025-13-01", "2025-10-16"]),
        ({"start_date": 20251016}, "start_date", ["20251016"]),
        ({"end_date": "yesterday"}, "end_date", ["yesterday"]),
        ({"start_date": "2024-01-01", "end_date": "2024-02-01"}, "start_date", ["2024-01-01", "2025-10-16", "2025-10-21"]),
        ({"start_date": "2025-10-21", "end_date": "2025-10-16"}, "start_date", ["2025-10-21", "2025-10-16"]),
        ({"initial_capital": -1}, "initial_capital", ["-1", "1 to 1,000,000,000,000"]),
        ({"initial_capital": 10**30}, "initial_capital", ["1 to 1,000,000,000,000"]),
        ({"initial_capital": "much"}, "initial_capital", ["'much'"]),
        ({"interval": "7x"}, "interval", ["7x"]),
        ({"interval": "1m"}, "interval", ["1m"]),
        ({"costs": {"commission_ppm": -1}}, "costs.commission_ppm", ["-1", "50,000"]),
        ({"fills": {"slippage_ticks": 101}}, "fills.slippage_ticks", ["101", "100"]),
        ({"account": {"mode": "none"}}, "account.mode", ["none", "per_stock", "shared"]),
        ({"risk_free_rate": 7}, "risk_free_rate", ["7", "-0.5"]),
        ({"seed": -1}, "seed", ["-1"]),
        ({"seed": 1.5}, "seed", ["1.5"]),
        ({"check_all": "yes"}, "check_all", ["'yes'", "true or false"]),
        ({"stock_cods": ["005930"]}, "stock_cods", ["stock_cods"]),
    ],
)
def test_a_wrong_field_is_400_and_names_the_field_what_was_given_and_what_is_allowed(
    service: RunningService, change: dict[str, Any], field: str, words: list[str]
) -> None:
    answer = start(service, ONE | change)
    body = answer.json()
    assert (answer.status_code, body["success"], body["field"]) == (400, False, field), body
    assert [word for word in words if word not in body["error"]] == []
    assert re.search("[가-힣]", body["error_ko"])


def test_the_stored_mode_and_list_are_used_by_default(service: RunningService, profile: Headers) -> None:
    service.client.post("/api/stocks/mode", json={"mode": "specific"}, headers=profile)
    service.client.post("/api/stocks/specific/add", json={"codes": ["000660", "005930"]}, headers=profile)
    progress = service.wait_for(service.start(DAY_TRADE, **profile))
    assert (progress["stock_mode"], progress["total_symbols"], progress["completed_symbols"]) == ("specific", 2, 2)


def test_an_empty_stored_list_is_400_and_says_what_to_do(service: RunningService, profile: Headers) -> None:
    service.client.post("/api/stocks/mode", json={"mode": "specific"}, headers=profile)
    answer = start(service, DAY_TRADE, **profile)
    assert (answer.status_code, answer.json()["field"]) == (400, "stock_codes")


def test_stock_code_for_one_stock_is_accepted_too(service: RunningService) -> None:
    assert service.wait_for(service.start(DAY_TRADE | {"stock_code": "005930"}))["total_symbols"] == 1


def test_mode_all_takes_every_stock_of_the_base_universe(service: RunningService) -> None:
    everything = service.client.get("/api/stocks/counts").json()["all"]
    assert service.wait_for(service.start(DAY_TRADE | {"stock_mode": "all"}))["total_symbols"] == everything == 3


def test_start_and_end_are_inclusive_and_by_default_the_last_sessions_in_the_data(service: RunningService) -> None:
    body = ONE | {"start_date": "2025-10-17", "end_date": "2025-10-20"}
    result = service.client.get(f"/api/backtest/result/{service.finished(body)}").json()
    assert result["data"]["coverage"][0]["first_session"] == "2025-10-17"
    assert result["data"]["coverage"][0]["last_session"] == "2025-10-20"
    default = service.client.get(f"/api/backtest/result/{service.finished(ONE)}").json()
    assert default["metrics"]["sessions"] == 4


def test_an_idempotency_key_makes_a_repeated_request_return_the_first_answer(service: RunningService, profile: Headers) -> None:
    headers = profile | {"Idempotency-Key": "the first try"}
    first, again = start(service, ONE, **headers), start(service, ONE, **headers)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    other = start(service, ONE | {"seed": 1}, **headers)
    assert (other.status_code, other.json()["code"], other.json()["field"]) == (409, "idempotency_key_reused", "Idempotency-Key")


@pytest.mark.parametrize("key", ["", "k" * 201, "tab\there"])
def test_an_idempotency_key_that_is_none_is_400(service: RunningService, key: str) -> None:
    answer = start(service, ONE, **{"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["field"]) == (400, "Idempotency-Key")


# ------------------------------------------------------------ progress


def test_get_progress_answers_every_key(service: RunningService) -> None:
    backtest_id = service.finished(ONE)
    answer = service.client.get("/api/backtest/progress", params={"id": backtest_id})
    body = answer.json()
    assert answer.status_code == 200
    assert list(body) == PROGRESS_KEYS
    assert (body["status"], body["progress_percent"], body["completed_symbols"], body["total_trades"]) == ("completed", 100, 1, 4)
    assert body["current_symbol"].keys() == {"code", "name"}


@pytest.mark.parametrize("query", ["", "?id=", "?ID=x"])
def test_get_progress_without_id_is_400_backtest_id_parameter_is_required(service: RunningService, query: str) -> None:
    answer = service.client.get(f"/api/backtest/progress{query}")
    assert (answer.status_code, answer.json()["error"]) == (400, "backtest_id parameter is required")


@pytest.mark.parametrize("given", [UNKNOWN, "nothing", "../../etc/passwd", "%00", "bt-2026-02-08-5'--", "bt-２０２６-02-08-547"])
def test_get_progress_of_an_unknown_id_is_404(service: RunningService, given: str) -> None:
    answer = service.client.get(f"/api/backtest/progress?id={given}")
    assert answer.status_code == 404
    assert (answer.json()["status"], answer.json()["error"]) == ("not_found", "No backtest found with this ID")


def test_progress_is_what_the_worker_wrote_and_never_the_clock(idle_service: RunningService) -> None:
    backtest_id = idle_service.start(DAY_TRADE | {"stock_mode": "all"})
    rows = idle_service.application.run_rows
    claimed = rows.claim(backtest_id, "by hand", "0.1.0")
    assert claimed is not None
    told = Progress(
        percent=33,
        completed_symbols=1,
        total_symbols=3,
        current_code="000660",
        current_name="SK하이닉스",
        total_trades=7,
        elapsed_seconds=1.5,
    )
    assert rows.save_progress(backtest_id, claimed.attempt, told)
    first = idle_service.progress(backtest_id)
    assert (first["status"], first["progress_percent"], first["completed_symbols"], first["total_trades"]) == ("running", 33, 1, 7)
    assert first["current_symbol"] == {"code": "000660", "name": "SK하이닉스"}
    assert (first["elapsed_seconds"], first["eta_seconds"]) == (1.5, 3.0)
    time.sleep(0.3)
    assert {**idle_service.progress(backtest_id), "elapsed_seconds": 0, "eta_seconds": 0} == {
        **first,
        "elapsed_seconds": 0,
        "eta_seconds": 0,
    }


# ------------------------------------------------------------ cancel


def test_post_cancel_stops_within_a_second_and_what_was_completed_is_kept(service: RunningService, monkeypatch: pytest.MonkeyPatch) -> None:
    tell = work._Watch.tell

    def tell_slowly(watch: work._Watch, step: Step) -> None:
        tell(watch, step)
        time.sleep(0.2)

    monkeypatch.setattr(work._Watch, "tell", tell_slowly)
    backtest_id = service.start({"strategy": "daily_trading", "stock_mode": "all"}, **SMOKE)
    wait_until_some_are_done(service, backtest_id)
    asked = time.monotonic()
    answer = service.client.post(f"/api/backtest/cancel/{backtest_id}")
    assert (answer.status_code, answer.json()["success"], answer.json()["backtest_id"]) == (200, True, backtest_id)
    ended = service.wait_for(backtest_id)
    assert time.monotonic() - asked < 1.0
    assert ended["status"] == "cancelled"
    assert 0 < ended["completed_symbols"] < ended["total_symbols"]
    result = service.client.get(f"/api/backtest/result/{backtest_id}")
    assert (result.status_code, result.json()["status"], result.json()["partial"]) == (200, "cancelled", True)
    assert service.client.get(f"/api/results/{backtest_id}.csv").status_code == 200


def wait_until_some_are_done(service: RunningService, backtest_id: str) -> None:
    deadline = time.monotonic() + 30
    while not service.progress(backtest_id)["completed_symbols"]:
        assert time.monotonic() < deadline, "nothing was done"
        time.sleep(0.02)


def test_post_cancel_of_a_queued_run_ends_it_at_once(idle_service: RunningService) -> None:
    backtest_id = idle_service.start(ONE)
    answer = idle_service.client.post(f"/api/backtest/cancel/{backtest_id}")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    result = idle_service.client.get(f"/api/backtest/result/{backtest_id}")
    assert (result.status_code, result.json()["status"]) == (200, "cancelled")
    assert result.json()["error"]


def test_post_cancel_of_a_finished_run_changes_nothing(service: RunningService) -> None:
    backtest_id = service.finished(ONE)
    answer = service.client.post(f"/api/backtest/cancel/{backtest_id}")
    assert (answer.status_code, answer.json()["status"]) == (200, "completed")


def test_post_cancel_of_an_unknown_id_is_404(service: RunningService) -> None:
    assert service.client.post(f"/api/backtest/cancel/{UNKNOWN}").status_code == 404


# ------------------------------------------------------------ history


def test_get_backtests_lists_newest_first_and_filters_and_pages(service: RunningService, profile: Headers) -> None:
    ids = [service.finished(ONE | {"seed": seed}, **profile) for seed in range(3)]

    def listed(**query: object) -> list[str]:
        body = service.client.get("/api/backtests", params={key: str(value) for key, value in query.items()}, headers=profile).json()
        return [row["backtest_id"] for row in body["backtests"]]

    assert listed() == ids[::-1]
    assert listed(page=2, page_size=2) == ids[:1]
    assert listed(status="completed", strategy="daily_trading") == ids[::-1]
    assert listed(status="failed") == listed(strategy="rsi") == listed(q="no such words") == []
    assert listed(q=ids[1]) == [ids[1]]
    assert service.client.patch(f"/api/backtests/{ids[0]}", json={"pinned": True, "note": "돌파 시험"}).json()["pinned"] is True
    assert listed(pinned="true") == listed(q="돌파") == [ids[0]]


@pytest.mark.parametrize("query", ["status=lost", "page=0", "page=x", "page_size=1000", "pinned=maybe"])
def test_get_backtests_with_a_wrong_filter_is_400_and_names_it(service: RunningService, query: str) -> None:
    answer = service.client.get(f"/api/backtests?{query}")
    assert (answer.status_code, answer.json()["field"]) == (400, query.partition("=")[0])


def test_a_row_of_the_history_says_what_was_asked_and_what_came_of_it(service: RunningService, profile: Headers) -> None:
    backtest_id = service.finished(ONE, **profile)
    (row,) = service.client.get("/api/backtests", headers=profile).json()["backtests"]
    assert (row["backtest_id"], row["strategy"], row["interval"], row["start_date"]) == (backtest_id, "daily_trading", "5m", "2025-10-16")
    assert row["headline"]["total_trades"] == 4
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", row["created_at"])


@pytest.mark.parametrize(
    ("body", "field"), [({"pinned": "yes"}, "pinned"), ({"note": 5}, "note"), ({"note": "x" * 2_001}, "note"), ({"name": "x"}, "name")]
)
def test_patch_backtests_with_a_wrong_field_is_400_and_changes_nothing(service: RunningService, body: object, field: str) -> None:
    backtest_id = service.finished(ONE)
    answer = service.client.patch(f"/api/backtests/{backtest_id}", json=body)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    row = service.application.run_rows.get(backtest_id)
    assert row is not None
    assert (row.pinned, row.note) == (False, "")


def test_delete_backtests_removes_run_and_result(service: RunningService) -> None:
    backtest_id = service.finished(ONE)
    assert service.client.delete(f"/api/backtests/{backtest_id}").json()["success"] is True
    assert service.client.get(f"/api/backtest/result/{backtest_id}").status_code == 404
    assert service.client.delete(f"/api/backtests/{backtest_id}").status_code == 404
    assert not (service.home / "results" / backtest_id).exists()


def test_delete_backtests_of_an_unfinished_run_is_409(idle_service: RunningService) -> None:
    answer = idle_service.client.delete(f"/api/backtests/{running_by_hand(idle_service)}")
    assert (answer.status_code, answer.json()["code"]) == (409, "run_still_active")


def running_by_hand(service: RunningService) -> str:
    """A run that somebody holds and nobody computes."""
    backtest_id = service.start(ONE)
    assert service.application.run_rows.claim(backtest_id, "by hand", "0.1.0") is not None
    return backtest_id


def test_a_failed_run_answers_200_with_status_and_error(idle_service: RunningService) -> None:
    backtest_id = idle_service.start(ONE)
    rows = idle_service.application.run_rows
    claimed = rows.claim(backtest_id, "by hand", "0.1.0")
    assert claimed is not None
    error = {"code": "segment_broken", "english": "The stored file is broken.", "korean": "저장된 파일이 손상되었습니다.", "field": None}
    assert rows.finish(backtest_id, claimed.attempt, Outcome(RunState.FAILED, error=error))
    answer = idle_service.client.get(f"/api/backtest/result/{backtest_id}")
    assert (answer.status_code, answer.json()["status"], answer.json()["error"]) == (200, "failed", "The stored file is broken.")
