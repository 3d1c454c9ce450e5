"""The store of bars: Parquet, written once per version, hashed, listed in manifests.

Convention: `<home>/bars/<interval>/versions/00000001.json` lists what version 1 holds; the Parquet files it names lie in
`<home>/bars/<interval>/segments/`. Both never change. An import writes new segments and then, as the last step, the next manifest: a
crash at any point leaves the version before. One process writes at a time; readers are never blocked. See docs/store.md.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from bokgi.bars.interval import DAILY, Interval
from bokgi.bars.panel import Panel
from bokgi.data.factors import Factors
from bokgi.data.faults import Fault
from bokgi.data.incoming import Incoming
from bokgi.data.repair_records import Repair
from bokgi.data.store_export import write_export
from bokgi.data.store_files import TEMPORARY_PREFIX, remove_leftovers, sync_folder, write_atomically, writer_lock, writing
from bokgi.data.store_manifest import Manifest, StoredSeries, manifest_bytes, manifest_name, read_manifest, version_numbers
from bokgi.data.store_panels import panel_of
from bokgi.data.store_segments import SCHEMA, check_segment
from bokgi.data.store_write import SeriesReceipt, next_series, stored_rows, with_fewer_segments, with_segments
from bokgi.errors.bars import UnknownInterval
from bokgi.errors.base import BokgiError
from bokgi.errors.runs import RunCancelled
from bokgi.errors.store import (
    NoBarsStored,
    ReferenceNameRefused,
    SeriesAbsent,
    VersionAbsent,
    VersionInUse,
    VersionIsCurrent,
)
from bokgi.market.instruments import Instrument

__all__ = ["ImportReceipt", "SeriesReceipt", "Store", "StoredSeries", "Version"]

LOCK_SECONDS = 60.0
_MARK = f"{TEMPORARY_PREFIX}writing"
_REFERENCE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one interval's bars; `references` names who needs it."""

    interval: Interval
    number: int
    created_at: datetime | None
    series: int
    bars: int
    size_bytes: int
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportReceipt:
    """What an import did.

    version : the version that holds the bars now; is_changed : False where everything was there already and no version was made
    faults : those of the import and `history_changed` ones; detected : what was recognised without being told (Korean, English)
    """

    interval: Interval
    version: int
    is_changed: bool
    series: tuple[SeriesReceipt, ...]
    faults: tuple[Fault, ...]
    detected: tuple[tuple[str, str], ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(receipt.code for receipt in self.series)

    @property
    def added(self) -> int:
        return sum(receipt.added for receipt in self.series)


def _now() -> datetime:
    return datetime.now(UTC)


class Store:
    """Bars on disk under `<home>/bars`. Making one reads and writes nothing; threads may share it."""

    def __init__(self, home: Path, *, clock: Callable[[], datetime] = _now, lock_seconds: float = LOCK_SECONDS) -> None:
        self.folder = Path(home) / "bars"
        self._clock = clock
        self._lock_seconds = lock_seconds
        self._manifests: dict[tuple[Path, int], tuple[int, Manifest]] = {}

    # ------------------------------------------------------------ what is there

    def intervals(self) -> tuple[Interval, ...]:
        """Intervals with bars, finest first, daily last."""
        names = [path.name for path in self.folder.iterdir() if version_numbers(path / "versions")] if self.folder.is_dir() else []
        found = [interval for name in names if (interval := _interval_or_none(name)) is not None and self._current(interval).series]
        return tuple(sorted(found, key=lambda interval: (interval.is_daily, interval.minutes)))

    def versions(self, interval: Interval) -> tuple[Version, ...]:
        """All versions of an interval, oldest first; the last is the current one."""
        return tuple(self._version(interval, number) for number in self._numbers(interval))

    def current_version(self, interval: Interval) -> int | None:
        """Number of the current version; None where nothing is stored."""
        return max(self._numbers(interval), default=None)

    def series(self, interval: Interval, *, version: int | None = None) -> dict[str, StoredSeries]:
        """What is known of each stored series, by code."""
        return dict(self._manifest(interval, version).series)

    def faults_for(
        self,
        codes: Sequence[str] | None,
        interval: Interval,
        start: date | None = None,
        end: date | None = None,
        *,
        version: int | None = None,
    ) -> tuple[Fault, ...]:
        """Faults of the series, and of the whole market, that concern a day from `start` to `end` (both inclusive)."""
        manifest = self._manifest(interval, version)
        own = [fault for code in self._chosen(manifest, codes) for fault in manifest.series[code].faults]
        market = [fault for fault in manifest.market_faults if not fault.code]
        return tuple(fault for fault in (*own, *market) if _concerns(fault, start, end))

    def repairs_for(
        self,
        codes: Sequence[str] | None,
        interval: Interval,
        start: date | None = None,
        end: date | None = None,
        *,
        version: int | None = None,
    ) -> tuple[Repair, ...]:
        """Repairs of the series that touch a day from `start` to `end` (both inclusive)."""
        manifest = self._manifest(interval, version)
        every = (repair for code in self._chosen(manifest, codes) for repair in manifest.series[code].repairs)
        return tuple(each for each in every if (end is None or each.first <= end) and (start is None or each.last >= start))

    def data_hash(
        self,
        codes: Sequence[str] | None,
        interval: Interval,
        *,
        version: int | None = None,
        daily_version: int | None = None,
        raw: bool = False,
        factors: Factors | None = None,
    ) -> str:
        """SHA-256 over what `read_panel` reads: the bars of the series, what decides their meaning, daily series, factors."""
        manifest = self._manifest(interval, version)
        chosen = self._chosen(manifest, codes)
        rows = [_hashed(manifest.series[code], interval, raw=raw) for code in chosen]
        daily = self._daily(interval, daily_version)
        if daily is not None and daily.interval != interval:
            rows += [_hashed(daily.series[code], DAILY, raw=raw) for code in chosen if code in daily.series]
        rows += [[code, [span.to_json() for span in factors[code]]] for code in chosen if factors and factors.get(code)]
        return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()

    # ------------------------------------------------------------ reading

    def read_panel(
        self,
        codes: Sequence[str] | None,
        interval: Interval,
        start: date | None = None,
        end: date | None = None,
        *,
        version: int | None = None,
        daily_version: int | None = None,
        instruments: Mapping[str, Instrument] | None = None,
        cancelled: Callable[[], bool] | None = None,
        raw: bool = False,
        factors: Factors | None = None,
    ) -> Panel:
        """The bars of the codes (None: all, sorted) from `start` to `end`, both inclusive.

        Parameters
        ----------
        version : of the interval; daily_version : of the daily bars beside, which give auction and base prices;
            None is the current one, a daily version 0 means none
        instruments : what a master knows of the codes; it goes before what the imports said
        cancelled : asked between files and columns
        raw : the bars as their source sent them, without repairs
        factors : what makes adjusted prices of traded ones, by code

        Raises
        ------
        SeriesAbsent, NoBarsStored, VersionAbsent
            The bars are not there.
        ExchangesMixed, PeriodReversed, StoredOutsideCalendar
            The bars do not make one panel.
        SegmentBroken, ManifestBroken
            A stored file was changed or cut off.
        RunCancelled
            `cancelled` said so.
        """
        manifest = self._manifest(interval, version)
        chosen = self._chosen(manifest, codes)
        if not chosen:
            raise NoBarsStored(str(interval), [str(other) for other in self.intervals()])
        daily = self._daily(interval, daily_version) if not interval.is_daily else manifest

        def check_going() -> None:
            if cancelled is not None and cancelled():
                raise RunCancelled(0, len(chosen))

        return panel_of(self._segments_of, manifest, daily, chosen, start, end, instruments or {}, check_going, raw=raw, factors=factors)

    def read_incoming(self, codes: Sequence[str] | None, interval: Interval, *, version: int | None = None) -> Incoming:
        """Whole series as an import would hand them over: for checks, exports and longer bars."""
        manifest = self._manifest(interval, version)
        chosen = sorted(self._chosen(manifest, codes))
        bars = stored_rows(self._segments_of(manifest), manifest, chosen) if chosen else pl.DataFrame(schema=SCHEMA)
        facts = {code: manifest.series[code].facts for code in chosen}
        return Incoming(interval, bars, facts, self.faults_for(chosen, interval, version=version))

    def check(self, interval: Interval, *, version: int | None = None) -> None:
        """Hash every file of a version; raises `SegmentBroken` for the first that was changed."""
        manifest = self._manifest(interval, version)
        for segment in manifest.segments.values():
            check_segment(self._segments_of(manifest), segment)

    def export(self, codes: Sequence[str] | None, interval: Interval, path: Path, file_format: str = "csv") -> Path:
        """Write series to one CSV or Parquet file that an import reads again; returns the file."""
        return write_export(self.read_incoming(codes, interval), path, file_format)

    # ------------------------------------------------------------ writing

    def write(self, incoming: Incoming, *, replace: bool = False, exchange: bool = False) -> ImportReceipt:
        """Merge bars into the store as its next version. Everything or nothing.

        Parameters
        ----------
        replace : new values win where stored ones differ; a series that cannot be continued is exchanged as a whole
        exchange : every series is exchanged as a whole; the version before keeps the old one

        Raises
        ------
        HistoryDiffers, FactsDiffer
            Stored bars contradict the new ones; nothing was changed.
        StoreBusy, StoreUnwritable
            Another import is writing, or the folder cannot be written.
        """
        with self._sole_writer(incoming.interval) as current:
            segments = self._segments_of(current)
            coming, series, changes = next_series(segments, current, incoming, replace_old=replace, exchange=exchange)
            is_changed = coming != current
            if is_changed:
                coming = self._commit(with_fewer_segments(segments, coming))
        faults = (*incoming.faults, *changes)
        return ImportReceipt(incoming.interval, coming.version, is_changed, tuple(series), faults, incoming.detected)

    def add_faults(self, interval: Interval, faults: Sequence[Fault]) -> int:
        """Make a version in which stored series have these findings, too; bars stay as they are. Returns its number."""
        with self._sole_writer(interval) as current:
            series = dict(current.series)
            for fault in faults:
                (code,) = self._chosen(current, [fault.code])
                held = series[code]
                own = tuple(other for other in held.faults if other.kind != fault.kind)
                series[code] = replace(held, faults=(*own, fault))
            changed = replace(current, series=series)
            return current.version if changed == current else self._commit(changed).version

    def remove_series(self, codes: Iterable[str], interval: Interval) -> int:
        """Make a version without the codes; older versions keep them. Returns its number."""
        with self._sole_writer(interval) as current:
            gone = set(self._chosen(current, list(codes)))
            kept = {code: series for code, series in current.series.items() if code not in gone}
            return self._commit(with_segments(replace(current, series=kept), current.segments)).version

    def remove_version(
        self, interval: Interval, number: int, *, references: Callable[[Interval, int], Sequence[str]] | None = None
    ) -> None:
        """Remove an old version and the segments that no other one needs.

        Parameters
        ----------
        references : names who else needs the version, beside those who said so with `add_reference`

        Raises
        ------
        VersionInUse, VersionIsCurrent, VersionAbsent
            The version stays.
        """
        with self._sole_writer(interval) as current:
            self._check_number(interval, number)
            if number == current.version:
                raise VersionIsCurrent(number, str(interval))
            users = (*self.references(interval, number), *(references(interval, number) if references else ()))
            if users:
                raise VersionInUse(number, str(interval), users)
            (self._versions_of(interval) / manifest_name(number)).unlink()
            sync_folder(self._versions_of(interval))
            self._remove_orphans(interval)

    def add_reference(self, name: str, interval: Interval, version: int) -> None:
        """Say that `name` (a run) needs a version, so that it is never removed."""
        if not _REFERENCE.fullmatch(name):
            raise ReferenceNameRefused(name)
        with self._sole_writer(interval):
            self._check_number(interval, version)
            folder = self._references_of(interval, version)
            write_atomically(folder, lambda path: path.write_text(f"{self._clock().isoformat()}\n", "utf-8"), lambda _: name)

    def remove_reference(self, name: str) -> None:
        """Say that `name` needs no version any more."""
        if not _REFERENCE.fullmatch(name):
            raise ReferenceNameRefused(name)
        for path in self.folder.glob(f"*/references/*/{name}"):
            path.unlink(missing_ok=True)

    def references(self, interval: Interval, version: int) -> tuple[str, ...]:
        """Who needs the version."""
        folder = self._references_of(interval, version)
        names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
        return tuple(sorted(name for name in names if not name.startswith(TEMPORARY_PREFIX)))

    # ------------------------------------------------------------ inside

    @contextmanager
    def _sole_writer(self, interval: Interval) -> Iterator[Manifest]:
        """Hold the lock, with what a dead writer left behind removed. A writer that fails leaves nothing either."""
        with writer_lock(self.folder, self._lock_seconds), writing(self.folder):
            place = self.folder / str(interval)
            mark = place / _MARK
            is_clean = not mark.exists()
            for folder in (self._versions_of(interval), place / "segments"):
                folder.mkdir(parents=True, exist_ok=True)
            if not is_clean:
                remove_leftovers(place)
                self._remove_orphans(interval)
            mark.touch()
            try:
                yield self._current(interval)
            except (BokgiError, OSError):
                remove_leftovers(place)
                self._remove_orphans(interval)
                raise
            mark.unlink(missing_ok=True)

    def _commit(self, manifest: Manifest) -> Manifest:
        """Put the next version in place: the moment of the change."""
        stamped = replace(manifest, version=manifest.version + 1, created_at=self._clock())
        content = manifest_bytes(stamped)
        name = manifest_name(stamped.version)
        write_atomically(self._versions_of(manifest.interval), lambda path: path.write_bytes(content), lambda _: name)
        return stamped

    def _remove_orphans(self, interval: Interval) -> None:
        """Segments that no version names: of writers that died, and of removed versions."""
        numbers = self._numbers(interval)
        needed = {name for number in numbers for name in self._manifest(interval, number).segments}
        for path in (self.folder / str(interval) / "segments").iterdir():
            if path.suffix == ".parquet" and path.name not in needed:
                path.unlink(missing_ok=True)

    def _current(self, interval: Interval) -> Manifest:
        number = self.current_version(interval)
        return Manifest(interval, 0, None) if number is None else self._manifest(interval, number)

    def _manifest(self, interval: Interval, version: int | None) -> Manifest:
        number = self.current_version(interval) if version is None else version
        if number is None:
            raise NoBarsStored(str(interval), [str(other) for other in self.intervals()])
        path = self._versions_of(interval) / manifest_name(number)
        if not path.exists():
            raise VersionAbsent(number, str(interval), self._numbers(interval))
        changed_at = path.stat().st_mtime_ns
        known = self._manifests.get((path, number))
        if known is None or known[0] != changed_at:
            known = self._manifests[path, number] = (changed_at, read_manifest(path))
        return known[1]

    def _daily(self, interval: Interval, version: int | None) -> Manifest | None:
        """The daily bars beside an interval's; None where there are none, or where version 0 asks for none."""
        if version == 0 or (version is None and not self._numbers(DAILY)):
            return None
        return self._manifest(DAILY, version)

    def _chosen(self, manifest: Manifest, codes: Sequence[str] | None) -> list[str]:
        if codes is None:
            return list(manifest.series)
        missing = [code for code in codes if code not in manifest.series]
        if missing:
            raise SeriesAbsent(missing, str(manifest.interval), len(manifest.series))
        return list(dict.fromkeys(codes))

    def _version(self, interval: Interval, number: int) -> Version:
        manifest = self._manifest(interval, number)
        size = sum(segment.size_bytes for segment in manifest.segments.values())
        known = (len(manifest.series), manifest.bars, size)
        return Version(interval, number, manifest.created_at, *known, self.references(interval, number))

    def _check_number(self, interval: Interval, number: int) -> None:
        if number not in self._numbers(interval):
            raise VersionAbsent(number, str(interval), self._numbers(interval))

    def _numbers(self, interval: Interval) -> list[int]:
        return version_numbers(self._versions_of(interval))

    def _versions_of(self, interval: Interval) -> Path:
        return self.folder / str(interval) / "versions"

    def _references_of(self, interval: Interval, version: int) -> Path:
        return self.folder / str(interval) / "references" / str(version)

    def _segments_of(self, manifest: Manifest) -> Path:
        return self.folder / str(manifest.interval) / "segments"


def _interval_or_none(name: str) -> Interval | None:
    try:
        return Interval.from_text(name)
    except UnknownInterval:
        return None


def _concerns(fault: Fault, start: date | None, end: date | None) -> bool:
    is_before = start is not None and fault.last is not None and fault.last < start
    is_after = end is not None and fault.first is not None and fault.first > end
    return not is_before and not is_after


def _hashed(series: StoredSeries, interval: Interval, *, raw: bool) -> list[object]:
    facts = series.facts
    meaning = (
        facts.exchange,
        facts.kind,
        facts.board,
        facts.leverage,
        facts.adjusted,
        facts.closing_auction,
        facts.regular_close,
        facts.synthetic,
    )
    repairs = [] if raw else [[str(each.first), str(each.last), *each.factors] for each in series.repairs]
    return [str(interval), series.code, series.sha256, *meaning, *([repairs] if repairs else [])]
