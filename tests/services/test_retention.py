"""What goes with age, in rounds that may be cut off anywhere."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bokgi.bars.interval import Interval
from bokgi.data.demo import write_demo
from bokgi.data.store import Store
from bokgi.errors.jobs import JobsUnavailable
from bokgi.jobs.port import Job
from bokgi.records.database import Database
from bokgi.records.runs import NewRun, Outcome, RunRows, RunState
from bokgi.records.searches import NewSearch, SearchRows
from bokgi.services import retention as retaining
from bokgi.services.retention import Retention
from tests.services.service_parts import RememberingQueue

START = datetime(2026, 2, 8, 3, 0, tzinfo=UTC)
LATE = START + timedelta(days=31)


@dataclass
class Place:
    """A home with runs that ended long ago, one beyond the last 100 of its profile by a small limit."""

    home: Path
    runs: RunRows
    searches: SearchRows
    queue: RememberingQueue
    now: datetime = LATE
    seconds: float = 0.0
    ids: list[str] = field(default_factory=list)

    def retention(self) -> Retention:
        return Retention(self.home, self.runs, self.queue, lambda: self.now, lambda: self.seconds, searches=self.searches)

    def add(self, new: NewRun, *, versions: dict[str, int] | None = None) -> str:
        row, _ = self.runs.add(NewRun(new.profile, "all", {}, {}, versions or {}, "0.1.0", origin=new.origin))
        self.runs.claim(row.id, "w-1", "0.1.0")
        self.runs.finish(row.id, 1, Outcome(RunState.COMPLETED))
        for place in (f"results/{row.id}/body.json", f"work/{row.id}/part", f"downloads/{row.id}-ab.ko.csv"):
            (self.home / place).parent.mkdir(parents=True, exist_ok=True)
            (self.home / place).write_text("{}")
        self.queue.enqueue(Job(row.id, "backtest", {}))
        self.ids.append(row.id)
        return row.id

    def traces(self, backtest_id: str) -> list[str]:
        """Everything that is left of a run."""
        files = [path.relative_to(self.home).as_posix() for path in self.home.rglob(f"*{backtest_id}*")]
        rows = ["row"] if self.runs.get(backtest_id) else []
        return files + rows + (["job"] if backtest_id in self.queue.jobs else [])


SMOKE = NewRun("smoke", "all", {}, {}, {}, "0.1.0", origin="smoke")
USER = NewRun("default", "all", {}, {}, {}, "0.1.0")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    database = Database.open(f"sqlite:///{tmp_path / 'bokgi.sqlite3'}")
    database.migrate()
    return Place(tmp_path, RunRows(database, lambda: START), SearchRows(database), RememberingQueue())


def test_a_round_removes_every_trace_of_an_expired_run_and_of_no_other(place: Place) -> None:
    gone, kept = place.add(SMOKE), place.add(USER)
    before = place.traces(kept)
    assert place.retention().round() == (gone,)
    assert place.traces(gone) == []
    assert place.traces(kept) == before
    assert place.retention().round() == ()


STEPS: dict[str, Callable[[pytest.MonkeyPatch, Callable[..., object]], None]] = {
    "before the row": lambda patch, stop: patch.setattr(RunRows, "delete_unpinned", stop),
    "before the result": lambda patch, stop: patch.setattr(retaining, "remove_result", stop),
    "before the references": lambda patch, stop: patch.setattr(Store, "remove_reference", stop),
    "before the job": lambda patch, stop: patch.setattr(RememberingQueue, "forget", stop),
    "before the old jobs": lambda patch, stop: patch.setattr(RememberingQueue, "forget_finished", stop),
}


@pytest.mark.parametrize("step", STEPS.values(), ids=list(STEPS))
def test_a_round_that_is_cut_off_is_finished_by_the_next(
    place: Place, monkeypatch: pytest.MonkeyPatch, step: Callable[[pytest.MonkeyPatch, Callable[..., object]], None]
) -> None:
    def stop(*_: object) -> object:
        raise KeyboardInterrupt

    ids = [place.add(SMOKE), place.add(SMOKE)]
    with monkeypatch.context() as patch:
        step(patch, stop)
        with pytest.raises(KeyboardInterrupt):
            place.retention().round()
    place.retention().round()
    assert [place.traces(backtest_id) for backtest_id in ids] == [[], []]


def test_a_queue_that_is_away_holds_nothing_up_for_ever(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    backtest_id = place.add(SMOKE)

    def away(*_: object) -> None:
        raise JobsUnavailable("the test says so")

    with monkeypatch.context() as patch:
        patch.setattr(RememberingQueue, "forget", away)
        with pytest.raises(JobsUnavailable):
            place.retention().round()
    assert place.runs.get(backtest_id) is None
    assert place.retention().round() == (backtest_id,)
    assert place.traces(backtest_id) == []


def test_a_run_that_is_pinned_in_the_last_moment_stays_whole(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    backtest_id = place.add(SMOKE)
    before = place.traces(backtest_id)
    expired = RunRows.expired

    def pinned_after(self: RunRows, now: datetime) -> tuple[str, ...]:
        found = expired(self, now)
        self.pin(backtest_id, True)
        return found

    monkeypatch.setattr(RunRows, "expired", pinned_after)
    assert place.retention().round() == ()
    assert place.traces(backtest_id) == before


def test_a_mark_beside_a_row_goes_when_it_is_old(place: Place) -> None:
    backtest_id = place.add(USER)
    mark = place.home / "removing" / backtest_id
    mark.parent.mkdir()
    mark.touch()
    (mark.parent / "bt-..").touch()
    place.retention().round()
    assert mark.exists(), "another worker may be about to delete the row"
    os.utime(mark, (time.time() - 4000, time.time() - 4000))
    place.retention().round()
    assert not mark.exists()
    assert place.runs.get(backtest_id) is not None


def test_a_clock_that_jumps_ahead_removes_nothing(place: Place) -> None:
    place.now = START + timedelta(days=1)
    place.add(SMOKE)
    retention = place.retention()
    place.now += timedelta(days=3650)
    place.seconds += 60
    assert retention.round() == ()
    place.seconds += timedelta(days=8).total_seconds()
    assert len(retention.round()) == 1, "time that really passed counts"


def test_a_clock_that_falls_back_removes_nothing(place: Place) -> None:
    place.add(SMOKE)
    place.now = START - timedelta(days=3650)
    assert place.retention().round() == ()


# ---------------------------------------------------------------- versions of the bars


def two_versions(home: Path, *, made_at: datetime, replaced_at: datetime) -> Interval:
    at = [made_at]
    store = Store(home, clock=lambda: at[0])
    write_demo(store, instruments=2, sessions=3)
    interval = store.intervals()[0]
    at[0] = replaced_at
    store.remove_series([next(iter(store.series(interval)))], interval)
    return interval


def numbers(home: Path, interval: Interval) -> list[int]:
    return [version.number for version in Store(home).versions(interval)]


def test_an_old_version_goes_30_days_after_a_newer_one_came(place: Place) -> None:
    interval = two_versions(place.home, made_at=START - timedelta(days=365), replaced_at=START)
    place.now = START + timedelta(days=30)
    place.retention().round()
    assert numbers(place.home, interval) == [1, 2]
    place.now += timedelta(seconds=1)
    place.retention().round()
    assert numbers(place.home, interval) == [2]
    Store(place.home).check(interval)


def test_a_version_that_a_run_refers_to_stays_until_the_run_goes(place: Place) -> None:
    interval = two_versions(place.home, made_at=START, replaced_at=START)
    backtest_id = place.add(USER, versions={str(interval): 1})
    place.retention().round()
    assert numbers(place.home, interval) == [1, 2]
    place.runs.delete(backtest_id)
    place.retention().round()
    assert numbers(place.home, interval) == [2]


def test_a_version_with_a_reference_in_the_store_stays(place: Place) -> None:
    interval = two_versions(place.home, made_at=START, replaced_at=START)
    Store(place.home).add_reference("somebody", interval, 1)
    place.retention().round()
    assert numbers(place.home, interval) == [1, 2]


def test_the_reference_of_a_run_goes_with_the_run(place: Place) -> None:
    interval = two_versions(place.home, made_at=START, replaced_at=START)
    Store(place.home).add_reference(place.add(SMOKE), interval, 1)
    place.retention().round()
    assert numbers(place.home, interval) == [2]


def test_files_of_searches_that_no_row_knows_go_when_they_are_old(place: Place) -> None:
    known = place.searches.add(NewSearch("default", "user", "all", "daily_trading", {}, {}, {}, "0.1.0", 1, [(0, 1)], 1)).id
    folders = {name: place.home / "searches" / name for name in (known, "se-2026-02-08-777", ".tmp-se-2026-02-08-778-ab", "other")}
    for folder in folders.values():
        folder.mkdir(parents=True)
        for name in ("part-0000.json", ".tmp-0001-ab"):
            (folder / name).write_text("{}")

    def aged(hours: float) -> set[str]:
        at = (place.now - timedelta(hours=hours)).timestamp()
        for path in (*folders.values(), *(place.home / "searches").rglob("*")):
            if path.exists():
                os.utime(path, (at, at))
        place.retention().round()
        return {path.relative_to(place.home / "searches").as_posix() for path in (place.home / "searches").rglob("*") if path.is_file()}

    everything = {f"{name}/{file}" for name in folders for file in ("part-0000.json", ".tmp-0001-ab")}
    assert aged(0.9) == everything
    assert aged(1.1) == everything - {f"se-2026-02-08-777/{file}" for file in ("part-0000.json", ".tmp-0001-ab")}
    assert aged(25) == {f"{known}/part-0000.json", "other/part-0000.json", "other/.tmp-0001-ab"}
