"""Kernels compiled or loaded before anybody waits for them.

Convention: a group of kernels is warmed by running something tiny through the same doors as a real run, so that its arguments have the
types of a real run. What is not in the compile cache yet is compiled by processes of their own, side by side, and loaded here
afterwards: compiling holds the interpreter's lock for seconds, and this process may have heartbeats to send.
"""

import gc
import multiprocessing
import multiprocessing.connection
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache

import numpy as np

from bokgi.bars.interval import Interval
from bokgi.bars.panel import Panel
from bokgi.config.compile_cache import prepare
from bokgi.engine.simulate import simulate
from bokgi.engine.warm import compile_late_steps
from bokgi.market.calendar import sessions_between
from bokgi.market.instruments import Exchange, Instrument
from bokgi.orders.market_terms import market_terms
from bokgi.orders.plans import WeightPlan
from bokgi.orders.rules import AccountMode, AccountRules, ExecutionRules, Market
from bokgi.research.clock_search import ClockSearch
from bokgi.research.enough import SESSIONS_FOR_VERDICT
from bokgi.research.honesty import honesty
from bokgi.research.resamples import stationary_resamples
from bokgi.research.trials import TrialBlock
from bokgi.services.computation import compute
from bokgi.strategies import indicators
from bokgi.strategies.catalog import CATALOG, to_strategy

READY = ("accounts", "signals")
"""Groups of every built-in strategy with an account a stock: without them nobody is ready."""
LATER = ("search", "shared", "weights", "indicators")
"""Groups of searches, shared accounts and own strategies: they may follow while work is done already."""
PROCESSES = 2
_LIGHTEST = "signals"

_SHARED = AccountRules(mode=AccountMode.SHARED)
_MINUTES = np.arange(540, 931, 30, dtype=np.int32)
"""Starts of a session's bars; the last is the auction's own bar."""
_KERNELS: Mapping[str, tuple[str, ...]] = {
    "accounts": ("kernel_accounts.walk_accounts", "kernel_tape.find_last_rows"),
    "signals": (
        "kernel_tape.find_last_rows",
        "kernel_fast.walk_signals",
        *(f"signal_kernels.{name}_cross_into" for name in ("average", "rsi", "macd")),
    ),
    "search": (
        *(f"kernel_clock_{name}" for name in ("fills.find_fills", "trials.clock_trials", "trials.clock_returns")),
        *(f"kernel_walked_trials.{name}" for name in ("walk_clock_trials", "curve_figures")),
        *(
            f"kernel_bootstrap.{name}"
            for name in ("merge_maxima", "merge_ratio_maxima", "resampled_means", "ordered_means", "describe_trials")
        ),
        *(f"kernel_validation.{name}" for name in ("merge_best", "count_below")),
    ),
    "shared": ("kernel_shared.walk_shared",),
    "weights": ("kernel_weights.walk_weights",),
    "indicators": tuple(
        f"kernels.{name}_into" for name in ("sma", "ema", "rsi", "highest", "deviation", "true_range", "wilder", "earlier", "cross")
    ),
}
"""Module and name of what Python calls, as the cache names its files."""


def warm_kernels(groups: Sequence[str] = (*READY, *LATER)) -> None:
    """Make sure that no run needs to compile anything of these groups in this process.

    Notes
    -----
    A process that fails to compile leaves its group to be compiled here, where the reason shows.
    """
    _compile_elsewhere([group for group in groups if not is_compiled(group)])
    for group in groups:
        _RUNS[group]()


def is_compiled(group: str) -> bool:
    """Whether the compile cache has all kernels of the group."""
    folder = prepare()
    return all(any(folder.rglob(f"{kernel}-*.nbi")) for kernel in _KERNELS[group])


def _compile_elsewhere(groups: Sequence[str]) -> None:
    """Compile groups in processes, two at a time: they share the cache's folder."""
    spawning = multiprocessing.get_context("spawn")
    waiting, running = list(groups), list[multiprocessing.process.BaseProcess]()
    while waiting or running:
        while waiting and len(running) < PROCESSES:
            process = spawning.Process(target=_compile, args=(waiting.pop(0),), daemon=True)
            process.start()
            running.append(process)
        multiprocessing.connection.wait([process.sentinel for process in running])
        running = [process for process in running if process.is_alive()]


def _compile(group: str) -> None:
    gc.disable()  # the compiler makes millions of objects that live to its end
    if group == _LIGHTEST:
        compile_late_steps()  # the other process has the most to do, and finds these in the cache when it comes to them
    _RUNS[group]()


def _accounts() -> None:
    compute(_tiny_panel(has_auction_bars=False), to_strategy("daily_trading"), ExecutionRules(), AccountRules())


def _signals() -> None:
    for name in CATALOG:
        if name not in ("daily_trading", "trailing_stop"):
            compute(_tiny_panel(has_auction_bars=True), to_strategy(name), ExecutionRules(), AccountRules())


def _search() -> None:
    """Both ways of walking trials, and the judgement of a stock with enough sessions for every figure."""
    panel, account = _tiny_panel(has_auction_bars=False), AccountRules()
    for rules in (ExecutionRules(), ExecutionRules(market=Market.PLAIN)):
        stock = ClockSearch(panel, market_terms(panel, rules), rules, account).stock(0)
        assert stock is not None
        stock.computed()
        list(stock)
    returns = np.random.default_rng(1).normal(size=(2, SESSIONS_FOR_VERDICT))
    honesty((TrialBlock(returns, returns),), returns[0], stationary_resamples(SESSIONS_FOR_VERDICT, 20, 1))


def _shared() -> None:
    compute(_tiny_panel(has_auction_bars=True), to_strategy("buy_and_hold"), ExecutionRules(), _SHARED)


def _weights() -> None:
    panel, rules = _tiny_panel(has_auction_bars=True), ExecutionRules()
    simulate(panel, WeightPlan(np.full(len(panel), np.nan)), market_terms(panel, rules), rules, _SHARED)


def _indicators() -> None:
    panel = _tiny_panel(has_auction_bars=True)
    average = indicators.sma(panel, 2)
    indicators.ema(panel, 2)
    indicators.rsi(panel, 2)
    indicators.macd(panel, 2, 3, 2)
    indicators.highest(panel, 2)
    indicators.lowest(panel, 2)
    indicators.bollinger(panel, 2)
    indicators.atr(panel, 2)
    indicators.earlier(panel, panel.close)
    indicators.cross_up(panel, panel.close, average)


_RUNS: Mapping[str, Callable[[], None]] = {
    "accounts": _accounts,
    "signals": _signals,
    "search": _search,
    "shared": _shared,
    "weights": _weights,
    "indicators": _indicators,
}


@cache
def _tiny_panel(*, has_auction_bars: bool) -> Panel:
    """Two stocks that stand still for two sessions; without bars of their own, auction prices are no bars."""
    sessions = sessions_between(Exchange.XKRX, date(2025, 1, 2), date(2025, 1, 3))
    minutes = _MINUTES if has_auction_bars else _MINUTES[:-1]
    count, each = 2, len(sessions) * len(minutes)
    price, shape = np.full(count * each, 10_000.0), (count, len(sessions))
    ends = np.arange(count * len(sessions), dtype=np.int64).reshape(shape) * len(minutes) + len(minutes) - 1
    return Panel(
        instruments=tuple(Instrument(f"00000{index}") for index in range(count)),
        interval=Interval(30),
        sessions=sessions,
        offsets=np.arange(count + 1, dtype=np.int64) * each,
        session=np.tile(np.repeat(np.arange(len(sessions), dtype=np.int32), len(minutes)), count),
        minute=np.tile(minutes, count * len(sessions)),
        open=price,
        high=price.copy(),
        low=price.copy(),
        close=price.copy(),
        volume=np.ones(count * each),
        auction=np.full(shape, 10_000.0),
        auction_row=ends if has_auction_bars else np.full(shape, -1, dtype=np.int64),
        base_price=np.full(shape, 10_000.0),
        adjusted=np.zeros(count, dtype=np.bool_),
        synthetic=True,
    )
