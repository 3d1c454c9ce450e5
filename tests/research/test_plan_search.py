"""Grids of any strategy: trials have the figures of plain backtests, and spaces are read as they are given."""

import errno
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bokgi.bars.panel import Panel
from bokgi.data.demo import DEMO_INTERVAL, write_demo
from bokgi.data.store import Store
from bokgi.engine.simulate import simulate
from bokgi.errors.orders import TimeUnpriced
from bokgi.errors.requests import FieldInvalid
from bokgi.errors.store import StoreUnwritable
from bokgi.errors.strategies import ParameterUnknown, ParameterWrong
from bokgi.metrics.drawdown import max_drawdown
from bokgi.metrics.returns import sample_deviation, session_returns
from bokgi.orders.market_terms import market_terms
from bokgi.orders.plans import CLOSE_MINUTE, ClockPlan
from bokgi.orders.rules import AccountRules, ExecutionRules, Market, Unpriced
from bokgi.research import plan_search
from bokgi.research.parameter_space import TRIES, drawn_space, parameter_space
from bokgi.research.plan_search import PlanSearch
from bokgi.strategies.catalog import CATALOG, to_strategy

CAPITAL = 10_000_000.0
SPACES: dict[str, dict[str, Any]] = {
    "trailing_stop": {
        "loss_cutoff_time": ["11:00", "14:00"],
        "profit_cutoff_pct": {"low": 50, "high": 90, "step": 20},
        "end_of_day": ["sell", "carry"],
    },
    "daily_trading": {"buy_time": ["09:00", "10:00", "13:00"], "sell_time": ["12:00", "15:00", "close"]},
    "MA5_20": {"fast": {"low": 3, "high": 9, "step": 3}, "slow": [6, 20]},
    "RSI": {"period": [7, 14], "low": [20.0, 30.0]},
}


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Panel:
    store = Store(tmp_path_factory.mktemp("demo"))
    write_demo(store, instruments=3, sessions=25)
    return store.read_panel(None, DEMO_INTERVAL)


@pytest.mark.parametrize("name", SPACES)
def test_every_trial_of_a_grid_is_the_backtest_of_its_parameters(market: Panel, name: str) -> None:
    rules, account = ExecutionRules(), AccountRules()
    terms, space = market_terms(market, rules), parameter_space(CATALOG[name].strategy, SPACES[name], {})
    stock = PlanSearch(market, terms, rules, account, space).stock(1)
    assert stock is not None
    figures, strategies = stock.computed(), list(space.strategies())
    blocks = list(stock)
    net = np.concatenate([block.net for block in blocks])
    assert len(strategies) == stock.trials == len(net)
    for trial, (_, strategy) in enumerate(strategies):
        run = simulate(market, strategy.plan(market), terms, rules, account)
        curve, mine = run.instrument_equity[1], (run.trades.instrument == 1) & (run.trades.sell_row >= 0)
        returns = session_returns(curve, CAPITAL)
        assert figures.balance[trial] == curve[-1]
        assert figures.trades[trial] == np.count_nonzero(mine)
        assert figures.wins[trial] == np.count_nonzero(run.trades.profit[mine] > 0.0)
        assert (figures.mean[trial], figures.deviation[trial]) == (returns.mean(), sample_deviation(returns))
        assert figures.drawdown[trial] == max_drawdown(curve, CAPITAL).depth
        assert (net[trial] == np.diff(curve, prepend=CAPITAL) / CAPITAL).all()


def test_returns_of_many_trials_wait_in_a_file_and_are_the_same(market: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = ExecutionRules()
    terms, space = market_terms(market, rules), parameter_space(CATALOG["daily_trading"].strategy, SPACES["daily_trading"], {})
    found = []
    for limit in (plan_search.IN_MEMORY_BYTES, 0):
        monkeypatch.setattr(plan_search, "IN_MEMORY_BYTES", limit)
        stock = PlanSearch(market, terms, rules, AccountRules(), space).stock(0)
        assert stock is not None
        stock.computed()
        found.append(next(iter(stock)))
    assert (found[0].net == found[1].net).all()
    assert (found[0].gross == found[1].gross).all()


def ending_at(panel: Panel, minute: int) -> Panel:
    """The bars that end by then, and no auction: what some sources have of a day."""
    kept = panel.minute + panel.interval.minutes <= minute
    counts = [int(np.count_nonzero(kept[panel.rows_of(index)])) for index in range(len(panel.instruments))]
    names = ("session", "minute", "open", "high", "low", "close", "volume")
    return replace(
        panel,
        **{name: getattr(panel, name)[kept] for name in names},
        offsets=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        auction=np.full_like(panel.auction, np.nan),
        auction_row=np.full_like(panel.auction_row, -1),
    )


def thinned(panel: Panel, scale: float) -> Panel:
    """The first 20 minutes of its sessions with a third of the bars left out, and two sessions whole; prices times `scale`."""
    early = ending_at(panel, 9 * 60 + 20)
    kept = np.random.default_rng(3).random(len(early.session)) > 1 / 3
    kept &= (early.session != 4) & (early.session != len(early.sessions) - 1)
    counts = [int(np.count_nonzero(kept[early.rows_of(index)])) for index in range(len(early.instruments))]
    prices = {name: getattr(early, name)[kept] * scale for name in ("open", "high", "low", "close")}
    others = {name: getattr(early, name)[kept] for name in ("session", "minute", "volume")}
    return replace(early, **prices, **others, offsets=np.concatenate(([0], np.cumsum(counts))).astype(np.int64))


@pytest.mark.parametrize("is_small", [True, False])
@pytest.mark.parametrize(("kind", "scale"), [(Market.KRX, 1.0), (Market.PLAIN, 0.0137)])
def test_crosses_walked_from_fill_to_fill_are_the_backtests_of_their_periods(
    market: Panel, monkeypatch: pytest.MonkeyPatch, kind: Market, scale: float, is_small: bool
) -> None:
    monkeypatch.setattr(plan_search, "IN_MEMORY_BYTES", plan_search.IN_MEMORY_BYTES if is_small else 0)
    panel, rules, account = thinned(market, scale), ExecutionRules(market=kind), AccountRules()
    periods = {"fast": [2, 3, 5, 8, 19], "slow": [3, 9, 20, 120, 300]}
    terms, space = market_terms(panel, rules), parameter_space(CATALOG["MA5_20"].strategy, periods, {})
    stock = PlanSearch(panel, terms, rules, account, space).stock(2)
    assert stock is not None
    assert stock._crosses is not None  # the walk that is tested
    figures, net = stock.computed(), np.concatenate([block.net for block in stock])
    assert figures.trades.max() > 10
    for trial, (values, strategy) in enumerate(space.strategies()):
        assert tuple(column[trial] for column in stock.columns().values()) == values
        run = simulate(panel, strategy.plan(panel), terms, rules, account)
        curve, mine = run.instrument_equity[2], (run.trades.instrument == 2) & (run.trades.sell_row >= 0)
        returns = session_returns(curve, CAPITAL)
        assert (net[trial] == np.diff(curve, prepend=CAPITAL) / CAPITAL).all()
        assert (figures.balance[trial], figures.trades[trial]) == (curve[-1], np.count_nonzero(mine))
        assert figures.wins[trial] == np.count_nonzero(run.trades.profit[mine] > 0.0)
        assert (figures.mean[trial], figures.deviation[trial]) == (returns.mean(), sample_deviation(returns))
        assert figures.drawdown[trial] == max_drawdown(curve, CAPITAL).depth


def test_times_that_no_bar_prices_are_no_trials_as_backtests_of_them_are_refused(market: Panel) -> None:
    early, rules = ending_at(market, 15 * 60), ExecutionRules()
    terms = market_terms(early, rules)
    asked = {"buy_time": ["10:00", "14:00"], "sell_time": ["14:30", "15:00", "15:20", "close"]}
    stock = PlanSearch(early, terms, rules, AccountRules(), parameter_space(CATALOG["daily_trading"].strategy, asked, {})).stock(0)
    assert stock is not None
    tried = [tuple(pair) for pair in np.stack(list(stock.columns().values())).T.tolist()]
    assert tried == [(600, 870), (600, 900), (840, 870), (840, 900)]
    figures = stock.computed()
    for trial, (bought, sold) in enumerate(tried):
        run = simulate(early, ClockPlan(bought, sold), terms, rules, AccountRules())
        assert figures.balance[trial] == run.instrument_equity[0][-1]
    for sold in (920, CLOSE_MINUTE):
        with pytest.raises(TimeUnpriced):
            simulate(early, ClockPlan(600, sold), terms, rules, AccountRules())


def test_a_space_of_times_that_no_bar_prices_is_refused_with_the_last_time(market: Panel) -> None:
    early, rules = ending_at(market, 15 * 60), ExecutionRules()
    space = parameter_space(CATALOG["daily_trading"].strategy, {"sell_time": ["15:10", "15:20"]}, {"buy_time": "10:00"})
    with pytest.raises(TimeUnpriced, match="15:00"):
        PlanSearch(early, market_terms(early, rules), rules, AccountRules(), space).stock(0)
    standing_in = replace(rules, unpriced=Unpriced.LAST_BAR)
    assert PlanSearch(early, market_terms(early, rules), standing_in, AccountRules(), space).stock(0) is not None


def test_a_disk_without_room_for_the_returns_is_said_before_they_are_written(
    market: Panel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(plan_search, "IN_MEMORY_BYTES", 0)
    monkeypatch.setattr(os, "posix_fallocate", full)
    rules = ExecutionRules()
    space = parameter_space(CATALOG["daily_trading"].strategy, SPACES["daily_trading"], {})
    search = PlanSearch(market, market_terms(market, rules), rules, AccountRules(), space, tmp_path / "work")
    with pytest.raises(StoreUnwritable, match=r"work.*No space left"):
        search.stock(0)


def test_a_space_whose_values_all_contradict_is_refused_at_once_in_a_short_sentence() -> None:
    strategy, looked_at = CATALOG["MA5_20"].strategy, 0

    class Counting(strategy):  # type: ignore[misc,valid-type]  # a class that is looked up
        def check(self) -> None:
            nonlocal looked_at
            looked_at += 1
            super().check()

    with pytest.raises(FieldInvalid) as caught:
        parameter_space(Counting, {"fast": list(range(500, 1000)), "slow": list(range(2, 402))}, {})
    assert looked_at <= 2 * TRIES
    assert len(caught.value.sentence()) < 400


def test_a_space_whose_last_values_alone_go_together_is_read() -> None:
    space = parameter_space(CATALOG["MA5_20"].strategy, {"fast": list(range(199, 99, -1)), "slow": [*range(2, 101), 101]}, {})
    assert [values for values, _ in space.strategies()] == [(100, 101)]


def test_drawn_combinations_that_all_contradict_are_refused(market: Panel) -> None:
    space = parameter_space(CATALOG["MA5_20"].strategy, {"fast": [5, 50, 60], "slow": [20, 30]}, {})
    rules = ExecutionRules()
    with pytest.raises(FieldInvalid, match="allowed together"):
        PlanSearch(market, market_terms(market, rules), rules, AccountRules(), replace(space, chosen=(2, 4)))


def test_values_that_are_not_allowed_together_are_no_trials() -> None:
    space = parameter_space(CATALOG["MA5_20"].strategy, {"fast": [5, 10, 20], "slow": [10, 20]}, {})
    assert [values for values, _ in space.strategies()] == [(5, 10), (5, 20), (10, 20)]
    assert space.combinations == 6


def test_drawn_combinations_are_each_there_once_and_the_same_again() -> None:
    space = parameter_space(
        CATALOG["MA5_20"].strategy, {"fast": {"low": 2, "high": 50, "step": 1}, "slow": {"low": 60, "high": 99, "step": 1}}, {}
    )
    drawn = [values for values, _ in drawn_space(space, 100, 7).strategies()]
    assert len(set(drawn)) == 100
    assert drawn == [values for values, _ in drawn_space(space, 100, 7).strategies()]
    assert drawn != [values for values, _ in drawn_space(space, 100, 8).strategies()]


@pytest.mark.parametrize(
    ("space", "error"),
    [
        ({"speed": [1]}, ParameterUnknown),
        ({"fast": [0]}, ParameterWrong),
        ({"fast": []}, FieldInvalid),
        ({"fast": "5"}, FieldInvalid),
        ({"fast": {"low": 5, "high": 3, "step": 1}}, FieldInvalid),
        ({"fast": {"low": 5, "high": 30}}, FieldInvalid),
        ({"fast": [30], "slow": [20]}, FieldInvalid),
        ({"fast": {"low": 1, "high": 1000, "step": 1}, "slow": {"low": 2, "high": 1999, "step": 1}}, FieldInvalid),
    ],
)
def test_a_wrong_space_is_refused(space: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        parameter_space(CATALOG["MA5_20"].strategy, space, {})


def test_fixed_parameters_stay_as_they_are() -> None:
    space = parameter_space(CATALOG["RSI"].strategy, {"period": [5]}, {"low": 25.0, "period": 99})
    assert [strategy.parameters() for _, strategy in space.strategies()] == [to_strategy("RSI", {"period": 5, "low": 25.0}).parameters()]
