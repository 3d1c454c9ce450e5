"""Pages of trades and the equity curve of a stored result, against the CSV and the arrays that were written."""

import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bokgi.errors.reports import ResultAbsent, ResultBroken
from bokgi.errors.requests import FieldInvalid
from bokgi.metrics.drawdown import drawdown_series
from bokgi.reports.equity_curve import reduced
from bokgi.reports.result_folder import read_equity, read_trade, read_trades_page, write_result
from bokgi.reports.result_views import TRADE_FIELDS
from bokgi.reports.run_record import RunRecord
from bokgi.reports.trades_csv import read_trades_csv, trades_csv
from tests.metrics.small_run import EQUITY
from tests.reports.small_record import small_record
from tests.reports.wide_record import empty_record, wide_record

CSV_NAMES = {
    "number": "번호",
    "code": "종목코드",
    "name": "종목명",
    "buy_price": "매수가",
    "shares": "수량",
    "sell_price": "매도가",
    "invested": "투입금액",
    "gross": "매매차익",
    "commission": "수수료",
    "tax": "세금",
    "profit": "순수익",
    "balance": "거래후잔고",
}


@pytest.fixture(scope="module")
def large() -> RunRecord:
    return wide_record(20_000, 30, 40)


@pytest.fixture(scope="module")
def large_folder(large: RunRecord, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results") / "bt-1"
    write_result(folder, large)
    return folder


@pytest.fixture(scope="module")
def known(large_folder: Path) -> list[dict[str, Any]]:
    """Every row of the large result in the order of its trades, read once; nobody changes it."""
    return all_rows(large_folder)


def all_rows(folder: Path, **choice: Any) -> list[dict[str, Any]]:
    return read_trades_page(folder, page_size=1_000_000, **choice)[0]


def test_a_row_says_the_trade_that_was_worked_out_by_hand(tmp_path: Path) -> None:
    write_result(tmp_path / "bt-1", small_record())
    rows, total = read_trades_page(tmp_path / "bt-1")
    assert total == 4
    assert rows[0] == {
        "number": 1,
        "code": "005930",
        "name": "삼성전자",
        "bought_at": "2025-10-16T01:00:00.000Z",
        "buy_price": 10_000,
        "shares": 99,
        "sold_at": "2025-10-16T06:00:00.000Z",
        "sell_price": 10_200,
        "invested": 990_108,
        "gross": 19_800,
        "commission": 219,
        "tax": 1_514,
        "profit": 18_067,
        "return": 18_067 / 990_108,
        "balance": 1_018_067,
        "reason": "sell_time",
    }
    assert tuple(rows[0]) == TRADE_FIELDS


def test_an_open_position_has_no_sale(tmp_path: Path) -> None:
    write_result(tmp_path / "bt-1", small_record())
    last = read_trades_page(tmp_path / "bt-1")[0][-1]
    assert (last["commission"], last["invested"], last["reason"]) == (104, 950_104, "open")
    missing = [name for name, value in last.items() if value is None]
    assert missing == ["sold_at", "sell_price", "gross", "tax", "profit", "return", "balance"]


def test_the_rows_of_all_pages_are_the_rows_of_the_csv(large: RunRecord, large_folder: Path) -> None:
    pages = [read_trades_page(large_folder, page=page, page_size=7_000)[0] for page in (1, 2, 3, 4)]
    rows = [row for page in pages for row in page]
    wanted = read_trades_csv(trades_csv(large)).rows
    assert [len(page) for page in pages] == [7_000, 7_000, 6_000, 0]
    for name, column in CSV_NAMES.items():
        assert ["" if row[name] is None else str(row[name]) for row in rows] == [row[column] for row in wanted], name


@pytest.mark.parametrize("field", TRADE_FIELDS)
@pytest.mark.parametrize("descending", [False, True])
def test_every_field_sorts_with_missing_values_last_and_ties_by_number(
    field: str, descending: bool, large_folder: Path, known: list[dict[str, Any]]
) -> None:
    rows, total = read_trades_page(large_folder, None, field, descending=descending, page=3, page_size=40)
    keys = [row[field] for row in known]
    if field == "reason":
        keys = [{"open": 0, "sell_time": 2}[key] for key in keys]
    present = sorted((place for place, key in enumerate(keys) if key is not None), key=lambda place: keys[place], reverse=descending)
    missing = [place for place, key in enumerate(keys) if key is None]
    assert [row["number"] for row in rows] == [place + 1 for place in (present + missing)[80:120]]
    assert total == 20_000


def test_one_stock_has_its_own_pages(large_folder: Path, known: list[dict[str, Any]]) -> None:
    rows = [row for row in known if row["code"] == "000070"]
    found, total = read_trades_page(large_folder, "000070", "profit", descending=True, page_size=5)
    assert total == len(rows) > 400
    best = sorted((row for row in rows if row["profit"] is not None), key=lambda row: -row["profit"])
    assert found == best[:5]
    assert read_trades_page(large_folder, "999999") == ([], 0)


def test_one_trade_has_its_sessions_and_instants_beside_the_fields_of_a_page(tmp_path: Path) -> None:
    write_result(tmp_path / "bt-1", small_record())
    rows, _ = read_trades_page(tmp_path / "bt-1")
    second, total = read_trade(tmp_path / "bt-1", 2)
    assert total == 4
    assert second == rows[1] | {
        "buy_session": date(2025, 10, 17),
        "sell_session": date(2025, 10, 17),
        "last_session": date(2025, 10, 20),
        "buy_at_micros": 1_760_662_800_000_000,
        "sell_at_micros": 1_760_680_800_000_000,
    }
    last, _ = read_trade(tmp_path / "bt-1", 4)
    assert last is not None
    assert (last["sell_session"], last["sell_at_micros"], last["sold_at"]) == (None, None, None)
    assert read_trade(tmp_path / "bt-1", 5) == (None, 4)


def test_a_page_takes_a_fraction_of_a_second(large_folder: Path) -> None:
    started = time.perf_counter()
    read_trades_page(large_folder, None, "profit", page=100, page_size=50)
    assert time.perf_counter() - started < 0.5


def test_a_run_without_trades_has_an_empty_page(tmp_path: Path) -> None:
    write_result(tmp_path / "bt-1", empty_record())
    assert read_trades_page(tmp_path / "bt-1", sort="profit") == ([], 0)


@pytest.mark.parametrize(("choice", "field"), [({"sort": "price"}, "sort"), ({"page": 0}, "page"), ({"page_size": 0}, "page_size")])
def test_a_page_that_cannot_be_is_refused_with_the_field(choice: dict[str, Any], field: str, large_folder: Path) -> None:
    with pytest.raises(FieldInvalid, match=field) as caught:
        read_trades_page(large_folder, **choice)
    assert caught.value.field == field


@pytest.mark.parametrize("name", ["trades.parquet", "stocks.parquet"])
def test_trades_of_a_damaged_file_are_never_shown(name: str, tmp_path: Path) -> None:
    write_result(tmp_path / "bt-1", small_record())
    read_trades_page(tmp_path / "bt-1")
    path = tmp_path / "bt-1" / name
    content = bytearray(path.read_bytes())
    content[20] ^= 1
    path.write_bytes(content)
    with pytest.raises(ResultBroken, match=name.replace(".", r"\.")):
        read_trades_page(tmp_path / "bt-1")


def test_a_missing_result_has_no_trades_and_no_equity(tmp_path: Path) -> None:
    with pytest.raises(ResultAbsent):
        read_trades_page(tmp_path / "bt-1")
    with pytest.raises(ResultAbsent):
        read_equity(tmp_path / "bt-1")


def test_equity_at_session_ends_has_drawdown_and_benchmarks(tmp_path: Path) -> None:
    write_result(tmp_path / "bt-1", small_record())
    view = read_equity(tmp_path / "bt-1")
    assert view["initial_equity"] == 2_000_000
    assert view["session"] == ["2025-10-16", "2025-10-17", "2025-10-20"]
    assert view["equity"] == [2_016_434, 1_994_930, 2_013_826]
    assert view["drawdown"] == [0.0, 1_994_930 / 2_016_434 - 1, 2_013_826 / 2_016_434 - 1]
    held = {"name": "buy_and_hold", "korean": "단순 보유", "english": "Buy and hold", "equity": [2_010_000, 1_990_000, 2_004_000]}
    assert view["benchmarks"] == [held]
    assert "bars" not in view


def test_equity_on_bars_carries_the_instant_of_each_bar(tmp_path: Path) -> None:
    write_result(tmp_path / "bt-1", small_record())
    bars = read_equity(tmp_path / "bt-1", points=100)["bars"]
    assert bars["equity"] == EQUITY
    assert (bars["at"][0], bars["at"][1], bars["all"]) == ("2025-10-16T01:00:00.000Z", "2025-10-16T05:55:00.000Z", 6)
    assert bars["drawdown"][-2] == 1_994_826 / 2_016_434 - 1


@given(st.integers(0, 2_000), st.integers(5, 400), st.integers(0, 99))
def test_a_reduced_curve_keeps_its_ends_and_extremes_within_the_points(length: int, points: int, seed: int) -> None:
    equity = 1_000.0 + np.cumsum(np.random.default_rng(seed).normal(0.0, 1.0, length))
    drawdown = drawdown_series(equity, 1_000.0)
    kept = reduced(equity, drawdown, points)
    assert len(kept) <= max(points, 0)
    assert (np.diff(kept) > 0).all()
    if length:
        assert (kept[0], kept[-1]) == (0, length - 1)
        assert {equity.max(), equity.min()} <= set(equity[kept].tolist())
        assert drawdown[kept].min() == drawdown.min()
