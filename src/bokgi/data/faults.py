"""Faults of data: what is wrong or unusual in bars, one catalogue for import, runs and screens."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Severity(StrEnum):
    """`note`: genuine and explained (a circuit breaker, half ticks); `warning`: results may suffer; `error`: rows were refused."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Fault:
    """One finding about one series (`code` empty: the whole market), summed over its rows.

    kind : key of `FAULT_KINDS`; count : rows, bars or sessions concerned; first, last : sessions concerned
    example : the first case in words and numbers, already readable ("2026-02-02", "10:00 open 18,015")
    """

    kind: str
    code: str
    count: int
    first: date | None = None
    last: date | None = None
    example: str = ""


@dataclass(frozen=True, slots=True)
class FaultKind:
    """Severity and the words; templates may use {code} {count} {first} {last} {example}."""

    severity: Severity
    korean: str
    english: str
