"""A request for a backtest, in the words of the API, and its way to JSON and back.

The JSON form is what `POST /api/backtest/start` takes and what a manifest keeps: reading back what was
written gives an equal request.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from bokgi.bars.interval import Interval
from bokgi.data.factors import AdjustFor, Factors, factors_from_json, factors_to_json
from bokgi.errors.requests import CodesInvalid, FieldInvalid, PeriodReversed
from bokgi.market.codes import is_code, normalised_code
from bokgi.orders.rules import AccountMode, AccountRules, CostRules, ExecutionRules, Market, Reinvest, Unpriced

Choice = TypeVar("Choice", bound=StrEnum)

MAXIMUM_CAPITAL = 1_000_000_000_000
MINIMUM_CAPITAL = 1
KNOWN_FIELDS = (
    "strategy",
    "strategy_params",
    "stock_codes",
    "start_date",
    "end_date",
    "initial_capital",
    "interval",
    "costs",
    "fills",
    "account",
    "risk_free_rate",
    "seed",
    "check_all",
    "raw_data",
    "adjust",
)
"""Fields that a person may give."""
SERVICE_FIELDS = ("universe", "factors")


@dataclass(frozen=True)
class BacktestRequest:
    """What a person asks for; None means the default that semantics names.

    strategy : a name of the catalogue, or `file.py:Class`
    start, end : sessions, both inclusive; by default the last 60 sessions in the data
    interval : by default the finest that the store has for all chosen stocks
    raw_data : bars as their source sent them, without repairs
    adjust : what is taken out of prices by the factors that the master knows; None: prices as they are stored
    factors : what that means for each code, when the request was resolved; the service sets it, a person does not
    universe : where the stocks of a whole market came from, with its faults (`Universe.to_json`); the service sets it, a person does not
    """

    strategy: str
    codes: tuple[str, ...]
    strategy_params: Mapping[str, Any] = field(default_factory=dict)
    start: date | None = None
    end: date | None = None
    interval: Interval | None = None
    execution: ExecutionRules = field(default_factory=ExecutionRules)
    account: AccountRules = field(default_factory=AccountRules)
    risk_free_rate: float = 0.0
    seed: int = 0
    check_all: bool = False
    raw_data: bool = False
    adjust: AdjustFor | None = None
    factors: Factors | None = None
    universe: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        wrong = [code for code in self.codes if not is_code(code)] if self.execution.market is Market.KRX else []
        if wrong:
            raise CodesInvalid(wrong)
        if self.start and self.end and self.start > self.end:
            raise PeriodReversed(self.start, self.end)
        _check_number("initial_capital", self.account.initial_capital, MINIMUM_CAPITAL, MAXIMUM_CAPITAL)
        if self.execution.market is Market.KRX and not float(self.account.initial_capital).is_integer():
            raise FieldInvalid("initial_capital", self.account.initial_capital, "whole won under krx", "krx에서는 원 단위 정수")
        _check_number("risk_free_rate", self.risk_free_rate, -0.5, 1.0)

    def to_json(self) -> dict[str, Any]:
        """The request as JSON values; `from_json` reads it back."""
        return {
            "strategy": self.strategy,
            "strategy_params": dict(self.strategy_params),
            "stock_codes": list(self.codes),
            "start_date": self.start.isoformat() if self.start else None,
            "end_date": self.end.isoformat() if self.end else None,
            "initial_capital": self.account.initial_capital,
            "interval": str(self.interval) if self.interval else None,
            "costs": _values(self.execution.costs),
            "fills": {key: value for key, value in _values(self.execution).items() if key != "costs"},
            "account": {key: value for key, value in _values(self.account).items() if key != "initial_capital"},
            "risk_free_rate": self.risk_free_rate,
            "seed": self.seed,
            "check_all": self.check_all,
            **({"raw_data": True} if self.raw_data else {}),
            **({"adjust": self.adjust.value} if self.adjust else {}),
            **({} if self.factors is None else {"factors": factors_to_json(self.factors)}),
            **({} if self.universe is None else {"universe": dict(self.universe)}),
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> "BacktestRequest":
        """Read a request; every field that is wrong is named.

        Raises
        ------
        FieldInvalid, CodesInvalid, PeriodReversed, UnknownInterval
        """
        check_fields("", body, (*KNOWN_FIELDS, *SERVICE_FIELDS))
        interval = body.get("interval")
        return cls(
            strategy=_text("strategy", body.get("strategy")),
            codes=_codes(body.get("stock_codes", ())),
            strategy_params=_mapping("strategy_params", body.get("strategy_params")),
            start=_date("start_date", body.get("start_date")),
            end=_date("end_date", body.get("end_date")),
            interval=Interval.from_text(_text("interval", interval)) if interval is not None else None,
            execution=execution_from_json(_mapping("fills", body.get("fills")), _mapping("costs", body.get("costs"))),
            account=account_from_json(_mapping("account", body.get("account")), body.get("initial_capital")),
            risk_free_rate=_number("risk_free_rate", body.get("risk_free_rate", 0.0), -0.5, 1.0),
            seed=_whole("seed", body.get("seed", 0), 0, 2**31 - 1),
            check_all=_boolean("check_all", body.get("check_all", False)),
            raw_data=_boolean("raw_data", body.get("raw_data", False)),
            adjust=_choice("adjust", body["adjust"], AdjustFor) if body.get("adjust") is not None else None,
            factors=factors_from_json(body["factors"]) if "factors" in body else None,
            universe=_mapping("universe", body["universe"]) if "universe" in body else None,
        )


def execution_from_json(fills: Mapping[str, Any], costs: Mapping[str, Any]) -> ExecutionRules:
    """Execution rules from the `fills` and `costs` objects of a request."""
    check_fields("fills", fills, [entry.name for entry in fields(ExecutionRules) if entry.name != "costs"])
    rules = ExecutionRules(
        market=_choice("fills.market", fills.get("market", Market.KRX), Market),
        costs=costs_from_json(costs),
        max_wait_minutes=_whole("fills.max_wait_minutes", fills.get("max_wait_minutes", 10), 0, 390),
        slippage_ticks=_whole("fills.slippage_ticks", fills.get("slippage_ticks", 0), 0, 100),
        slippage_bps=_number("fills.slippage_bps", fills.get("slippage_bps", 0.0), 0.0, 1_000.0),
        unpriced=_choice("fills.unpriced", fills.get("unpriced", Unpriced.REFUSE), Unpriced),
        fractional_shares=_boolean("fills.fractional_shares", fills.get("fractional_shares", False)),
    )
    if rules.slippage_ticks and rules.slippage_bps:
        raise FieldInvalid(
            "fills.slippage_bps",
            rules.slippage_bps,
            "either slippage_ticks or slippage_bps, not both",
            "slippage_ticks와 slippage_bps 중 하나만",
        )
    return rules


def costs_from_json(costs: Mapping[str, Any]) -> CostRules:
    """Cost rules from the `costs` object of a request."""
    check_fields("costs", costs, [entry.name for entry in fields(CostRules)])
    tax = costs.get("fixed_tax_ppm")
    unit = _whole("costs.commission_unit_krw", costs.get("commission_unit_krw", 1), 1, 10)
    if unit not in (1, 10):
        raise FieldInvalid("costs.commission_unit_krw", unit, "1 or 10", "1 또는 10")
    return CostRules(
        commission_ppm=_whole("costs.commission_ppm", costs.get("commission_ppm", 110), 0, 50_000),
        commission_on_buy=_boolean("costs.commission_on_buy", costs.get("commission_on_buy", True)),
        fixed_tax_ppm=None if tax is None else _whole("costs.fixed_tax_ppm", tax, 0, 50_000),
        commission_unit_krw=unit,
        plain_fee_ratio=_number("costs.plain_fee_ratio", costs.get("plain_fee_ratio", 0.0), 0.0, 0.1),
    )


def account_from_json(account: Mapping[str, Any], capital: object) -> AccountRules:
    """Account rules from the `account` object and `initial_capital` of a request."""
    check_fields("account", account, [entry.name for entry in fields(AccountRules) if entry.name != "initial_capital"])
    fraction = account.get("position_fraction")
    return AccountRules(
        mode=_choice("account.mode", account.get("mode", AccountMode.PER_STOCK), AccountMode),
        initial_capital=_capital(10_000_000 if capital is None else capital),
        reinvest=_choice("account.reinvest", account.get("reinvest", Reinvest.COMPOUND), Reinvest),
        position_fraction=None if fraction is None else _number("account.position_fraction", fraction, 1e-6, 1.0),
    )


def _values(rules: object) -> dict[str, Any]:
    return {entry.name: getattr(rules, entry.name) for entry in fields(rules)}  # type: ignore[arg-type]  # always a dataclass


def _capital(given: object) -> float:
    number = _number("initial_capital", given, MINIMUM_CAPITAL, MAXIMUM_CAPITAL)
    return int(number) if number == int(number) else number


def _check_number(name: str, number: float, low: float, high: float) -> None:
    if not low <= number <= high:
        raise FieldInvalid(name, number, f"{low:,} to {high:,}", f"{low:,}~{high:,}")


def _number(name: str, given: object, low: float, high: float) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise FieldInvalid(name, given, f"a number from {low:,} to {high:,}", f"{low:,}~{high:,}인 수")
    _check_number(name, given, low, high)
    return given


def _whole(name: str, given: object, low: int, high: int) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not low <= given <= high:
        raise FieldInvalid(name, given, f"a whole number from {low:,} to {high:,}", f"{low:,}~{high:,}인 정수")
    return given


def _boolean(name: str, given: object) -> bool:
    if not isinstance(given, bool):
        raise FieldInvalid(name, given, "true or false", "true 또는 false")
    return given


def _text(name: str, given: object) -> str:
    if not isinstance(given, str) or not given.strip():
        raise FieldInvalid(name, given, "a text", "문자열")
    return given.strip()


def _date(name: str, given: object) -> date | None:
    if given is None:
        return None
    try:
        return date.fromisoformat(given)  # type: ignore[arg-type]  # what is no text raises TypeError
    except (TypeError, ValueError) as problem:
        raise FieldInvalid(name, given, "a day such as 2025-10-16", "2025-10-16 같은 날짜") from problem


def _choice(name: str, given: object, kind: type[Choice]) -> Choice:
    allowed = [member.value for member in kind]
    if given not in allowed:
        raise FieldInvalid(name, given, ", ".join(allowed))
    return kind(given)


def _mapping(name: str, given: object) -> Mapping[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise FieldInvalid(name, given, "an object of names and values", "이름과 값으로 된 객체")
    return given


def _codes(given: object) -> tuple[str, ...]:
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise FieldInvalid("stock_codes", given, "a list of codes", "종목코드 목록")
    wrong = [str(code) for code in given if not isinstance(code, str)]
    if wrong:
        raise CodesInvalid(wrong)
    return tuple(dict.fromkeys(normalised_code(code) for code in given))


def check_fields(place: str, given: Mapping[str, Any], known: Sequence[str]) -> None:
    """Refuse a name that nobody knows: a mistyped field must not be ignored."""
    for name in given:
        if name not in known:
            path, names = f"{place}.{name}" if place else name, ", ".join(known)
            raise FieldInvalid(path, given[name], f"no such field; known: {names}", f"없는 항목입니다. 있는 항목: {names}")


def check_costs(execution: ExecutionRules) -> None:
    """A cost that the market does not know must not be swallowed: the user would believe that it was paid."""
    costs, usual = execution.costs, CostRules()
    if execution.market is Market.KRX and costs.plain_fee_ratio:
        raise FieldInvalid("plain_fee_ratio", costs.plain_fee_ratio, "0 under krx (give commission_ppm)", "krx에서는 0")
    won = replace(costs, plain_fee_ratio=usual.plain_fee_ratio)
    if execution.market is Market.PLAIN and won != usual:
        raise FieldInvalid("commission_ppm, tax", "market plain", "plain_fee_ratio alone under plain", "plain에서는 plain_fee_ratio만")
