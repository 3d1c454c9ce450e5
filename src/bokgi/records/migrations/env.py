"""Run by Alembic for every upgrade, with the connection that `Database.migrate` holds the lock on.

Convention: all steps happen in the caller's transaction, so that an interrupted upgrade has changed nothing.
"""

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from alembic.script import Script
from sqlalchemy import Connection, text

from bokgi.records.tables import METADATA

_KEEP = text("UPDATE schema_terms SET value = :oldest WHERE name = 'oldest_reader' AND value < :oldest")


def keep_terms(*, ctx: MigrationContext, step: MigrationInfo, **_: object) -> None:
    """Write down which releases can still use the tables after a step that contracts."""
    revision = step.up_revision
    if isinstance(revision, Script) and getattr(revision.module, "contracts", False) and ctx.connection is not None:
        ctx.connection.execute(_KEEP, {"oldest": revision.module.oldest_reader})


def run() -> None:
    """Upgrade the tables behind the connection that was handed over."""
    connection: Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        transaction_per_migration=False,
        on_version_apply=keep_terms,  # type: ignore[arg-type]  # Alembic calls it with keywords, its stub says by position
    )
    context.run_migrations()


run()
