"""What a run over adjusted prices says of them: which factors touched which sessions, with before and after."""

from dataclasses import replace

import polars as pl

from bokgi.data.factors import AdjustFor, adjusted_bars, adjustment_faults, adjustment_records
from bokgi.data.faults import Fault
from bokgi.data.quality import quality_faults
from bokgi.data.repair_records import Repair
from bokgi.data.repairs import repaired_bars
from bokgi.data.store import Store
from bokgi.services.request import BacktestRequest

SPLIT = "unadjusted_split"


def adjustment_findings(store: Store, request: BacktestRequest, version: int | None) -> tuple[tuple[Fault, ...], tuple[Repair, ...]]:
    """Faults and records of the factors of a resolved request; none where it asked for prices as they are stored.

    Jumps that still look like splits after the factors are faults of the adjusted series; they take the place of the stored finding.
    """
    if request.adjust is None or request.interval is None:
        return (), ()
    series = store.series(request.interval, version=version)
    known, wants_dividends = request.factors or {}, request.adjust is AdjustFor.DIVIDENDS
    lacking = [
        code for code in request.codes if code in series and not known.get(code) and (wants_dividends or not series[code].facts.adjusted)
    ]
    absent = tuple(Fault("factors_are_one" if code in known else "no_factors", code, 1) for code in lacking)
    touched = {code: spans for code, spans in known.items() if spans and code in request.codes and code in series}
    if not touched:
        return absent, ()
    stored = store.read_incoming(list(touched), request.interval, version=version)
    first, last = request.start, request.end
    bars = stored.bars.filter((stored.bars["session"] >= first) & (stored.bars["session"] <= last)) if first and last else stored.bars
    seen = bars if request.raw_data else repaired_bars(bars, store.repairs_for(list(touched), request.interval, version=version))
    records = adjustment_records(seen, touched)
    without_base = adjusted_bars(seen, touched).with_columns(pl.lit(None, pl.Float64).alias("base_price"))
    adjusted = replace(stored, bars=without_base, faults=())
    left = tuple(fault for fault in quality_faults(adjusted) if fault.kind == SPLIT)
    return (*absent, *adjustment_faults(records), *left), records
