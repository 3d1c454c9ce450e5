"""A source's answer beside what is stored: what is new, and where the source says something else about the past.

Rule: stored bars are never changed here. A few differing bars are left as they were stored, and the differences are a fault. Where most
of the bars in common differ, or their facts do, the answer cannot continue the series (a split rescales all of an adjusted past): it is
held back as a whole. Where nothing is in common nothing can be compared: an answer of adjusted prices, or one whose first price stands to
the stored ones as a split would put it, is held back as well; any other is taken, and the doubt is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import polars as pl

from bokgi.data.faults import Fault
from bokgi.data.incoming import Incoming
from bokgi.data.store import StoredSeries
from bokgi.data.store_merge import difference_words, facts_conflict

HELD_SHARE = 0.1
SEAM_JUMP = 1.84
"""A jump from which on a seam looks like a split: more than any price limit allows in two sessions."""
_PRICES = ("open", "high", "low", "close")


class Past(StrEnum):
    """AGREES: all bars in common are equal; DIFFERS: a few are not; CONTRADICTS: the answer cannot continue the series, or may not.

    UNCOMPARED: there are none in common.
    """

    AGREES = "agrees"
    UNCOMPARED = "uncompared"
    DIFFERS = "differs"
    CONTRADICTS = "contradicts"


@dataclass(frozen=True)
class Compared:
    """addition : the answer without the bars that differ from stored ones; empty where it contradicts them"""

    past: Past
    addition: Incoming
    faults: tuple[Fault, ...]


def compared_with_past(stored: StoredSeries, old: pl.DataFrame, answer: Incoming) -> Compared:
    """Look at the bars that both have.

    Parameters
    ----------
    old : the stored bars of the code; answer : of the same code and interval
    """
    conflict = facts_conflict(stored.facts, answer.facts[stored.code], is_daily=answer.interval.is_daily)
    if conflict is not None:
        name, before, now = conflict
        fault = Fault("source_contradicts", stored.code, answer.bars.height, *_days(answer.bars), f"{name} {before} -> {now}")
        return Compared(Past.CONTRADICTS, _nothing_of(answer), (fault,))
    both = old.join(answer.bars, on=["code", "start"], how="inner", suffix="_new", maintain_order="left")
    if both.is_empty():
        return _uncompared(stored, old, answer)
    moved = both.filter(pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_new")) for name in _PRICES))
    if moved.height > HELD_SHARE * both.height and moved.height > 1:
        fault = Fault("source_contradicts", stored.code, moved.height, *_days(moved), _rescaled(moved))
        return Compared(Past.CONTRADICTS, _nothing_of(answer), (fault,))
    counted = both.filter((pl.col("volume") != pl.col("volume_new")).fill_null(False))
    faults = [*_faults("source_changed_past", moved, _PRICES), *_faults("source_changed_volume", counted, ("volume",))]
    differing = pl.concat([moved, counted]).select("code", "start").unique()
    if differing.is_empty():
        return Compared(Past.AGREES, answer, ())
    kept = answer.bars.join(differing, on=["code", "start"], how="anti", maintain_order="left")
    return Compared(Past.DIFFERS, replace(answer, bars=kept), tuple(faults))


def _uncompared(stored: StoredSeries, old: pl.DataFrame, answer: Incoming) -> Compared:
    """An answer without a bar in common: held back where the past may stand on another scale, else taken with the doubt said."""
    seams = _seams(old, answer.bars)
    jump = pl.max_horizontal(pl.col("close") / pl.col("close_before"), pl.col("close_before") / pl.col("close"))
    jumps = seams.filter(jump >= SEAM_JUMP)
    shown = (seams if jumps.is_empty() else jumps).row(0, named=True)
    example = f"{shown['session_before']} {shown['close_before']:,.10g} / {shown['session']} {shown['close']:,.10g}"
    if answer.facts[stored.code].adjusted or not jumps.is_empty():
        fault = Fault("no_common_bars_held", stored.code, answer.bars.height, *_days(answer.bars), example)
        return Compared(Past.CONTRADICTS, _nothing_of(answer), (fault,))
    fault = Fault("no_common_bars", stored.code, answer.bars.height, shown["session_before"], shown["session"], example)
    return Compared(Past.UNCOMPARED, answer, (fault,))


def _seams(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Bars that follow one of the other side, with session and close of that one."""
    columns = ("start", "session", "close")
    sides = [side.select(columns).with_columns(is_new=pl.lit(is_new)) for side, is_new in ((old, False), (new, True))]
    before = [pl.col(name).shift(1).alias(f"{name}_before") for name in ("session", "close", "is_new")]
    return pl.concat(sides).sort("start").with_columns(before).filter(pl.col("is_new") != pl.col("is_new_before"))


def _faults(kind: str, rows: pl.DataFrame, names: Sequence[str]) -> list[Fault]:
    if rows.is_empty():
        return []
    return [Fault(kind, rows["code"][0], rows.height, *_days(rows), difference_words(rows.row(0, named=True), names))]


def _rescaled(rows: pl.DataFrame) -> str:
    """The first difference, and the factor where it is the same for all bars."""
    words = difference_words(rows.row(0, named=True), _PRICES)
    ratio = (rows["close_new"] / rows["close"]).drop_nulls()
    low, high = ratio.min(), ratio.max()
    if isinstance(low, float) and isinstance(high, float) and low > 0 and high / low < 1.01 and abs(low - 1) > 0.01:
        return f"{words}, all x {(low + high) / 2:.4g}"
    return words


def _days(rows: pl.DataFrame) -> tuple[date, date]:
    days: list[date] = rows["session"].to_list()
    return min(days), max(days)


def _nothing_of(answer: Incoming) -> Incoming:
    return replace(answer, bars=answer.bars.clear(), facts={}, faults=())
