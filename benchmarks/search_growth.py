"""One size of a search in a process of its own: `python -m benchmarks.search_growth pairs|grid SIZE SESSIONS` prints a line of JSON.

Convention: `pairs` searches all pairs of 72 points of SIZE generated stocks, in panels of at most 50 stocks, as the service reads them;
`grid` walks about SIZE pairs of periods on one stock with SESSIONS daily bars. Trials go to Parquet stock by stock; nothing is judged.
"""

import json
import math
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cross_grid import daily_panel
from benchmarks.cross_peers import ACCOUNT, plain_rules
from benchmarks.minute_search import search_panel
from benchmarks.whole_market import highest_memory_bytes
from bokgi.orders.market_terms import market_terms
from bokgi.orders.rules import AccountRules, ExecutionRules
from bokgi.research.clock_search import ClockSearch
from bokgi.research.parameter_space import MOST_COMBINATIONS, parameter_space
from bokgi.research.plan_search import PlanSearch
from bokgi.research.stock_outcome import StockOutcome, StockTrials, stock_outcome
from bokgi.services.search_parts import new_part
from bokgi.strategies.catalog import CATALOG

BARS, AT_ONCE, THREADS = 72, 50, 2


def pairs(stocks: int, sessions: int) -> int:
    """Search all pairs of generated stocks; the number of trials."""
    rules, count = ExecutionRules(), 0
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(THREADS) as pool:
        for number, first in enumerate(range(0, stocks, AT_ONCE)):
            panel = search_panel(min(AT_ONCE, stocks - first), sessions, BARS)
            search = ClockSearch(panel, market_terms(panel, rules), rules, AccountRules())

            def one(index: int, search: ClockSearch = search) -> tuple[StockTrials, StockOutcome]:
                stock = search.stock(index)
                assert stock is not None
                return stock, outcome_of(stock, search.capital, len(search.panel.sessions))

            with new_part(Path(folder), number) as trials:
                for index, (stock, outcome) in enumerate(pool.map(one, range(len(panel.instruments)))):
                    trials.add(panel.codes[index], stock.columns(), outcome)
                    count += stock.trials
    return count


def grid(size: int, sessions: int) -> int:
    """Walk about so many pairs of periods, of as many combinations as a search may have; the number of trials."""
    panel, rules = daily_panel(sessions), plain_rules(fractional=True)
    periods = list(range(2, 3 + math.ceil(math.sqrt(2 * size))))
    fast = periods[: MOST_COMBINATIONS // len(periods)]
    space = parameter_space(CATALOG["MA5_20"].strategy, {"fast": fast, "slow": periods}, {})
    stock = PlanSearch(panel, market_terms(panel, rules), rules, ACCOUNT, space).stock(0)
    assert stock is not None
    with tempfile.TemporaryDirectory() as folder, new_part(Path(folder), 0) as trials:
        trials.add(panel.codes[0], stock.columns(), outcome_of(stock, ACCOUNT.initial_capital, sessions))
    return stock.trials


def outcome_of(stock: StockTrials, capital: float, sessions: int) -> StockOutcome:
    """The trials alone."""
    return stock_outcome(stock, capital, np.zeros(sessions), np.ones(sessions, dtype=np.bool_), None)


def main() -> None:
    """Measure the second of two runs: the first compiles, or loads what was compiled."""
    kind, size, sessions = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    work = pairs if kind == "pairs" else grid
    work(min(size, 20), min(sessions, 10) if kind == "pairs" else sessions)
    began = time.perf_counter()
    trials = work(size, sessions)
    outcome: dict[str, Any] = {"seconds": time.perf_counter() - began, "trials": trials, "memory_bytes": highest_memory_bytes()}
    print(json.dumps(outcome))


if __name__ == "__main__":
    main()
