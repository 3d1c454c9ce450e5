"""The tick ladders against every unadjusted price that we have."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bokgi.market.instruments import Board, Kind
from bokgi.market.ticks import is_on_half_tick, is_on_tick
from tests.market.marcap import PRICES, read_marcap

BOARDS = (Board.KOSPI, Board.KOSDAQ, Board.KONEX)


def off_ladder(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """Rows whose price is off its ladder, with `half` where it is a half tick."""
    parts = []
    for board in BOARDS:
        own = rows.filter(pl.col("board") == board)
        prices, days = own[column].to_numpy(), own["Date"].to_numpy().astype("datetime64[D]")
        on_half = is_on_half_tick(prices, days, board, Kind.STOCK)
        parts.append(own.with_columns(half=on_half).filter(~is_on_tick(prices, days, board, Kind.STOCK)))
    return pl.concat(parts)


def test_no_close_of_the_71708_of_2025_lies_off_the_ladder(shared_data: Path) -> None:
    rows = read_marcap(shared_data, 2025)
    assert rows.height == 71_708
    assert off_ladder(rows, "Close").height == 0


@pytest.mark.parametrize("column", ["Open", "High", "Low"])
def test_no_other_price_of_2025_lies_off_the_ladder(shared_data: Path, column: str) -> None:
    assert off_ladder(read_marcap(shared_data, 2025), column).height == 0


def test_only_61_closes_of_2026_lie_off_the_ladder_and_all_are_traded_half_ticks(shared_data: Path) -> None:
    rows = read_marcap(shared_data, 2026)
    off = off_ladder(rows, "Close")
    assert (rows.height, off.height) == (95_412, 61)
    assert off["half"].all()
    assert bool((off["Volume"] > 0).all())


def test_all_535_prices_off_the_ladder_in_2026_are_half_ticks(shared_data: Path) -> None:
    rows = read_marcap(shared_data, 2026).filter(pl.col("Volume") > 0)
    off = [off_ladder(rows, column) for column in PRICES]
    assert sum(part.height for part in off) == 535
    assert all(part["half"].all() for part in off)


@pytest.mark.parametrize(("first", "last"), [(date(1998, 12, 7), date(2010, 10, 1)), (date(2010, 10, 4), date(2018, 1, 31))])
def test_every_price_of_005930_lies_on_the_ladder_of_its_time(shared_data: Path, first: date, last: date) -> None:
    path = shared_data / "kr_daily/005930_daily_unadjusted_headerless_1985_2018.csv"
    rows = pl.read_csv(path, has_header=False, infer_schema=False)
    days = rows.to_series(0).str.strip_chars("\ufeff").str.to_date().to_numpy().astype("datetime64[D]")
    chosen = (days >= np.datetime64(first)) & (days <= np.datetime64(last))
    assert chosen.sum() > 1500
    for column in range(1, 5):
        prices = rows.to_series(column).str.replace_all(",", "").cast(pl.Float64).to_numpy()
        assert is_on_tick(prices[chosen], days[chosen], Board.KOSPI, Kind.STOCK).all()
