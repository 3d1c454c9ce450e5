"""The CSV of a run: its form, its safety, and that the figures can be computed again from it."""

import csv
import io
from dataclasses import replace

import pytest

from bokgi.errors.base import Language
from bokgi.market.instruments import Instrument
from bokgi.reports.trades_csv import HEADER, neutralised, read_trades_csv, trades_csv
from tests.reports.small_record import small_record


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_file_starts_with_a_byte_order_mark_and_has_the_fixed_header_after_an_empty_line() -> None:
    content = trades_csv(small_record())
    assert content.startswith(b"\xef\xbb\xbf")
    rows = rows_of(content)
    place = rows.index([])
    assert (
        ",".join(rows[place + 1])
        == "번호,종목코드,종목명,매수일시,매수가,수량,매도일시,매도가,투입금액,매매차익,수수료,세금,순수익,거래후잔고,매도사유"
    )
    assert len(rows) == place + 2 + 4


def test_a_trade_stands_there_to_the_won_in_exchange_time() -> None:
    first = rows_of(trades_csv(small_record()))[-4]
    assert first == [
        "1", "005930", "삼성전자", "2025-10-16 10:00", "10000", "99", "2025-10-16 15:00", "10200",
        "990108", "19800", "219", "1514", "18067", "1018067", "매도 시각",
    ]  # fmt: skip


def test_an_open_position_has_empty_sale_columns() -> None:
    last = rows_of(trades_csv(small_record()))[-1]
    assert last[3:9] == ["2025-10-20 10:00", "50000", "19", "", "", "950104"]
    assert last[9:] == ["", "104", "", "", "", "보유 중"]


def test_the_figures_can_be_computed_again_from_the_file() -> None:
    record = small_record()
    read = read_trades_csv(trades_csv(record, Language.ENGLISH))
    values = record.summary.values
    closed = [row for row in read.rows if row["매도일시"]]
    profits = [int(row["순수익"]) for row in closed]
    initial, unrealised = int(read.summary["Initial equity"]), int(read.summary["Unrealised profit"])
    assert sum(profits) == values["total_profit"] == int(read.summary["Net profit"])
    assert (initial + sum(profits) + unrealised) / initial - 1 == values["total_return"] == float(read.summary["Total return"])
    assert sum(profit > 0 for profit in profits) / len(profits) == values["win_rate"]
    assert sum(int(row["수수료"] or 0) + int(row["세금"] or 0) for row in read.rows) == values["total_cost"]
    assert all(int(row["매매차익"]) - int(row["수수료"]) - int(row["세금"]) == int(row["순수익"]) for row in closed)
    assert (read.summary["Start"], read.summary["End"], read.summary["Sessions"]) == ("2025-10-16", "2025-10-20", "3")
    assert read.summary["Risk-free rate"] == "0.0"


def test_names_that_look_like_formulas_are_neutralised_and_read_back_as_they_were() -> None:
    content = trades_csv(small_record())
    assert rows_of(content)[-1][2] == '\'=HYPERLINK("x")하이닉스'
    assert read_trades_csv(content).rows[-1]["종목명"] == '=HYPERLINK("x")하이닉스'


def test_negative_numbers_stay_numbers() -> None:
    assert rows_of(trades_csv(small_record()))[-3][12] == "-21504"
    summary = read_trades_csv(trades_csv(small_record())).summary
    assert summary["순손익(원)"] == "-5070"


@pytest.mark.parametrize("text", ["=1+1", "+A1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "'=1"])
def test_every_start_of_a_formula_is_neutralised(text: str) -> None:
    assert neutralised(text) == f"'{text}"


@pytest.mark.parametrize("text", ["삼성전자", "KODEX 200", "3S", "LG-전자", ""])
def test_plain_names_are_left_alone(text: str) -> None:
    assert neutralised(text) == text


def test_names_with_commas_quotes_and_line_ends_read_back() -> None:
    record = small_record()
    odd = 'A,"B"\r\nC'
    panel = replace(record.panel, instruments=(Instrument("005930", odd), *record.panel.instruments[1:]))
    assert read_trades_csv(trades_csv(replace(record, panel=panel))).rows[0]["종목명"] == odd


def test_the_summary_says_when_data_are_synthetic() -> None:
    record = small_record()
    synthetic = replace(record, facts=replace(record.facts, synthetic=True))
    assert read_trades_csv(trades_csv(synthetic)).summary["합성 자료(실제 시세 아님)"] == "1"
    assert "합성 자료(실제 시세 아님)" not in read_trades_csv(trades_csv(record)).summary
    assert len(HEADER) == 15
