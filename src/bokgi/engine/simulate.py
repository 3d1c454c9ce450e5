"""The compiled engine: `simulate` turns a plan on a panel into trades, equity and counters; `Work` does so part by part.

Accounts of single stocks are walked in fixed chunks of instruments, in threads; each chunk is a part of its own, and they
are put together in panel order, so no number depends on how many threads there were. A shared account is one sweep and one part, and
so is a plan that is asked bar by bar.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import islice

import numpy as np

from bokgi.bars.panel import Panel
from bokgi.engine.arguments import capital_of, law_of, tape_of
from bokgi.engine.checks import check_plan
from bokgi.engine.on_bar import simulate_on_bar
from bokgi.engine.parts import Assembly, Cancelled, Part, at_session_ends, empty_books, part_of_books, part_of_simulation
from bokgi.engine.sweeps import Sweeps
from bokgi.engine.walks import Pass, counted_of, walk_of
from bokgi.errors.orders import PlanNeedsReference
from bokgi.errors.runs import RunCancelled
from bokgi.orders.plans import OnBarPlan, Plan
from bokgi.orders.rules import AccountMode, AccountRules, ExecutionRules
from bokgi.orders.simulation import Simulation
from bokgi.orders.terms import Terms
from bokgi.units import FloatArray

CHUNK_INSTRUMENTS = 8
"""Instruments of one call of a kernel; fixed, so that results and cancelling do not depend on the number of threads."""

Told = Callable[[int, float, int], None]
"""Told sessions walked through, share of the work, and trades so far, of a part that takes all stocks at once."""


def simulate(
    panel: Panel,
    plan: Plan,
    terms: Terms,
    rules: ExecutionRules,
    account: AccountRules,
    threads: int = 2,
    cancelled: Cancelled | None = None,
    progress: Callable[[int], None] | None = None,
) -> Simulation:
    """Carry out a plan under the rules of docs/semantics.md.

    threads : for accounts of single stocks; a shared account is one sweep
    cancelled : asked between chunks of instruments, and between short ranges of a sweep
    progress : told the number of finished instruments

    Raises
    ------
    RunCancelled
        `cancelled` said so.
    InputError
        Plan, rules and data do not go together (`check_plan`).
    """
    if isinstance(plan, OnBarPlan):
        check_plan(panel, plan, rules, account)
        raise PlanNeedsReference
    work = Work(panel, (Pass(plan, rules),), terms, account)
    assembly = work.assembly
    for part in work.parts(threads=threads, cancelled=cancelled):
        assembly.add(part)
        if progress is not None:
            progress(part.end)
    return assembly.simulation()


class Work:
    """A run and the passes that it is compared with, part by part; `assembly` puts the parts together.

    passes : the run first
    """

    def __init__(self, panel: Panel, passes: Sequence[Pass], terms: Terms, account: AccountRules) -> None:
        for one in passes:
            check_plan(panel, one.plan, one.rules, account)
        self.panel, self.passes = panel, tuple(passes)
        self._terms, self._account = terms, account
        self._tape = tape_of(panel)
        law = law_of(terms)
        counted = counted_of(self._tape, law)
        is_shared = account.mode is AccountMode.SHARED
        self.is_whole = is_shared or isinstance(passes[0].plan, OnBarPlan)
        capital, count = capital_of(passes[0].rules, account), len(panel.instruments)
        self.assembly = Assembly(panel, counted, capital, is_shared=is_shared, passes=len(passes) - 1)
        # The other passes leave nothing but equity, so one set of books is enough for the rest that their kernels write.
        self._spare = empty_books(count, len(panel.sessions), counted, is_shared=is_shared) if len(passes) > 1 else self.assembly.books
        self._walks = {
            number: walk_of(panel, one, self._tape, law, account, counted)
            for number, one in enumerate(passes)
            if not isinstance(one.plan, OnBarPlan)
        }

    @property
    def bounds(self) -> list[tuple[int, int]]:
        """First and end of each part's instruments."""
        total = len(self.panel.instruments)
        return [(0, total)] if self.is_whole else _chunk_bounds(total)

    def has(self, part: Part) -> bool:
        """Whether a part that was kept has the form of one of this run's."""
        sessions, slots = len(self.panel.sessions), len(self.panel.slots)
        forms = (part.by_session.shape, part.lines.shape[-1], part.ends.shape[0], part.ends.shape[-1])
        return (part.first, part.end) in self.bounds and forms == ((part.end - part.first, sessions), slots, len(self.passes) - 1, sessions)

    def parts(
        self,
        done: Iterable[Part] = (),
        *,
        threads: int = 2,
        cancelled: Cancelled | None = None,
        told: Told | None = None,
    ) -> Generator[Part]:
        """All parts in panel order; those that are done already are handed through.

        Raises
        ------
        RunCancelled
            `cancelled` said so; what was handed out is finished, and so is all of `done`.
        """
        there, bounds, total = {part.first: part for part in done}, self.bounds, len(self.panel.instruments)
        _check_going(cancelled, 0, total)
        missing = len(bounds) - len(there)
        pool = ThreadPoolExecutor(max_workers=threads) if threads > 1 and missing > 1 else None
        try:
            jobs = (self._job(pool, there.get(first), first, end, cancelled, told) for first, end in bounds)
            waiting = deque(islice(jobs, 2 * threads))  # so memory does not grow with the panel
            while waiting:
                part = waiting.popleft()()
                waiting.extend(islice(jobs, 1))
                yield part
                if part.end < total:
                    _check_going(cancelled, part.end, total)
        finally:
            if pool is not None:
                pool.shutdown(cancel_futures=True)

    def _job(
        self, pool: ThreadPoolExecutor | None, there: Part | None, first: int, end: int, cancelled: Cancelled | None, told: Told | None
    ) -> Callable[[], Part]:
        """How to get at a part: it is there, it is under way in a thread, or it is computed when asked for."""
        if there is not None:
            return lambda: there
        if self.is_whole:
            return partial(self._whole, cancelled, told)
        if pool is None:
            return partial(self._chunk, first, end, cancelled)
        return pool.submit(self._chunk, first, end, cancelled).result

    def _chunk(self, first: int, end: int, cancelled: Cancelled | None) -> Part:
        """All passes of the instruments [first, end), each with an account of its own."""
        slots = len(self.panel.slots)
        trades, lines = self._walks[0].chunk(self.assembly.books, first, end, slots)
        ends = []
        for number in range(1, len(self.passes)):
            _check_going(cancelled, first, len(self.panel.instruments))
            ends.append(at_session_ends(self.panel, self._walks[number].chunk(self._spare, first, end, slots)[1]))
        return part_of_books(self.assembly.books, first, end, trades, lines, self._stacked(ends))

    def _whole(self, cancelled: Cancelled | None, told: Told | None) -> Part:
        """All passes of all instruments."""
        sweeps, going = Sweeps(self.panel, self._tape), _Going(self, cancelled, told)
        plan = self.passes[0].plan
        part = self._asked(plan, going) if isinstance(plan, OnBarPlan) else self._swept(sweeps, 0, going)
        return replace(part, ends=self._stacked([self._other(sweeps, number, going) for number in range(1, len(self.passes))]))

    def _asked(self, plan: OnBarPlan, going: "_Going") -> Part:
        """The plan asked bar by bar, on the plain reference."""
        rules = self.passes[0].rules
        alone = simulate_on_bar(self.panel, plan.start, self._terms, rules, self._account, plan.exit_rules, going)
        return part_of_simulation(alone, self._stacked([]))

    def _swept(self, sweeps: Sweeps, number: int, going: "_Going") -> Part:
        books = self.assembly.books if number == 0 else self._spare
        trades, lines = sweeps.sweep(self.passes[number], self._walks[number], books, going)
        return part_of_books(books, 0, len(self.panel.instruments), trades, lines, self._stacked([]))

    def _other(self, sweeps: Sweeps, number: int, going: "_Going") -> FloatArray:
        """float64[line, session], equity at session ends of another pass than the run."""
        going.number = number
        if self._account.mode is AccountMode.SHARED:
            return at_session_ends(self.panel, self._swept(sweeps, number, going).lines)
        found = []
        for first, end in _chunk_bounds(len(self.panel.instruments)):
            going.check()
            found.append(at_session_ends(self.panel, self._walks[number].chunk(self._spare, first, end, len(self.panel.slots))[1]))
        return np.concatenate(found)

    def _stacked(self, ends: list[FloatArray]) -> FloatArray:
        return np.stack(ends) if ends else np.empty((0, 1, len(self.panel.sessions)))


class _Going:
    """Asked by whatever takes all stocks at once before each of its steps: go on, and tell how far it is."""

    def __init__(self, work: Work, cancelled: Cancelled | None, told: Told | None) -> None:
        self._slot_session, self._sessions = work.panel.slots.session, len(work.panel.sessions)
        self._total, self._cancelled, self._told = len(work.panel.instruments), cancelled, told
        # Beside a plan in plain Python the compiled passes take no time.
        self._weighed = 1 if isinstance(work.passes[0].plan, OnBarPlan) else len(work.passes)
        self.number = self._trades = 0
        self._last = -1

    def check(self) -> None:
        _check_going(self._cancelled, 0, self._total)

    def __call__(self, slots: int, trades: int) -> None:
        """`slots` of the pass `number` are behind."""
        self.check()
        session = int(self._slot_session[slots]) if slots < len(self._slot_session) else self._sessions
        if self._told is None or session == self._last:
            return
        self._last = session
        self._trades = trades if self.number == 0 else self._trades
        share = min((self.number + slots / max(len(self._slot_session), 1)) / self._weighed, 1.0)
        self._told(session if self.number == 0 else self._sessions, share, self._trades)


def _check_going(cancelled: Cancelled | None, done: int, total: int) -> None:
    if cancelled is not None and cancelled():
        raise RunCancelled(done, total)


def _chunk_bounds(total: int) -> list[tuple[int, int]]:
    """First and end of each chunk of instruments."""
    ends = [*range(CHUNK_INSTRUMENTS, total, CHUNK_INSTRUMENTS), total]
    return list(zip([0, *ends[:-1]], ends, strict=True))
