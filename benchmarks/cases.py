"""The cases of the table. `quick` measures less of each, for a look; its figures are not kept."""

import os
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks import csv_import, whole_market
from benchmarks.cross_bars import BARS, cross_frame, panel_of_frame
from benchmarks.cross_peers import PERIODS, backtesting_of, check_agreement, end_to_end_of, simulation_of, vectorbt_of
from benchmarks.measuring import Timing, alternating, timed
from benchmarks.rows import Row, below_row, faster_row
from bokgi.bars.panel import Panel
from bokgi.market.calendar import sessions_between
from bokgi.market.instruments import Exchange

SIMULATION_AIM, END_TO_END_AIM, BETTER_AIM = 20.0, 200.0, 500.0
WARM_AIM_SECONDS, COLD_AIM_SECONDS, MEMORY_AIM_BYTES, HELP_AIM_SECONDS = 1.0, 3.0, 1e9, 0.3
OURS, OURS_FRESH, THEIRS = "ours", "ours on a fresh panel", "theirs"


@dataclass(frozen=True, slots=True)
class Size:
    """bars : of the comparisons; rounds : of every candidate; instruments, sessions : of the demo market

    judged : whether ratios are held against aims, which are for 100,000 bars; imports : whether to import
    """

    bars: int
    rounds: int
    instruments: int
    sessions: int
    judged: bool
    imports: bool


FULL = Size(BARS, 15, 200, 60, judged=True, imports=True)
QUICK = Size(10_000, 3, 20, 10, judged=False, imports=False)


def cross_frame_of(size: Size) -> pd.DataFrame:
    """The bars of the comparisons."""
    return cross_frame(sessions_between(Exchange.XKRX, date(2023, 1, 2), date(2025, 12, 30)), size.bars)


def simulation_rows(frame: pd.DataFrame, size: Size) -> Iterator[Row]:
    """From ready signals, against vectorbt."""
    panel = panel_of_frame(frame)
    for name in PERIODS:
        ours, theirs = simulation_of(panel, name), vectorbt_of(frame, panel, name)
        check_agreement("vectorbt", float(ours().equity[-1]), float(theirs().final_value()))
        times = alternating({OURS: ours, THEIRS: theirs}, size.rounds, {OURS: 20, THEIRS: 3})
        case = f"Simulation from ready signals, {name}, {size.bars:,} bars"
        yield faster_row(case, times[OURS], "vectorbt `Portfolio.from_signals`", times[THEIRS], SIMULATION_AIM if size.judged else None)


def end_to_end_rows(frame: pd.DataFrame, size: Size) -> Iterator[Row]:
    """From averages to metrics, against backtesting.py: on a panel already used, and on a new one each time."""
    panel = panel_of_frame(frame)
    for name in PERIODS:
        ours, theirs = end_to_end_of(panel, name), backtesting_of(frame, name)
        check_agreement("backtesting.py", float(ours().values["final_equity"] or 0.0), float(theirs()["Equity Final [$]"]))
        candidates: dict[str, Callable[[], object]] = {OURS: ours, OURS_FRESH: partial(_on_fresh, panel, name), THEIRS: theirs}
        times = alternating(candidates, size.rounds, {OURS: 20, OURS_FRESH: 20})
        case, peer = f"Averages to metrics, {name}, {size.bars:,} bars", "backtesting.py `Backtest.run()`"
        yield faster_row(case, times[OURS], peer, times[THEIRS], END_TO_END_AIM if size.judged else None)
        if size.judged:
            yield faster_row(f"{case} (the better aim)", times[OURS], peer, times[THEIRS], BETTER_AIM)
        yield faster_row(
            f"{case}, on a panel never used before", times[OURS_FRESH], peer, times[THEIRS], END_TO_END_AIM if size.judged else None
        )


def _on_fresh(panel: Panel, name: str) -> None:
    """End to end on the same bars without anything remembered about them."""
    end_to_end_of(replace(panel), name)()


def market_rows(size: Size) -> Iterator[Row]:
    """The seven strategies over the demo market."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        whole_market.write_home(home, instruments=size.instruments, sessions=size.sessions)
        whole_market.in_new_process(home, 1)  # fills the compile cache
        cold = [whole_market.in_new_process(home, 1) for _ in range(min(size.rounds, 5))]
        warm = whole_market.in_new_process(home, min(size.rounds, 10) + 1)
    yield from _market_rows(size, cold, warm)


def _market_rows(size: Size, cold: list[dict[str, Any]], warm: dict[str, Any]) -> Iterator[Row]:
    case = f"Seven strategies, {size.instruments} stocks x {size.sessions} sessions ({warm['bars']:,} bars), store to metrics"
    warm_times = Timing(tuple(warm["seconds"][1:]))
    cold_times = Timing(tuple(run["process_seconds"] for run in cold))
    memory = max(run["memory_bytes"] for run in (*cold, warm))
    yield below_row(f"{case}: warm", warm_times.median, warm_times.words(), WARM_AIM_SECONDS, "1 s")
    yield below_row(f"{case}: whole cold process", cold_times.median, cold_times.words(), COLD_AIM_SECONDS, "3 s")
    yield below_row(f"{case}: highest memory", memory, f"{memory / 1e9:.2f} GB", MEMORY_AIM_BYTES, "1 GB")


def import_rows() -> Iterator[Row]:
    """Reading and importing one large CSV file; there is no aim, so the figures stand alone."""
    run = csv_import.in_new_process()
    rows, size = run["rows"], f"{run['file_bytes'] / 1e6:,.0f} MB"
    for case, seconds in (("Reading", run["read_seconds"]), ("Importing, quality report included,", run["import_seconds"])):
        yield Row(f"{case} a CSV file of {rows:,} one-minute rows ({size})", f"{seconds:.1f} s, {rows / seconds:,.0f} rows a second")
    yield Row("Highest memory of both, the making of the rows included", f"{run['memory_bytes'] / 1e9:.2f} GB")


def store_lines() -> list[str]:
    """What the store's own benchmark says, a line a case."""
    said = subprocess.run([sys.executable, "-m", "benchmarks.store_speed"], check=True, capture_output=True, text=True, cwd=ROOT)
    return said.stdout.splitlines()


def help_rows(size: Size) -> Iterator[Row]:
    """The command line's first answer."""
    command = [str(Path(sysconfig.get_path("scripts")) / "bokgi"), "--help"]
    environment = {**os.environ, "LANG": "C.UTF-8"}

    def run() -> None:
        subprocess.run(command, check=True, capture_output=True, env=environment)

    run()
    times = Timing(tuple(timed(run) for _ in range(size.rounds)))
    yield below_row("`bokgi --help`", times.median, times.words(), HELP_AIM_SECONDS, "0.3 s")


ROOT = Path(__file__).parents[1]
