"""Migrations: they build the tables that the code knows, expand only, and let two releases live on one database."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import cast

import pytest
import sqlalchemy as sa
from alembic import command, op
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import bokgi.records
from bokgi.errors.records import SchemaOutdated, SchemaTooNew
from bokgi.records.database import Database, found_schema
from bokgi.records.migration_operations import contracting, operations_of
from bokgi.records.tables import METADATA, SCHEMA

FOLDER = Path(bokgi.records.__file__).parent / "migrations"
SCRIPTS = list(ScriptDirectory(str(FOLDER)).walk_revisions())[::-1]


def test_the_code_needs_the_last_of_an_unbroken_line_of_steps() -> None:
    numbers = [script.revision for script in SCRIPTS]
    assert numbers == [f"{number:04d}" for number in range(1, len(SCRIPTS) + 1)]
    assert [script.down_revision for script in SCRIPTS] == [None, *numbers[:-1]]
    assert numbers[-1] == SCHEMA


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.revision)
def test_a_step_only_expands_unless_it_says_that_it_contracts(script: SimpleNamespace) -> None:
    assert operations_of(script.module), "an empty step"
    if getattr(script.module, "contracts", False):
        assert script.module.oldest_reader < script.revision, "the release before must be able to go on"
    else:
        assert not contracting(operations_of(script.module))


TEXT = sa.Text()
BREAKING: dict[str, Callable[[], object]] = {
    "a table is dropped": lambda: op.drop_table("runs"),
    "a column is dropped": lambda: op.drop_column("runs", "note"),
    "a table is renamed": lambda: op.rename_table("runs", "backtests"),
    "a column is renamed": lambda: op.alter_column("runs", "note", new_column_name="remark"),
    "a type changes": lambda: op.alter_column("runs", "percent", type_=sa.Float()),
    "null is forbidden": lambda: op.alter_column("runs", "worker_id", nullable=False),
    "a default is taken away": lambda: op.alter_column("runs", "note", server_default=None),
    "a column without a default": lambda: op.add_column("runs", sa.Column("new", TEXT, nullable=False)),
    "a check": lambda: op.create_check_constraint("ck", "runs", "percent < 100"),
    "a constraint is dropped": lambda: op.drop_constraint("pk_runs", "runs"),
    "a foreign key": lambda: op.create_foreign_key("fk", "runs", "profiles", ["profile"], ["name"]),
    "a unique constraint": lambda: op.create_unique_constraint("uq", "runs", ["note"]),
    "a unique index": lambda: op.create_index("ix", "runs", ["note"], unique=True),
    "plain SQL that drops": lambda: op.execute("DROP TABLE runs"),
    "plain SQL that deletes": lambda: op.execute(sa.text("delete from runs")),
}
EXPANDING: dict[str, Callable[[], object]] = {
    "a table": lambda: op.create_table("new", sa.Column("id", TEXT, primary_key=True), sa.UniqueConstraint("id")),
    "a column that may be null": lambda: op.add_column("runs", sa.Column("new", TEXT)),
    "a column with a default": lambda: op.add_column("runs", sa.Column("new", TEXT, nullable=False, server_default="")),
    "an index": lambda: op.create_index("ix", "runs", ["note"]),
    "null is allowed": lambda: op.alter_column("runs", "note", nullable=True),
    "plain SQL that fills": lambda: op.execute("UPDATE runs SET note = ''"),
}


def migration(upgrade: Callable[[], object]) -> ModuleType:
    return cast("ModuleType", SimpleNamespace(upgrade=upgrade))


@pytest.mark.parametrize("upgrade", BREAKING.values(), ids=list(BREAKING))
def test_what_breaks_the_release_before_is_recognised(upgrade: Callable[[], object]) -> None:
    assert len(contracting(operations_of(migration(upgrade)))) == 1


@pytest.mark.parametrize("upgrade", EXPANDING.values(), ids=list(EXPANDING))
def test_what_only_adds_is_let_through(upgrade: Callable[[], object]) -> None:
    assert contracting(operations_of(migration(upgrade))) == []


def test_a_batch_is_refused() -> None:
    def upgrade() -> None:
        with op.batch_alter_table("runs") as batch:
            batch.drop_column("note")

    with pytest.raises(AssertionError, match="rebuilds"):
        operations_of(migration(upgrade))


def test_the_migrations_build_the_tables_that_the_code_knows(database: Database) -> None:
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), METADATA) == []
        assert found_schema(connection) == SCHEMA


def test_every_step_keeps_the_rows_of_the_steps_before(database_url: str) -> None:
    database = Database.open(database_url)
    if database.is_sqlite:
        Path(str(database.url.database)).touch()
    upgrade_to(database, "0001")
    with database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO counters (name, value) VALUES ('run:2026-02-08', 547)")
    with pytest.raises(SchemaOutdated, match="0001"):
        database.check_migrated()
    database.migrate()
    database.check_migrated()
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT name, value FROM counters").all() == [("run:2026-02-08", 547)]
    database.close()


def upgrade_to(database: Database, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_an_empty_database_is_outdated_and_migrating_twice_changes_nothing(database_url: str) -> None:
    database = Database.open(database_url)
    if database.is_sqlite:
        Path(str(database.url.database)).touch()
    with pytest.raises(SchemaOutdated):
        database.check_migrated()
    for _ in range(2):
        database.migrate()
        database.check_migrated()
    database.close()


def later(database: Database, revision: str, oldest_reader: str) -> None:
    """What a newer release leaves behind."""
    with database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")
        connection.exec_driver_sql(f"UPDATE schema_terms SET value = '{oldest_reader}'")
        connection.exec_driver_sql("ALTER TABLE runs ADD COLUMN future TEXT NOT NULL DEFAULT ''")


def test_a_release_lives_on_tables_that_a_newer_one_has_expanded(database: Database) -> None:
    later(database, "0099", "0001")
    database.migrate()
    database.check_migrated()
    with database.reading() as connection:
        assert found_schema(connection) == "0099", "and leaves them as they are"


def test_a_release_refuses_tables_that_a_newer_one_has_contracted(database: Database) -> None:
    later(database, "0099", "0050")
    for act in (database.migrate, database.check_migrated):
        with pytest.raises(SchemaTooNew, match="0050"):
            act()


def test_a_step_that_fails_has_changed_nothing(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    database = Database.open(database_url)
    with monkeypatch.context() as patch:
        patch.setattr("alembic.op.create_index", fail)
        with pytest.raises(KeyboardInterrupt):
            database.migrate()
    with database.reading() as connection:
        assert sa.inspect(connection).get_table_names() == []
    database.migrate()
    database.check_migrated()
    database.close()
