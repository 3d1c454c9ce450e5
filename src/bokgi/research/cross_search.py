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
from bokgi.research.kernel_cross_trials import cross_trials
from bokgi.research.pairwise import sum_order
from bokgi.research.parameter_space import ParameterSpace
from bokgi.strategies.built_in import AverageCross
from bokgi.units import FloatArray, IntArray


@dataclass
class CrossWalk:
    """Walks pairs of periods on the only instrument of a panel; periods : int64[2, trial]"""

    tape: Tape
    law: Law
    rules: RecordArray
    periods: IntArray
    sessions: int
    _rows: IntArray = field(init=False)

    def __post_init__(self) -> None:
        order = sum_order(self.sessions)
        self._order = Order(order.starts, order.ends, order.merges)
        self._wish = wish_of(SignalPlan(np.zeros(1, np.bool_), np.zeros(1, np.bool_)))
        listed = int(min(self.law.delisted[0], self.sessions))
        end = int(self.tape.session_row[0, listed])
        self._rows = np.flatnonzero(self.tape.traded[:end]).astype(np.int64)
        self._close = self.tape.close[self._rows]

    def walked(self, first: int, end: int, figures: Figures) -> tuple[FloatArray, FloatArray]:
        """Curves at session ends and costs of sessions of the trials [first, end), float64[trial, session]; figures are written."""
        curves, costs = np.empty((2, max(end - first, 2), self.sessions))
        self._walk(first, end, curves, costs, figures)
        return curves[: end - first], costs[: end - first]

    def figures_alone(self, first: int, end: int, figures: Figures) -> None:
        """Write the figures of the trials [first, end), and keep nothing else."""
        self._walk(first, end, np.empty((1, self.sessions)), np.empty((1, self.sessions)), figures)

    def _walk(self, first: int, end: int, curves: FloatArray, costs: FloatArray, figures: Figures) -> None:
        cross_trials(
            self.tape,
            self.law,
            self.rules,
            self._wish,
            np.zeros(end - first, DESK),
            np.zeros(end - first, ACCOUNT),
            np.zeros(1, BAR),
            np.zeros(1, DAY),
            0,
            self._rows,
            self.tape.session[self._rows].astype(np.int64),
            self._close,
            self.periods,
            first,
            end,
            curves,
            costs,
            np.empty(self.sessions),
            np.empty(3),
            self._order,
            figures,
        )


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
