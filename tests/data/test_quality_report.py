"""The quality report on the real files, with the numbers that the data folder's README states, and on bars made for one finding each."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from bokgi.bars.interval import DAILY, Interval
from bokgi.data.fault_catalog import FAULT_KINDS, fault_sentence, severity_of
from bokgi.data.faults import Fault, Severity
from bokgi.data.importers.hints import ImportHints
from bokgi.data.importers.registry import read_file
from bokgi.data.incoming import Incoming
from bokgi.data.quality import faults_by_kind, quality_faults
from bokgi.data.series import SeriesFacts
from bokgi.errors import Language
from bokgi.market.instruments import Board, Kind

Prices = tuple[float, float, float, float]


def report(path: Path, **hints: object) -> dict[str, Fault]:
    found = read_file(path, ImportHints(**hints))  # type: ignore[arg-type]  # keyword arguments are passed through
    assert isinstance(found, list)
    return faults_by_kind(quality_faults(found[0]))


def bars(
    rows: Sequence[tuple[str, date, int, Prices, float | None]], *, base: float | None = None, interval: Interval = DAILY, **facts: object
) -> Incoming:
    frame = pl.DataFrame(
        [
            {
                "code": code,
                "start": datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute - 540),
                "session": day,
                "minute": minute,
                "open": prices[0],
                "high": prices[1],
                "low": prices[2],
                "close": prices[3],
                "volume": volume,
                "base_price": base,
            }
            for code, day, minute, prices, volume in rows
        ],
        schema_overrides={"minute": pl.Int32, "start": pl.Datetime("us", "UTC"), "volume": pl.Float64, "base_price": pl.Float64},
    )
    known: dict[str, object] = {"kind": Kind.STOCK, "board": Board.KOSPI, **facts}
    codes = frame["code"].unique(maintain_order=True).to_list()
    return Incoming(interval, frame, {code: SeriesFacts(code, "file", **known) for code in codes})  # type: ignore[arg-type]  # keyword arguments are passed through


def found(incoming: Incoming) -> dict[str, Fault]:
    return faults_by_kind(quality_faults(incoming))


# ---------------------------------------------------------------------------------------------------------------- real files
def test_the_real_etf_file_is_reported_for_what_it_is(shared_data: Path) -> None:
    faults = report(shared_data / "kr_intraday/396500_yahoo_5m_2025-12-05_2026-03-09.csv", kind=Kind.ETF, board=Board.KOSPI)
    assert (faults["missing_sessions"].count, faults["missing_sessions"].first) == (1, date(2026, 2, 2))
    assert (faults["missing_bars"].count, faults["missing_bars"].first) == (4, date(2025, 12, 18))
    assert (faults["circuit_breaker"].count, faults["circuit_breaker"].code) == (10, "")
    assert (faults["circuit_breaker"].first, faults["circuit_breaker"].last) == (date(2026, 3, 4), date(2026, 3, 9))
    assert (faults["late_opening"].count, faults["late_opening"].first) == (1, date(2026, 1, 2))
    assert faults["partial_last_session"].first == date(2026, 3, 9)
    assert faults["coverage_ends_early"].count == 59
    assert faults["half_tick_prices"].count > 0
    assert "off_tick_prices" not in faults
    assert FAULT_KINDS["circuit_breaker"].severity is Severity.NOTE


def test_circuit_breakers_are_one_note_each(shared_data: Path) -> None:
    path = shared_data / "kr_intraday/396500_yahoo_5m_2025-12-05_2026-03-09.csv"
    incoming = read_file(path, ImportHints(kind=Kind.ETF))
    assert isinstance(incoming, list)
    halts = [fault for fault in quality_faults(incoming[0]) if fault.kind == "circuit_breaker"]
    assert [fault.example for fault in halts] == ["2026-03-04 11:20-11:45", "2026-03-09 10:35-11:00"]


@pytest.mark.parametrize("code", ["000270", "000660", "005380", "005930", "006400", "035420", "035720", "051910", "068270", "207940"])
def test_every_off_grid_price_of_the_large_caps_is_a_half_tick(shared_data: Path, code: str) -> None:
    faults = report(shared_data / f"kr_intraday/{code}_yahoo_5m_2025-10-16_2025-10-24.csv", kind=Kind.STOCK, board=Board.KOSPI)
    assert "off_tick_prices" not in faults
    assert faults["half_tick_prices"].count > 0
    assert faults["coverage_ends_early"].count == 7
    assert not {"missing_bars", "missing_sessions", "partial_last_session"} & set(faults)


def test_a_full_broker_session_has_still_rows_in_its_auction_only(shared_data: Path) -> None:
    faults = report(shared_data / "kr_intraday/005930_broker_1m_2024-03-18_full_session.csv", kind=Kind.STOCK)
    assert faults["zero_volume_rows"].count == 10
    assert set(faults) == {"zero_volume_rows", "limits_unchecked"}


def test_the_partial_broker_session_is_called_partial_with_its_holes(shared_data: Path) -> None:
    """09:00 is missing, then 10:01-11:30 and 12:01-13:30: 181 minutes before the last real bar."""
    faults = report(shared_data / "kr_intraday/005930_broker_1m_2026-01-15_partial_with_invented_rows.csv", kind=Kind.STOCK)
    assert faults["missing_bars"].count == 181
    assert faults["partial_last_session"].example == "2026-01-15: 108 bars, the last at 13:48"


@pytest.mark.parametrize(
    ("name", "halted", "half_ticks"),
    [("marcap_2025-01-02_2025-02-11.csv.gz", 3_127, 0), ("marcap_2026-01-02_2026-02-20.parquet", 3_707, 535)],
)
def test_marcap_files_hold_halted_days_and_exact_half_ticks(shared_data: Path, name: str, halted: int, half_ticks: int) -> None:
    """535 is the number of off-ladder prices of January-February 2026 that the market page states."""
    faults = report(shared_data / "kr_daily" / name)
    assert faults["halted_days"].count == halted
    assert (faults["half_tick_prices"].count if half_ticks else 0) == half_ticks
    assert "off_tick_prices" not in faults


def test_the_whole_market_reports_its_halted_days(shared_data: Path) -> None:
    assert report(shared_data / "kr_daily/whole_market_2761_codes_2023-12_2025-06.parquet")["halted_days"].count == 29_739


def test_the_half_day_of_new_york_is_a_note_and_lacks_nothing(shared_data: Path) -> None:
    faults = report(shared_data / "us_intraday/lean/goog/20151224_trade.zip")
    assert set(faults) == {"early_close"}


@pytest.mark.parametrize(("symbol", "day"), [("aapl", date(2000, 6, 21)), ("goog", date(2014, 4, 3))])
def test_splits_of_raw_american_bars_are_suspected_on_their_day(shared_data: Path, symbol: str, day: date) -> None:
    incoming = read_file(shared_data / f"us_daily/lean/{symbol}.zip")
    assert isinstance(incoming, list)
    fault = faults_by_kind(quality_faults(incoming[0]))["unadjusted_split"]
    assert fault.first == day


# ---------------------------------------------------------------------------------------------------------------- one finding each
FLAT: Prices = (1000.0, 1000.0, 1000.0, 1000.0)
DAY = date(2025, 10, 16)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda: bars([("005930", DAY, 540, (70_030.0, 70_100.0, 70_000.0, 70_100.0), 5)]), "off_tick_prices"),
        (lambda: bars([("005930", DAY, 540, (70_050.0, 70_100.0, 70_000.0, 70_100.0), 5)]), "half_tick_prices"),
        (lambda: bars([("005930", date(2025, 3, 3 + 1), 540, (70_050.0, 70_100.0, 70_000.0, 70_100.0), 5)]), "half_tick_prices"),
        (lambda: bars([("005930", date(2025, 2, 28), 540, (70_050.0, 70_100.0, 70_000.0, 70_100.0), 5)]), "off_tick_prices"),
        (lambda: bars([("005930", DAY, 540, (130_000.0, 130_100.0, 130_000.0, 130_100.0), 5)], base=100_000.0), "beyond_limit"),
        (lambda: bars([("005930", DAY, 540, (0.0, 0.0, 0.0, 1000.0), 0)]), "halted_days"),
        (lambda: bars([("005930", DAY, 540, FLAT, 0)]), "zero_volume_rows"),
        (lambda: bars([("005930", DAY, 540, FLAT, 5)], kind=None), "kind_unknown"),
    ],
)
def test_one_row_makes_one_finding(make: Callable[[], Incoming], kind: str) -> None:
    faults = found(make())
    assert kind in faults
    assert set(faults) <= {kind, "limits_unchecked"}


def test_the_limit_itself_is_no_fault() -> None:
    incoming = bars([("005930", DAY, 540, (130_000.0, 130_000.0, 130_000.0, 130_000.0), 5)], base=100_000.0)
    assert found(incoming) == {}


def test_adjusted_series_have_no_ticks_and_no_limits() -> None:
    incoming = bars([("005930", DAY, 540, (70_031.0, 70_102.0, 70_001.0, 70_099.0), 5)], base=1_000.0, adjusted=True)
    assert found(incoming) == {}


def test_a_jump_that_the_base_price_knows_is_believed() -> None:
    days = [("005930", date(2025, 10, 16), 540, FLAT, 5.0), ("005930", date(2025, 10, 17), 540, (500.0, 500.0, 500.0, 500.0), 5.0)]
    assert found(bars(days))["unadjusted_split"].count == 1
    assert "unadjusted_split" not in found(bars(days, base=1000.0))


def test_what_all_series_lack_at_once_is_said_once() -> None:
    rows = [
        (code, DAY, minute, FLAT, 5.0)
        for code in ("000660", "005930")
        for minute in range(540, 920, 5)
        if minute not in (700, 705) and (code, minute) != ("005930", 800)
    ]
    faults = found(bars(rows, interval=Interval(5)))
    assert (faults["market_wide_gap"].count, faults["market_wide_gap"].code) == (2, "")
    assert (faults["missing_bars"].count, faults["missing_bars"].code) == (1, "005930")


def test_the_day_of_the_csat_is_a_late_opening_and_lacks_no_bars() -> None:
    day = date(2025, 11, 13)
    rows = [("005930", day, minute, FLAT, 5.0) for minute in (*range(600, 980, 5), 990)]
    assert set(found(bars(rows, interval=Interval(5)))) == {"late_opening", "limits_unchecked"}


def test_every_kind_of_fault_has_words_in_both_languages() -> None:
    for kind in FAULT_KINDS:
        fault = Fault(kind, "005930", 3, DAY, DAY, "an example")
        for language in Language:
            assert "{" not in fault_sentence(fault, language)
        assert severity_of(fault) in Severity
