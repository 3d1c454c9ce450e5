"""Ten years of daily bars of 2,800 stocks: import and a moving-average backtest of all; a year of one-minute bars of 200 stocks: memory.

Run by the command; alone: `python -m benchmarks.ten_years days FOLDER` prints one line of JSON. Bars are generated, prices on a tick.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.rows import Row, below_row
from benchmarks.store_speed import ONE_MINUTE, generated_bars, incoming
from benchmarks.whole_market import highest_memory_bytes
from bokgi.market.calendar import sessions_between
from bokgi.market.instruments import Exchange

STOCKS, FIRST, LAST = 2_800, date(2016, 1, 4), date(2025, 12, 30)
MINUTE_STOCKS, MINUTE_FIRST, MINUTE_LAST = 200, date(2024, 1, 2), date(2024, 12, 30)


def write_days(path: Path, stocks: int = STOCKS, first: date = FIRST) -> int:
    """One table of all stocks, as a person would export it; returns the rows."""
    days = sessions_between(Exchange.XKRX, first, LAST).day
    random = np.random.default_rng(2026)
    steps = random.choice(np.array([-100, -50, 0, 50, 100]), size=(stocks, len(days)))
    close = np.abs(20_000 + np.cumsum(steps, axis=1) % 25_000)
    opened = np.concatenate((close[:, :1], close[:, :-1]), axis=1)
    table = pl.DataFrame(
        {
            "code": np.repeat([f"{number:05d}0" for number in range(10, 10 + stocks)], len(days)),
            "date": pl.Series(np.tile(days, stocks)).cast(pl.Date),
            "open": opened.ravel(),
            "high": (np.maximum(opened, close) + 50).ravel(),
            "low": (np.minimum(opened, close) - 50).ravel(),
            "close": close.ravel(),
            "volume": random.integers(1_000, 1_000_000, size=close.size),
        }
    )
    table.write_parquet(path) if path.suffix == ".parquet" else table.write_csv(path)
    return table.height


def measured_days(folder: Path, stocks: int = STOCKS, first: date = FIRST) -> dict[str, Any]:
    """Seconds of the import, and of a moving-average backtest of all stocks (the second of two runs of each).

    engine : from the panel in memory to figures, the runs beside included (the same stocks held, other slippages); backtest : from the
    store to the record; served : with finished parts and the files of the result written, as a worker does
    """
    from bokgi.data.importers.entry import import_path
    from bokgi.data.master import Master
    from bokgi.data.store import Store
    from bokgi.reports.result_folder import write_result
    from bokgi.services.backtest import read_panel, run_backtest
    from bokgi.services.checkpoint import PartFiles
    from bokgi.services.computation import compute
    from bokgi.services.request import BacktestRequest
    from bokgi.services.resolution import resolve
    from bokgi.strategies.catalog import to_strategy

    path = folder / "days.parquet"
    rows = write_days(path, stocks, first)
    store = Store(folder / "home")
    began = time.perf_counter()
    report = import_path(store, path)
    imported = time.perf_counter() - began
    assert report.rows == rows, report.entries[0].english
    codes = tuple(store.series(store.intervals()[0]))
    request = BacktestRequest("MA20_50", codes, start=first, end=LAST)
    master = Master.read(folder / "home")
    seconds, engine, served = [], [], []
    for number in range(2):
        resolved = resolve(store, master, request)
        panel = read_panel(store, master, resolved)
        began = time.perf_counter()
        compute(panel, to_strategy("MA20_50"), resolved.execution, resolved.account)
        engine.append(time.perf_counter() - began)
        del panel
        began = time.perf_counter()
        record = run_backtest(store, Master.read(folder / "home"), request)
        seconds.append(time.perf_counter() - began)
        del record
        began = time.perf_counter()
        name = f"run-{number}"
        record = run_backtest(store, master, request, backtest_id=name, checkpoint=PartFiles(folder / "parts" / name))
        write_result(folder / "results" / name, record)
        served.append(time.perf_counter() - began)
    return {
        "rows": rows,
        "import_seconds": imported,
        "first_seconds": seconds[0],
        "backtest_seconds": seconds[1],
        "engine_seconds": engine[1],
        "served_seconds": served[1],
        "trades": record.summary.values["total_trades"],
        "memory_bytes": highest_memory_bytes(),
    }


def write_minutes(folder: Path, stocks: int = MINUTE_STOCKS, last: date = MINUTE_LAST) -> int:
    """A year of one-minute bars in a store, ten stocks at a time; returns the rows."""
    from bokgi.bars.interval import Interval
    from bokgi.data.store import Store

    sessions = sessions_between(Exchange.XKRX, MINUTE_FIRST, last)
    rows = 0
    for part in range(stocks // 10):
        bars = generated_bars(10, sessions, minutes=ONE_MINUTE, seed=10 + part)
        rows += bars.height
        Store(folder).write(incoming(bars, Interval(1)))
    return rows


def measured_minutes(folder: Path) -> dict[str, Any]:
    """Seconds and memory of strategies of signals and of the clock over all stored one-minute bars, from the store to metrics."""
    from bokgi.bars.interval import Interval
    from bokgi.data.master import Master
    from bokgi.data.store import Store
    from bokgi.services.backtest import run_backtest
    from bokgi.services.request import BacktestRequest

    store = Store(folder)
    series = store.series(Interval(1))
    found: dict[str, Any] = {"rows": sum(held.bars for held in series.values())}
    for strategy in ("daily_trading", "MA20_50"):
        request = BacktestRequest(strategy, tuple(series), start=MINUTE_FIRST, end=MINUTE_LAST, interval=Interval(1))
        began = time.perf_counter()
        record = run_backtest(store, Master.read(folder), request)
        found[f"{strategy}_seconds"] = time.perf_counter() - began
        found[f"{strategy}_trades"] = record.summary.values["total_trades"]
        del record
    return found | {"memory_bytes": highest_memory_bytes()}


def measured_minute_import(folder: Path, stocks: int = MINUTE_STOCKS, last: date = MINUTE_LAST) -> dict[str, Any]:
    """Seconds and memory of importing the same bars as a user has them: one Parquet file a stock, the quality reports included."""
    from bokgi.data.importers.entry import import_path
    from bokgi.data.store import Store

    files = folder / "files"
    files.mkdir()
    for path, bars in minute_files(stocks, last):
        bars.write_parquet(files / path)
    began = time.perf_counter()
    report = import_path(Store(folder / "home"), files)
    return {"rows": report.rows, "import_seconds": time.perf_counter() - began, "memory_bytes": highest_memory_bytes()}


def minute_files(stocks: int, last: date) -> Iterator[tuple[str, pl.DataFrame]]:
    """Names and bars, in exchange time, of each stock's file."""
    sessions = sessions_between(Exchange.XKRX, MINUTE_FIRST, last)
    local = pl.col("start").dt.convert_time_zone("Asia/Seoul").dt.replace_time_zone(None).alias("datetime")
    for part in range(stocks // 10):
        bars = generated_bars(10, sessions, minutes=ONE_MINUTE, seed=10 + part)
        for (code,), rows in bars.group_by("code", maintain_order=True):
            yield f"{code}_1m.parquet", rows.select("code", local, "open", "high", "low", "close", "volume")


def in_new_process(*words: str) -> dict[str, Any]:
    """One case in a process of its own: `days FOLDER`, `minutes HOME` or `minute-import FOLDER`."""
    command = [sys.executable, "-m", "benchmarks.ten_years", *words]
    said = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1]).stdout
    outcome: dict[str, Any] = json.loads(said)
    return outcome


def rows_of() -> Iterator[Row]:
    """The rows of the table."""
    with tempfile.TemporaryDirectory() as folder:
        days = in_new_process("days", folder)
    case = f"Ten years of daily bars of {STOCKS:,} stocks, {days['rows']:,} rows"
    yield below_row(f"{case}: import with the quality report", days["import_seconds"], f"{days['import_seconds']:.1f} s", 20, "20 s")
    for words, name in (("panel to metrics", "engine"), ("store to metrics", "backtest"), ("parts and result files written", "served")):
        seconds = days[f"{name}_seconds"]
        yield below_row(f"{case}: MA20_50 over all, {words}", seconds, f"{seconds:.2f} s", 3, "3 s")
    with tempfile.TemporaryDirectory() as folder:
        write_minutes(Path(folder))
        minutes = in_new_process("minutes", folder)
    gigabytes = minutes["memory_bytes"] / 1e9
    case = f"A year of one-minute bars of {MINUTE_STOCKS} stocks, {minutes['rows']:,} rows"
    words = f"{gigabytes:.2f} GB, {minutes['daily_trading_seconds']:.1f} s and {minutes['MA20_50_seconds']:.1f} s"
    yield below_row(f"{case}: memory of `daily_trading` and MA20_50 over all", gigabytes, words, 3, "3 GB")
    with tempfile.TemporaryDirectory() as folder:
        imported = in_new_process("minute-import", folder)
    gigabytes = imported["memory_bytes"] / 1e9
    yield below_row(
        f"{case}: memory of their import, a file a stock", gigabytes, f"{gigabytes:.2f} GB, {imported['import_seconds']:.1f} s", 3, "3 GB"
    )


if __name__ == "__main__":
    measured = {"days": measured_days, "minutes": measured_minutes, "minute-import": measured_minute_import}[sys.argv[1]]
    print(json.dumps(measured(Path(sys.argv[2]))))
