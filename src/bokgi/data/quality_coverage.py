"""What is missing: whole sessions, bars within sessions, the end of sessions, the end of the last one.

The grid that a series should fill is its own: a source that never has bars after 15:00 (Yahoo) lacks nothing on a given day, it ends
early on every day, which is said once. The grid of a session runs from its open to the last minute that the source usually covers,
counted back from the close; the ten minutes of the closing auction have no bars of their own.
"""

from datetime import date

import polars as pl

from bokgi.data.faults import Fault
from bokgi.data.quality_frames import Quality, clock, stamp
from bokgi.data.session_hours import AUCTION_MINUTES, USUAL_HOURS
from bokgi.market.halts import CircuitBreaker, circuit_breakers
from bokgi.market.instruments import Board, Exchange, Instrument


def coverage_faults(quality: Quality) -> list[Fault]:
    """Missing sessions and bars, early ends, a partial last session, unusual hours."""
    if not quality.has_calendar or quality.sessions.is_empty():
        return []
    found = _missing_sessions(quality)
    if not quality.interval.is_daily:
        found += _intraday(quality)
    return found


def _missing_sessions(quality: Quality) -> list[Fault]:
    """Sessions between a code's first and last bar without any bar; more than half missing at once for all is one fault."""
    numbered = quality.sessions.with_row_index("number").select("session", pl.col("number").cast(pl.Int64))
    rows = quality.bars.select("code", "session")
    days = (rows if quality.interval.is_daily else rows.unique(maintain_order=True)).join(numbered, on="session", maintain_order="left")
    ordered = days if quality.is_ordered else days.sort("code", "session")
    is_same = pl.col("code") == pl.col("code").shift(1)
    gap = ordered.with_columns(pl.when(is_same).then(pl.col("number").diff() - 1).alias("gap"), pl.col("number").alias("after"))
    holes = gap.filter(pl.col("gap") > 0)
    if holes.is_empty():
        return []
    missing = holes.with_columns(pl.int_ranges(pl.col("after") - pl.col("gap"), pl.col("after")).alias("number")).select("code", "number")
    rows = missing.explode("number", empty_as_null=True, keep_nulls=True).join(numbered, on="number").sort("code", "session")
    return _once_where_all(quality, rows, "missing_sessions", pl.col("session").dt.strftime("%Y-%m-%d"))


def _once_where_all(quality: Quality, rows: pl.DataFrame, kind: str, example: pl.Expr) -> list[Fault]:
    codes = len(quality.facts)
    if codes < 2:
        return quality.faults(rows, kind, example)
    keys = [name for name in ("session", "minute") if name in rows.columns]
    lacking = rows.group_by(keys).agg(pl.len().alias("lacking")).filter(pl.col("lacking") == codes)
    everyone = rows.join(lacking.select(keys), on=keys, how="semi").unique(keys, maintain_order=True)
    single = rows.join(lacking.select(keys), on=keys, how="anti")
    shared = quality.faults(everyone.with_columns(pl.lit("").alias("code")), "market_wide_gap" if "minute" in keys else kind, example)
    return shared + quality.faults(single, kind, example)


def _intraday(quality: Quality) -> list[Fault]:
    ends = _session_ends(quality)
    usual = _usual_end(quality, ends)
    grid = _grid(quality, ends, usual)
    absent = grid.join(quality.bars.select("code", "session", "minute"), on=["code", "session", "minute"], how="anti")
    absent = absent.sort("code", "session", "minute")
    halted, lacking = _split_halts(quality, absent)
    found = _breaker_faults(quality, halted)
    partial = _partial_last(quality, ends, usual)
    tail = pl.col("session").is_in(partial["session"].implode()) & (pl.col("minute") > pl.col("last_minute"))
    found += _once_where_all(quality, lacking.filter(~tail), "missing_bars", pl.format("{} {}", _day(), clock(pl.col("minute"))))
    found += quality.faults(partial, "partial_last_session", _range_words())
    return found + _hours_faults(quality, usual)


def _day() -> pl.Expr:
    return pl.col("session").dt.strftime("%Y-%m-%d")


def _session_ends(quality: Quality) -> pl.DataFrame:
    """First and last bar of each code's sessions, with the distance of the last bar's end from the regular close [minutes]."""
    step = quality.interval.minutes
    regular = pl.col("minute") < pl.col("close_minute")
    rows = quality.bars.filter(regular & pl.col("open_minute").is_not_null())
    ends = rows.group_by("code", "session", "open_minute", "close_minute").agg(
        pl.col("minute").min().alias("first_minute"), pl.col("minute").max().alias("last_minute"), pl.len().alias("bars")
    )
    return ends.with_columns((pl.col("close_minute") - pl.col("last_minute") - step).alias("short")).sort("code", "session")


def _usual_end(quality: Quality, ends: pl.DataFrame) -> int:
    """Minutes before the close at which this source's bars usually end: 30 for Yahoo, 10 where the auction has no bars, 0 else."""
    if ends.is_empty():
        return 0
    usual = int(ends["short"].value_counts(sort=True).sort("count", "short", descending=[True, False])["short"][0])
    auction = AUCTION_MINUTES if quality.exchange is Exchange.XKRX else 0
    covered = ends.filter(pl.col("short") <= usual).height
    return max(usual, 0) if covered * 2 >= ends.height and ends.height > 1 else min(max(usual, 0), auction)


def _grid(quality: Quality, ends: pl.DataFrame, usual: int) -> pl.DataFrame:
    """Every bar that the sessions present should have: from the open to the usual end, the auction's minutes left out."""
    step = quality.interval.minutes
    end = pl.col("close_minute") - max(usual, AUCTION_MINUTES if quality.exchange is Exchange.XKRX else 0)
    minutes = pl.int_ranges(pl.col("open_minute").cast(pl.Int64), end.cast(pl.Int64), step)
    spread = ends.with_columns(minutes.alias("minute")).explode("minute", empty_as_null=True, keep_nulls=True)
    return spread.filter(pl.col("minute").is_not_null()).with_columns(pl.col("minute").cast(pl.Int32))


def _split_halts(quality: Quality, absent: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Bars inside a circuit breaker of their board, and the rest."""
    if absent.is_empty() or quality.exchange is not Exchange.XKRX:
        return absent.clear(), absent
    first, last = quality.sessions["session"].min(), quality.sessions["session"].max()
    assert isinstance(first, date)
    assert isinstance(last, date)
    halts = circuit_breakers(first, last)
    inside = pl.lit(False)
    for halt in halts:
        inside = inside | _inside(quality, halt)
    return absent.filter(inside), absent.filter(~inside)


def _inside(quality: Quality, halt: CircuitBreaker) -> pl.Expr:
    codes = [code for code, instrument in quality.instruments.items() if _board(instrument) is halt.board]
    whole = (pl.col("minute") >= halt.start_minute) & (pl.col("minute") + quality.interval.minutes <= halt.end_minute)
    return (pl.col("session") == halt.day) & whole & pl.col("code").is_in(codes)


def _board(instrument: Instrument) -> Board:
    return instrument.board


def _breaker_faults(quality: Quality, halted: pl.DataFrame) -> list[Fault]:
    """One note a halt, whatever the number of series."""
    if halted.is_empty():
        return []
    slots = halted.unique(["session", "minute"]).sort("session", "minute").with_columns(pl.lit("").alias("code"))
    found = []
    for _, rows in slots.group_by("session", maintain_order=True):
        ends = pl.format("{} {}-{}", _day(), clock(pl.col("minute").min()), clock(pl.col("minute").max() + quality.interval.minutes))
        found += quality.faults(rows.with_columns(ends.alias("ends")), "circuit_breaker", pl.col("ends"))
    return found


def _partial_last(quality: Quality, ends: pl.DataFrame, usual: int) -> pl.DataFrame:
    """The last session of a code where its bars stop before the usual end; bars of it are not counted as missing one by one."""
    last = ends.filter(pl.col("session") == pl.col("session").max().over("code"))
    return last.filter(pl.col("short") > max(usual, AUCTION_MINUTES) + quality.interval.minutes)


def _range_words() -> pl.Expr:
    return pl.format("{}: {} bars, the last at {}", _day(), pl.col("bars"), clock(pl.col("last_minute")))


def _hours_faults(quality: Quality, usual: int) -> list[Fault]:
    """Coverage that ends before the close on every day; sessions that opened late or closed early by the calendar."""
    found = []
    auction = AUCTION_MINUTES if quality.exchange is Exchange.XKRX else 0
    if usual > auction:
        rows = quality.bars.unique(["code", "session"], keep="last", maintain_order=True).filter(pl.col("close_minute").is_not_null())
        words = pl.format("{}, close {}", stamp(quality), clock(pl.col("close_minute")))
        found += quality.faults(rows, "coverage_ends_early", words)
    days = quality.bars.select("session", "open_minute", "close_minute").unique().sort("session").with_columns(pl.lit("").alias("code"))
    opens, closes = USUAL_HOURS[quality.exchange]
    late = days.filter(pl.col("open_minute") > opens)
    early = days.filter((pl.col("close_minute") < closes) & (quality.exchange is not Exchange.XKRX))
    found += quality.faults(late, "late_opening", pl.format("{} {}", _day(), clock(pl.col("open_minute"))))
    return found + quality.faults(early, "early_close", pl.format("{} {}", _day(), clock(pl.col("close_minute"))))
