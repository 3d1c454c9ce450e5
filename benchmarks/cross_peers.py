"""The same moving-average cross in three packages, with the same fills: decided on a close, filled at the next open, the same fee.

Convention: `final` of each is its equity after the last bar. Against vectorbt any fraction of a share is bought, against backtesting.py
whole shares, because those are their defaults; Bokgi runs under `plain` either way. `check_agreement` compares before anything is timed.
"""

import math
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from bokgi.bars.panel import Panel
from bokgi.engine.simulate import simulate
from bokgi.metrics.summary import Summary, summarize
from bokgi.orders.market_terms import market_terms
from bokgi.orders.plans import SignalPlan
from bokgi.orders.rules import AccountRules, CostRules, ExecutionRules, Market
from bokgi.orders.simulation import Simulation
from bokgi.strategies.catalog import to_strategy
from bokgi.units import BoolArray

os.environ["TQDM_DISABLE"] = "1"  # the peers' progress bars would cost them time; read when they are imported

CASH, FEE = 10_000_000.0, 0.0002
PERIODS = {"MA5_20": (5, 20), "MA20_50": (20, 50)}
ACCOUNT = AccountRules(initial_capital=CASH)
SAME = 1e-9
"""Largest relative difference of final equities."""


def plain_rules(*, fractional: bool) -> ExecutionRules:
    """Floats, a fee of each side, no ticks."""
    return ExecutionRules(market=Market.PLAIN, costs=CostRules(plain_fee_ratio=FEE), fractional_shares=fractional)


@dataclass(frozen=True)
class FinalEquityError(Exception):
    """The packages did not do the same, so their times cannot be compared."""

    peer: str
    ours: float
    theirs: float

    def __str__(self) -> str:
        return f"Bokgi ends with {self.ours!r}, {self.peer} with {self.theirs!r}"


def check_agreement(peer: str, ours: float, theirs: float) -> None:
    """Raise unless both final equities are the same to `SAME`."""
    if not math.isclose(ours, theirs, rel_tol=SAME, abs_tol=0.0):
        raise FinalEquityError(peer, ours, theirs)


def simulation_of(panel: Panel, name: str) -> Callable[[], Simulation]:
    """Bokgi's simulation from ready signals."""
    rules = plain_rules(fractional=True)
    plan, terms = to_strategy(name).plan(panel), market_terms(panel, rules)
    return lambda: simulate(panel, plan, terms, rules, ACCOUNT)


def vectorbt_of(frame: pd.DataFrame, panel: Panel, name: str) -> Callable[[], Any]:
    """Vectorbt's simulation from the same signals, one bar later at the open: there a signal is filled on its own bar."""
    import vectorbt  # type: ignore[import-untyped]  # a package without types

    plan = to_strategy(name).plan(panel)
    assert isinstance(plan, SignalPlan)
    entries, exits = (pd.Series(_one_later(signals), index=frame.index) for signals in (plan.entries, plan.exits))
    close, opens = frame["Close"], frame["Open"]
    return lambda: vectorbt.Portfolio.from_signals(close, entries, exits, price=opens, fees=FEE, init_cash=CASH, freq="2min")


def _one_later(signals: BoolArray) -> BoolArray:
    return np.concatenate([[False], signals[:-1]])


def end_to_end_of(panel: Panel, name: str) -> Callable[[], Summary]:
    """Bokgi from averages to metrics."""
    strategy, rules = to_strategy(name), plain_rules(fractional=False)

    def run() -> Summary:
        simulation = simulate(panel, strategy.plan(panel), market_terms(panel, rules), rules, ACCOUNT)
        return summarize(simulation, panel)

    return run


def backtesting_of(frame: pd.DataFrame, name: str) -> Callable[[], Any]:
    """backtesting.py's `Backtest.run()`: averages, signals, run, trades, metrics."""
    return backtest_of(frame, *PERIODS[name])


def backtest_of(frame: pd.DataFrame, fast: int, slow: int) -> Callable[[], Any]:
    """The same for any two periods."""
    from backtesting import Backtest  # type: ignore[import-untyped]  # a package without types

    backtest = Backtest(frame, _cross_strategy(fast, slow), cash=CASH, commission=FEE)

    def run() -> "pd.Series[Any]":
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Some trades remain open")
            return backtest.run()

    return run


def _cross_strategy(fast_period: int, slow_period: int) -> type:
    from backtesting import Strategy

    def average(close: object, period: int) -> "pd.Series[float]":
        return pd.Series(close).rolling(period).mean()

    class Cross(Strategy):  # type: ignore[misc]  # a package without types
        def init(self) -> None:
            self.fast = self.I(average, self.data.Close, fast_period)
            self.slow = self.I(average, self.data.Close, slow_period)

        def next(self) -> None:
            fast, slow = self.fast, self.slow
            if fast[-1] > slow[-1] and fast[-2] <= slow[-2]:
                if not self.position:
                    self.buy()
            elif fast[-1] < slow[-1] and fast[-2] >= slow[-2]:
                self.position.close()

    return Cross
