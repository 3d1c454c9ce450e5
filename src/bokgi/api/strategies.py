"""The catalogue of strategies, as forms need it."""

from typing import Any

from fastapi import APIRouter
from pydantic import Field

from bokgi.api.schemas_base import Answer
from bokgi.strategies.catalog import CATALOG

router = APIRouter(tags=["strategies"])


class BothLanguages(Answer):
    """Words in Korean and English."""

    ko: str
    en: str


class StrategyEntry(Answer):
    """A strategy: its name in requests, its words, and the JSON schema of its parameters."""

    name: str = Field(examples=["daily_trading"])
    words: BothLanguages
    help: BothLanguages
    parameters: dict[str, Any] = Field(description="JSON schema of `strategy_params`; `x-` keys hold steps, units and help.")


class StrategiesAnswer(Answer):
    """All strategies that a backtest may name."""

    strategies: list[StrategyEntry]


@router.get("/api/strategies", operation_id="listStrategies")
async def list_strategies() -> StrategiesAnswer:
    """The strategies with their parameters: types, limits, defaults, help in both languages."""
    return StrategiesAnswer(strategies=[StrategyEntry.model_validate(entry.to_json()) for entry in CATALOG.values()])
