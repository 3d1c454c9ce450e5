"""Market-wide halts: circuit breakers by board.

Convention: minutes of the day in exchange time, `[start, end)`. The halt begins with the first whole minute after the trigger; it
ends with the minute in which the call auction after it prints. A bar that lies inside is missing for a reason.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

from bokgi.market.dated import Row, rows_of, to_minute
from bokgi.market.instruments import Board


@dataclass(frozen=True, slots=True)
class CircuitBreaker:
    """One halt of one board; `triggered` is the announced clock time (HH:MM or HH:MM:SS)."""

    day: date
    board: Board
    triggered: str
    start_minute: int
    end_minute: int


def circuit_breakers(first: date, last: date, board: Board | None = None) -> tuple[CircuitBreaker, ...]:
    """Halts from `first` to `last`, both inclusive, of one board or of all."""
    return tuple(halt for halt in _all() if first <= halt.day <= last and board in (None, halt.board))


def halted_minutes(day: date, board: Board) -> list[tuple[int, int]]:
    """Minutes `[start, end)` of the day in which nothing traded on the board."""
    return [(halt.start_minute, halt.end_minute) for halt in circuit_breakers(day, day, board)]


@cache
def _all() -> tuple[CircuitBreaker, ...]:
    return tuple(_breaker(row) for row in rows_of("circuit_breakers"))


def _breaker(row: Row) -> CircuitBreaker:
    trigger = to_minute(row["triggered_at"])
    end = trigger + int(row["halt_minutes"]) + int(row["auction_minutes"])
    return CircuitBreaker(date.fromisoformat(row["day"]), Board(row["board"]), row["triggered_at"], trigger + 1, end)
