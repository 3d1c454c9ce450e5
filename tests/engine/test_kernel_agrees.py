"""The compiled kernel and the plain reference give the same simulation, bit for bit, on thousands of hostile panels."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import pytest

from bokgi.engine.checks import check_plan
from bokgi.engine.reference import simulate_plainly
from bokgi.engine.simulate import simulate
from bokgi.errors.orders import TimeUnpriced
from bokgi.orders.plans import ClockPlan, OvernightTrailPlan, SignalPlan, WeightPlan
from bokgi.orders.reasons import Event, Sale
from bokgi.orders.rules import AccountMode, ExitRules, Unpriced
from bokgi.orders.simulation import Simulation
from tests.engine.compared import first_difference
from tests.engine.hostile_panels import Case, hostile_case

SHORT_CASES = 4_000
LONG_CASES = 60_000
AT_LEAST = 5
"""Occurrences that each event and sale needs in every mode, over the short form."""

CLOCK_EVENTS = {
    Event.NO_PRICE,
    Event.LIMIT_LOCKED_BUY,
    Event.LIMIT_LOCKED_SELL,
    Event.NO_CASH,
    Event.ENTRY_WHILE_HOLDING,
    Event.LATE_FILL,
    Event.COVERAGE_END,
    Event.SOLD_AT_LAST_BAR,
    Event.CARRIED_OVER,
    Event.PENDING_AT_END,
    Event.UNPRICED_LAST_BAR,
}
SIGNAL_SALES = {Sale.SIGNAL, Sale.STOP, Sale.TARGET, Sale.TRAILING_STOP, Sale.TIME_CUTOFF, Sale.HOLDING_LIMIT}
ALWAYS = {Sale.OPEN, Sale.DELISTED}
EVENTS: dict[type, set[Event]] = {
    ClockPlan: CLOCK_EVENTS | {Event.NO_TIME_BETWEEN},
    OvernightTrailPlan: CLOCK_EVENTS | {Event.SKIPPED_SESSION},
    SignalPlan: {
        Event.LIMIT_LOCKED_BUY,
        Event.LIMIT_LOCKED_SELL,
        Event.NO_CASH,
        Event.ENTRY_WHILE_HOLDING,
        Event.PENDING_AT_END,
        Event.STOP_AND_TARGET,
    },
    WeightPlan: {Event.LIMIT_LOCKED_BUY, Event.LIMIT_LOCKED_SELL, Event.NO_CASH, Event.PENDING_AT_END},
}
SALES: dict[type, set[Sale]] = {
    ClockPlan: ALWAYS | {Sale.SELL_TIME},
    OvernightTrailPlan: ALWAYS | {Sale.TRAILING_STOP, Sale.LOSS_CUTOFF, Sale.END_OF_DAY},
    SignalPlan: ALWAYS | SIGNAL_SALES,
    WeightPlan: ALWAYS | {Sale.REBALANCE},
}

Seen = Counter[str]
"""By words: the numbers of `Event` and `Sale` overlap."""


def _word(plan: type, mode: AccountMode, code: Event | Sale) -> str:
    return f"{plan.__name__}, {mode.value}, {type(code).__name__}.{code.name}"


def _tally(seen: Seen, case: Case, result: Simulation) -> None:
    plan, mode = type(case.plan), case.account.mode
    for event in Event:
        seen[_word(plan, mode, event)] += int(result.counts[:, event].sum())
    for reason in result.trades.reason:
        seen[_word(plan, mode, Sale(int(reason)))] += 1


def _allowed(case: Case) -> Case:
    """The case itself, or where its clock time is refused as unpriced the same case with the last bar standing in."""
    try:
        check_plan(case.panel, case.plan, case.rules, case.account)
    except TimeUnpriced:
        assert case.rules.unpriced is Unpriced.REFUSE, case
        return replace(case, rules=replace(case.rules, unpriced=Unpriced.LAST_BAR))
    return case


def _compare(seeds: Iterable[int]) -> Seen:
    """Run both engines; the first difference is printed with all that is needed to see it again."""
    seen: Seen = Counter()
    for seed in seeds:
        case = _allowed(hostile_case(seed))
        plain = simulate_plainly(case.panel, case.plan, case.terms, case.rules, case.account)
        compiled = simulate(case.panel, case.plan, case.terms, case.rules, case.account)
        difference = first_difference(plain, compiled)
        if difference is not None:
            pytest.fail(f"plain and compiled differ, hostile_case({seed})\n{case}\n{difference}")
        _tally(seen, case, plain)
    return seen


def _possible() -> set[str]:
    """Every event and sale that can occur, in each mode; weights belong to shared accounts."""
    modes = {plan: [AccountMode.SHARED] if plan is WeightPlan else list(AccountMode) for plan in EVENTS}
    events = {_word(plan, mode, event) for plan in EVENTS for mode in modes[plan] for event in EVENTS[plan]}
    return events | {_word(plan, mode, sale) for plan in SALES for mode in modes[plan] for sale in SALES[plan]}


def _check_seen(seen: Seen, at_least: int) -> None:
    """The panels exercised everything that can occur, and nothing occurred that cannot."""
    possible = _possible()
    assert {word: seen[word] for word in possible if seen[word] < at_least} == {}
    assert {word: times for word, times in seen.items() if times > 0 and word not in possible} == {}


def test_kernel_and_plain_reference_agree_bit_for_bit() -> None:
    _check_seen(_compare(range(SHORT_CASES)), AT_LEAST)


def test_signals_alone_agree_where_an_auction_is_no_bar() -> None:
    """The kernel of signals without exit rules marks a position once more at such an auction; plans are those above without the rules."""
    compared = 0
    for seed in range(600):
        case = hostile_case(seed)
        if isinstance(case.plan, SignalPlan) and case.account.mode is not AccountMode.SHARED and (case.panel.slots.auction_slot >= 0).any():
            alone = replace(case, plan=replace(case.plan, exit_rules=ExitRules()))
            results = [engine(alone.panel, alone.plan, alone.terms, alone.rules, alone.account) for engine in (simulate_plainly, simulate)]
            assert first_difference(*results) is None, f"hostile_case({seed}) without exit rules"
            compared += 1
    assert compared >= 20


@pytest.mark.drill
def test_kernel_and_plain_reference_agree_on_many_more_panels() -> None:
    _check_seen(_compare(range(SHORT_CASES, SHORT_CASES + LONG_CASES)), AT_LEAST * 10)
