"""A file's bars while they are being put in order, with everything that was found on the way.

`frame` columns: code (String), at (Datetime[us], naive exchange time), open, high, low, close, volume, base_price (Float64, null where
unknown). Steps take a draft and change it; what they drop is counted by code.
"""

from dataclasses import dataclass, field
from datetime import date

import polars as pl

from bokgi.bars.interval import Interval
from bokgi.data.faults import Fault
from bokgi.data.importers.codes import NamedCode
from bokgi.data.importers.content import Sentence
from bokgi.data.importers.hints import ImportHints, Label
from bokgi.data.series import ClosingAuction, VolumeKind
from bokgi.market.instruments import Exchange

COLUMNS = ("code", "at", "open", "high", "low", "close", "volume", "base_price")
VALUES = COLUMNS[2:]


@dataclass
class Draft:
    """`adjusted`, `label`, `closing_auction` are None until known; `named` holds what the file says about its instruments."""

    name: str
    frame: pl.DataFrame
    hints: ImportHints
    exchange: Exchange
    source: str
    has_clock: bool
    interval: Interval | None = None
    adjusted: bool | None = None
    label: Label | None = None
    closing_auction: ClosingAuction | None = None
    volume_kind: VolumeKind = VolumeKind.UNKNOWN
    named: dict[str, NamedCode] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    detected: list[Sentence] = field(default_factory=list)
    rows_read: int = 0
    splits: list[tuple[str, date, float]] = field(default_factory=list)

    @property
    def is_daily(self) -> bool:
        return self.interval is not None and self.interval.is_daily

    def note(self, kind: str, mask: pl.Expr, example: pl.Expr | None = None) -> None:
        """Count the rows of the mask as a fault and keep them."""
        self.faults.extend(faults_in(self.frame.filter(mask), kind, example, self.has_clock))

    def drop(self, kind: str, mask: pl.Expr, example: pl.Expr | None = None) -> None:
        """Count the rows of the mask (null counts as False) as a fault and drop them."""
        marked = self.frame.select(mask.fill_null(False).alias("bad")).to_series()
        if not marked.any():
            return
        self.faults.extend(faults_in(self.frame.filter(marked), kind, example, self.has_clock))
        self.frame = self.frame.filter(~marked)

    def say(self, korean: str, english: str) -> None:
        self.detected.append((korean, english))


def prices_example(has_clock: bool) -> pl.Expr:
    """`2025-10-16 09:05 O 95,300 H ...` as plain text."""
    stamp = pl.col("at").dt.strftime("%Y-%m-%d %H:%M" if has_clock else "%Y-%m-%d").fill_null("?")
    numbers = [pl.col(name).cast(pl.String).str.strip_suffix(".0").fill_null("-") for name in ("open", "high", "low", "close", "volume")]
    return pl.format("{} O {} H {} L {} C {} V {}", stamp, *numbers)


def faults_in(rows: pl.DataFrame, kind: str, example: pl.Expr | None, has_clock: bool) -> list[Fault]:
    """One fault a code over the rows given."""
    if rows.is_empty():
        return []
    shown = prices_example(has_clock) if example is None else example
    day = pl.col("at").dt.date()
    first = rows.unique("code", keep="first", maintain_order=True).select("code", shown.cast(pl.String).alias("example"))
    counted = rows.group_by("code").agg(pl.len().alias("count"), day.min().alias("first"), day.max().alias("last"))
    joined = counted.join(first, on="code").sort("code")
    return [_fault(kind, *row) for row in joined.select("code", "count", "first", "last", "example").iter_rows()]


def _fault(kind: str, code: str | None, count: int, first: date | None, last: date | None, example: str | None) -> Fault:
    return Fault(kind, code or "", count, first, last, example or "")


def with_all_columns(frame: pl.DataFrame) -> pl.DataFrame:
    """Add the value columns that the file does not have, as null, and put all in order."""
    missing = [pl.lit(None, pl.Float64).alias(name) for name in VALUES if name not in frame.columns]
    return frame.with_columns(missing).select(COLUMNS)
