"""A store small enough to know by heart: flat bars of five minutes in four sessions, daily bars in seventy."""

from datetime import date, timedelta
from pathlib import Path

from bokgi.bars.interval import DAILY, Interval
from bokgi.data.master import Master
from bokgi.data.store import Store
from tests.data.store_cases import Row, bars_of, daily_bars, incoming_of

DAYS = (date(2025, 10, 16), date(2025, 10, 17), date(2025, 10, 20), date(2025, 10, 21))
FIVE, TEN = Interval(5), Interval(10)
MINUTES = range(600, 900, 5)


def five_minute_rows(code: str, price: float, days: tuple[date, ...] = DAYS) -> list[Row]:
    """Bars from 10:00 to 14:55 that rise by one tick of 100 won an hour."""
    rows: list[Row] = []
    for day in days:
        for minute in MINUTES:
            close = price + 100 * ((minute - 600) // 60)
            rows.append((code, day, minute, close, close + 100, close, close, 1_000.0, None))
    return rows


def store_with(home: Path, prices: dict[str, float], *, days: tuple[date, ...] = DAYS, replace: bool = False) -> tuple[Store, Master]:
    """Five-minute bars of the codes."""
    store = Store(home)
    rows = [row for code in sorted(prices) for row in five_minute_rows(code, prices[code], days)]
    store.write(incoming_of(bars_of(rows), FIVE), replace=replace)
    return store, Master.read(home)


def add_daily(store: Store, code: str, days: list[date], close: float = 70_000.0) -> None:
    """Flat daily bars of one code."""
    store.write(incoming_of(daily_bars(code, dict.fromkeys(days, close)), DAILY))


def seventy_sessions() -> list[date]:
    """2025-01-02 on: 70 weekdays that are no exchange holiday (Lunar New Year with 2025-01-27, Independence Movement Day's substitute)."""
    holidays = {date(2025, 1, day) for day in (27, 28, 29, 30)} | {date(2025, 3, 3)}
    days = (date(2025, 1, 2) + timedelta(days=count) for count in range(200))
    return [day for day in days if day.weekday() < 5 and day not in holidays][:70]
