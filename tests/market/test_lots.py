"""Units of trading on both sides of 2014-06-02."""

from datetime import date

import pytest

from bokgi.errors.market import RulesNotKnown
from bokgi.market.instruments import Board
from bokgi.market.lots import lot_shares

LAST_OLD, FIRST_NEW = date(2014, 5, 30), date(2014, 6, 2)


@pytest.mark.parametrize(
    ("price", "day", "board", "shares"),
    [
        (49_950, LAST_OLD, Board.KOSPI, 10),
        (50_000, LAST_OLD, Board.KOSPI, 1),
        (49_950, FIRST_NEW, Board.KOSPI, 1),
        (5_000, LAST_OLD, Board.KOSDAQ, 1),
    ],
)
def test_cheap_kospi_issues_traded_in_tens_before_june_2014(price: float, day: date, board: Board, shares: int) -> None:
    assert lot_shares(price, day, board) == shares


def test_a_day_before_the_board_opened_is_refused() -> None:
    with pytest.raises(RulesNotKnown, match="2013-07-01"):
        lot_shares(1_000, date(2013, 6, 28), Board.KONEX)
