"""A database that is locked, gone, replaced or broken: one class of error, in time, and everything works again afterwards."""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bokgi.errors.records import DatabaseBroken, DatabaseUnavailable
from bokgi.records import engines
from bokgi.records.database import Database
from bokgi.records.runs import NewRun, RunRows
from bokgi.records.selections import SelectionRows
from tests.postgresql_server import PostgresqlServer

PATIENCE_SECONDS = 0.4


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "bokgi.sqlite3"


@pytest.fixture
def embedded(file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """SQLite that waits less than it does in service."""
    monkeypatch.setattr(engines, "LOCK_SECONDS", PATIENCE_SECONDS)
    database = Database.open(f"sqlite:///{file}")
    database.migrate()
    yield database
    database.close()


def seconds_to_refuse(act: object) -> float:
    started = time.monotonic()
    with pytest.raises(DatabaseUnavailable):
        act()  # type: ignore[operator]  # a function without arguments
    return time.monotonic() - started


def test_a_write_gives_up_on_a_lock_and_reads_never_wait(embedded: Database, file: Path, new_run: NewRun) -> None:
    runs = RunRows(embedded)
    first, _ = runs.add(new_run)
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    holder.execute("UPDATE runs SET note = 'not committed'")
    assert PATIENCE_SECONDS * 0.8 < seconds_to_refuse(lambda: runs.add(new_run)) < PATIENCE_SECONDS + 2
    started = time.monotonic()
    row = runs.get(first.id)
    assert time.monotonic() - started < PATIENCE_SECONDS, "a read does not wait for a write"
    assert row is not None
    assert row.note == "", "and sees the last commit"
    holder.execute("ROLLBACK")
    holder.close()
    second, is_new = runs.add(new_run)
    assert is_new
    assert second.order_number == first.order_number + 1, "the refused one left nothing"


def test_a_reader_that_stays_does_not_hold_up_writes(embedded: Database, file: Path, new_run: NewRun) -> None:
    runs = RunRows(embedded)
    reader = sqlite3.connect(file, isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM runs").fetchone() == (0,)
    runs.add(new_run)
    assert reader.execute("SELECT count(*) FROM runs").fetchone() == (0,)
    reader.close()


def test_a_file_that_is_gone_is_not_made_anew_and_works_when_it_is_back(embedded: Database, file: Path, new_run: NewRun) -> None:
    runs = RunRows(embedded)
    row, _ = runs.add(new_run)
    away = file.parent.rename(file.parent.with_name("away"))
    for act in (embedded.ping, lambda: runs.get(row.id), lambda: runs.add(new_run)):
        assert seconds_to_refuse(act) < 1
    assert not file.parent.exists()
    away.rename(file.parent)
    embedded.ping()
    assert runs.get(row.id) is not None
    assert runs.add(new_run)[1]


def test_a_file_that_was_replaced_is_the_one_that_is_read(embedded: Database, file: Path, tmp_path: Path) -> None:
    SelectionRows(embedded).add("default", ["005930"])
    other = Database.open(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    other.migrate()
    SelectionRows(other).add("default", ["000660"])
    other.close()
    (tmp_path / "other.sqlite3").replace(file)
    for suffix in ("-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    assert SelectionRows(embedded).specific("default") == ("000660",)


def test_a_file_that_is_no_database_is_called_broken(embedded: Database, file: Path) -> None:
    embedded.close()
    for path in file.parent.iterdir():
        path.unlink()
    file.write_bytes(b"no database " * 1000)
    with pytest.raises(DatabaseBroken):
        embedded.ping()
    with pytest.raises(DatabaseBroken):
        embedded.migrate()


def test_tables_that_are_not_there_are_said_as_an_unusable_database(database_url: str) -> None:
    database = Database.open(database_url)
    if database.is_sqlite:
        engines.create_sqlite_file(engines.sqlite_file(database.url))
    database.ping()
    with pytest.raises(DatabaseUnavailable, match="runs"):
        RunRows(database).get("bt-2026-02-08-001")
    database.close()


def test_a_folder_that_cannot_be_written_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    with pytest.raises(DatabaseUnavailable):
        Database.open(f"sqlite:///{tmp_path / 'home' / 'bokgi.sqlite3'}").migrate()


def test_lost_connections_to_postgresql_are_made_anew(postgresql_url: str, new_run: NewRun) -> None:
    database = Database.open(postgresql_url)
    database.migrate()
    runs = RunRows(database)
    row, _ = runs.add(new_run)
    runs.get(row.id)
    with psycopg.connect(postgresql_url, autocommit=True) as other:
        ended = other.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
        ).fetchone()
    assert ended is not None
    assert ended[0] >= 2
    assert runs.get(row.id) == row
    assert runs.add(new_run)[1]
    database.close()


def test_a_write_gives_up_on_a_locked_row_of_postgresql(postgresql_url: str, new_run: NewRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "LOCK_SECONDS", PATIENCE_SECONDS)
    database = Database.open(postgresql_url)
    database.migrate()
    runs = RunRows(database)
    row, _ = runs.add(new_run)
    with psycopg.connect(postgresql_url) as holder:
        holder.execute("UPDATE runs SET note = 'not committed'")
        assert PATIENCE_SECONDS * 0.8 < seconds_to_refuse(lambda: runs.set_note(row.id, "x")) < PATIENCE_SECONDS + 2
        assert runs.get(row.id) == row
        holder.rollback()
    assert runs.set_note(row.id, "x") is not None
    database.close()


def test_a_postgresql_server_that_is_gone_and_back_needs_no_new_process(new_run: NewRun) -> None:
    with PostgresqlServer() as server:
        database = Database.open(server.new_database())
        database.migrate()
        runs = RunRows(database)
        row, _ = runs.add(new_run)
        server.stop()
        for act in (database.ping, lambda: runs.get(row.id), lambda: runs.add(new_run)):
            assert seconds_to_refuse(act) < engines.CONNECT_SECONDS + 1
        server.start()
        database.ping()
        assert runs.get(row.id) == row
        assert runs.add(new_run)[0].order_number == row.order_number + 1
        database.close()


def test_a_postgresql_server_that_stops_answering_is_given_up(new_run: NewRun, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("READ_SECONDS", 0.5), ("WRITE_SECONDS", 0.6), ("CONNECT_SECONDS", 2)):
        monkeypatch.setattr(engines, name, seconds)
    with PostgresqlServer() as server:
        database = Database.open(server.new_database())
        database.migrate()
        runs = RunRows(database)
        row, _ = runs.add(new_run)
        for act in (database.ping, lambda: runs.add(new_run)):
            with server.frozen():
                assert 0.4 < seconds_to_refuse(act) < 5
            act()
        assert runs.page(profile="default").total >= 2
        assert runs.get(row.id) == row
        database.close()


def test_a_durable_commit_waits_for_the_disk_and_a_heartbeat_does_not(database: Database) -> None:
    asked, values = ("PRAGMA synchronous", (2, 1)) if database.is_sqlite else ("SHOW synchronous_commit", ("on", "off"))
    for _ in range(2):
        with database.writing() as connection:
            assert connection.exec_driver_sql(asked).scalar() == values[0]
        with database.writing(durable=False) as connection:
            assert connection.exec_driver_sql(asked).scalar() == values[1]
    if database.is_sqlite:
        with database.reading() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
