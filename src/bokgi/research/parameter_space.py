"""Which combinations of parameters are tried: a grid of declared values, or some of them drawn.

Convention: combinations come in order of the grid, the last parameter fastest; drawn ones keep that order. Combinations whose values are
allowed each but not together (a fast average above the slow one) are no trials. Times are minutes of the day in columns.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product
from math import prod
from random import Random
from typing import Any

import numpy as np

from bokgi.errors.requests import FieldInvalid
from bokgi.errors.strategies import ParametersContradict, ParameterUnknown
from bokgi.strategies.parameters import CLOSE, Parameter, ParameterKind, clock_minute
from bokgi.strategies.strategy import Strategy, declared, name_of
from bokgi.units import FloatArray, IntArray

MOST_VALUES = 2_000
MOST_COMBINATIONS = 1_000_000
TRIES = 2_000
"""Combinations that are looked at before a space is refused because its values contradict each other."""
_ALLOWED_TOGETHER = ("values that are allowed together", "함께 쓸 수 있는 값")


@dataclass(frozen=True)
class ParameterSpace:
    """Values by parameter, in the order in which they were given.

    fixed : parameters that stay as they are; chosen : numbers of the combinations of the grid that are tried; None is all of them
    """

    strategy: type[Strategy]
    axes: Mapping[str, tuple[Any, ...]]
    fixed: Mapping[str, Any]
    chosen: tuple[int, ...] | None = None

    @property
    def combinations(self) -> int:
        """How many the grid has, allowed together or not."""
        return prod(len(values) for values in self.axes.values())

    def strategies(self) -> Iterator[tuple[tuple[Any, ...], Strategy]]:
        """Every trial: its values in order of the axes, and the strategy that has them."""
        for values in self._values():
            if (strategy := self._strategy_of(values)) is not None:
                yield values, strategy

    def columns(self) -> dict[str, IntArray | FloatArray]:
        """Values of all trials by parameter; choices by their place in the axis."""
        if self.strategy.check is Strategy.check and self.strategy.__init__ is Strategy.__init__:
            return self._ordered_columns()
        rows = [values for values, _ in self.strategies()]
        return {name: np.array([_number(self.axes[name], values[place]) for values in rows]) for place, name in enumerate(self.axes)}

    def _ordered_columns(self) -> dict[str, IntArray | FloatArray]:
        """The same without making a strategy of each combination, where `parameter_order` says all that is not allowed together."""
        numbers = np.arange(self.combinations) if self.chosen is None else np.array(self.chosen, dtype=np.int64)
        shape = tuple(len(values) for values in self.axes.values())
        places = dict(zip(self.axes, np.unravel_index(numbers, shape), strict=True))
        known, kept = declared(self.strategy), np.ones(len(numbers), dtype=np.bool_)

        def standing(name: str) -> FloatArray:
            parameter = known[name]
            if name in self.axes:
                stand = np.array([parameter.place_of(value) for value in self.axes[name]], dtype=np.float64)
                return stand[places[name]]
            return np.array([parameter.place_of(parameter.read(self.fixed.get(name, parameter.default)))], dtype=np.float64)

        for low, high in self.strategy.parameter_order:
            kept &= standing(low) < standing(high)
        numbered = {name: np.array([_number(values, value) for value in values]) for name, values in self.axes.items()}
        return {name: numbered[name][places[name][kept]] for name in self.axes}

    def words(self) -> dict[str, tuple[str, ...]]:
        """Axes whose values are words; columns hold their places."""
        return {name: values for name, values in self.axes.items() if isinstance(values[0], str) and not _is_time(values[0])}

    def has_trial(self) -> bool:
        """Whether some combination is allowed, looked for in a moment: at the ends of all axes, where one value is farthest from another,
        then among the first of the grid.
        """
        ends = {name: tuple(dict.fromkeys((min(values, key=_rank), max(values, key=_rank)))) for name, values in self.axes.items()}
        places = (place for grid in (ends, self.axes) for place in islice(product(*grid.values()), TRIES))
        return any(self._strategy_of(values) is not None for values in places)

    def _strategy_of(self, values: tuple[Any, ...]) -> Strategy | None:
        try:
            return self.strategy(**{**self.fixed, **dict(zip(self.axes, values, strict=True))})
        except ParametersContradict:
            return None

    def _values(self) -> Iterator[tuple[Any, ...]]:
        every = product(*self.axes.values())
        if self.chosen is None:
            return every
        return self._picked(every)

    def _picked(self, every: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        before = -1
        for number in self.chosen or ():
            yield next(islice(every, number - before - 1, None))
            before = number


def parameter_space(strategy: type[Strategy], given: Mapping[str, Any], fixed: Mapping[str, Any]) -> ParameterSpace:
    """Read a space as a request has it.

    Raises
    ------
    ParameterUnknown, ParameterWrong, FieldInvalid
    """
    known = declared(strategy)
    for name in given:
        if name not in known:
            raise ParameterUnknown(name_of(strategy), name, known)
    axes = {name: axis_of(known[name], values) for name, values in given.items()}
    space = ParameterSpace(strategy, axes, {name: value for name, value in fixed.items() if name not in axes})
    if space.combinations > MOST_COMBINATIONS:
        allowed = f"at most {MOST_COMBINATIONS:,} combinations"
        raise FieldInvalid("space", f"{space.combinations:,}", allowed, f"최대 {MOST_COMBINATIONS:,}개 조합")
    if not space.has_trial():
        raise FieldInvalid("space", dict(given), *_ALLOWED_TOGETHER)
    return space


def drawn_space(space: ParameterSpace, trials: int, seed: int) -> ParameterSpace:
    """Some combinations of a space, each at most once."""
    count = space.combinations
    numbers = sorted(Random(seed).sample(range(count), min(trials, count)))
    return ParameterSpace(space.strategy, space.axes, space.fixed, tuple(numbers))


def checked_columns(space: ParameterSpace) -> dict[str, IntArray | FloatArray]:
    """Values of all trials by parameter.

    Raises
    ------
    FieldInvalid
        Where none of the combinations that were drawn is allowed.
    """
    columns = space.columns()
    if not len(next(iter(columns.values()))):
        raise FieldInvalid("space", {name: list(values) for name, values in space.axes.items()}, *_ALLOWED_TOGETHER)
    return columns


def axis_of(parameter: Parameter[Any], given: object) -> tuple[Any, ...]:
    """Values of one parameter, from a list or from {"low", "high", "step"}; each once, in the order given.

    Raises
    ------
    ParameterWrong, FieldInvalid
    """
    place = f"space.{parameter.name}"
    if isinstance(given, Mapping):
        given = _stepped(parameter, given, place)
    if not isinstance(given, list | tuple) or not given or len(given) > MOST_VALUES:
        allowed = f'a list of 1 to {MOST_VALUES:,} values, or {{"low", "high", "step"}}'
        raise FieldInvalid(place, given if not isinstance(given, list | tuple) else f"{len(given):,} values", allowed)
    return tuple(dict.fromkeys(parameter.read(value) for value in given))


def _stepped(parameter: Parameter[Any], given: Mapping[str, Any], place: str) -> list[Any]:
    if set(given) != {"low", "high", "step"}:
        raise FieldInvalid(place, dict(given), '{"low", "high", "step"}')
    low, high = (_order(parameter.read(given[name])) for name in ("low", "high"))
    step = given["step"]
    if isinstance(step, bool) or not isinstance(step, int | float) or not step > 0 or not low <= high:
        raise FieldInvalid(place, dict(given), "low <= high and a step above 0", "low <= high, step > 0")
    count = int((high - low) / step + 1e-9) + 1
    if count > MOST_VALUES:
        raise FieldInvalid(place, dict(given), f"at most {MOST_VALUES:,} values", f"최대 {MOST_VALUES:,}개")
    return [_value(parameter, low + place_of * step) for place_of in range(count)]


def _order(value: Any) -> float:  # noqa: ANN401  # a number or a time
    return float(clock_minute(value)) if isinstance(value, str) else float(value)


def _value(parameter: Parameter[Any], number: float) -> Any:  # noqa: ANN401  # a number or a time
    if parameter.kind is ParameterKind.TIME:
        return f"{int(number) // 60:02d}:{int(number) % 60:02d}"
    return round(number, 10) if parameter.kind is ParameterKind.FLOAT else int(number)


def _rank(value: Any) -> float:  # noqa: ANN401  # as above
    """Larger is later, or more; words have no order."""
    return float(value) if not isinstance(value, str) else float(clock_minute(value)) if _is_time(value) else 0.0


def _is_time(value: str) -> bool:
    return ":" in value or value == CLOSE


def _number(axis: tuple[Any, ...], value: Any) -> float:  # noqa: ANN401  # as above
    if isinstance(value, bool):
        return int(value)
    if not isinstance(value, str):
        return float(value) if isinstance(value, float) else int(value)
    if _is_time(value):
        return clock_minute(value)
    return axis.index(value)
