"""A release in its slot: one application behind two doors, a private one that is always open and the public one by order.

Convention: both servers run in one loop. SIGUSR1 opens the public door on the socket that all slots share, SIGUSR2 closes it (the slot
stays warm), SIGTERM closes everything. A door that closes first stops accepting, then asks each client that still comes to connect anew,
and goes when nobody is connected any more; a slot may be called back meanwhile, for each time in traffic is a server of its own.
"""

import asyncio
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bokgi.api.listening import Listening
from bokgi.api.server import ATTACH_SECONDS, KEEP_ALIVE_SECONDS, QuietServer, allow_many_files, configuration_of, stop_reading
from bokgi.operations.slots.slot_state import Phase

DRAIN_SECONDS = KEEP_ALIVE_SECONDS + 5.0
"""Longer than a client may keep an idle connection, so that no connection is cut under a request."""
END_SECONDS = 2.0
OWNER_ONLY = 0o600
LOOK_SECONDS = 0.02
HEALTH_SECONDS = 0.1
_TAKE, _REST, _END = signal.SIGUSR1, signal.SIGUSR2, signal.SIGTERM
Tell = Callable[[Phase, int], None]
"""Called with the phase and the number of doors that are still closing."""


@dataclass(frozen=True, slots=True)
class Doors:
    """private : path of the Unix socket that is always open; public : the listening socket that is shared with other slots"""

    private: Path
    public: Listening


def run_slot(app: FastAPI, doors: Doors, *, tell: Tell, is_healthy: Callable[[], bool], on_taking: Callable[[], None]) -> None:
    """Answer until SIGTERM.

    is_healthy : asked until it is so for the first time; the slot is starting until then
    on_taking : called in a thread after the slot has begun to take traffic
    """
    allow_many_files()
    asyncio.run(_Slot(app, doors, tell, is_healthy, on_taking).live())


class _Slot:
    def __init__(self, app: FastAPI, doors: Doors, tell: Tell, is_healthy: Callable[[], bool], on_taking: Callable[[], None]) -> None:
        self._app, self._private, self._public = app, doors.private, doors.public
        self._tell, self._is_healthy, self._on_taking = tell, is_healthy, on_taking
        self._is_starting, self._is_ending = True, False
        self._open: _PublicDoor | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._following: set[asyncio.Task[None]] = set()

    async def live(self) -> None:
        """Open the private door, then follow orders until told to end."""
        orders: asyncio.Queue[signal.Signals] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        for number in (_TAKE, _REST, _END, signal.SIGINT):
            loop.add_signal_handler(number, orders.put_nowait, number)
        self._private.unlink(missing_ok=True)
        private = QuietServer(configuration_of(self._app, uds=str(self._private)))
        serving = asyncio.create_task(private.serve())
        await _until_started(private)
        self._private.chmod(OWNER_ONLY)  # who makes it gives it to everybody
        self._say()
        self._follow(asyncio.create_task(self._become_healthy()))
        while (order := await orders.get()) in (_TAKE, _REST):
            await (self._take() if order == _TAKE else self._rest())
        await self._end()
        private.should_exit = True
        await serving

    async def _become_healthy(self) -> None:
        while not await asyncio.to_thread(self._is_healthy):  # noqa: ASYNC110  # health is asked of the database
            await asyncio.sleep(HEALTH_SECONDS)
        self._is_starting = False
        self._say()

    async def _take(self) -> None:
        if self._open is None:
            self._open = _PublicDoor(self._app, self._public)
            await self._open.opened()
            self._say()
            self._follow(asyncio.create_task(asyncio.to_thread(self._on_taking)))

    async def _rest(self) -> None:
        door, self._open = self._open, None
        if door is not None:
            closing = asyncio.create_task(door.close(DRAIN_SECONDS))
            self._closing.add(closing)
            closing.add_done_callback(self._has_closed)
            await door.shut.wait()
            self._say()

    async def _end(self) -> None:
        """Close the door where it is open; who is inside since a former time in traffic is still given an answer."""
        self._is_ending = True
        self._say()
        if self._open is not None:
            await self._open.close(END_SECONDS)
        if self._closing:
            await asyncio.wait(self._closing, timeout=DRAIN_SECONDS)
        for closing in self._closing:
            closing.cancel()
        for following in self._following:
            following.cancel()

    def _has_closed(self, closing: "asyncio.Task[None]") -> None:
        self._closing.discard(closing)
        if not closing.cancelled():
            self._say()

    def _follow(self, task: "asyncio.Task[None]") -> None:
        self._following.add(task)
        task.add_done_callback(self._following.discard)

    def _say(self) -> None:
        resting = Phase.STARTING if self._is_starting else Phase.STANDBY
        open_or_not = resting if self._open is None else Phase.TAKING
        self._tell(Phase.ENDING if self._is_ending else open_or_not, len(self._closing))


class _PublicDoor:
    """One time in traffic."""

    def __init__(self, app: ASGIApp, listening: Listening) -> None:
        self._farewell = Farewell(app)
        self._server = QuietServer(configuration_of(self._farewell))
        self._serving = asyncio.create_task(self._server.serve(sockets=[listening.dup()]))
        self.shut = asyncio.Event()
        """Set when nobody new comes in."""

    async def opened(self) -> None:
        """Wait until clients are let in."""
        await _until_started(self._server)

    async def close(self, limit_seconds: float) -> None:
        """Let nobody new in, then wait for those inside."""
        stop_reading(self._server)
        self._farewell.begin()
        self.shut.set()
        await asyncio.sleep(ATTACH_SECONDS)
        for each in self._server.servers:
            each.close()
        deadline = asyncio.get_running_loop().time() + limit_seconds
        while self._server.server_state.connections and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110  # no event tells it
            await asyncio.sleep(LOOK_SECONDS)
        self._server.should_exit = True
        await self._serving


class Farewell:
    """ASGI layer of one door: once it closes, every answer ends its connection, and streams of events end so that clients come again."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._closing = asyncio.Event()

    def begin(self) -> None:
        """From now on, answers end their connections."""
        self._closing.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_stream = False

        async def send_on(message: Message) -> None:
            nonlocal is_stream
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", []))
                is_stream = any(name.lower() == b"content-type" and value.startswith(b"text/event-stream") for name, value in headers)
                if self._closing.is_set():
                    message = {**message, "headers": [*headers, (b"connection", b"close")]}
            await send(message)

        async def receive_or_leave() -> Message:
            return await self._first(receive) if is_stream else await receive()

        await self._app(scope, receive_or_leave, send_on)

    async def _first(self, receive: Receive) -> Message:
        """What the client says, or that it must come again."""
        leaving, closing = asyncio.ensure_future(receive()), asyncio.ensure_future(self._closing.wait())
        try:
            await asyncio.wait({leaving, closing}, return_when=asyncio.FIRST_COMPLETED)
            return leaving.result() if leaving.done() else {"type": "http.disconnect"}
        finally:
            leaving.cancel()
            closing.cancel()


async def _until_started(server: QuietServer) -> None:
    while not server.started:  # noqa: ASYNC110  # the server has no event for it
        await asyncio.sleep(0.001)
