"""Rows that are made or changed in one statement, whoever else does the same at that moment.

Convention: both databases have ON CONFLICT, each under its own class of SQLAlchemy; here alone that is looked at.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_or_change(connection: Connection, table: Table, values: Mapping[str, Any], changed: Mapping[str, Any]) -> None:
    """Insert a row; where one of this primary key is there, change it instead. It stays locked to the end of the transaction."""
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = make(table).values(values)
    connection.execute(statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=dict(changed)))
