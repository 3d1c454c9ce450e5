"""Numbers that are never given twice, not even after what they named was deleted."""

from sqlalchemy import Connection, text

_NEXT = text(
    "INSERT INTO counters (name, value) VALUES (:name, 1) ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value"
)

_LAST = text("SELECT value FROM counters WHERE name = :name")


def last_number(connection: Connection, name: str) -> int:
    """The number that a counter gave last; 0 where it never gave one."""
    return int(connection.execute(_LAST, {"name": name}).scalar() or 0)


def next_number(connection: Connection, name: str) -> int:
    """The next number of a counter. The row stays locked to the end of the transaction, so that others wait for it."""
    return int(connection.execute(_NEXT, {"name": name}).scalar_one())
