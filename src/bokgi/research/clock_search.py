"""Every pair of times of `daily_trading` on every stock of a panel, with the figures of a plain backtest of the same times.

Convention: one `ClockStock` belongs to one instrument and may be used by one thread at a time; all of them share the panel's arrays. Under
`krx` trials are walked side by side (`kernel_clock_trials`); those that lanes cannot walk, and all under `plain`, by the engine's own walk.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from bokgi.bars.panel import Panel
from bokgi.engine.arguments import law_of, rules_of, signals_of, tape_of, wish_of
from bokgi.engine.kernel_layout import BAR, DAY, DESK, TRADE, Books, Law, RecordArray, Tape
from bokgi.engine.parts import Cancelled, empty_books
from bokgi.engine.walks import counted_of, scratch_for
from bokgi.orders.plans import ClockPlan
from bokgi.orders.rules import AccountRules, ExecutionRules, Market
from bokgi.orders.terms import Terms
from bokgi.research.clock_points import clock_points, pair_number, pairs_of_points
from bokgi.research.kernel_clock_fills import Cells, ClockFills, find_fills
from bokgi.research.kernel_clock_trials import ONE_ROWS, RUNNING, Figures, Lanes, Order, clock_returns, clock_trials
from bokgi.research.kernel_walked_trials import curve_figures, walk_clock_trials
from bokgi.research.pairwise import sum_order
from bokgi.research.trials import TrialBlock, check_wanted
from bokgi.units import FloatArray, IntArray

WALKED_AT_ONCE = 256
BLOCK_TRIALS = 4096
"""About as many trials as one block of returns holds."""
COMMISSION_UNIT = 1
"""The unit that lanes know; others are walked by the engine."""


class ClockSearch:
    """What the searches of all stocks of a panel share."""

    def __init__(self, panel: Panel, terms: Terms, execution: ExecutionRules, account: AccountRules) -> None:
        self.panel = panel
        self.tape: Tape = tape_of(panel)
        self.law: Law = law_of(terms)
        self.counted = counted_of(self.tape, self.law)
        self.rules: RecordArray = rules_of(panel, execution, account, int(np.count_nonzero(self.counted)))
        self.order = sum_order(len(panel.sessions))
        self.has_lanes = execution.market is Market.KRX and execution.costs.commission_unit_krw == COMMISSION_UNIT

    @property
    def capital(self) -> float:
        return float(self.rules["capital"][0])

    def stock(self, index: int, cancelled: Cancelled | None = None) -> "ClockStock | None":
        """The search of one instrument; None where it has no two points, or no bar."""
        points = clock_points(self.panel, index)
        return ClockStock(self, index, points, cancelled) if len(points) > 1 and self.counted[index] else None


@dataclass
class ClockStock:
    """The trials of one stock."""

    search: ClockSearch
    index: int
    points: IntArray
    cancelled: Cancelled | None = None
    figures: Figures = field(init=False)
    walked: IntArray = field(init=False)
    """Trials that the engine walked."""

    def __post_init__(self) -> None:
        sessions, count = len(self.search.panel.sessions), len(self.points)
        self._cells = Cells(self.search.rules.copy(), wish_of(ClockPlan(0, 1)), np.zeros(1, DESK), np.zeros(1, DAY), np.zeros(1, BAR))
        grid = (sessions, count)
        self._fills = ClockFills(
            np.zeros(grid),
            np.zeros(grid, np.int64),
            np.zeros(grid),
            np.zeros(grid, np.int64),
            np.zeros(grid, np.int64),
            np.zeros(sessions),
            np.zeros(sessions),
            np.zeros(sessions),
            np.zeros(sessions, np.int64),
            np.zeros(sessions),
        )
        order = self.search.order
        self._lanes = Lanes(
            np.zeros((sessions + 1, count)),
            np.zeros(grid),
            np.zeros((ONE_ROWS, count)),
            np.zeros((RUNNING, count)),
            np.zeros((order.depth, count)),
            np.zeros(count, np.bool_),
            np.zeros(count, np.bool_),
            np.zeros(grid),
        )
        self._order = Order(order.starts, order.ends, order.merges)
        self._read = find_fills(self.search.tape, self.search.law, self._cells, self.points, self.index, self._fills)

    @property
    def trials(self) -> int:
        return len(self.points) * (len(self.points) - 1) // 2

    def computed(self) -> Figures:
        """Figures of all trials.

        Raises
        ------
        RunCancelled
        """
        trials = self.trials
        figures = Figures(
            np.empty(trials),
            np.empty(trials, np.int32),
            np.empty(trials, np.int32),
            np.empty(trials),
            np.empty(trials),
            np.empty(trials),
            np.ones(trials, np.bool_),
        )
        if self.search.has_lanes:
            for first, end in self._purchases():
                check_wanted(self.cancelled)
                self._walk_lanes(first, end, figures)
        self.walked = np.flatnonzero(figures.hard)
        for first in range(0, len(self.walked), WALKED_AT_ONCE):
            check_wanted(self.cancelled)
            places = self.walked[first : first + WALKED_AT_ONCE]
            curves, _, counts = self._walked(places)
            curve_figures(curves, self.search.capital, self._order, places, counts, np.empty(curves.shape[1]), figures)
        self.figures = figures
        return figures

    def _walk_lanes(self, first: int, end: int, figures: Figures) -> None:
        """Write the figures of all sales of the purchases [first, end)."""
        search = self.search
        clock_trials(
            search.tape,
            search.law,
            self._cells,
            self.points,
            self.index,
            self._read,
            self._fills,
            self._lanes,
            self._order,
            figures,
            first,
            end,
        )

    def columns(self) -> dict[str, IntArray | FloatArray]:
        """Minutes bought and sold of all trials."""
        buy, sell = pairs_of_points(len(self.points))
        return {"buy_time": self.points[buy], "sell_time": self.points[sell]}

    def words(self) -> dict[str, tuple[str, ...]]:
        """No parameter is a word."""
        return {}

    def grid(self, totals: FloatArray) -> FloatArray:
        """float64[bought, sold], NaN where there is no pair."""
        count = len(self.points)
        laid = np.full((count, count), np.nan)
        laid[pairs_of_points(count)] = totals
        return laid

    def trial_of(self, buy_minute: int, sell_minute: int) -> int | None:
        """The number of the trial with these minutes; None where they are no pair of this stock."""
        buy, sell = (int(np.searchsorted(self.points, minute)) for minute in (buy_minute, sell_minute))
        there = sell < len(self.points) and self.points[sell] == sell_minute and self.points[min(buy, sell)] == buy_minute
        return pair_number(len(self.points), buy, sell) if there and buy < sell else None

    def __iter__(self) -> Iterator[TrialBlock]:
        """Returns of all trials over the capital, in blocks; computed anew each time, so that memory stays flat."""
        for first, end in self._purchases():
            yield self._block(first, end)

    def _purchases(self) -> Iterator[tuple[int, int]]:
        """Ranges of purchases, each of about a block of trials."""
        first = 0
        while first < len(self.points) - 1:
            end = first + 1
            while end < len(self.points) - 1 and self._count(first, end + 1) <= BLOCK_TRIALS:
                end += 1
            yield first, end
            first = end

    def _count(self, first: int, end: int) -> int:
        count = len(self.points)
        return (pair_number(count, end, end + 1) if end < count - 1 else self.trials) - pair_number(count, first, first + 1)

    def _block(self, first: int, end: int) -> TrialBlock:
        net, gross = np.empty((2, self._count(first, end), len(self.search.panel.sessions)))
        search = self.search
        if search.has_lanes:
            clock_returns(
                search.tape,
                search.law,
                self._cells,
                self.points,
                self.index,
                self._read,
                self._fills,
                self._lanes,
                net,
                gross,
                first,
                end,
            )
        base = pair_number(len(self.points), first, first + 1)
        inside = self.walked[(self.walked >= base) & (self.walked < base + len(net))]
        for start in range(0, len(inside), WALKED_AT_ONCE):
            places = inside[start : start + WALKED_AT_ONCE]
            curves, costs, _ = self._walked(places)
            won = np.diff(curves, axis=1, prepend=search.capital)
            net[places - base], gross[places - base] = won / search.capital, (won + costs) / search.capital
        return TrialBlock(net, gross)

    def _walked(self, places: IntArray) -> tuple[FloatArray, FloatArray, IntArray]:
        """Curves, costs and counts of these trials, by the engine's own walk."""
        search, count = self.search, len(places)
        sessions = len(search.panel.sessions)
        buy, sell = pairs_of_points(len(self.points))
        minutes = np.ascontiguousarray(np.stack((self.points[buy[places]], self.points[sell[places]])))
        curves, costs, counts = np.empty((count, sessions)), np.empty((count, sessions)), np.empty((2, count), np.int64)
        walk_clock_trials(
            search.tape,
            search.law,
            self._cells.rules,
            self._cells.wish,
            signals_of(ClockPlan(0, 1)),
            self._books(),
            scratch_for(count, count, 1, 1),
            self.index,
            minutes,
            np.arange(count, dtype=np.int64),
            curves,
            costs,
            counts,
        )
        return curves, costs, counts

    def _books(self) -> Books:
        panel = self.search.panel
        books = empty_books(len(panel.instruments), len(panel.sessions), self.search.counted, is_shared=False)
        return books._replace(trades=np.empty(len(panel.sessions), dtype=TRADE), lines=np.zeros((1, len(panel.slots))))
