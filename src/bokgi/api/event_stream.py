"""Server-sent events of a run: updates of the hub on the wire.

Convention: `event: progress` while the run goes on; the last event is named by how the run ended, and then the stream closes. `data` is the
body of `GET /api/backtest/progress`, `id` a number that only grows. A comment every few seconds keeps proxies from closing the line.
"""

from collections.abc import AsyncIterator

import orjson
from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import SendTimeoutError
from starlette.types import Receive, Scope, Send

from bokgi.api.progress_hub import ProgressHub, Update

KEEP_ALIVE_SECONDS = 15
SEND_SECONDS = 60.0
RETRY_MILLISECONDS = 1_000


class RunEvents(EventSourceResponse):
    """The stream of one client; one that reads nothing for a minute is left."""

    def __init__(self, hub: ProgressHub, backtest_id: str, last_number: int, *, keep_alive_seconds: float = KEEP_ALIVE_SECONDS) -> None:
        super().__init__(
            events(hub, backtest_id, last_number),
            ping=keep_alive_seconds,
            ping_message_factory=_keep_alive,
            sep="\n",
            send_timeout=SEND_SECONDS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until the run has ended, the client has gone or stopped reading, or the server stops."""
        try:
            await super().__call__(scope, receive, send)
        except SendTimeoutError:
            return  # nobody reads: the server closes the connection


async def events(hub: ProgressHub, backtest_id: str, last_number: int) -> AsyncIterator[ServerSentEvent]:
    """The updates of a run as events; the first one says how soon to come back after a break."""
    retry: int | None = RETRY_MILLISECONDS
    async for update in hub.follow(backtest_id, last_number):
        yield _event(update, retry)
        retry = None


def _event(update: Update, retry: int | None) -> ServerSentEvent:
    data = orjson.dumps(update.body).decode()
    return ServerSentEvent(data, event=update.event, id=str(update.number), retry=retry, sep="\n")


def _keep_alive() -> ServerSentEvent:
    return ServerSentEvent(comment="keep-alive", sep="\n")
