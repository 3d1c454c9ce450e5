"""Rebuild the library's rows of `closed_days.csv`, keeping the rows that we corrected ourselves.

A development tool: the package never imports `exchange_calendars` at run time. Run it after an upgrade of the library and read
the difference before keeping it.
"""

import csv
from importlib.metadata import version
from pathlib import Path

import exchange_calendars
import pandas as pd

TABLES = Path(__file__).parent.parent / "src" / "bokgi" / "market" / "tables"
LIBRARY = "exchange_calendars"


def main() -> None:
    """Write the table anew."""
    own = [row for row in _read("closed_days") if not row["source"].startswith(LIBRARY)]
    rows = own + [row for bounds in _read("calendar_ranges") for row in _library_rows(bounds)]
    unique = {(row["exchange"], row["day"]): row for row in reversed(rows)}
    _write("closed_days", [unique[key] for key in sorted(unique)])


def _library_rows(bounds: dict[str, str]) -> list[dict[str, str]]:
    first, last, exchange = bounds["first_day"], bounds["last_day"], bounds["exchange"]
    sessions = exchange_calendars.get_calendar(exchange, start=first, end=last).sessions
    closed = pd.bdate_range(first, last).difference(sessions)
    source = f"{LIBRARY} {version(LIBRARY)}"
    return [{"exchange": exchange, "day": str(day.date()), "source": source} for day in closed]


def _read(table: str) -> list[dict[str, str]]:
    with (TABLES / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _write(table: str, rows: list[dict[str, str]]) -> None:
    with (TABLES / f"{table}.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
