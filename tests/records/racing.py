"""A process that races another one: `python racing.py URL NAME COUNT`. It prints what it got as JSON."""

import json
import sys

from bokgi.records.database import Database
from bokgi.records.runs import Idempotency, NewRun, RunRows
from bokgi.records.selections import SelectionRows

PROFILE = "default"


def main(url: str, name: str, count: int) -> None:
    """Bring the tables up, wait for the start, then take numbers, keys, claims and places in a list."""
    database = Database.open(url)
    database.migrate()
    database.check_migrated()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    runs, selections = RunRows(database), SelectionRows(database)
    new = NewRun(PROFILE, "specific", {"strategy": "daily_trading"}, {"stock_codes": ["005930"]}, {"5m": 1}, name)
    own, shared, claims = [], [], []
    for number in range(count):
        own.append(runs.add(new)[0].id)
        row, is_new = runs.add(new, idempotency=Idempotency(PROFILE, f"key-{number}", "h"))
        shared.append([row.id, is_new])
        claimed = runs.claim(row.id, name, name)
        claims.append([row.id, claimed.attempt if claimed else 0])
        selections.add(PROFILE, [f"{name}{number:04d}", f"both{number:03d}"])
    json.dump({"own": own, "shared": shared, "claims": claims}, sys.stdout)
    database.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
