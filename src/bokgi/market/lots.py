"""The unit of trading: one share today, ten shares of cheap KOSPI issues before 2014-06-02.

Convention: by board and price; a row with `below_price` 0 holds for every price.
"""

from datetime import date
from functools import cache

from bokgi.errors.market import RulesNotKnown
from bokgi.market.dated import Dated, rows_of
from bokgi.market.instruments import Board


def lot_shares(price: float, day: date, board: Board) -> int:
    """Smallest number of shares that can be traded at a price [KRW].

    Raises
    ------
    RulesNotKnown
        The board did not exist on that day.
    """
    units = _units(board)
    rule = units.value_at(day)
    if rule is None:
        raise RulesNotKnown("units of trading", "매매수량단위", board.value, units.first_day)
    below_price, shares = rule
    return shares if below_price == 0 or price < below_price else 1


@cache
def _units(board: Board) -> Dated[tuple[float, int]]:
    rows = [row for row in rows_of("lots") if row["board"] == board]
    return Dated.from_pairs("lots", [(row["first_day"], (float(row["below_price"]), int(row["shares"]))) for row in rows])
