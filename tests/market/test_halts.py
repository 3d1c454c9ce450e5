"""Circuit breakers: announced times, and the bars that a real feed lacks because of them."""

from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from bokgi.market.calendar import session_of
from bokgi.market.halts import circuit_breakers, halted_minutes
from bokgi.market.instruments import Board, Exchange

FIVE_MINUTES = 5


@pytest.mark.parametrize(
    ("day", "board", "first", "last"),
    [
        (date(2026, 3, 4), Board.KOSPI, "11:20", "11:49"),
        (date(2026, 3, 4), Board.KOSDAQ, "11:17", "11:46"),
        (date(2026, 3, 9), Board.KOSPI, "10:32", "11:01"),
        (date(2024, 8, 5), Board.KOSPI, "14:15", "14:44"),
        (date(2024, 8, 5), Board.KOSDAQ, "13:57", "14:26"),
        (date(2020, 3, 19), Board.KOSPI, "12:06", "12:35"),
        (date(2020, 3, 13), Board.KOSDAQ, "09:05", "09:34"),
        (date(2020, 3, 13), Board.KOSPI, "10:44", "11:13"),
    ],
)
def test_a_halt_lasts_from_the_minute_after_the_trigger_to_the_print_of_the_auction(day: date, board: Board, first: str, last: str) -> None:
    minutes = [(datetime.strptime(clock, "%H:%M") - datetime(1900, 1, 1)) // timedelta(minutes=1) for clock in (first, last)]  # noqa: DTZ001, DTZ007  # clock times, no instants
    assert halted_minutes(day, board) == [tuple(minutes)]


def test_kosdaq_had_no_circuit_breaker_on_2026_03_09() -> None:
    assert halted_minutes(date(2026, 3, 9), Board.KOSDAQ) == []


def test_kospi_was_halted_five_times_and_kosdaq_four_times_from_2020_to_2026_03() -> None:
    """KOSPI's fourth of all time to its eighth, KOSDAQ's eighth to its eleventh, as the announcements count them."""
    period = date(2020, 1, 1), date(2026, 3, 31)
    assert (len(circuit_breakers(*period, Board.KOSPI)), len(circuit_breakers(*period, Board.KOSDAQ))) == (5, 4)
    assert len(circuit_breakers(*period)) == 9


@pytest.mark.parametrize("day", [date(2026, 3, 4), date(2026, 3, 9)])
def test_the_feed_of_an_etf_lacks_exactly_the_bars_inside_the_halt(shared_data: Path, day: date) -> None:
    stamps = pl.read_csv(shared_data / "kr_intraday/396500_yahoo_5m_2025-12-05_2026-03-09.csv", columns=["Datetime"])["Datetime"]
    times = [datetime.fromisoformat(stamp) for stamp in stamps]
    there = {at.hour * 60 + at.minute + 540 for at in times if at.date() == day}
    expected = range(session_of(Exchange.XKRX, day).open_minute, max(there), FIVE_MINUTES)
    inside = {bar for bar in expected for start, end in halted_minutes(day, Board.KOSPI) if start <= bar and bar + FIVE_MINUTES <= end}
    assert set(expected) - there == inside
    assert len(inside) == 5
