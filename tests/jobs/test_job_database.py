"""How the job database is opened: writers one after another, readers at once, faults by one name."""

import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from bokgi.errors.jobs import JobsUnavailable
from bokgi.errors.records import DatabaseUnavailable
from bokgi.jobs.database import faults_named, migrate_jobs, open_engine, reading
from bokgi.jobs.dbos_queue import create_queue
from bokgi.jobs.port import Job, JobState
from bokgi.jobs.queue_names import QueueNames
from bokgi.jobs.rows import JobRows


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'folder that is not there yet' / 'jobs.sqlite3'}"
    migrate_jobs(url)
    return url


def test_a_transaction_keeps_others_from_writing_from_its_first_reading_on(url: str) -> None:
    first, second = open_engine(url, lock_seconds=5.0, pool_size=1), open_engine(url, lock_seconds=0.05, pool_size=1)
    # The engine works on a copy of ours with options of its own; the rule must hold for copies.
    with first.execution_options(some_option=1).begin() as counting:
        counting.execute(sa.text("SELECT count(*) FROM workflow_status")).scalar_one()
        with pytest.raises(JobsUnavailable, match="locked"), faults_named(), second.begin():
            pass
    with second.begin() as after:
        assert after.execute(sa.text("SELECT count(*) FROM workflow_status")).scalar_one() == 0
    first.dispose()
    second.dispose()


def test_single_queries_do_not_wait_for_a_writer(url: str) -> None:
    queue = create_queue(url, "1.0")
    queue.enqueue(Job("job", "nap"))
    writer = open_engine(url, lock_seconds=5.0, pool_size=1)
    with writer.begin():
        before = time.monotonic()
        assert (queue.state("job"), queue.waiting(), queue.holders()) == (JobState.QUEUED, 1, frozenset())
        assert time.monotonic() - before < 1.0
    writer.dispose()
    queue.close()


def test_what_is_queued_is_on_the_disk(url: str) -> None:
    engine = open_engine(url, lock_seconds=5.0, pool_size=1)
    with reading(engine).begin() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    engine.dispose()


def test_a_writer_that_holds_on_makes_the_queue_unavailable_and_not_hang(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bokgi.jobs.dbos_queue._LOCK_SECONDS", 0.1)
    queue = create_queue(url, "1.0")
    writer = open_engine(url, lock_seconds=5.0, pool_size=1)
    with writer.begin():
        before = time.monotonic()
        with pytest.raises(DatabaseUnavailable) as caught:
            queue.enqueue(Job("job", "nap"))
        assert time.monotonic() - before < 2.0
    assert caught.value.code == "jobs_unavailable"
    queue.enqueue(Job("job", "nap"))
    assert queue.waiting() == 1
    writer.dispose()
    queue.close()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "jobs.sqlite3"
    path.write_bytes(b"this is a text about something else. " * 100)
    with pytest.raises(JobsUnavailable, match="not a database"):
        migrate_jobs(f"sqlite:///{path}")


def test_a_fault_in_a_statement_of_ours_keeps_its_name(url: str) -> None:
    engine = open_engine(url, lock_seconds=5.0, pool_size=1)
    with pytest.raises(sa.exc.IntegrityError), faults_named(), engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO dbos_migrations SELECT version FROM dbos_migrations"))
    engine.dispose()


def test_both_spellings_of_a_postgresql_address_are_understood(postgresql_url: str) -> None:
    long = postgresql_url.replace("postgresql:", "postgresql+psycopg:")
    migrate_jobs(long)
    writer, reader = create_queue(long, "1.0"), create_queue(postgresql_url, "1.0")
    writer.enqueue(Job("job", "nap"))
    assert reader.state("job") is JobState.QUEUED
    writer.close()
    reader.close()


def test_a_pool_that_is_used_up_is_named_too(url: str) -> None:
    engine = sa.create_engine(url, pool_size=1, max_overflow=0, pool_timeout=0.05)
    with engine.connect(), pytest.raises(JobsUnavailable), faults_named():
        engine.connect()
    engine.dispose()


def test_questions_asked_many_times_a_second_use_an_index(url: str) -> None:
    asked: list[str] = []
    engine = open_engine(url, lock_seconds=5.0, pool_size=1)
    sa.event.listen(engine, "before_cursor_execute", lambda _connection, _cursor, statement, *_: asked.append(statement))
    rows = JobRows(engine)
    assert not rows.is_waiting("runs@1.0")
    assert (rows.waiting(QueueNames.of("1.0")), rows.holders(), rows.held_by("worker-1")) == (0, frozenset(), ())
    assert len(asked) == 4
    with reading(engine).connect() as connection:
        for statement in asked.copy():
            parameters = ("x",) * statement.count("?")
            plan = " ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters))
            assert "USING INDEX idx_" in plan or "USING COVERING INDEX idx_" in plan, f"{statement}: {plan}"
    engine.dispose()
