"""The quality report: what bars are like, measured against the calendar and the rules of the exchange.

`quality_faults` looks at one `Incoming` as it stands (after its importer has dropped what cannot be used) and changes nothing. Counts are
bars for `missing_bars`, sessions for `missing_sessions`, rows or prices otherwise. What the market did to all (circuit breakers, late
openings) is a note, said once; what all series lack at the same moment is said once, too.
"""

from collections.abc import Callable
from datetime import date

import polars as pl

from bokgi.data.faults import Fault
from bokgi.data.incoming import Incoming
from bokgi.data.quality_coverage import coverage_faults
from bokgi.data.quality_frames import Quality, quality_of
from bokgi.data.quality_prices import price_faults
from bokgi.data.quality_rows import row_faults
from bokgi.data.series import SeriesFacts
from bokgi.market.instruments import Instrument

_CHECKS: tuple[Callable[[Quality], list[Fault]], ...] = (row_faults, coverage_faults, price_faults)


def quality_faults(
    incoming: Incoming, lookup: Callable[[str], Instrument] | None = None, *, known: Callable[[str], bool] | None = None
) -> tuple[Fault, ...]:
    """Every finding of the report about these bars, importer's faults not included.

    Parameters
    ----------
    lookup, known
        `Master.lookup` and `Master.known`: kinds, boards and delisting days of what neither file nor user described.
    """
    if incoming.bars.is_empty():
        return ()
    quality = quality_of(incoming, lookup, known)
    return tuple(fault for check in _CHECKS for fault in check(quality))


def bars_quality(bars: pl.DataFrame, interval: str, facts: dict[str, SeriesFacts]) -> tuple[Fault, ...]:
    """`quality_faults` for bars that come from the store."""
    from bokgi.bars.interval import Interval

    return quality_faults(Incoming(Interval.from_text(interval), bars, facts))


def all_faults(
    incoming: Incoming, lookup: Callable[[str], Instrument] | None = None, known: Callable[[str], bool] | None = None
) -> tuple[Fault, ...]:
    """The importer's faults and those of the quality report, in one list."""
    return (*incoming.faults, *quality_faults(incoming, lookup, known=known))


def faults_by_kind(faults: tuple[Fault, ...]) -> dict[str, Fault]:
    """One fault a kind, summed over the codes: what a screen shows first. The example is that of the first code."""
    summed: dict[str, Fault] = {}
    for fault in faults:
        before = summed.get(fault.kind)
        summed[fault.kind] = fault if before is None else _sum(before, fault)
    return summed


def _sum(one: Fault, other: Fault) -> Fault:
    code = one.code if one.code == other.code else ""
    firsts = [day for day in (one.first, other.first) if day is not None]
    lasts = [day for day in (one.last, other.last) if day is not None]
    example = one.example if one.code == other.code or not one.code else f"{one.code} {one.example}"
    return Fault(one.kind, code, one.count + other.count, _edge(firsts, min), _edge(lasts, max), example)


def _edge(days: list[date], pick: Callable[[list[date]], date]) -> date | None:
    return pick(days) if days else None
