"""Everything that a report may say about one run, put together by the service that ran it.

Convention: mappings hold plain JSON values (no NumPy, no dates, no NaN) and are passed into the result body as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bokgi.bars.panel import Panel
from bokgi.metrics.equity import EquityFigures
from bokgi.metrics.session_moves import SessionMoves
from bokgi.metrics.summary import Summary
from bokgi.orders.simulation import Simulation
from bokgi.units import FloatArray


class RunStatus(StrEnum):
    """The states of a run, as the API names them."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the data hold of one stock in the period."""

    code: str
    bars: int
    traded_bars: int
    sessions_with_bars: int
    first_session: str | None = None
    last_session: str | None = None


@dataclass(frozen=True)
class PanelFacts:
    """What a result says of its data.

    faults : each fault with its kind, severity, code, count, first, last, example and both sentences
    adjustments : what was changed to the data, as plain objects
    sources : names of the sources, in order
    """

    interval: str
    coverage: tuple[Coverage, ...] = ()
    faults: Sequence[Mapping[str, Any]] = ()
    adjustments: Sequence[Mapping[str, Any]] = ()
    sources: tuple[str, ...] = ()
    synthetic: bool = False


@dataclass(frozen=True)
class Benchmark:
    """Something to beat, beside the run.

    name : stable key such as `buy_and_hold`, `cash`, `kospi200`; session_equity : float64[session], scaled to the run's E0
    """

    name: str
    korean: str
    english: str
    session_equity: FloatArray
    figures: EquityFigures


@dataclass(frozen=True)
class RunRecord:
    """One run and what came of it.

    backtest_id : None for runs at the command line that were given none
    request : the resolved request, as JSON values
    lookahead : what was checked and found; None for strategies that are proved in tests
    manifest : everything that is needed to compute the result again; the result hash is added by the caller
    partial : the run was cancelled, and this is what was finished; unfinished : codes of the other stocks, which count nowhere
    """

    backtest_id: str | None
    status: RunStatus
    request: Mapping[str, Any]
    panel: Panel
    facts: PanelFacts
    simulation: Simulation
    summary: Summary
    completed_at: datetime
    benchmarks: tuple[Benchmark, ...] = ()
    lookahead: Mapping[str, Any] | None = None
    manifest: Mapping[str, Any] = field(default_factory=dict)
    partial: bool = False
    slippage: tuple[tuple[int, float], ...] = ()
    """(ticks, total return) of the same run at other slippages."""
    session_moves: tuple[SessionMoves, ...] = ()
    """Overnight against intraday of every stock."""
    unfinished: tuple[str, ...] = ()

    @property
    def initial_capital(self) -> float:
        """Of each account, or of the shared one."""
        return float(self.request["initial_capital"])
