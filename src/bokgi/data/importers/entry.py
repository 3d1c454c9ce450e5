"""Importing a file or a folder into the store, one sentence a file.

A file is read and judged as a whole before anything is written; a refused file has changed nothing. Master files of a folder are taken
first, so that the report on the bars knows kinds and boards.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from bokgi.bars.interval import Interval
from bokgi.data.fault_catalog import REPAIRING, fault_sentence
from bokgi.data.faults import Fault
from bokgi.data.importers.content import Sentence
from bokgi.data.importers.hints import ImportHints
from bokgi.data.importers.registry import read_file
from bokgi.data.incoming import Incoming
from bokgi.data.judging import judged
from bokgi.data.master import Master, MasterRows, write_master
from bokgi.data.quality import faults_by_kind
from bokgi.errors.base import BokgiError, Language
from bokgi.errors.imports import FileAbsent

_DATA_SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".gz", ".parquet", ".xlsx", ".zip", ".json", ".xml"})


_SIGNS = {"open": "O", "high": "H", "low": "L", "close": "C", "volume": "V"}


class Outcome(StrEnum):
    """REPAIRED: taken after rows were dropped or changed; SKIPPED: not a kind of file that is read, a source that was asked today, or
    its answer that a person refused earlier.

    PREVIEWED: read and judged, nothing was stored.
    Of sources alone: CURRENT: nothing new; HELD: kept beside the store, for it contradicts what is stored.
    """

    TAKEN = "taken"
    REPAIRED = "repaired"
    REFUSED = "refused"
    SKIPPED = "skipped"
    PREVIEWED = "previewed"
    CURRENT = "current"
    HELD = "held"


class BarStore(Protocol):
    """What an import needs of the store; `folder` is `<home>/bars`, master files go to `<home>/master`."""

    folder: Path

    def write(self, incoming: Incoming, *, replace: bool = False) -> object: ...


@dataclass(frozen=True)
class ImportEntry:
    """What became of one file.

    series : (code, interval) of the bars taken; rows : bars or master rows taken; detected : sentences (Korean, English)
    """

    path: Path
    outcome: Outcome
    korean: str
    english: str
    series: tuple[tuple[str, Interval], ...] = ()
    rows: int = 0
    faults: tuple[Fault, ...] = ()
    detected: tuple[Sentence, ...] = ()
    error: BokgiError | None = None

    def sentence(self, language: Language = Language.ENGLISH) -> str:
        """The sentence about this file."""
        return self.korean if language is Language.KOREAN else self.english


@dataclass(frozen=True)
class ImportReport:
    """The entries of an import, in the order of the files' names."""

    entries: tuple[ImportEntry, ...]

    def count(self, outcome: Outcome) -> int:
        """Number of files with that outcome."""
        return sum(entry.outcome is outcome for entry in self.entries)

    @property
    def rows(self) -> int:
        """Bars and master rows taken in all."""
        return sum(entry.rows for entry in self.entries)


_Take = Callable[["BarStore", Path, "list[Incoming] | MasterRows"], ImportEntry]


def import_path(
    store: BarStore,
    path: Path | str,
    hints: ImportHints | None = None,
    *,
    replace_bars: bool = False,
    preview: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Import a file, or every file of a folder and its subfolders.

    Parameters
    ----------
    replace_bars
        Let new bars take the place of different ones that are stored.
    preview
        Read and judge, and store nothing.
    progress
        Called with (files done, files in all) after each file.

    Raises
    ------
    FileAbsent
        There is nothing at the path. All else that goes wrong with a file stands in its entry.
    """
    root = Path(path)
    if not root.exists():
        raise FileAbsent(root)
    told = hints or ImportHints()
    files = sorted(_files(root))
    ordered = sorted(files, key=lambda file: not _may_be_master(file.relative_to(root.parent)))
    entries: dict[Path, ImportEntry] = {}
    for done, file in enumerate(ordered, start=1):
        take = _previewed if preview else partial(_taken, replace_bars=replace_bars)
        entries[file] = _imported(store, file, told, take, skip_unknown=root.is_dir())
        if progress is not None:
            progress(done, len(files))
    return ImportReport(tuple(entries[file] for file in files))


def _files(root: Path) -> Iterator[Path]:
    if not root.is_dir():
        yield root
        return
    for file in root.rglob("*"):
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(root).parts):
            yield file


def _may_be_master(file: Path) -> bool:
    return any(word in file.as_posix().lower() for word in ("master", "meta", "base_info", "factor"))


def _imported(store: BarStore, file: Path, hints: ImportHints, take: _Take, *, skip_unknown: bool) -> ImportEntry:
    if skip_unknown and file.suffix.lower() not in _DATA_SUFFIXES:
        korean, english = f"{file.name}: 시세 파일 형식이 아니어서 건너뜀", f"{file.name}: skipped, not a kind of file that holds bars"
        return ImportEntry(file, Outcome.SKIPPED, korean, english)
    try:
        return take(store, file, read_file(file, hints))
    except BokgiError as error:
        return _refused(file, error)


def _taken(store: BarStore, file: Path, found: list[Incoming] | MasterRows, *, replace_bars: bool) -> ImportEntry:
    return _take_master(store, file, found) if isinstance(found, MasterRows) else _take_bars(store, file, found, replace_bars)


def _previewed(store: BarStore, file: Path, found: list[Incoming] | MasterRows) -> ImportEntry:
    """What an import would do, with the first and the last bar as they were understood."""
    if isinstance(found, MasterRows):
        words = f"종목 정보({found.kind}) {found.rows.height:,}행", f"{found.rows.height:,} rows of master data ({found.kind})"
        return ImportEntry(file, Outcome.PREVIEWED, *_preview_words(file, words), rows=found.rows.height, detected=found.detected)
    master = Master.read(_home(store))
    described = [judged(described_by(incoming, master), master) for incoming in found]
    faults = tuple(fault for incoming in described for fault in incoming.faults)
    rows = sum(incoming.bars.height for incoming in described)
    korean, english = _words(file, Outcome.PREVIEWED, described, rows, faults)
    detected = tuple(sentence for each in described for sentence in (*each.detected, *_edges(each)))
    series = tuple((code, incoming.interval) for incoming in described for code in incoming.facts)
    sentences = (korean.replace("를 가져옴", "를 읽음"), english)
    return ImportEntry(file, Outcome.PREVIEWED, *_preview_words(file, sentences), series, rows, faults, detected)


def _preview_words(file: Path, words: Sentence) -> Sentence:
    korean, english = (word.removeprefix(f"{file.name}: ") for word in words)
    return f"{file.name}: 미리 보기(저장하지 않음). {korean}", f"{file.name}: preview, nothing was stored. {english}"


def _edges(incoming: Incoming) -> tuple[Sentence, ...]:
    rows = [incoming.bars.row(0, named=True), incoming.bars.row(-1, named=True)]
    return tuple(
        (f"{korean}: {_bar(row)}", f"{english}: {_bar(row)}")
        for korean, english, row in zip(("첫 봉", "마지막 봉"), ("first bar", "last bar"), rows, strict=True)
    )


def _bar(row: dict[str, Any]) -> str:
    clock = f" {row['minute'] // 60:02d}:{row['minute'] % 60:02d}"
    prices = " ".join(f"{sign} {row[name]:,.10g}" if row[name] is not None else f"{sign} -" for name, sign in _SIGNS.items())
    return f"{row['code']} {row['session']}{clock} {prices}"


def _refused(file: Path, error: BokgiError) -> ImportEntry:
    korean = f"{file.name}: 거부. {error.sentence(Language.KOREAN)}"
    return ImportEntry(file, Outcome.REFUSED, korean, f"{file.name}: refused. {error.sentence(Language.ENGLISH)}", error=error)


def _take_master(store: BarStore, file: Path, found: MasterRows) -> ImportEntry:
    write_master(_home(store), found)
    rows = found.rows.height
    korean = f"{file.name}: 종목 정보({found.kind}) {rows:,}행을 가져옴"
    english = f"{file.name}: taken, {rows:,} rows of master data ({found.kind})"
    return ImportEntry(file, Outcome.TAKEN, korean, english, rows=rows, faults=found.faults, detected=found.detected)


def _take_bars(store: BarStore, file: Path, found: list[Incoming], replace_bars: bool) -> ImportEntry:
    master = Master.read(_home(store))
    described = [judged(described_by(incoming, master), master) for incoming in found]
    faults = tuple(fault for incoming in described for fault in incoming.faults)
    for incoming in described:
        store.write(incoming, replace=replace_bars)
    outcome = Outcome.REPAIRED if any(fault.kind in REPAIRING for fault in faults) else Outcome.TAKEN
    series = tuple((code, incoming.interval) for incoming in described for code in incoming.facts)
    rows = sum(incoming.bars.height for incoming in described)
    detected = tuple(sentence for incoming in described for sentence in incoming.detected)
    korean, english = _words(file, outcome, described, rows, faults)
    return ImportEntry(file, outcome, korean, english, series, rows, faults, detected)


def _home(store: BarStore) -> Path:
    return store.folder.parent


def described_by(incoming: Incoming, master: Master) -> Incoming:
    """The same bars with names, kinds, boards and leverage that the master files know and the file did not say."""
    facts = {}
    for code, own in incoming.facts.items():
        known = master.lookup(code)
        if known.assumed:
            facts[code] = own
            continue
        facts[code] = replace(
            own,
            name=own.name or known.name,
            name_en=own.name_en or known.name_en,
            kind=own.kind or known.kind,
            board=own.board or known.board,
            leverage=own.leverage if own.leverage != 1.0 else known.leverage,
        )
    return replace(incoming, facts=facts)


def _words(file: Path, outcome: Outcome, found: list[Incoming], rows: int, faults: tuple[Fault, ...]) -> Sentence:
    codes = [code for incoming in found for code in incoming.facts]
    intervals = "/".join(dict.fromkeys(str(incoming.interval) for incoming in found))
    days = pl.concat([incoming.bars["session"] for incoming in found]).unique().sort()
    first, last, sessions = days[0], days[-1], days.len()
    korean_who = codes[0] if len(codes) == 1 else f"{len(codes):,}종목"
    english_who = codes[0] if len(codes) == 1 else f"{len(codes):,} instruments"
    korean = f"{file.name}: {korean_who} {intervals} 봉 {rows:,}개({first}~{last}, {sessions:,}거래일)를 가져옴"
    english = f"{file.name}: {outcome}, {rows:,} {intervals} bars of {english_who} in {sessions:,} sessions from {first} to {last}"
    repairs = [fault for kind, fault in faults_by_kind(faults).items() if kind in REPAIRING]
    if not repairs:
        return f"{korean}.", f"{english}."
    return (
        f"{korean}. 고친 것: " + " ".join(fault_sentence(fault, Language.KOREAN) for fault in repairs),
        f"{english}. Repaired: " + " ".join(fault_sentence(fault) for fault in repairs),
    )
