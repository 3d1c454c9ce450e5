"""The sessions of an exchange and their regular hours.

Convention: a session is every weekday that `closed_days` does not name; its hours are the row of `session_hours` in force,
unless `special_hours` names the day. The close is the end of the closing auction. Ranges of days are inclusive here, because
people type them. Sessions after the last exchange notice are provisional: a closing day may yet be announced. No calendar is kept of
`Exchange.OTHER`: every function but `sessions_per_year` raises `CalendarNotKept` for it.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np

from bokgi.errors.market import CalendarNotKept, DayOutsideCalendar, NotASession
from bokgi.market.clock import to_instant
from bokgi.market.dated import Dated, Row, rows_of, to_days, to_minute
from bokgi.market.instruments import Exchange
from bokgi.units import DayArray, IntArray, ShortArray

_THURSDAY_TO_MONDAY = 3
_WORKING_DAYS = 5
_DAYS_OF_WEEK = 7


@dataclass(frozen=True)
class Sessions:
    """The sessions of the exchange in the period, in order.

    day : datetime64[D][session]
    open_minute, close_minute : int32[session], regular hours in exchange time; the close is the end of the closing auction
    midnight_at : int64[session], UTC instant of midnight in exchange time [µs]
    """

    day: DayArray
    open_minute: ShortArray
    close_minute: ShortArray
    midnight_at: IntArray

    def __len__(self) -> int:
        return len(self.day)

    def slice(self, first: int, last: int) -> "Sessions":
        """Sessions `[first, last)` by index, as arrays of their own."""
        part = slice(first, last)
        return Sessions(self.day[part].copy(), self.open_minute[part].copy(), self.close_minute[part].copy(), self.midnight_at[part].copy())


@dataclass(frozen=True, slots=True)
class SessionHours:
    """One session: its regular hours in exchange time [minutes] and the UTC instant of its midnight [µs]."""

    day: date
    open_minute: int
    close_minute: int
    midnight_at: int
    provisional: bool


@dataclass(frozen=True, slots=True)
class CalendarRange:
    """Days that the calendar covers, both inclusive; sessions after `last_notice` are provisional."""

    first: date
    last: date
    last_notice: date


@dataclass(frozen=True, slots=True)
class _Hours:
    """Regular hours in minutes; `break_minutes` is the lunch break."""

    open_minute: int
    close_minute: int
    break_minutes: tuple[int, int] | None
    auction_minutes: int


def sessions_between(exchange: Exchange, first: date, last: date) -> Sessions:
    """Sessions from `first` to `last`, both inclusive; empty when there is none.

    Raises
    ------
    DayOutsideCalendar
        One of the days is not covered; see `calendar_range`.
    """
    _check_covered(exchange, first)
    _check_covered(exchange, last)
    calendar = _calendar(exchange)
    start = int(np.searchsorted(calendar.day, to_days(first), side="left"))
    end = int(np.searchsorted(calendar.day, to_days(last), side="right"))
    return calendar.slice(start, max(start, end))


def last_sessions_before(exchange: Exchange, day: date, count: int) -> Sessions:
    """The last `count` sessions before `day`, which itself is not among them."""
    _check_covered(exchange, day)
    calendar = _calendar(exchange)
    end = int(np.searchsorted(calendar.day, to_days(day), side="left"))
    return calendar.slice(max(0, end - count), end)


def is_session(exchange: Exchange, day: date) -> bool:
    """Whether the exchange trades on that day."""
    _check_covered(exchange, day)
    calendar = _calendar(exchange)
    index = int(np.searchsorted(calendar.day, to_days(day)))
    return index < len(calendar) and bool(calendar.day[index] == to_days(day))


def session_of(exchange: Exchange, day: date) -> SessionHours:
    """Hours of the session on `day`.

    Raises
    ------
    NotASession
        The exchange is closed on that day.
    """
    if not is_session(exchange, day):
        raise NotASession(day, exchange.value, _next_session(exchange, day))
    calendar = _calendar(exchange)
    index = int(np.searchsorted(calendar.day, to_days(day)))
    hours = (int(calendar.open_minute[index]), int(calendar.close_minute[index]), int(calendar.midnight_at[index]))
    return SessionHours(day, *hours, provisional=is_provisional(exchange, day))


def is_provisional(exchange: Exchange, day: date) -> bool:
    """Whether the exchange may still announce that it closes on that day."""
    return day > calendar_range(exchange).last_notice


def lunch_break(exchange: Exchange, day: date) -> tuple[int, int] | None:
    """Minutes `[start, end)` in which the session paused; None since 2000-05-22. CSAT days pause an hour later."""
    session = session_of(exchange, day)
    hours = _hours(exchange).value_at(day)
    if hours is None or hours.break_minutes is None:
        return None
    delay = session.close_minute - hours.close_minute
    return hours.break_minutes[0] + delay, hours.break_minutes[1] + delay


def closing_auction_minutes(exchange: Exchange, day: date) -> int:
    """Length of the closing auction before the regular close [minutes]; 0 where the exchange has none."""
    hours = _hours(exchange).value_at(day)
    return 0 if hours is None else hours.auction_minutes


@cache
def calendar_range(exchange: Exchange) -> CalendarRange:
    """The days that the calendar covers."""
    row = _range_row(exchange)
    days = (date.fromisoformat(row[name]) for name in ("first_day", "last_day", "last_notice_day"))
    return CalendarRange(*days)


def sessions_per_year(exchange: Exchange) -> int:
    """Convention for annual figures; never counted from a run."""
    return next(int(row["sessions_per_year"]) for row in rows_of("exchanges") if row["exchange"] == exchange)


def _check_covered(exchange: Exchange, day: date) -> None:
    covered = calendar_range(exchange)
    if not covered.first <= day <= covered.last:
        raise DayOutsideCalendar(day, exchange.value, covered.first, covered.last)


def _next_session(exchange: Exchange, day: date) -> date | None:
    days = _calendar(exchange).day
    index = int(np.searchsorted(days, to_days(day), side="right"))
    if index >= len(days):
        return None
    following: date = days[index].item()
    return following


def _range_row(exchange: Exchange) -> Row:
    for row in rows_of("calendar_ranges"):
        if row["exchange"] == exchange:
            return row
    raise CalendarNotKept(exchange.value)


@cache
def _calendar(exchange: Exchange) -> Sessions:
    days = _session_days(exchange)
    open_minute, close_minute = _regular_hours(exchange, days)
    for row in rows_of("special_hours"):
        if row["exchange"] == exchange:
            index = np.searchsorted(days, np.datetime64(row["day"], "D"))
            open_minute[index], close_minute[index] = to_minute(row["open"]), to_minute(row["close"])
    return Sessions(days, open_minute, close_minute, to_instant(exchange, days))


def _session_days(exchange: Exchange) -> DayArray:
    covered = calendar_range(exchange)
    days: DayArray = np.arange(np.datetime64(covered.first), np.datetime64(covered.last) + np.timedelta64(1, "D"))
    weekday = (days.astype(np.int64) + _THURSDAY_TO_MONDAY) % _DAYS_OF_WEEK
    closed = np.array([row["day"] for row in rows_of("closed_days") if row["exchange"] == exchange], dtype="datetime64[D]")
    is_open = weekday < _WORKING_DAYS
    is_open[(closed - days[0]).astype(np.int64)] = False
    return days[is_open]


def _regular_hours(exchange: Exchange, days: DayArray) -> tuple[ShortArray, ShortArray]:
    hours = _hours(exchange)
    index = hours.index_of(days)
    opens = np.array([row.open_minute for row in hours.values], dtype=np.int32)
    closes = np.array([row.close_minute for row in hours.values], dtype=np.int32)
    return opens[index], closes[index]


@cache
def _hours(exchange: Exchange) -> Dated[_Hours]:
    rows = [row for row in rows_of("session_hours") if row["exchange"] == exchange]
    return Dated.from_pairs("session_hours", [(row["first_day"], _hours_of(row)) for row in rows])


def _hours_of(row: Row) -> _Hours:
    pause = (to_minute(row["break_start"]), to_minute(row["break_end"])) if row["break_start"] else None
    return _Hours(to_minute(row["open"]), to_minute(row["close"]), pause, int(row["closing_auction_minutes"]))
