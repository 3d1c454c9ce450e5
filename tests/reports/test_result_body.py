"""The result body against the contract of the API."""

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bokgi.errors.base import Language
from bokgi.metrics.catalog import PERFORMANCE
from bokgi.reports.canonical_json import canonical_json
from bokgi.reports.formats import money, percent, rounded, short_money, utc_text, won_in_words
from bokgi.reports.result_body import performance, result_body
from bokgi.reports.run_record import RunStatus
from tests.reports.small_record import REQUEST, small_record

CONTRACT_KEYS = {
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
}


def test_the_body_has_every_key_of_the_contract_and_is_plain_json() -> None:
    body = result_body(small_record())
    assert set(body) >= CONTRACT_KEYS
    assert json.loads(json.dumps(body, allow_nan=False)) == body


def test_percent_strings_have_two_decimals_and_the_win_rate_one() -> None:
    shown = result_body(small_record())["performance"]
    assert list(shown) == list(PERFORMANCE)
    assert shown["total_return"] == "0.69%"  # 13,826 / 2,000,000 = 0.6913 %
    assert shown["max_drawdown"] == "-1.07%"  # 21,608 / 2,016,434 = 1.0716 %
    assert shown["win_rate"] == "33.3%"
    assert shown["profit_factor"] == 0.78  # 18,067 / 23,137 = 0.7809
    assert shown["expectancy"] == -1_690
    assert (shown["total_profit"], shown["total_cost"], shown["unrealised_profit"]) == (-5_070, 5_174, 18_896)


def test_what_is_undefined_is_null_in_the_strings_and_in_the_numbers() -> None:
    body = result_body(small_record())
    for name in ("annual_return", "volatility", "sharpe_ratio", "sortino_ratio", "calmar_ratio"):
        assert body["performance"][name] is None
        assert body["metrics"][name] is None


def test_metrics_are_exact() -> None:
    assert result_body(small_record())["metrics"]["total_return"] == 2_013_826 / 2_000_000 - 1


def test_the_stocks_carry_the_columns_of_the_contract() -> None:
    first = result_body(small_record())["stocks"][0]
    assert set(first) >= {"code", "name", "total_trades", "total_profit", "return_rate", "win_rate", "max_drawdown"}
    assert (first["code"], first["name"], first["total_trades"], first["total_profit"]) == ("005930", "삼성전자", 2, -3_437)
    assert first["win_rate"] == 0.5


def test_reasons_of_sale_have_count_profit_and_win_rate() -> None:
    assert result_body(small_record())["sell_reason_stats"]["sell_time"]["count"] == 3
    assert result_body(small_record())["sell_reason_stats"]["sell_time"]["profit"] == -5_070


def test_times_are_utc_with_milliseconds() -> None:
    body = result_body(small_record())
    assert body["completed_at"] == "2026-02-08T14:35:22.453Z"
    assert body["drawdowns"][0]["trough_at"] == "2025-10-20T01:00:00.000Z"
    seoul = timezone(timedelta(hours=9))
    assert utc_text(datetime(2026, 2, 9, 8, 0, tzinfo=seoul)) == "2026-02-08T23:00:00.000Z"


def test_the_file_is_named_by_the_id() -> None:
    assert result_body(small_record())["results_file"] == "/api/results/bt-2026-02-08-547.csv"
    assert result_body(small_record(backtest_id=None))["results_file"] is None


def test_a_cancelled_run_says_that_it_is_partial() -> None:
    body = result_body(small_record(status=RunStatus.CANCELLED, partial=True, unfinished=("000660",)))
    assert (body["status"], body["partial"], body["unfinished_stocks"]) == ("cancelled", True, ["000660"])
    assert "partial" not in result_body(small_record())


def test_faults_sources_and_synthetic_data_are_named() -> None:
    record = small_record()
    data = result_body(replace(record, facts=replace(record.facts, synthetic=True)))["data"]
    assert data["synthetic"] is True
    assert data["sources"] == ["hand"]
    assert data["faults"][0]["kind"] == "missing_session"
    assert data["coverage"][0]["bars"] == 6


def test_a_figure_that_is_no_number_is_refused() -> None:
    record = small_record()
    broken = replace(record.summary, values={**record.summary.values, "sharpe_ratio": float("nan")})
    with pytest.raises(ValueError, match="sharpe_ratio is nan"):
        result_body(replace(record, summary=broken))


def test_equal_bodies_have_equal_canonical_bytes_whatever_the_order_of_keys() -> None:
    body = result_body(small_record())
    assert canonical_json(dict(reversed(body.items()))) == canonical_json(body)
    assert b"NaN" not in canonical_json(body)
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical_json({"value": float("inf")})


def test_canonical_json_is_sorted_dense_and_keeps_korean() -> None:
    assert canonical_json({"b": 1.5, "a": ["가", None]}) == '{"a":["가",null],"b":1.5}'.encode()


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0.4532, 2, "45.32%"),
        (-0.125, 2, "-12.50%"),
        (0.5679, 1, "56.8%"),
        (0.0625, 1, "6.3%"),
        (-0.0625, 1, "-6.3%"),
        (0.00285, 2, "0.29%"),
        (-0.00001, 2, "0.00%"),
        (12.0, 2, "1200.00%"),
        (1e-9, 2, "0.00%"),
    ],
)
def test_percents_round_their_own_digits_with_halves_away_from_zero(value: float, decimals: int, text: str) -> None:
    assert percent(value, decimals) == text


@given(st.floats(-1e12, 1e12, allow_nan=False), st.integers(0, 4))
def test_rounding_is_never_off_by_more_than_half_a_unit(value: float, decimals: int) -> None:
    assert abs(float(rounded(value, decimals)) - value) <= 0.5 * 10.0**-decimals + abs(value) * 1e-15


def test_money_in_words_and_letters() -> None:
    assert won_in_words(123_450_000) == "1억 2,345만 원"
    assert won_in_words(10_000_000) == "1,000만 원"
    assert won_in_words(-1_234) == "-1,234 원"
    assert won_in_words(0) == "0 원"
    assert money(1_234_567.5) == "1,234,568"
    assert short_money(12_500_000, Language.KOREAN) == "1,250만"
    assert short_money(1_020_000_000, Language.KOREAN) == "10.2억"
    assert short_money(12_500_000, Language.ENGLISH) == "12.5M"


def test_performance_is_rounded_from_the_exact_values() -> None:
    values = dict(small_record().summary.values) | {"total_return": 0.453249, "sharpe_ratio": 1.845}
    shown = performance(values)
    assert (shown["total_return"], shown["sharpe_ratio"]) == ("45.32%", 1.85)
    assert REQUEST["strategy"] == "daily_trading"
