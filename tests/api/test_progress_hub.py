"""One reader a run however many follow; numbers only grow; nothing is left when nobody follows."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from structlog.testing import capture_logs

from bokgi.api.event_stream import RunEvents
from bokgi.api.progress_hub import LARGEST_NUMBER, ProgressHub, Update, number_of
from bokgi.errors.records import DatabaseUnavailable
from bokgi.errors.service import BacktestUnknown

RUN = "bt-2026-02-08-547"


class Telling:
    """Progress that the test moves on; counts how it was read."""

    def __init__(self, percent: int = 0, status: str = "running") -> None:
        self.body: dict[str, Any] = {"status": status, "progress_percent": percent}
        self.reads = self.inside = self.most_inside = 0
        self.failure: Exception | None = None
        self._lock = threading.Lock()

    def __call__(self, backtest_id: str) -> dict[str, Any]:
        with self._lock:
            self.reads += 1
            self.inside += 1
            self.most_inside = max(self.most_inside, self.inside)
        time.sleep(0.001)
        with self._lock:
            self.inside -= 1
        if self.failure is not None:
            raise self.failure
        return dict(self.body)

    def move(self, percent: int, status: str = "running") -> None:
        self.body = {"status": status, "progress_percent": percent}


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run in a loop of its own, for ten seconds at most; no task may be left over."""

    async def whole() -> None:
        async with asyncio.timeout(10):
            await test()
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task() and not task.cancelling()]
        assert left == []

    asyncio.run(whole())


def hub_over(read: Telling) -> ProgressHub:
    return ProgressHub(read, poll_seconds=0.005)


async def all_of(hub: ProgressHub, last_number: int = 0) -> list[Update]:
    return [update async for update in hub.follow(RUN, last_number)]


def test_a_run_that_has_ended_gives_one_update_named_by_its_end() -> None:
    async def test() -> None:
        for status in ("completed", "failed", "cancelled"):
            (update,) = await all_of(hub_over(Telling(100, status)))
            assert (update.event, update.number, update.is_last) == (status, 1, True)

    run(test)


def test_every_follower_sees_the_run_to_its_end_and_one_reads_for_all() -> None:
    read = Telling()

    async def test() -> None:
        hub = hub_over(read)
        followers = [asyncio.create_task(all_of(hub)) for _ in range(100)]
        for percent in (10, 50, 90):
            await asyncio.sleep(0.03)
            assert hub.followed() == {RUN: 100}
            read.move(percent)
        await asyncio.sleep(0.03)
        read.move(100, "completed")
        for updates in await asyncio.gather(*followers):
            numbers, percents = [update.number for update in updates], [update.body["progress_percent"] for update in updates]
            assert numbers == sorted(set(numbers))
            assert percents == sorted(percents)
            assert [update.event for update in updates] == ["progress"] * (len(updates) - 1) + ["completed"]
            assert percents[0] == 0
        assert hub.followed() == {}

    run(test)
    assert read.most_inside == 1
    assert read.reads < 100


def test_what_does_not_change_is_told_once() -> None:
    async def test() -> None:
        read = Telling(33)
        hub = hub_over(read)
        following = asyncio.create_task(all_of(hub))
        await asyncio.sleep(0.1)
        assert read.reads > 3
        read.move(100, "completed")
        assert [update.body["progress_percent"] for update in await following] == [33, 100]

    run(test)


@pytest.mark.parametrize("last", [1, 57, LARGEST_NUMBER])
def test_a_client_that_comes_back_gets_the_state_of_now_under_a_higher_number(last: int) -> None:
    async def test() -> None:
        read = Telling(40)
        hub = hub_over(read)
        stayed = asyncio.create_task(all_of(hub))
        await asyncio.sleep(0.03)
        back = asyncio.create_task(all_of(hub, last))
        await asyncio.sleep(0.03)
        read.move(100, "completed")
        for updates in (await stayed, await back):
            numbers = [update.number for update in updates]
            assert numbers == sorted(set(numbers))
        assert [update.body["progress_percent"] for update in back.result()] == [40, 100]
        assert back.result()[0].number > last

    run(test)


def test_a_follower_that_goes_leaves_nothing_and_the_others_stay() -> None:
    async def test() -> None:
        read = Telling()
        hub = hub_over(read)
        first, second = (asyncio.create_task(all_of(hub)) for _ in range(2))
        await asyncio.sleep(0.03)
        first.cancel()
        await asyncio.sleep(0.03)
        assert hub.followed() == {RUN: 1}
        second.cancel()
        await asyncio.sleep(0.03)
        assert hub.followed() == {}
        reads = read.reads
        await asyncio.sleep(0.05)
        assert read.reads <= reads + 1

    run(test)


def test_a_database_that_is_away_for_a_moment_only_delays() -> None:
    async def test() -> None:
        read = Telling(20)
        hub = hub_over(read)
        following = asyncio.create_task(all_of(hub))
        await asyncio.sleep(0.03)
        read.failure = DatabaseUnavailable("the test says so")
        await asyncio.sleep(0.05)
        read.failure = None
        read.move(100, "completed")
        assert [update.body["progress_percent"] for update in await following] == [20, 100]

    run(test)


def test_the_stream_of_a_run_that_is_deleted_ends() -> None:
    async def test() -> None:
        read = Telling(20)
        hub = hub_over(read)
        following = asyncio.create_task(all_of(hub))
        await asyncio.sleep(0.03)
        read.failure = BacktestUnknown()
        assert len(await following) == 1
        assert hub.followed() == {}

    run(test)


def test_a_reader_that_fails_ends_its_streams_and_the_log_says_why() -> None:
    async def test() -> None:
        read = Telling(20)
        read.failure = ZeroDivisionError("nobody foresaw this")
        assert await all_of(hub_over(read)) == []
        await asyncio.sleep(0)

    with capture_logs() as logs:
        run(test)
    assert [entry["event"] for entry in logs] == ["progress_reader_failed"]


def test_closing_ends_every_stream_at_once() -> None:
    async def test() -> None:
        hub = hub_over(Telling(20))
        following = [asyncio.create_task(all_of(hub)) for _ in range(10)]
        await asyncio.sleep(0.03)
        hub.close()
        assert [len(updates) for updates in await asyncio.gather(*following)] == [1] * 10

    run(test)


@pytest.mark.parametrize(
    ("given", "number"),
    [(None, 0), ("", 0), ("17", 17), ("-1", 0), ("1e3", 0), ("１７", 0), ("9" * 30, 0), (str(2**53), 2**53), ("9" * 16, 2**53), ("a", 0)],
)
def test_only_our_own_numbers_are_believed(given: str | None, number: int) -> None:
    assert number_of(given) == number


def test_comments_keep_a_silent_stream_alive() -> None:
    sent: list[bytes] = []

    async def test() -> None:
        stream = RunEvents(hub_over(Telling(20)), RUN, 0, keep_alive_seconds=0.02)
        gone = asyncio.Event()

        async def receive() -> dict[str, str]:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:  # noqa: ANN401  # as ASGI has it
            sent.append(message.get("body", b""))

        streaming = asyncio.create_task(stream({"type": "http", "method": "GET", "headers": []}, receive, send))
        await asyncio.sleep(0.1)
        gone.set()
        await streaming

    asyncio.run(test())
    assert sent.count(b": keep-alive\n\n") >= 2
    assert any(part.startswith(b"id: 1\nevent: progress\ndata: {") for part in sent)
