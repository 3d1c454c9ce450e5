"""Exchange time and UTC: times from the time zone data, read by another library."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bokgi.market.clock import time_zone, to_exchange_time, to_instant
from bokgi.market.instruments import Exchange

INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2037, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001 (hypothesis adds the zone)


def micros(text: str) -> np.ndarray:
    return np.array([np.datetime64(text, "us").astype(np.int64)])


@pytest.mark.parametrize(
    ("exchange", "utc", "day", "minute"),
    [
        (Exchange.XKRX, "2025-12-05T00:00", "2025-12-05", 540),
        (Exchange.XKRX, "2025-12-04T15:00", "2025-12-05", 0),
        (Exchange.XKRX, "2025-12-04T14:59:59", "2025-12-04", 1439),
        (Exchange.XNYS, "2026-03-06T14:30", "2026-03-06", 570),
        (Exchange.XNYS, "2026-03-09T13:30", "2026-03-09", 570),
        (Exchange.XNYS, "2006-04-03T13:30", "2006-04-03", 570),
        (Exchange.XNYS, "2006-03-31T14:30", "2006-03-31", 570),
    ],
)
def test_an_instant_becomes_day_and_minute_of_the_exchange_on_both_sides_of_a_clock_change(
    exchange: Exchange, utc: str, day: str, minute: int
) -> None:
    days, minutes = to_exchange_time(exchange, micros(utc))
    assert (str(days[0]), int(minutes[0])) == (day, minute)


@given(INSTANTS, st.sampled_from(list(Exchange)))
def test_exchange_time_agrees_with_the_standard_library(at: datetime, exchange: Exchange) -> None:
    local = at.astimezone(ZoneInfo(time_zone(exchange)))
    days, minutes = to_exchange_time(exchange, micros(at.replace(tzinfo=None).isoformat()))
    assert (days[0].item(), int(minutes[0])) == (local.date(), local.hour * 60 + local.minute)


@given(st.lists(st.integers(0, 24_000), min_size=1), st.integers(240, 1439), st.sampled_from(list(Exchange)))
def test_a_minute_of_a_day_comes_back_from_utc_unchanged(days: list[int], minute: int, exchange: Exchange) -> None:
    given_days = np.array(days, dtype=np.int64).astype("datetime64[D]")
    back, minutes = to_exchange_time(exchange, to_instant(exchange, given_days, minute))
    assert np.array_equal(back, given_days)
    assert set(minutes.tolist()) == {minute}
