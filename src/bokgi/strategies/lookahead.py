"""Does a strategy see the future? Cut the bars off at some moments and let it decide again.

Everything that it had decided up to the cut must stay as it was. A cut falls on the close of a bar: bars that start later are gone,
and so are later auction prices, base prices and sessions. Half of the cuts fall on bars that carry a decision, because a peek one bar
ahead shows only there; the others fall anywhere. Each pass uses a fresh strategy, so nothing remembered can help it. The check sees a
panel of the chosen instruments only.

A strategy that passes was not caught; the built-in ones are proved in tests, at every bar.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from bokgi.bars.panel import Panel
from bokgi.bars.selection import panel_cut, panel_select
from bokgi.errors.strategies import StrategyLooksAhead, StrategyNotRepeatable
from bokgi.orders.on_bar import Decision, bar_history
from bokgi.orders.plans import OnBarPlan, Plan, SignalPlan, WeightPlan
from bokgi.strategies.strategy import Strategy, name_of
from bokgi.units import MINUTES_PER_DAY, BoolArray, ByteArray, FloatArray

INSTRUMENTS = 5
CUTS = 8
_WALK_CASH = 10_000_000.0
Column = FloatArray | BoolArray | ByteArray


@dataclass(frozen=True, slots=True)
class Violation:
    """The first decision of one instrument that changed under one cut.

    what : the column (entries, exits, weights, decisions ...) or `rules` for exit rules that depend on later bars
    cut_session, cut_minute : start of the last bar that was left; None where the strategy differed on the same bars
    """

    code: str
    what: str
    session: date
    minute: int
    cut_session: date | None = None
    cut_minute: int | None = None


@dataclass(frozen=True, slots=True)
class LookaheadReport:
    """What was checked and what was found.

    cuts : number of moments at which the bars were cut off
    all_checked : whether every instrument with bars was looked at
    """

    codes: tuple[str, ...]
    cuts: int
    violations: tuple[Violation, ...]
    all_checked: bool

    @property
    def is_clean(self) -> bool:
        return not self.violations

    def check_clean(self, strategy: Strategy) -> None:
        """Refuse a strategy that was caught.

        Raises
        ------
        StrategyLooksAhead, StrategyNotRepeatable
        """
        if self.is_clean:
            return
        name, first = name_of(type(strategy)), self.violations[0]
        if first.cut_session is None or first.cut_minute is None:
            raise StrategyNotRepeatable(name, first.code, first.what)
        cut, row = _moment(first.cut_session, first.cut_minute), _moment(first.session, first.minute)
        raise StrategyLooksAhead(name, first.code, first.what, cut, row)


def check_lookahead(
    strategy: Strategy,
    panel: Panel,
    *,
    instruments: int = INSTRUMENTS,
    cuts: int = CUTS,
    seed: int = 0,
    check_all: bool = False,
) -> LookaheadReport:
    """Compare decisions on whole and on cut bars.

    Raises
    ------
    StrategyFailed
        The strategy stopped with an exception, perhaps only on the shorter bars.
    """
    generator = np.random.Generator(np.random.PCG64(seed))
    candidates = np.flatnonzero(np.diff(panel.offsets) > 0)
    everything = check_all or len(candidates) <= instruments
    chosen = candidates if everything else np.sort(generator.choice(candidates, instruments, replace=False))
    if len(chosen) == 0:
        return LookaheadReport((), 0, (), everything)
    whole = panel_select(panel, chosen)
    decided = _decided(strategy, whole)
    violations = _changes(decided, _decided(strategy, whole), whole, whole, None)
    points = [] if violations else _cut_points(decided, whole, cuts, generator)
    for point in points:
        part = panel_cut(whole, until=point)
        violations += _changes(decided, _decided(strategy, part), whole, part, point)
    return LookaheadReport(whole.codes, len(points), tuple(violations), everything)


@dataclass(frozen=True)
class _Decisions:
    """Decisions by row, and what of a plan does not depend on rows."""

    columns: Mapping[str, Column]
    rules: object


def _decided(strategy: Strategy, panel: Panel) -> _Decisions:
    plan: Plan = strategy.fresh().plan(panel)
    if isinstance(plan, SignalPlan):
        never = np.zeros(len(panel), dtype=np.bool_)
        given = {name: getattr(plan, name) for name in ("entries", "exits", "short_entries", "short_exits")}
        columns = {name: never if column is None else column for name, column in given.items()}
        return _Decisions(columns, (plan.exit_rules, plan.enter_at_first_open))
    if isinstance(plan, WeightPlan):
        return _Decisions({"weights": plan.weights}, None)
    if isinstance(plan, OnBarPlan):
        return _Decisions({"decisions": _walked(plan, panel)}, plan.exit_rules)
    return _Decisions({}, plan)


def _cut_points(decided: _Decisions, panel: Panel, cuts: int, generator: np.random.Generator) -> list[tuple[int, int]]:
    """Session and minute of the last bar to be left, in order; half of them carry a decision, where there are so many."""
    moments = panel.session.astype(np.int64) * MINUTES_PER_DAY + panel.minute
    last = moments.max()
    fired = np.unique(moments[_fired(decided, panel) & (moments < last)])
    anywhere = np.unique(moments[panel.traded & (moments < last)])
    some = generator.choice(fired, min(cuts // 2, len(fired)), replace=False)
    others = np.setdiff1d(anywhere, some)
    points = np.concatenate([some, generator.choice(others, min(cuts - len(some), len(others)), replace=False)])
    return [divmod(int(point), MINUTES_PER_DAY) for point in np.sort(points)]


def _fired(decided: _Decisions, panel: Panel) -> BoolArray:
    fired = np.zeros(len(panel), dtype=np.bool_)
    for column in decided.columns.values():
        fired |= ~np.isnan(column) if column.dtype == np.float64 else column.astype(np.bool_)
    return fired & panel.traded


def _changes(before: _Decisions, after: _Decisions, whole: Panel, part: Panel, cut: tuple[int, int] | None) -> list[Violation]:
    """Each instrument's first changed row of each column; of an instrument `part` holds the first bars of `whole`."""
    found = [] if before.rules == after.rules else [_violation(part, 0, "rules", cut)]
    for what, column in before.columns.items():
        other: Column = after.columns[what] if what in after.columns else np.zeros_like(column[: len(part)])
        for index in range(len(part.instruments)):
            rows = part.rows_of(index)
            start = int(whole.offsets[index])
            changed = _differs(column[start : start + rows.stop - rows.start], other[rows.start : rows.stop]) & part.traded[rows]
            if changed.any():
                found.append(_violation(part, rows.start + int(np.argmax(changed)), what, cut))
    return found


def _differs(first: Column, second: Column) -> BoolArray:
    differs: BoolArray = first != second
    if first.dtype == np.float64:
        differs &= ~(np.isnan(first) & np.isnan(second))
    return differs


def _violation(part: Panel, row: int, what: str, cut: tuple[int, int] | None) -> Violation:
    days = part.sessions.day
    return Violation(
        code=part.codes[part.instrument_of[row]],
        what=what,
        session=days[part.session[row]].item(),
        minute=int(part.minute[row]),
        cut_session=None if cut is None else days[cut[0]].item(),
        cut_minute=None if cut is None else cut[1],
    )


def _walked(plan: OnBarPlan, panel: Panel) -> ByteArray:
    """Decisions of a bar-by-bar strategy, int8[row], with a simple account: filled at the next open, no costs."""
    decisions = np.zeros(len(panel), dtype=np.int8)
    for index in range(len(panel.instruments)):
        history, decide = bar_history(panel, index), plan.start()
        account = _Account()
        for bar in range(len(history)):
            account.fill(float(history.open[bar]))
            context = history.context(bar, account.shares, account.entry_price, account.cash)
            decide(context)
            account.waiting = context.decision
            decisions[history.rows[bar]] = context.decision
    return decisions


@dataclass(slots=True)
class _Account:
    """Enough of an account for a strategy that asks what it holds."""

    cash: float = _WALK_CASH
    shares: float = 0.0
    entry_price: float = float("nan")
    waiting: Decision = Decision.NOTHING

    def fill(self, price: float) -> None:
        if self.shares == 0.0 and self.waiting in (Decision.BUY, Decision.SHORT):
            self._move((self.cash // price) * (1.0 if self.waiting is Decision.BUY else -1.0), price, price)
        elif (self.shares > 0.0 and self.waiting is Decision.SELL) or (self.shares < 0.0 and self.waiting is Decision.COVER):
            self._move(-self.shares, price, float("nan"))

    def _move(self, shares: float, price: float, entry_price: float) -> None:
        self.shares += shares
        self.cash -= shares * price
        self.entry_price = entry_price


def _moment(session: date, minute: int) -> str:
    return f"{session} {minute // 60:02}:{minute % 60:02}"
