"""Searches in a backup: their results and trials come back, damage is noticed, and older backups are still read."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bokgi.errors.backup import BackupBroken
from bokgi.errors.reports import SearchResultAbsent
from bokgi.jobs.port import Job
from bokgi.records.copying import copy_out
from bokgi.records.searches import SearchRows
from bokgi.services import backup as backing
from bokgi.services.backup import write_backup
from bokgi.services.backup_check import read_backup
from bokgi.services.restore import restore_backup
from bokgi.services.search_parts import search_folder
from bokgi.services.search_work import SearchWork
from bokgi.services.searches import SEARCH, Searches
from tests.services.backed_up_home import settings_of
from tests.services.service_parts import RELEASE, Parts, parts_in, parts_of

CODE = "005930"


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    made = parts_in(tmp_path / "home", {CODE: 70_000.0})
    yield made
    made.database.close()


def searches_of(parts: Parts) -> Searches:
    rows = SearchRows(parts.database)
    return Searches(rows, parts.queue, parts.stocks, parts.shelves, release=RELEASE, is_worker_ready=lambda: True, home=parts.home)


def searched(parts: Parts) -> str:
    row = searches_of(parts).start({"strategy": "daily_trading", "stock_codes": [CODE]}, profile="default").search
    SearchWork(parts.home, SearchRows(parts.database), parts.shelves, worker_id="w-1").carry_out(Job(row.lane_ids[0], SEARCH, {}))
    return row.id


def test_results_and_trials_of_searches_are_restored(parts: Parts, tmp_path: Path) -> None:
    search_id = searched(parts)
    body, trials = searches_of(parts).finished_result(search_id), searches_of(parts).trials(search_id, CODE, 1, 20_000)
    write_backup(settings_of(parts.home), tmp_path / "one.tar")
    restore_backup(tmp_path / "one.tar", settings_of(tmp_path / "elsewhere"))
    there = parts_of(tmp_path / "elsewhere")
    assert searches_of(there).finished_result(search_id) == body
    assert searches_of(there).trials(search_id, CODE, 1, 20_000) == trials
    again = searches_of(there).start({"strategy": "daily_trading", "stock_codes": [CODE]}, profile="default").search
    assert int(again.id.rpartition("-")[2]) > 1000, "no id is given twice"
    there.database.close()


def test_no_id_of_a_day_without_searches_before_the_backup_is_given_twice(parts: Parts, tmp_path: Path) -> None:
    write_backup(settings_of(parts.home), tmp_path / "one.tar")
    lost = searches_of(parts).start({"strategy": "daily_trading", "stock_codes": [CODE]}, profile="default").search.id
    restore_backup(tmp_path / "one.tar", settings_of(tmp_path / "elsewhere"))
    there = parts_of(tmp_path / "elsewhere")
    assert searches_of(there).start({"strategy": "daily_trading", "stock_codes": [CODE]}, profile="default").search.id != lost
    there.database.close()


@pytest.mark.parametrize("pattern", ["result-*.json", "part-*.json", "trials-*.parquet"])
def test_what_is_gone_at_home_is_said_and_taken_along_as_it_is(parts: Parts, tmp_path: Path, pattern: str) -> None:
    search_id = searched(parts)
    for path in search_folder(parts.home, search_id).glob(pattern):
        path.unlink()
    report = write_backup(settings_of(parts.home), tmp_path / "one.tar")
    assert report.damaged == (f"searches/{search_id}",)
    assert restore_backup(tmp_path / "one.tar", settings_of(tmp_path / "elsewhere")).damaged == report.damaged


def test_a_backup_that_lacks_what_it_says_is_refused(parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    searched(parts)
    monkeypatch.setattr(backing, "_stage_searches", lambda *_: [])
    with pytest.raises(BackupBroken, match="searches/"):
        write_backup(settings_of(parts.home), tmp_path / "one.tar")


def test_a_backup_from_before_they_were_kept_is_restored_and_reading_says_what_is_missing(
    parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    search_id = searched(parts)
    staged = backing._staged

    def without(*given: object, **more: bool) -> object:
        manifest = staged(*given, **more)  # type: ignore[arg-type]  # as it was called
        return replace(manifest, parts=tuple(part for part in manifest.parts if part != "searches"))

    monkeypatch.setattr(backing, "_stage_searches", lambda *_: [])
    monkeypatch.setattr(backing, "_staged", without)
    write_backup(settings_of(parts.home), tmp_path / "one.tar")
    assert "searches" not in read_backup(tmp_path / "one.tar").parts
    restore_backup(tmp_path / "one.tar", settings_of(tmp_path / "elsewhere"), clock=lambda: datetime.now(UTC))
    there = parts_of(tmp_path / "elsewhere")
    with pytest.raises(SearchResultAbsent, match="Search again"):
        searches_of(there).finished_result(search_id)
    there.database.close()


def test_a_search_that_is_deleted_during_the_backup_leaves_it(parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    search_id = searched(parts)
    copied = copy_out

    def copy_and_delete(database: object, target: Path) -> None:
        copied(database, target)  # type: ignore[arg-type]  # as it was called
        searches_of(parts).delete(search_id)

    monkeypatch.setattr(backing, "copy_out", copy_and_delete)
    assert write_backup(settings_of(parts.home), tmp_path / "one.tar").damaged == ()
    restore_backup(tmp_path / "one.tar", settings_of(tmp_path / "elsewhere"))
    there = parts_of(tmp_path / "elsewhere")
    assert SearchRows(there.database).get(search_id) is None
    there.database.close()
