"""Parts of a stored result, as screens ask for them: a page of trades, the equity curve.

Convention: only what is asked for is read. Plain JSON values come back: money that is whole as an integer, times as ISO 8601 in UTC with
milliseconds and Z, None where something does not exist (the sale of an open position). Trades are numbered from 1.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from bokgi.errors.reports import ResultBroken
from bokgi.errors.requests import FieldInvalid
from bokgi.orders.reasons import Sale
from bokgi.reports.equity_curve import BarCurve, EquityCurve
from bokgi.reports.formats import utc_text_of_micros
from bokgi.reports.result_body import whole
from bokgi.reports.result_files import checked_path, read_json, read_table
from bokgi.reports.stored_record import BENCHMARK_PREFIX

_CLOSED = pl.col("sell_row") >= 0
_COMMISSION = pl.col("buy_commission") + pl.when(_CLOSED).then(pl.col("sell_commission")).otherwise(0.0)
_TAX = pl.col("transaction_tax") + pl.col("special_tax")
_FIELDS: dict[str, pl.Expr] = {
    "number": pl.col("number"),
    "code": pl.col("code"),
    "name": pl.col("name"),
    "bought_at": pl.col("buy_at"),
    "buy_price": pl.col("buy_price"),
    "shares": pl.col("shares"),
    "sold_at": pl.when(_CLOSED).then(pl.col("sell_at")),
    "sell_price": pl.when(_CLOSED).then(pl.col("sell_price")),
    "invested": pl.col("invested"),
    "gross": pl.when(_CLOSED).then(pl.col("profit") + _COMMISSION + _TAX),
    "commission": _COMMISSION,
    "tax": pl.when(_CLOSED).then(_TAX),
    "profit": pl.when(_CLOSED).then(pl.col("profit")),
    "return": pl.when(_CLOSED).then(pl.col("profit") / pl.col("invested")),
    "balance": pl.when(_CLOSED).then(pl.col("balance")),
    "reason": pl.col("reason"),
}
TRADE_FIELDS = tuple(_FIELDS)
"""Fields of a trade's row, each of which the rows can be sorted by."""

_WHOLE = ("buy_price", "shares", "sell_price", "invested", "gross", "commission", "tax", "profit", "balance")
_TIMES = ("bought_at", "sold_at")
_SLOT_COLUMNS = ("equity", "slot_session", "slot_minute")

TradesPage = tuple[list[dict[str, Any]], int]
"""The rows of one page, and the number of all rows."""


def read_trades_page(
    folder: Path, code: str | None = None, sort: str = "number", *, descending: bool = False, page: int = 1, page_size: int = 50
) -> TradesPage:
    """Return the rows of one page, in the fields of `TRADE_FIELDS`, and the number of all rows that the code has.

    Parameters
    ----------
    code : of one stock; None for all
    sort : a field; rows without it come last, equal ones in the order of their numbers
    page : from 1

    Raises
    ------
    FieldInvalid
        There is no such field, or no such page can be.
    ResultAbsent, ResultBroken
    """
    _check_page(sort, page, page_size)
    trades = _trades(folder)
    chosen = trades if code is None else trades.filter(pl.col("code") == code)
    try:
        numbers = _sorted_numbers(chosen, sort, descending=descending)
        wanted = numbers.slice((page - 1) * page_size, page_size)
        return _rows(trades, wanted), len(numbers)
    except pl.exceptions.PolarsError as error:
        raise ResultBroken(folder.name, "trades.parquet", str(error)) from error


def read_trade(folder: Path, number: int) -> tuple[dict[str, Any] | None, int]:
    """Return one trade by its number (None where there is none) and the number of all trades.

    Notes
    -----
    Beside the fields of a page it has `buy_session` and `sell_session` (dates), `last_session` of the period, and the instants of both
    fills in microseconds, `buy_at_micros` and `sell_at_micros`.

    Raises
    ------
    ResultAbsent, ResultBroken
    """
    trades, days = _trades(folder), read_table(folder, "sessions.parquet")["day"].to_list()
    raw = {name: pl.col(name) for name in ("buy_session", "sell_session", "buy_at", "sell_at")}
    try:
        total = int(trades.select(pl.len()).collect().item())
        found = trades.filter(pl.col("number") == number).select(**_FIELDS, **raw).collect().to_dicts()
    except pl.exceptions.PolarsError as error:
        raise ResultBroken(folder.name, "trades.parquet", str(error)) from error
    return (_dated(found[0], days) if found else None), total


def read_equity(folder: Path, points: int | None = None) -> dict[str, Any]:
    """Return equity and drawdown at session ends with each benchmark, and on bars where `points` says how many are enough.

    Notes
    -----
    `bars` keeps the first, highest, lowest, deepest and last point of every stretch of time: the extremes of both curves are among them.

    Raises
    ------
    ResultAbsent, ResultBroken
    """
    stored = read_json(folder, "record.json")
    sessions, initial = read_table(folder, "sessions.parquet"), float(stored["initial_equity"])
    benchmarks = [(row["name"], row["korean"], row["english"]) for row in stored["benchmarks"]]
    equities = {name: sessions[f"{BENCHMARK_PREFIX}{name}"].to_numpy() for name, _, _ in benchmarks}
    curve = EquityCurve(initial, sessions["day"].to_numpy(), sessions["equity"].to_numpy(), benchmarks, equities)
    if points is None:
        return curve.to_json()
    slots = read_table(folder, "equity.parquet")
    arrays = {name: slots[name].to_numpy() for name in _SLOT_COLUMNS}
    bars = BarCurve(initial, midnight_at=sessions["midnight_at"].to_numpy(), **arrays)
    return curve.to_json() | {"bars": bars.to_json(points)}


def _trades(folder: Path) -> pl.LazyFrame:
    """All trades with code and name of their stock; nothing but the stocks' names is read yet."""
    known = pl.scan_parquet(checked_path(folder, "stocks.parquet")).select("instrument", "code", "name")
    return pl.scan_parquet(checked_path(folder, "trades.parquet")).join(known, on="instrument", how="left")


def _dated(row: Mapping[str, Any], days: Sequence[date]) -> dict[str, Any]:
    is_open = row["sold_at"] is None
    return _plain({name: row[name] for name in TRADE_FIELDS}) | {
        "buy_session": days[row["buy_session"]],
        "sell_session": None if is_open else days[row["sell_session"]],
        "last_session": days[-1],
        "buy_at_micros": row["buy_at"],
        "sell_at_micros": None if is_open else row["sell_at"],
    }


def _check_page(sort: str, page: int, page_size: int) -> None:
    if sort not in _FIELDS:
        raise FieldInvalid("sort", sort, ", ".join(TRADE_FIELDS))
    for name, number in (("page", page), ("page_size", page_size)):
        if number < 1:
            raise FieldInvalid(name, number, "1, 2, 3 ...")


def _sorted_numbers(trades: pl.LazyFrame, sort: str, *, descending: bool) -> pl.Series:
    """Numbers of all chosen trades in the order asked for: two columns are read, no more."""
    keyed = trades.select("number", key=_FIELDS[sort])
    return keyed.sort("key", "number", descending=[descending, False], nulls_last=True).select("number").collect().to_series()


def _rows(trades: pl.LazyFrame, numbers: pl.Series) -> list[dict[str, Any]]:
    if not len(numbers):
        return []
    near = trades.filter(pl.col("number").is_between(numbers.min(), numbers.max()), pl.col("number").is_in(numbers.to_list()))
    found = {row["number"]: row for row in near.select(**_FIELDS).collect().to_dicts()}
    return [_plain(found[number]) for number in numbers.to_list()]


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: row[name] for name in row if row[name] is not None}
    times = {name: utc_text_of_micros(known[name]) for name in _TIMES if name in known}
    numbers = {name: whole(known[name]) for name in _WHOLE if name in known}
    return dict(row) | times | numbers | {"reason": Sale(row["reason"]).name.lower()}
