"""Trials of any strategy on one stock: each is a plan on the stock's own bars, walked by the engine as in a plain backtest.

Convention: trials are computed once, in order; their returns wait in memory, or, where they are many, in a file without a name, so that
memory does not grow with them. Many crosses of averages are walked again instead, which takes less time than the file. A strategy sees the
bars of one stock. Times that the stock's bars price in no session are no trials, as a backtest of them is refused.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain, compress
from mmap import MADV_DONTNEED, mmap
from pathlib import Path
from tempfile import TemporaryFile, gettempdir
from typing import Any

import numpy as np

from bokgi.bars.panel import Panel
from bokgi.engine.arguments import capital_of, law_of, tape_of
from bokgi.engine.checks import check_plan
from bokgi.engine.kernel_layout import TRADE
from bokgi.engine.on_bar import simulate_on_bar
from bokgi.engine.parts import Cancelled, empty_books
from bokgi.engine.simulate import simulate
from bokgi.engine.walks import Pass, counted_of, walk_of
from bokgi.errors.orders import TimeUnpriced
from bokgi.errors.store import StoreUnwritable
from bokgi.orders.plans import CLOSE_MINUTE, ClockPlan, OnBarPlan, OvernightTrailPlan, Plan, WeightPlan
from bokgi.orders.rules import AccountRules, ExecutionRules
from bokgi.orders.terms import Terms
from bokgi.research.cross_search import cross_walk
from bokgi.research.kernel_clock_trials import Figures, Order
from bokgi.research.kernel_walked_trials import count_trades, curve_figures
from bokgi.research.pairwise import sum_order
from bokgi.research.parameter_space import ParameterSpace, checked_columns
from bokgi.research.trials import TrialBlock, check_wanted
from bokgi.strategies.strategy import Strategy
from bokgi.units import BoolArray, FloatArray, IntArray

AT_ONCE = 512
IN_MEMORY_BYTES = 64 << 20


class PlanSearch:
    """What the searches of all stocks of a panel share; scratch : folder of the files in which returns of many trials wait"""

    def __init__(
        self,
        panel: Panel,
        terms: Terms,
        execution: ExecutionRules,
        account: AccountRules,
        space: ParameterSpace,
        scratch: Path | None = None,
    ) -> None:
        self.panel, self._terms, self._execution, self._account, self._space = panel, terms, execution, account, space
        self._scratch = scratch
        self.columns = checked_columns(space)
        self.capital = capital_of(execution, account)
        self._counted = counted_of(tape_of(panel), law_of(terms))

    def stock(self, index: int, cancelled: Cancelled | None = None) -> "PlanStock | None":
        """The search of one instrument; None where it has no bar.

        Raises
        ------
        TimeUnpriced
            No combination has times that its bars can price.
        """
        if not self._counted[index]:
            return None
        panel, terms = one_stock(self.panel, index), terms_of_one(self._terms, index)
        return PlanStock(panel, terms, self._execution, self._account, self._space, self.columns, cancelled, self._scratch)


class PlanStock:
    """The trials of one stock."""

    def __init__(
        self,
        panel: Panel,
        terms: Terms,
        execution: ExecutionRules,
        account: AccountRules,
        space: ParameterSpace,
        columns: dict[str, IntArray | FloatArray],
        cancelled: Cancelled | None,
        scratch: Path | None,
    ) -> None:
        self._panel, self._terms, self._execution, self._account = panel, terms, execution, account
        self._space, self._cancelled = space, cancelled
        self._priced = self._priced_trials(len(next(iter(columns.values()))))
        self._columns = columns if self._priced is None else {name: values[self._priced] for name, values in columns.items()}
        self._tape, self._law = tape_of(panel), law_of(terms)
        self._counted = counted_of(self._tape, self._law)
        self._capital = capital_of(execution, account)
        order = sum_order(len(panel.sessions))
        self._order = Order(order.starts, order.ends, order.merges)
        self._crosses = cross_walk(panel, self._tape, self._law, execution, account, space, self._columns)
        self._walks_again = self._crosses is not None and not _is_small(self.trials, len(panel.sessions))
        self._figures = empty_figures(0 if self._crosses is None else self.trials)
        self._returns = _returns_of(0 if self._walks_again else self.trials, len(panel.sessions), scratch)

    @property
    def trials(self) -> int:
        return len(next(iter(self._columns.values())))

    def columns(self) -> dict[str, IntArray | FloatArray]:
        """Parameters of all trials by name."""
        return self._columns

    def words(self) -> dict[str, tuple[str, ...]]:
        """Parameters whose values are words, by their places."""
        return self._space.words()

    def grid(self, totals: FloatArray) -> FloatArray:
        """Totals with an axis a parameter."""
        places = [np.unique(values, return_inverse=True) for values in self._columns.values()]
        laid = np.full([len(values) for values, _ in places], np.nan)
        laid[tuple(inverse for _, inverse in places)] = totals
        return laid

    def figures_alone(self, pool: ThreadPoolExecutor) -> Figures:
        """Figures of all trials without their returns, side by side where that can be; the returns cannot be asked for then."""
        crosses = self._crosses
        if crosses is None:
            return self.computed()
        figures = empty_figures(self.trials)
        bounds = [(first, min(first + AT_ONCE, self.trials)) for first in range(0, self.trials, AT_ONCE)]
        list(pool.map(lambda bound: crosses.figures_alone(bound[0], bound[1], figures), bounds))
        return figures

    def computed(self) -> Figures:
        """Walk all trials.

        Raises
        ------
        RunCancelled
        """
        count, figures = self.trials, empty_figures(self.trials)
        strategies = self._strategies()
        for first in range(0, count, AT_ONCE):
            check_wanted(self._cancelled)
            places = np.arange(first, min(first + AT_ONCE, count), dtype=np.int64)
            if self._crosses is not None and self._walks_again:
                self._crosses.figures_alone(first, first + len(places), figures)
                continue
            if self._crosses is not None:
                self._keep(places, *self._crosses.walked(first, first + len(places), figures))
                continue
            curves, costs, counts = self._walked([next(strategies).plan(self._panel) for _ in places])
            curve_figures(curves, self._capital, self._order, places, counts, np.empty(curves.shape[1]), figures)
            self._keep(places, curves, costs)
        return figures

    def _strategies(self) -> Iterator[Strategy]:
        every = (strategy for _, strategy in self._space.strategies())
        return every if self._priced is None else compress(every, self._priced)

    def _priced_trials(self, count: int) -> BoolArray | None:
        """bool[combination], whether the bars have prices for its times; None where all of them have."""
        every = (strategy.plan(self._panel) for _, strategy in self._space.strategies())
        first = next(every)
        if not isinstance(first, ClockPlan | OvernightTrailPlan):
            check_plan(self._panel, first, self._execution, self._account)
            return None
        said: dict[tuple[int, int], TimeUnpriced | None] = {}
        priced = np.ones(count, dtype=np.bool_)
        for place, plan in enumerate(chain([first], every)):
            assert isinstance(plan, ClockPlan | OvernightTrailPlan)
            times = (plan.buy_minute, plan.sell_minute if isinstance(plan, ClockPlan) else CLOSE_MINUTE)
            if times not in said:
                said[times] = self._unpriced(plan)
            priced[place] = said[times] is None
        if not priced.any():
            raise next(error for error in said.values() if error is not None)
        return None if priced.all() else priced

    def _unpriced(self, plan: Plan) -> TimeUnpriced | None:
        try:
            check_plan(self._panel, plan, self._execution, self._account)
        except TimeUnpriced as error:
            return error
        return None

    def _keep(self, places: IntArray, curves: FloatArray, costs: FloatArray) -> None:
        block = self._block(curves, costs)
        self._returns.array[0, places], self._returns.array[1, places] = block.net, block.gross
        self._returns.let_go()

    def _block(self, curves: FloatArray, costs: FloatArray) -> TrialBlock:
        won = np.diff(curves, axis=1, prepend=self._capital)
        return TrialBlock(won / self._capital, (won + costs) / self._capital)

    def __iter__(self) -> Iterator[TrialBlock]:
        """Returns of all trials over the capital, in blocks."""
        for first in range(0, self.trials, AT_ONCE * 8):
            end = min(first + AT_ONCE * 8, self.trials)
            if self._crosses is not None and self._walks_again:
                yield self._block(*self._crosses.walked(first, end, self._figures))
                continue
            net, gross = np.array(self._returns.array[0, first:end]), np.array(self._returns.array[1, first:end])
            self._returns.let_go()
            yield TrialBlock(net, gross)

    def _walked(self, plans: list[Plan]) -> tuple[FloatArray, FloatArray, IntArray]:
        """Curves, costs and counts of some plans."""
        sessions, count = len(self._panel.sessions), len(plans)
        curves, costs, counts = np.empty((count, sessions)), np.zeros((count, sessions)), np.empty((2, count), np.int64)
        for walk, plan in enumerate(plans):
            check_wanted(self._cancelled)
            trades, curves[walk] = self._one(plan)
            counts[:, walk] = count_trades(trades, 0, len(trades), costs[walk])
        return curves, costs, counts

    def _one(self, plan: Plan) -> tuple[Any, FloatArray]:
        """Trades and curve of one plan."""
        if isinstance(plan, OnBarPlan | WeightPlan):
            return self._asked(plan)
        books = empty_books(1, len(self._panel.sessions), self._counted, is_shared=False)
        walk = walk_of(self._panel, Pass(plan, self._execution), self._tape, self._law, self._account, self._counted)
        trades, _ = walk.chunk(books, 0, 1, len(self._panel.slots))
        return trades, books.by_session[0]

    def _asked(self, plan: OnBarPlan | WeightPlan) -> tuple[Any, FloatArray]:
        if isinstance(plan, WeightPlan):
            run = simulate(self._panel, plan, self._terms, self._execution, self._account, threads=1)
        else:
            run = simulate_on_bar(self._panel, plan.start, self._terms, self._execution, self._account, plan.exit_rules)
        trades = np.zeros(len(run.trades), dtype=TRADE)
        for name in ("buy_session", "sell_session", "buy_commission", "sell_commission", "transaction_tax", "special_tax", "profit"):
            trades[name] = getattr(run.trades, name)
        return trades, run.instrument_equity[0]


def empty_figures(count: int) -> Figures:
    """Room for so many trials."""
    return Figures(
        balance=np.empty(count),
        trades=np.empty(count, np.int32),
        wins=np.empty(count, np.int32),
        mean=np.empty(count),
        deviation=np.empty(count),
        drawdown=np.empty(count),
        hard=np.zeros(count, np.bool_),
    )


def one_stock(panel: Panel, index: int) -> Panel:
    """The bars of one instrument over the same sessions."""
    rows, own = panel.rows_of(index), slice(index, index + 1)
    columns = {name: getattr(panel, name)[rows].copy() for name in ("session", "minute", "open", "high", "low", "close", "volume")}
    auction_row = panel.auction_row[own]
    return replace(
        panel,
        instruments=panel.instruments[own],
        offsets=np.array([0, rows.stop - rows.start], dtype=np.int64),
        auction=panel.auction[own],
        auction_row=np.where(auction_row >= 0, auction_row - rows.start, auction_row),
        base_price=panel.base_price[own],
        adjusted=panel.adjusted[own],
        **columns,
    )


def terms_of_one(terms: Terms, index: int) -> Terms:
    """The terms of one instrument."""
    own = slice(index, index + 1)
    names = ("ladder", "upper_limit", "lower_limit", "transaction_tax_ppm", "special_tax_ppm", "delisted_session")
    return replace(terms, **{name: getattr(terms, name)[own] for name in names})


@dataclass(frozen=True)
class _Returns:
    """array : float64[2, trial, session], net and gross; mapped : the file that it stands in, None in memory"""

    array: FloatArray
    mapped: mmap | None = None

    def let_go(self) -> None:
        """Keep what was read or written in the file alone: pages that stay mapped would count as memory of the process."""
        if self.mapped is not None:
            self.mapped.madvise(MADV_DONTNEED)


def _is_small(trials: int, sessions: int) -> bool:
    return 16 * trials * sessions <= IN_MEMORY_BYTES


def _returns_of(trials: int, sessions: int, scratch: Path | None) -> _Returns:
    """Room for the returns of trials. A file has its place on the disk before it is mapped, for a disk that is full later would
    kill the process.

    Raises
    ------
    StoreUnwritable
    """
    shape = (2, trials, sessions)
    if _is_small(trials, sessions):
        return _Returns(np.empty(shape))
    folder = scratch or Path(gettempdir())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder) as file:
            os.posix_fallocate(file.fileno(), 0, 16 * trials * sessions)
            mapped = mmap(file.fileno(), 16 * trials * sessions)
    except OSError as error:
        raise StoreUnwritable(folder, error.strerror or str(error)) from error
    return _Returns(np.frombuffer(mapped, dtype=np.float64).reshape(shape), mapped)
