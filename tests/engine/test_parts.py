"""A run in parts: whatever the order, the sitting or the cut, the same bits as at one go."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

import numpy as np
import pytest

from bokgi.engine import simulate as engine
from bokgi.engine import sweeps
from bokgi.engine.arguments import capital_of
from bokgi.engine.checks import check_plan
from bokgi.engine.on_bar import simulate_on_bar
from bokgi.engine.parts import Part, assemble
from bokgi.engine.simulate import Work, simulate
from bokgi.engine.walks import Pass
from bokgi.errors.orders import TimeUnpriced
from bokgi.errors.runs import RunCancelled
from bokgi.orders.on_bar import BarContext
from bokgi.orders.plans import ClockPlan, OnBarPlan, SignalPlan
from bokgi.orders.rules import AccountMode, Market, Unpriced
from bokgi.orders.simulation import Simulation
from tests.engine.compared import first_difference
from tests.engine.hostile_panels import Case, hostile_case

CASES = 300


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of one stock, ranges of one slot."""
    monkeypatch.setattr(engine, "CHUNK_INSTRUMENTS", 1)
    monkeypatch.setattr(sweeps, "RANGE_STEPS", 1)


def _case(seed: int) -> Case:
    case = hostile_case(seed)
    try:
        check_plan(case.panel, case.plan, case.rules, case.account)
    except TimeUnpriced:
        return replace(case, rules=replace(case.rules, unpriced=Unpriced.LAST_BAR))
    return case


def _held(case: Case) -> Pass:
    nothing = np.zeros(len(case.panel), dtype=np.bool_)
    return Pass(SignalPlan(nothing, nothing, enter_at_first_open=True), case.rules)


def _other(case: Case) -> Pass:
    """The run at another slippage."""
    return Pass(case.plan, replace(case.rules, slippage_ticks=0, slippage_bps=25.0))


def _work(case: Case) -> Work:
    return Work(case.panel, (Pass(case.plan, case.rules), _held(case), _other(case)), case.terms, case.account)


def _at_one_go(case: Case, one: Pass, monkeypatch: pytest.MonkeyPatch) -> Simulation:
    with monkeypatch.context() as patch:
        patch.setattr(engine, "CHUNK_INSTRUMENTS", 8)
        patch.setattr(sweeps, "RANGE_STEPS", 10**9)
        return simulate(case.panel, one.plan, case.terms, one.rules, case.account)


def test_parts_put_together_in_any_order_are_the_run_at_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = several = 0
    for seed in range(CASES):
        case, random = _case(seed), Random(seed)
        work = _work(case)
        parts = list(work.parts(threads=random.choice((1, 2))))
        random.shuffle(parts)
        is_shared = case.account.mode is AccountMode.SHARED
        capital = capital_of(case.rules, case.account)
        found = assemble(case.panel, parts, work.assembly.books.counted, capital, is_shared=is_shared)
        assert first_difference(_at_one_go(case, work.passes[0], monkeypatch), found) is None, case
        shared, several = shared + is_shared, several + (len(parts) > 1)
    assert shared > CASES / 4
    assert several > CASES / 4


def test_the_equity_of_the_other_passes_is_that_of_their_own_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(CASES):
        case = _case(seed)
        work = _work(case)
        for part in work.parts():
            work.assembly.add(part)
        for number, one in enumerate(work.passes[1:]):
            alone = _at_one_go(case, one, monkeypatch)
            assert work.assembly.ends(number).tolist() == alone.session_equity.tolist(), case
            assert work.assembly.initial_equity == alone.initial_equity


def test_a_run_that_takes_over_finished_parts_computes_only_the_others() -> None:
    taken = 0
    for seed in range(CASES):
        case, random = _case(seed), Random(seed)
        whole = _work(case)
        parts = list(whole.parts())
        for part in parts:
            whole.assembly.add(part)
        kept = [part for part in parts if random.random() < 0.5]
        again = _work(case)
        for part in again.parts(kept):
            assert any(part is one for one in kept) == (part.first in {one.first for one in kept})
            again.assembly.add(part)
        assert first_difference(whole.assembly.simulation(), again.assembly.simulation()) is None
        taken += 0 < len(kept) < len(parts)
    assert taken > CASES / 8


def test_a_part_is_not_changed_by_being_put_together() -> None:
    for seed in range(CASES // 3):
        case = _case(seed)
        work = _work(case)
        parts = list(work.parts())
        before = [(part.lines.tobytes(), part.trades.tobytes(), part.ends.tobytes(), part.by_session.tobytes()) for part in parts]
        for part in parts:
            work.assembly.add(part)
        work.assembly.simulation()
        assert before == [(part.lines.tobytes(), part.trades.tobytes(), part.ends.tobytes(), part.by_session.tobytes()) for part in parts]


def test_what_was_not_finished_counts_nowhere() -> None:
    seen = 0
    for seed in range(CASES):
        case = _case(seed)
        work = _work(case)
        parts = list(work.parts())
        if len(parts) < 2:
            continue
        whole = assemble(case.panel, parts, work.assembly.books.counted, capital_of(case.rules, case.account), is_shared=False)
        work.assembly.add(parts[0])
        some = work.assembly.simulation()
        codes, own = case.panel.codes, whole.trades.instrument == 0
        assert work.assembly.unfinished == codes[1:]
        assert some.counted.tolist() == [whole.counted[0], *[0] * (len(codes) - 1)]
        assert some.initial_equity == capital_of(case.rules, case.account) * int(whole.counted[0])
        assert some.trades.profit.tobytes() == whole.trades.profit[own].tobytes()
        assert some.instrument_equity[0].tolist() == whole.instrument_equity[0].tolist()
        assert not some.instrument_equity[1:].any()
        assert not some.counts[1:].any()
        assert not some.traded_bars[1:].any()
        if whole.counted[0]:
            assert some.session_equity.tolist() == whole.instrument_equity[0].tolist()
        seen += 1
    assert seen > CASES / 8


def test_a_shared_account_stops_between_two_ranges_and_tells_how_far_it_is() -> None:
    stopped = 0
    for seed in range(CASES):
        case = _case(seed)
        if case.account.mode is not AccountMode.SHARED or len(case.panel.slots) < 4:
            continue
        told: list[tuple[int, float, int]] = []
        whole = list(_work(case).parts(told=lambda *step, told=told: told.append(step)))
        assert told == sorted(told)
        assert all(0.0 <= share < 1.0 for _, share, _ in told)
        assert told[-1][2] <= len(whole[0].trades)
        asked = 0

        def cancelled(limit: int = len(case.panel.slots) // 2) -> bool:
            nonlocal asked
            asked += 1
            return asked > limit

        with pytest.raises(RunCancelled):
            list(_work(case).parts(cancelled=cancelled))
        assert asked == len(case.panel.slots) // 2 + 1
        stopped += 1
    assert stopped > CASES / 10


def _buys_now_and_then() -> Callable[[BarContext], None]:
    def decide(context: BarContext) -> None:
        if context.index % 3 == 0:
            context.buy()
        elif context.index % 3 == 2:
            context.sell()

    return decide


def test_a_plan_asked_bar_by_bar_is_one_part_equal_to_its_own_run(monkeypatch: pytest.MonkeyPatch) -> None:
    trades = 0
    for seed in range(CASES // 3):
        case = _case(seed)
        plan = OnBarPlan(_buys_now_and_then)
        alone = simulate_on_bar(case.panel, plan.start, case.terms, case.rules, case.account)
        work = Work(case.panel, (Pass(plan, case.rules), _held(case)), case.terms, case.account)
        told: list[tuple[int, float, int]] = []
        (part,) = work.parts(told=lambda *step, told=told: told.append(step))
        work.assembly.add(part)
        assert first_difference(alone, work.assembly.simulation()) is None, case
        assert work.assembly.ends(0).tolist() == _at_one_go(case, _held(case), monkeypatch).session_equity.tolist()
        assert told == sorted(told)
        trades += len(alone.trades)
    assert trades > CASES


def test_a_plan_asked_bar_by_bar_stops_between_two_bars() -> None:
    case = _case(3)
    asked: list[BarContext] = []

    def start() -> Callable[[BarContext], None]:
        return asked.append

    work = Work(case.panel, (Pass(OnBarPlan(start), case.rules),), case.terms, case.account)
    with pytest.raises(RunCancelled):
        list(work.parts(cancelled=lambda: len(asked) >= 2))
    assert len(asked) <= 2 + len(case.panel.instruments)


def test_parts_of_another_form_are_not_taken_over() -> None:
    for case in (_case(seed) for seed in range(30)):
        work = _work(case)
        part = next(iter(work.parts()))
        assert work.has(part)
        assert not work.has(replace(part, end=part.end + 1))
        assert not work.has(replace(part, by_session=part.by_session[:, :-1]))
        assert not work.has(replace(part, ends=part.ends[:1]))
        assert not work.has(replace(part, lines=part.lines[:, :-1]))


def test_other_passes_are_not_run_after_the_end_was_asked_for() -> None:
    case = next(
        case for case in map(_case, range(CASES)) if case.account.mode is AccountMode.PER_STOCK and isinstance(case.plan, ClockPlan)
    )
    asked: list[Part | None] = []

    def cancelled() -> bool:
        asked.append(None)
        return len(asked) > 1

    with pytest.raises(RunCancelled):
        list(_work(case).parts(threads=1, cancelled=cancelled))
    assert len(asked) == 2


def test_floats_are_added_in_panel_order_whatever_the_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [case for case in map(_case, range(CASES)) if case.rules.market is Market.PLAIN and case.account.mode is AccountMode.PER_STOCK]
    assert len(cases) > 20
    for case in cases:
        by_size = []
        for size in (1, 2, 3, 8):
            monkeypatch.setattr(engine, "CHUNK_INSTRUMENTS", size)
            by_size.append(simulate(case.panel, case.plan, case.terms, case.rules, case.account))
        assert [first_difference(by_size[0], other) for other in by_size[1:]] == [None, None, None]
