"""Yahoo's chart-v8 answers as JSON, bare or inside a recorded response.

An answer without `timestamp` is what Yahoo sends for a period without trading; an `error` is an error. Times are epoch seconds of the
start of a bar. Closes are adjusted for splits; `adjclose`, which includes dividends, is not used.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

import polars as pl

from bokgi.bars.interval import Interval
from bokgi.data.faults import Fault
from bokgi.data.importers.building import incoming_from
from bokgi.data.importers.codes import NamedCode, from_symbol
from bokgi.data.importers.content import FileContent
from bokgi.data.importers.hints import ImportHints
from bokgi.data.incoming import Incoming
from bokgi.errors.bars import UnknownInterval
from bokgi.errors.imports import FileBroken, IntervalUnclear, NothingUsable, SourceAnsweredError
from bokgi.market.instruments import Exchange

_PRICES = ("open", "high", "low", "close", "volume")


def is_chart(body: object) -> bool:
    """True for a chart answer, good or bad, and for a list of recorded error answers."""
    return _chart(body) is not None


def _chart(body: object) -> dict[str, Any] | None:
    if isinstance(body, list):
        return next((chart for chart in map(_chart, body) if chart is not None), None)
    if not isinstance(body, dict):
        return None
    for key in ("response", "bodyJson", "body"):
        if isinstance(body.get(key), dict):
            return _chart(body[key])
    if isinstance(body.get("chart"), dict):
        return dict(body["chart"])
    return {"result": [body]} if isinstance(body.get("meta"), dict) and "symbol" in body["meta"] else None


def read_chart(content: FileContent, body: object, hints: ImportHints) -> list[Incoming]:
    """Read a chart answer.

    Raises
    ------
    SourceAnsweredError, NothingUsable, FileBroken, IntervalUnclear and what `incoming_from` raises
    """
    chart = _chart(body) or {}
    if chart.get("error"):
        raise SourceAnsweredError(content.name, _error_words(chart["error"]))
    results = chart.get("result")
    result = results[0] if isinstance(results, list) and results and isinstance(results[0], dict) else {}
    meta = result.get("meta")
    if not isinstance(meta, dict) or not isinstance(meta.get("symbol"), str):
        raise FileBroken(content.name, "Yahoo chart", "no meta block with a symbol")
    table, live = _without_live_row(_with_splits(_table(content, result), result), meta)
    named = _named(meta)
    daily = meta.get("dataGranularity") == "1d"
    if daily and (hints.exchange or named.exchange) is Exchange.OTHER:
        table = _of_local_days(table, meta)
    words = (f"야후 chart 응답: {meta['symbol']}, 봉 시작 시각", f"Yahoo chart answer: {meta['symbol']}, times name the start of a bar")
    found = incoming_from(
        content,
        table,
        hints,
        source="yahoo",
        adjusted=hints.adjusted if hints.adjusted is not None else (True if daily else None),
        interval=_interval(content, meta),
        named=named,
        said=(words,),
    )
    return [replace(each, faults=(*each.faults, *live)) for each in found]


def _of_local_days(table: pl.DataFrame, meta: dict[str, Any]) -> pl.DataFrame:
    """Daily bars by the day at their exchange: one opens at 10:00 in Sydney or Auckland, which in summer is the day before in UTC."""
    zone, offset = meta.get("exchangeTimezoneName"), meta.get("gmtoffset")
    if isinstance(zone, str) and zone in available_timezones():
        local = pl.col("at").dt.convert_time_zone(zone).dt.replace_time_zone(None)
    else:
        local = pl.col("at").dt.replace_time_zone(None) + pl.duration(seconds=offset if isinstance(offset, int) else 0)
    return table.with_columns(local.dt.truncate("1d").dt.replace_time_zone("UTC").alias("at"))


def _with_splits(table: pl.DataFrame, result: dict[str, Any]) -> pl.DataFrame:
    """The splits that the answer names, beside the bars of their days."""
    events = result.get("events")
    splits = events.get("splits") if isinstance(events, dict) else None
    if not isinstance(splits, dict):
        return table
    ratios = {each["date"]: each["numerator"] / each["denominator"] for each in splits.values() if _is_split(each)}
    seconds = table["at"].dt.epoch("s").to_list()
    return table.with_columns(splits=pl.Series([ratios.get(at) for at in seconds], dtype=pl.Float64))


def _is_split(event: object) -> bool:
    return isinstance(event, dict) and all(
        isinstance(event.get(name), int | float) and event[name] for name in ("date", "numerator", "denominator")
    )


def _without_live_row(table: pl.DataFrame, meta: dict[str, Any]) -> tuple[pl.DataFrame, tuple[Fault, ...]]:
    """Yahoo ends an intraday answer with the running price at the moment of the request: off the grid, without volume."""
    minutes = str(meta.get("dataGranularity", ""))
    step = int(minutes[:-1]) * 60 if minutes[:-1].isdecimal() and minutes.endswith("m") else 0
    if not step or table.height < 2:
        return table, ()
    last = table.row(-1, named=True)
    at: datetime = last["at"]
    if int(at.timestamp()) % step == 0 or last["volume"]:
        return table, ()
    offset = meta.get("gmtoffset")
    local = at + timedelta(seconds=offset if isinstance(offset, int) else 0)
    code = from_symbol(meta["symbol"]).code
    return table.head(-1), (Fault("live_row", code, 1, local.date(), local.date(), f"{local:%Y-%m-%d %H:%M:%S} {last['close']:,g}"),)


def _error_words(error: object) -> str:
    if isinstance(error, dict):
        return f"{error.get('code', '')}: {error.get('description', '')}"
    return str(error)


def _named(meta: dict[str, Any]) -> NamedCode:
    found = from_symbol(meta["symbol"])
    return NamedCode(found.code, found.exchange, found.board, found.kind, "", str(meta.get("longName") or ""))


def _interval(content: FileContent, meta: dict[str, Any]) -> Interval:
    try:
        return Interval.from_text(str(meta.get("dataGranularity", "")))
    except UnknownInterval as error:
        raise IntervalUnclear(content.name, f"Yahoo calls it {meta.get('dataGranularity')!r}") from error


def _table(content: FileContent, result: dict[str, Any]) -> pl.DataFrame:
    quote = _quote(content, result)
    stamps = result.get("timestamp")
    if not isinstance(stamps, list) or not stamps:
        if any(quote.get(name) for name in _PRICES):
            raise FileBroken(content.name, "Yahoo chart", "prices without their times")
        raise NothingUsable(
            content.name, "Yahoo answered without bars (no trading in that period)", "야후가 봉 없이 응답함(그 기간에 거래 없음)"
        )
    columns = {name: quote.get(name) for name in _PRICES}
    if any(not isinstance(column, list) or len(column) != len(stamps) for column in columns.values()):
        raise FileBroken(content.name, "Yahoo chart", "times and prices differ in number")
    try:
        prices = {name: pl.Series(name, column, dtype=pl.Float64, strict=True) for name, column in columns.items()}
        seconds = pl.Series("at", stamps, dtype=pl.Int64, strict=True)
        at = (seconds * 1_000_000).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    except (TypeError, OverflowError, pl.exceptions.PolarsError) as error:
        raise FileBroken(content.name, "Yahoo chart", "a price or time is no number") from error
    return pl.DataFrame([at, *prices.values()])


def _quote(content: FileContent, result: dict[str, Any]) -> dict[str, Any]:
    indicators = result.get("indicators")
    quotes = indicators.get("quote") if isinstance(indicators, dict) else None
    if quotes is None:
        return {}
    if not isinstance(quotes, list) or not quotes or not isinstance(quotes[0], dict):
        raise FileBroken(content.name, "Yahoo chart", "no quote block")
    return quotes[0]
