"""Parts of a search are shared, taken up again after a worker died, stopped, and put together to the same result."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bokgi.errors.records import SearchStillActive
from bokgi.errors.service import SearchTooLarge
from bokgi.errors.store import StoreUnwritable
from bokgi.jobs.port import Job, JobState
from bokgi.records.run_row import RunState
from bokgi.records.searches import PartRow, SearchEnd, SearchRow, SearchRows
from bokgi.services import search_work
from bokgi.services import searches as searching
from bokgi.services.reaper import Reaper
from bokgi.services.search_parts import search_folder, write_search_result
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


def test_a_worker_that_was_given_up_takes_nothing_from_the_one_that_follows_it(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    row = started(parts)
    rows, job = SearchRows(parts.database), Job(row.lane_ids[0], SEARCH, {})
    followers: list[PartRow] = []

    def follow(self: SearchRows, part: PartRow, *told: Any) -> bool:
        if not followers:
            rows.release(row.id, 0)
            taken = rows.take(row.id, 0, "w-2")
            assert taken is not None
            followers.append(taken)
        return saved(self, part, *told)

    saved = SearchRows.save_progress
    monkeypatch.setattr(SearchRows, "save_progress", follow)
    worker(parts, "w-1").carry_out(job)
    assert followers[0].number == 0
    assert rows.finish_part(followers[0], 1, "", 0.1), "the part is still the follower's"
    found = rows.get(row.id)
    assert found is not None
    assert (found.status, found.completed_symbols) == (RunState.RUNNING, 4), "and nothing else was touched"


def test_a_worker_that_was_given_up_at_the_last_stock_of_its_part_stops(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    row = started(parts)
    rows = SearchRows(parts.database)
    finished = SearchRows.finish_part

    def late(self: SearchRows, part: PartRow, *told: Any) -> bool:
        rows.release(row.id, 0)
        assert rows.take(row.id, 0, "w-2") is not None
        return finished(self, part, *told)

    monkeypatch.setattr(SearchRows, "finish_part", late)
    worker(parts, "w-1").carry_out(Job(row.lane_ids[0], SEARCH, {}))
    assert rows.has_running_parts(row.id)
    following = rows.take(row.id, 1, "w-3")
    assert following is not None
    assert (following.number, following.attempt) == (1, 1), "the second part was never taken"


def test_of_two_lanes_that_end_a_search_the_one_whose_hash_the_row_has_is_read(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    row = started(parts)
    rows = SearchRows(parts.database)
    slow, quick = worker(parts, "w-1"), worker(parts, "w-2")
    written = write_search_result

    def overtaken(folder: Path, body: dict[str, Any]) -> str:
        with monkeypatch.context() as patch:
            patch.setattr(search_work, "write_search_result", written)
            quick._settle(row.id)
        return written(folder, body | {"manifest": "of another machine"})

    monkeypatch.setattr(search_work, "write_search_result", overtaken)
    slow.carry_out(Job(row.lane_ids[0], SEARCH, {}))
    found = rows.get(row.id)
    assert found is not None
    assert result_of(parts, row.id)["manifest"] != "of another machine"
    assert [path.name for path in search_folder(parts.home, row.id).glob("result*")] == [f"result-{found.result_hash}.json"]


def test_a_result_under_its_old_name_is_read(parts: Parts) -> None:
    row = started(parts)
    worker(parts, "w-1").carry_out(Job(row.lane_ids[0], SEARCH, {}))
    before = result_of(parts, row.id)
    (path,) = search_folder(parts.home, row.id).glob("result-*.json")
    path.rename(path.with_name("result.json"))
    assert result_of(parts, row.id) == before


def test_a_broken_part_is_searched_again(parts: Parts) -> None:
    row = started(parts)
    first = worker(parts, "w-1")
    part = SearchRows(parts.database).take(row.id, 0, "w-1")
    assert part is not None
    first._search(row, part)
    (search_folder(parts.home, row.id) / "part-0000.json").write_bytes(b'{"key": ')
    worker(parts, "w-2").carry_out(Job(row.lane_ids[1], SEARCH, {}))
    assert len(result_of(parts, row.id)["stocks"]) == len(CODES)


@pytest.mark.parametrize(
    ("error", "code"),
    [(StoreUnwritable("there", "no space left"), "store_unwritable"), (MemoryError(), "out_of_memory"), (ZeroDivisionError(), "internal")],
)
@pytest.mark.parametrize("place", ["write_search_result", "work_key_of", "searched_stocks"])
def test_what_goes_wrong_anywhere_ends_the_search_with_its_own_sentence(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, error: Exception, code: str, place: str
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise error

    row = started(parts)
    monkeypatch.setattr(search_work, place, failing)
    worker(parts, "w-1").carry_out(Job(row.lane_ids[0], SEARCH, {}))
    found = SearchRows(parts.database).get(row.id)
    assert found is not None
    assert found.status is RunState.FAILED
    assert found.error is not None
    assert found.error["code"] == code


def test_a_failure_stays_counted_when_its_row_is_deleted(parts: Parts) -> None:
    rows, row = SearchRows(parts.database), started(parts)
    before = rows.failures()
    assert rows.finish(row.id, SearchEnd(RunState.FAILED, {}))
    assert not rows.finish(row.id, SearchEnd(RunState.FAILED, {}))  # once
    assert rows.finish(started(parts).id, SearchEnd(RunState.COMPLETED, {}))
    assert rows.delete(row.id)
    assert rows.failures() == before + 1


def test_a_grid_of_times_after_the_last_bar_is_refused_and_one_with_some_before_leaves_them_out(parts: Parts) -> None:
    found = []
    for times in (["15:10", "15:20"], ["14:00", "15:20"]):
        row = started(parts, method="grid", space={"buy_time": ["10:00"], "sell_time": times})
        worker(parts, "w-1").carry_out(Job(row.lane_ids[0], SEARCH, {}))
        ended = SearchRows(parts.database).get(row.id)
        assert ended is not None
        found.append(ended)
    assert [row.status for row in found] == [RunState.FAILED, RunState.COMPLETED]
    assert found[0].error is not None
    assert (found[0].error["code"], found[0].error["field"]) == ("time_unpriced", "sell_time")
    assert {stock["best"]["params"]["sell_time"] for stock in result_of(parts, found[1].id)["stocks"]} == {"14:00"}


def test_a_cancelled_search_keeps_the_finished_stocks_of_the_part_that_is_open(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "FEWEST", len(CODES))  # one part
    row = started(parts)
    rows, searches = SearchRows(parts.database), searches_of(parts)
    asked: list[str] = []

    def cancelling(self: SearchRows, part: PartRow, *told: Any) -> bool:
        asked.append(searches.cancel(row.id).id)
        return saved(self, part, *told)

    saved = SearchRows.save_progress
    monkeypatch.setattr(SearchRows, "save_progress", cancelling)
    monkeypatch.setattr(search_work, "CANCEL_SECONDS", 0.0)
    worker(parts, "w-1").carry_out(Job(row.lane_ids[0], SEARCH, {}))
    ended = rows.get(row.id)
    assert ended is not None
    assert asked
    assert (ended.status, ended.partial, rows.has_running_parts(row.id)) == (RunState.CANCELLED, True, False)
    stocks = result_of(parts, row.id)["stocks"]
    assert 1 <= len(stocks) == ended.completed_symbols < len(CODES)
    assert all(searches.trials(row.id, stock["code"], 1, 20_000)["columns"] for stock in stocks)


def test_the_lane_that_leaves_last_ends_a_cancelled_search(parts: Parts) -> None:
    row = started(parts)
    rows = SearchRows(parts.database)
    other = rows.take(row.id, 1, "w-2")
    assert other is not None
    searches_of(parts).cancel(row.id)
    worker(parts, "w-1").carry_out(Job(row.lane_ids[0], SEARCH, {}))
    found = rows.get(row.id)
    assert found is not None
    assert found.status is RunState.RUNNING, "the other lane may have stocks to keep"
    worker(parts, "w-3").carry_out(Job(row.lane_ids[1], SEARCH, {}))
    ended = rows.get(row.id)
    assert ended is not None
    assert ended.status is RunState.CANCELLED
    assert not rows.leave_part(other, 1, 1, "", 0.1), "the lane was begun anew by somebody else"


def test_a_search_that_was_deleted_meanwhile_leaves_no_files(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    row = started(parts)

    def ending(self: SearchRows, part: PartRow, *told: Any) -> bool:
        self.finish(row.id, SearchEnd(RunState.FAILED, {}))
        searches_of(parts).delete(row.id)
        return True

    monkeypatch.setattr(SearchRows, "save_progress", ending)
    monkeypatch.setattr(search_work, "CANCEL_SECONDS", 0.0)
    worker(parts, "w-1").carry_out(Job(row.lane_ids[0], SEARCH, {}))
    assert not list(parts.home.glob(f"searches/{row.id}/*"))


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


def test_a_search_that_no_file_can_hold_is_refused_at_the_start(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    space = {"buy_time": ["10:00", "10:05"], "sell_time": ["11:00", "12:00"]}
    monkeypatch.setattr(searching, "MOST_BYTES", 16 * 4 * 4)  # four combinations in four sessions
    started(parts, method="grid", space=space)
    with pytest.raises(SearchTooLarge, match="at most 4 combinations"):
        started(parts, method="grid", space=space | {"sell_time": ["11:00", "12:00", "13:00"]})
    started(parts, method="random", trials=4, space=space | {"sell_time": ["11:00", "12:00", "13:00"]})


@pytest.mark.parametrize("total", [1, 4, 5, 10, 199, 200, 2_000])
def test_parts_cover_all_stocks_once(total: int) -> None:
    bounds = part_bounds(total)
    assert [number for first, end in bounds for number in range(first, end)] == list(range(total))
    assert max(end - first for first, end in bounds) <= 50
