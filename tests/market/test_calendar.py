"""Sessions and hours, with days and times from exchange notices."""

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bokgi.bars.panel import Sessions as SessionsOfPanel
from bokgi.errors.base import Language
from bokgi.errors.market import CalendarNotKept, DayOutsideCalendar, NotASession
from bokgi.market.calendar import (
    Sessions,
    calendar_range,
    closing_auction_minutes,
    is_provisional,
    is_session,
    last_sessions_before,
    lunch_break,
    session_of,
    sessions_between,
    sessions_per_year,
)
from bokgi.market.instruments import Exchange

XKRX, XNYS = Exchange.XKRX, Exchange.XNYS
NINE, TEN, NOON, THREE, HALF_PAST_THREE, FOUR, HALF_PAST_FOUR = 540, 600, 720, 900, 930, 960, 990
KOREAN_DAYS = st.dates(date(1998, 12, 7), date(2027, 12, 31))
NEW_YORK_DAYS = st.dates(date(1998, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("day", "opens", "closes"),
    [
        (date(2016, 7, 29), NINE, THREE),
        (date(2016, 8, 1), NINE, HALF_PAST_THREE),
        (date(2014, 11, 12), NINE, THREE),
        (date(2014, 11, 13), TEN, FOUR),
        (date(2014, 11, 14), NINE, THREE),
        (date(2015, 11, 12), TEN, FOUR),
        (date(2016, 11, 17), TEN, HALF_PAST_FOUR),
        (date(2017, 11, 16), TEN, HALF_PAST_FOUR),
        (date(2017, 11, 17), NINE, HALF_PAST_THREE),
        (date(2017, 11, 23), TEN, HALF_PAST_FOUR),
        (date(2018, 11, 15), TEN, HALF_PAST_FOUR),
        (date(2019, 11, 14), TEN, HALF_PAST_FOUR),
        (date(2020, 12, 3), TEN, HALF_PAST_FOUR),
        (date(2022, 11, 17), TEN, HALF_PAST_FOUR),
        (date(2024, 11, 14), TEN, HALF_PAST_FOUR),
        (date(2025, 11, 12), NINE, HALF_PAST_THREE),
        (date(2025, 11, 13), TEN, HALF_PAST_FOUR),
        (date(2025, 11, 14), NINE, HALF_PAST_THREE),
        (date(2016, 1, 4), TEN, THREE),
        (date(2025, 12, 30), NINE, HALF_PAST_THREE),
        (date(2026, 1, 2), TEN, HALF_PAST_THREE),
        (date(2026, 1, 5), NINE, HALF_PAST_THREE),
        (date(2001, 9, 12), NOON, THREE),
        (date(2027, 12, 30), NINE, HALF_PAST_THREE),
    ],
)
def test_a_korean_session_has_the_hours_of_the_notice(day: date, opens: int, closes: int) -> None:
    session = session_of(XKRX, day)
    assert (session.open_minute, session.close_minute) == (opens, closes)


@pytest.mark.parametrize(
    "day", [date(2026, 6, 3), date(2026, 7, 17), date(2025, 6, 3), date(2026, 1, 1), date(2025, 12, 31), date(2026, 1, 3)]
)
def test_the_exchange_is_closed_on_elections_holidays_and_at_the_weekend(day: date) -> None:
    assert not is_session(XKRX, day)


def test_asking_for_the_hours_of_a_closed_day_names_the_next_session() -> None:
    with pytest.raises(NotASession) as caught:
        session_of(XKRX, date(2026, 6, 3))
    assert "2026-06-04" in caught.value.sentence()
    assert "2026-06-04" in caught.value.sentence(Language.KOREAN)


@pytest.mark.parametrize(("day", "pause"), [(date(2000, 5, 19), (NOON, 780)), (date(2000, 5, 22), None), (date(1999, 11, 17), (780, 840))])
def test_the_lunch_break_ended_on_2000_05_22_and_moved_with_the_examination(day: date, pause: tuple[int, int] | None) -> None:
    assert lunch_break(XKRX, day) == pause


def test_the_closing_auction_takes_the_last_ten_minutes_in_korea_only() -> None:
    assert closing_auction_minutes(XKRX, date(2026, 1, 5)) == 10
    assert closing_auction_minutes(XNYS, date(2026, 1, 5)) == 0


@pytest.mark.parametrize(("day", "closes"), [(date(2015, 12, 23), 960), (date(2015, 12, 24), 780), (date(2013, 7, 3), 780)])
def test_new_york_closes_at_one_on_half_days(day: date, closes: int) -> None:
    session = session_of(XNYS, day)
    assert (session.open_minute, session.close_minute) == (570, closes)


def test_sessions_after_the_last_notice_are_provisional() -> None:
    assert not is_provisional(XKRX, date(2026, 12, 30))
    assert is_provisional(XKRX, date(2027, 1, 4))
    assert session_of(XKRX, date(2027, 1, 4)).provisional


def test_a_period_is_inclusive_and_a_weekend_holds_no_session() -> None:
    assert sessions_between(XKRX, date(2025, 10, 16), date(2025, 10, 24)).day.tolist() == [
        date(2025, 10, day) for day in (16, 17, 20, 21, 22, 23, 24)
    ]
    assert len(sessions_between(XKRX, date(2026, 1, 3), date(2026, 1, 4))) == 0
    assert len(sessions_between(XKRX, date(2026, 1, 6), date(2026, 1, 5))) == 0


def test_the_last_sessions_before_a_day_leave_out_the_day_itself() -> None:
    assert last_sessions_before(XKRX, date(2026, 1, 2), 2).day.tolist() == [date(2025, 12, 29), date(2025, 12, 30)]
    assert last_sessions_before(XKRX, date(2026, 1, 3), 1).day.tolist() == [date(2026, 1, 2)]


def test_a_day_outside_the_calendar_is_refused_with_the_days_that_are_covered() -> None:
    with pytest.raises(DayOutsideCalendar, match=r"1985-01-04 .* 1998-12-07 to 2027-12-31"):
        sessions_between(XKRX, date(1985, 1, 4), date(2018, 1, 2))
    assert calendar_range(XKRX).first == date(1998, 12, 7)


def test_an_exchange_without_a_calendar_of_ours_is_refused_but_has_annual_figures() -> None:
    with pytest.raises(CalendarNotKept, match="OTHER"):
        sessions_between(Exchange.OTHER, date(2026, 1, 2), date(2026, 1, 9))
    assert sessions_per_year(Exchange.OTHER) == 252


def test_the_sessions_of_a_year_are_a_convention() -> None:
    assert sessions_per_year(XKRX) == 245
    assert sessions_per_year(XNYS) == 252


def test_ten_real_years_have_245_sessions_on_average() -> None:
    assert round(len(sessions_between(XKRX, date(2016, 1, 1), date(2025, 12, 31))) / 10, 1) == 245.2


def test_midnight_of_a_session_is_an_instant_in_utc() -> None:
    korea, new_york = session_of(XKRX, date(2026, 1, 2)), session_of(XNYS, date(2026, 7, 2))
    assert np.datetime64(korea.midnight_at, "us") == np.datetime64("2026-01-01T15:00")
    assert np.datetime64(new_york.midnight_at, "us") == np.datetime64("2026-07-02T04:00")


def test_the_panel_uses_the_same_class_of_sessions() -> None:
    assert SessionsOfPanel is Sessions


def test_writing_into_a_period_does_not_change_the_calendar() -> None:
    sessions_between(XKRX, date(2026, 1, 2), date(2026, 1, 9)).open_minute[0] = 0
    assert session_of(XKRX, date(2026, 1, 2)).open_minute == TEN


@given(KOREAN_DAYS, KOREAN_DAYS)
def test_korean_sessions_rise_on_weekdays_inside_the_period_and_open_before_they_close(first: date, last: date) -> None:
    check_sessions(sessions_between(XKRX, first, last), first, last)


@given(NEW_YORK_DAYS, NEW_YORK_DAYS)
def test_new_york_sessions_rise_on_weekdays_inside_the_period_and_open_before_they_close(first: date, last: date) -> None:
    check_sessions(sessions_between(XNYS, first, last), first, last)


def check_sessions(sessions: Sessions, first: date, last: date) -> None:
    days: list[date] = sessions.day.tolist()
    assert days == sorted(set(days))
    assert all(first <= day <= last and day.weekday() < 5 for day in days)
    assert bool(np.all(sessions.open_minute < sessions.close_minute))


@given(NEW_YORK_DAYS)
def test_the_midnight_of_every_new_york_session_is_midnight_there(day: date) -> None:
    for session, at in zip(*_days_and_midnights(day), strict=True):
        moment = np.datetime64(int(at), "us").astype("datetime64[s]").item()
        local = moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo("America/New_York"))
        assert (local.date(), local.hour, local.minute) == (session, 0, 0)


def _days_and_midnights(day: date) -> tuple[list[date], list[int]]:
    sessions = last_sessions_before(XNYS, day, 3)
    return sessions.day.tolist(), sessions.midnight_at.tolist()
