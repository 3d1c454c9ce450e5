"""Commission and the taxes on sales, in whole won.

Convention: rates are whole parts per million of the amount; each charge is cut off below one won *separately*. Taxes go by
the date of the trade: the law dates them by settlement, two sessions later, and the table has that step built in.
KOSPI shares pay two taxes, the transaction tax and the special agricultural tax.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from bokgi.market.dated import Dated, Days, rows_of, to_days
from bokgi.market.instruments import Board, Kind
from bokgi.market.kinds import is_taxed_on_sale
from bokgi.units import PPM, IntArray, Krw, Ppm

UNKNOWN_TAX = -1


class SaleTaxes(NamedTuple):
    """Taxes on a sale by trade date, int64[...] [ppm]; `UNKNOWN_TAX` before the board's first row."""

    transaction_tax_ppm: IntArray
    special_tax_ppm: IntArray


def sale_taxes_ppm(day: Days, board: Board, kind: Kind) -> SaleTaxes:
    """Taxes on a sale, by trade date, board and kind; zero for kinds that the law exempts."""
    shape = to_days(day).shape
    rates = _rates(board)
    if rates is None or not is_taxed_on_sale(kind):
        return SaleTaxes(np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64))
    row = rates.index_of(day)
    table = np.array(rates.values, dtype=np.int64)[row]
    known = row >= 0
    return SaleTaxes(
        np.where(known, table[..., 0], UNKNOWN_TAX).astype(np.int64), np.where(known, table[..., 1], UNKNOWN_TAX).astype(np.int64)
    )


def tax_krw(amount: Krw, rate: Ppm) -> Krw:
    """One tax on an amount, cut off below one won."""
    return Krw(amount * rate // PPM)


def commission_krw(amount: Krw, rate: Ppm, unit_krw: int = 1) -> Krw:
    """Commission on an amount, cut off below one won, then down to a multiple of the unit."""
    return Krw(amount * rate // PPM // unit_krw * unit_krw)


@cache
def _rates(board: Board) -> Dated[tuple[int, int]] | None:
    rows = [row for row in rows_of("sale_taxes") if row["board"] == board]
    pairs = [(row["first_trade_day"], (int(row["transaction_tax_ppm"]), int(row["special_tax_ppm"]))) for row in rows]
    return Dated.from_pairs("sale_taxes", pairs) if pairs else None
