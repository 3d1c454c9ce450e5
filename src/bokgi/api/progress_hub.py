"""Progress for everybody who follows a run: one reader a run, however many clients.

Convention: an update carries a number that only grows. A client that comes back with the number it saw last gets the state of now under a
higher one, so a restart of this process is invisible to it. The reader of a run lives as long as somebody follows it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from bokgi.errors.records import DatabaseUnavailable
from bokgi.errors.service import BacktestUnknown, SearchUnknown

POLL_SECONDS = 0.1
RETRY_SECONDS = 0.5
READER_THREADS = 2
ENDED = ("completed", "failed", "cancelled")
LARGEST_NUMBER = 2**53
_LOG = structlog.get_logger("bokgi.api.progress")


@dataclass(frozen=True, slots=True)
class Update:
    """The state of a run under its number; `body` is that of `GET /api/backtest/progress`."""

    number: int
    body: Mapping[str, Any]

    @property
    def is_last(self) -> bool:
        return self.body["status"] in ENDED

    @property
    def event(self) -> str:
        """`progress` until the run has ended, then how it ended."""
        return str(self.body["status"]) if self.is_last else "progress"


@dataclass(eq=False)
class _Channel:
    """One run that somebody follows."""

    backtest_id: str
    number: int = 0
    update: Update | None = None
    followers: int = 0
    is_closed: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    def publish(self, body: Mapping[str, Any]) -> None:
        """Tell the followers, where there is news."""
        if self.update is None or self.update.body != body:
            self.number += 1
            self.update = Update(self.number, body)
            self.wake()

    def skip_to(self, number: int) -> None:
        """Go on above a number that a client has seen already."""
        if number > self.number or (self.update is not None and number >= self.update.number):
            self.number = number + 1
            self.update = replace(self.update, number=self.number) if self.update else None
            self.wake()

    def wake(self) -> None:
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()


class ProgressHub:
    """Readers of all runs that are followed; `read` gives the body of a run's progress and may block."""

    def __init__(self, read: Callable[[str], Mapping[str, Any]], *, poll_seconds: float = POLL_SECONDS) -> None:
        self._read = read
        self._poll_seconds = poll_seconds
        self._channels: dict[str, _Channel] = {}
        self._threads = ThreadPoolExecutor(READER_THREADS, thread_name_prefix="progress")

    async def follow(self, backtest_id: str, last_number: int = 0) -> AsyncIterator[Update]:
        """The state of now, then every change, until the run has ended or the hub is closed.

        Parameters
        ----------
        last_number : that of the last update which the client has seen; what comes has higher ones
        """
        channel = self._joined(backtest_id, last_number)
        seen = last_number
        try:
            while True:
                update, changed = channel.update, channel.changed
                if update is not None and update.number > seen:
                    seen = update.number
                    yield update
                    if update.is_last:
                        return
                elif channel.is_closed:
                    return
                else:
                    await changed.wait()
        finally:
            self._leave(channel)

    def followed(self) -> dict[str, int]:
        """Followers of each run that has any."""
        return {backtest_id: channel.followers for backtest_id, channel in self._channels.items()}

    def close(self) -> None:
        """End all streams, and follow nothing more."""
        for channel in list(self._channels.values()):
            self._end(channel)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _joined(self, backtest_id: str, last_number: int) -> _Channel:
        channel = self._channels.get(backtest_id)
        if channel is None or channel.task is None or channel.task.done():
            channel = self._channels[backtest_id] = _Channel(backtest_id)
            channel.task = asyncio.get_running_loop().create_task(self._watch(channel))
            channel.task.add_done_callback(_tell_failure)
        channel.followers += 1
        channel.skip_to(last_number)
        return channel

    def _leave(self, channel: _Channel) -> None:
        channel.followers -= 1
        if channel.followers == 0:
            self._end(channel)

    def _end(self, channel: _Channel) -> None:
        if self._channels.get(channel.backtest_id) is channel:
            del self._channels[channel.backtest_id]
        channel.is_closed = True
        channel.wake()
        if channel.task is not None:
            channel.task.cancel()

    async def _watch(self, channel: _Channel) -> None:
        """Read until the run has ended; a database that is away for a moment only delays the next update."""
        loop = asyncio.get_running_loop()
        try:
            while channel.update is None or not channel.update.is_last:
                try:
                    channel.publish(await loop.run_in_executor(self._threads, self._read, channel.backtest_id))
                except DatabaseUnavailable:
                    await asyncio.sleep(RETRY_SECONDS)
                await asyncio.sleep(self._poll_seconds)
        except (BacktestUnknown, SearchUnknown):
            _LOG.info("followed_run_deleted", backtest_id=channel.backtest_id)
        finally:
            channel.is_closed = True
            channel.wake()


def _tell_failure(task: asyncio.Task[None]) -> None:
    """A reader that fails ends its streams, whose clients come back; the log says why."""
    if not task.cancelled() and (error := task.exception()) is not None:
        _LOG.error("progress_reader_failed", exc_info=error)


def number_of(last_event_id: str | None) -> int:
    """The number in a `Last-Event-ID`; 0 for what is none of ours.

    >>> number_of("17"), number_of("x"), number_of(None)
    (17, 0, 0)
    """
    if last_event_id is None or not (last_event_id.isascii() and last_event_id.isdigit()) or len(last_event_id) > 16:
        return 0
    return min(int(last_event_id), LARGEST_NUMBER)
