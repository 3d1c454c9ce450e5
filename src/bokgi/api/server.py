"""Answering: the server in this process, and clients that send their headers too slowly.

Convention: a stop closes the door first, lets the requests in flight finish within `GRACE_SECONDS`, and ends streams of events by telling
them.
"""

import asyncio
import contextlib
import json
import resource
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from bokgi.api.errors import body_of
from bokgi.api.listening import BACKLOG
from bokgi.errors.base import BokgiError
from bokgi.errors.http import HeadersTooLarge, HeadersTooSlow, RequestMalformed
from bokgi.errors.processes import ServiceSilent

GRACE_SECONDS = 10
KEEP_ALIVE_SECONDS = 30
HEADER_SECONDS = 10.0
HEADER_BYTES = 64 << 10
WRITE_SECONDS = 120.0
"""How long a client may take none of an answer that waits for it."""
OPEN_FILES = 65_536
ATTACH_SECONDS = 0.1
ANSWER_SECONDS = 15.0
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def address_of(listening: socket.socket) -> str:
    """The URL under which a browser on this machine finds the service."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run_server(
    app: FastAPI,
    listening: socket.socket,
    *,
    stopping: threading.Event,
    on_answer: Callable[[str], None] = lambda _address: None,
    grace_seconds: int = GRACE_SECONDS,
    header_seconds: float = HEADER_SECONDS,
) -> None:
    """Serve until SIGINT or SIGTERM; a second one ends it at once.

    on_answer : called with the address when the service has answered over HTTP
    """
    allow_many_files()
    asyncio.run(_serve(app, configuration_of(app, grace_seconds, header_seconds), listening, stopping, on_answer))


def configuration_of(
    app: ASGIApp, grace_seconds: int = GRACE_SECONDS, header_seconds: float = HEADER_SECONDS, *, uds: str | None = None
) -> uvicorn.Config:
    """How every server of ours answers; uds : path of the Unix socket, for a server that makes its own."""
    protocol = type("Protocol", (PatientProtocol,), {"header_seconds": header_seconds})
    return uvicorn.Config(
        app,
        uds=uds,
        http=protocol,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=grace_seconds,
        backlog=BACKLOG,
    )


async def _serve(
    app: FastAPI, configuration: uvicorn.Config, listening: socket.socket, stopping: threading.Event, on_answer: Callable[[str], None]
) -> None:
    server = QuietServer(configuration)
    loop = asyncio.get_running_loop()
    door = _Door(server, loop, stopping)
    for number in _STOP_SIGNALS:
        loop.add_signal_handler(number, door.close)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        if await _has_answered(server, serving, listening):
            on_answer(address_of(listening))
            # The list of endpoints comes from this document: nobody's request need wait for it to be built.
            await asyncio.to_thread(app.openapi)
        await serving
    finally:
        for number in _STOP_SIGNALS:
            loop.remove_signal_handler(number)


async def _has_answered(server: "QuietServer", serving: "asyncio.Task[None]", listening: socket.socket) -> bool:
    """Ask over HTTP until there is an answer, or the server is told to stop."""
    address = address_of(listening)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(ANSWER_SECONDS):
            while not (serving.done() or server.should_exit):
                if server.started and await is_answering(listening):
                    return True
                await asyncio.sleep(0.02)
            return False
    server.should_exit = True
    await serving
    raise ServiceSilent(address, ANSWER_SECONDS, "logs")


async def is_answering(listening: socket.socket) -> bool:
    """Whether the service behind a listening socket answers that it lives."""
    host, port = listening.getsockname()[:2]
    nearest = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # compared: they mean every address
    try:
        reader, writer = await asyncio.open_connection(nearest, port)
        writer.write(b"GET /api/health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        line = await reader.readline()
        writer.close()
        await writer.wait_closed()
    except OSError:
        return False
    return line.startswith(b"HTTP/1.1 200")


class QuietServer(uvicorn.Server):
    """The server without signal handlers of its own: the process decides when it ends."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def stop_reading(server: QuietServer) -> None:
    """Accept nobody any more, in the running loop; what was accepted already attaches within `ATTACH_SECONDS`.

    Notes
    -----
    The loop drops a connection that it accepted in the very instant in which a listener closes, so reading stops first.
    """
    loop = asyncio.get_running_loop()
    for each in getattr(server, "servers", []):
        for listening in each.sockets:
            loop.remove_reader(listening.fileno())


class _Door:
    """Stops a server in order: close the door, let in who is on the threshold, then wait for those inside."""

    def __init__(self, server: QuietServer, loop: asyncio.AbstractEventLoop, stopping: threading.Event) -> None:
        self._server, self._loop, self._stopping = server, loop, stopping

    def close(self) -> None:
        """Begin to stop; the second time, stop at once."""
        if self._stopping.is_set():
            self._server.should_exit = self._server.force_exit = True
            return
        self._stopping.set()
        stop_reading(self._server)
        self._loop.call_later(ATTACH_SECONDS, self._leave)

    def _leave(self) -> None:
        self._server.should_exit = True


class PatientProtocol(HttpToolsProtocol):
    """HTTP/1.1 that does not wait for ever: headers have a time and a size, and an answer must be taken."""

    header_seconds = HEADER_SECONDS

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._header_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None
        self._header_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the parent
        super().connection_made(transport)
        self._await_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        self._headers_are_here()
        self._stop_write_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._header_timer is not None and self.parser is not None:
            self._header_bytes += len(data)
            if self._header_bytes > HEADER_BYTES:
                self._refuse(431, HeadersTooLarge(HEADER_BYTES))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._await_headers()

    def on_headers_complete(self) -> None:
        self._headers_are_here()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        self._refuse(400, RequestMalformed())

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stop_write_timer()
        self._write_timer = self.loop.call_later(WRITE_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        self._stop_write_timer()
        super().resume_writing()

    def _await_headers(self) -> None:
        if self._header_timer is None:
            self._header_bytes = 0
            self._header_timer = self.loop.call_later(self.header_seconds, self._are_late)

    def _headers_are_here(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None

    def _are_late(self) -> None:
        self._header_timer = None
        self._refuse(408, HeadersTooSlow(self.header_seconds))

    def _stop_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def _refuse(self, status: int, error: BokgiError) -> None:
        """Answer outside the application and close; without an answer where another one is on its way."""
        self._headers_are_here()
        if self.transport.is_closing():
            return
        if not self._is_answering():
            body = json.dumps(body_of(error), ensure_ascii=False).encode()
            head = b"content-type: application/json\r\nconnection: close\r\nx-content-type-options: nosniff\r\n"
            self.transport.write(STATUS_LINE[status] + head + b"content-length: %d\r\n\r\n" % len(body) + body)
        self.transport.close()

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete


def allow_many_files() -> None:
    """A connection is an open file, and the usual limit of 1,024 is soon reached."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
