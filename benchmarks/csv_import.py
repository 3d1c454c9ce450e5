"""Seven million rows of one-minute bars as a CSV file: reading them, and importing them into a store with the quality report.

Run by the command; alone: `python -m benchmarks.csv_import` prints one line of JSON. The rows are generated, prices on a tick of 50 won.
"""

import json
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.store_speed import ONE_MINUTE, generated_bars
from benchmarks.whole_market import highest_memory_bytes
from bokgi.data.importers.entry import import_path
from bokgi.data.importers.registry import read_file
from bokgi.data.store import Store
from bokgi.market.calendar import sessions_between
from bokgi.market.instruments import Exchange

CODES, SESSIONS = 100, 184


def write_csv(path: Path) -> int:
    """Write the rows as a broker would: code, time in exchange time, prices, volume. Return their number."""
    every = sessions_between(Exchange.XKRX, date(2024, 1, 2), date(2024, 12, 30))
    bars = generated_bars(CODES, every.slice(1, 1 + SESSIONS), minutes=ONE_MINUTE)
    local = pl.col("start").dt.convert_time_zone("Asia/Seoul").dt.strftime("%Y-%m-%d %H:%M:%S")
    prices = [pl.col(name).cast(pl.Int64) for name in ("open", "high", "low", "close", "volume")]
    bars.select("code", local.alias("datetime"), *prices).write_csv(path)
    return bars.height


def measured(folder: Path) -> dict[str, Any]:
    """Seconds of reading and of the whole import."""
    path = folder / "bars.csv"
    rows = write_csv(path)
    began = time.perf_counter()
    read = read_file(path)
    read_at = time.perf_counter()
    assert isinstance(read, list)
    assert sum(part.bars.height for part in read) == rows
    del read
    imported_from = time.perf_counter()
    report = import_path(Store(folder / "home"), path)
    ended = time.perf_counter()
    assert report.rows == rows
    return {
        "rows": rows,
        "file_bytes": path.stat().st_size,
        "read_seconds": read_at - began,
        "import_seconds": ended - imported_from,
        "memory_bytes": highest_memory_bytes(),
    }


def in_new_process() -> dict[str, Any]:
    """`measured` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.csv_import"]
    said = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1]).stdout
    outcome: dict[str, Any] = json.loads(said)
    return outcome


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        print(json.dumps(measured(Path(temporary))))
