"""Sessions with their regular hours as a table to join bars with; the facts are those of `bokgi.market.calendar`."""

from datetime import date

import polars as pl

from bokgi.market.calendar import calendar_range, sessions_between
from bokgi.market.clock import time_zone
from bokgi.market.instruments import Exchange

AUCTION_MINUTES = 10
USUAL_HOURS = {Exchange.XKRX: (540, 930), Exchange.XNYS: (570, 960), Exchange.OTHER: (0, 1440)}
"""Hours given to days before the calendar begins, which no panel can hold."""


def zone_of(exchange: Exchange) -> str:
    """Time zone of the exchange; daily stamps of an exchange without a calendar stay as they are."""
    return "UTC" if exchange is Exchange.OTHER else time_zone(exchange)


def first_session(exchange: Exchange) -> date:
    """First day of the calendar."""
    return calendar_range(exchange).first


def last_session(exchange: Exchange) -> date:
    """Last day of the calendar."""
    return calendar_range(exchange).last


def session_table(exchange: Exchange, first: date, last: date) -> pl.DataFrame:
    """The sessions from `first` to `last`, both inclusive, as far as the calendar reaches.

    Returns
    -------
    DataFrame
        session (Date), open_minute, close_minute (Int32, minutes of the day in exchange time); sorted.
    """
    covered = calendar_range(exchange)
    begin, end = max(first, covered.first), min(last, covered.last)
    if end < begin:
        begin = end = covered.first
    sessions = sessions_between(exchange, begin, end)
    columns = {"session": sessions.day, "open_minute": sessions.open_minute, "close_minute": sessions.close_minute}
    return pl.DataFrame(columns).with_columns(pl.col("session").cast(pl.Date))
