"""The bars of a quality check beside the calendar and what is known of their instruments."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from bokgi.bars.interval import Interval
from bokgi.data.faults import Fault
from bokgi.data.incoming import Incoming
from bokgi.data.row_order import is_ordered
from bokgi.data.series import SeriesFacts
from bokgi.data.session_hours import session_table
from bokgi.market.instruments import Board, Exchange, Instrument, Kind


@dataclass(frozen=True)
class Quality:
    """What the checks read.

    bars : the columns of `Incoming.bars`, with open_minute and close_minute of the session (null where the calendar has none)
    sessions : every session from the first to the last bar, with its hours
    instruments : what is known of each code; `assumed` where nothing is
    """

    bars: pl.DataFrame
    interval: Interval
    exchange: Exchange
    facts: dict[str, SeriesFacts]
    sessions: pl.DataFrame
    instruments: dict[str, Instrument]

    @property
    def has_calendar(self) -> bool:
        return self.exchange is not Exchange.OTHER

    @cached_property
    def is_ordered(self) -> bool:
        """Whether the bars are in order of code, session and minute: then neighbours tell what a search would, without sorting."""
        return is_ordered(self.bars, "code", "session", "minute")

    def faults(self, rows: pl.DataFrame, kind: str, example: pl.Expr, count: pl.Expr | None = None) -> list[Fault]:
        """One fault a code over rows with `code` and `session`."""
        return counted_faults(rows, kind, example, count)


def quality_of(incoming: Incoming, lookup: Callable[[str], Instrument] | None, known: Callable[[str], bool] | None) -> Quality:
    """Join the calendar and look every code up."""
    exchange = next(iter(incoming.facts.values())).exchange
    first, last = incoming.bars.select(pl.col("session").min().alias("first"), pl.col("session").max().alias("last")).row(0)
    if exchange is Exchange.OTHER:
        sessions = pl.DataFrame(schema={"session": pl.Date, "open_minute": pl.Int32, "close_minute": pl.Int32})
    else:
        sessions = session_table(exchange, first, last)
    bars = incoming.bars.join(sessions, on="session", how="left", maintain_order="left")
    instruments = {code: _instrument(facts, lookup, known) for code, facts in incoming.facts.items()}
    return Quality(bars, incoming.interval, exchange, incoming.facts, sessions, instruments)


def _instrument(facts: SeriesFacts, lookup: Callable[[str], Instrument] | None, known: Callable[[str], bool] | None) -> Instrument:
    listed = lookup(facts.code) if lookup is not None and (known is None or known(facts.code)) else None
    foreign = facts.exchange is not Exchange.XKRX
    kind = facts.kind or (listed.kind if listed else None)
    board = facts.board or (listed.board if listed else None)
    return Instrument(
        facts.code,
        facts.name or (listed.name if listed else ""),
        facts.name_en or (listed.name_en if listed else ""),
        kind or (Kind.FOREIGN if foreign else Kind.STOCK),
        board or (Board.FOREIGN if foreign else Board.KOSPI),
        facts.exchange,
        facts.leverage if facts.leverage != 1.0 or listed is None else listed.leverage,
        listed.listed if listed else None,
        listed.delisted if listed else None,
        assumed=kind is None and not foreign,
    )


def counted_faults(rows: pl.DataFrame, kind: str, example: pl.Expr, count: pl.Expr | None = None) -> list[Fault]:
    """One fault a code; the example is that of its first row, and made of that row alone."""
    if rows.is_empty():
        return []
    number = pl.len() if count is None else count
    grouped = rows.group_by("code", maintain_order=True).agg(
        number.cast(pl.Int64).alias("count"),
        pl.col("session").min().alias("first"),
        pl.col("session").max().alias("last"),
    )
    heads = rows.unique("code", keep="first", maintain_order=True).select(example.cast(pl.String).alias("example"))
    picked = pl.concat([grouped, heads], how="horizontal").sort("code").select("code", "count", "first", "last", "example")
    return [Fault(kind, code, number, first, last, words or "") for code, number, first, last, words in picked.iter_rows()]


def clock(minute: pl.Expr) -> pl.Expr:
    """A minute of the day as `09:05`."""
    hours, minutes = (minute // 60).cast(pl.String).str.zfill(2), (minute % 60).cast(pl.String).str.zfill(2)
    return pl.format("{}:{}", hours, minutes)


def stamp(quality: Quality) -> pl.Expr:
    """The day of a row, with its time for bars within a session."""
    day = pl.col("session").dt.strftime("%Y-%m-%d")
    return day if quality.interval.is_daily else pl.format("{} {}", day, clock(pl.col("minute")))


def shown(price: pl.Expr) -> pl.Expr:
    """A price as text, without a needless fraction."""
    return price.cast(pl.String).str.strip_suffix(".0").fill_null("-")
