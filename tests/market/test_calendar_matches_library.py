"""Our tables against the calendar library, which is their base; every difference is a row with its own source.

The library is a development dependency; the version that the rows name must be the one that is installed.
"""

from datetime import date
from importlib.metadata import version

import pytest

from bokgi.market.calendar import calendar_range, sessions_between
from bokgi.market.dated import rows_of
from bokgi.market.instruments import Exchange

# The library itself uses what the installed pandas has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning")
LIBRARY = "exchange_calendars"
exchange_calendars = pytest.importorskip(LIBRARY, reason="exchange_calendars, a development dependency, is not installed")


@pytest.fixture(scope="module", params=[Exchange.XKRX, Exchange.XNYS])
def exchange(request: pytest.FixtureRequest) -> Exchange:
    chosen: Exchange = request.param
    return chosen


@pytest.fixture(scope="module")
def hours_of_library(exchange: Exchange) -> dict[date, tuple[int, int]]:
    covered = calendar_range(exchange)
    calendar = exchange_calendars.get_calendar(exchange.value, start=str(covered.first), end=str(covered.last))
    opens, closes = calendar.opens.dt.tz_convert(calendar.tz), calendar.closes.dt.tz_convert(calendar.tz)
    minutes = zip(opens.dt.hour * 60 + opens.dt.minute, closes.dt.hour * 60 + closes.dt.minute, strict=True)
    return dict(zip(calendar.sessions.date, minutes, strict=True))


def days_of_our_own(table: str, exchange: Exchange) -> set[date]:
    rows = (row for row in rows_of(table) if row["exchange"] == exchange and not row["source"].startswith(LIBRARY))
    return {date.fromisoformat(row["day"]) for row in rows}


def our_hours(exchange: Exchange) -> dict[date, tuple[int, int]]:
    covered = calendar_range(exchange)
    ours = sessions_between(exchange, covered.first, covered.last)
    return dict(zip(ours.day.tolist(), zip(ours.open_minute.tolist(), ours.close_minute.tolist(), strict=True), strict=True))


def test_the_rows_name_the_installed_version() -> None:
    named = {row["source"] for row in rows_of("closed_days") if row["source"].startswith(LIBRARY)}
    assert named == {f"{LIBRARY} {version(LIBRARY)}"}


def test_sessions_differ_from_the_library_only_on_the_days_with_a_source_of_their_own(
    exchange: Exchange, hours_of_library: dict[date, tuple[int, int]]
) -> None:
    assert set(hours_of_library) ^ set(our_hours(exchange)) == days_of_our_own("closed_days", exchange)


def test_hours_differ_from_the_library_only_on_the_days_with_a_source_of_their_own(
    exchange: Exchange, hours_of_library: dict[date, tuple[int, int]]
) -> None:
    ours = our_hours(exchange)
    different = {day for day in ours if ours[day] != hours_of_library[day]}
    late_last_session = {max(ours)} if exchange is Exchange.XKRX else set()
    assert different == days_of_our_own("special_hours", exchange) | late_last_session


def test_building_from_before_2000_makes_the_library_open_its_last_session_an_hour_late(
    hours_of_library: dict[date, tuple[int, int]], exchange: Exchange
) -> None:
    if exchange is Exchange.XNYS:
        assert hours_of_library[max(hours_of_library)][0] == 570
    else:
        assert hours_of_library[max(hours_of_library)][0] == 600
        assert our_hours(exchange)[max(hours_of_library)][0] == 540
