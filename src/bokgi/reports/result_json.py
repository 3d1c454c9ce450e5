"""A whole result as one JSON object: the API's result body, and beside it every trade, the equity curve and the equity of each stock.

Convention: UTF-8; the fields of the body stand first and as they are; numbers are exact, so that reading gives back the same bits; a trade
has the fields of the API's pages of trades.
"""

import json
from typing import Any

import numpy as np

from bokgi.errors.base import Language
from bokgi.orders.reasons import Sale
from bokgi.reports.equity_curve import curves_of
from bokgi.reports.result_body import result_body
from bokgi.reports.run_record import RunRecord
from bokgi.reports.trade_table import FIELDS, trade_table, wholes
from bokgi.units import IntArray

_AFTER_PROFIT = FIELDS.index("profit") + 1
TRADE_FIELDS = (*FIELDS[:_AFTER_PROFIT], "return", *FIELDS[_AFTER_PROFIT:])


def result_json(record: RunRecord) -> bytes:
    """Return the file.

    Raises
    ------
    ValueError
        A figure is NaN or infinite: a promise of the metrics is broken.
    """
    ends, bars = curves_of(record)
    whole = result_body(record) | {
        "trades": trade_rows(record),
        "equity": ends.to_json() | {"bars": bars.to_json()},
        "stock_equity": _stock_equity(record),
    }
    return json.dumps(whole, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def trade_rows(record: RunRecord) -> list[dict[str, Any]]:
    """Every trade in the fields of the API, times in UTC, reasons as stable words."""
    trades = record.simulation.trades
    closed = trades.sell_row >= 0
    table = trade_table(record, Language.KOREAN)
    returns = zip((trades.profit / trades.invested).tolist(), closed.tolist(), strict=True)
    columns = table.columns | {
        "bought_at": _utc_texts(trades.buy_at),
        "sold_at": [text if is_closed else None for text, is_closed in zip(_utc_texts(trades.sell_at), closed.tolist(), strict=True)],
        "return": [value if is_closed else None for value, is_closed in returns],
        "reason": [Sale(number).name.lower() for number in trades.reason.tolist()],
    }
    return [dict(zip(TRADE_FIELDS, row, strict=True)) for row in zip(*(columns[name] for name in TRADE_FIELDS), strict=True)]


def _stock_equity(record: RunRecord) -> dict[str, list[float | int]]:
    """Equity of each stock at session ends, of those that have a bar in the period."""
    simulation, codes = record.simulation, record.panel.codes
    return {codes[place]: wholes(simulation.instrument_equity[place]) for place in np.flatnonzero(simulation.counted).tolist()}


def _utc_texts(instants: IntArray) -> list[str]:
    return [f"{text}Z" for text in np.datetime_as_string(instants.astype("datetime64[us]").astype("datetime64[ms]")).tolist()]
