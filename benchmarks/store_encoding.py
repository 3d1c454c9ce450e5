"""How stored bars are best encoded: size, and seconds to write and to read, for 200 instruments x 60 sessions x 191 bars.

Run: `.venv/bin/python -m benchmarks.store_encoding`. The prices are generated on ticks; real ones compress alike.
"""

import tempfile
import time
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.store_speed import generated_bars, half_year

NUMBERS = ["open", "high", "low", "close", "volume"]
PLAIN_COLUMNS = ["code", "session", "minute"]
ENCODINGS = {"dictionary": None, "plain": "PLAIN", "byte_stream_split": "BYTE_STREAM_SPLIT"}


def options(compression: str, encoding: str | None) -> dict[str, Any]:
    """Arguments of the writer; times are stored as differences in each case."""
    columns = {"start": "DELTA_BINARY_PACKED"} | (dict.fromkeys(NUMBERS, encoding) if encoding else {})
    dictionary = PLAIN_COLUMNS if encoding else PLAIN_COLUMNS + NUMBERS
    return {"compression": compression, "use_dictionary": dictionary, "column_encoding": columns}


def seconds_to_read(path: Path) -> float:
    """Best of five."""
    best = float("inf")
    for _ in range(5):
        began = time.perf_counter()
        opened = pq.ParquetFile(path, memory_map=True)
        opened.read_row_groups(range(opened.num_row_groups), columns=["session", "minute", *NUMBERS])
        best = min(best, time.perf_counter() - began)
    return best


def measured(table: pa.Table, path: Path, compression: str, name: str, group_rows: int) -> str:
    """One row of the table."""
    began = time.perf_counter()
    pq.write_table(table, path, row_group_size=group_rows, **options(compression, ENCODINGS[name]))
    wrote = time.perf_counter() - began
    return (
        f"| {compression} | {name} | {group_rows:,} | {wrote:.2f} | {seconds_to_read(path) * 1000:.0f} | {path.stat().st_size / 1e6:.1f} |"
    )


def main() -> None:
    """Print the table of the decision."""
    table = generated_bars(200, half_year().slice(0, 60), two_minutes=True).to_arrow()
    print("| compression | numbers | rows a group | write s | read ms | MB |\n| --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for compression, name, rows in product(("none", "lz4", "snappy", "zstd"), ENCODINGS, (65_536, 262_144)):
            print(measured(table, Path(folder) / "bars.parquet", compression, name, rows))


if __name__ == "__main__":
    main()
