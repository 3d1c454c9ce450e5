"""The calendar against real sessions: days on which prices were made."""

import csv
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from bokgi.market.calendar import session_of, sessions_between
from bokgi.market.instruments import Exchange


def sessions_of(exchange: Exchange, days: Iterable[date]) -> tuple[set[date], set[date]]:
    """Real days, and the sessions that the calendar has from the first to the last of them."""
    real = set(days)
    return real, set(sessions_between(exchange, min(real), max(real)).day.tolist())


def test_the_calendar_equals_the_3101_real_sessions_of_2014_to_2026(shared_data: Path) -> None:
    """The days on which at least one of the 158 codes has a row."""
    bars = pl.read_parquet(shared_data / "kr_daily/adjusted_158_codes_2014_2026.parquet", columns=["d"])
    real, ours = sessions_of(Exchange.XKRX, bars["d"].dt.date().unique().to_list())
    assert (len(real), min(real), max(real)) == (3101, date(2014, 1, 2), date(2026, 8, 21))
    assert real == ours


def test_the_calendar_equals_the_days_of_the_kospi_200_index_since_saturdays_ended(shared_data: Path) -> None:
    index = pl.read_csv(shared_data / "kr_index/kospi200_daily_close_1990_2023.csv", columns=["Date"], try_parse_dates=True)
    real, ours = sessions_of(Exchange.XKRX, index.filter(pl.col("Date") >= date(1998, 12, 7))["Date"].to_list())
    assert len(real) == 6187
    assert real == ours


def test_the_calendar_equals_the_370_sessions_of_the_whole_market(shared_data: Path) -> None:
    bars = pl.read_parquet(shared_data / "kr_daily/whole_market_2761_codes_2023-12_2025-06.parquet", columns=["date"])
    real, ours = sessions_of(Exchange.XKRX, bars["date"].dt.date().unique().to_list())
    assert len(real) == 370
    assert real == ours


@pytest.mark.parametrize("symbol", ["spy", "ibm", "goog"])
def test_the_new_york_calendar_equals_the_real_days_of_a_share(shared_data: Path, symbol: str) -> None:
    archive = zipfile.ZipFile(shared_data / f"us_daily/lean/{symbol}.zip")
    lines = archive.read(archive.namelist()[0]).decode().split()
    real, ours = sessions_of(Exchange.XNYS, {datetime.strptime(line[:8], "%Y%m%d").date() for line in lines if line[:8].isdecimal()})  # noqa: DTZ007 (plain dates)
    assert len(real) > 4000
    assert real == ours


def first_and_last_bars(path: Path) -> dict[date, tuple[int, int]]:
    """Minute of the first and last 5-minute bar by day, from UTC stamps, in Korean time."""
    by_day: dict[date, list[int]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            at = datetime.fromisoformat(row["Datetime"])
            by_day.setdefault(at.date(), []).append(at.hour * 60 + at.minute + 540)
    return {day: (min(minutes), max(minutes)) for day, minutes in by_day.items()}


def test_an_etf_printed_its_first_bar_at_the_regular_open_of_every_session(shared_data: Path) -> None:
    bars = first_and_last_bars(shared_data / "kr_intraday/396500_yahoo_5m_2025-12-05_2026-03-09.csv")
    assert len(bars) == 59
    assert {day: first for day, (first, _) in bars.items()} == {day: session_of(Exchange.XKRX, day).open_minute for day in bars}
