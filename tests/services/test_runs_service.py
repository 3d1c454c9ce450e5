"""Starting, cancelling and deleting runs: everything is checked before anything is stored."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bokgi.errors.base import BokgiError
from bokgi.errors.records import IdempotencyKeyReused, RunStillActive
from bokgi.errors.requests import FieldInvalid
from bokgi.errors.service import (
    BacktestUnknown,
    ListedCodesInvalid,
    ModeInvalid,
    SpecificListEmpty,
    StrategyFileRefused,
    StrategyMissing,
    TooManyStocks,
)
from bokgi.errors.strategies import StrategyNeedsIntraday
from bokgi.records.runs import Outcome, RunState
from bokgi.services.runs import Started, history_json, progress_json
from tests.services.service_parts import RELEASE, Parts, parts_in
from tests.services.small_store import DAYS, add_daily

DAILY = {"strategy": "daily_trading", "strategy_params": {"buy_time": "10:00", "sell_time": "14:00"}}


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    made = parts_in(tmp_path, {"005930": 70_000.0, "000660": 180_000.0})
    yield made
    made.database.close()


def start(parts: Parts, **more: object) -> Started:
    return parts.runs.start(DAILY | more, profile="default")


def test_a_start_stores_the_resolved_request_and_queues_one_job(parts: Parts) -> None:
    started = start(parts, stock_codes=["005930"])
    row = parts.rows.get(started.run.id)
    assert row is not None
    assert (row.status, row.release, row.total_symbols, row.stock_mode) == (RunState.QUEUED, RELEASE, 1, "specific")
    assert (row.resolved["start_date"], row.resolved["end_date"], row.resolved["interval"]) == ("2025-10-16", "2025-10-21", "5m")
    assert row.resolved["strategy_params"] == {"buy_time": "10:00", "sell_time": "14:00"}
    assert row.data_versions == {"5m": 1, "1d": 0}
    assert list(parts.queue.jobs) == [started.run.id]


def test_the_stored_mode_and_list_are_the_default(parts: Parts) -> None:
    parts.stocks.set_mode("default", "specific")
    parts.stocks.add_specific("default", ["000660"])
    assert start(parts).run.resolved["stock_codes"] == ["000660"]


def test_one_code_may_be_given_alone(parts: Parts) -> None:
    assert start(parts, stock_code="000660").run.resolved["stock_codes"] == ["000660"]


@pytest.mark.parametrize(
    ("body", "kind", "field"),
    [
        ({}, StrategyMissing, "strategy"),
        ({"strategy": ""}, StrategyMissing, "strategy"),
        ({"strategy": "mine.py:Mine", "stock_codes": ["005930"]}, StrategyFileRefused, "strategy"),
        ({"strategy": "../../etc/passwd", "stock_codes": ["005930"]}, StrategyFileRefused, "strategy"),
        (DAILY | {"stock_mode": "some"}, ModeInvalid, "stock_mode"),
        (DAILY | {"stock_mode": "specific"}, SpecificListEmpty, "stock_codes"),
        (DAILY | {"stock_codes": ["0059"]}, ListedCodesInvalid, "stock_codes"),
        (DAILY | {"stock_codes": ["035720"]}, ListedCodesInvalid, "stock_codes"),
        (DAILY | {"stock_code": 5930}, ListedCodesInvalid, "stock_code"),
        (DAILY | {"stock_codes": ["005930"] * 101}, TooManyStocks, "stock_codes"),
    ],
)
def test_a_wrong_request_names_its_field_and_stores_nothing(parts: Parts, body: dict[str, Any], kind: type[BokgiError], field: str) -> None:
    with pytest.raises(kind) as refused:
        parts.runs.start(body, profile="default")
    assert refused.value.field == field
    assert parts.rows.unfinished() == ()
    assert parts.queue.jobs == {}


@pytest.mark.parametrize("name", ["universe", "stock_cods", "capital"])
def test_a_field_that_nobody_knows_is_refused(parts: Parts, name: str) -> None:
    with pytest.raises(BokgiError) as refused:
        start(parts, stock_codes=["005930"], **{name: {}})
    assert refused.value.field == name


def test_an_idempotency_key_gives_the_first_answer_even_after_the_bars_are_gone(parts: Parts) -> None:
    body = DAILY | {"stock_codes": ["005930"]}
    first = parts.runs.start(body, profile="default", idempotency_key="k-1")
    parts.shelves.user.store.remove_series(["005930"], parts.shelves.user.store.intervals()[0])
    again = parts.runs.start(body, profile="default", idempotency_key="k-1")
    assert (again.run.id, again.is_new) == (first.run.id, False)
    assert len(parts.queue.jobs) == 1
    with pytest.raises(IdempotencyKeyReused):
        parts.runs.start(body | {"seed": 1}, profile="default", idempotency_key="k-1")


def test_a_run_is_stored_even_when_the_queue_cannot_be_reached(parts: Parts) -> None:
    parts.queue.is_away = True
    run = start(parts, stock_codes=["005930"]).run
    assert parts.rows.get(run.id) is not None
    assert parts.queue.jobs == {}


def test_a_queued_run_is_cancelled_at_once_and_its_job_with_it(parts: Parts) -> None:
    run = start(parts, stock_codes=["005930"]).run
    assert parts.runs.cancel(run.id).status is RunState.CANCELLED
    assert parts.queue.cancelled == [run.id]
    with pytest.raises(BacktestUnknown):
        parts.runs.cancel("bt-2025-01-01-001")


def test_a_running_run_cannot_be_deleted_and_a_finished_one_goes_with_its_result_and_job(parts: Parts) -> None:
    run = start(parts, stock_codes=["005930"]).run
    claimed = parts.rows.claim(run.id, "w1", RELEASE)
    assert claimed is not None
    with pytest.raises(RunStillActive):
        parts.runs.delete(run.id)
    assert parts.rows.finish(run.id, claimed.attempt, Outcome(RunState.COMPLETED, result_hash="abc"))
    parts.runs.delete(run.id)
    assert (parts.removed, parts.queue.forgotten) == ([run.id], [run.id])
    with pytest.raises(BacktestUnknown):
        parts.runs.get(run.id)


def test_the_remaining_time_is_unknown_before_work_was_done_and_zero_at_the_end(parts: Parts) -> None:
    run = start(parts, stock_codes=["005930"]).run
    assert progress_json(run)["eta_seconds"] is None
    parts.runs.cancel(run.id)
    assert progress_json(parts.runs.get(run.id))["eta_seconds"] == 0.0


def test_the_history_is_searched_by_the_names_of_stocks(parts: Parts) -> None:
    run = start(parts, stock_codes=["005930"]).run
    found = parts.runs.history("default", text="005930")
    assert [history_json(row)["backtest_id"] for row in found.rows] == [run.id]
    assert parts.runs.history("default", text="000660").rows == ()


def test_runs_of_the_smoke_profile_use_synthetic_stocks_and_are_not_in_the_history(parts: Parts) -> None:
    shelf = parts.shelves.smoke()
    code = next(iter(shelf.store.series(shelf.store.intervals()[0])))
    run = parts.runs.start(DAILY | {"stock_codes": [code]}, profile="smoke").run
    assert run.origin == "smoke"
    assert parts.runs.history("default").rows == ()
    with pytest.raises(ListedCodesInvalid):
        parts.runs.start(DAILY | {"stock_codes": [code]}, profile="default")


def test_a_day_strategy_on_daily_bars_is_refused_before_anything_is_stored(parts: Parts) -> None:
    add_daily(parts.shelves.user.store, "005930", list(DAYS))
    with pytest.raises(StrategyNeedsIntraday):
        start(parts, stock_codes=["005930"], interval="1d")
    assert parts.rows.unfinished() == ()


@pytest.mark.parametrize("more", [{"initial_capital": 1.5}, {"stock_code": "000660"}])
def test_what_would_be_cut_off_or_ignored_is_refused(parts: Parts, more: dict[str, Any]) -> None:
    with pytest.raises(FieldInvalid) as refused:
        start(parts, stock_codes=["005930"], **more)
    assert refused.value.field == next(iter(more))
