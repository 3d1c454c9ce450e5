"""A request for a search, in the words of the API, and its way to JSON and back.

Convention: a search is a backtest whose parameters are searched for: every field of a backtest means the same here. `strategy_params` are
the parameters that stay fixed, and the default that the optimum is compared with.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from bokgi.errors.requests import FieldInvalid
from bokgi.orders.rules import AccountMode
from bokgi.services.request import KNOWN_FIELDS as BACKTEST_FIELDS
from bokgi.services.request import SERVICE_FIELDS, BacktestRequest, check_fields

MOST_TRIALS = 1_000_000
DEFAULT_TRIALS = 1_000
SEARCH_FIELDS = ("method", "space", "trials", "honesty")
UNUSED_FIELDS = ("check_all",)
KNOWN_FIELDS = (*(name for name in BACKTEST_FIELDS if name not in UNUSED_FIELDS), *SEARCH_FIELDS)
CLOCK_STRATEGY = "daily_trading"


class Method(StrEnum):
    """How trials are chosen."""

    EXHAUSTIVE = "exhaustive"
    """Every pair of times that a stock's own bars offer; of `daily_trading` alone."""
    GRID = "grid"
    """Every combination of the values in `space`."""
    RANDOM = "random"
    """`trials` combinations drawn from `space`, each once."""


@dataclass(frozen=True)
class SearchRequest:
    """What a person asks for.

    Attributes
    ----------
    base : the backtest of the default parameters
    space : values by parameter, each a list, or {"low", "high", "step"}
    trials : most combinations of `random`
    honesty : whether the figures of belief are computed, or the trials alone
    """

    base: BacktestRequest
    method: Method
    space: Mapping[str, Any] = field(default_factory=dict)
    trials: int = DEFAULT_TRIALS
    honesty: bool = True

    def __post_init__(self) -> None:
        if self.base.account.mode is not AccountMode.PER_STOCK:
            raise FieldInvalid("account.mode", str(self.base.account.mode), "per_stock: a search judges each stock by itself", "per_stock")
        if self.method is Method.EXHAUSTIVE and self.base.strategy != CLOCK_STRATEGY:
            allowed = f"grid or random with a space; exhaustive is for {CLOCK_STRATEGY}"
            raise FieldInvalid("method", self.method.value, allowed, f"grid, random (space 필요). exhaustive는 {CLOCK_STRATEGY} 전용")
        if self.method is Method.EXHAUSTIVE and self.space:
            raise FieldInvalid("space", dict(self.space), "nothing with the method exhaustive", "exhaustive에서는 쓰지 않음")
        if self.method is not Method.EXHAUSTIVE and not self.space:
            allowed = 'values by parameter, such as {"buy_time": ["09:10", "10:00"]} or {"fast": {"low": 5, "high": 50, "step": 5}}'
            raise FieldInvalid("space", {}, allowed)

    def with_base(self, base: BacktestRequest) -> "SearchRequest":
        """The same search of another backtest."""
        return replace(self, base=base)

    def with_codes(self, codes: tuple[str, ...]) -> "SearchRequest":
        """The same search of other stocks."""
        return replace(self, base=replace(self.base, codes=codes))

    def to_json(self) -> dict[str, Any]:
        """The request as JSON values; `from_json` reads it back."""
        own = {"method": self.method.value, "space": dict(self.space), "trials": self.trials, "honesty": self.honesty}
        return {name: value for name, value in self.base.to_json().items() if name not in UNUSED_FIELDS} | own

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> "SearchRequest":
        """Read a request; every field that is wrong is named.

        Raises
        ------
        FieldInvalid, CodesInvalid, PeriodReversed, UnknownInterval
        """
        check_fields("", body, (*KNOWN_FIELDS, *SERVICE_FIELDS))
        base = BacktestRequest.from_json({name: value for name, value in body.items() if name not in SEARCH_FIELDS})
        usual = Method.EXHAUSTIVE if base.strategy == CLOCK_STRATEGY and not body.get("space") else Method.GRID
        return cls(
            base=base,
            method=_method(body.get("method", usual)),
            space=_space(body.get("space")),
            trials=_trials(body.get("trials", DEFAULT_TRIALS)),
            honesty=_honesty(body.get("honesty", True)),
        )


def _method(given: object) -> Method:
    if given not in [method.value for method in Method]:
        raise FieldInvalid("method", given, ", ".join(Method))
    return Method(given)


def _space(given: object) -> Mapping[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise FieldInvalid("space", given, "an object of parameters and their values", "매개변수와 값 목록으로 된 객체")
    return given


def _trials(given: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= MOST_TRIALS:
        raise FieldInvalid("trials", given, f"a whole number from 1 to {MOST_TRIALS:,}", f"1~{MOST_TRIALS:,}인 정수")
    return given


def _honesty(given: object) -> bool:
    if not isinstance(given, bool):
        raise FieldInvalid("honesty", given, "true or false", "true 또는 false")
    return given
