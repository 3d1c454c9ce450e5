"""Strategy configurations that a person keeps under a name."""

from collections.abc import Mapping
from typing import Any

from bokgi.errors.requests import FieldInvalid
from bokgi.errors.service import FieldMissing, StrategyMissing, TextTooLong
from bokgi.records.strategy_configs import StrategyConfigRow, StrategyConfigRows
from bokgi.services.request import BacktestRequest
from bokgi.strategies.catalog import to_strategy

NAME_CHARACTERS = 100
EXTRA_FIELDS = ("interval", "initial_capital", "costs", "fills", "account", "risk_free_rate", "adjust")


class StrategyConfigs:
    """The configurations of all profiles; parameters are checked before they are kept."""

    def __init__(self, rows: StrategyConfigRows) -> None:
        self._rows = rows

    def all(self, profile: str) -> tuple[StrategyConfigRow, ...]:
        """Every configuration, by name."""
        return self._rows.list(profile)

    def save(self, profile: str, body: Mapping[str, object]) -> StrategyConfigRow:
        """Keep a configuration; one of the same name is replaced.

        Raises
        ------
        FieldMissing, StrategyMissing, FieldInvalid, TextTooLong
        """
        name = _name(body.get("name"))
        strategy, parameters, extra = checked_config(body)
        return self._rows.save(profile, name, strategy, parameters, extra)

    def update(self, profile: str, config_id: str, body: Mapping[str, object]) -> StrategyConfigRow:
        """Change a configuration by its id.

        Raises
        ------
        ConfigAbsent, ConfigNameTaken
        """
        name = _name(body.get("name"))
        strategy, parameters, extra = checked_config(body)
        return self._rows.update(profile, config_id, name, strategy, parameters, extra)

    def delete(self, profile: str, config_id: str) -> None:
        """Remove a configuration.

        Raises
        ------
        ConfigAbsent
        """
        self._rows.delete(profile, config_id)


def checked_config(body: Mapping[str, object]) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Name of the strategy, its parameters with defaults, and the other fields that are kept."""
    strategy = body.get("strategy")
    if not isinstance(strategy, str) or not strategy:
        raise StrategyMissing
    extra = {key: body[key] for key in EXTRA_FIELDS if body.get(key) is not None}
    for key in body:
        if key not in {"name", "strategy", "strategy_params", *EXTRA_FIELDS}:
            raise FieldInvalid(key, body[key], f"no such field; known: name, strategy, strategy_params, {', '.join(EXTRA_FIELDS)}")
    request = BacktestRequest.from_json({"strategy": strategy, "strategy_params": body.get("strategy_params"), **extra})
    chosen = to_strategy(strategy, request.strategy_params)
    return chosen.name, dict(chosen.parameters()), extra


def _name(given: object) -> str:
    if not isinstance(given, str) or not given.strip():
        raise FieldMissing("name")
    if len(given.strip()) > NAME_CHARACTERS:
        raise TextTooLong("name", len(given), NAME_CHARACTERS)
    return given.strip()
