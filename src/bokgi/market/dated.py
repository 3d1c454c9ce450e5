"""Reading the dated tables, and looking up what was in force on a day.

Convention: a row holds from its first day on, until the next row of the same key. Days are `datetime64[D]` in
exchange time; a plain `date` is accepted wherever a day array is.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np

from bokgi.errors.market import MarketTableMalformed
from bokgi.units import DayArray, IntArray

TABLES = Path(__file__).parent / "tables"
Days = DayArray | date
Row = dict[str, str]
Value = TypeVar("Value")


@cache
def rows_of(table: str) -> tuple[Row, ...]:
    """Rows of `tables/<table>.csv` as text, in file order."""
    with (TABLES / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


def to_days(days: Days) -> DayArray:
    """A date or an array of days as `datetime64[D]`."""
    return np.asarray(days, dtype="datetime64[D]")


def to_minute(clock: str) -> int:
    """Minute of the day of `HH:MM`; seconds are cut off."""
    hours, minutes = clock.split(":")[:2]
    return int(hours) * 60 + int(minutes)


@dataclass(frozen=True)
class Dated(Generic[Value]):
    """Values with the days from which they hold.

    first_days : datetime64[D][row], rising
    """

    first_days: DayArray
    values: tuple[Value, ...]

    @classmethod
    def from_pairs(cls, table: str, pairs: Sequence[tuple[str, Value]]) -> "Dated[Value]":
        first_days = np.array([day for day, _ in pairs], dtype="datetime64[D]")
        if len(first_days) == 0 or bool(np.any(np.diff(first_days).astype(np.int64) <= 0)):
            raise MarketTableMalformed(table, "its days do not rise")
        return cls(first_days, tuple(value for _, value in pairs))

    def index_of(self, days: Days) -> IntArray:
        """int64[...], row in force on each day; -1 before the first row."""
        return np.asarray(np.searchsorted(self.first_days, to_days(days), side="right") - 1, dtype=np.int64)

    def value_at(self, day: date) -> Value | None:
        row = int(self.index_of(day))
        return self.values[row] if row >= 0 else None

    @property
    def first_day(self) -> date:
        first: date = self.first_days[0].item()
        return first
