"""Deciders bar by bar: the same money as signals, and no way to see a later bar."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from bokgi.engine.on_bar import simulate_on_bar
from bokgi.engine.reference import simulate_plainly
from bokgi.errors.orders import RuleOutOfRange
from bokgi.market.instruments import Instrument
from bokgi.orders.on_bar import BarContext
from bokgi.orders.plans import SignalPlan
from bokgi.orders.reasons import Sale
from bokgi.orders.rules import AccountRules, ExecutionRules, Market
from tests.engine.compared import first_difference
from tests.engine.hostile_panels import Case, hostile_case
from tests.engine.small_panels import Bar, panel_of, terms_of

PLAIN = ExecutionRules(market=Market.PLAIN)


def _signal_cases(number: int) -> list[Case]:
    cases = (hostile_case(seed) for seed in range(number))
    return [case for case in cases if isinstance(case.plan, SignalPlan) and not case.plan.enter_at_first_open]


def _spoken(plan: SignalPlan, case: Case) -> Callable[[], Callable[[BarContext], None]]:
    """The decisions of a plan, said bar by bar; one wish a bar, so rows that hold several are cleared before."""
    panel = case.panel
    place = {
        (instrument.code, panel.sessions.day[panel.session[row]].item(), int(panel.minute[row])): row
        for index, instrument in enumerate(panel.instruments)
        for row in range(int(panel.offsets[index]), int(panel.offsets[index + 1]))
    }

    def start() -> Callable[[BarContext], None]:
        def decide(context: BarContext) -> None:
            row = place[context.code, context.session, context.minute]
            if plan.entries[row]:
                context.buy()
            if plan.exits[row]:
                context.sell()
            if plan.short_entries is not None and plan.short_entries[row]:
                context.short()
            if plan.short_exits is not None and plan.short_exits[row]:
                context.cover()

        return decide

    return start


def _one_wish_a_row(plan: SignalPlan) -> SignalPlan:
    entries, exits = plan.entries, plan.exits & ~plan.entries
    if plan.short_entries is None or plan.short_exits is None:
        return SignalPlan(entries, exits, exit_rules=plan.exit_rules)
    shorts = plan.short_entries & ~entries & ~exits
    covers = plan.short_exits & ~entries & ~exits & ~shorts
    return SignalPlan(entries, exits, shorts, covers, plan.exit_rules)


def test_decisions_bar_by_bar_give_the_same_simulation_as_signals() -> None:
    cases, trades = _signal_cases(600), 0
    for case in cases:
        assert isinstance(case.plan, SignalPlan)
        plan = _one_wish_a_row(case.plan)
        by_signal = simulate_plainly(case.panel, plan, case.terms, case.rules, case.account)
        by_bar = simulate_on_bar(case.panel, _spoken(plan, case), case.terms, case.rules, case.account, plan.exit_rules)
        assert first_difference(by_signal, by_bar) is None, case
        trades += len(by_bar.trades)
    assert trades > 200


BARS: list[Bar] = [(0, f"09:{5 * place:02d}", 100 + place, 101 + place, 99 + place, 100 + place) for place in range(6)]


def _run(decide: Callable[[BarContext], None]) -> None:
    panel = panel_of(BARS)
    simulate_on_bar(panel, lambda: decide, terms_of(panel, has_ticks=False), PLAIN, AccountRules(initial_capital=1_000))


def test_a_context_holds_the_bars_up_to_now_and_nothing_later() -> None:
    seen: list[BarContext] = []
    _run(seen.append)
    assert [context.index for context in seen] == [0, 1, 2, 3, 4, 5]
    for context in seen:
        assert context.close.tolist() == [100.0 + place for place in range(context.bars)]
        assert context.high[-1] == context.close[-1] + 1.0


def test_not_even_the_base_of_a_view_knows_the_future() -> None:
    def look_behind(context: BarContext) -> None:
        for column in (context.open, context.high, context.low, context.close, context.volume):
            base = column.base
            assert base is not None
            assert np.isnan(np.asarray(base)[context.bars :]).all()

    _run(look_behind)


def test_a_strategy_cannot_write_into_the_bars() -> None:
    def tamper(context: BarContext) -> None:
        with pytest.raises(ValueError, match="read-only"):
            context.close[-1] = 1.0

    _run(tamper)


def test_context_shows_position_cash_and_equity() -> None:
    seen: list[tuple[float, float, int]] = []

    def decide(context: BarContext) -> None:
        if context.index == 0:
            assert context.position is None
            context.buy()
        elif context.position is not None:
            seen.append((context.position.shares, context.equity, context.position.held_bars))
        if context.index == 2:
            context.sell()

    _run(decide)
    # 1,000 buys 9 at 101 (91 left); marked at 101, then 102; sold at 103.
    assert seen == [(9.0, 1_000.0, 1), (9.0, 1_009.0, 2)]


def test_a_purchase_may_bring_its_own_stop_and_target() -> None:
    def decide(context: BarContext) -> None:
        if context.index == 0:
            context.buy(stop=0.5, target=0.01)

    panel = panel_of(BARS)
    result = simulate_on_bar(panel, lambda: decide, terms_of(panel, has_ticks=False), PLAIN, AccountRules(initial_capital=1_000))
    # Bought at 101: target 102.01. Bar 1 reaches 102, bar 2 opens at 102 and reaches 103.
    assert result.trades.sell_price.tolist() == [pytest.approx(102.01)]
    assert Sale(int(result.trades.reason[0])) is Sale.TARGET


@pytest.mark.parametrize("wish", [{"stop": -1.0}, {"target": -0.1}, {"trailing": 1.5}, {"stop": float("nan")}])
def test_a_ratio_that_no_exit_can_have_is_refused(wish: dict[str, float]) -> None:
    prices = np.array([100.0])
    context = BarContext(Instrument("005930"), date(2025, 4, 1), 540, prices, prices, prices, prices, prices)
    with pytest.raises(RuleOutOfRange):
        context.buy(**wish)
