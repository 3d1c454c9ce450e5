"""Rows that are made or changed in one statement, whoever else does the same at that moment.

Convention: both databases have ON CONFLICT, each under its own class of SQLAlchemy; here alone that is looked at.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_or_change(
    connection: Connection,
    table: Table,
    values: Mapping[str, Any],
    changed: Mapping[str, Any],
    unique: Iterable[ColumnElement[Any]] | None = None,
) -> None:
    """Insert a row; where one with the same `unique` columns (the primary key) is there, change it instead. The row stays locked to the
    end of the transaction.
    """
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    columns = list(unique or table.primary_key.columns)
    connection.execute(make(table).values(values).on_conflict_do_update(index_elements=columns, set_=dict(changed)))
