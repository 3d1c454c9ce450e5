"""A backup back into a home folder, or into PostgreSQL.

Convention: everything is unpacked and checked beside the home's own folders first; then folders change places by renaming, after a plan
that was written down. An interruption before the plan has changed nothing; one after it is finished by whoever comes next
(`finish_restore`). Numbers of runs go on 1,000 later, so that no id is given twice.
"""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bokgi.config.settings import Settings
from bokgi.data.store_files import TEMPORARY_PREFIX, sync_folder, write_atomically
from bokgi.errors.backup import HomeInUse, HomeNotEmpty, RestoreUnwritable
from bokgi.errors.records import DatabaseBroken, DatabaseUnavailable
from bokgi.jobs.database import migrate_jobs
from bokgi.jobs.dbos_queue import create_queue
from bokgi.records.copying import count_runs, counters, load, make_ready
from bokgi.records.database import Database
from bokgi.records.engines import sqlite_file
from bokgi.records.runs import RunRows
from bokgi.records.workers import WorkerRows
from bokgi.services.backup_archive import BackupManifest
from bokgi.services.backup_check import ROWS, check_unpacked, unpack
from bokgi.services.home_in_use import sole_backup, sole_user

STAGING = ".restore-"
PLAN = "restore.json"
FOLDERS = ("results", "searches", "master", "fetches", "bars")
DERIVED = ("work", "downloads")
"""Belong to what was there before, and are made anew."""
_BESIDE = ("", "-wal", "-shm")
Move = tuple[Path | None, Path, Path]
"""What comes (None: nothing), the place, and where that which was there goes. In a plan the rows come last."""


def _now() -> datetime:
    return datetime.now(UTC)


def restore_backup(path: Path, settings: Settings, *, replace: bool = False, clock: Callable[[], datetime] = _now) -> BackupManifest:
    """Put a backup into the home folder and the database of the settings. Parts that it does not hold (bars) stay as they are.

    Raises
    ------
    BackupAbsent, BackupBroken, BackupTooNew
        Nothing was changed.
    HomeInUse, BackupRunning, HomeNotEmpty
        Somebody works there, or something is there and `replace` was not given.
    RestoreUnwritable, DatabaseUnavailable
    """
    home = settings.home
    database = Database.open(settings.records_url)
    try:
        with _writing(home), _made(home), sole_backup(home), sole_user(home):
            finish_restore(home)
            _remove_leftovers(home)
            manifest = _restored(path, settings, database, clock(), replace=replace)
    finally:
        database.close()
    _check_in_place(settings, manifest)
    return manifest


def _restored(path: Path, settings: Settings, database: Database, now: datetime, *, replace: bool) -> BackupManifest:
    given = _given(settings, database, replace=replace)
    staging = Path(tempfile.mkdtemp(prefix=STAGING, dir=settings.home))
    try:
        manifest = unpack(path, staging / "new")
        check_unpacked(path, manifest, staging / "new")
        make_ready(staging / "new" / ROWS, manifest.created_at, now, given)
        _put_in_place(settings, database, manifest, staging)
    finally:
        if not (settings.home / PLAN).exists():
            shutil.rmtree(staging, ignore_errors=True)
    return manifest


def settle_restore(home: Path) -> None:
    """What a service does before it opens anything: finish a restore that was interrupted; one that goes on is not disturbed.

    Raises
    ------
    BackupRunning, RestoreUnwritable
    """
    if (home / PLAN).exists() or any(home.glob(f"{STAGING}*")):
        with _writing(home), sole_backup(home):
            finish_restore(home)
            _remove_leftovers(home)


def finish_restore(home: Path) -> bool:
    """Finish a restore that was interrupted while folders changed places; False where there was none. Twice does no harm."""
    plan = home / PLAN
    if not plan.exists():
        return False
    steps = json.loads(plan.read_text("utf-8"))
    last = Path(steps["moves"][-1][0])
    if last.exists():  # else all is done: what lies there by now is new
        for coming, place, old in steps["moves"]:
            _exchange(Path(coming) if coming else None, Path(place), Path(old))
    for folder in {Path(place).parent for _, place, _ in steps["moves"]}:
        if folder.is_dir():
            sync_folder(folder)
    plan.unlink()
    shutil.rmtree(steps["staging"], ignore_errors=True)
    return True


def _remove_leftovers(home: Path) -> None:
    """What restores that were killed before their plan had unpacked."""
    for left in (*home.glob(f"{STAGING}*"), *home.glob(f"{TEMPORARY_PREFIX}*")):
        _remove(left)


def _given(settings: Settings, database: Database, *, replace: bool) -> dict[str, int]:
    """Numbers that the database which is there has given; refuses what may not be replaced."""
    found = [name for name in FOLDERS if _holds_files(settings.home / name)]
    given: dict[str, int] = {}
    try:
        if not database.is_sqlite:
            database.migrate()
        if not database.is_sqlite or sqlite_file(database.url).exists():
            _check_nobody_works(settings.home, database)
            found += [f"{runs} runs"] if (runs := count_runs(database)) else []
            given = counters(database)
    except (DatabaseBroken, DatabaseUnavailable):
        if not database.is_sqlite:
            raise
        found.append(ROWS)  # broken: the very reason to restore
    if found and not replace:
        raise HomeNotEmpty(str(settings.home), ", ".join(found))
    return given


def _check_nobody_works(home: Path, database: Database) -> None:
    """Workers on other machines hold no lock that this one must see; their heartbeats say that they live."""
    if not database.is_sqlite:
        for worker in WorkerRows(database).alive():
            raise HomeInUse(str(home), worker.worker_id)


def _holds_files(folder: Path) -> bool:
    return folder.is_dir() and any(path.is_file() and path.name != "lock" for path in folder.rglob("*"))


def _put_in_place(settings: Settings, database: Database, manifest: BackupManifest, staging: Path) -> None:
    home, new, old = settings.home, staging / "new", staging / "old"
    old.mkdir()
    parts = [name for name in FOLDERS if name in manifest.parts]
    for name in parts:
        (new / name).mkdir(exist_ok=True)
    moves: list[Move] = [(new / name, home / name, old / name) for name in parts]
    moves += [(None, home / name, old / name) for name in DERIVED]
    if database.is_sqlite:
        moves += _moves_of_databases(settings, database, new)
    else:
        load(new / ROWS, database)
        _forget_jobs(settings, database)
        moves.append((new / ROWS, staging / "loaded", old / "loaded"))
    database.close()
    plan = {
        "staging": str(staging),
        "moves": [[None if coming is None else str(coming), str(place), str(gone)] for coming, place, gone in moves],
    }
    write_atomically(home, lambda file: file.write_text(json.dumps(plan), "utf-8"), lambda _: PLAN)
    finish_restore(home)


def _moves_of_databases(settings: Settings, database: Database, new: Path) -> list[Move]:
    """Old database files go away whole, with their logs, before the new one comes; jobs go too and are made anew from the rows."""
    rows = sqlite_file(database.url)
    jobs = Path(settings.jobs_url.removeprefix("sqlite:///"))
    rows.parent.mkdir(parents=True, exist_ok=True)
    staged = rows.with_name(f".{rows.name}.restored")
    shutil.copyfile(new / ROWS, staged)
    leaving = [file.with_name(file.name + word) for file in (jobs, rows) for word in reversed(_BESIDE) if (file, word) != (rows, "")]
    moves: list[Move] = [(None, file, file.with_name(f".{file.name}.replaced")) for file in leaving]
    return [*moves, (staged, rows, rows.with_name(f".{rows.name}.replaced"))]


def _forget_jobs(settings: Settings, database: Database) -> None:
    """Jobs of the time before the restore say nothing about the runs that are there now."""
    migrate_jobs(settings.jobs_url)
    queue = create_queue(settings.jobs_url, settings.release_name)
    try:
        queue.forget([row.id for row in RunRows(database).unfinished()])
    finally:
        queue.close()


def _exchange(coming: Path | None, place: Path, old: Path) -> None:
    """Move what is there away and the new in; does what is left of it when it was interrupted."""
    if coming is not None and not coming.exists():
        return _remove(old)
    if place.exists() and not old.exists():
        place.rename(old)
    if coming is not None:
        coming.rename(place)
    return _remove(old)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _check_in_place(settings: Settings, manifest: BackupManifest) -> None:
    """Open what was restored as the service will."""
    database = Database.open(settings.records_url)
    try:
        database.migrate()
        if count_runs(database) != manifest.runs:
            raise DatabaseBroken(f"{count_runs(database)} runs instead of {manifest.runs}")
    finally:
        database.close()


@contextmanager
def _made(home: Path) -> Iterator[None]:
    """The home folder is there; nobody else on the machine may read a new one."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    yield


@contextmanager
def _writing(home: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RestoreUnwritable(str(home), error.strerror or str(error)) from error
