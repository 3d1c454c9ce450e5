"""Measure the service over HTTP: `python -m benchmarks.service`; `--quick` measures little. Prints rows of docs/benchmarks.md.

Everything is asked of a real `bokgi serve --demo` with its worker, by a client on the same machine.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.http_client import Connection, at_rate, many_at_once
from benchmarks.rows import HEADING, Row, below_row
from benchmarks.service_process import Service

ONE_STOCK = {"strategy": "daily_trading", "interval": "2m", "strategy_params": {"buy_time": "10:00", "sell_time": "15:00"}}
ALL_STOCKS = {"strategy": "daily_trading", "interval": "2m", "stock_mode": "all"}
POLL_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    load_seconds: float
    single_runs: int
    market_runs: int
    queued_runs: int
    requests: int


FULL = Size(load_seconds=30.0, single_runs=50, market_runs=10, queued_runs=1_000, requests=10_000)
QUICK = Size(load_seconds=3.0, single_runs=5, market_runs=2, queued_runs=30, requests=500)


async def run_to_end(connection: Connection, body: dict[str, Any]) -> tuple[str, float]:
    """Id of a run, and seconds from its start to the first progress that says `completed`."""
    began = time.perf_counter()
    started = await connection.json("POST", "/api/backtest/start", body)
    backtest_id = started["backtest_id"]
    await until_done(connection, backtest_id)
    return backtest_id, time.perf_counter() - began


async def until_done(connection: Connection, backtest_id: str) -> None:
    """Wait until a run is completed; any other end is an error."""
    while True:
        progress = await connection.json("GET", f"/api/backtest/progress?id={backtest_id}")
        if progress["status"] == "completed":
            return
        if progress["status"] in {"failed", "cancelled"}:
            raise RuntimeError(f"{backtest_id} is {progress['status']}")
        await asyncio.sleep(POLL_SECONDS)


async def first_code(connection: Connection) -> str:
    """A stock of the demo market."""
    page = await connection.json("GET", "/api/data/series?interval=2m&page_size=1")
    return str(page["series"][0]["code"])


@asynccontextmanager
async def busy_worker(service: Service) -> AsyncIterator[None]:
    """Keep the worker computing whole-market backtests meanwhile."""

    async def endless() -> None:
        connection = Connection(service.host, service.port)
        while True:
            await run_to_end(connection, ALL_STOCKS)

    task = asyncio.create_task(endless())
    await asyncio.sleep(0.5)
    try:
        yield
        if task.done():
            task.result()
    finally:
        task.cancel()


async def load_rows(service: Service, size: Size) -> list[Row]:
    """Answers at 300 requests a second while a backtest runs, and 1,000 connections at once."""
    connection = Connection(service.host, service.port)
    code = await first_code(connection)
    backtest_id, _ = await run_to_end(connection, ONE_STOCK | {"stock_codes": [code]})
    health, result = "/api/health", f"/api/backtest/result/{backtest_id}"
    async with busy_worker(service):
        answers = await at_rate(service.host, service.port, [health, result], 300.0, size.load_seconds, 32)
    errors = [error for kept in answers.values() for error in kept.errors]
    said = f"{300 * size.load_seconds:,.0f} requests, {len(errors)} errors"
    rows = []
    for path, name, limit in ((health, "Health", 10), (result, "Result", 30)):
        seconds = answers[path].percentile(0.99)
        rows.append(
            below_row(
                f"{name} at 300 requests/s beside a running backtest, p99",
                seconds * 1e3,
                f"{seconds * 1e3:.1f} ms; {said}",
                limit,
                f"{limit} ms",
            )
        )
    crowd = await many_at_once(service.host, service.port, health, 1_000, 5, 800.0)
    rows.append(
        Row(
            "1,000 connections at once, 5 requests over each, 800 a second in all",
            f"{len(crowd.errors)} errors in {len(crowd.seconds):,} answers; p99 {crowd.percentile(0.99) * 1e3:.0f} ms",
            aim="no error",
            verdict="met" if not crowd.errors else f"**missed**: {crowd.errors[:3]}",
        )
    )
    return rows


async def run_rows(service: Service, size: Size) -> list[Row]:
    """From start to completed, over HTTP."""
    connection = Connection(service.host, service.port)
    code = await first_code(connection)
    single = [(await run_to_end(connection, ONE_STOCK | {"stock_codes": [code]}))[1] for _ in range(size.single_runs)]
    market = [(await run_to_end(connection, ALL_STOCKS))[1] for _ in range(size.market_runs)]
    return [
        below_row("One stock, start to completed, median", median(single) * 1e3, _span(single), 300, "300 ms"),
        below_row("200 stocks x 60 sessions of 2-minute bars, start to completed, median", median(market), _span(market), 2.0, "2 s"),
    ]


async def drain_rows(service: Service, size: Size) -> list[Row]:
    """Many runs at once; none is lost, and memory stays where it was."""
    connection = Connection(service.host, service.port)
    code = await first_code(connection)
    before = service.memory_megabytes()
    began = time.perf_counter()
    ids = []
    for _ in range(size.queued_runs):
        started = await connection.json("POST", "/api/backtest/start", ONE_STOCK | {"stock_codes": [code]})
        ids.append(started["backtest_id"])
    queued = time.perf_counter() - began
    for backtest_id in ids:
        await until_done(connection, backtest_id)
    drained = time.perf_counter() - began
    between = service.memory_megabytes()
    await many_at_once(service.host, service.port, f"/api/backtest/result/{ids[0]}", 50, size.requests // 50, 800.0)
    after = service.memory_megabytes()
    is_whole = len(set(ids)) == size.queued_runs
    return [
        Row(
            f"{size.queued_runs:,} runs queued at once",
            f"queued in {queued:.1f} s, all completed after {drained:.1f} s ({size.queued_runs / drained:.0f} a second)",
            aim="none lost",
            verdict="met" if is_whole else "**missed**",
        ),
        _memory_row(f"Memory of the worker over {size.queued_runs:,} runs", before["worker"], after["worker"]),
        _memory_row(f"Memory of the API over these starts and {size.requests:,} requests", before["api"], after["api"], between["api"]),
    ]


def _memory_row(case: str, before: float, after: float, between: float | None = None) -> Row:
    middle = "" if between is None else f", {between:.0f} MB after the runs"
    return Row(case, f"{before:.0f} MB before{middle}, {after:.0f} MB after", aim="flat", verdict=f"{after - before:+.0f} MB")


def _span(seconds: list[float]) -> str:
    return f"{median(seconds) * 1e3:.0f} ms ({min(seconds) * 1e3:.0f}-{max(seconds) * 1e3:.0f}, {len(seconds)} runs)"


def rows_of(size: Size, folder: Path) -> Iterator[Row]:
    """All rows, each as soon as it is there."""
    cold = {"BOKGI_CACHE": str(folder / "cache")}
    with Service(folder / "home", "--demo", environment=cold) as service:
        said = f"{service.ready_seconds:.1f} s"
        yield below_row(
            "First start with an empty home and no compiled kernel: `bokgi serve --demo` to health 200",
            service.ready_seconds,
            said,
            20.0,
            "20 s",
        )
        time.sleep(10.0)  # what follows in the background after a first start
        for measured in (run_rows, load_rows, drain_rows):
            yield from asyncio.run(measured(service, size))
    with Service(folder / "home", environment=cold) as service:
        said = f"{service.ready_seconds:.1f} s"
        yield Row("Second start to health 200", said)


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.service", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer requests and runs")
    size = QUICK if parser.parse_args().quick else FULL
    print(HEADING)
    with tempfile.TemporaryDirectory() as folder:
        for row in rows_of(size, Path(folder)):
            print(row.to_markdown(), flush=True)


if __name__ == "__main__":
    main()
