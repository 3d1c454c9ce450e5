"""Searches from the store to stored trials, with and without the figures of belief, and how time and memory grow.

Run by the command; alone: `python -m benchmarks.search_store HOME WHAT [REPEATS]` prints one line of JSON. WHAT is `trials` or `honesty`;
`ten` before it takes ten stocks. Every repeat writes all trials to Parquet in a new folder.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measuring import Timing
from benchmarks.rows import Row, below_row
from benchmarks.whole_market import highest_memory_bytes, write_home

TRIALS_AIM_SECONDS, HONESTY_AIM_SECONDS, TEN_AIM_SECONDS, MEMORY_AIM_BYTES = 2.0, 30.0, 3.0, 2e9
ROUNDS = 4
"""The first is not counted."""


def searched(home: Path, codes: tuple[str, ...], *, honesty: bool) -> int:
    """Search these stocks of a store; the number of trials."""
    from bokgi.data.demo import DEMO_INTERVAL
    from bokgi.services.request import BacktestRequest
    from bokgi.services.resolution import resolve
    from bokgi.services.search_parts import finish_part, new_part
    from bokgi.services.search_request import Method, SearchRequest
    from bokgi.services.search_work import searched_stocks
    from bokgi.services.shelf import Shelf

    shelf = Shelf(home)
    base = resolve(shelf.store, shelf.master, BacktestRequest("daily_trading", codes, interval=DEMO_INTERVAL))
    request, stocks = SearchRequest(base, Method.EXHAUSTIVE, honesty=honesty), list[dict[str, Any]]()
    with tempfile.TemporaryDirectory() as folder, new_part(Path(folder), 0) as trials:
        for one in searched_stocks(shelf, request):
            if one.trials is not None and one.outcome is not None:
                trials.add(str(one.finding["code"]), one.trials.columns(), one.outcome)
            stocks.append(dict(one.finding))
        finish_part(Path(folder), 0, trials, stocks, "benchmark")
    return sum(int(stock["trials"]) for stock in stocks)


def measured(home: Path, what: str, repeats: int) -> dict[str, Any]:
    """Seconds of each repeat, trials, and the peak of memory."""
    from bokgi.data.demo import DEMO_INTERVAL
    from bokgi.data.store import Store

    codes = tuple(Store(home).series(DEMO_INTERVAL))
    chosen = codes[:10] if what.startswith("ten") else codes
    seconds, trials = [], 0
    for _ in range(repeats):
        began = time.perf_counter()
        trials = searched(home, chosen, honesty=what.endswith("honesty"))
        seconds.append(time.perf_counter() - began)
    return {"seconds": seconds, "trials": trials, "memory_bytes": highest_memory_bytes()}


def in_new_process(home: Path, what: str, repeats: int) -> dict[str, Any]:
    """`measured` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.search_store", str(home), what, str(repeats)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1]).stdout
    outcome: dict[str, Any] = json.loads(said)
    return outcome


def store_rows(*, instruments: int = 200, sessions: int = 60, judged: bool = True) -> Iterator[Row]:
    """From the store to stored trials; then with the figures of belief; then ten names."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        write_home(home, instruments=instruments, sessions=sessions)
        cases = (
            ("trials", f"Store to stored trials, {instruments} stocks", TRIALS_AIM_SECONDS, "2 s"),
            ("honesty", f"The same with the figures of belief, {instruments} stocks", HONESTY_AIM_SECONDS, "30 s"),
            ("tenhonesty", "The same, ten stocks", TEN_AIM_SECONDS, "3 s"),
        )
        for what, case, aim, words in cases:
            run = in_new_process(home, what, ROUNDS)
            times = Timing(tuple(run["seconds"][1:]))
            said = f"{times.words()}, {run['trials']:,} trials, {run['memory_bytes'] / 1e9:.2f} GB at most"
            yield below_row(case, times.median, said, aim, words) if judged else Row(case, said)


def growth_rows() -> Iterator[Row]:
    """Seconds and memory while stocks, sessions and trials grow; each size in a process of its own."""
    for sizes in ((20, 60), (200, 60), (2_000, 60), (20, 10), (20, 240), (20, 500)):
        run = _growth("pairs", *sizes)
        memory, millions = run["memory_bytes"], run["trials"] * sizes[1] / run["seconds"] / 1e6
        said = f"{run['seconds']:.2f} s, {run['trials']:,} trials, {millions:,.0f} million trades a second, {memory / 1e9:.2f} GB"
        yield below_row(f"Growth: {sizes[0]:,} stocks x {sizes[1]} sessions x 72 points", memory, said, MEMORY_AIM_BYTES, "2 GB")
    for trials in (100, 10_000, 1_000_000):
        run = _growth("grid", trials, 250)
        said = f"{run['seconds']:.2f} s, {run['seconds'] / run['trials'] * 1e6:,.0f} µs a trial, {run['memory_bytes'] / 1e9:.2f} GB"
        yield below_row(f"Growth: {run['trials']:,} pairs of periods x 250 daily bars", run["memory_bytes"], said, MEMORY_AIM_BYTES, "2 GB")


def _growth(kind: str, size: int, sessions: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.search_growth", kind, str(size), str(sessions)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1]).stdout
    outcome: dict[str, Any] = json.loads(said)
    return outcome


if __name__ == "__main__":
    print(json.dumps(measured(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 1)))
