"""After the warm-up no run compiles anything; in an empty cache two processes do it side by side."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bokgi.services.warm import LATER, READY, is_compiled

WATCHED = """
import json, sys
from pathlib import Path
import numba.core.caching as caching
import numba.core.dispatcher as dispatcher
from bokgi.services.warm import warm_kernels, READY

def warmed(groups):
    seen = {"saved": 0, "compiled": []}
    save, compiles = caching.Cache.save_overload, dispatcher.Dispatcher.compile

    def counting_save(self, *arguments):
        seen["saved"] += 1
        return save(self, *arguments)

    def counting_compile(self, signature):
        seen["compiled"].append(self.py_func.__name__)
        return compiles(self, signature)

    caching.Cache.save_overload = counting_save
    warm_kernels(groups)
    dispatcher.Dispatcher.compile = counting_compile
    return seen
"""
RUNS = """
from bokgi.bars.interval import DAILY, Interval
from bokgi.data.demo import write_demo
from bokgi.data.master import Master
from bokgi.data.store import Store
from bokgi.orders.plans import WeightPlan
from bokgi.orders.rules import AccountMode, AccountRules, ExecutionRules, Market
from bokgi.services.backtest import run_backtest
from bokgi.services.computation import compute
from bokgi.services.request import BacktestRequest
from bokgi.strategies import indicators
from bokgi.strategies.catalog import CATALOG
from bokgi.strategies.strategy import Strategy, Signals
import numpy as np

class Weights(Strategy):
    korean = english = "For tests."
    def plan(self, panel):
        weights = np.full(len(panel), np.nan)
        weights[panel.minute == 600] = 0.05
        return WeightPlan(weights)

class Crossing(Strategy):
    korean = english = "For tests."
    def signals(self, panel):
        fast, bands = indicators.ema(panel, 3), indicators.bollinger(panel, 5)
        strong = indicators.rsi(panel, 5) > 50.0
        wide = indicators.atr(panel, 5) > indicators.lowest(panel, 3)
        return Signals(indicators.cross_up(panel, fast, bands.middle) | strong, indicators.cross_down(panel, fast, 3.0) | wide)

def main():
    seen = warmed(json.loads(sys.argv[2]))
    store = Store(Path(sys.argv[1]))
    write_demo(store, instruments=10, sessions=3)
    master, codes, trades = Master.read(store.folder.parent), None, 0
    for interval in (Interval(2), DAILY):
        codes = tuple(code for code, series in store.series(interval).items() if str(series.facts.kind) != "index")
        for mode in AccountMode:
            for market in Market:
                for name in CATALOG:
                    if interval.is_daily and name in ("daily_trading", "trailing_stop"):
                        continue
                    rules = ExecutionRules(market=market, fractional_shares=market is Market.PLAIN)
                    request = BacktestRequest(name, codes, interval=interval, execution=rules, account=AccountRules(mode=mode))
                    trades += len(run_backtest(store, master, request).simulation.trades)
    panel = store.read_panel(codes, Interval(2))
    for strategy in (Weights(), Crossing()):
        trades += len(compute(panel, strategy, ExecutionRules(), AccountRules(mode=AccountMode.SHARED)).simulation.trades)
    print(json.dumps(seen | {"trades": trades}))

if __name__ == "__main__":
    main()
"""
COLD = """
def main():
    print(json.dumps(warmed(READY)))

if __name__ == "__main__":
    main()
"""


def _said(folder: Path, source: str, *arguments: str, cache: Path | None = None) -> dict[str, Any]:
    program = folder / "program.py"
    program.write_text(WATCHED + source, encoding="utf-8")
    environment = os.environ | ({} if cache is None else {"BOKGI_CACHE": str(cache)})
    environment.pop("NUMBA_CACHE_DIR", None)
    done = subprocess.run([sys.executable, str(program), *arguments], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def test_after_the_warm_up_no_run_compiles_or_loads_anything(tmp_path: Path) -> None:
    said = _said(tmp_path, RUNS, str(tmp_path / "home"), json.dumps([*READY, *LATER]))
    assert said["compiled"] == []
    assert said["trades"] > 1_000
    assert [group for group in (*READY, *LATER) if not is_compiled(group)] == []


def test_an_empty_cache_has_no_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOKGI_CACHE", str(tmp_path))
    monkeypatch.setenv("NUMBA_CACHE_DIR", os.environ.get("NUMBA_CACHE_DIR", ""))
    assert [group for group in (*READY, *LATER) if is_compiled(group)] == []


@pytest.mark.drill
def test_in_an_empty_cache_other_processes_compile(tmp_path: Path) -> None:
    said = _said(tmp_path, COLD, cache=tmp_path / "cache")
    assert said["saved"] == 0
    assert list((tmp_path / "cache").rglob("kernel_accounts.walk_accounts-*.nbi"))
