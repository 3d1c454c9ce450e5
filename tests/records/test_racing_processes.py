"""Two processes at once, on SQLite and on PostgreSQL: no number twice, no claim twice, no code lost."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from bokgi.records.database import Database
from bokgi.records.runs import RunRows
from bokgi.records.selections import SelectionRows

COUNT = 25
NAMES = ("wa", "wb")


def raced(url: str) -> list[dict[str, Any]]:
    """What both processes got; they also make the tables of the empty database at the same time."""
    program = str(Path(__file__).with_name("racing.py"))
    words = [sys.executable, program, url]
    processes = [subprocess.Popen([*words, name, str(COUNT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for name in NAMES]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [json.loads(process.communicate(timeout=60)[0]) for process in processes]


def test_two_processes_share_a_database(database_url: str) -> None:
    got = raced(database_url)
    database = Database.open(database_url)
    runs = RunRows(database)
    own = [backtest_id for each in got for backtest_id in each["own"]]
    assert len(set(own)) == 2 * COUNT, "no id was given twice"
    for first, second in zip(got[0]["shared"], got[1]["shared"], strict=True):
        assert first[0] == second[0], "one key, one run"
        assert [first[1], second[1]].count(True) == 1, "and one of the two made it"
    attempts = Counter((backtest_id, attempt) for each in got for backtest_id, attempt in each["claims"])
    assert set(attempts.values()) == {1}, "every claim has a number of its own"
    assert {attempt for _, attempt in attempts} == {1, 2}
    rows = runs.page(profile="default", page_size=1000)
    assert rows.total == 3 * COUNT
    assert len({row.order_number for row in rows.rows}) == rows.total
    wanted = {f"{name}{number:04d}" for name in NAMES for number in range(COUNT)} | {f"both{number:03d}" for number in range(COUNT)}
    chosen = SelectionRows(database).specific("default")
    assert set(chosen) == wanted
    assert len(chosen) == len(wanted)
    database.close()
