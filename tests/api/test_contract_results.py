"""What api.md says of results and downloads, sentence by sentence."""

import codecs
import csv
import io
import json
import re
import zipfile
from typing import Any

import httpx
import pytest

from bokgi.metrics.catalog import METRICS, PERFORMANCE
from tests.api.running_service import DAY_TRADE, SMOKE, RunningService

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
}
HEADER = "번호,종목코드,종목명,매수일시,매수가,수량,매도일시,매도가,투입금액,매매차익,수수료,세금,순수익,거래후잔고,매도사유"
BODY_KEYS = [
    "backtest_id",
    "status",
    "performance",
    "metrics",
    "stocks",
    "sell_reason_stats",
    "data",
    "manifest",
    "results_file",
    "completed_at",
]
UNKNOWN = "bt-2020-01-01-001"
CLIMBING = "..%2f..%2fetc%2fpasswd"
NO_IDS = [UNKNOWN, "nothing", "%2e%2e", CLIMBING, "%00", "bt-2026-02-08-547%00", "bt-2026-02-08-547%0a", "-", "%ED%A0%80", "x" * 500]


@pytest.fixture(scope="module")
def finished(service: RunningService) -> str:
    """A run of 40 stocks of the demo market."""
    return service.finished({"strategy": "daily_trading", "stock_mode": "all", "strategy_params": {"buy_time": "10:00"}}, **SMOKE)


@pytest.fixture(scope="module")
def queued(idle_service: RunningService) -> str:
    """A run that no worker takes."""
    return idle_service.start(DAY_TRADE | {"stock_codes": ["005930"]})


def result_of(service: RunningService, backtest_id: str) -> dict[str, Any]:
    body: dict[str, Any] = service.client.get(f"/api/backtest/result/{backtest_id}").json()
    return body


# ------------------------------------------------------------ result


def test_get_result_answers_every_key_of_the_contract(service: RunningService, finished: str) -> None:
    answer = service.client.get(f"/api/backtest/result/{finished}")
    body = answer.json()
    assert (answer.status_code, body["backtest_id"], body["status"]) == (200, finished, "completed")
    assert [key for key in body if key in BODY_KEYS] == BODY_KEYS
    assert list(body["performance"]) == list(PERFORMANCE)
    assert list(body["metrics"]) == [metric.name for metric in METRICS]
    assert body["stocks"][0].keys() >= {"code", "name", "total_trades", "total_profit", "return_rate", "win_rate", "max_drawdown"}
    assert body["data"].keys() == {"interval", "coverage", "faults", "adjustments", "sources", "synthetic"}
    assert body["manifest"].keys() >= {"data_hash", "code_version", "parameters", "seed", "environment", "result_hash"}
    assert body["results_file"] == f"/api/results/{finished}.csv"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", body["completed_at"])
    assert body["data"]["synthetic"] is True


def test_percent_strings_have_two_decimals_and_win_rate_one_and_come_from_metrics(service: RunningService, finished: str) -> None:
    body = result_of(service, finished)
    shown, exact = body["performance"], body["metrics"]
    assert re.fullmatch(r"-?\d+\.\d\d%", shown["total_return"])
    assert re.fullmatch(r"-?\d+\.\d\d%", shown["max_drawdown"])
    assert re.fullmatch(r"\d+\.\d%", shown["win_rate"])
    assert float(shown["total_return"][:-1]) == pytest.approx(exact["total_return"] * 100, abs=0.005)
    assert float(shown["win_rate"][:-1]) == pytest.approx(exact["win_rate"] * 100, abs=0.05)
    assert shown["total_trades"] == exact["total_trades"] == shown["winning_trades"] + shown["losing_trades"]


def test_undefined_figures_are_null_and_never_nan(service: RunningService, finished: str) -> None:
    text = service.client.get(f"/api/backtest/result/{finished}").text
    assert json.loads(text)["performance"]["sharpe_ratio"] is None
    assert not re.search(r"\b(NaN|Infinity)\b", text)


def test_the_result_is_served_as_stored_bytes_with_its_etag(service: RunningService, finished: str) -> None:
    answer = service.client.get(f"/api/backtest/result/{finished}")
    assert answer.content == (service.home / "results" / finished / "body.json").read_bytes()
    etag = answer.headers["etag"]
    assert answer.json()["manifest"]["result_hash"] in etag
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = service.client.get(f"/api/backtest/result/{finished}", headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert service.client.get(f"/api/backtest/result/{finished}", headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_running_result_answers_200_with_status_and_progress(idle_service: RunningService, queued: str) -> None:
    answer = idle_service.client.get(f"/api/backtest/result/{queued}")
    body = answer.json()
    assert (answer.status_code, body["status"], body["progress_percent"], body["total_symbols"]) == (200, "queued", 0, 1)


@pytest.mark.parametrize("given", NO_IDS)
@pytest.mark.parametrize("path", ["", "/equity", "/trades", "/trades/1/chart", "/csv"])
def test_an_unknown_id_is_404_not_found_and_json(service: RunningService, given: str, path: str) -> None:
    answer = service.client.get(f"/api/backtest/result/{given}{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
    if given != CLIMBING:
        assert (answer.json()["status"], answer.json()["error"]) == ("not_found", "No backtest found with this ID")
        assert "backtest_id" in answer.json()


def test_404_of_an_unknown_id_holds_the_fixed_keys(service: RunningService) -> None:
    body = service.client.get(f"/api/backtest/result/{UNKNOWN}").json()
    assert (
        body.items() >= {"backtest_id": UNKNOWN, "status": "not_found", "error": "No backtest found with this ID", "success": False}.items()
    )


def test_get_equity_answers_curves_of_equal_length(service: RunningService, finished: str) -> None:
    body = service.client.get(f"/api/backtest/result/{finished}/equity").json()
    metrics = result_of(service, finished)["metrics"]
    assert len(body["session"]) == len(body["equity"]) == len(body["drawdown"]) == metrics["sessions"]
    assert (body["initial_equity"], body["equity"][-1]) == (metrics["initial_equity"], metrics["final_equity"])
    assert min(body["bars"]["drawdown"]) == pytest.approx(metrics["max_drawdown"], rel=1e-12)
    assert {row["name"] for row in body["benchmarks"]} >= {"buy_and_hold", "cash"}
    assert all(len(row["equity"]) == len(body["session"]) for row in body["benchmarks"])


def test_get_equity_gives_no_more_points_than_asked_for(service: RunningService, finished: str) -> None:
    body = service.client.get(f"/api/backtest/result/{finished}/equity?points=50").json()
    assert len(body["bars"]["at"]) <= 50 < body["bars"]["all"]


def test_get_trades_pages_filters_and_sorts(service: RunningService, finished: str) -> None:
    def trades(query: str = "") -> dict[str, Any]:
        body: dict[str, Any] = service.client.get(f"/api/backtest/result/{finished}/trades{query}").json()
        return body

    first = trades()
    assert (first["page"], first["page_size"], len(first["trades"])) == (1, 50, 50)
    assert first["total"] == result_of(service, finished)["metrics"]["total_trades"]
    assert [row["number"] for row in trades("?page=2&page_size=10")["trades"]] == list(range(11, 21))
    own = trades("?code=990020&page_size=200")
    assert {row["code"] for row in own["trades"]} == {"990020"}
    assert own["total"] == len(own["trades"])
    profits = [row["profit"] for row in trades("?sort=-profit&page_size=200")["trades"]]
    assert profits == sorted(profits, reverse=True)
    assert trades("?page=1000000")["trades"] == []
    assert trades("?code=nothing")["total"] == 0


@pytest.mark.parametrize("query", ["sort=colour", "page=0", "page=-1", "page_size=0", "page_size=201", "page=99999999999999999999"])
def test_get_trades_with_a_wrong_parameter_is_400_and_names_it(service: RunningService, finished: str, query: str) -> None:
    answer = service.client.get(f"/api/backtest/result/{finished}/trades?{query}")
    assert (answer.status_code, answer.json()["field"]) == (400, query.partition("=")[0])


def test_get_trade_chart_answers_bars_from_30_before_the_buy_to_30_after_the_sell_with_both_marks(
    service: RunningService, finished: str
) -> None:
    body = service.client.get(f"/api/backtest/result/{finished}/trades/2/chart").json()
    buy, sell = body["marks"]
    assert (buy["side"], sell["side"]) == ("buy", "sell")
    assert (buy["at"], buy["price"]) == (body["trade"]["bought_at"], body["trade"]["buy_price"])
    at = body["bars"]["at"]
    assert at.index(buy["at"]) == 30
    assert len([instant for instant in at if instant > sell["at"]]) == 30
    assert {len(column) for column in body["bars"].values()} == {len(at)}


@pytest.mark.parametrize(("number", "status"), [("0", 400), ("x", 400), ("99999", 404), ("99999999999999999999", 400)])
def test_get_trade_chart_of_no_trade_is_refused(service: RunningService, finished: str, number: str, status: int) -> None:
    assert service.client.get(f"/api/backtest/result/{finished}/trades/{number}/chart").status_code == status


# ------------------------------------------------------------ downloads


@pytest.mark.parametrize("file_format", FORMATS)
def test_get_results_id_format_is_an_attachment_of_its_name_and_type(service: RunningService, finished: str, file_format: str) -> None:
    answer = service.client.get(f"/api/results/{finished}.{file_format}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, FORMATS[file_format])
    assert answer.headers["content-disposition"] == f'attachment; filename="backtest-trades-{finished}.{file_format}"'
    assert answer.headers["content-length"] == str(len(answer.content))


@pytest.mark.parametrize("path", ["/api/results/{}.csv", "/api/backtest/result/{}/csv"])
def test_the_csv_is_utf8_with_bom_a_summary_an_empty_line_and_a_row_a_trade(service: RunningService, finished: str, path: str) -> None:
    content = service.client.get(path.format(finished)).content
    assert content.startswith(codecs.BOM_UTF8)
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    empty = rows.index([])
    assert rows[empty + 1] == HEADER.split(",")
    assert len(rows) - empty - 2 == result_of(service, finished)["metrics"]["total_trades"]
    assert all(len(row) == 2 for row in rows[:empty])


def test_both_csv_paths_answer_the_same(service: RunningService, finished: str) -> None:
    old, new = (service.client.get(path) for path in (f"/api/backtest/result/{finished}/csv", f"/api/results/{finished}.csv"))
    assert old.content == new.content
    assert old.headers["content-disposition"] == new.headers["content-disposition"]


def test_every_format_tells_the_same_total_profit(service: RunningService, finished: str) -> None:
    profit = result_of(service, finished)["metrics"]["total_profit"]
    files = {name: service.client.get(f"/api/results/{finished}.{name}").content for name in FORMATS}
    assert str(profit) in files["csv"].decode("utf-8-sig")
    assert f'"total_profit":{profit}' in files["json"].decode().replace(": ", ":")
    assert f"{abs(profit):,}" in files["html"].decode()
    assert zipfile.is_zipfile(io.BytesIO(files["xlsx"]))
    assert files["pdf"].startswith(b"%PDF-")


@pytest.mark.parametrize("file_format", FORMATS)
def test_head_of_a_download_answers_the_same_headers_without_a_body(service: RunningService, finished: str, file_format: str) -> None:
    got, head = (service.client.request(method, f"/api/results/{finished}.{file_format}") for method in ("GET", "HEAD"))
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-disposition", "content-length"):
        assert head.headers[name] == got.headers[name]


def test_a_range_is_not_answered_in_parts(service: RunningService, finished: str) -> None:
    for wanted in ("bytes=0-9", "bytes=999999999-", "nonsense"):
        answer = service.client.get(f"/api/results/{finished}.csv", headers={"Range": wanted})
        assert (answer.status_code, answer.content[:3]) == (200, codecs.BOM_UTF8)


@pytest.mark.parametrize("path", [*(f"/api/results/{{}}.{name}" for name in FORMATS), "/api/backtest/result/{}/csv"])
def test_nothing_to_give_yet_is_409_with_the_status(idle_service: RunningService, queued: str, path: str) -> None:
    answer = idle_service.client.get(path.format(queued))
    assert (answer.status_code, answer.json()["status"], answer.json()["success"]) == (409, "queued", False)
    assert (answer.json()["backtest_id"], answer.json()["code"]) == (queued, "no_result_yet")


@pytest.mark.parametrize("given", NO_IDS)
def test_a_download_of_an_unknown_id_is_404_and_json(service: RunningService, given: str) -> None:
    answer = service.client.get(f"/api/results/{given}.csv")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
    assert answer.json()["success"] is False


def raw_get(service: RunningService, path: str) -> httpx.Response:
    """A path as it stands: `httpx` itself would take the dots out."""
    url = service.client.base_url.copy_with(raw_path=path.encode())
    return service.client.send(httpx.Request("GET", url))


@pytest.mark.parametrize(
    "path",
    [
        "/api/results/../../../etc/passwd",
        "/api/results/..%2f..%2fbokgi.sqlite3.csv",
        "/api/results/%2e%2e/bokgi.sqlite3.json",
        "/api/results/....//bokgi.csv",
        "/api/results/.csv",
        "/api/results/C:%5Cwindows%5Cwin.ini.csv",
        "/api/results/bt-2026-02-08-547.exe",
        "/api/results/",
    ],
)
def test_a_path_that_climbs_is_404_and_json(service: RunningService, path: str) -> None:
    answer = raw_get(service, path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")


def test_an_unknown_path_is_404_and_lists_the_endpoints(service: RunningService) -> None:
    body = service.client.get("/api/nothing/here").json()
    assert body["success"] is False
    assert "POST /api/backtest/start" in body["available_endpoints"]


def test_the_language_of_a_download_can_be_chosen(service: RunningService, finished: str) -> None:
    english, korean = (service.client.get(f"/api/results/{finished}.html?language={word}").text for word in ("en", "ko"))
    assert "순손익" in korean
    assert "Net profit" in english
    assert service.client.get(f"/api/results/{finished}.html?language=de").status_code == 400
