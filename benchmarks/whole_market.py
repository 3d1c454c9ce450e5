"""All built-in strategies over the demo market, from the store to metrics, in a process of its own.

Run by the command; alone: `python -m benchmarks.whole_market HOME [REPEATS]` prints one line of JSON. Rules are the defaults (`krx`).
A cold run is a new interpreter with the compile cache there: its time is that of the whole process, imports included.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

TITLE = "Seven strategies, 200 stocks x 60 sessions of two-minute bars, store to metrics"


def write_home(home: Path, *, instruments: int = 200, sessions: int = 60) -> None:
    """The demo market in a store."""
    from bokgi.data.demo import write_demo
    from bokgi.data.store import Store

    write_demo(Store(home), instruments=instruments, sessions=sessions)


def run_all(home: Path) -> dict[str, Any]:
    """Read the panel once, run each strategy, judge each; equities by strategy."""
    from bokgi.data.demo import DEMO_INTERVAL
    from bokgi.data.store import Store
    from bokgi.engine.simulate import simulate
    from bokgi.metrics.summary import summarize
    from bokgi.orders.market_terms import market_terms
    from bokgi.orders.rules import AccountRules, ExecutionRules
    from bokgi.strategies.catalog import CATALOG, to_strategy

    rules, account = ExecutionRules(), AccountRules()
    panel = Store(home).read_panel(None, DEMO_INTERVAL)
    terms, finals = market_terms(panel, rules), {}
    for name in CATALOG:
        simulation = simulate(panel, to_strategy(name).plan(panel), terms, rules, account)
        finals[name] = summarize(simulation, panel).values["final_equity"]
    return {"bars": len(panel), "finals": finals}


def highest_memory_bytes() -> int:
    """Peak of this process alone; the resource counter would carry over that of the process that started it."""
    status = Path("/proc/self/status")
    if not status.exists():
        scale = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale
    line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def measured(home: Path, repeats: int) -> dict[str, Any]:
    """Seconds of each repeat, the peak of memory, and what came out."""
    seconds = []
    outcome: dict[str, Any] = {}
    for _ in range(repeats):
        began = time.perf_counter()
        outcome = run_all(home)
        seconds.append(time.perf_counter() - began)
    return {"seconds": seconds, "memory_bytes": highest_memory_bytes(), **outcome}


def in_new_process(home: Path, repeats: int) -> dict[str, Any]:
    """`measured` in a process of its own, with the wall time of the whole process."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.whole_market", str(home), str(repeats)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1]).stdout
    outcome: dict[str, Any] = json.loads(said)
    return {"process_seconds": time.perf_counter() - began, **outcome}


if __name__ == "__main__":
    print(json.dumps(measured(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)))
