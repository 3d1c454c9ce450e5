"""An import: new rows and old rows become the series of the next version.

Convention: series are taken in batches of about `SEGMENT_ROWS` rows, one new segment each, so that memory does not grow with the
import. Every code lies in exactly one segment of a version. Segments that no manifest names yet are invisible; the manifest comes last.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TypeVar, cast

import numpy as np
import polars as pl

from bokgi.data.faults import Fault
from bokgi.data.incoming import Incoming
from bokgi.data.repair_records import Repair
from bokgi.data.series import SeriesFacts
from bokgi.data.store_manifest import Manifest, Segment, StoredSeries
from bokgi.data.store_merge import facts_conflict, merged_bars, merged_facts, merged_faults, merged_repairs
from bokgi.data.store_segments import SCHEMA, Piece, check_segment, hashed_columns, read_rows, rows_hash, to_stored, write_segment
from bokgi.errors.store import FactsDiffer, HistoryDiffers, IncomingMalformed

SEGMENT_ROWS = 2_000_000
WRITERS = 2
"""Segments that are encoded at once, beside the merging of the next."""
SMALL_SEGMENTS = 48
"""A version with more segments of less than a quarter of `SEGMENT_ROWS` has those put together."""
_Found = TypeVar("_Found", Fault, Repair)


@dataclass(frozen=True, slots=True)
class SeriesReceipt:
    """What an import did to one series; counts of bars. `bars` is how many there are now, `replaced_series` an exchange of all of them."""

    code: str
    added: int
    identical: int
    completed: int
    replaced: int
    bars: int
    first: date
    last: date
    replaced_series: bool = False


@dataclass
class _Work:
    """What has been found and written so far."""

    folder: Path
    current: Manifest
    incoming: Incoming
    segments: dict[str, Segment] = field(default_factory=dict)
    series: dict[str, StoredSeries] = field(default_factory=dict)
    receipts: dict[str, SeriesReceipt] = field(default_factory=dict)
    changes: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Run:
    code: str
    row: int
    count: int


def next_series(
    folder: Path, current: Manifest, incoming: Incoming, *, replace_old: bool, exchange: bool = False
) -> tuple[Manifest, list[SeriesReceipt], list[Fault]]:
    """Write the segments of the next version; the manifest is the caller's to put in place.

    Parameters
    ----------
    exchange : the incoming series take the place of the stored ones as a whole

    Returns
    -------
    The next version's content (equal to `current` when nothing changed), one receipt a series, and `history_changed` faults.

    Raises
    ------
    HistoryDiffers, FactsDiffer
        Stored bars contradict the new ones and `replace_old` was not said.
    IncomingMalformed
        The bars are not sorted or not unique.
    """
    work = _Work(folder, current, incoming)
    runs = _runs(incoming.bars)
    exchanged = frozenset(run.code for run in runs) if exchange else _exchanged(work, runs, replace_old=replace_old)
    with ThreadPoolExecutor(WRITERS) as pool:
        writing: deque[Future[None]] = deque()
        for batch in _batches(runs, current, exchanged):
            kept = _take_batch(work, batch, exchanged, replace_old=replace_old)
            if kept is not None:
                writing.append(pool.submit(_keep, work, kept))
            if len(writing) == WRITERS:  # so memory does not grow with the rows
                writing.popleft().result()
        for each in writing:
            each.result()
    if work.changes and not replace_old:
        rows = sum(fault.count for fault in work.changes)
        raise HistoryDiffers([fault.code for fault in work.changes], str(incoming.interval), rows, work.changes[0].example)
    manifest = _put_together(work, exchanged)
    return manifest, [work.receipts[run.code] for run in runs], work.changes


def _runs(bars: pl.DataFrame) -> list[_Run]:
    """Where each code's rows lie."""
    missing = [name for name in SCHEMA if name not in bars.columns]
    if missing:
        raise IncomingMalformed(f"columns {', '.join(missing)} are missing")
    if bars.select(pl.col("code", "start", "session", "minute").has_nulls()).row(0) != (False,) * 4:
        raise IncomingMalformed("a code, start, session or minute is null")
    parts = bars["code"].rle().struct.unnest()
    codes, counts = parts["value"].to_list(), parts["len"].to_list()
    if any(later <= earlier for earlier, later in pairwise(codes)):
        raise IncomingMalformed("rows are not sorted by code")
    starts = np.concatenate(([0], np.cumsum(counts))) if counts else np.zeros(1)
    return [_Run(code, int(row), int(count)) for code, row, count in zip(codes, starts, counts, strict=False)]


def _exchanged(work: _Work, runs: Sequence[_Run], *, replace_old: bool) -> frozenset[str]:
    """Codes whose stored series cannot be continued and is exchanged as a whole."""
    found: dict[str, tuple[str, str, str]] = {}
    for run in runs:
        old = work.current.series.get(run.code)
        conflict = old and facts_conflict(old.facts, _facts(work, run.code), is_daily=work.incoming.interval.is_daily)
        if conflict:
            found[run.code] = conflict
    if found and not replace_old:
        raise FactsDiffer(list(found), str(work.incoming.interval), *next(iter(found.values())))
    return frozenset(found)


def _facts(work: _Work, code: str) -> SeriesFacts:
    try:
        return work.incoming.facts[code]
    except KeyError:
        raise IncomingMalformed(f"nothing is said about {code}") from None


def _batches(runs: Sequence[_Run], current: Manifest, exchanged: frozenset[str]) -> Iterator[list[_Run]]:
    batch: list[_Run] = []
    weight = 0
    for run in runs:
        old = current.series.get(run.code)
        weight += run.count + (2 * old.bars if old and run.code not in exchanged else 0)
        batch.append(run)
        if weight >= SEGMENT_ROWS:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def _take_batch(work: _Work, batch: Sequence[_Run], exchanged: frozenset[str], *, replace_old: bool) -> pl.DataFrame | None:
    """The bars of a batch that are to be written; None where the new ones contradict what is stored."""
    first, last = batch[0], batch[-1]
    new = to_stored(work.incoming.bars.slice(first.row, last.row + last.count - first.row))
    _check_order(new)
    continued = [run.code for run in batch if run.code in work.current.series and run.code not in exchanged]
    bars = _merge(work, new, continued) if continued else new
    for run in batch:
        if run.code not in continued:
            work.receipts[run.code] = _fresh_receipt(run, new, first.row, is_exchange=run.code in exchanged)
    if work.changes and not replace_old:
        return None
    unchanged = [code for code in continued if _is_unchanged(work.receipts[code])]
    return bars.filter(~pl.col("code").is_in(unchanged)) if unchanged else bars


def _check_order(bars: pl.DataFrame) -> None:
    is_later = (pl.col("start").diff() > pl.duration(microseconds=0)) | (pl.col("code") != pl.col("code").shift())
    if not bars.select(is_later.all()).item():
        raise IncomingMalformed("rows of a code are not in ascending order of time, or come twice")


def _merge(work: _Work, new: pl.DataFrame, continued: list[str]) -> pl.DataFrame:
    """Stored rows of the continued codes and all new rows. Codes whose rows only go on need no comparison."""
    old = stored_rows(work.folder, work.current, continued)
    ends = old.group_by("code").agg(end=pl.col("start").last())
    begins = new.group_by("code").agg(begin=pl.col("start").first())
    going_on = ends.join(begins, on="code").filter(pl.col("begin") > pl.col("end"))["code"].to_list()
    overlapping = pl.col("code").is_in(sorted(set(continued) - set(going_on)))
    merged = merged_bars(old.filter(overlapping), new.filter(overlapping))
    work.changes.extend(merged.changes)
    bars = _interleaved([old.filter(~overlapping), merged.bars, new.filter(~overlapping)])
    spans = bars.group_by("code").agg(pl.len(), first=pl.col("session").first(), last=pl.col("session").last())
    added = new.filter(pl.col("code").is_in(going_on)).group_by("code").agg(added=pl.len())
    tally = pl.concat([merged.tally, added], how="diagonal_relaxed").fill_null(0)
    for row in tally.join(spans, on="code").iter_rows(named=True):
        counts = (row["added"], row["identical"], row["completed"], row["differing"])
        work.receipts[row["code"]] = SeriesReceipt(row["code"], *counts, row["len"], row["first"], row["last"])
    return bars


def _interleaved(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Rows of several frames, each sorted by code, by code and then in the order of the frames. No row is compared."""
    slices = sorted((run.code, order, run.row, run.count) for order, part in enumerate(parts) for run in _runs(part))
    if not slices:
        return parts[0]
    return pl.concat([parts[order].slice(row, count) for _, order, row, count in slices], rechunk=True)


def _fresh_receipt(run: _Run, new: pl.DataFrame, row_of_new: int, *, is_exchange: bool) -> SeriesReceipt:
    row = run.row - row_of_new
    first, last = new["session"][row], new["session"][row + run.count - 1]
    return SeriesReceipt(run.code, run.count, 0, 0, 0, run.count, first, last, replaced_series=is_exchange)


def _is_unchanged(receipt: SeriesReceipt) -> bool:
    return not (receipt.added or receipt.completed or receipt.replaced)


def _keep(work: _Work, bars: pl.DataFrame) -> None:
    """Write one segment and note the series in it."""
    if not bars.height:
        return
    segment = write_segment(work.folder, bars)
    work.segments[segment.name] = segment
    for series in _described(bars, segment, {code: _facts(work, code) for code in bars["code"].unique()}):
        work.series[series.code] = series


def _described(bars: pl.DataFrame, segment: Segment, facts: dict[str, SeriesFacts]) -> Iterator[StoredSeries]:
    columns, sessions = hashed_columns(bars), bars["session"]
    for run in _runs(bars):
        end = run.row + run.count
        yield StoredSeries(
            code=run.code,
            segment=segment.name,
            row=run.row,
            bars=run.count,
            first=sessions[run.row],
            last=sessions[end - 1],
            sha256=rows_hash(columns, run.row, end),
            has_base=bool(np.isfinite(columns["base_price"][run.row : end]).any()),
            facts=facts[run.code],
        )


def _put_together(work: _Work, exchanged: frozenset[str]) -> Manifest:
    """The old series, overlaid by the new ones; facts and faults of both."""
    series = dict(work.current.series)
    spans = work.incoming.bars.group_by("code").agg(first=pl.col("session").min(), last=pl.col("session").max())
    faults_of, repairs_of = _by_code((*work.incoming.faults, *work.changes)), _by_code(work.incoming.repairs)
    for code, first, last in spans.iter_rows():
        old = None if code in exchanged else work.current.series.get(code)
        stored = work.series.get(code) or cast(StoredSeries, old)
        own = tuple(faults_of.get(code, ()))
        facts = merged_facts(old.facts, _facts(work, code)) if old else _facts(work, code)
        faults = merged_faults(old.faults, own, (first, last)) if old else own
        repairs = merged_repairs(old.repairs if old else (), repairs_of.get(code, []), (first, last))
        series[code] = replace(stored, facts=facts, faults=faults, repairs=repairs)
    nobody = tuple(fault for fault in work.incoming.faults if fault.code not in series)
    market = tuple(fault for fault in work.current.market_faults if fault not in nobody) + nobody
    known = work.current.segments | work.segments
    return with_segments(replace(work.current, series=dict(sorted(series.items())), market_faults=market), known)


def _by_code(found: Iterable[_Found]) -> dict[str, list[_Found]]:
    """Faults or repairs by code, in their order."""
    by_code: dict[str, list[_Found]] = {}
    for each in found:
        by_code.setdefault(each.code, []).append(each)
    return by_code


def with_segments(manifest: Manifest, known: dict[str, Segment]) -> Manifest:
    """The manifest with exactly the segments that its series lie in."""
    used = dict.fromkeys(series.segment for series in manifest.series.values())
    return replace(manifest, segments={name: known[name] for name in sorted(used)})


def stored_rows(folder: Path, manifest: Manifest, codes: Iterable[str]) -> pl.DataFrame:
    """Whole series of a version, sorted by (code, start)."""
    by_segment: dict[str, list[tuple[str, Piece]]] = {}
    targets = dict.fromkeys((manifest.series[code].segment for code in codes), 0)
    for code in codes:
        series = manifest.series[code]
        piece = Piece(series.row, targets[series.segment], series.bars)
        by_segment.setdefault(series.segment, []).append((code, piece))
        targets[series.segment] += series.bars
    parts = [read_rows(check_segment(folder, manifest.segments[name]), pieces) for name, pieces in by_segment.items()]
    rows = pl.concat(parts) if parts else pl.DataFrame(schema=SCHEMA)
    return rows.sort("code", "start") if len(parts) > 1 else rows


def with_fewer_segments(folder: Path, manifest: Manifest) -> Manifest:
    """Series of small segments written together again, when there are many of those."""
    live: dict[str, int] = dict.fromkeys(manifest.segments, 0)
    for series in manifest.series.values():
        live[series.segment] += series.bars
    small = {name for name, rows in live.items() if rows < SEGMENT_ROWS // 4}
    if len(small) <= SMALL_SEGMENTS:
        return manifest
    moved, known = dict(manifest.series), dict(manifest.segments)
    runs = [_Run(series.code, 0, series.bars) for series in manifest.series.values() if series.segment in small]
    for batch in _batches(runs, replace(manifest, series={}), frozenset()):
        bars = stored_rows(folder, manifest, [run.code for run in batch])
        segment = write_segment(folder, bars)
        known[segment.name] = segment
        for series in _described(bars, segment, {run.code: manifest.series[run.code].facts for run in batch}):
            before = manifest.series[series.code]
            moved[series.code] = replace(series, faults=before.faults, repairs=before.repairs)
    return with_segments(replace(manifest, series=moved), known)
