"""A grid of moving-average crosses: 4,950 pairs of periods, 2,148 generated daily bars, under `plain`, beside two other packages.

Convention: decided on a close, filled at the next open, a fee of each side, any fraction of a share against vectorbt. The final equities of
all pairs must agree with vectorbt's to 1e-9 before anything is timed. Bokgi's time includes balance, trades, wins, mean and deviation of
the session returns and the deepest fall of every pair; vectorbt's ends with the final values. backtesting.py runs a few pairs, and its
time is counted for all of them.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.cross_peers import ACCOUNT, CASH, FEE, SAME, FinalEquityError, backtest_of, plain_rules
from benchmarks.measuring import Timing, alternating
from benchmarks.rows import Row, faster_row
from bokgi.bars.interval import DAILY
from bokgi.bars.panel import Panel
from bokgi.market.calendar import sessions_between
from bokgi.market.instruments import Exchange, Instrument, Kind
from bokgi.orders.market_terms import market_terms
from bokgi.research.kernel_clock_trials import Figures
from bokgi.research.parameter_space import parameter_space
from bokgi.research.plan_search import PlanSearch
from bokgi.strategies.catalog import CATALOG
from bokgi.units import FloatArray

BARS = 2_148
PERIODS = range(2, 102)
PAIRS_OF_PEER = 10
AIM = 100.0
THREADS = 2


def daily_panel(bars: int = BARS) -> Panel:
    """One stock with generated daily bars."""
    sessions = sessions_between(Exchange.XKRX, date(2015, 1, 2), date(2025, 12, 30)).slice(0, bars)
    generator = np.random.default_rng(5)
    close = 50_000.0 * np.exp(np.cumsum(generator.normal(0.0002, 0.02, bars)))
    opens = np.concatenate(([50_000.0], close[:-1])) * np.exp(generator.normal(0.0, 0.004, bars))
    shape = (1, bars)
    return Panel(
        instruments=(Instrument("BENCH", kind=Kind.FOREIGN),),
        interval=DAILY,
        sessions=sessions,
        offsets=np.array([0, bars], dtype=np.int64),
        session=np.arange(bars, dtype=np.int32),
        minute=np.full(bars, 540, dtype=np.int32),
        open=opens,
        high=np.maximum(opens, close) * 1.001,
        low=np.minimum(opens, close) * 0.999,
        close=close,
        volume=np.ones(bars),
        auction=np.full(shape, np.nan),
        auction_row=np.full(shape, -1, dtype=np.int64),
        base_price=np.full(shape, np.nan),
        adjusted=np.ones(1, dtype=np.bool_),
        synthetic=True,
    )


def ours_of(panel: Panel) -> Callable[[], Figures]:
    """All pairs, from bars to figures."""
    periods = list(PERIODS)
    space = parameter_space(CATALOG["MA5_20"].strategy, {"fast": periods, "slow": periods}, {})
    rules = plain_rules(fractional=True)
    search = PlanSearch(panel, market_terms(panel, rules), rules, ACCOUNT, space)

    def run() -> Figures:
        stock = search.stock(0)
        assert stock is not None
        with ThreadPoolExecutor(THREADS) as pool:
            return stock.figures_alone(pool)

    return run


def vectorbt_of(panel: Panel) -> Callable[[], FloatArray]:
    """vectorbt: averages, crosses, simulation, final values."""
    import vectorbt  # type: ignore[import-untyped]  # a package without types

    index = pd.DatetimeIndex(panel.sessions.day)
    close, opens = pd.Series(panel.close, index=index), pd.Series(panel.open, index=index)

    def run() -> FloatArray:
        fast, slow = vectorbt.MA.run_combs(close, window=list(PERIODS), r=2, short_names=["fast", "slow"])
        entries, exits = fast.ma_crossed_above(slow), fast.ma_crossed_below(slow)
        entries, exits = (signals.vbt.signals.fshift(1) for signals in (entries, exits))
        run = vectorbt.Portfolio.from_signals(close, entries, exits, price=opens, fees=FEE, init_cash=CASH, freq="1d")
        return np.asarray(run.final_value(), dtype=np.float64)

    return run


def backtesting_of(panel: Panel) -> Callable[[], None]:
    """backtesting.py: some of the pairs, one after the other."""
    names = ("Open", "High", "Low", "Close", "Volume")
    columns: dict[str, Any] = {name: getattr(panel, name.lower()) for name in names}
    frame = pd.DataFrame(columns, index=pd.DatetimeIndex(panel.sessions.day))
    pairs = list(combinations(PERIODS, 2))
    chosen = pairs[:: len(pairs) // PAIRS_OF_PEER][:PAIRS_OF_PEER]

    def run() -> None:
        for fast, slow in chosen:
            backtest_of(frame, fast, slow)()

    return run


def check_agreement(ours: FloatArray, theirs: FloatArray) -> None:
    """Raise unless all final equities agree."""
    worst = int(np.argmax(np.abs(ours / theirs - 1.0)))
    if len(ours) != len(theirs) or not abs(ours[worst] / theirs[worst] - 1.0) <= SAME:
        raise FinalEquityError("vectorbt", float(ours[worst]), float(theirs[worst]))


def grid_rows(rounds: int, *, judged: bool = True) -> Iterator[Row]:
    """Bokgi beside both peers."""
    panel = daily_panel()
    ours, theirs, other = ours_of(panel), vectorbt_of(panel), backtesting_of(panel)
    check_agreement(ours().balance, theirs())
    pairs = len(list(combinations(PERIODS, 2)))
    case = f"Moving-average grid, {pairs:,} pairs x {BARS:,} daily bars"
    times = alternating({"ours": ours, "vectorbt": theirs, "backtesting.py": other}, rounds, {"ours": 5})
    yield faster_row(case, times["ours"], "vectorbt `MA.run_combs`, `from_signals`", times["vectorbt"], AIM if judged else None)
    scale = pairs / PAIRS_OF_PEER
    whole = Timing(tuple(seconds * scale for seconds in times["backtesting.py"].seconds))
    yield faster_row(f"{case} ({PAIRS_OF_PEER} of them run, counted for all)", times["ours"], "backtesting.py", whole, None)


if __name__ == "__main__":
    for found in grid_rows(3):
        print(found.to_markdown(), flush=True)
