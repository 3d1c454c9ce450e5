"""A run of the compiled engine: threads, chunks, cancelling, and what is refused before anything is computed."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from bokgi.bars.interval import DAILY
from bokgi.bars.panel import Panel
from bokgi.engine.checks import check_plan
from bokgi.engine.simulate import CHUNK_INSTRUMENTS, simulate
from bokgi.errors.base import BokgiError
from bokgi.errors.market import ForeignUnderKrx
from bokgi.errors.orders import (
    FractionsUnderKrx,
    PlanNeedsIntraday,
    PlanNeedsReference,
    RuleOutOfRange,
    ShortsUnderKrx,
    SignalsMisshapen,
    SlippageTwice,
    TimesOutOfOrder,
    TimeUnpriced,
    WeightsNeedSharedAccount,
    WeightsOutOfRange,
)
from bokgi.errors.runs import RunCancelled
from bokgi.market.instruments import Kind
from bokgi.orders.plans import CLOSE_MINUTE, ClockPlan, OnBarPlan, OvernightTrailPlan, Plan, SignalPlan, WeightPlan
from bokgi.orders.rules import AccountMode, AccountRules, ExecutionRules, ExitRules, Market, Unpriced
from bokgi.orders.simulation import Simulation, TradeColumns
from bokgi.orders.terms import Terms
from tests.engine.compared import first_difference
from tests.engine.small_panels import Bar, minute_of, panel_of, terms_of

STOCKS = 3 * CHUNK_INSTRUMENTS + 1
TIMES = [f"{hour:02d}:{minute:02d}" for hour in range(9, 15) for minute in range(0, 60, 15)]


@pytest.fixture(scope="module")
def market() -> tuple[Panel, Terms]:
    """Four chunks of stocks on a random walk, three sessions."""
    random = np.random.default_rng(7)
    stocks = []
    for _ in range(STOCKS):
        bars: list[Bar] = []
        price = 10_000
        for session in range(3):
            for time in TIMES:
                close = price + 10 * int(random.integers(-8, 9))
                bars.append((session, time, price, max(price, close) + 10, min(price, close) - 10, close))
                price = close
        stocks.append(bars)
    panel = panel_of(*stocks)
    return panel, terms_of(panel)


def _plans(panel: Panel) -> list[Plan]:
    random = np.random.default_rng(11)
    entries, exits = random.random(len(panel)) < 0.1, random.random(len(panel)) < 0.1
    return [
        ClockPlan(600, 840),
        OvernightTrailPlan(minute_of("14:45"), 0.01, 0.8, 840),
        SignalPlan(entries, exits),
        SignalPlan(entries, exits, exit_rules=ExitRules(stop_ratio=0.01, target_ratio=0.02, trailing_ratio=0.01)),
        SignalPlan(entries, exits, enter_at_first_open=True),
    ]


@pytest.mark.parametrize("name", [Market.KRX, Market.PLAIN])
def test_results_do_not_depend_on_the_number_of_threads(market: tuple[Panel, Terms], name: Market) -> None:
    panel, terms = market
    rules = ExecutionRules(market=name, fractional_shares=name is Market.PLAIN)
    for plan in _plans(panel):
        alone = simulate(panel, plan, terms, rules, AccountRules(), threads=1)
        assert len(alone.trades) > 0
        for threads in (2, 3, 16):
            assert first_difference(alone, simulate(panel, plan, terms, rules, AccountRules(), threads=threads)) is None


def test_the_sum_over_accounts_is_the_sum_of_runs_of_one_stock(market: tuple[Panel, Terms]) -> None:
    panel, terms = market
    whole = simulate(panel, ClockPlan(600, 840), terms, ExecutionRules(), AccountRules())
    # Every stock has a bar at every time here, so the slots are the same for each.
    total = np.zeros(len(whole.equity))
    for index in range(STOCKS):
        one, its_terms = _only(panel, terms, index)
        total += simulate(one, ClockPlan(600, 840), its_terms, ExecutionRules(), AccountRules()).equity
    assert whole.equity.tolist() == total.tolist()


def _only(panel: Panel, terms: Terms, index: int) -> tuple[Panel, Terms]:
    rows, only = panel.rows_of(index), slice(index, index + 1)
    columns = {name: getattr(panel, name)[rows] for name in ("session", "minute", "open", "high", "low", "close", "volume")}
    grids = {name: getattr(panel, name)[only] for name in ("auction", "auction_row", "base_price", "adjusted")}
    offsets = np.array([0, rows.stop - rows.start])
    cut = {name: getattr(terms, name)[only] for name in ("ladder", "upper_limit", "lower_limit", "transaction_tax_ppm", "special_tax_ppm")}
    one = replace(panel, instruments=panel.instruments[only], offsets=offsets, **columns, **grids)
    return one, replace(terms, delisted_session=terms.delisted_session[only], **cut)


@pytest.mark.parametrize("mode", list(AccountMode))
def test_what_the_account_gained_is_profit_and_unrealised_profit_to_the_won(market: tuple[Panel, Terms], mode: AccountMode) -> None:
    panel, terms = market
    for plan in _plans(panel):
        result = simulate(panel, plan, terms, ExecutionRules(), AccountRules(mode=mode))
        trades = result.trades
        last_close = panel.close[panel.offsets[1:] - 1]
        is_open = np.isnan(trades.profit)
        unrealised = trades.shares[is_open] * last_close[trades.instrument[is_open]] - trades.invested[is_open]
        assert result.equity[-1] - result.initial_equity == trades.profit[~is_open].sum() + unrealised.sum()


def test_progress_counts_finished_instruments_and_ends_with_all(market: tuple[Panel, Terms]) -> None:
    panel, terms = market
    told: list[int] = []
    simulate(panel, ClockPlan(600, 840), terms, ExecutionRules(), AccountRules(), progress=told.append)
    assert told == [CHUNK_INSTRUMENTS, 2 * CHUNK_INSTRUMENTS, 3 * CHUNK_INSTRUMENTS, STOCKS]


@pytest.mark.parametrize("threads", [1, 2])
def test_a_cancelled_run_stops_between_two_chunks(market: tuple[Panel, Terms], threads: int) -> None:
    panel, terms = market
    told: list[int] = []
    with pytest.raises(RunCancelled, match=f"after {CHUNK_INSTRUMENTS} of {STOCKS}"):
        simulate(
            panel, ClockPlan(600, 840), terms, ExecutionRules(), AccountRules(), threads, cancelled=lambda: bool(told), progress=told.append
        )
    assert told == [CHUNK_INSTRUMENTS]


def test_arrays_that_cannot_be_written_or_are_cut_out_of_others_give_the_same(market: tuple[Panel, Terms]) -> None:
    panel, terms = market
    plan = _plans(panel)[2]
    assert isinstance(plan, SignalPlan)
    wide = np.zeros((len(panel), 2), dtype=np.bool_)
    wide[:, 0] = plan.entries
    frozen = panel.close.copy()
    frozen.flags.writeable = False
    other = replace(panel, close=frozen)
    expected = simulate(panel, plan, terms, ExecutionRules(), AccountRules())
    found = simulate(other, replace(plan, entries=wide[:, 0]), terms, ExecutionRules(), AccountRules())
    assert first_difference(expected, found) is None


def test_columns_have_the_documented_types(market: tuple[Panel, Terms]) -> None:
    panel, terms = market
    result = simulate(panel, ClockPlan(600, 840), terms, ExecutionRules(), AccountRules())
    kinds = {each.name: str(getattr(result.trades, each.name).dtype) for each in fields(TradeColumns)}
    assert [name for name, kind in kinds.items() if kind == "int32"] == ["instrument", "buy_session", "sell_session"]
    assert [name for name, kind in kinds.items() if kind == "int8"] == ["side", "reason"]
    assert all(getattr(result.trades, name).flags.c_contiguous for name in kinds)
    assert isinstance(result, Simulation)


# ---------------------------------------------------------------- what is refused


YES = np.ones(2, dtype=np.bool_)
BARS: list[Bar] = [(0, "10:00", 10_000, 10_000, 10_000, 10_000), (0, "14:55", 10_000, 10_100, 9_900, 10_050)]
KRX, PLAIN = ExecutionRules(), ExecutionRules(market=Market.PLAIN)
SHARED = AccountRules(mode=AccountMode.SHARED)


def _refusals() -> list[tuple[type[BokgiError], Plan, ExecutionRules, AccountRules]]:
    signals, stock = SignalPlan(YES, YES), AccountRules()
    return [
        (TimesOutOfOrder, ClockPlan(600, 600), KRX, stock),
        (TimesOutOfOrder, ClockPlan(CLOSE_MINUTE, 600), KRX, stock),
        (TimeUnpriced, ClockPlan(600, minute_of("15:20")), KRX, stock),
        (TimeUnpriced, ClockPlan(600, CLOSE_MINUTE), KRX, stock),
        (TimeUnpriced, OvernightTrailPlan(minute_of("15:05"), 0.01, 0.8, 840), KRX, stock),
        (ShortsUnderKrx, SignalPlan(YES, YES, YES, YES), KRX, stock),
        (FractionsUnderKrx, signals, replace(KRX, fractional_shares=True), stock),
        (SlippageTwice, signals, replace(KRX, slippage_ticks=1, slippage_bps=1.0), stock),
        (SignalsMisshapen, SignalPlan(YES[:1], YES), KRX, stock),
        (RuleOutOfRange, SignalPlan(YES, YES, exit_rules=ExitRules(max_bars=0)), KRX, stock),
        (RuleOutOfRange, SignalPlan(YES, YES, exit_rules=ExitRules(stop_ratio=float("nan"))), KRX, stock),
        (RuleOutOfRange, signals, KRX, AccountRules(initial_capital=0)),
        (RuleOutOfRange, signals, PLAIN, AccountRules(position_fraction=1.5)),
        (WeightsNeedSharedAccount, WeightPlan(np.zeros(2)), KRX, stock),
        (WeightsOutOfRange, WeightPlan(np.array([0.5, 1.1])), KRX, SHARED),
        (SignalsMisshapen, WeightPlan(np.zeros(3)), KRX, SHARED),
        (PlanNeedsReference, OnBarPlan(lambda: lambda _: None), KRX, stock),
    ]


@pytest.mark.parametrize(("kind", "plan", "rules", "account"), _refusals(), ids=lambda value: getattr(value, "code", ""))
def test_what_cannot_be_is_refused(kind: type[BokgiError], plan: Plan, rules: ExecutionRules, account: AccountRules) -> None:
    panel = panel_of(BARS)
    with pytest.raises(kind):
        simulate(panel, plan, terms_of(panel), rules, account)


def test_a_time_that_cannot_be_priced_is_refused_with_the_last_one_that_can() -> None:
    # The last bar runs from 14:55 to 15:00.
    with pytest.raises(TimeUnpriced, match=r"15:20.*last time that they can price is 15:00"):
        check_plan(panel_of(BARS), ClockPlan(600, minute_of("15:20")), KRX, AccountRules())
    check_plan(panel_of(BARS), ClockPlan(600, minute_of("15:00")), KRX, AccountRules())
    check_plan(panel_of(BARS), ClockPlan(600, minute_of("15:20")), replace(KRX, unpriced=Unpriced.LAST_BAR), AccountRules())


def test_no_time_after_the_regular_close_is_offered() -> None:
    # The auction's own bar starts at 15:30 and would end at 15:35; 15:10 finds no bar within ten minutes.
    bars: list[Bar] = [*BARS, (0, "15:30", 10_050, 10_050, 10_050, 10_050)]
    with pytest.raises(TimeUnpriced, match=r"15:10.*last time that they can price is 15:30"):
        check_plan(panel_of(bars), ClockPlan(minute_of("15:10"), minute_of("15:30")), KRX, AccountRules())


def test_clock_times_on_daily_bars_are_refused() -> None:
    panel = replace(panel_of([(0, "09:00", 1, 1, 1, 1)]), interval=DAILY)
    for plan in (ClockPlan(600, 840), OvernightTrailPlan(900, 0.01, 0.8, 840)):
        with pytest.raises(PlanNeedsIntraday):
            check_plan(panel, plan, KRX, AccountRules())


@pytest.mark.parametrize("kind", [Kind.FOREIGN, Kind.INDEX])
def test_foreign_instruments_and_indices_are_refused_under_krx_only(kind: Kind) -> None:
    panel = panel_of(BARS)
    panel = replace(panel, instruments=(replace(panel.instruments[0], kind=kind),))
    with pytest.raises(ForeignUnderKrx):
        check_plan(panel, SignalPlan(YES, YES), KRX, AccountRules())
    check_plan(panel, SignalPlan(YES, YES), PLAIN, AccountRules())


def test_a_panel_without_any_bar_has_nothing_to_simulate() -> None:
    panel = panel_of([], sessions=2)
    nothing: Any = np.zeros(0, dtype=np.bool_)
    result = simulate(panel, SignalPlan(nothing, nothing), terms_of(panel), KRX, AccountRules())
    assert (len(result.trades), result.initial_equity, result.counted.tolist()) == (0, 0.0, [0])
    assert result.session_equity.tolist() == [0.0, 0.0]
