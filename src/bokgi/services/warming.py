"""Kernels compiled or loaded before a worker says `ready`, by running a small backtest."""

import tempfile
from pathlib import Path

from bokgi.data.demo import write_demo
from bokgi.data.master import Master
from bokgi.data.store import Store
from bokgi.services.backtest import run_backtest
from bokgi.services.request import BacktestRequest


def warm_kernels() -> None:
    """Compile, or load what was compiled before."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        parts = write_demo(store, instruments=2, sessions=3)
        codes = tuple(parts[0].bars["code"].unique(maintain_order=True))
        run_backtest(store, Master.read(Path(folder)), BacktestRequest("daily_trading", codes))
