"""Write `docs/records.md` from the tables of the database; `--check` only says whether the page is up to date."""

import sys
from pathlib import Path

from sqlalchemy import Column, Table

from bokgi.records.tables import METADATA, SCHEMA

PAGE = Path(__file__).parents[1] / "docs" / "records.md"

_HEAD = """# Rows of the service

Generated from `src/bokgi/records/tables.py` by `tools/build_records_page.py`; do not edit.

Rows lie in `<home>/bokgi.sqlite3`, or in PostgreSQL where `BOKGI_DATABASE_URL` says so; both hold the same tables, now at step {schema}
of the migrations in `src/bokgi/records/migrations`. How tables change is in [decision 7](decisions/0007-expand-then-contract.md). Results
and bars are files beside ([store](store.md)); all of it goes into one [backup](backup.md).

## Promises
- **On the disk.** What is stored durably (a start, an end, a list) survives kill -9 and a power cut: SQLite in WAL mode with
  `synchronous = FULL`, PostgreSQL with `synchronous_commit = on`. Heartbeats and progress may lose the last moments with the power.
- **Reads never wait for writes.** They have connections of their own and see the last commit.
- **A database that does not answer is one error**, `database_unavailable`: a write gives up after 5 seconds behind a lock, a connection to
  PostgreSQL after 3; a server that is there and says nothing (frozen) is given up after 3 by a read and 8 by a write, and then 3 more for
  a new connection. The next call tries anew; nothing needs to be started again. A SQLite file that was moved away is never made anew
  by accident, one that was replaced is read at once.
- **A number is given once.** Ids come from `counters`, in the transaction that stores the row; they are not given again after a delete,
  nor when the clock goes back, and a restored backup goes on 1,000 later.
- **Work is fenced.** A claim raises `runs.attempt`; writes with an older attempt are refused, so a worker that was given up for dead
  changes nothing. Percent and counters never fall; a run ends once.
- **No clocks are compared.** A worker raises `workers.beats`; a reader judges by its own monotonic clock when it saw that change.

Keep the SQLite file on a local disk: WAL mode does not work over a network. For several machines take PostgreSQL.

## Measured
`python -m benchmarks.database_rows [POSTGRESQL_URL]`, medians on two shared virtual cores on 2026-11-24, where `fsync` takes 0.1 ms; a
slower disk adds its own time to each durable commit.

| | SQLite | PostgreSQL, over a socket file |
|---|---|---|
| store a run (durable) | 0.65 ms | 0.98 ms |
| change a row (durable) | 0.20 ms | 0.66 ms |
| progress, heartbeat | 0.33, 0.23 ms | 0.51, 0.38 ms |
| read a run | 0.14 ms | 0.26 ms |
| first page of a history | 0.82 ms | 1.19 ms |
| eight threads store runs: each second, slowest of 800 | 1,129, 18 ms | 491, 117 ms |
| reads beside them, 99 of 100 | 2.8 ms | 6.6 ms |
| a write behind a lock gives up | 5.0 s | |

## Tables
`*` marks the primary key, `?` what may be null.
"""


def page() -> str:
    """The whole page."""
    return _HEAD.format(schema=SCHEMA) + "".join(_section(table) for table in METADATA.sorted_tables)


def _section(table: Table) -> str:
    rows = "".join(f"| `{column.name}`{_mark(column)} | {str(column.type).lower()} | {column.doc} |\n" for column in table.columns)
    return f"\n### `{table.name}`\n\n| column | type | meaning |\n|---|---|---|\n{rows}"


def _mark(column: Column[object]) -> str:
    return " *" if column.primary_key else " ?" if column.nullable else ""


def main(arguments: list[str]) -> int:
    """Write or check the page."""
    if "--check" in arguments:
        return 0 if PAGE.exists() and PAGE.read_text("utf-8") == page() else 1
    PAGE.write_text(page(), "utf-8")
    print(f"wrote {PAGE.name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
