"""The period of a run that names none: the last 60 sessions in the data."""

from datetime import date

from bokgi.market.calendar import last_sessions_before
from bokgi.market.instruments import Exchange

DEFAULT_SESSIONS = 60


def default_start(end: date, first: date, exchange: Exchange) -> date:
    """First of the last 60 sessions, the end included; never before the data. Without a calendar it is the first day of the data."""
    if exchange is Exchange.OTHER:
        return first
    earlier = last_sessions_before(exchange, date.fromordinal(end.toordinal() + 1), DEFAULT_SESSIONS)
    start: date = earlier.day[0].item() if len(earlier) else first
    return max(first, start)
