"""Parts of a search are shared, taken up again after a worker died, stopped, and put together to the same result."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bokgi.errors.records import SearchStillActive
from bokgi.jobs.port import Job, JobState
from bokgi.records.run_row import RunState
from bokgi.records.searches import SearchRow, SearchRows
from bokgi.services.reaper import Reaper
from bokgi.services.search_parts import search_folder
from bokgi.services.search_work import SearchWork
from bokgi.services.searches import SEARCH, Searches, part_bounds
from tests.services.service_parts import RELEASE, Parts, parts_in

CODES = {f"00{number:03d}0": 10_000.0 + 500 * number for number in range(10, 16)}


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    made = parts_in(tmp_path, CODES)
    yield made
    made.database.close()


def searches_of(parts: Parts) -> Searches:
    rows = SearchRows(parts.database)
    return Searches(rows, parts.queue, parts.stocks, parts.shelves, release=RELEASE, is_worker_ready=lambda: True, home=parts.home)


def started(parts: Parts, **more: Any) -> SearchRow:
    body = {"strategy": "daily_trading", "stock_codes": list(CODES)} | more
    return searches_of(parts).start(body, profile="default").search


def worker(parts: Parts, name: str) -> SearchWork:
    return SearchWork(parts.home, SearchRows(parts.database), parts.shelves, worker_id=name)


def result_of(parts: Parts, search_id: str) -> dict[str, Any]:
    body = dict(searches_of(parts).finished_result(search_id))
    return {name: value for name, value in body.items() if name != "search_id"}


def test_two_lanes_share_the_parts_and_the_last_one_ends_the_search(parts: Parts) -> None:
    row = started(parts)
    assert row.lane_ids == (f"{row.id}.0", f"{row.id}.1")
    assert list(parts.queue.jobs) == list(row.lane_ids)
    rows = SearchRows(parts.database)
    first = rows.take(row.id, 0, "w-1")
    assert first is not None
    worker(parts, "w-2").carry_out(Job(row.lane_ids[1], SEARCH, {}))
    found = rows.get(row.id)
    assert found is not None
    assert found.status is RunState.RUNNING, "the part of the other lane is not done"
    assert found.completed_symbols == 2
    worker(parts, "w-1").carry_out(Job(row.lane_ids[0], SEARCH, {}))
    done = rows.get(row.id)
    assert done is not None
    assert (done.status, done.percent, done.completed_symbols) == (RunState.COMPLETED, 100, len(CODES))


def test_a_part_whose_worker_died_is_taken_again_and_the_result_is_the_same(parts: Parts) -> None:
    undisturbed = started(parts)
    worker(parts, "w-1").carry_out(Job(undisturbed.lane_ids[0], SEARCH, {}))
    disturbed = started(parts)
    rows = SearchRows(parts.database)
    dead = rows.take(disturbed.id, 0, "w-1")
    assert dead is not None
    worker(parts, "w-2").carry_out(Job(disturbed.lane_ids[0], SEARCH, {}))
    assert not rows.finish_part(dead, 1, "", 0.1), "who was given up changes nothing"
    assert result_of(parts, disturbed.id) == result_of(parts, undisturbed.id)


def test_a_search_that_died_before_its_result_was_written_is_ended_by_the_next_start(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    row = started(parts)
    dying = worker(parts, "w-1")
    monkeypatch.setattr(dying, "_settle", lambda search_id: None)
    dying.carry_out(Job(row.lane_ids[0], SEARCH, {}))
    found = SearchRows(parts.database).get(row.id)
    assert found is not None
    assert (found.status, found.percent) == (RunState.RUNNING, 99)
    worker(parts, "w-2").carry_out(Job(row.lane_ids[1], SEARCH, {}))
    assert len(result_of(parts, row.id)["stocks"]) == len(CODES)


def test_parts_that_another_release_wrote_are_searched_again(parts: Parts) -> None:
    row = started(parts)
    first = worker(parts, "w-1")
    part = SearchRows(parts.database).take(row.id, 0, "w-1")
    assert part is not None
    first._search(row, part)
    path = search_folder(parts.home, row.id) / "part-0000.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"key": "of another release"}), encoding="utf-8")
    worker(parts, "w-2").carry_out(Job(row.lane_ids[1], SEARCH, {}))
    found = result_of(parts, row.id)
    assert (len(found["stocks"]), found["partial"]) == (len(CODES), False)


def test_a_cancelled_search_keeps_the_parts_that_are_done(parts: Parts) -> None:
    row = started(parts)
    rows, searches = SearchRows(parts.database), searches_of(parts)
    left = rows.take(row.id, 0, "w-1")
    worker(parts, "w-2").carry_out(Job(row.lane_ids[1], SEARCH, {}))
    with pytest.raises(SearchStillActive):
        searches.delete(row.id)
    assert searches.cancel(row.id).cancel_requested_at is not None
    worker(parts, "w-1").carry_out(Job(row.lane_ids[0], SEARCH, {}))
    assert left is not None
    ended = rows.get(row.id)
    assert ended is not None
    assert (ended.status, ended.partial) == (RunState.CANCELLED, True)
    assert len(result_of(parts, row.id)["stocks"]) == len(CODES) - (left.end_symbol - left.first_symbol)
    searches.delete(row.id)
    assert rows.get(row.id) is None
    assert not search_folder(parts.home, row.id).exists()


def test_a_search_whose_jobs_are_gone_is_queued_again_and_one_that_kills_workers_is_given_up(parts: Parts) -> None:
    row = started(parts)
    parts.queue.forget(row.lane_ids)
    rows, later = SearchRows(parts.database), datetime.now(UTC) + timedelta(hours=1)
    reaper = Reaper(parts.rows, parts.imports, parts.queue, parts.workers, release=RELEASE, searches=rows, clock=lambda: later)
    reaper.round()
    assert set(parts.queue.jobs) == set(row.lane_ids)
    parts.queue.state_of[row.lane_ids[0]] = JobState.FAILED
    reaper.round()
    failed = rows.get(row.id)
    assert failed is not None
    assert failed.status is RunState.FAILED
    assert json.loads(json.dumps(failed.error))["code"] == "worker_died"


def test_versions_of_bars_that_a_search_refers_to_are_in_use(parts: Parts) -> None:
    started(parts)
    assert ("5m", 1) in SearchRows(parts.database).versions_in_use()


@pytest.mark.parametrize("total", [1, 4, 5, 10, 199, 200, 2_000])
def test_parts_cover_all_stocks_once(total: int) -> None:
    bounds = part_bounds(total)
    assert [number for first, end in bounds for number in range(first, end)] == list(range(total))
    assert max(end - first for first, end in bounds) <= 50
