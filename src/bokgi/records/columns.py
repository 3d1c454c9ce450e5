"""Column types that mean the same in SQLite and PostgreSQL.

Convention: an instant goes in and comes out with its time zone, in UTC; a text that one of the databases could not hold is refused
before it reaches either.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Text, TypeDecorator

from bokgi.errors.records import RecordMalformed, TextUnstorable

_HALVES = range(0xD800, 0xE000)


class UtcInstant(TypeDecorator[datetime]):
    """An instant with microseconds; SQLite keeps it as text in UTC, which sorts as time does."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise RecordMalformed(f"the instant {value} has no time zone")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401  # what the driver gives
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)  # type: ignore[no-any-return]  # a datetime


class PlainText(TypeDecorator[str]):
    """Text without zero characters and half pairs: PostgreSQL refuses the one, both refuse the other."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is not None and not is_storable(value):
            raise TextUnstorable(value)
        return value


def is_storable(text: str) -> bool:
    """Whether both databases can hold the text."""
    return (text.isascii() and "\0" not in text) or not any(character == "\0" or ord(character) in _HALVES for character in text)
