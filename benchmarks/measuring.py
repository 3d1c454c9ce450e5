"""How times are taken: candidates run in turns, so that a busy moment of the machine meets all of them; the median is judged.

Convention: seconds of wall time. A first round of every candidate is not counted (compilation, caches of files).
"""

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of all rounds, in their order."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.seconds)

    def words(self) -> str:
        """Median and span, e.g. `0.61 s (0.60-0.65, 5 runs)`."""
        unit, scale = next(
            (unit, scale) for unit, scale in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)) if self.median * scale >= 1 or unit == "µs"
        )
        low, high = min(self.seconds) * scale, max(self.seconds) * scale
        return f"{_digits(self.median * scale)} {unit} ({_digits(low)}-{_digits(high)}, {len(self.seconds)} runs)"


def _digits(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def timed(work: Callable[[], Any]) -> float:
    """Seconds that the work took."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def alternating(candidates: Mapping[str, Callable[[], Any]], rounds: int, repeats: Mapping[str, int] | None = None) -> dict[str, Timing]:
    """Time every candidate in each round, in turns.

    repeats : calls of a candidate in one round, for those too short to time once; the round counts the mean of a call
    """
    calls = {name: (repeats or {}).get(name, 1) for name in candidates}
    for work in candidates.values():
        work()
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, work in candidates.items():
            gc.collect()
            seconds[name].append(timed(partial(_repeated, work, calls[name])) / calls[name])
    return {name: Timing(tuple(values)) for name, values in seconds.items()}


def _repeated(work: Callable[[], Any], times: int) -> None:
    for _ in range(times):
        work()
