"""The benchmark of the rows measures what it says."""

from pathlib import Path

from benchmarks.database_rows import crowd, single_calls
from bokgi.records.database import Database
from bokgi.records.runs import RunRows


def test_single_calls_and_a_crowd_are_measured_on_real_rows(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'rows.sqlite3'}")
    database.migrate()
    singles = single_calls(database, calls=3)
    assert len(singles) == 7
    assert all(len(times.milliseconds) == 3 and min(times.milliseconds) > 0 for times in singles)
    crowded, rate = crowd(database, each=2)
    assert len(crowded[0].milliseconds) == 16
    assert rate > 0
    assert RunRows(database).page(profile="default").total == 1 + 3 + 1 + 16
    database.close()
