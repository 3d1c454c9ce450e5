"""What a worker does with an uploaded file: import it, and keep the report that the command line would have shown."""

import logging
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Any

from bokgi.bars.interval import Interval
from bokgi.data.importers.columns import told_columns
from bokgi.data.importers.entry import ImportEntry, Outcome, import_path
from bokgi.data.importers.hints import ImportHints, Label
from bokgi.data.importers.titles import found_columns
from bokgi.data.series import ClosingAuction, VolumeKind
from bokgi.errors.base import BokgiError, Language
from bokgi.errors.imports import FileAbsent
from bokgi.errors.records import DatabaseUnavailable
from bokgi.errors.requests import FieldInvalid
from bokgi.jobs.port import Job
from bokgi.market.instruments import Board, Exchange, Kind
from bokgi.records.imports import ImportRow, ImportRows
from bokgi.services.fetch_work import FetchWork
from bokgi.services.fetches import fetch_of
from bokgi.services.held_work import decided, held_of
from bokgi.services.import_entries import UNFORESEEN, entry_json, error_json
from bokgi.services.shelf import Shelves

_WORDS: Mapping[str, type[StrEnum]] = {
    "kind": Kind,
    "board": Board,
    "exchange": Exchange,
    "label": Label,
    "closing_auction": ClosingAuction,
    "volume_kind": VolumeKind,
}
_TEXTS = ("code", "name", "timezone", "encoding", "source")
FLAG_HINTS = ("adjusted", "replace", "preview")
HINT_FIELDS = (*_TEXTS, "interval", "columns", *_WORDS, *FLAG_HINTS)

_log = logging.getLogger(__name__)


class ImportWork:
    """Imports the uploads of one worker process."""

    def __init__(self, rows: ImportRows, shelves: Shelves, fetches: FetchWork) -> None:
        self._rows = rows
        self._shelves = shelves
        self._fetches = fetches

    def carry_out(self, job: Job) -> None:
        """Import a file to its end; the uploaded copy is removed then.

        Raises
        ------
        DatabaseUnavailable
            The rows cannot be reached; the job is to be tried again.
        """
        row = self._rows.begin(job.id)
        if row is None:
            return
        if fetch_of(row) is not None:
            self._fetches.carry_out(row)
            return
        asked = held_of(row)
        if asked is not None:
            self._rows.finish(row.id, *decided(self._shelves.user, asked))
            return
        report, error = self._imported(row)
        self._rows.finish(row.id, report, error)
        shutil.rmtree(Path(row.path).parent, ignore_errors=True)

    def _imported(self, row: ImportRow) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
        try:
            store = self._shelves.of(row.profile).store
            replace = bool(row.hints.get("replace", False))
            preview = bool(row.hints.get("preview", False))
            report = import_path(store, Path(row.path), to_hints(row.hints), replace_bars=replace, preview=preview)
        except FileAbsent as error:
            return [], error_json(error)
        except DatabaseUnavailable:
            raise
        except BokgiError as error:
            return [], error_json(error)
        except Exception:  # noqa: BLE001  # logged below; one file must never end the worker
            _log.exception("import %s failed in a way nobody foresaw", row.id)
            return [], dict(UNFORESEEN)
        entries = [entry_json(entry) for entry in report.entries]
        if preview and len(entries) == 1:
            entries[0]["columns"] = [asdict(each) for each in found_columns(Path(row.path), to_hints(row.hints))]
        refused = next((entry for entry in report.entries if entry.outcome is Outcome.REFUSED), None)
        return entries, None if refused is None else _refusal(refused)


def to_hints(given: Mapping[str, Any]) -> ImportHints:
    """Hints from the fields of an upload.

    Raises
    ------
    FieldInvalid, UnknownInterval
    """
    for name in given:
        if name not in HINT_FIELDS:
            raise FieldInvalid(name, given[name], f"no such field; known: {', '.join(HINT_FIELDS)}")
    values: dict[str, Any] = {name: str(given[name]) for name in _TEXTS if given.get(name)}
    if given.get("interval"):
        values["interval"] = Interval.from_text(str(given["interval"]))
    for name, kind in _WORDS.items():
        if given.get(name):
            values[name] = _word(name, str(given[name]), kind)
    if given.get("columns"):
        values["columns"] = told_columns(str(given["columns"]).split(","))
    if given.get("adjusted") is not None:
        values["adjusted"] = bool(given["adjusted"])
    return ImportHints(**values)


def _word(name: str, given: str, kind: type[StrEnum]) -> StrEnum:
    allowed = [str(member.value) for member in kind]
    for member in kind:
        if str(member.value).lower() == given.lower():
            return member
    raise FieldInvalid(name, given, ", ".join(allowed))


def _refusal(entry: ImportEntry) -> dict[str, Any]:
    code = entry.error.code if entry.error is not None else "file_refused"
    return {"code": code, "english": entry.sentence(Language.ENGLISH), "korean": entry.sentence(Language.KOREAN), "field": "file"}
