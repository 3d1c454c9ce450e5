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
and bars are files beside ([store](store.md)).

## Promises
- **On the disk.** What is stored durably (a start, an end, a list) survives kill -9 and a power cut: SQLite in WAL mode with
  `synchronous = FULL`, PostgreSQL with `synchronous_commit = on`. Heartbeats and progress may lose the last moments with the power.
- **Reads never wait for writes.** They have connections of their own and see the last commit.
- **A database that does not answer is one error**, `database_unavailable`: a write gives up after 5 seconds behind a lock, a connection to
  PostgreSQL after 3. The next call tries anew; nothing needs to be started again. A SQLite file that was moved away is never made anew
  by accident, one that was replaced is read at once.
- **A number is given once.** Ids come from `counters`, in the transaction that stores the row; they are not given again after a delete,
  nor when the clock goes back, and a restored backup goes on 1,000 later.
- **Work is fenced.** A claim raises `runs.attempt`; writes with an older attempt are refused, so a worker that was given up for dead
  changes nothing. Percent and counters never fall; a run ends once.
- **No clocks are compared.** A worker raises `workers.beats`; a reader judges by its own monotonic clock when it saw that change.

Keep the SQLite file on a local disk: WAL mode does not work over a network. For several machines take PostgreSQL.

## Measured
On two shared virtual cores, 2026-11-24, medians of 400 calls in one process (SQLite / PostgreSQL over a socket): storing a run 0.9 / 0.9 ms, a
durable change of one row 0.2 / 0.5 ms, a heartbeat 0.2 / 0.6 ms, progress 0.3 / 0.7 ms, reading a run 0.15 / 0.3 ms, the first page of a
history 0.9 / 1.2 ms. Eight threads store 1,100 / 770 runs a second; the slowest of 800 waited 26 / 67 ms, and reads beside them took
2.3 / 4.2 ms in 99 of 100 cases. Behind a lock on the SQLite file a write gave up after 5.0 s. This disk answers `fsync` at once; one that
does not adds its own time to every durable commit.

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
