"""From a panel and a strategy to figures, with nothing but arrays: what the command line, the Python interface and `verify` share.

The result depends on its arguments alone: no clock, no store, no settings.
"""

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any, TypeVar

import numpy as np

from bokgi.bars.panel import Panel
from bokgi.engine.parts import Assembly, Cancelled, Checkpoint, Part, Step
from bokgi.engine.simulate import Work
from bokgi.engine.walks import Pass
from bokgi.errors.requests import SlippageWithoutTicks
from bokgi.errors.runs import RunCancelled
from bokgi.market.instruments import Instrument
from bokgi.metrics.equity import equity_figures
from bokgi.metrics.summary import Summary, sessions_per_year_of, summarize
from bokgi.orders.market_terms import market_terms
from bokgi.orders.plans import OnBarPlan, Plan, SignalPlan
from bokgi.orders.rules import AccountMode, AccountRules, ExecutionRules, Market
from bokgi.orders.simulation import Simulation
from bokgi.reports.run_record import Benchmark
from bokgi.services.interruptible import interruptible
from bokgi.services.request import check_costs
from bokgi.strategies.lookahead import check_lookahead
from bokgi.strategies.strategy import Strategy, is_own

__all__ = ["Computation", "OnStep", "Step", "before_parts", "carry_out", "compute", "figures_of", "index_benchmark"]

SLIPPAGE_TICKS = (0, 1, 2)
COVERED = 0.95
"""Share of sessions with a close that an index needs; the last close stands in for the few others."""
OnStep = Callable[[Step], None]
Prepared = TypeVar("Prepared")
_HOLD = 1
"""Number of the pass that holds the same stocks; the run itself is 0, other slippages follow."""


@dataclass(frozen=True)
class Computation:
    """slippage : (ticks, total return) of the same run at 0, 1 and 2 ticks; empty under `plain`
    lookahead : what was checked, as JSON values; None for built-in strategies, which are proved in tests
    unfinished : codes that a cancelled run had not finished; they count nowhere, not in E0 either
    """

    simulation: Simulation
    summary: Summary
    benchmarks: tuple[Benchmark, ...]
    slippage: tuple[tuple[int, float], ...]
    lookahead: dict[str, Any] | None
    unfinished: tuple[str, ...] = ()

    @property
    def is_partial(self) -> bool:
        return bool(self.unfinished)


def compute(
    panel: Panel,
    strategy: Strategy,
    execution: ExecutionRules,
    account: AccountRules,
    *,
    risk_free_rate: float = 0.0,
    seed: int = 0,
    check_all: bool = False,
    checkpoint: Checkpoint | None = None,
    on_step: OnStep | None = None,
    cancelled: Cancelled | None = None,
) -> Computation:
    """Run a strategy over a panel and judge it.

    Parameters
    ----------
    checkpoint : where finished parts are kept and found again; what comes out does not depend on it
    on_step : told after each part that was finished; in an account that stocks share, while it goes on
    cancelled : whether to stop; a run that had finished some stocks is then judged by those alone

    Raises
    ------
    StrategyLooksAhead, StrategyNotRepeatable, StrategyFailed
        An own strategy knows what it cannot know, or stops with an error.
    RunCancelled
        `cancelled` said so before the first stock was finished.
    """
    check_slippage(panel, execution)
    check_costs(execution)
    total = len(panel.instruments)

    def prepared(asked: Cancelled | None) -> tuple[dict[str, Any] | None, Work]:
        lookahead = interruptible(lambda: _checked_lookahead(strategy, panel, seed, check_all), asked, total)
        terms = market_terms(panel, execution, cancelled=asked)
        plan = interruptible(lambda: strategy.plan(panel), asked, total)
        return lookahead, interruptible(lambda: Work(panel, _passes(panel, plan, execution, account), terms, account), asked, total)

    lookahead, work = before_parts(prepared, cancelled, checkpoint)
    carry_out(work, checkpoint, on_step, cancelled)
    simulation, unfinished = work.assembly.simulation(), work.assembly.unfinished
    return Computation(
        simulation,
        _summary(simulation, panel, risk_free_rate, unfinished),
        _benchmarks(panel, work.assembly, risk_free_rate),
        _slippage(work, execution, simulation),
        lookahead,
        unfinished,
    )


def before_parts(prepare: Callable[[Cancelled | None], Prepared], cancelled: Cancelled | None, checkpoint: Checkpoint | None) -> Prepared:
    """Do what comes before the first part.

    Somebody who asks for the end meanwhile still gets what an earlier process had finished: then it is done to its end.

    Raises
    ------
    RunCancelled
        `cancelled` said so, and nothing was finished earlier.
    """
    try:
        return prepare(cancelled)
    except RunCancelled:
        if checkpoint is None or not checkpoint.read():
            raise
        return prepare(None)


def carry_out(work: Work, checkpoint: Checkpoint | None = None, on_step: OnStep | None = None, cancelled: Cancelled | None = None) -> None:
    """Put all parts together: those that the checkpoint has, and the others as they are finished.

    A run that is cancelled keeps what is finished.

    Raises
    ------
    RunCancelled
        `cancelled` said so, and nothing is finished.
    """
    stored = {part.first: part for part in checkpoint.read() if work.has(part)} if checkpoint is not None else {}
    steps = Steps(work.panel, stored.values(), on_step)
    try:
        with closing(work.parts(stored.values(), cancelled=cancelled, told=steps.tell_session)) as parts:
            for part in parts:
                work.assembly.add(part)
                if part.first not in stored:
                    if checkpoint is not None:
                        checkpoint.write(part)
                    steps.tell_part(part)
    except RunCancelled:
        for first in sorted(stored):
            if not work.assembly.finished[first]:
                work.assembly.add(stored[first])
        if not work.assembly.finished.any():
            raise


class Steps:
    """Counts what is finished, and tells it."""

    def __init__(self, panel: Panel, stored: Iterable[Part], on_step: OnStep | None) -> None:
        self._panel, self._on_step, self._total = panel, on_step, len(panel.instruments)
        self._done = self._trades = 0
        for part in sorted(stored, key=lambda part: part.first):
            self.tell_part(part)

    def tell_part(self, part: Part) -> None:
        """The stocks of the part are finished."""
        self._done += part.end - part.first
        self._trades += len(part.trades)
        last = part.end - 1
        self._tell(self._panel.instruments[last], self._last_session(last), self._trades, self._done / self._total)

    def tell_session(self, sessions: int, share: float, trades: int) -> None:
        """All stocks at once have been walked through so many sessions."""
        self._tell(None, sessions - 1, trades, share)

    def _tell(self, stock: Instrument | None, session: int, trades: int, share: float) -> None:
        if self._on_step is not None:
            day = self._panel.sessions.day[session].item() if session >= 0 else None
            code, name = ("", "") if stock is None else (stock.code, stock.name)
            self._on_step(Step(self._done, self._total, code, name, day, trades, share))

    def _last_session(self, index: int) -> int:
        rows = self._panel.rows_of(index)
        return int(self._panel.session[rows.stop - 1]) if rows.stop > rows.start else -1


def _passes(panel: Panel, plan: Plan, execution: ExecutionRules, account: AccountRules) -> tuple[Pass, ...]:
    """The run, the same stocks held, and the run at the other slippages."""
    nothing = np.zeros(len(panel), dtype=np.bool_)
    held = Pass(SignalPlan(nothing, nothing, enter_at_first_open=True), execution)
    has_ticks = execution.market is not Market.PLAIN and not panel.adjusted.any()
    if not has_ticks or isinstance(plan, OnBarPlan) or account.mode is AccountMode.SHARED:
        return Pass(plan, execution), held
    others = (rules for rules in map(partial(_at_ticks, execution), SLIPPAGE_TICKS) if rules != execution)
    return Pass(plan, execution), held, *(Pass(plan, rules) for rules in others)


def _at_ticks(execution: ExecutionRules, ticks: int) -> ExecutionRules:
    return replace(execution, slippage_ticks=ticks, slippage_bps=0.0)


def _summary(simulation: Simulation, panel: Panel, risk_free_rate: float, unfinished: tuple[str, ...]) -> Summary:
    """Stocks that were not finished may well have bars: they are not `uncounted`."""
    summary = summarize(simulation, panel, risk_free_rate=risk_free_rate)
    return replace(summary, uncounted=tuple(code for code in summary.uncounted if code not in set(unfinished))) if unfinished else summary


def check_slippage(panel: Panel, execution: ExecutionRules) -> None:
    """Ticks that move nothing would be a lie."""
    without = [code for code, adjusted in zip(panel.codes, panel.adjusted, strict=True) if adjusted or execution.market is Market.PLAIN]
    if execution.slippage_ticks and without:
        raise SlippageWithoutTicks(execution.slippage_ticks, without)


def _checked_lookahead(strategy: Strategy, panel: Panel, seed: int, check_all: bool) -> dict[str, Any] | None:
    if not is_own(type(strategy)):
        return None
    report = check_lookahead(strategy, panel, seed=seed, check_all=check_all)
    report.check_clean(strategy)
    return {"codes": list(report.codes), "cuts": report.cuts, "all_checked": report.all_checked, "violations": []}


def _benchmarks(panel: Panel, assembly: Assembly, risk_free_rate: float) -> tuple[Benchmark, ...]:
    """The same stocks held with costs, and cash."""
    initial = float(assembly.initial_equity)
    idle = np.full(len(panel.sessions), initial)
    return (
        _benchmark("buy_and_hold", "단순 보유", "Buy and hold", panel, assembly.ends(_HOLD - 1), initial, risk_free_rate),
        _benchmark("cash", "현금", "Cash", panel, idle, initial, risk_free_rate),
    )


def _benchmark(
    name: str, korean: str, english: str, panel: Panel, equity: np.ndarray[Any, Any], initial: float, risk_free_rate: float
) -> Benchmark:
    figures = equity_figures(
        panel.sessions.day, equity, initial, sessions_per_year=sessions_per_year_of(panel), risk_free_rate=risk_free_rate
    )
    return Benchmark(name, korean, english, equity, figures)


def index_benchmark(panel: Panel, index: Panel, initial: float, risk_free_rate: float) -> Benchmark | None:
    """An index beside the run, scaled to E0 at its first close; None where it does not cover the period (a flat line would be a lie)."""
    closes = np.full(len(panel.sessions), np.nan)
    place = np.searchsorted(panel.sessions.day, index.sessions.day[index.session])
    inside = (place < len(closes)) & (panel.sessions.day[np.minimum(place, len(closes) - 1)] == index.sessions.day[index.session])
    closes[place[inside]] = index.close[inside]
    known = np.flatnonzero(np.isfinite(closes))
    if len(known) < COVERED * len(closes) or known[0] != 0 or known[-1] != len(closes) - 1:
        return None
    last = np.maximum.accumulate(np.where(np.isfinite(closes), np.arange(len(closes)), -1))
    levels = np.where(last >= 0, closes[np.maximum(last, 0)], closes[known[0]])
    instrument = index.instruments[0]
    equity = levels / closes[known[0]] * initial
    return _benchmark(
        "index", instrument.name or instrument.code, instrument.name_en or instrument.code, panel, equity, initial, risk_free_rate
    )


def _slippage(work: Work, execution: ExecutionRules, simulation: Simulation) -> tuple[tuple[int, float], ...]:
    numbers = {one.rules: number for number, one in enumerate(work.passes) if number != _HOLD}
    if len(numbers) == 1 or simulation.initial_equity <= 0:
        return ()
    found = []
    for ticks in SLIPPAGE_TICKS:
        number = numbers[_at_ticks(execution, ticks)]
        ends = simulation.session_equity if number == 0 else work.assembly.ends(number - 1)
        found.append((ticks, float(ends[-1]) / simulation.initial_equity - 1.0))
    return tuple(found)


def figures_of(rules: object) -> dict[str, Any]:
    """A rules dataclass as plain JSON values."""
    return {name: str(value) if hasattr(value, "value") else value for name, value in asdict(rules).items()}  # type: ignore[call-overload]  # a dataclass
