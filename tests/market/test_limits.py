"""Price limits: examples and rates of the exchange's notices."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bokgi.market.instruments import Board, Kind
from bokgi.market.limits import NO_LIMIT_PPM, base_from_close, daily_limits, first_day_limits, limit_rate_ppm
from bokgi.market.ticks import is_on_tick

KOSPI, KOSDAQ, KONEX = Board.KOSPI, Board.KOSDAQ, Board.KONEX
TODAY = date(2026, 2, 2)


@pytest.mark.parametrize(("base", "lower"), [(64_900, 45_500), (11_300, 7_950)])
def test_the_width_is_cut_to_the_tick_of_the_base(base: int, lower: int) -> None:
    """64,900: 19,470 is cut to 19,400 (tick 100). 11,300 in the ladder before 2023: 3,390 is cut to 3,350 (tick 50)."""
    day = TODAY if base == 64_900 else date(2022, 6, 1)
    assert float(daily_limits(base, day, KOSPI, Kind.STOCK).lower) == lower


def test_the_upper_limit_is_cut_to_the_tick_of_the_price_reached() -> None:
    """Base 1,539: width 461, reached 2,000. Base 1,541: width 462, reached 2,003, cut to 2,000. Base 366,500: 476,000, no cut."""
    assert daily_limits(np.array([1_539.0, 1_541.0, 366_500.0]), TODAY, KOSDAQ, Kind.STOCK).upper.tolist() == [2_000, 2_000, 476_000]


@pytest.mark.parametrize(
    ("board", "day", "rate_ppm"),
    [
        (KOSPI, date(1998, 12, 7), 150_000),
        (KOSPI, date(2015, 6, 12), 150_000),
        (KOSPI, date(2015, 6, 15), 300_000),
        (KOSDAQ, date(2005, 3, 25), 120_000),
        (KOSDAQ, date(2005, 3, 28), 150_000),
        (KOSDAQ, date(2015, 6, 12), 150_000),
        (KOSDAQ, date(2015, 6, 15), 300_000),
        (KONEX, date(2015, 6, 12), 150_000),
        (KONEX, TODAY, 150_000),
    ],
)
def test_the_rate_changed_by_board_on_these_days(board: Board, day: date, rate_ppm: int) -> None:
    assert int(limit_rate_ppm(day, board, Kind.STOCK)) == rate_ppm


@pytest.mark.parametrize(("leverage", "rate_ppm"), [(1.0, 300_000), (2.0, 600_000), (-1.0, 300_000), (-2.0, 600_000)])
def test_a_leveraged_etf_has_the_rate_times_its_leverage(leverage: float, rate_ppm: int) -> None:
    assert int(limit_rate_ppm(TODAY, KOSPI, Kind.ETF, leverage)) == rate_ppm


def test_a_leveraged_etf_may_fall_by_sixty_percent() -> None:
    limits = daily_limits(10_000.0, TODAY, KOSPI, Kind.ETF, 2.0)
    assert (float(limits.upper), float(limits.lower)) == (16_000, 4_000)


@pytest.mark.parametrize(("board", "kind"), [(KOSPI, Kind.ELW), (KOSPI, Kind.INDEX), (Board.FOREIGN, Kind.FOREIGN)])
def test_kinds_without_limits_have_none(board: Board, kind: Kind) -> None:
    limits = daily_limits(10_000.0, TODAY, board, kind)
    assert int(limit_rate_ppm(TODAY, board, kind)) == NO_LIMIT_PPM
    assert np.isnan(limits.upper)
    assert np.isnan(limits.lower)


@pytest.mark.parametrize("base", [np.nan, 0.0, -5.0, np.inf])
def test_a_base_that_is_no_price_gives_no_limit(base: float) -> None:
    limits = daily_limits(base, TODAY, KOSPI, Kind.STOCK)
    assert np.isnan(limits.upper)
    assert np.isnan(limits.lower)


@pytest.mark.parametrize(("offer", "lower", "upper"), [(13_000, 7_800, 52_000), (2_000, 1_200, 8_000)])
def test_a_first_day_ranges_from_60_to_400_percent_of_the_offer_price(offer: int, lower: int, upper: int) -> None:
    """13,000: the close of 373160 on 2025-01-24 was 7,800, marked as the lower limit. 2,000: 0115H0 reached 8,000 on 2026-01-21."""
    limits = first_day_limits(offer, TODAY, KOSDAQ, Kind.STOCK)
    assert (float(limits.lower), float(limits.upper)) == (lower, upper)


def test_the_wide_first_day_began_on_2023_06_26() -> None:
    days = np.array(["2023-06-23", "2023-06-26"], dtype="datetime64[D]")
    limits = first_day_limits(np.array([10_000.0, 10_000.0]), days, KOSDAQ, Kind.STOCK)
    assert np.array_equal(limits.upper, [np.nan, 40_000], equal_nan=True)


def test_a_half_tick_close_is_rounded_up_to_become_the_next_base() -> None:
    assert base_from_close(np.array([2_087.0, 2_085.0, 17_035.0]), TODAY, KOSDAQ, Kind.STOCK).tolist() == [2_090, 2_085, 17_040]


@given(st.integers(1, 3_000_000), st.sampled_from([KOSPI, KOSDAQ, KONEX]), st.sampled_from([date(2014, 3, 3), date(2018, 3, 5), TODAY]))
def test_limits_lie_on_the_ladder_around_the_base_and_never_beyond_the_rate(price: int, board: Board, day: date) -> None:
    base = float(base_from_close(float(price), day, board, Kind.STOCK))
    limits = daily_limits(base, day, board, Kind.STOCK)
    rate = int(limit_rate_ppm(day, board, Kind.STOCK))
    assert float(limits.lower) <= base <= float(limits.upper)
    assert (float(limits.upper) - base) * 1_000_000 <= base * rate
    assert (base - float(limits.lower)) * 1_000_000 <= base * rate
    assert bool(is_on_tick(limits.upper, day, board, Kind.STOCK))
