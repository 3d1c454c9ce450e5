"""Backup and restore, from each kind of database into each."""

import fcntl
import json
import random
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bokgi.config.settings import Settings
from bokgi.data.store import Store
from bokgi.errors.backup import BackupAbsent, BackupRunning, BackupUnwritable, HomeInUse, HomeNotEmpty, NothingToBackUp
from bokgi.records.copying import copy_out
from bokgi.records.database import Database
from bokgi.records.runs import Outcome, RunRows, RunState
from bokgi.records.tables import COUNTERS, METADATA, SCHEMA_TERMS, WORKERS
from bokgi.records.workers import WorkerRows
from bokgi.reports.result_folder import check_result, read_body
from bokgi.services import restore as restoring
from bokgi.services.backup import write_backup
from bokgi.services.backup_check import read_backup
from bokgi.services.restore import finish_restore, restore_backup, settle_restore
from tests.postgresql_server import PostgresqlServer
from tests.services.backed_up_home import NEW, Home, files_below, interval_of, new_home, settings_of

KINDS = ["sqlite", "postgresql"]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return new_home(tmp_path / "home")


@pytest.fixture
def backup(home: Home, tmp_path: Path) -> Path:
    target = tmp_path / "backups" / "one.tar"
    write_backup(home.settings, target)
    return target


def rows_of(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row but what a restore changes: heartbeats and counters."""
    tables = [table for table in METADATA.sorted_tables if table not in (WORKERS, COUNTERS, SCHEMA_TERMS)]
    with database.reading() as connection:
        return {table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=str) for table in tables}


@pytest.mark.parametrize("to_kind", KINDS)
@pytest.mark.parametrize("from_kind", KINDS)
def test_a_backup_restores_into_either_database(tmp_path: Path, request: pytest.FixtureRequest, from_kind: str, to_kind: str) -> None:
    urls = [url_of(request, kind) for kind in (from_kind, to_kind)]
    home = new_home(tmp_path / "home", urls[0])
    source = home.open()
    before = rows_of(source)
    source.close()
    report = write_backup(home.settings, tmp_path / "one.tar")
    assert (report.runs, report.results, report.damaged) == (4, 1, ())
    elsewhere = settings_of(tmp_path / "elsewhere", urls[1])
    restore_backup(tmp_path / "one.tar", elsewhere)
    restored = Database.open(elsewhere.records_url)
    assert rows_of(restored) == before
    assert len(before["runs"]) == 4
    with restored.reading() as connection:
        assert connection.execute(select(WORKERS)).all() == [], "nobody of that time works now"
    restored.close()
    assert files_below(elsewhere.home) == files_below(home.folder)
    check_result(elsewhere.home / "results" / home.ids["completed"])
    store = Store(elsewhere.home)
    assert [version.references for version in store.versions(interval_of(store))] == [(home.ids["completed"],), ()]
    for version in (1, 2):
        store.check(interval_of(store), version=version)
    assert not [path.name for path in elsewhere.home.iterdir() if path.name.startswith(".")]
    assert (elsewhere.home.stat().st_mode & 0o777, (tmp_path / "one.tar").stat().st_mode & 0o777) == (0o700, 0o600)


def url_of(request: pytest.FixtureRequest, kind: str) -> str:
    if kind == "sqlite":
        return ""
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    return server.new_database()


def test_no_id_is_given_twice_after_a_restore(home: Home, backup: Path, tmp_path: Path) -> None:
    today = datetime.now(UTC)
    for days in range(4):
        given_at = datetime(2026, 2, 8, 3, 0, tzinfo=UTC) + timedelta(days=days)
        lost = {new_id(home, given_at) for _ in range(5)}
        restored = settings_of(tmp_path / f"restored-{days}")
        restore_backup(backup, restored, clock=lambda at=given_at: max(at, today))  # type: ignore[misc]  # bound early on purpose
        again = {new_id(Home(restored, {}), today) for _ in range(5)}
        assert not lost & again
        assert all(int(backtest_id.rpartition("-")[2]) > 1000 for backtest_id in again)


def new_id(home: Home, at: datetime) -> str:
    database = home.open()
    row, _ = RunRows(database, lambda: at).add(NEW)
    database.close()
    return row.id


def test_a_replaced_database_passes_its_counters_on(home: Home, backup: Path) -> None:
    at = datetime(2026, 2, 9, 3, 0, tzinfo=UTC)
    last = [new_id(home, at) for _ in range(3)][-1]
    restore_backup(backup, home.settings, replace=True, clock=lambda: at)
    assert int(new_id(home, at).rpartition("-")[2]) == int(last.rpartition("-")[2]) + 1001


def test_a_backup_while_runs_come_and_go_is_whole(home: Home, tmp_path: Path) -> None:
    stop = threading.Event()

    def work() -> None:
        database = home.open()
        runs = RunRows(database)
        while not stop.is_set():
            row, _ = runs.add(NEW)
            runs.claim(row.id, "w-1", "0.1.0")
            runs.finish(row.id, 1, Outcome(RunState.COMPLETED))
        database.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        reports = [write_backup(home.settings, tmp_path / f"{number}.tar") for number in range(3)]
    finally:
        stop.set()
        thread.join()
    assert [read_backup(report.path).runs for report in reports] == [report.runs for report in reports]
    assert reports[0].runs < reports[2].runs


def test_a_run_that_is_deleted_during_the_backup_leaves_it(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def copy_and_delete(database: Database, target: Path) -> None:
        copy_out(database, target)
        RunRows(database).delete(home.ids["completed"])
        for path in (home.folder / "results" / home.ids["completed"]).iterdir():
            path.unlink()

    monkeypatch.setattr("bokgi.services.backup.copy_out", copy_and_delete)
    report = write_backup(home.settings, tmp_path / "one.tar")
    assert (report.runs, report.results, report.damaged) == (3, 0, ())


def test_what_is_damaged_at_home_is_taken_along_and_said(home: Home, tmp_path: Path) -> None:
    body = home.folder / "results" / home.ids["completed"] / "body.json"
    body.write_bytes(body.read_bytes()[:-1] + b" ")
    segment = next((home.folder / "bars").rglob("*.parquet"))
    segment.write_bytes(segment.read_bytes()[:-1] + b"?")
    report = write_backup(home.settings, tmp_path / "one.tar")
    assert report.damaged == (f"results/{home.ids['completed']}", f"bars/{segment.parts[-3]}")
    elsewhere = settings_of(tmp_path / "elsewhere")
    restore_backup(tmp_path / "one.tar", elsewhere)
    assert files_below(elsewhere.home) == files_below(home.folder)


def test_a_backup_without_bars_leaves_the_bars_of_the_home_alone(home: Home, tmp_path: Path) -> None:
    report = write_backup(home.settings, tmp_path / "one.tar", with_bars=False)
    assert report.parts == ("rows", "results", "searches", "master", "fetches")
    bars = {name: content for name, content in files_below(home.folder).items() if name.startswith("bars/")}
    (home.folder / "master" / "listed.parquet").write_bytes(b"changed since")
    restore_backup(tmp_path / "one.tar", home.settings, replace=True)
    now = files_below(home.folder)
    assert {name: content for name, content in now.items() if name.startswith("bars/")} == bars
    assert now["master/listed.parquet"] == b"a master file is taken along as it is"


def test_a_restore_replaces_only_when_told(home: Home, backup: Path) -> None:
    new_id(home, datetime.now(UTC))
    before = files_below(home.folder)
    with pytest.raises(HomeNotEmpty, match="5 runs"):
        restore_backup(backup, home.settings)
    assert files_below(home.folder) == before
    (home.folder / "results" / "bt-2026-02-09-001").mkdir()
    (home.folder / "results" / "bt-2026-02-09-001" / "body.json").write_text("{}")
    for name in ("work/x", "jobs.sqlite3"):
        (home.folder / name).parent.mkdir(exist_ok=True)
        (home.folder / name).write_text("of the time before")
    assert restore_backup(backup, home.settings, replace=True).runs == 4
    assert files_below(home.folder) == before
    assert not (home.folder / "jobs.sqlite3").exists(), "jobs are made anew from the rows"
    assert not (home.folder / "work").exists()
    database = home.open()
    assert [row.id for row in RunRows(database).unfinished()] == [home.ids["queued"], home.ids["running"]]
    database.close()


def test_a_broken_database_can_be_replaced(home: Home, backup: Path) -> None:
    (home.folder / "bokgi.sqlite3").write_bytes(b"broken" * 5000)
    with pytest.raises(HomeNotEmpty):
        restore_backup(backup, home.settings)
    restore_backup(backup, home.settings, replace=True)
    assert read_body(home.folder / "results" / home.ids["completed"])


@pytest.mark.parametrize("lock", ["serve.lock", "w-1.lock"])
def test_a_home_in_use_is_not_restored_but_backed_up(home: Home, backup: Path, lock: str) -> None:
    (home.folder / "locks").mkdir(exist_ok=True)
    with (home.folder / "locks" / lock).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(HomeInUse, match=lock.removesuffix(".lock")):
            restore_backup(backup, home.settings, replace=True)
        assert write_backup(home.settings, backup).runs == 4
    restore_backup(backup, home.settings, replace=True)


def test_two_backups_at_once_are_refused(home: Home, backup: Path) -> None:
    with (home.folder / "locks" / "backup.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(BackupRunning):
            write_backup(home.settings, backup)


def test_a_restore_that_was_interrupted_is_finished_by_the_next_start(home: Home, backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files_below(home.folder)
    for folder in ("results", "master", "bars"):
        for path in (home.folder / folder).rglob("*"):
            if path.is_file():
                path.write_bytes(b"worse")
    exchange, left = restoring._exchange, [3]

    def interrupted(coming: Path | None, place: Path, old: Path) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        exchange(coming, place, old)

    monkeypatch.setattr(restoring, "_exchange", interrupted)
    for _ in range(2):
        left[0] += 2
        with pytest.raises(KeyboardInterrupt):
            restore_backup(backup, home.settings, replace=True)
    monkeypatch.undo()
    assert (home.folder / "restore.json").exists()
    with (home.folder / "locks" / "backup.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(BackupRunning):
            settle_restore(home.folder)
    settle_restore(home.folder)
    settle_restore(home.folder)
    assert files_below(home.folder) == before
    assert not [path.name for path in home.folder.iterdir() if path.name.startswith(".")]
    database = home.open()
    database.check_migrated()
    assert RunRows(database).get(home.ids["completed"]) is not None
    database.close()


def test_a_plan_that_is_done_touches_nothing_that_came_later(home: Home, backup: Path) -> None:
    staging = home.folder / ".restore-x"
    staging.mkdir()
    gone = [str(staging / "new"), str(home.folder / "bokgi.sqlite3"), str(staging / "old")]
    later = [None, str(home.folder / "bars"), str(staging / "bars")]
    (home.folder / "restore.json").write_text(json.dumps({"staging": str(staging), "moves": [later, gone]}))
    before = files_below(home.folder)
    assert finish_restore(home.folder)
    assert files_below(home.folder) == before


def test_a_home_without_a_database_has_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(NothingToBackUp):
        write_backup(settings_of(tmp_path / "empty"), tmp_path / "one.tar")
    assert not (tmp_path / "one.tar").exists()


def test_a_place_that_cannot_be_written_is_said_and_nothing_is_left(home: Home, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(BackupUnwritable):
        write_backup(home.settings, tmp_path / "file" / "one.tar")
    assert not list(home.folder.glob(".backup-*"))


def test_a_failed_backup_leaves_the_one_before(home: Home, backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = backup.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bokgi.services.backup.sync_file", full)
    with pytest.raises(BackupUnwritable, match="No space left"):
        write_backup(home.settings, backup)
    assert backup.read_bytes() == before
    assert [path.name for path in backup.parent.iterdir()] == [backup.name]


def test_a_backup_that_is_not_there_is_said(home: Home, tmp_path: Path) -> None:
    with pytest.raises(BackupAbsent):
        restore_backup(tmp_path / "none.tar", replace_home(home, tmp_path))


def replace_home(home: Home, tmp_path: Path) -> Settings:
    return replace(home.settings, home=tmp_path / "new")


def kill_restores(home: Home, backup: Path, times: int) -> None:
    """Kill restores at random moments, and look at what is there after each when the next start has settled it."""
    wanted = files_below(home.folder)
    chance = random.Random(3)
    command = [sys.executable, "-c", RESTORING, str(backup), str(home.folder)]
    for _ in range(times):
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0, 0.15))
        process.kill()
        process.communicate()
        settle_restore(home.folder)
        assert files_below(home.folder) == wanted
        database = home.open()
        database.check_migrated()
        assert {row.id for row in RunRows(database).page(profile="default").rows} == set(home.ids.values()) - {home.ids["deleted"]}
        database.close()
    restore_backup(backup, home.settings, replace=True)
    assert not [path.name for path in home.folder.iterdir() if path.name.startswith(".")]


RESTORING = """
import sys
from pathlib import Path
from bokgi.services.restore import restore_backup
from bokgi.config.settings import Settings
print("begins", flush=True)
settings = Settings.from_environment({"BOKGI_HOME": sys.argv[2], "BOKGI_CACHE": sys.argv[2] + "-cache"})
restore_backup(Path(sys.argv[1]), settings, replace=True)
"""


def test_a_restore_that_is_killed_leaves_the_old_or_the_new(home: Home, backup: Path) -> None:
    kill_restores(home, backup, 2)


@pytest.mark.drill
def test_many_restores_that_are_killed_leave_the_old_or_the_new(home: Home, backup: Path) -> None:
    kill_restores(home, backup, 40)


def test_a_postgresql_database_that_workers_use_is_not_replaced(home: Home, backup: Path, postgresql_url: str) -> None:
    settings = settings_of(home.folder.parent / "shared", postgresql_url)
    restore_backup(backup, settings)
    database = Database.open(settings.records_url)
    workers = WorkerRows(database)
    workers.beat("far-away", release="0.1.0", state="ready", pid=1, host="another machine")
    with pytest.raises(HomeInUse, match="far-away"):
        restore_backup(backup, settings, replace=True)
    workers.remove("far-away")
    restore_backup(backup, settings, replace=True)
    database.close()
