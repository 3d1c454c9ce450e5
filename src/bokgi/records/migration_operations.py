"""Reads what a migration does, without a database, and names what would break the release before it."""

import re
from types import ModuleType
from typing import NoReturn

from alembic.operations import Operations
from alembic.operations.ops import (
    AddColumnOp,
    AddConstraintOp,
    AlterColumnOp,
    CreateIndexOp,
    CreateTableOp,
    DropColumnOp,
    DropConstraintOp,
    DropTableOp,
    ExecuteSQLOp,
    MigrateOperation,
    RenameTableOp,
)
from alembic.runtime.migration import MigrationContext

_BREAKING_SQL = re.compile(r"\b(drop|rename|alter|truncate|delete)\b", re.IGNORECASE)


def operations_of(module: ModuleType) -> list[MigrateOperation]:
    """What `upgrade()` of a migration does, in order; nothing is carried out."""
    kept: list[MigrateOperation] = []
    context = MigrationContext.configure(dialect_name="sqlite", opts={"as_sql": True})

    def keep(operation: MigrateOperation) -> object:
        kept.append(operation)
        return operation.to_table(context) if isinstance(operation, CreateTableOp) else None

    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a batch rebuilds the table under the feet of the release before; use plain operations")

    recorder = Operations(context)
    vars(recorder).update(invoke=keep, batch_alter_table=refuse)
    recorder._install_proxy()  # noqa: SLF001  # migrations call the module `op`, which only this sets
    try:
        module.upgrade()
    finally:
        recorder._remove_proxy()  # noqa: SLF001  # as above
    return kept


def contracting(operations: list[MigrateOperation]) -> list[str]:
    """Those operations that the release before could not live with."""
    own = {operation.table_name for operation in operations if isinstance(operation, CreateTableOp)}
    return [f"{type(operation).__name__}: {word}" for operation in operations if (word := _breaks(operation, own))]


def _breaks(operation: MigrateOperation, own: set[str]) -> str:
    if isinstance(operation, DropTableOp | DropColumnOp | DropConstraintOp | RenameTableOp):
        return "takes away what the release before uses"
    if isinstance(operation, AlterColumnOp):
        return _alteration(operation)
    if isinstance(operation, AddColumnOp):
        is_bare = not operation.column.nullable and operation.column.server_default is None
        return "a column that the release before does not fill" if is_bare else ""
    if isinstance(operation, AddConstraintOp) and getattr(operation, "table_name", getattr(operation, "source_table", "")) not in own:
        return "rows that the release before writes could be refused"
    if isinstance(operation, CreateIndexOp) and operation.unique and operation.table_name not in own:
        return "rows that the release before writes could be refused"
    if isinstance(operation, ExecuteSQLOp) and _BREAKING_SQL.search(str(operation.sqltext)):
        return "a statement that takes something away"
    return ""


def _alteration(operation: AlterColumnOp) -> str:
    changes = {
        "renames a column": operation.modify_name is not None,
        "changes a type": operation.modify_type is not None,
        "forbids null": operation.modify_nullable is False and operation.modify_server_default in (False, None),
        "takes a default away": operation.modify_server_default is None,
    }
    return next((word for word, is_so in changes.items() if is_so), "")
