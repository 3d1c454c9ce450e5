"""Tick sizes on both sides of every step and date, as the exchange's notices give them."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bokgi.errors.market import RulesNotKnown
from bokgi.market.instruments import Board, Kind
from bokgi.market.ticks import (
    NO_LADDER,
    UNKNOWN_LADDER,
    Direction,
    is_on_half_tick,
    is_on_tick,
    ladder_of,
    ladder_table,
    round_to_tick,
    tick_of,
)

KOSPI, KOSDAQ, KONEX = Board.KOSPI, Board.KOSDAQ, Board.KONEX
TODAY = date(2026, 2, 2)
LAST_OLD, FIRST_NEW = date(2023, 1, 20), date(2023, 1, 25)


@pytest.mark.parametrize("board", [KOSPI, KOSDAQ, KONEX])
@pytest.mark.parametrize(
    ("price", "tick"),
    [
        *[(1, 1), (1_999, 1), (2_000, 5), (4_995, 5), (5_000, 10), (19_990, 10), (20_000, 50), (49_950, 50), (50_000, 100)],
        *[(199_900, 100), (200_000, 500), (499_500, 500), (500_000, 1_000), (3_000_000, 1_000)],
    ],
)
def test_since_2023_all_boards_share_one_ladder(board: Board, price: int, tick: int) -> None:
    assert float(tick_of(price, FIRST_NEW, board, Kind.STOCK)) == tick


@pytest.mark.parametrize(
    ("price", "kospi", "kosdaq"),
    [
        *[(999, 1, 1), (1_000, 5, 5), (4_995, 5, 5), (5_000, 10, 10), (9_990, 10, 10), (10_000, 50, 50), (49_950, 50, 50)],
        *[(50_000, 100, 100), (99_900, 100, 100), (100_000, 500, 100), (499_500, 500, 100), (500_000, 1_000, 100)],
    ],
)
def test_from_2010_to_2023_kospi_had_wider_ticks_above_100000(price: int, kospi: int, kosdaq: int) -> None:
    assert float(tick_of(price, LAST_OLD, KOSPI, Kind.STOCK)) == kospi
    assert float(tick_of(price, LAST_OLD, KOSDAQ, Kind.STOCK)) == kosdaq
    assert float(tick_of(price, LAST_OLD, KONEX, Kind.STOCK)) == kosdaq


@pytest.mark.parametrize("board", [KOSPI, KOSDAQ])
def test_the_one_won_tick_began_on_2010_10_04(board: Board) -> None:
    days = np.array(["2010-10-01", "2010-10-04"], dtype="datetime64[D]")
    assert tick_of(999.0, days, board, Kind.STOCK).tolist() == [5, 1]
    assert tick_of(4_995.0, days, board, Kind.STOCK).tolist() == [5, 5]


@pytest.mark.parametrize("kind", [Kind.PREFERRED, Kind.REIT, Kind.SPAC])
def test_reits_spacs_and_preferred_shares_have_the_ticks_of_shares(kind: Kind) -> None:
    assert float(tick_of(2_085, TODAY, KOSDAQ, kind)) == 5


@pytest.mark.parametrize("kind", [Kind.ETF, Kind.ETN])
@pytest.mark.parametrize(
    ("day", "price", "tick"), [(date(2022, 6, 1), 1_500, 5), (TODAY, 1_999, 1), (TODAY, 2_000, 5), (TODAY, 110_000, 5)]
)
def test_etf_and_etn_have_five_won_ticks_but_one_below_2000_today(kind: Kind, day: date, price: int, tick: int) -> None:
    assert float(tick_of(price, day, KOSPI, kind)) == tick


def test_elw_have_five_won_ticks_at_every_price() -> None:
    assert tick_of(np.array([15.0, 1_500.0, 30_000.0]), TODAY, KOSPI, Kind.ELW).tolist() == [5, 5, 5]


def test_indices_and_foreign_issues_have_no_ticks() -> None:
    assert int(ladder_of(TODAY, Board.FOREIGN, Kind.FOREIGN)) == NO_LADDER
    assert np.isnan(tick_of(101.37, TODAY, Board.FOREIGN, Kind.FOREIGN))
    assert float(round_to_tick(101.37, TODAY, KOSPI, Kind.INDEX, Direction.UP)) == 101.37


def test_kosdaq_before_2003_07_21_is_refused_with_the_first_known_day() -> None:
    assert int(ladder_of(date(2003, 7, 18), KOSDAQ, Kind.STOCK)) == UNKNOWN_LADDER
    assert float(tick_of(1_000, date(2003, 7, 21), KOSDAQ, Kind.STOCK)) == 5
    with pytest.raises(RulesNotKnown, match="2003-07-21"):
        tick_of(1_000, date(2003, 7, 18), KOSDAQ, Kind.STOCK)


def test_rounding_goes_down_for_sales_and_up_for_purchases() -> None:
    prices = np.array([1_999.2, 2_001.0, 2_003.0, 2_005.0, 19_999.0])
    assert round_to_tick(prices, TODAY, KOSPI, Kind.STOCK, Direction.DOWN).tolist() == [1_999, 2_000, 2_000, 2_005, 19_990]
    assert round_to_tick(prices, TODAY, KOSPI, Kind.STOCK, Direction.UP).tolist() == [2_000, 2_005, 2_005, 2_005, 20_000]


@pytest.mark.parametrize(
    ("price", "half"), [(2_087, True), (2_082, True), (2_085, False), (2_086, False), (17_035, True), (1_500, False), (60_050, True)]
)
def test_a_half_tick_is_cut_off_below_one_won(price: int, half: bool) -> None:
    assert bool(is_on_half_tick(price, TODAY, KOSDAQ, Kind.STOCK)) is half


def test_half_ticks_exist_since_2025_03_04() -> None:
    days = np.array(["2025-02-28", "2025-03-04"], dtype="datetime64[D]")
    assert is_on_half_tick(2_087.0, days, KOSDAQ, Kind.STOCK).tolist() == [False, True]
    assert is_on_tick(2_087.0, days, KOSDAQ, Kind.STOCK).tolist() == [False, False]


def test_nan_prices_are_on_no_tick() -> None:
    assert np.isnan(tick_of(np.nan, TODAY, KOSPI, Kind.STOCK))
    assert not is_on_tick(np.nan, TODAY, KOSPI, Kind.STOCK)
    assert not is_on_half_tick(np.nan, TODAY, KOSPI, Kind.STOCK)


def test_each_ladder_ends_open_and_its_bounds_lie_on_the_steps_below_and_above() -> None:
    table = ladder_table()
    for bounds, steps in zip(table.bounds, table.steps, strict=True):
        finite = np.isfinite(bounds)
        assert np.isinf(bounds[-1])
        assert bool(np.all(np.diff(bounds[finite]) > 0))
        assert bool(np.all(bounds[finite] % steps[finite] == 0))
        assert bool(np.all(bounds[finite] % steps[1:][finite[:-1]] == 0))


@given(
    st.floats(1, 3_000_000),
    st.dates(date(2003, 7, 21), date(2027, 12, 31)),
    st.sampled_from([KOSPI, KOSDAQ]),
    st.sampled_from([Kind.STOCK, Kind.ETF]),
)
def test_a_rounded_price_lies_on_the_ladder_and_less_than_a_tick_away(price: float, day: date, board: Board, kind: Kind) -> None:
    tick = float(tick_of(price, day, board, kind))
    down, up = (float(round_to_tick(price, day, board, kind, direction)) for direction in Direction)
    assert down <= price <= up
    assert up - down in {0.0, tick}
    assert bool(is_on_tick(down, day, board, kind))
    assert bool(is_on_tick(up, day, board, kind))
