"""What is in order already is not sorted again, and the report says the same either way."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import polars as pl
import pytest

from bokgi.bars.interval import DAILY
from bokgi.data.faults import Fault
from bokgi.data.quality import quality_faults
from bokgi.data.quality_frames import Quality
from bokgi.data.row_order import is_ordered
from tests.data.store_cases import Row, bars_of, incoming_of

DAYS = [date(2025, 10, day) for day in (13, 14, 15, 16, 17, 20, 21, 22)]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], True),
        ([("A", 1), ("A", 1), ("A", 2), ("B", 1)], True),
        ([("A", 2), ("A", 1), ("B", 1)], False),
        ([("B", 1), ("A", 2)], False),
        ([("A", 1), ("B", 1), ("A", 2)], False),
        ([("A", None), ("A", 1)], False),
    ],
)
def test_rows_are_in_order_where_sorting_would_change_nothing(rows: list[tuple[str, int | None]], expected: bool) -> None:
    frame = pl.DataFrame(rows, schema={"code": pl.String, "at": pl.Int64}, orient="row")
    assert is_ordered(frame, "code", "at") is expected


def bad_bars() -> pl.DataFrame:
    """A split, a price off the ticks, a hole of two sessions, a halted day, and a stock that lacks nothing."""
    rows: list[Row] = []
    for place, day in enumerate(DAYS):
        price = 50_000.0 if place < 3 else 10_000.0
        rows.append(("000010", day, 540, price, price + 50, price - 50, price, 10.0, None))
        if place not in (4, 5):
            odd = 7.0 if place == 6 else 0.0
            rows.append(("000020", day, 540, 20_000.0, 20_050.0 + odd, 19_950.0, 20_000.0, 0.0 if place == 2 else 9.0, None))
        rows.append(
            ("000030", day, 540, *((0.0, 0.0, 0.0) if place == 1 else (900.0, 901.0, 899.0)), 900.0, 0.0 if place == 1 else 1.0, 890.0)
        )
    return bars_of(rows).sort("code", "start")


@contextmanager
def always_sorting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(Quality, "is_ordered", False)
        yield


def test_the_report_of_ordered_bars_is_that_of_bars_that_are_sorted_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    incoming = incoming_of(bad_bars(), DAILY)
    quick: tuple[Fault, ...] = quality_faults(incoming)
    with always_sorting(monkeypatch):
        assert quality_faults(incoming) == quick
    kinds = {fault.kind for fault in quick}
    assert {"unadjusted_split", "off_tick_prices", "missing_sessions", "halted_days", "limits_unchecked"} <= kinds
