"""The stream of events over a real connection: what clients see when they follow, leave, come back, and when the server stops."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bokgi.records.runs import Outcome, Progress, RunRow, RunState
from tests.api.running_service import DAY_TRADE, RunningService, running
from tests.plain_http import NO_TLS

ONE = DAY_TRADE | {"stock_codes": ["005930"]}


def events(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """The events of a stream, as a browser would hand them over."""
    event: dict[str, Any] = {}
    for line in lines:
        if not line and "data" in event:
            yield event | {"data": json.loads(event["data"])}
            event = {}
        elif line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            event[name] = value


def follow(service: RunningService, backtest_id: str, **headers: str) -> list[dict[str, Any]]:
    """All events until the server ends the stream."""
    with service.client.stream("GET", f"/api/backtest/events/{backtest_id}", headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        return list(events(answer.iter_lines()))


class ByHand:
    """A run that the test works on."""

    def __init__(self, service: RunningService) -> None:
        self.rows = service.application.run_rows
        self.id = service.start(DAY_TRADE | {"stock_mode": "all"})
        claimed = self.rows.claim(self.id, "by hand", "0.1.0")
        assert isinstance(claimed, RunRow)
        self.attempt = claimed.attempt

    def tell(self, done: int) -> None:
        told = Progress(percent=33 * done, completed_symbols=done, total_symbols=3, total_trades=4 * done, elapsed_seconds=0.5 * done)
        assert self.rows.save_progress(self.id, self.attempt, told)

    def end(self, state: RunState) -> None:
        error = {"code": "x", "english": "It failed.", "korean": "실패했습니다.", "field": None} if state is RunState.FAILED else None
        assert self.rows.finish(self.id, self.attempt, Outcome(state, error=error))


def test_get_events_of_a_finished_run_gives_its_end_and_closes(service: RunningService) -> None:
    backtest_id = service.finished(ONE)
    (only,) = follow(service, backtest_id)
    assert (only["event"], only["data"]) == ("completed", service.progress(backtest_id))
    assert int(only["id"]) >= 1


def test_get_events_follows_a_real_run_to_completed(service: RunningService) -> None:
    seen = follow(service, service.start(ONE))
    percents = [event["data"]["progress_percent"] for event in seen]
    assert percents == sorted(percents)
    assert (seen[-1]["event"], percents[-1]) == ("completed", 100)


@pytest.mark.parametrize("state", [RunState.COMPLETED, RunState.FAILED, RunState.CANCELLED])
def test_the_stream_ends_with_completed_failed_or_cancelled(idle_service: RunningService, state: RunState) -> None:
    run = ByHand(idle_service)

    def work() -> None:
        for done in (1, 2, 3):
            time.sleep(0.15)
            run.tell(done)
        run.end(state)

    working = threading.Thread(target=work)
    working.start()
    seen = follow(idle_service, run.id)
    working.join()
    assert [event["event"] for event in seen] == ["progress"] * (len(seen) - 1) + [state.value]
    numbers, done = [int(event["id"]) for event in seen], [event["data"]["completed_symbols"] for event in seen]
    assert numbers == sorted(set(numbers))
    assert done == sorted(done)
    assert len(set(done)) >= 3


def test_a_client_that_reconnects_with_last_event_id_gets_the_current_state_and_never_a_lower_percent(idle_service: RunningService) -> None:
    run = ByHand(idle_service)
    run.tell(1)
    with idle_service.client.stream("GET", f"/api/backtest/events/{run.id}") as answer:
        first = next(events(answer.iter_lines()))
    run.tell(2)
    run.end(RunState.COMPLETED)
    again = follow(idle_service, run.id, **{"Last-Event-ID": "400"})
    assert again[0]["data"]["progress_percent"] >= first["data"]["progress_percent"] == 33
    assert int(again[0]["id"]) > 400
    assert again[-1]["event"] == "completed"


def test_clients_that_go_away_leave_no_reader(idle_service: RunningService) -> None:
    run = ByHand(idle_service)
    path = f"/api/backtest/events/{run.id}"
    for _ in range(20):
        with idle_service.client.stream("GET", path) as answer:
            next(events(answer.iter_lines()))
    hub = idle_service.app.state.progress_hub
    deadline = time.monotonic() + 5
    while hub.followed():
        assert time.monotonic() < deadline, hub.followed()
        time.sleep(0.02)


def test_get_events_of_an_unknown_id_is_404_and_json(service: RunningService) -> None:
    for given in ("bt-2020-01-01-001", "nothing", "%00"):
        answer = service.client.get(f"/api/backtest/events/{given}")
        assert (answer.status_code, answer.json()["status"]) == (404, "not_found")


def test_head_of_events_does_not_hang(idle_service: RunningService) -> None:
    answer = idle_service.client.head(f"/api/backtest/events/{ByHand(idle_service).id}")
    assert answer.status_code in {200, 405}


def test_a_stop_of_the_server_closes_streams_quickly(tmp_path: Path) -> None:
    ended = threading.Event()

    def read_on(url: httpx.URL) -> None:
        with httpx.Client(verify=NO_TLS) as client, client.stream("GET", url) as answer:
            for line in answer.iter_lines():
                if line.startswith("data"):
                    ready.set()
        ended.set()

    ready = threading.Event()
    with running(tmp_path, has_worker=False) as service:
        url = service.client.base_url.join(f"/api/backtest/events/{service.start(ONE)}")
        reading = threading.Thread(target=read_on, args=(url,))
        reading.start()
        assert ready.wait(5)
        stopped_at = time.monotonic()
    assert ended.wait(2)
    assert time.monotonic() - stopped_at < 3
    reading.join()
