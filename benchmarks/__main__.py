"""Measure all cases and write docs/benchmarks.md: `python -m benchmarks`; `--quick` measures little, and writes nothing."""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import cross_grid, minute_search, search_store, service, service_workers, ten_years
from benchmarks.cases import (
    FULL,
    QUICK,
    Size,
    cross_frame_of,
    end_to_end_rows,
    help_rows,
    import_rows,
    market_rows,
    simulation_rows,
    store_lines,
)
from benchmarks.instrument_search import search_rows
from benchmarks.machine import machine_lines
from benchmarks.rows import HEADING, Row

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
EXPLANATION = """\
Times are medians of wall time, with the shortest and the longest run in brackets; candidates of one comparison run in turns in one
process, after a first run of each that is not counted. A ratio is that of the medians. Before anything is timed, the final equities of
both packages must agree to 1e-9 (relative); if they do not, the command fails.

- **Comparisons**: one stock, 100,000 generated two-minute bars, market `plain`, a fee of 0.02 % each side, decided on a close and filled
  at the next open. *Simulation* starts from ready signals; Bokgi's time includes trades and equity, vectorbt's `from_signals` only
  its order records. *Averages to metrics* is plan, simulation and summary; a panel remembers what was derived from its bars (time grid,
  traded bars), so the same is shown on panels never used before, too.
- **Seven strategies**: the synthetic demo market under `krx`, defaults of all strategies; the panel is read from the store each time.
  *Warm* repeats in one process. *Cold* is a whole new process, its start and imports included, with the compile cache and the
  system's cache of files there.
- **Searches**: *every pair of times* starts from bars in memory and ends with balance, trades, wins, mean and deviation of session returns
  and deepest fall of each pair, in two threads; the loop in C computes the same, and is compiled by the command; NumPy works on whole
  arrays of pairs, in two threads too. Balances, trades and wins must agree to the won before anything is timed. *Store to stored trials*
  reads the demo market, searches it and writes all trials to Parquet. *Growth*: each size in a process of its own, the second of two runs.
- **Search**: generated names; queries are beginnings, initial consonants, half-typed syllables, English words, codes, and texts that find
  nothing.
- **Scale**: generated bars; the import is of one Parquet file with its quality report, the backtest is the second of two in one process
  (resolution, panel, market terms, the run and its three companions at other slippages and held, metrics).
- **Import**: each in a process of its own, one run.
- **Service**: a real `bokgi serve --demo` with its worker, asked over HTTP by a client on the same machine and cores. At a fixed rate an
  answer is timed from the moment at which its request was due, so a stall cannot hide. *Two workers*: `bokgi work` on a PostgreSQL server
  of their own, one run at a time and one core each, as if each had a machine of its own.
"""


def comparison_rows(size: Size) -> Iterator[Row]:
    """All rows with an aim."""
    frame = cross_frame_of(size)
    yield from simulation_rows(frame, size)
    yield from end_to_end_rows(frame, size)
    yield from market_rows(size)
    yield from help_rows(size)
    yield from search_rows()


def parameter_rows(size: Size) -> Iterator[Row]:
    """All rows of searches for the best parameters."""
    yield from minute_search.kernel_rows(size.rounds if not size.judged else 7, size.instruments, judged=size.judged)
    yield from search_store.store_rows(instruments=size.instruments, sessions=size.sessions, judged=size.judged)
    yield from cross_grid.grid_rows(3, judged=size.judged)
    if size.judged:
        yield from search_store.growth_rows()


def service_rows() -> Iterator[Row]:
    """All rows of the service."""
    with tempfile.TemporaryDirectory() as folder:
        yield from service.rows_of(service.FULL, Path(folder))
        yield service_workers.row_of(Path(folder) / "workers", service_workers.RUNS)


def shown(rows: Iterator[Row]) -> list[Row]:
    """Print each row as soon as it is there."""
    kept = []
    for row in rows:
        print(row.to_markdown(), flush=True)
        kept.append(row)
    return kept


def page_of(
    machine: list[str], rows: list[Row], searches: list[Row], served: list[Row], scale: list[Row], imports: list[Row], store: list[str]
) -> str:
    """The page; all its figures come from this run."""
    parts = [
        "# Benchmarks",
        "Written by `make bench` (`python -m benchmarks`); do not edit by hand.",
        "\n".join(machine),
        "\n".join([HEADING, *(row.to_markdown() for row in rows)]),
        "## Searches",
        "\n".join([HEADING, *(row.to_markdown() for row in searches)]),
        "## Service",
        "\n".join([HEADING, *(row.to_markdown() for row in served)]),
        "## Scale",
        "\n".join([HEADING, *(row.to_markdown() for row in scale)]),
        "## Import",
        "\n".join(["| Case | Bokgi |\n| --- | --- |", *(f"| {row.case} | {row.ours} |" for row in imports)]),
        "The store alone (`python -m benchmarks.store_speed`), generated bars and their memory included:",
        "\n".join(f"- {line}" for line in store),
        "## How it is measured",
        EXPLANATION.rstrip(),
    ]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Print the table, and keep it where everything was measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer bars, stocks and rounds; no page is written")
    size = QUICK if parser.parse_args().quick else FULL
    machine = machine_lines()
    print("\n".join([*machine, "", HEADING]))
    rows, searches = shown(comparison_rows(size)), shown(parameter_rows(size))
    if size.imports:
        served, scale, imports, store = shown(service_rows()), shown(ten_years.rows_of()), shown(import_rows()), store_lines()
        print("\n".join(store))
        PAGE.write_text(page_of(machine, rows, searches, served, scale, imports, store), encoding="utf-8")


if __name__ == "__main__":
    main()
