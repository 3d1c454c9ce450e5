"""Every pair of times has the figures of a plain backtest of the same times, to the bit."""

from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bokgi.bars.panel import Panel
from bokgi.data.demo import DEMO_INTERVAL, write_demo
from bokgi.data.store import Store
from bokgi.engine.simulate import simulate
from bokgi.errors.orders import TimesOutOfOrder, TimeUnpriced
from bokgi.errors.runs import RunCancelled
from bokgi.metrics.drawdown import max_drawdown
from bokgi.metrics.returns import sample_deviation, session_returns
from bokgi.orders.market_terms import market_terms
from bokgi.orders.plans import ClockPlan
from bokgi.orders.rules import AccountMode, AccountRules, CostRules, ExecutionRules, Market, Reinvest
from bokgi.orders.simulation import Simulation
from bokgi.orders.terms import Terms
from bokgi.research.clock_points import clock_points, pair_number, pairs_of_points
from bokgi.research.clock_search import ClockSearch, ClockStock
from bokgi.research.kernel_clock_lanes import LARGEST_BALANCE
from bokgi.research.pairwise import sum_order
from bokgi.research.stock_outcome import KeptSessions
from bokgi.research.trials import TrialBlock
from bokgi.units import FloatArray
from tests.engine.hostile_panels import hostile_case

PAIRS = 6
"""Pairs of each stock that are run as backtests of their own."""


def figures_of(run: Simulation, index: int, capital: float) -> tuple[float | None, ...]:
    """What a search keeps of a trial, from a plain backtest by the metrics of every result."""
    curve, trades = run.instrument_equity[index], run.trades
    returns = session_returns(curve, capital)
    mine = (trades.instrument == index) & (trades.sell_row >= 0)
    won = int(np.count_nonzero(trades.profit[mine] > 0.0))
    deviation = sample_deviation(returns)
    fall = max_drawdown(curve, capital).depth
    return float(curve[-1]), int(np.count_nonzero(mine)), won, known(float(returns.mean())), deviation, fall


def known(figure: float) -> float | None:
    """None for the figures of an account that lost everything."""
    return None if np.isnan(figure) else figure


def kept_of(stock: ClockStock, trial: int) -> tuple[float | None, ...]:
    """The same from the search."""
    own = stock.figures
    return (
        float(own.balance[trial]),
        int(own.trades[trial]),
        int(own.wins[trial]),
        known(float(own.mean[trial])),
        known(float(own.deviation[trial])),
        float(own.drawdown[trial]),
    )


def costs_of(run: Simulation, index: int, sessions: int) -> FloatArray:
    """Commissions and taxes that were paid in each session."""
    trades, costs = run.trades, np.zeros(sessions)
    for place in np.flatnonzero(trades.instrument == index):
        costs[trades.buy_session[place]] += trades.buy_commission[place]
        if trades.sell_session[place] >= 0:
            costs[trades.sell_session[place]] += trades.sell_commission[place] + trades.transaction_tax[place] + trades.special_tax[place]
    return costs


def check_stock(panel: Panel, terms: Terms, rules: ExecutionRules, account: AccountRules, index: int, random: Random, pairs: int) -> int:
    """Compare some pairs of a stock; gives how many were."""
    stock = ClockSearch(panel, terms, rules, account).stock(index)
    if stock is None:
        return 0
    stock.computed()
    blocks = list(stock)
    net, gross = (np.concatenate([getattr(block, name) for block in blocks]) for name in ("net", "gross"))
    bought, sold = pairs_of_points(len(stock.points))
    compared, capital = 0, ClockSearch(panel, terms, rules, account).capital
    for trial in random.sample(range(stock.trials), min(pairs, stock.trials)):
        plan = ClockPlan(int(stock.points[bought[trial]]), int(stock.points[sold[trial]]))
        try:
            run = simulate(panel, plan, terms, rules, account, threads=1)
        except (TimeUnpriced, TimesOutOfOrder):  # the point is the end of bars of another length, or of a session that is no more
            continue
        assert kept_of(stock, trial) == figures_of(run, index, capital), plan
        won = np.diff(run.instrument_equity[index], prepend=capital)
        assert (net[trial] == won / capital).all(), plan
        if rules.market is Market.KRX:
            assert (gross[trial] == (won + costs_of(run, index, len(panel.sessions))) / capital).all(), plan
        compared += 1
    return compared


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_trials_of_hostile_panels_equal_plain_backtests(seed: int) -> None:
    case = hostile_case(seed)
    account = replace(case.account, mode=AccountMode.PER_STOCK)
    if not case.panel.interval.is_daily:
        for index in range(len(case.panel.instruments)):
            compared = check_stock(case.panel, case.terms, case.rules, account, index, Random(seed), PAIRS)
            assert compared <= PAIRS


@pytest.mark.drill
def test_trials_of_many_more_hostile_panels_equal_plain_backtests() -> None:
    compared = hard = 0
    for seed in range(4_000):
        case = hostile_case(seed)
        account = replace(case.account, mode=AccountMode.PER_STOCK)
        if case.panel.interval.is_daily:
            continue
        for index in range(len(case.panel.instruments)):
            compared += check_stock(case.panel, case.terms, case.rules, account, index, Random(seed), 20)
            stock = ClockSearch(case.panel, case.terms, case.rules, account).stock(index)
            if stock is not None and case.rules.market is Market.KRX:
                hard += int(np.count_nonzero(stock.computed().hard)) + len(stock.walked)
    assert compared > 20_000
    assert hard > 1_000, "pairs that lanes cannot walk must be among them"


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Panel:
    """Four stocks of the demo market over all its sessions."""
    store = Store(tmp_path_factory.mktemp("demo"))
    write_demo(store, instruments=4)
    return store.read_panel(None, DEMO_INTERVAL)


RULES = {
    "the usual": (ExecutionRules(), AccountRules()),
    "gains set aside": (ExecutionRules(), AccountRules(reinvest=Reinvest.SEED_CAPPED)),
    "little money": (ExecutionRules(), AccountRules(initial_capital=60_000)),
    "a billion": (ExecutionRules(), AccountRules(initial_capital=1_400_000_000)),
    "ten won cut off": (ExecutionRules(costs=CostRules(commission_unit_krw=10)), AccountRules()),
    "a fixed tax, slippage": (ExecutionRules(costs=CostRules(fixed_tax_ppm=2_300), slippage_ticks=1), AccountRules()),
    "purchases free": (ExecutionRules(costs=CostRules(commission_on_buy=False, commission_ppm=50_000)), AccountRules()),
    "plain": (ExecutionRules(market=Market.PLAIN, costs=CostRules(plain_fee_ratio=0.001)), AccountRules()),
}


@pytest.mark.parametrize(("rules", "account"), RULES.values(), ids=list(RULES))
def test_trials_of_the_demo_market_equal_plain_backtests(market: Panel, rules: ExecutionRules, account: AccountRules) -> None:
    terms, random = market_terms(market, rules), Random(1)
    assert sum(check_stock(market, terms, rules, account, index, random, 8) for index in range(2)) == 16


def test_balances_too_large_for_lanes_are_walked_by_the_engine(market: Panel) -> None:
    rules, account = ExecutionRules(), AccountRules(initial_capital=LARGEST_BALANCE * 4)
    part = replace(market, instruments=market.instruments[:1], **first_rows(market))
    terms = market_terms(part, rules)
    assert check_stock(part, terms, rules, account, 0, Random(2), 4) == 4


def first_rows(panel: Panel) -> dict[str, Any]:
    """Columns and grids of the first stock over few bars, so that the engine walks all pairs in no time."""
    rows = np.flatnonzero((panel.minute[panel.rows_of(0)] - 540) % 60 == 0)
    columns = {name: getattr(panel, name)[rows] for name in ("session", "minute", "open", "high", "low", "close", "volume")}
    grids = {name: getattr(panel, name)[:1] for name in ("auction", "base_price", "adjusted")}
    return columns | grids | {"offsets": np.array([0, len(rows)]), "auction_row": np.full((1, len(panel.sessions)), -1)}


def test_points_are_the_bars_of_the_stock_and_the_auction_is_one_of_them(market: Panel) -> None:
    points = clock_points(market, 0)
    assert points[0] == 540
    assert points[-1] == 930
    assert len(points) == 191
    assert not ((points >= 920) & (points < 930)).any()


def test_pairs_are_numbered_in_their_order() -> None:
    bought, sold = pairs_of_points(7)
    assert [pair_number(7, buy, sell) for buy, sell in zip(bought.tolist(), sold.tolist(), strict=True)] == list(range(21))


@pytest.mark.parametrize("count", [1, 2, 7, 8, 9, 60, 127, 128, 129, 136, 250, 300, 500, 777, 1025])
def test_numbers_are_added_in_the_order_of_numpy(count: int) -> None:
    values = np.random.default_rng(count).normal(size=count)
    order = sum_order(count)
    stack: list[float] = []
    for start, end, merges in zip(order.starts.tolist(), order.ends.tolist(), order.merges.tolist(), strict=True):
        stack.append(leaf_sum(values[start:end]))
        for _ in range(merges):
            last = stack.pop()
            stack[-1] += last
        assert len(stack) <= order.depth
    assert stack == [float(values.sum())]


def leaf_sum(values: FloatArray) -> float:
    """Up to 128 numbers, as NumPy adds them."""
    regular = len(values) - len(values) % 8 if len(values) >= 8 else 0
    total = 0.0
    if regular:
        a, b, c, d, e, f, g, h = (python_sum(values[place:regular:8]) for place in range(8))
        total = ((a + b) + (c + d)) + ((e + f) + (g + h))
    for value in values[regular:]:
        total += float(value)
    return total


def python_sum(values: FloatArray) -> float:
    total = 0.0
    for value in values:
        total += float(value)
    return total


def test_whoever_asks_for_the_end_is_heard_before_all_trials_are_computed(market: Panel) -> None:
    rules = ExecutionRules()
    stock = ClockSearch(market, market_terms(market, rules), rules, AccountRules()).stock(0, lambda: True)
    assert stock is not None
    with pytest.raises(RunCancelled):
        stock.computed()
    with pytest.raises(RunCancelled):
        list(KeptSessions([TrialBlock(np.ones((2, 3)), np.ones((2, 3)))], np.ones(3, np.bool_), lambda: True))


def test_a_day_without_two_bars_has_no_trial(market: Panel) -> None:
    assert date(2024, 7, 1) == market.sessions.day[0].item()
    silent = replace(market, volume=np.zeros_like(market.volume), high=market.open, low=market.open, close=market.open)
    terms = market_terms(silent, ExecutionRules())
    assert ClockSearch(silent, terms, ExecutionRules(), AccountRules()).stock(0) is None
