"""Equity as plain JSON values: at session ends with its benchmarks, and on bars, all of them or as many as a screen can show.

Convention: money that is whole is an integer; drawdown is a fraction, 0 or below; instants are ISO 8601 in UTC with milliseconds and Z.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from bokgi.metrics.drawdown import drawdown_series
from bokgi.reports.formats import utc_text_of_micros
from bokgi.reports.result_body import whole
from bokgi.reports.run_record import RunRecord
from bokgi.reports.trade_table import wholes
from bokgi.units import MICROS_PER_MINUTE, DayArray, FloatArray, IntArray, ShortArray

_POINTS_A_STRETCH = 5


@dataclass(frozen=True, slots=True)
class EquityCurve:
    """Equity at session ends.

    days : datetime64[D][session]; benchmarks : name, Korean and English words; equities : float64[session] by name of the benchmark
    """

    initial_equity: float
    days: DayArray
    equity: FloatArray
    benchmarks: Sequence[tuple[str, str, str]]
    equities: Mapping[str, FloatArray]

    def to_json(self) -> dict[str, Any]:
        return {
            "initial_equity": whole(self.initial_equity),
            "session": np.datetime_as_string(self.days, unit="D").tolist(),
            "equity": wholes(self.equity),
            "drawdown": drawdown_series(self.equity, self.initial_equity).tolist(),
            "benchmarks": [self._benchmark(*words) for words in self.benchmarks],
        }

    def _benchmark(self, name: str, korean: str, english: str) -> dict[str, Any]:
        return {"name": name, "korean": korean, "english": english, "equity": wholes(self.equities[name])}


@dataclass(frozen=True, slots=True)
class BarCurve:
    """Equity on bars; arrays as in `Simulation`, midnight_at : int64[session] [µs]."""

    initial_equity: float
    equity: FloatArray
    slot_session: ShortArray
    slot_minute: ShortArray
    midnight_at: IntArray

    def to_json(self, points: int | None = None) -> dict[str, Any]:
        """All slots, or at most `points` of them with every extreme; `all` says how many there are."""
        drawdown = drawdown_series(self.equity, self.initial_equity)
        kept = reduced(self.equity, drawdown, len(self.equity) if points is None else points)
        at = self.midnight_at[self.slot_session[kept]] + self.slot_minute[kept].astype(np.int64) * MICROS_PER_MINUTE
        return {
            "at": [utc_text_of_micros(instant) for instant in at.tolist()],
            "equity": wholes(self.equity[kept]),
            "drawdown": drawdown[kept].tolist(),
            "all": len(self.equity),
        }


def curves_of(record: RunRecord) -> tuple[EquityCurve, BarCurve]:
    """Return both curves of a run."""
    simulation, sessions = record.simulation, record.panel.sessions
    words = [(row.name, row.korean, row.english) for row in record.benchmarks]
    equities = {row.name: row.session_equity for row in record.benchmarks}
    ends = EquityCurve(simulation.initial_equity, sessions.day, simulation.session_equity, words, equities)
    slots = (simulation.equity, simulation.slot_session, simulation.slot_minute)
    return ends, BarCurve(simulation.initial_equity, *slots, sessions.midnight_at)


def reduced(equity: FloatArray, drawdown: FloatArray, points: int) -> IntArray:
    """Places of at most `points` slots: of every stretch of time the first, highest, lowest, deepest and last."""
    if len(equity) <= points:
        return np.arange(len(equity))
    edges = np.linspace(0, len(equity), max(points // _POINTS_A_STRETCH, 1) + 1).astype(np.int64).tolist()
    kept: set[int] = set()
    for start, end in pairwise(edges):
        piece = equity[start:end]
        kept |= {start, end - 1, *(start + int(place) for place in (piece.argmax(), piece.argmin(), drawdown[start:end].argmin()))}
    return np.array(sorted(kept), dtype=np.int64)
