"""What is taken from each real file, what is dropped, and why. Counts come from the data folder's README or from counting its rows."""

from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from bokgi.data.fault_catalog import FAULT_KINDS, fault_sentence
from bokgi.data.importers.hints import ImportHints
from bokgi.data.importers.registry import read_file
from bokgi.data.incoming import Incoming
from bokgi.data.series import ClosingAuction
from bokgi.errors import BokgiError, Language
from bokgi.errors.imports import FileBroken, FileUnrecognised, IntervalUnclear, NothingUsable, SourceAnsweredError
from bokgi.market.instruments import Board, Exchange, Kind

LARGE_CAPS = ("000270", "000660", "005380", "005930", "006400", "035420", "035720", "051910", "068270", "207940")


def taken(path: Path, hints: ImportHints | None = None) -> Incoming:
    if not path.exists():
        pytest.skip(f"{path.name} is not there")
    found = read_file(path, hints)
    assert isinstance(found, list)
    assert len(found) == 1
    _check_form(found[0])
    return found[0]


def _check_form(incoming: Incoming) -> None:
    """Every importer hands over the same columns, sorted, without repetition."""
    bars = incoming.bars
    assert dict(bars.schema) == {
        "code": pl.String,
        "start": pl.Datetime("us", "UTC"),
        "session": pl.Date,
        "minute": pl.Int32,
        "open": pl.Float64,
        "high": pl.Float64,
        "low": pl.Float64,
        "close": pl.Float64,
        "volume": pl.Float64,
        "base_price": pl.Float64,
    }
    assert bars.select("code", "start").equals(bars.select("code", "start").sort("code", "start"))
    assert not bars.select("code", "start").is_duplicated().any()
    assert set(incoming.facts) == set(bars["code"].unique())
    assert all(kind.kind in FAULT_KINDS for kind in incoming.faults)


def faults(incoming: Incoming) -> Counter[str]:
    counted: Counter[str] = Counter()
    for fault in incoming.faults:
        counted[fault.kind] += fault.count
    return counted


@pytest.mark.parametrize("code", LARGE_CAPS)
def test_a_yahoo_file_of_a_large_cap_gives_its_504_bars_untouched(shared_data: Path, code: str) -> None:
    found = taken(shared_data / f"kr_intraday/{code}_yahoo_5m_2025-10-16_2025-10-24.csv")
    assert str(found.interval) == "5m"
    assert found.bars.height == 504
    assert found.bars["session"].n_unique() == 7
    assert (found.bars["minute"].min(), found.bars["minute"].max()) == (540, 895)
    assert found.facts[code].closing_auction is ClosingAuction.NONE
    assert not found.facts[code].adjusted
    assert found.faults == ()


def test_yahoo_stamps_in_utc_become_korean_sessions(shared_data: Path) -> None:
    found = taken(shared_data / "kr_intraday/396500_yahoo_5m_2025-12-05_2026-03-09.csv")
    assert found.bars.height == 4_183
    assert found.bars["session"].n_unique() == 59
    days = found.bars.group_by("session").len().sort("session")
    by_day = dict(days.iter_rows())
    assert by_day[date(2025, 12, 18)] == 68
    assert by_day[date(2026, 3, 4)] == 67
    assert by_day[date(2026, 3, 9)] == 28
    assert date(2026, 2, 2) not in by_day
    assert found.bars.filter(pl.col("session") == date(2026, 1, 2))["minute"].min() == 600
    assert any("+00:00" in english for _, english in found.detected)


def test_a_full_session_of_a_broker_ends_in_the_closing_auction(shared_data: Path) -> None:
    found = taken(shared_data / "kr_intraday/005930_broker_1m_2024-03-18_full_session.csv")
    assert found.bars.height == 391
    assert found.faults == ()
    assert found.facts["005930"].closing_auction is ClosingAuction.OWN_BAR
    last = found.bars.row(-1, named=True)
    assert (last["minute"], last["open"], last["volume"]) == (930, 72_800.0, 1_885_496.0)


def test_invented_rows_are_dropped_back_to_the_last_real_bar(shared_data: Path) -> None:
    """11 flat rows after 13:48, the running minute stamped 14:00, 29 flat rows, the running minute again at 15:30: 42 rows.

    The 30 rows of 15:01-15:30 are those that the data folder names; the others have the same marks. The two stamped 14:00 and 15:30
    repeat one running minute (141,750 / 141,900 / 141,750 / 141,850), which no closing auction can be.
    """
    found = taken(shared_data / "kr_intraday/005930_broker_1m_2026-01-15_partial_with_invented_rows.csv")
    assert found.bars.height == 108
    assert faults(found) == {"rows_after_fetch": 42, "label_assumed": 150}
    assert found.bars["minute"].max() == 13 * 60 + 48
    assert found.bars["volume"].min() > 0  # type: ignore[operator]  # a minimum may be anything
    assert found.facts["005930"].closing_auction is ClosingAuction.NONE


def test_the_headerless_file_is_read_as_unadjusted_prices(shared_data: Path) -> None:
    found = taken(shared_data / "kr_daily/005930_daily_unadjusted_headerless_1985_2018.csv")
    assert found.bars.height == 8_826
    assert not found.facts["005930"].adjusted
    assert faults(found) == {"outside_calendar": 4_084}
    assert found.bars.row(0, named=True)["open"] == 6_511.0
    assert found.bars.row(-1, named=True)["close"] == 2_450_000.0
    assert any("byte-order mark" in english for _, english in found.detected)


def test_phantom_rows_on_holidays_are_dropped_from_yahoo_days(shared_data: Path) -> None:
    """6,017 rows, 127 of them without volume: 98 on days that were no sessions; 2006-05-31, an election day, even has a volume."""
    found = taken(shared_data / "kr_daily/005930_daily_yahoo_2000_2023.csv")
    assert faults(found) == {"phantom_rows": 98, "not_a_session": 1}
    assert found.bars.height == 6_017 - 99
    assert found.facts["005930"].adjusted
    assert found.bars.filter(pl.col("volume") == 0).height == 127 - 98


def test_rounding_of_adjusted_prices_widens_the_range_and_keeps_the_price(shared_data: Path) -> None:
    path = shared_data / "kr_daily/adjusted_158_codes_2014_2026.parquet"
    found = taken(path)
    assert found.bars.height == 378_926
    assert len(found.facts) == 158
    assert faults(found) == {"rounding": 2_442}
    assert all(facts.adjusted for facts in found.facts.values())
    assert found.bars["volume"].null_count() == 378_926
    row = found.bars.filter(pl.col("code") == "000100", pl.col("session") == date(2014, 6, 10)).row(0, named=True)
    assert (row["high"], row["close"]) == (24_673.0, 24_673.0)


def test_the_whole_market_keeps_halted_days_and_refuses_three_impossible_rows(shared_data: Path) -> None:
    found = taken(shared_data / "kr_daily/whole_market_2761_codes_2023-12_2025-06.parquet")
    assert found.bars.height == 986_298 - 3
    assert len(found.facts) == 2_761
    assert found.bars["session"].n_unique() == 370
    assert faults(found) == {"rounding": 82, "ohlc_inconsistent": 3}
    assert found.bars.filter(pl.col("open") == 0, pl.col("close") > 0, pl.col("volume") == 0).height == 29_739


@pytest.mark.parametrize(
    ("name", "rows", "codes", "halted"),
    [("marcap_2025-01-02_2025-02-11.csv.gz", 71_708, 2_877, 3_127), ("marcap_2026-01-02_2026-02-20.parquet", 95_412, 2_907, 3_707)],
)
def test_marcap_gives_unadjusted_bars_with_base_prices_and_boards(shared_data: Path, name: str, rows: int, codes: int, halted: int) -> None:
    found = taken(shared_data / "kr_daily" / name)
    assert (found.bars.height, len(found.facts)) == (rows, codes)
    assert found.faults == ()
    assert found.bars.filter(pl.col("open") == 0).height == halted
    assert not any(facts.adjusted for facts in found.facts.values())
    assert found.facts["005930"].board is Board.KOSPI
    assert found.facts["005930"].source == "marcap"
    assert "00104K" in found.facts
    assert {facts.board for facts in found.facts.values()} == {Board.KOSPI, Board.KOSDAQ, Board.KONEX}


def test_marcap_base_prices_are_close_minus_change(shared_data: Path) -> None:
    found = taken(shared_data / "kr_daily/marcap_2025-01-02_2025-02-11.csv.gz")
    row = found.bars.filter(pl.col("code") == "000660", pl.col("session") == date(2025, 1, 2)).row(0, named=True)
    assert (row["close"], row["base_price"]) == (171_200.0, 173_900.0)


def test_the_composite_index_keeps_its_closes_where_nothing_else_is_known(shared_data: Path) -> None:
    found = taken(shared_data / "kr_index/kospi_composite_daily_1980_2026.csv")
    assert found.bars.height == 10_972
    assert faults(found) == {"close_only": 4_345, "outside_calendar": 5_550}
    assert found.facts["KOSPI"].kind is Kind.INDEX
    assert found.bars.row(0, named=True)["open"] is None


def test_the_kospi_200_series_has_closes_only(shared_data: Path) -> None:
    found = taken(shared_data / "kr_index/kospi200_daily_close_1990_2023.csv")
    assert found.bars.height == 8_807
    assert faults(found)["close_only"] == 8_807
    assert found.facts["KOSPI200"].kind is Kind.INDEX


@pytest.mark.parametrize(
    ("name", "bars", "outside"),
    [
        ("goog/20151223", 390, 42),
        ("goog/20151224", 210, 17),
        ("goog/20151228", 382, 50),
        ("spy/20230803", 390, 557),
        ("ibm/20131004", 389, 22),
    ],
)
def test_lean_minutes_keep_the_regular_session_only(shared_data: Path, name: str, bars: int, outside: int) -> None:
    found = taken(shared_data / f"us_intraday/lean/{name}_trade.zip")
    assert found.bars.height == bars
    assert faults(found) == {"outside_session": outside}
    code = name.partition("/")[0].upper()
    assert found.facts[code].exchange is Exchange.XNYS
    assert (found.bars["minute"].min() or 0) >= 570  # type: ignore[operator]  # a minimum may be anything


def test_every_lean_minute_file_is_one_session(shared_data: Path) -> None:
    files = sorted((shared_data / "us_intraday/lean").rglob("*_trade.zip"))
    assert len(files) == 31
    assert all(taken(file).bars["session"].n_unique() == 1 for file in files)


def test_the_half_day_of_lean_ends_at_one(shared_data: Path) -> None:
    found = taken(shared_data / "us_intraday/lean/goog/20151224_trade.zip")
    assert found.bars["minute"].max() == 13 * 60 - 1
    assert found.bars.row(0, named=True)["open"] == 749.55


@pytest.mark.parametrize(("symbol", "rows"), [("aapl", 5_849), ("bac", 5_849), ("goog", 4_183), ("ibm", 5_849), ("spy", 5_849)])
def test_lean_days_are_prices_divided_by_ten_thousand(shared_data: Path, symbol: str, rows: int) -> None:
    found = taken(shared_data / f"us_daily/lean/{symbol}.zip")
    assert found.bars.height == rows
    assert found.faults == ()


def test_lean_prices_are_the_nearest_floats(shared_data: Path) -> None:
    found = taken(shared_data / "us_daily/lean/aapl.zip")
    first = found.bars.row(0, named=True)
    assert (first["session"], first["open"], first["high"], first["low"], first["close"]) == (date(1998, 1, 2), 13.63, 16.25, 13.5, 16.25)


@pytest.mark.parametrize(("name", "rows"), [("AAPL", 3_270), ("FB", 196), ("GOOG", 2_148), ("IBM", 3_270), ("MSFT", 3_270)])
def test_bokeh_files_are_unadjusted_new_york_days(shared_data: Path, name: str, rows: int) -> None:
    found = taken(shared_data / f"us_daily/bokeh_sampledata/{name}.csv")
    assert found.bars.height == rows
    assert found.faults == ()
    assert not found.facts[name].adjusted


@pytest.mark.parametrize(
    ("stem", "code", "rows", "exchange"),
    [
        ("4063-T-1d-bad-div", "4063.T", 667, Exchange.OTHER),
        ("4063-T-1d-bad-stock-split", "4063.T", 22, Exchange.OTHER),
        ("8TRA-DE-1d-missing-div-adjust", "8TRA.DE", 5, Exchange.OTHER),
        ("AET-L-1d-100x-error", "AET.L", 23, Exchange.OTHER),
        ("KAP-IL-1d-bad-div", "KAP.IL", 665, Exchange.OTHER),
        ("LA-V-1d-bad-stock-split", "LA.V", 41, Exchange.OTHER),
        ("SSNLF-1d-bad-div", "SSNLF", 6_017, Exchange.XNYS),
    ],
)
def test_yfinance_anomalies_and_their_repaired_twins_are_taken_as_they_are(
    shared_data: Path, stem: str, code: str, rows: int, exchange: Exchange
) -> None:
    for name in (stem, f"{stem}-fixed"):
        found = taken(shared_data / f"us_daily/yfinance_anomalies/{name}.csv")
        assert found.bars.height == rows
        assert found.facts[code].exchange is exchange
        assert set(faults(found)) <= {"empty_rows"}


@pytest.mark.parametrize("name", ["naver_fchart_005930_day_euckr.xml", "naver_fchart_005930_day_utf8.xml"])
def test_the_naver_chart_is_read_in_both_encodings(shared_data: Path, name: str) -> None:
    found = taken(shared_data / "fixtures/krx" / name)
    assert found.bars.height == 2_832
    assert found.facts["005930"].name == "삼성전자"
    assert found.facts["005930"].adjusted
    assert faults(found) == {"rounding": 3}


def test_a_krx_answer_of_all_issues_gives_a_day(shared_data: Path) -> None:
    found = taken(shared_data / "fixtures/krx/MDCSTAT01501__mktId=ALL_trdDd=20210104.json")
    assert len(found.facts) == 2_531
    assert found.bars["session"].unique().to_list() == [date(2021, 1, 4)]
    row = found.bars.filter(pl.col("code") == "060310").row(0, named=True)
    assert (row["close"], row["base_price"], row["volume"]) == (2_260.0, 2_165.0, 588_133.0)


def test_a_krx_answer_of_one_issue_says_in_its_name_whether_it_is_adjusted(shared_data: Path) -> None:
    folder = shared_data / "fixtures/krx"
    raw = taken(folder / "MDCSTAT01701__isuCd=KR7005930003_strtDd=20180427_endDd=20180504_adjStkPrc=1.json")
    adjusted = taken(folder / "MDCSTAT01701__isuCd=KR7000020008_strtDd=20200101_endDd=20200201_adjStkPrc=2.json")
    assert (raw.facts["005930"].adjusted, adjusted.facts["000020"].adjusted) == (False, True)
    assert raw.bars["close"].to_list()[-2:] == [2_650_000.0, 51_900.0]
    assert adjusted.bars.height == 20


@pytest.mark.parametrize("name", ["MDCSTAT01501__mktId=ALL_trdDd=20210103.json", "MDCSTAT01501__mktId=STK_trdDd=20210123.json"])
def test_a_krx_answer_of_a_closed_day_is_refused_as_empty(shared_data: Path, name: str) -> None:
    with pytest.raises(NothingUsable, match="closed day"):
        read_file(shared_data / "fixtures/krx" / name)


@pytest.mark.parametrize(
    ("name", "code", "interval", "rows"),
    [
        ("chart-AAPL-2020-08-31-to-2020-11-07.json", "AAPL", "1d", 49),
        ("chart-AAPL.json", "AAPL", "1d", 1),
        ("chart-GOOG-2020-01-01-to-2020-01-03.json", "GOOG", "1d", 1),
        ("chart-WSKT.JK-2020-01-01-to-2020-01-03.json", "WSKT.JK", "1d", 1),
        ("chart_2m_ORCL_2020-09-10_from_alkimia_LGPL.json", "ORCL", "2m", 17),
        ("historical-via-chart-MSFT-dividends-2021-02-01-to-2022-01-31.csv.json", "MSFT", "1d", 252),
        ("historical-via-chart-NVDA-split-2021-02-01-to-2022-01-31.csv.json", "NVDA", "1d", 252),
    ],
)
def test_yahoo_chart_answers_give_their_bars(shared_data: Path, name: str, code: str, interval: str, rows: int) -> None:
    found = taken(shared_data / "fixtures/yahoo" / name)
    assert (str(found.interval), found.bars.height, set(found.facts)) == (interval, rows, {code})


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("chart-AAPL-2025-02-01-to-2025-02-02-includePrePost-false-interval-1m.json", NothingUsable),
        ("chart-TSLA-2025-01-01-to-2025-01-02-interval-1h.fake.json", NothingUsable),
        ("chart_1m_005930.KS_2023-09-01_META_ONLY.json", NothingUsable),
        ("chart-notimestamp-quotes-length.fake.json", FileBroken),
        ("chart-notimestamp-weird-quote.fake.json", FileBroken),
        ("error_responses_collected.json", SourceAnsweredError),
        ("search-badResult.fake.json", FileUnrecognised),
    ],
)
def test_yahoo_answers_without_bars_are_refused_for_what_they_are(shared_data: Path, name: str, error: type[BokgiError]) -> None:
    with pytest.raises(error) as caught:
        read_file(shared_data / "fixtures/yahoo" / name)
    assert name in caught.value.sentence(Language.KOREAN)


def test_files_of_other_things_are_not_recognised(shared_data: Path) -> None:
    for name in ("fixtures/slack/conversations.history.json", "fixtures/krx/INDEX.csv", "README.md", "us_intraday/lean/LICENSE"):
        with pytest.raises(FileUnrecognised):
            read_file(shared_data / name)


def test_every_fault_of_real_files_reads_as_a_sentence_in_both_languages(shared_data: Path) -> None:
    found = taken(shared_data / "kr_daily/005930_daily_yahoo_2000_2023.csv")
    english, korean = fault_sentence(found.faults[0]), fault_sentence(found.faults[0], Language.KOREAN)
    assert english.startswith("005930: 98 phantom zero-volume rows")
    assert korean.startswith("005930: 휴장일에 들어 있던 거래량 0인 유령 행 98개")


def test_minutes_of_an_exchange_without_calendar_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "4063.T.csv"
    path.write_text(
        "datetime,open,high,low,close,volume\n2024-01-04 09:00,1,2,1,2,5\n2024-01-04 09:05,1,2,1,2,5\n2024-01-04 09:10,1,2,1,2,5\n"
    )
    with pytest.raises(IntervalUnclear):
        read_file(path, ImportHints(code="4063.T"))
