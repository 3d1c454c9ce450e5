"""Prices of whole tables against the ladder: the day decides, whatever other days have the same price."""

from datetime import date

import polars as pl
import pytest

from bokgi.data.tick_checks import tick_state
from bokgi.market.instruments import Board, Kind

BEFORE, SINCE = date(2025, 2, 28), date(2025, 3, 4)
"""Mid-price orders began on 2025-03-04; the ladder is the same on both days (20,000 to 50,000 won in steps of 50)."""


@pytest.mark.parametrize("days", [[BEFORE, SINCE], [SINCE, BEFORE], [BEFORE, BEFORE, SINCE], [SINCE, SINCE, BEFORE]])
def test_a_half_tick_is_genuine_since_mid_price_orders_and_a_fault_before(days: list[date]) -> None:
    prices = pl.DataFrame({"session": days, "price": [20_025.0] * len(days)})
    half, off = tick_state(prices, Board.KOSPI, Kind.STOCK)
    assert half.tolist() == [day == SINCE for day in days]
    assert off.tolist() == [day == BEFORE for day in days]


def test_a_price_on_the_tick_is_neither_and_one_beside_it_is_off_on_every_day() -> None:
    prices = pl.DataFrame({"session": [BEFORE, SINCE] * 3, "price": [20_050.0, 20_050.0, 20_026.0, 20_026.0, None, None]})
    half, off = tick_state(prices, Board.KOSPI, Kind.STOCK)
    assert not half.any()
    assert off.tolist() == [False, False, True, True, False, False]
