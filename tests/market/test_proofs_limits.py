"""The price limits against every issue of two real months: each move beyond them is explained by other data.

Explanations, none by a list of codes:

- *first day*: the exchange's master gives that day as the listing date, and the prices keep to 60-400 % of the offer price;
- *liquidation*: the code is gone from the master of 2026-04-14, did not trade in the file before this run of sessions, and trades at
  most seven sessions in a row, to its last row in the file.

The exchange's own mark of a close on the limit (`ChangeCode` 4 upper, 5 lower) proves the formula in both directions.
"""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bokgi.market.calendar import sessions_between
from bokgi.market.instruments import Board, Exchange, Kind
from bokgi.market.limits import base_from_close, daily_limits, first_day_limits
from bokgi.market.ticks import is_on_tick
from tests.market.marcap import read_marcap

LIQUIDATION_SESSIONS = 7
UPPER_MARK, LOWER_MARK = "4", "5"
BEYOND_ROWS = {2025: 16, 2026: 54}
MARKED_ROWS = {2025: (174, 118), 2026: (486, 159)}


@pytest.fixture(scope="module", params=[2025, 2026])
def year(request: pytest.FixtureRequest) -> int:
    chosen: int = request.param
    return chosen


@pytest.fixture(scope="module")
def rows(shared_data: Path, year: int) -> pl.DataFrame:
    """Each issue of each session with its base price (close - change) and the limits computed from it."""
    marcap = read_marcap(shared_data, year)
    parts = [with_limits(marcap.filter(pl.col("board") == board), board) for board in (Board.KOSPI, Board.KOSDAQ, Board.KONEX)]
    return pl.concat(parts).sort("Code", "Date")


@pytest.fixture(scope="module")
def listed_on(shared_data: Path) -> dict[str, date]:
    """Listing date by code, of all issues in the master of 2026-04-14."""
    master = pl.read_csv(shared_data / "kr_master/krx_base_info_2026-04-14.csv", infer_schema=False)
    return dict(zip(master["ISU_SRT_CD"], master["LIST_DD"].str.to_date("%Y/%m/%d"), strict=True))


def with_limits(own: pl.DataFrame, board: Board) -> pl.DataFrame:
    base = (own["Close"] - own["Changes"]).to_numpy()
    limits = daily_limits(base, own["Date"].to_numpy().astype("datetime64[D]"), board, Kind.STOCK)
    return own.with_columns(base=base, upper=limits.upper, lower=limits.lower)


def beyond_limits(rows: pl.DataFrame) -> pl.DataFrame:
    outside = (pl.col("High") > pl.col("upper")) | (pl.col("Low") < pl.col("lower"))
    return rows.filter((pl.col("Volume") > 0) & (outside | ~pl.col("Close").is_between("lower", "upper")))


def is_first_day(row: dict[str, object], listed_on: dict[str, date]) -> bool:
    day, base = row["Date"], row["base"]
    assert isinstance(day, date)
    assert isinstance(base, float)
    limits = first_day_limits(base, day, Board(str(row["board"])), Kind.STOCK)
    inside = float(limits.lower) <= float(str(row["Low"])) and float(str(row["High"])) <= float(limits.upper)
    return listed_on.get(str(row["Code"])) == day and inside


def is_liquidation(row: dict[str, object], rows: pl.DataFrame, listed_on: dict[str, date]) -> bool:
    own = rows.filter(pl.col("Code") == row["Code"])
    traded = own.filter(pl.col("Volume") > 0)["Date"].to_list()
    run = sessions_between(Exchange.XKRX, traded[0], own["Date"][-1]).day.tolist()
    return row["Code"] not in listed_on and traded == run and len(traded) <= LIQUIDATION_SESSIONS


def test_a_halted_issue_stands_inside_its_limits(rows: pl.DataFrame) -> None:
    halted = rows.filter(pl.col("Volume") == 0)
    assert halted.height > 1000
    assert halted["Close"].is_between(halted["lower"], halted["upper"]).all()


def test_every_move_beyond_the_limit_is_a_first_day_or_a_liquidation(rows: pl.DataFrame, listed_on: dict[str, date], year: int) -> None:
    beyond = beyond_limits(rows)
    explained = [is_first_day(row, listed_on) or is_liquidation(row, rows, listed_on) for row in beyond.iter_rows(named=True)]
    assert beyond.height == BEYOND_ROWS[year]
    assert beyond.filter(~pl.Series(explained)).height == 0


def test_every_close_that_the_exchange_marks_as_a_limit_is_the_computed_one(
    rows: pl.DataFrame, listed_on: dict[str, date], year: int
) -> None:
    upper, lower = (rows.filter(pl.col("ChangeCode") == mark) for mark in (UPPER_MARK, LOWER_MARK))
    assert (upper.height, lower.height) == MARKED_ROWS[year]
    assert upper.filter(pl.col("Close") != pl.col("upper")).height == 0
    others = lower.filter(pl.col("Close") != pl.col("lower"))
    assert all(is_first_day(row, listed_on) and row["Close"] == row["base"] * 0.6 for row in others.iter_rows(named=True))


def test_every_close_on_a_computed_limit_is_marked_by_the_exchange_but_in_liquidations(
    rows: pl.DataFrame, listed_on: dict[str, date]
) -> None:
    traded = rows.filter(pl.col("Volume") > 0)
    unmarked = traded.filter(
        ((pl.col("Close") == pl.col("upper")) & (pl.col("ChangeCode") != UPPER_MARK))
        | ((pl.col("Close") == pl.col("lower")) & (pl.col("ChangeCode") != LOWER_MARK))
    )
    assert all(is_liquidation(row, rows, listed_on) for row in unmarked.iter_rows(named=True))


def test_every_base_price_lies_on_the_ladder(rows: pl.DataFrame) -> None:
    for board in (Board.KOSPI, Board.KOSDAQ, Board.KONEX):
        own = rows.filter(pl.col("board") == board)
        assert is_on_tick(own["base"].to_numpy(), own["Date"].to_numpy().astype("datetime64[D]"), board, Kind.STOCK).all()


def test_the_base_after_a_half_tick_close_is_that_close_rounded_up(shared_data: Path, year: int, rows: pl.DataFrame) -> None:
    followed = rows.with_columns(before=pl.col("Close").shift(1).over("Code")).filter(pl.col("before").is_not_null())
    checked = 0
    for board in (Board.KOSPI, Board.KOSDAQ):
        own = followed.filter(pl.col("board") == board)
        before, days = own["before"].to_numpy(), own["Date"].to_numpy().astype("datetime64[D]")
        half = ~is_on_tick(before, days, board, Kind.STOCK)
        expected = base_from_close(before[half], days[half], board, Kind.STOCK)
        assert np.array_equal(expected, own["base"].to_numpy()[half])
        checked += int(half.sum())
    assert checked == {2025: 0, 2026: 60}[year]
