"""The trades of a run as columns for readers: the same rows in every file.

Convention: one list a column, in the order of `FIELDS`; None where something does not exist (the sale of an open position). Money that is
whole is an integer; times are exchange time, `2025-10-16 10:00`; names and reasons in the reader's language.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bokgi.errors.base import Language
from bokgi.orders.reasons import WORDS, Sale
from bokgi.reports.run_record import RunRecord
from bokgi.units import BoolArray, DayArray, FloatArray, IntArray, ShortArray

FIELDS = (
    "number",
    "code",
    "name",
    "bought_at",
    "buy_price",
    "shares",
    "sold_at",
    "sell_price",
    "invested",
    "gross",
    "commission",
    "tax",
    "profit",
    "balance",
    "reason",
)
HEADER_KOREAN = (
    "번호",
    "종목코드",
    "종목명",
    "매수일시",
    "매수가",
    "수량",
    "매도일시",
    "매도가",
    "투입금액",
    "매매차익",
    "수수료",
    "세금",
    "순수익",
    "거래후잔고",
    "매도사유",
)
HEADER_ENGLISH = (
    "No.",
    "Code",
    "Name",
    "Bought",
    "Buy price",
    "Shares",
    "Sold",
    "Sell price",
    "Invested",
    "Gross gain",
    "Commission",
    "Tax",
    "Net profit",
    "Balance",
    "Reason of sale",
)


@dataclass(frozen=True, slots=True)
class TradeTable:
    """columns : by the names of `FIELDS`; bought, sold : datetime64[us][trade] in exchange time, NaT where unsold."""

    columns: dict[str, list[Any]]
    bought: DayArray
    sold: DayArray

    def __len__(self) -> int:
        return len(self.bought)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The rows, in the order of `FIELDS`."""
        return zip(*(self.columns[name] for name in FIELDS), strict=True)


def trade_table(record: RunRecord, language: Language, count: int | None = None) -> TradeTable:
    """Return the first `count` trades, or all."""
    trades, part = record.simulation.trades, slice(0, count)
    closed = trades.sell_row[part] >= 0
    bought = _exchange_times(record, trades.buy_session[part], trades.buy_at[part])
    sold = np.where(closed, _exchange_times(record, trades.sell_session[part], trades.sell_at[part]), np.datetime64("NaT"))
    money = _money(record, part, closed)
    owner = trades.instrument[part].tolist()
    columns: dict[str, list[Any]] = {
        "number": list(range(1, len(owner) + 1)),
        "code": _gathered([item.code for item in record.panel.instruments], owner),
        "name": _gathered(_names(record, language), owner),
        "bought_at": _texts(bought),
        "sold_at": _texts(sold),
        "reason": _gathered(_reasons(language), trades.reason[part].tolist()),
        **money,
    }
    return TradeTable({name: columns[name] for name in FIELDS}, bought, sold)


def wholes(values: FloatArray) -> list[float | int]:
    """The values as a list, whole ones as integers."""
    return [int(value) if value.is_integer() else value for value in values.tolist()]


def _money(record: RunRecord, part: slice, closed: BoolArray) -> dict[str, list[Any]]:
    trades = record.simulation.trades
    tax = trades.transaction_tax[part] + trades.special_tax[part]
    commission = trades.buy_commission[part] + np.where(closed, trades.sell_commission[part], 0.0)
    profit = trades.profit[part]
    return {
        "buy_price": wholes(trades.buy_price[part]),
        "shares": wholes(trades.shares[part]),
        "sell_price": _known(trades.sell_price[part], closed),
        "invested": wholes(trades.invested[part]),
        "gross": _known(profit + commission + tax, closed),
        "commission": wholes(commission),
        "tax": _known(tax, closed),
        "profit": _known(profit, closed),
        "balance": _known(trades.balance[part], closed),
    }


def _known(values: FloatArray, closed: BoolArray) -> list[float | int | None]:
    return [value if is_closed else None for value, is_closed in zip(wholes(values), closed.tolist(), strict=True)]


def _gathered(words: Sequence[str], places: Sequence[int]) -> list[str]:
    return [words[place] for place in places]


def _names(record: RunRecord, language: Language) -> list[str]:
    return [item.name if language is Language.KOREAN else item.name_en or item.name for item in record.panel.instruments]


def _reasons(language: Language) -> list[str]:
    place = 0 if language is Language.KOREAN else 1
    return [WORDS[sale.name.lower()][place] for sale in Sale]


def _exchange_times(record: RunRecord, sessions: ShortArray, instants: IntArray) -> DayArray:
    """Exchange time of each fill, datetime64[us]; of unsold positions without meaning."""
    grid = record.panel.sessions
    if not len(grid):
        return np.empty(0, "datetime64[us]")
    since_midnight = (instants - grid.midnight_at[sessions]).astype("timedelta64[us]")
    times: DayArray = grid.day[sessions].astype("datetime64[us]") + since_midnight
    return times


def _texts(times: DayArray) -> list[str | None]:
    texts = np.datetime_as_string(times, unit="m").tolist()
    return [None if text == "NaT" else text.replace("T", " ") for text in texts]
