"""Strategy configurations that a person saved under a name.

Convention: a name is unique in its profile; saving under a name that is there changes that configuration and keeps its id.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.exc import IntegrityError

from bokgi.errors.records import ConfigAbsent, ConfigNameTaken
from bokgi.records.columns import is_storable
from bokgi.records.counters import next_number
from bokgi.records.database import Database
from bokgi.records.tables import STRATEGY_CONFIGS
from bokgi.records.upserts import insert_or_change

_CONFIGS = STRATEGY_CONFIGS.c


@dataclass(frozen=True, slots=True)
class StrategyConfigRow:
    """One configuration: a strategy with its parameters, and the other fields of a request in `extra`."""

    id: str
    profile: str
    name: str
    strategy: str
    params: Mapping[str, Any]
    extra: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime


def _now() -> datetime:
    return datetime.now(UTC)


class StrategyConfigRows:
    """The saved configurations of one database."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = _now) -> None:
        self._database = database
        self._clock = clock

    def list(self, profile: str) -> tuple[StrategyConfigRow, ...]:
        """The profile's configurations, by name."""
        wanted = select(STRATEGY_CONFIGS).where(_CONFIGS.profile == profile)
        with self._database.reading() as connection:
            rows = [StrategyConfigRow(**row) for row in connection.execute(wanted).mappings()]
        return tuple(sorted(rows, key=lambda row: (row.name.casefold(), row.name)))

    def get(self, profile: str, config_id: str) -> StrategyConfigRow | None:
        """One configuration; None where the profile has none of this id."""
        if not is_storable(config_id):
            return None
        wanted = select(STRATEGY_CONFIGS).where(_CONFIGS.profile == profile, _CONFIGS.id == config_id)
        with self._database.reading() as connection:
            row = connection.execute(wanted).mappings().one_or_none()
        return None if row is None else StrategyConfigRow(**row)

    def save(
        self, profile: str, name: str, strategy: str, params: Mapping[str, Any], extra: Mapping[str, Any] | None = None
    ) -> StrategyConfigRow:
        """Save a configuration under a name."""
        at = self._clock()
        kept = {"strategy": strategy, "params": dict(params), "extra": dict(extra or {}), "updated_at": at}
        with self._database.writing() as connection:
            number = next_number(connection, "strategy_configs")
            new = {"id": f"cfg-{number}", "profile": profile, "name": name, "created_at": at, **kept}
            insert_or_change(connection, STRATEGY_CONFIGS, new, kept, (_CONFIGS.profile, _CONFIGS.name))
            wanted = select(STRATEGY_CONFIGS).where(_CONFIGS.profile == profile, _CONFIGS.name == name)
            return StrategyConfigRow(**connection.execute(wanted).mappings().one())

    def update(
        self, profile: str, config_id: str, name: str, strategy: str, params: Mapping[str, Any], extra: Mapping[str, Any] | None = None
    ) -> StrategyConfigRow:
        """Change everything of a configuration but its id. Raises as `rename` does."""
        return self._changed(profile, config_id, {"name": name, "strategy": strategy, "params": dict(params), "extra": dict(extra or {})})

    def rename(self, profile: str, config_id: str, name: str) -> StrategyConfigRow:
        """Give a configuration another name.

        Raises
        ------
        ConfigAbsent
            The profile has none of this id.
        ConfigNameTaken
            Another one has the name.
        """
        return self._changed(profile, config_id, {"name": name})

    def delete(self, profile: str, config_id: str) -> None:
        """Delete a configuration. Raises `ConfigAbsent` where the profile has none of this id."""
        with self._database.writing() as connection:
            gone = delete(STRATEGY_CONFIGS).where(*_is_it(profile, config_id))
            if connection.execute(gone).rowcount == 0:
                raise ConfigAbsent(config_id)

    def _changed(self, profile: str, config_id: str, values: Mapping[str, Any]) -> StrategyConfigRow:
        changed = update(STRATEGY_CONFIGS).where(*_is_it(profile, config_id)).values({**values, "updated_at": self._clock()})
        try:
            with self._database.writing() as connection:
                row = connection.execute(changed.returning(STRATEGY_CONFIGS)).mappings().one_or_none()
        except IntegrityError as error:
            raise ConfigNameTaken(str(values["name"])) from error
        if row is None:
            raise ConfigAbsent(config_id)
        return StrategyConfigRow(**row)


def _is_it(profile: str, config_id: str) -> tuple[ColumnElement[bool], ...]:
    if not is_storable(config_id):
        raise ConfigAbsent(config_id)
    return _CONFIGS.profile == profile, _CONFIGS.id == config_id
