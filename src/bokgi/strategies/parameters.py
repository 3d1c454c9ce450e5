"""Declared parameters of strategies: what a form shows, a grid walks over and a run checks.

Limits are inclusive. `step` is the distance of values in forms and grids; values in between are allowed. A time is text,
"HH:MM" in exchange time, or "close" (the closing-auction price) where a parameter allows it.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import time
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Generic, TypeVar, overload

from bokgi.errors.strategies import ParameterDeclaration, ParameterIsFixed, ParameterWrong
from bokgi.orders.plans import CLOSE_MINUTE

Value = TypeVar("Value", bound=int | float | str)
CLOSE, MIDNIGHT = "close", "24:00"
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::00)?")
_TRUE_WORDS = ("true", "yes", "on", "1", "예")
_FALSE_WORDS = ("false", "no", "off", "0", "아니요")


class ParameterKind(StrEnum):
    INT = "int"
    FLOAT = "float"
    TIME = "time"
    BOOL = "bool"
    CHOICE = "choice"


class Parameter(Generic[Value]):
    """One declared parameter: on the class the declaration, on a strategy its value.

    Parameters
    ----------
    default
        Its type decides the kind: int, float, bool, or text: a time ("10:00", "close"), else a choice.
    low, high, step
        Inclusive limits and the distance in forms and grids, for numbers and times (step of a time in minutes).
    choices
        The allowed words of a choice.
    unit
        Of the value, such as "%" or "bars".
    korean, english
        One line of help each.
    allow_close
        Whether a time may be "close".

    Examples
    --------
    >>> period = Parameter(14, low=2, high=200, english="Bars of the average")
    >>> period.read("20")
    20
    """

    def __init__(
        self,
        default: Value,
        *,
        low: Value | None = None,
        high: Value | None = None,
        step: float | None = None,
        choices: tuple[str, ...] = (),
        unit: str = "",
        korean: str = "",
        english: str = "",
        allow_close: bool = False,
    ) -> None:
        self.name = ""
        self.default = default
        self.low = low
        self.high = high
        self.step = step
        self.choices = choices
        self.unit = unit
        self.korean = korean
        self.english = english
        self.allow_close = allow_close
        self.kind = _kind(default, choices)

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> "Parameter[Value]": ...
    @overload
    def __get__(self, instance: object, owner: type) -> Value: ...
    def __get__(self, instance: object | None, owner: type) -> "Parameter[Value] | Value":
        if instance is None:
            return self
        values: Mapping[str, Any] = getattr(instance, "_values", MappingProxyType({}))
        value: Value = values.get(self.name, self.default)
        return value

    def __set__(self, instance: object, value: object) -> None:
        raise ParameterIsFixed(type(instance).__name__, self.name)

    def check_declaration(self) -> None:
        """Refuse a declaration that contradicts itself.

        Raises
        ------
        ParameterDeclaration
            The limits cross, the step is not above 0, or the default is not allowed.
        """
        if self.step is not None and not self.step > 0:
            raise ParameterDeclaration(self.name, f"step {self.step!r} is not above 0", f"step {self.step!r}이(가) 0보다 크지 않습니다")
        try:
            for value in (self.low, self.high, self.default):
                if value is not None:
                    self.read(value)
        except ParameterWrong as wrong:
            raise ParameterDeclaration(
                self.name,
                f"{wrong.facts['given']} is not {wrong.facts['allowed']}",
                f"{wrong.facts['given']}은(는) 허용 값({wrong.facts['allowed_korean']})이 아닙니다",
            ) from wrong

    def read(self, given: object) -> Value:
        """The value as the strategy gets it, from a value or from text.

        Raises
        ------
        ParameterWrong
            The value has the wrong kind, or is not allowed.
        """
        value = _READERS[self.kind](given)
        if value is None or not self._is_allowed(value):
            english, korean = self.allowed()
            raise ParameterWrong(self.name, given, english, korean)
        return value  # type: ignore[no-any-return]  # the reader of this kind gives this type

    def _is_allowed(self, value: float | str) -> bool:
        if value == CLOSE:
            return self.allow_close
        if self.kind is ParameterKind.CHOICE:
            return value in self.choices
        place = _order(value)
        above = self.low is None or place >= _order(self.low)
        return above and (self.high is None or place <= _order(self.high))

    def allowed(self) -> tuple[str, str]:
        """What is allowed, in English and Korean."""
        if self.kind is ParameterKind.CHOICE:
            words = ", ".join(self.choices)
            return f"one of {words}", f"{words} 중 하나"
        if self.kind is ParameterKind.BOOL:
            return "true or false", "true 또는 false"
        english, korean = _KIND_WORDS[self.kind]
        english, korean = english + _between(self.low, self.high)[0], _between(self.low, self.high)[1] + korean
        if self.unit:
            english, korean = f"{english} [{self.unit}]", f"{korean} [{self.unit}]"
        return (f"{english} or close", f"{korean} 또는 close") if self.allow_close else (english, korean)

    def schema(self) -> dict[str, object]:
        """JSON schema of the value, for a web form; `x-` keys hold what the standard has no word for."""
        schema: dict[str, object] = {**_TYPES[self.kind], "default": self.default, "x-kind": self.kind.value}
        schema.update(self._limits())
        if self.kind is ParameterKind.CHOICE:
            schema["enum"] = list(self.choices)
        if self.kind is ParameterKind.TIME:
            schema["pattern"] = r"^(([01]\d|2[0-3]):[0-5]\d" + ("|close)$" if self.allow_close else ")$")
            schema["x-allow-close"] = self.allow_close
        schema["x-unit"] = self.unit
        schema["x-help"] = {"ko": self.korean, "en": self.english}
        return schema

    def place_of(self, value: float | str) -> float:
        """Where a checked number or time stands among others; "close" is as late as the latest time, without one as midnight."""
        if self.kind is not ParameterKind.TIME:
            return float(value)
        if value == CLOSE:
            return _order(MIDNIGHT if self.high is None else self.high)
        return clock_minute(str(value))

    def _limits(self) -> dict[str, object]:
        low, high = ("x-low", "x-high") if self.kind is ParameterKind.TIME else ("minimum", "maximum")
        limits: dict[str, object] = {low: self.low, high: self.high, "x-step": self.step}
        return {key: limit for key, limit in limits.items() if limit is not None}


def clock_minute(text: str) -> int:
    """Minute of the day of a checked time; `CLOSE_MINUTE` for "close".

    >>> clock_minute("10:00")
    600
    """
    if text == CLOSE:
        return CLOSE_MINUTE
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _kind(default: object, choices: tuple[str, ...]) -> ParameterKind:
    if isinstance(default, bool):
        return ParameterKind.BOOL
    if isinstance(default, int):
        return ParameterKind.INT
    if isinstance(default, float):
        return ParameterKind.FLOAT
    return ParameterKind.CHOICE if choices else ParameterKind.TIME


def _read_int(given: object) -> int | None:
    if isinstance(given, str):
        text = given.strip()
        return int(text) if re.fullmatch(r"[+-]?\d{1,15}", text) else None
    number = _read_float(given)
    return int(number) if number is not None and number == math.floor(number) else None


def _read_float(given: object) -> float | None:
    if isinstance(given, bool):
        return None
    try:
        number = float(given)  # type: ignore[arg-type]  # whatever has a float value: NumPy's numbers, text
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _read_bool(given: object) -> bool | None:
    word = str(given).strip().lower()
    if word in _TRUE_WORDS:
        return True
    return False if word in _FALSE_WORDS else None


def _read_time(given: object) -> str | None:
    if isinstance(given, time):
        return None if given.second or given.microsecond else f"{given.hour:02}:{given.minute:02}"
    word = str(given).strip().lower()
    if word in (CLOSE, "종가"):
        return CLOSE
    match = _CLOCK.fullmatch(word)
    return f"{int(match[1]):02}:{match[2]}" if match else None


def _read_choice(given: object) -> str | None:
    return str(given).strip()


def _order(value: float | str) -> float:
    """Times by their minute, numbers by themselves."""
    return clock_minute(str(_read_time(value) or MIDNIGHT)) if isinstance(value, str) else value


def _between(low: object, high: object) -> tuple[str, str]:
    if low is not None and high is not None:
        return f" from {low} to {high}", f"{low}~{high} 사이의 "
    if low is not None:
        return f" of at least {low}", f"{low} 이상의 "
    return ("", "") if high is None else (f" of at most {high}", f"{high} 이하의 ")


_READERS: dict[ParameterKind, Callable[[object], Any]] = {
    ParameterKind.INT: _read_int,
    ParameterKind.FLOAT: _read_float,
    ParameterKind.TIME: _read_time,
    ParameterKind.BOOL: _read_bool,
    ParameterKind.CHOICE: _read_choice,
}
_TYPES: dict[ParameterKind, dict[str, object]] = {
    ParameterKind.INT: {"type": "integer"},
    ParameterKind.FLOAT: {"type": "number"},
    ParameterKind.TIME: {"type": "string"},
    ParameterKind.BOOL: {"type": "boolean"},
    ParameterKind.CHOICE: {"type": "string"},
}
_KIND_WORDS: dict[ParameterKind, tuple[str, str]] = {
    ParameterKind.INT: ("a whole number", "정수"),
    ParameterKind.FLOAT: ("a number", "숫자"),
    ParameterKind.TIME: ("a time HH:MM", "HH:MM 형식 시각"),
}
