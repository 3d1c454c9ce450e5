"""Old rows and new rows of the same series become one series.

Rule: at the same (code, start) identical rows are one. Unknown numbers (volume, base price) are completed by known ones. Any other
difference is a change of history: it is refused, or the whole new row wins when that was asked for. Rows that only one side has stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import polars as pl

from bokgi.data.faults import Fault
from bokgi.data.repair_records import Repair
from bokgi.data.series import ClosingAuction, SeriesFacts, VolumeKind

_KEYS = ["code", "start"]
_PRICES = ("session", "minute", "open", "high", "low", "close")
_COMPLETED = ("volume", "base_price")
_COVERAGE_KINDS = frozenset(
    {
        "missing_sessions",
        "missing_bars",
        "market_wide_gap",
        "coverage_ends_early",
        "coverage_starts_late",
        "partial_last_session",
        "repaired_block",
        "source_contradicts",
        "no_common_bars",
        "no_common_bars_held",
        "source_changed_past",
        "source_changed_volume",
    }
)
"""Faults that say that something is not there, or that a source says something else: rows that come later may heal them."""


@dataclass(frozen=True)
class Merged:
    """Bars of several series after the merge.

    tally : one row a code: added, identical, completed, differing (UInt32)
    changes : one `history_changed` fault a code whose history differs
    """

    bars: pl.DataFrame
    tally: pl.DataFrame
    changes: tuple[Fault, ...]


def merged_bars(old: pl.DataFrame, new: pl.DataFrame) -> Merged:
    """Rows of both, sorted by (code, start); of differing rows the new one."""
    both = old.with_columns(in_old=pl.lit(value=True)).join(
        new.with_columns(in_new=pl.lit(value=True)), on=_KEYS, how="full", coalesce=True, suffix="_new"
    )
    both = both.with_columns(is_common=pl.col("in_old").is_not_null() & pl.col("in_new").is_not_null()).sort(_KEYS)
    both = both.with_columns(differs=pl.col("is_common") & _is_changed(), completed=pl.col("is_common") & _is_completed())
    bars = both.select(*_KEYS, *(_chosen(name) for name in (*_PRICES, *_COMPLETED)))
    return Merged(bars, _tally(both), _changes(both.filter("differs")))


def _is_changed() -> pl.Expr:
    prices = [pl.col(name).ne_missing(pl.col(f"{name}_new")) for name in _PRICES]
    return pl.any_horizontal(*prices, *((pl.col(name) != pl.col(f"{name}_new")).fill_null(value=False) for name in _COMPLETED))


def _is_completed() -> pl.Expr:
    return pl.any_horizontal(*(pl.col(name).is_null() & pl.col(f"{name}_new").is_not_null() for name in _COMPLETED))


def _chosen(name: str) -> pl.Expr:
    old, new = pl.col(name), pl.col(f"{name}_new")
    known = pl.coalesce(old, new)
    return pl.when("differs").then(new).otherwise(known).alias(name)


def _tally(both: pl.DataFrame) -> pl.DataFrame:
    is_added = pl.col("in_old").is_null()
    return both.group_by("code", maintain_order=True).agg(
        added=is_added.sum(),
        identical=(pl.col("is_common") & ~pl.col("differs") & ~pl.col("completed")).sum(),
        completed=(pl.col("completed") & ~pl.col("differs")).sum(),
        differing=pl.col("differs").sum(),
    )


def _changes(differing: pl.DataFrame) -> tuple[Fault, ...]:
    faults = []
    for rows in differing.partition_by("code", maintain_order=True):
        days: list[date] = rows["session"].to_list()
        words = difference_words(rows.row(0, named=True), (*_PRICES, *_COMPLETED))
        faults.append(Fault("history_changed", rows["code"][0], rows.height, min(days), max(days), words))
    return tuple(faults)


def difference_words(row: dict[str, object], names: Sequence[str]) -> str:
    """The first difference of a row and its `_new` values in words: `2026-02-02 10:00 close 18,015 -> 18,020`."""
    for name in names:
        old, new = row[name], row[f"{name}_new"]
        if old != new:
            return f"{row['session']} {_clock(row['minute'])} {name} {_number(old)} -> {_number(new)}"
    return str(row["session"])


def _clock(minute: object) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}" if isinstance(minute, int) else "-"


def _number(value: object) -> str:
    return f"{value:,.10g}" if isinstance(value, float) else "-" if value is None else str(value)


def facts_conflict(old: SeriesFacts, new: SeriesFacts, *, is_daily: bool) -> tuple[str, str, str] | None:
    """Name and both values of the first fact that forbids one series of both; None where they go together."""
    pairs: list[tuple[str, object, object]] = [
        ("exchange", old.exchange, new.exchange),
        ("adjusted", old.adjusted, new.adjusted),
        ("synthetic", old.synthetic, new.synthetic),
        ("regular_close", old.regular_close, new.regular_close),
    ]
    if VolumeKind.UNKNOWN not in (old.volume_kind, new.volume_kind):
        pairs.append(("volume_kind", old.volume_kind, new.volume_kind))
    auctions = (old.closing_auction, new.closing_auction)
    if not is_daily and ClosingAuction.LAST_BAR in auctions:
        pairs.append(("closing_auction", *auctions))
    return next(((name, str(stored), str(given)) for name, stored, given in pairs if stored != given), None)


def merged_facts(old: SeriesFacts, new: SeriesFacts) -> SeriesFacts:
    """What is known after the merge: new words win, unknown ones keep the old."""
    sources = [*old.source.split(" + "), *(word for word in new.source.split(" + ") if word not in old.source.split(" + "))]
    is_own_bar = ClosingAuction.OWN_BAR in (old.closing_auction, new.closing_auction)
    return replace(
        new,
        source=" + ".join(sources),
        name=new.name or old.name,
        name_en=new.name_en or old.name_en,
        kind=new.kind or old.kind,
        board=new.board or old.board,
        leverage=new.leverage if new.leverage != 1.0 else old.leverage,
        closing_auction=ClosingAuction.OWN_BAR if is_own_bar else new.closing_auction,
        volume_kind=new.volume_kind if new.volume_kind == old.volume_kind else VolumeKind.UNKNOWN,
        fetched_at=_latest(old.fetched_at, new.fetched_at),
    )


def _latest(old: datetime | None, new: datetime | None) -> datetime | None:
    return max((instant for instant in (old, new) if instant is not None), default=None)


def merged_faults(old: tuple[Fault, ...], new: tuple[Fault, ...], span: tuple[date, date]) -> tuple[Fault, ...]:
    """Faults of both imports. The new import speaks for the sessions that it looked at (`span`, first and last).

    An old fault goes where a new one of its kind covers its sessions, and where it missed something in sessions that came again.
    """
    return tuple(fault for fault in old if not _is_outdated(fault, new, span)) + new


def _is_outdated(fault: Fault, new: tuple[Fault, ...], span: tuple[date, date]) -> bool:
    if fault in new:
        return True
    if fault.first is None or fault.last is None:
        return False
    if fault.kind in _COVERAGE_KINDS and span[0] <= fault.first and fault.last <= span[1]:
        return True
    spans = [(other.first, other.last) for other in new if other.kind == fault.kind]
    return any(first and last and first <= fault.first and fault.last <= last for first, last in spans)


def merged_repairs(old: Sequence[Repair], new: Sequence[Repair], span: tuple[date, date]) -> tuple[Repair, ...]:
    """Repairs of both imports: the new one speaks for the sessions that it looked at (`span`, first and last)."""
    kept = [repair for repair in old if repair.last < span[0] or repair.first > span[1]]
    return tuple(sorted((*kept, *new), key=lambda repair: repair.first))
