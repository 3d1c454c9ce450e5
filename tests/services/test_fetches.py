"""Fetches of the service: what is checked before, the job, the report that grows, and schedules that start once a session."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from bokgi.bars.interval import DAILY
from bokgi.config.settings import Settings
from bokgi.data.incoming import Incoming
from bokgi.data.sources import fetching
from bokgi.data.sources.port import Wanted
from bokgi.data.store_export import write_export
from bokgi.errors.requests import FieldInvalid
from bokgi.errors.service import FieldMissing, HeldChanged, ImportNotCancellable, NothingHeld, ScheduleUnknown, UploadUnknown
from bokgi.errors.sources import IntervalNotOffered, NameNotFound, SourceLimited, SourceUnknown
from bokgi.jobs.port import Job
from bokgi.records.imports import ImportRow
from bokgi.services.data_library import IMPORT
from bokgi.services.fetch_schedules import Schedules
from bokgi.services.fetch_work import FetchWork
from bokgi.services.fetches import Fetches
from bokgi.services.import_work import ImportWork
from tests.data.sources.answers import CODE, SEOUL
from tests.data.sources.test_fetching import Told
from tests.services.service_parts import Parts, parts_in


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    made = parts_in(tmp_path, {"005930": 90_000.0})
    yield made
    made.database.close()


def settings_of(parts: Parts) -> Settings:
    return Settings.from_environment({"BOKGI_HOME": str(parts.home), "BOKGI_CACHE": str(parts.home / "cache"), "HOME": str(parts.home)})


def fetches_of(parts: Parts) -> Fetches:
    return Fetches(settings_of(parts), parts.shelves, parts.imports, parts.queue)


def carried_out(parts: Parts, row: ImportRow, source: Told) -> ImportRow:
    work = FetchWork(settings_of(parts), parts.imports, parts.shelves, lambda _name, _settings: source)
    ImportWork(parts.imports, parts.shelves, work).carry_out(Job(row.id, IMPORT, {}))
    found = parts.imports.get(row.id)
    assert found is not None
    return found


def test_a_fetch_is_an_import_that_is_queued_and_carried_out(parts: Parts) -> None:
    row = fetches_of(parts).start("default", "krx", "1d", [CODE])
    assert parts.queue.jobs[row.id].kind == IMPORT
    assert parts.queue.jobs[row.id].is_aside, "it waits most of the time, and must keep no run from being computed"
    assert row.file_name == f"krx 1d: {CODE}"
    done = carried_out(parts, row, Told())
    assert done.status == "completed"
    assert done.report[0]["english"] == "1 of 1 series looked at: 19 bars added to 1, 0 without new bars, 0 refused, 0 held back."
    assert done.report[1]["series"] == [{"code": CODE, "interval": "1d"}]
    assert parts.shelves.user.store.series(DAILY)[CODE].bars == 19


def test_all_stored_stocks_are_those_of_the_day_it_runs(parts: Parts) -> None:
    fetches = fetches_of(parts)
    carried_out(parts, fetches.start("default", "krx", "1d", [CODE]), Told())
    row = fetches.start("default", "krx", "1d", ["stored"])
    assert carried_out(parts, row, Told()).report[1]["outcome"] == "skipped"


def test_a_source_that_gives_up_fails_the_import_with_its_sentence_and_what_was_done(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "BACKOFF_SECONDS", (0.0,))
    row = fetches_of(parts).start("default", "krx", "1d", [CODE, "000002"])
    source = Told()
    done_first = [None, SourceLimited("krx", "429"), SourceLimited("krx", "429")]

    def fetch_bars(wanted: Wanted) -> Incoming:
        problem = done_first.pop(0)
        if problem is not None:
            raise problem
        return Told.fetch_bars(source, wanted)

    monkeypatch.setattr(source, "fetch_bars", fetch_bars)
    done = carried_out(parts, row, source)
    assert done.status == "failed"
    assert done.error is not None
    assert done.error["code"] == "source_limited"
    assert done.report[0]["english"].startswith("1 of 2 series looked at")


def test_a_fetch_that_is_cancelled_asks_nothing_more_and_keeps_what_it_has(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    fetches = fetches_of(parts)
    row = fetches.start("default", "krx", "1d", [CODE, "000002", "000003"])
    source = Told()

    def fetch_bars(wanted: Wanted) -> Incoming:
        if wanted.code == "000002":
            assert fetches.cancel(row.id).status == "cancelled"
        return Told.fetch_bars(source, wanted)

    monkeypatch.setattr(source, "fetch_bars", fetch_bars)
    done = carried_out(parts, row, source)
    assert [wanted.code for wanted in source.asked] == [CODE, "000002"]
    assert done.status == "cancelled"
    assert done.error is not None
    assert done.error["code"] == "fetch_cancelled"
    assert done.report[0]["english"].startswith("2 of 3 series looked at: 38 bars added to 2")
    assert fetches.cancel(row.id) == done, "what has ended stays as it is"


def test_a_fetch_that_waits_never_begins_when_it_is_cancelled(parts: Parts) -> None:
    fetches = fetches_of(parts)
    row = fetches.start("default", "krx", "1d", [CODE])
    fetches.cancel(row.id)
    assert parts.queue.cancelled == [row.id]
    source = Told()
    assert carried_out(parts, row, source).status == "cancelled"
    assert source.asked == []
    assert parts.imports.unfinished() == ()


def test_the_import_of_a_file_is_not_cancelled(parts: Parts) -> None:
    row = parts.imports.add("default", "bars.csv", "/nowhere/bars.csv", {}, 10)
    with pytest.raises(ImportNotCancellable):
        fetches_of(parts).cancel(row.id)
    with pytest.raises(UploadUnknown):
        fetches_of(parts).cancel("im-999")


@pytest.mark.parametrize(
    ("source", "interval", "stocks", "error"),
    [
        ("bloomberg", "1d", ["005930"], SourceUnknown),
        ("krx", "5m", ["005930"], IntervalNotOffered),
        ("krx", "1d", [], FieldMissing),
        ("krx", "1d", ["없는이름"], NameNotFound),
        ("krx", "1d", ["list:NASDAQ"], FieldInvalid),
        ("krx", "1d", ["000010"] * 5_001, FieldInvalid),
    ],
)
def test_what_cannot_be_fetched_is_refused_before_it_is_stored(
    parts: Parts, source: str, interval: str, stocks: list[str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        fetches_of(parts).start("default", source, interval, stocks)
    assert parts.imports.page("default") == ()


def test_sources_say_what_they_have_and_what_is_missing(parts: Parts) -> None:
    rows = {row["name"]: row for row in fetches_of(parts).sources()}
    assert list(rows) == ["yahoo", "krx", "krx-login"]
    assert rows["krx"]["intervals"] == ["1d"]
    assert "5m" in rows["yahoo"]["intervals"]
    assert "BOKGI_KRX_ID" in rows["krx-login"]["problem"]["english"]


def test_a_decision_about_a_held_answer_is_carried_out_by_a_worker_and_reported(parts: Parts) -> None:
    fetches, store = fetches_of(parts), parts.shelves.user.store
    carried_out(parts, fetches.start("default", "krx", "1d", [CODE]), Told(name="krx"))
    answer = store.read_incoming([CODE], DAILY)
    halves = answer.bars.with_columns(pl.col(name) / 2 for name in ("open", "high", "low", "close"))
    held = parts.home / "fetches/krx/held" / f"{CODE}_1d.parquet"
    write_export(replace(answer, bars=halves), held, "parquet")
    (shown,) = fetches.held()
    assert (shown["differing"], shown["factor"], shown["problem"]) == (19, 0.5, None)
    with pytest.raises(HeldChanged):
        fetches.decide_held("default", "krx", "1d", CODE, "take", "0" * 64)
    late = fetches.decide_held("default", "krx", "1d", CODE, "take", shown["sha256"])
    write_export(replace(answer, bars=halves.tail(18)), held, "parquet")
    failed = carried_out(parts, late, Told())
    assert failed.error is not None
    assert (failed.status, failed.error["code"], failed.report) == ("failed", "held_changed", [])
    write_export(replace(answer, bars=halves), held, "parquet")
    done = carried_out(parts, fetches.decide_held("default", "krx", "1d", CODE, "take", shown["sha256"]), Told())
    assert done.status == "completed"
    assert f"krx {CODE} 1d: the new values were taken. Before: 19 (" in done.report[0]["english"]
    assert store.read_incoming([CODE], DAILY).bars["close"].to_list() == halves["close"].to_list()
    assert [record["decision"] for record in fetches.decided()] == ["take"]
    assert fetches.held() == []
    with pytest.raises(NothingHeld):
        fetches.decide_held("default", "krx", "1d", CODE, "refuse", shown["sha256"])


# ------------------------------------------------------------ schedules


class Moving:
    """A clock that a test moves."""

    def __init__(self, text: str) -> None:
        self.now = datetime.fromisoformat(text).replace(tzinfo=SEOUL)

    def __call__(self) -> datetime:
        return self.now.astimezone(UTC)


def started_at(schedules: Schedules, clock: Moving, text: str) -> int:
    clock.now = datetime.fromisoformat(text).replace(tzinfo=SEOUL)
    return schedules.start_due(lambda _: None)


def test_a_schedule_starts_once_a_session_after_its_time_and_never_on_closed_days(tmp_path: Path) -> None:
    clock = Moving("2026-03-06T12:00")
    schedules = Schedules(tmp_path, clock)
    schedules.add("default", "krx", "1d", ("stored",), "20:40")
    assert started_at(schedules, clock, "2026-03-06T20:39") == 0
    assert started_at(schedules, clock, "2026-03-06T20:40") == 1
    assert started_at(schedules, clock, "2026-03-06T23:59") == 0
    assert started_at(schedules, clock, "2026-03-07T21:00") == 0
    assert started_at(schedules, clock, "2026-03-09T21:00") == 1
    assert schedules.all()[0].last_day == "2026-03-09"
    assert started_at(schedules, clock, "2031-03-08T21:00") == 0  # a Saturday past the end of the calendar
    assert started_at(schedules, clock, "2031-03-10T21:00") == 1


def test_a_schedule_whose_start_fails_is_due_again(tmp_path: Path) -> None:
    clock = Moving("2026-03-06T21:00")
    schedules = Schedules(tmp_path, clock)
    schedules.add("default", "krx", "1d", ("stored",), "20:40")

    def fail(_: object) -> None:
        raise SourceLimited("krx", "429")

    with pytest.raises(SourceLimited):
        schedules.start_due(fail)
    assert schedules.start_due(lambda _: None) == 1


@pytest.mark.parametrize("at", ["15:59", "09:00", "25:00", "evening", "20:40:30"])
def test_a_time_before_the_close_is_refused(tmp_path: Path, at: str) -> None:
    with pytest.raises(FieldInvalid):
        Schedules(tmp_path).add("default", "krx", "1d", ("stored",), at)


def test_schedules_are_kept_and_removed_by_their_number(parts: Parts) -> None:
    fetches = fetches_of(parts)
    first = fetches.add_schedule("default", "krx", "1d", ["005930"], None)
    second = fetches.add_schedule("default", "yahoo", "5m", ["stored"], "21:00")
    assert [(each.id, each.at) for each in fetches_of(parts).schedules()] == [("fs-1", "20:40"), ("fs-2", "21:00")]
    fetches.remove_schedule(first.id)
    assert fetches.schedules() == (second,)
    with pytest.raises(ScheduleUnknown, match="fs-1"):
        fetches.remove_schedule(first.id)


def test_what_is_due_is_queued_as_a_fetch(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Moving("2026-03-06T21:00")
    fetches = fetches_of(parts)
    monkeypatch.setattr(fetches, "_schedules", Schedules(parts.home, clock))
    fetches.add_schedule("default", "krx", "1d", ["005930"], None)
    assert fetches.start_due() == 1
    (row,) = parts.imports.page("default")
    assert row.hints["fetch"] == {"source": "krx", "interval": "1d", "stocks": ["005930"]}
    clock.now += timedelta(hours=1)
    assert fetches.start_due() == 0
