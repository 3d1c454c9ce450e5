"""What data there are, for people: intervals, series, coverage by day, faults; and files that were uploaded to be imported."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from bokgi.bars.interval import Interval
from bokgi.data.store import StoredSeries
from bokgi.data.store_panels import instrument_of
from bokgi.errors.service import FieldMissing, StoreEmpty, UploadUnknown
from bokgi.jobs.port import Job, JobQueue
from bokgi.market.calendar import sessions_between
from bokgi.market.codes import normalised_code
from bokgi.market.instruments import Exchange
from bokgi.records.imports import ImportRow, ImportRows
from bokgi.services.data_facts import assumed_fault, fault_json, lasting_faults
from bokgi.services.search_entries import stock_market
from bokgi.services.shelf import Shelf, Shelves
from bokgi.services.universes import taken_universe, universe_on, universe_rows

IMPORT = "import"
"""Kind of the jobs that import an uploaded file."""
LONGEST_NAME_BYTES = 200
"""Of a file name; the end is kept, where its kind stands. File systems allow 255 bytes."""


class DataLibrary:
    """The data of one installation."""

    def __init__(self, home: Path, shelves: Shelves, rows: ImportRows, queue: JobQueue) -> None:
        self._home = home
        self._shelves = shelves
        self._rows = rows
        self._queue = queue

    def intervals(self, profile: str) -> list[dict[str, Any]]:
        """Each stored interval with its period and size, finest first."""
        shelf = self._shelves.of(profile)
        return [self._interval(shelf, interval) for interval in shelf.store.intervals()]

    def series(self, profile: str, interval: str | None, text: str = "", page: int = 1, page_size: int = 50) -> dict[str, Any]:
        """Stored series of an interval, by code, with a filter over code and name."""
        shelf = self._shelves.of(profile)
        chosen = _chosen_interval(shelf, interval)
        word = text.strip().lower()
        rows = [item for item in shelf.store.series(chosen).values() if not word or word in _words(item)]
        rows.sort(key=lambda item: item.code)
        shown = rows[(page - 1) * page_size : page * page_size]
        return {
            "interval": str(chosen),
            "total": len(rows),
            "page": page,
            "page_size": page_size,
            "series": [_series_json(item) for item in shown],
        }

    def coverage(self, profile: str, code: str) -> list[dict[str, Any]]:
        """What is stored of one instrument, a row an interval, finest first."""
        store, word = self._shelves.of(profile).store, normalised_code(code)
        held = ((interval, store.series(interval).get(word)) for interval in store.intervals())
        return [{"interval": str(interval)} | _series_json(item) for interval, item in held if item is not None]

    def calendar(self, profile: str, code: str, interval: str | None) -> dict[str, Any]:
        """Bars a session of one series, every session of the exchange between its first and last.

        Raises
        ------
        SeriesAbsent
        """
        shelf = self._shelves.of(profile)
        word = normalised_code(code)
        chosen = _interval_of(shelf, word, interval)
        panel = shelf.store.read_panel([word], chosen)
        bars = np.bincount(panel.session, minlength=len(panel.sessions))
        traded = np.bincount(panel.session[panel.traded], minlength=len(panel.sessions))
        days = [str(day) for day in panel.sessions.day]
        return {"code": word, "interval": str(chosen), "days": days, "bars": bars.tolist(), "traded_bars": traded.tolist()}

    def faults(self, profile: str, interval: str | None, code: str | None = None) -> list[dict[str, Any]]:
        """What is known to be wrong with stored bars, in both languages."""
        shelf = self._shelves.of(profile)
        chosen = _chosen_interval(shelf, interval)
        codes = [normalised_code(code)] if code else None
        kept = lasting_faults(shelf.store.faults_for(codes, chosen))
        series = shelf.store.series(chosen)
        known = (shelf.master.lookup(name) if shelf.master.known(name) else instrument_of(series[name].facts) for name in codes or series)
        return [fault_json(fault) for fault in (*kept, *(assumed_fault(each) for each in known if each.assumed))]

    def universes(self, profile: str) -> list[dict[str, Any]]:
        """Lists of members, and whole markets."""
        return universe_rows(self._shelves.of(profile))

    def universe(self, profile: str, name: str, day: date) -> dict[str, Any]:
        """Who was a member of a list or market on a day; raises `FieldInvalid` where nothing has that name."""
        return universe_on(self._shelves.of(profile), name, day)

    def take_universe(self, profile: str, path: Path, name: str | None, *, preview: bool) -> dict[str, Any]:
        """Take an uploaded file of members, or say what it would change; see `taken_universe` for what is refused."""
        return taken_universe(self._shelves.of(profile), path, name, preview=preview)

    # ------------------------------------------------------------ uploads

    def new_upload(self, file_name: str) -> Path:
        """Where to write an uploaded file: a folder of its own, the name made harmless."""
        return new_upload(self._home, file_name)

    def start_import(self, profile: str, path: Path, hints: Mapping[str, Any]) -> ImportRow:
        """Store an import of an uploaded file and queue it."""
        row = self._rows.add(profile, path.name, os.fspath(path), dict(hints), path.stat().st_size)
        self._queue.enqueue(Job(row.id, IMPORT, {}))
        return row

    def get_import(self, number: str) -> ImportRow:
        """An import by its id.

        Raises
        ------
        UploadUnknown
        """
        row = self._rows.get(number)
        if row is None:
            raise UploadUnknown(number)
        return row

    def imports(self, profile: str, page: int = 1, page_size: int = 20) -> tuple[ImportRow, ...]:
        """Imports of a profile, newest first."""
        return self._rows.page(profile, page, page_size)

    def _interval(self, shelf: Shelf, interval: Interval) -> dict[str, Any]:
        series = shelf.store.series(interval)
        return {
            "interval": str(interval),
            "series": len(series),
            "bars": sum(item.bars for item in series.values()),
            "first": min(item.first for item in series.values()).isoformat(),
            "last": max(item.last for item in series.values()).isoformat(),
            "synthetic": all(item.facts.synthetic for item in series.values()),
            "sources": sorted({item.facts.source for item in series.values()}),
            "version": shelf.store.current_version(interval),
        }


def sessions_of(first: date, last: date, exchange: Exchange = Exchange.XKRX) -> list[str]:
    """Days of the exchange's sessions, both ends included."""
    return [str(day) for day in sessions_between(exchange, first, last).day]


def new_upload(home: Path, file_name: str) -> Path:
    """Where to write a file that is to be imported: a folder of its own, the name made harmless."""
    folder = home / "uploads" / secrets.token_hex(8)
    folder.mkdir(parents=True, mode=0o700)
    return folder / harmless_name(file_name)


def harmless_name(given: str) -> str:
    """A file name without a path and without characters that mean something to a system."""
    word = re.sub(r"[^\w.\-() ]", "_", given.replace("\\", "/").rsplit("/", 1)[-1]).strip(". ")
    return word.encode()[-LONGEST_NAME_BYTES:].decode(errors="ignore") or "upload"


def _chosen_interval(shelf: Shelf, given: str | None) -> Interval:
    stored = shelf.store.intervals()
    if given:
        return Interval.from_text(given)
    if not stored:
        raise StoreEmpty
    return stored[0]


def _interval_of(shelf: Shelf, code: str, given: str | None) -> Interval:
    if not code:
        raise FieldMissing("code")
    if given:
        return Interval.from_text(given)
    return next((interval for interval in shelf.store.intervals() if code in shelf.store.series(interval)), _chosen_interval(shelf, None))


def _words(item: StoredSeries) -> str:
    return f"{item.code} {item.facts.name} {item.facts.name_en}".lower()


def _series_json(item: StoredSeries) -> dict[str, Any]:
    facts = item.facts
    return {
        "code": item.code,
        "name": facts.name,
        "name_en": facts.name_en,
        "market": stock_market(facts.board, facts.exchange),
        "bars": item.bars,
        "first": item.first.isoformat(),
        "last": item.last.isoformat(),
        "source": facts.source,
        "adjusted": facts.adjusted,
        "synthetic": facts.synthetic,
        "faults": [asdict(fault)["kind"] for fault in item.faults],
    }
