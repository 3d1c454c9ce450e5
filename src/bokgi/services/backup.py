"""A backup of a home folder, made while the service runs.

Convention: the rows are copied first, as of one moment; then the files they refer to are linked aside, which takes no time and no space,
because stored files never change. So every result and every version of the bars that a row names is in the backup. Jobs are not: a run
that has not ended is queued again after a restore. Nothing is called a backup before it was opened again and checked.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bokgi.config.settings import Settings
from bokgi.data.store_files import TEMPORARY_PREFIX, sync_file, sync_folder, writer_lock
from bokgi.errors.backup import BackupUnwritable, NothingToBackUp
from bokgi.errors.base import BokgiError
from bokgi.records.copying import check_copy, copy_out, count_runs, finished_runs, finished_searches, forget_runs, forget_searches
from bokgi.records.database import Database
from bokgi.records.engines import sqlite_file
from bokgi.records.runs import RunRows
from bokgi.records.searches import SearchRows
from bokgi.reports.result_files import standing
from bokgi.reports.result_folder import check_result
from bokgi.services.backup_archive import ArchiveWriter, BackupManifest
from bokgi.services.backup_check import ROWS, broken_bars, read_backup
from bokgi.services.home_in_use import sole_backup
from bokgi.services.restore import finish_restore
from bokgi.services.search_parts import FOLDER as SEARCHES
from bokgi.services.search_parts import check_search, search_folder

STAGING = ".backup-"
LINK_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup holds; `damaged` names what was broken in the home folder already."""

    path: Path
    size_bytes: int
    created_at: datetime
    runs: int
    results: int
    files: int
    parts: tuple[str, ...]
    damaged: tuple[str, ...]


LEDGER = ".jsonl"
"""Of the questions to sources: it grows while it is read, and means something for a day only."""


def _now() -> datetime:
    return datetime.now(UTC)


def write_backup(settings: Settings, target: Path, *, with_bars: bool = True, clock: Callable[[], datetime] = _now) -> BackupReport:
    """Write a backup to a file; one that is there is replaced when the new one has been checked.

    Raises
    ------
    NothingToBackUp, BackupRunning, BackupUnwritable
    DatabaseUnavailable, DatabaseBroken, SchemaOutdated, SchemaTooNew
    """
    home = settings.home
    database = Database.open(settings.records_url)
    if database.is_sqlite and not sqlite_file(database.url).exists():
        raise NothingToBackUp(str(home))
    with sole_backup(home), _writing(target):
        finish_restore(home)
        for left in home.glob(f"{STAGING}*"):
            shutil.rmtree(left)
        staging = Path(tempfile.mkdtemp(prefix=STAGING, dir=home))
        try:
            manifest = _staged(settings, database, staging, clock(), with_bars=with_bars)
            return _written(staging, manifest, target)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
            database.close()


def _staged(settings: Settings, database: Database, staging: Path, created_at: datetime, *, with_bars: bool) -> BackupManifest:
    """Put all that belongs to the backup below one folder."""
    rows = staging / ROWS
    copy_out(database, rows)
    damaged = _stage_results(settings.home, RunRows(database), rows, staging)
    damaged += _stage_searches(settings.home, SearchRows(database), rows, staging)
    for name in ("master", "fetches"):
        _link_folder(settings.home / name, staging / name)
    if with_bars:
        _stage_bars(settings.home, staging)
    parts = ("rows", "results", SEARCHES, "master", "fetches", *(("bars",) if with_bars else ()))
    return BackupManifest(created_at, settings.release_name, check_copy(rows), parts, _count(rows), tuple(damaged))


def _stage_results(home: Path, live: RunRows, rows: Path, staging: Path) -> list[str]:
    """Link the result of every run that has one; give those that are broken. Runs deleted meanwhile leave the copy of the rows too."""
    damaged, gone = [], []
    for backtest_id, result_hash in finished_runs(rows).items():
        if not result_hash:
            continue
        try:
            _link_folder(standing(home / "results" / backtest_id), staging / "results" / backtest_id)
            check_result(staging / "results" / backtest_id)
        except (BokgiError, FileNotFoundError):
            if live.get(backtest_id) is None:
                gone.append(backtest_id)
                shutil.rmtree(staging / "results" / backtest_id, ignore_errors=True)
            else:
                damaged.append(f"results/{backtest_id}")
    if gone:
        forget_runs(rows, tuple(gone))
    return damaged


def _stage_searches(home: Path, live: SearchRows, rows: Path, staging: Path) -> list[str]:
    """The same for searches: their results, and the trials of every stock."""
    damaged, gone = [], []
    for search_id, result_hash in finished_searches(rows).items():
        staged = search_folder(staging, search_id)
        try:
            _link_folder(search_folder(home, search_id), staged)
            check_search(staged, result_hash)
        except (BokgiError, FileNotFoundError):
            if live.get(search_id) is None:
                gone.append(search_id)
                shutil.rmtree(staged, ignore_errors=True)
            else:
                damaged.append(f"{SEARCHES}/{search_id}")
    if gone:
        forget_searches(rows, tuple(gone))
    return damaged


def _stage_bars(home: Path, staging: Path) -> None:
    """Link the bars as of one moment, while nobody adds or removes a version."""
    if (home / "bars").is_dir():
        with writer_lock(home / "bars", LINK_SECONDS):
            _link_folder(home / "bars", staging / "bars")


def _link_folder(source: Path, target: Path) -> None:
    """The same files under other names; copies where the disk has no links. Files in the making, and those that grow, are left out."""
    for path in sorted(source.rglob("*")) if source.is_dir() else []:
        is_file = path.is_file() and not path.is_symlink()
        if is_file and path.name != "lock" and path.suffix != LEDGER and not path.name.startswith(TEMPORARY_PREFIX):
            place = target / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                place.hardlink_to(path)
            except FileNotFoundError:
                raise
            except OSError:
                shutil.copyfile(path, place)


def _written(staging: Path, manifest: BackupManifest, target: Path) -> BackupReport:
    """Write the archive beside its place, open it again, and put it there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f"{TEMPORARY_PREFIX}{target.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as opened:
            os.fchmod(opened.fileno(), 0o600)  # what people wrote is in it
            archive = ArchiveWriter(opened, manifest.created_at)
            for path in sorted(path for path in staging.rglob("*") if path.is_file()):
                archive.add(path.relative_to(staging).as_posix(), path)
            damaged = (*manifest.damaged, *broken_bars(archive.files, staging))
            archive.finish(replace(manifest, files=archive.files, damaged=damaged))
        sync_file(temporary)
        checked = read_backup(temporary, staging)
        temporary.replace(target)
        sync_folder(target.parent)
    finally:
        temporary.unlink(missing_ok=True)
    return _report(target, checked)


def _report(target: Path, manifest: BackupManifest) -> BackupReport:
    results = {name.split("/")[1] for name in manifest.files if name.startswith("results/")}
    return BackupReport(
        path=target,
        size_bytes=target.stat().st_size,
        created_at=manifest.created_at,
        runs=manifest.runs,
        results=len(results),
        files=len(manifest.files),
        parts=manifest.parts,
        damaged=manifest.damaged,
    )


def _count(rows: Path) -> int:
    copy = Database.open(f"sqlite:///{rows}")
    try:
        return count_runs(copy)
    finally:
        copy.close()


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackupUnwritable(str(target), error.strerror or str(error)) from error
