"""From a panel and a strategy to figures, with nothing but arrays: what the command line, the Python interface and `verify` share.

The result depends on its arguments alone: no clock, no store, no settings.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from bokgi.bars.panel import Panel
from bokgi.engine.checks import check_plan
from bokgi.engine.on_bar import simulate_on_bar
from bokgi.engine.simulate import simulate
from bokgi.errors.requests import FieldInvalid, SlippageWithoutTicks
from bokgi.metrics.equity import equity_figures
from bokgi.metrics.summary import Summary, sessions_per_year_of, summarize
from bokgi.orders.market_terms import market_terms
from bokgi.orders.plans import OnBarPlan, Plan, SignalPlan
from bokgi.orders.rules import AccountMode, AccountRules, CostRules, ExecutionRules, Market
from bokgi.orders.simulation import Simulation
from bokgi.orders.terms import Terms
from bokgi.reports.run_record import Benchmark
from bokgi.strategies.lookahead import check_lookahead
from bokgi.strategies.strategy import Strategy, is_own

SLIPPAGE_TICKS = (0, 1, 2)
COVERED = 0.95
"""Share of sessions with a close that an index needs; the last close stands in for the few others."""
Progress = Callable[[int], None]
Cancelled = Callable[[], bool]


@dataclass(frozen=True)
class Computation:
    """slippage : (ticks, total return) of the same run at 0, 1 and 2 ticks; empty under `plain`
    lookahead : what was checked, as JSON values; None for built-in strategies, which are proved in tests
    """

    simulation: Simulation
    summary: Summary
    benchmarks: tuple[Benchmark, ...]
    slippage: tuple[tuple[int, float], ...]
    lookahead: dict[str, Any] | None


def compute(
    panel: Panel,
    strategy: Strategy,
    execution: ExecutionRules,
    account: AccountRules,
    *,
    risk_free_rate: float = 0.0,
    seed: int = 0,
    check_all: bool = False,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Computation:
    """Run a strategy over a panel and judge it.

    Raises
    ------
    StrategyLooksAhead, StrategyNotRepeatable, StrategyFailed
        An own strategy knows what it cannot know, or stops with an error.
    RunCancelled
    """
    _check_slippage(panel, execution)
    _check_costs(execution)
    lookahead = _checked_lookahead(strategy, panel, seed, check_all)
    terms = market_terms(panel, execution)
    plan = strategy.plan(panel)
    simulation = carry_out(panel, plan, terms, execution, account, progress, cancelled)
    return Computation(
        simulation,
        summarize(simulation, panel, risk_free_rate=risk_free_rate),
        _benchmarks(panel, terms, execution, account, risk_free_rate),
        _slippage(panel, plan, terms, execution, account, simulation),
        lookahead,
    )


def carry_out(
    panel: Panel,
    plan: Plan,
    terms: Terms,
    execution: ExecutionRules,
    account: AccountRules,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Simulation:
    """Simulate a plan on the engine that it needs: plans that are asked bar by bar run on the plain reference."""
    if isinstance(plan, OnBarPlan):
        check_plan(panel, plan, execution, account)
        return simulate_on_bar(panel, plan.start, terms, execution, account, plan.exit_rules)
    return simulate(panel, plan, terms, execution, account, progress=progress, cancelled=cancelled)


def _check_slippage(panel: Panel, execution: ExecutionRules) -> None:
    """Ticks that move nothing would be a lie."""
    without = [code for code, adjusted in zip(panel.codes, panel.adjusted, strict=True) if adjusted or execution.market is Market.PLAIN]
    if execution.slippage_ticks and without:
        raise SlippageWithoutTicks(execution.slippage_ticks, without)


def _check_costs(execution: ExecutionRules) -> None:
    """A cost that the market does not know must not be swallowed: the user would believe that it was paid."""
    costs, usual = execution.costs, CostRules()
    if execution.market is Market.KRX and costs.plain_fee_ratio:
        raise FieldInvalid("plain_fee_ratio", costs.plain_fee_ratio, "0 under krx (give commission_ppm)", "krx에서는 0")
    won = replace(costs, plain_fee_ratio=usual.plain_fee_ratio)
    if execution.market is Market.PLAIN and won != usual:
        raise FieldInvalid("commission_ppm, tax", "market plain", "plain_fee_ratio alone under plain", "plain에서는 plain_fee_ratio만")


def _checked_lookahead(strategy: Strategy, panel: Panel, seed: int, check_all: bool) -> dict[str, Any] | None:
    if not is_own(type(strategy)):
        return None
    report = check_lookahead(strategy, panel, seed=seed, check_all=check_all)
    report.check_clean(strategy)
    return {"codes": list(report.codes), "cuts": report.cuts, "all_checked": report.all_checked, "violations": []}


def _benchmarks(
    panel: Panel, terms: Terms, execution: ExecutionRules, account: AccountRules, risk_free_rate: float
) -> tuple[Benchmark, ...]:
    """The same stocks held with costs, and cash."""
    nothing = np.zeros(len(panel), dtype=np.bool_)
    held = carry_out(panel, SignalPlan(nothing, nothing, enter_at_first_open=True), terms, execution, account)
    idle = np.full(len(panel.sessions), held.initial_equity)
    return (
        _benchmark("buy_and_hold", "단순 보유", "Buy and hold", panel, held.session_equity, held.initial_equity, risk_free_rate),
        _benchmark("cash", "현금", "Cash", panel, idle, held.initial_equity, risk_free_rate),
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


def _slippage(
    panel: Panel, plan: Plan, terms: Terms, execution: ExecutionRules, account: AccountRules, simulation: Simulation
) -> tuple[tuple[int, float], ...]:
    if execution.market is Market.PLAIN or panel.adjusted.any() or simulation.initial_equity <= 0:
        return ()
    if isinstance(plan, OnBarPlan) or account.mode is AccountMode.SHARED:
        return ()
    return tuple((ticks, _total_return(panel, plan, terms, execution, account, ticks, simulation)) for ticks in SLIPPAGE_TICKS)


def _total_return(
    panel: Panel, plan: Plan, terms: Terms, execution: ExecutionRules, account: AccountRules, ticks: int, done: Simulation
) -> float:
    rules = replace(execution, slippage_ticks=ticks, slippage_bps=0.0)
    again = done if rules == execution else carry_out(panel, plan, terms, rules, account)
    return float(again.session_equity[-1]) / again.initial_equity - 1.0


def figures_of(rules: object) -> dict[str, Any]:
    """A rules dataclass as plain JSON values."""
    return {name: str(value) if hasattr(value, "value") else value for name, value in asdict(rules).items()}  # type: ignore[call-overload]  # a dataclass
