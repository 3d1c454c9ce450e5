"""Simulate a strategy that decides bar by bar in plain Python.

Convention: one fresh decider an instrument, asked at each traded bar's close with a `BarContext`; what it wishes fills at the
next traded open under the rules of a signal plan (docs/semantics.md, 3).
"""

from collections.abc import Callable

from bokgi.bars.panel import Panel
from bokgi.engine.reference import Between, simulate_plainly
from bokgi.orders.on_bar import BarContext
from bokgi.orders.plans import OnBarPlan
from bokgi.orders.rules import AccountRules, ExecutionRules, ExitRules
from bokgi.orders.simulation import Simulation
from bokgi.orders.terms import Terms

MakeDecider = Callable[[], Callable[[BarContext], None]]


def simulate_on_bar(
    panel: Panel,
    make_decider: MakeDecider,
    terms: Terms,
    rules: ExecutionRules,
    account: AccountRules,
    exit_rules: ExitRules | None = None,
    between: Between | None = None,
) -> Simulation:
    """Run `make_decider()` on every instrument.

    exit_rules : of entries that give no ratios of their own
    between : called before each slot with the slots and trades so far; it may raise to end the run
    """
    plan = OnBarPlan(make_decider, exit_rules or ExitRules())
    return simulate_plainly(panel, plan, terms, rules, account, between)
