"""What a strategy is: a class with declared parameters that turns bars into wishes.

A strategy defines exactly one of three methods. `signals(panel)` returns entries and exits for all rows at once; `weights(panel)`
returns target weights; `on_bar(context)` is asked at each bar of one instrument. The built-in ones define `plan(panel)` itself.

Rows follow the panel: instrument after instrument, each in time order. A value at a row may use that row and earlier ones of the
panel, in time, and nothing later; the look-ahead check tests it.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from traceback import extract_tb
from types import MappingProxyType, TracebackType
from typing import Any, ClassVar, Self

import numpy as np

from bokgi.bars.panel import Panel
from bokgi.errors.base import BokgiError
from bokgi.errors.strategies import (
    ParameterDeclaration,
    ParametersContradict,
    ParameterUnknown,
    SignalsMalformed,
    StrategyFailed,
    StrategyIncomplete,
)
from bokgi.orders.on_bar import BarContext
from bokgi.orders.plans import OnBarPlan, Plan, SignalPlan, WeightPlan
from bokgi.orders.rules import ExitRules
from bokgi.strategies.parameters import Parameter, ParameterKind
from bokgi.units import BoolArray, FloatArray

PAIR = 2
OWN_METHODS = ("signals", "weights", "on_bar")


@dataclass(frozen=True)
class Signals:
    """Decisions on the close of each bar, filled at the instrument's next traded bar's open.

    entries, exits, short_entries, short_exits : bool[row]; None means never
    exit_rules : stops, targets and limits that the engine applies to the open position
    """

    entries: BoolArray
    exits: BoolArray | None = None
    short_entries: BoolArray | None = None
    short_exits: BoolArray | None = None
    exit_rules: ExitRules = field(default_factory=ExitRules)


class Strategy:
    """Base of all strategies.

    Examples
    --------
    >>> class Breakout(Strategy):
    ...     period = Parameter(20, low=2, high=500, unit="bars", english="Bars of the range")
    ...     def signals(self, panel):
    ...         from bokgi.strategies import indicators
    ...         top = indicators.earlier(panel, indicators.highest(panel, self.period))
    ...         bottom = indicators.earlier(panel, indicators.lowest(panel, self.period))
    ...         return Signals(entries=panel.close > top, exits=panel.close < bottom)
    >>> Breakout(period=50).parameters()
    {'period': 50}
    """

    name: ClassVar[str] = ""
    """In the catalogue; own strategies go by their class."""
    korean: ClassVar[str] = ""
    english: ClassVar[str] = ""
    """What it does, in one sentence each."""
    parameter_order: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Pairs of parameters of which the first must lie below the second, times before it."""
    exit_rules: ExitRules = ExitRules()
    """Of strategies with `on_bar`; others return theirs with the signals."""

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        known = declared(cls)
        for name, parameter in known.items():
            if hasattr(Strategy, name):
                raise ParameterDeclaration(name, "this name is taken by every strategy", "모든 전략이 이미 쓰는 이름입니다")
            parameter.check_declaration()
        _check_order(cls.parameter_order, known)

    def __init__(self, **parameters: object) -> None:
        known = declared(type(self))
        for name in parameters:
            if name not in known:
                raise ParameterUnknown(name_of(type(self)), name, known)
        values = {name: parameter.read(parameters.get(name, parameter.default)) for name, parameter in known.items()}
        self._values: Mapping[str, Any] = MappingProxyType(values)
        self.check()

    def check(self) -> None:
        """Refuse values that are allowed each, but not together; override it where `parameter_order` does not say it.

        Raises
        ------
        ParametersContradict
        """
        for low, high in self.parameter_order:
            check_below(self, low, high)

    def parameters(self) -> dict[str, Any]:
        """All values by name, defaults included; ready for JSON."""
        return dict(self._values)

    def fresh(self) -> Self:
        """A new strategy with the same parameters and no memory."""
        return type(self)(**self._values)

    def signals(self, panel: Panel) -> Signals:
        """Entries and exits of all rows."""
        raise NotImplementedError

    def weights(self, panel: Panel) -> FloatArray:
        """Target weight of equity of all rows, 0..1; NaN leaves the position as it is (shared account only)."""
        raise NotImplementedError

    def on_bar(self, context: BarContext) -> None:
        """Say `context.buy()` or `context.sell()` at one bar, or nothing."""
        raise NotImplementedError

    def plan(self, panel: Panel) -> Plan:
        """What the engine is to do.

        Raises
        ------
        StrategyIncomplete, StrategyFailed, SignalsMalformed
        """
        method = own_method(type(self))
        if method == "on_bar":
            return OnBarPlan(lambda: decider(self.fresh()), self.exit_rules)
        with failures_named(self, method):
            made = getattr(self, method)(read_only(panel))
        if method == "weights":
            return WeightPlan(_weights(self, made, len(panel)))
        return _signal_plan(self, made, len(panel))

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value!r}" for name, value in self._values.items())
        return f"{type(self).__name__}({values})"


def declared(strategy: type[Strategy]) -> dict[str, Parameter[Any]]:
    """The parameters of a class, those of its bases first."""
    found: dict[str, Parameter[Any]] = {}
    for base in reversed(strategy.__mro__):
        own = vars(base).items()
        found.update({name: value for name, value in own if isinstance(value, Parameter)})
        for name in [name for name, value in own if name in found and not isinstance(value, Parameter)]:
            del found[name]
    return found


def name_of(strategy: type[Strategy]) -> str:
    """The catalogue's name, or the name of the class."""
    return strategy.name or strategy.__name__


def parameter_schema(strategy: type[Strategy]) -> dict[str, object]:
    """JSON schema (2020-12) of a class's parameters, in order of declaration, for a form."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": name_of(strategy),
        "type": "object",
        "properties": {name: parameter.schema() for name, parameter in declared(strategy).items()},
        "additionalProperties": False,
        "x-order": [list(pair) for pair in strategy.parameter_order],
        "x-help": {"ko": strategy.korean, "en": strategy.english},
    }


def own_method(strategy: type[Strategy]) -> str:
    """Which of the three methods a class defines.

    Raises
    ------
    StrategyIncomplete
        None, or more than one.
    """
    found = [name for name in OWN_METHODS if getattr(strategy, name) is not getattr(Strategy, name)]
    if len(found) != 1:
        raise StrategyIncomplete(name_of(strategy), found)
    return found[0]


def is_own(strategy: type[Strategy]) -> bool:
    """Whether the class was written by a user (it defines no `plan`)."""
    return strategy.plan is Strategy.plan


def decider(strategy: Strategy) -> Callable[[BarContext], None]:
    """The strategy's `on_bar`; what goes wrong in it is told with its line."""

    def decide(context: BarContext) -> None:
        try:
            strategy.on_bar(context)
        except BokgiError:
            raise
        except Exception as error:
            raise strategy_failure(strategy, "on_bar", error) from error

    return decide


@contextmanager
def failures_named(strategy: Strategy, method: str) -> Iterator[None]:
    """Tell any exception of a user's method as one sentence with file and line."""
    try:
        yield
    except BokgiError:
        raise
    except Exception as error:
        raise strategy_failure(strategy, method, error) from error


def strategy_failure(strategy: Strategy, method: str, error: BaseException) -> StrategyFailed:
    """The sentence for an exception inside a strategy: the last line of its own file that was running."""
    file = getattr(type(strategy), method).__code__.co_filename
    return StrategyFailed(name_of(type(strategy)), file, line_in(file, error.__traceback__), f"{type(error).__name__}: {error}")


def line_in(file: str, trace: TracebackType | None) -> int | None:
    """The innermost line of `file` on a traceback."""
    lines = [entry.lineno for entry in extract_tb(trace) if entry.filename == file]
    return lines[-1] if lines else None


def check_below(strategy: Strategy, low: str, high: str) -> None:
    """Refuse two parameters of which the first is not below the second.

    Raises
    ------
    ParametersContradict
    """
    known, values = declared(type(strategy)), strategy.parameters()
    if not known[low].place_of(values[low]) < known[high].place_of(values[high]):
        relation = ("later than", "늦어야") if known[high].kind is ParameterKind.TIME else ("above", "커야")
        raise ParametersContradict(high, values[high], relation, low, values[low])


def _check_order(order: object, known: Mapping[str, Parameter[Any]]) -> None:
    """Refuse a `parameter_order` that no strategy of the class could be held to.

    Raises
    ------
    ParameterDeclaration
        It is no tuple of pairs, names what is no parameter, compares what has no common order, or the defaults are against it.
    """
    pairs = list(order) if isinstance(order, tuple | list) else [order]
    for pair in pairs:
        if not isinstance(pair, tuple | list) or len(pair) != PAIR or not all(isinstance(name, str) for name in pair):
            given = f"{pair!r} is no pair of names; write ((low, high),)"
            raise ParameterDeclaration("parameter_order", given, f"{pair!r}은(는) 이름 두 개의 쌍이 아닙니다. ((low, high),)처럼 쓰세요")
        for name in pair:
            if name not in known:
                listed = ", ".join(known) or "-"
                raise ParameterDeclaration(
                    "parameter_order",
                    f"{name!r} is no parameter of this strategy; it has {listed}",
                    f"{name!r}은(는) 이 전략의 파라미터가 아닙니다(있는 것: {listed})",
                )
        _check_pair(known[pair[0]], known[pair[1]])


def _check_pair(low: Parameter[Any], high: Parameter[Any]) -> None:
    kinds = {parameter.kind for parameter in (low, high)}
    if kinds != {ParameterKind.TIME} and not kinds <= {ParameterKind.INT, ParameterKind.FLOAT}:
        raise ParameterDeclaration(
            "parameter_order",
            f"{low.name} ({low.kind}) and {high.name} ({high.kind}) have no common order; two numbers or two times have one",
            f"{low.name}({low.kind})와(과) {high.name}({high.kind})은(는) 비교할 수 없습니다. 숫자 둘 또는 시각 둘만 비교합니다",
        )
    if not low.place_of(low.read(low.default)) < high.place_of(high.read(high.default)):
        raise ParameterDeclaration(
            "parameter_order",
            f"by default {low.name} is {low.default!r}, which is not below {high.name} with {high.default!r}",
            f"기본값에서 {low.name}({low.default!r})이(가) {high.name}({high.default!r})보다 작지 않습니다",
        )


def read_only(panel: Panel) -> Panel:
    """The same bars in arrays that cannot be written: a strategy must not change what others see."""
    arrays = {entry.name: getattr(panel, entry.name) for entry in fields(panel)}
    views: dict[str, Any] = {name: _locked(value) for name, value in arrays.items() if isinstance(value, np.ndarray)}
    return replace(panel, **views)


def _locked(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    view = array.view()
    view.flags.writeable = False
    return view


def _signal_plan(strategy: Strategy, made: object, rows: int) -> SignalPlan:
    if not isinstance(made, Signals):
        raise SignalsMalformed(name_of(type(strategy)), "signals", type(made).__name__, "a Signals object", "Signals 객체")
    kinds = {name: getattr(made, name) for name in ("entries", "exits", "short_entries", "short_exits")}
    columns = {name: None if given is None else _column(strategy, name, given, rows, np.dtype(np.bool_)) for name, given in kinds.items()}
    exits = columns["exits"] if columns["exits"] is not None else np.zeros(rows, dtype=np.bool_)
    entries = columns["entries"] if columns["entries"] is not None else np.zeros(rows, dtype=np.bool_)
    return SignalPlan(entries, exits, columns["short_entries"], columns["short_exits"], made.exit_rules)


def _weights(strategy: Strategy, made: object, rows: int) -> FloatArray:
    weights = _column(strategy, "weights", made, rows, np.dtype(np.float64))
    outside = ~np.isnan(weights) & ~((weights >= 0.0) & (weights <= 1.0))
    if outside.any():
        worst = f"{weights[outside][0]} in row {int(np.argmax(outside))}"
        raise SignalsMalformed(name_of(type(strategy)), "weights", worst, "from 0 to 1, or NaN", "0~1 사이의 값 또는 NaN")
    return weights


def _column(strategy: Strategy, name: str, given: object, rows: int, kind: np.dtype[Any]) -> np.ndarray[Any, Any]:
    array = np.asarray(given)
    if array.shape != (rows,) or not np.can_cast(array.dtype, kind, "same_kind") or (kind == np.bool_ and array.dtype != np.bool_):
        given_form = f"{array.dtype.name}{list(array.shape)}"
        word = kind.name.removesuffix("64")
        raise SignalsMalformed(
            name_of(type(strategy)), name, given_form, f"{word}[{rows}], one value a row", f"행마다 값 하나인 {word}[{rows}] 배열"
        )
    return np.ascontiguousarray(array, dtype=kind)
