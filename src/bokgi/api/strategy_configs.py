"""Strategy configurations that a profile keeps under a name."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from pydantic import Field

from bokgi.api.dependencies import TheApplication, TheProfile
from bokgi.api.errors import ErrorBody
from bokgi.api.json_bodies import Body
from bokgi.api.schemas_backtests import AccountRequest, CostsRequest, FillsRequest
from bokgi.api.schemas_base import Answer, Instant, Request, request_body
from bokgi.data.factors import AdjustFor
from bokgi.records.strategy_configs import StrategyConfigRow
from bokgi.reports.formats import utc_text
from bokgi.services.request import MAXIMUM_CAPITAL, MINIMUM_CAPITAL
from bokgi.services.strategy_configs import EXTRA_FIELDS, NAME_CHARACTERS

router = APIRouter(prefix="/api/strategy-configs", tags=["strategy-configs"])

UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"model": ErrorBody, "description": "No configuration has this id"}}
TAKEN: dict[int | str, dict[str, Any]] = {409: {"model": ErrorBody, "description": "Another configuration has this name"}}
IdInPath = Annotated[str, Path(alias="id", description="Id of the configuration.", examples=["cfg-1"])]


class StrategyConfigRequest(Request):
    """A strategy, its parameters and what else a start request may say."""

    name: str = Field(min_length=1, max_length=NAME_CHARACTERS, description="Unique in the profile.", examples=["아침 매수"])
    strategy: str = Field(description="A name of `GET /api/strategies`.", examples=["daily_trading"])
    strategy_params: dict[str, Any] | None = Field(None, description="By name.", examples=[{"buy_time": "10:00"}])
    interval: str | None = Field(None, examples=["5m"])
    initial_capital: float | None = Field(None, ge=MINIMUM_CAPITAL, le=MAXIMUM_CAPITAL)
    costs: CostsRequest | None = None
    fills: FillsRequest | None = None
    account: AccountRequest | None = None
    risk_free_rate: float | None = Field(None, ge=-0.5, le=1.0)
    adjust: AdjustFor | None = None


class StrategyConfig(Answer):
    """A kept configuration; its fields are those of a start request, null where the default holds."""

    id: str = Field(examples=["cfg-1"])
    name: str
    strategy: str
    strategy_params: dict[str, Any] = Field(description="With every default filled in.")
    interval: str | None
    initial_capital: float | None
    costs: dict[str, Any] | None
    fills: dict[str, Any] | None
    account: dict[str, Any] | None
    risk_free_rate: float | None
    adjust: AdjustFor | None
    created_at: Instant
    updated_at: Instant


class StrategyConfigsAnswer(Answer):
    """All configurations of the profile, by name."""

    count: int = Field(ge=0)
    configs: list[StrategyConfig]


class RemovedAnswer(Answer):
    """It is gone."""

    success: Literal[True] = True


def config_of(row: StrategyConfigRow) -> StrategyConfig:
    """A row as its schema."""
    kept = {name: row.extra.get(name) for name in EXTRA_FIELDS}
    times = {"created_at": utc_text(row.created_at), "updated_at": utc_text(row.updated_at)}
    known = {"id": row.id, "name": row.name, "strategy": row.strategy, "strategy_params": dict(row.params)}
    return StrategyConfig.model_validate(known | kept | times)


@router.get("", operation_id="listStrategyConfigs")
def list_strategy_configs(application: TheApplication, profile: TheProfile) -> StrategyConfigsAnswer:
    """All configurations of the profile."""
    configs = [config_of(row) for row in application.configs.all(profile)]
    return StrategyConfigsAnswer(count=len(configs), configs=configs)


@router.post("", operation_id="saveStrategyConfig", openapi_extra=request_body(StrategyConfigRequest))
def save_strategy_config(application: TheApplication, profile: TheProfile, body: Body) -> StrategyConfig:
    """Keep a configuration; one of the same name is replaced."""
    return config_of(application.configs.save(profile, body))


@router.put("/{id}", operation_id="changeStrategyConfig", responses=UNKNOWN | TAKEN, openapi_extra=request_body(StrategyConfigRequest))
def change_strategy_config(application: TheApplication, profile: TheProfile, number: IdInPath, body: Body) -> StrategyConfig:
    """Put a configuration in the place of this one, its name too."""
    return config_of(application.configs.update(profile, number, body))


@router.delete("/{id}", operation_id="deleteStrategyConfig", responses=UNKNOWN)
def delete_strategy_config(application: TheApplication, profile: TheProfile, number: IdInPath) -> RemovedAnswer:
    """Remove a configuration."""
    application.configs.delete(profile, number)
    return RemovedAnswer()
