"""The sessions under a set of bars.

Convention: both days are inclusive. Exchanges with a calendar give **every** session of the period; `Exchange.OTHER` has none:
there the days that have bars are the sessions, each from midnight to midnight UTC.
"""

from datetime import date

import numpy as np

from bokgi.market.calendar import Sessions, sessions_between
from bokgi.market.instruments import Exchange
from bokgi.units import MICROS_PER_MINUTE, MINUTES_PER_DAY, DayArray, IntArray, ShortArray


def timeline(exchange: Exchange, first: date, last: date, days_with_bars: DayArray) -> Sessions:
    """Sessions of the exchange from `first` to `last`."""
    if exchange is not Exchange.OTHER:
        return sessions_between(exchange, first, last)
    days = np.unique(days_with_bars.astype("datetime64[D]"))
    days = days[(days >= np.datetime64(first)) & (days <= np.datetime64(last))]
    zeros = np.zeros(len(days), dtype=np.int32)
    midnight = days.astype(np.int64) * (MINUTES_PER_DAY * MICROS_PER_MINUTE)
    return Sessions(days, zeros, zeros + np.int32(MINUTES_PER_DAY), midnight)


def session_index(sessions: Sessions, day_numbers: IntArray | ShortArray) -> ShortArray:
    """int32[row], index into `sessions` of days counted from 1970-01-01; -1 where the day is no session."""
    if len(sessions) == 0 or len(day_numbers) == 0:
        return np.full(len(day_numbers), -1, dtype=np.int32)
    numbers = sessions.day.astype(np.int64)
    lookup = np.full(int(numbers[-1] - numbers[0]) + 1, -1, dtype=np.int32)
    lookup[numbers - numbers[0]] = np.arange(len(sessions), dtype=np.int32)
    position = day_numbers - day_numbers.dtype.type(numbers[0])
    if int(position.min()) >= 0 and int(position.max()) < len(lookup):
        return np.asarray(lookup[position], dtype=np.int32)
    inside = (position >= 0) & (position < len(lookup))
    found = np.full(len(day_numbers), -1, dtype=np.int32)
    found[inside] = lookup[position[inside]]
    return found
