"""Grids of moving-average crosses on one stock, walked without a plan for each.

Convention: what comes out is what the engine's plain walk gives, to the bit; where a panel or rules do not allow it, there is no such walk.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from bokgi.bars.panel import Panel
from bokgi.engine.arguments import rules_of, wish_of
from bokgi.engine.kernel_layout import ACCOUNT, BAR, DAY, DESK, Law, RecordArray, Tape
from bokgi.orders.plans import SignalPlan
from bokgi.orders.rules import AccountMode, AccountRules, ExecutionRules
from bokgi.research.kernel_clock_trials import Figures, Order
from bokgi.research.kernel_cross_trials import Averages, Bars, cross_trials, read_bars
from bokgi.research.pairwise import sum_order
from bokgi.research.parameter_space import ParameterSpace
from bokgi.strategies.built_in import AverageCross
from bokgi.units import FloatArray, IntArray

HELD_BYTES = 16 << 20
"""Of running sums: where they are more, pairs whose slow periods share a slot compute theirs anew."""


@dataclass
class CrossWalk:
    """Walks pairs of periods on the only instrument of a panel; periods : int64[2, trial]"""

    tape: Tape
    law: Law
    rules: RecordArray
    periods: IntArray
    sessions: int
    _stock: Bars = field(init=False)

    def __post_init__(self) -> None:
        order = sum_order(self.sessions)
        self._order = Order(order.starts, order.ends, order.merges)
        listed = int(min(self.law.delisted[0], self.sessions))
        rows = np.flatnonzero(self.tape.traded[: int(self.tape.session_row[0, listed])]).astype(np.int64)
        session_of, close = self.tape.session[rows].astype(np.int64), self.tape.close[rows]
        prices = np.append(np.floor(close) if self.rules["is_krx"][0] else close, np.nan)
        marks = prices[np.searchsorted(session_of, np.arange(self.sessions), side="right") - 1]
        bars, days, desk = np.zeros(len(rows), BAR), np.zeros(self.sessions, DAY), np.zeros(1, DESK)
        wish = wish_of(SignalPlan(np.zeros(1, np.bool_), np.zeros(1, np.bool_)))
        read_bars(self.tape, self.law, self.rules, wish, rows, desk, bars, days)
        self._stock = Bars(bars, days, session_of, close, marks, desk, self.law.ladders)

    def walked(self, first: int, end: int, figures: Figures) -> tuple[FloatArray, FloatArray]:
        """Curves at session ends and costs of sessions of the trials [first, end), float64[trial, session]; figures are written."""
        curves, costs = np.empty((2, max(end - first, 2), self.sessions))
        self._walk(first, end, curves, costs, figures)
        return curves[: end - first], costs[: end - first]

    def figures_alone(self, first: int, end: int, figures: Figures) -> None:
        """Write the figures of the trials [first, end), and keep nothing else."""
        self._walk(first, end, np.empty((1, self.sessions)), np.empty((1, self.sessions)), figures)

    def _walk(self, first: int, end: int, curves: FloatArray, costs: FloatArray, figures: Figures) -> None:
        accounts = np.zeros(end - first, ACCOUNT)
        accounts["cash"] = self.rules["capital"][0]
        averages = self._averages(int(self.periods[1, first:end].max()))
        desks, scratch, counted = np.repeat(self._stock.desk, end - first), np.empty(self.sessions), np.empty(3)
        cross_trials(
            self._stock,
            self.rules,
            desks,
            accounts,
            averages,
            self.periods,
            first,
            end,
            curves,
            costs,
            scratch,
            counted,
            self._order,
            figures,
        )

    def _averages(self, longest: int) -> Averages:
        """Room for the sums of as many slow periods as may be held, and of a fast one."""
        bars = len(self._stock.close)
        slots = 1 + min(longest + 1, max(HELD_BYTES // (8 * max(bars, 1)), 1))
        return Averages(np.empty((slots, bars)), np.zeros(slots, dtype=np.int64), np.empty(bars))


def cross_walk(
    panel: Panel,
    tape: Tape,
    law: Law,
    execution: ExecutionRules,
    account: AccountRules,
    space: ParameterSpace,
    columns: Mapping[str, IntArray | FloatArray],
) -> CrossWalk | None:
    """The walk of a space of crosses; None where it is another strategy, or an auction is no bar of the panel."""
    if not issubclass(space.strategy, AverageCross) or account.mode is not AccountMode.PER_STOCK or (tape.auction_slot >= 0).any():
        return None
    count = len(next(iter(columns.values())))
    usual = space.strategy(**space.fixed) if not {"fast", "slow"} <= columns.keys() else None
    periods = [columns[name] if name in columns else np.full(count, getattr(usual, name)) for name in ("fast", "slow")]
    return CrossWalk(tape, law, rules_of(panel, execution, account, 1), np.stack(periods).astype(np.int64), len(panel.sessions))
