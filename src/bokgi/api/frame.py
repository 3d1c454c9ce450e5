"""The outermost layer of every request: its id, its line in the log, its time, its headers, and the net below everything.

Convention: an id that the client sends in `X-Request-Id` is kept if it has the form of one, else a new one is made; it is in the answer
and in every line of the log about the request. What a route lets fall becomes an answer without details.
"""

import asyncio
import logging
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from typing import Protocol

from starlette.datastructures import MutableHeaders

from bokgi.api.body_limits import ASGIApp, Message, Receive, Send
from bokgi.api.errors import response_of, unforeseen
from bokgi.api.scopes import NOTES, Notes, Scope, client_of, header, template_of
from bokgi.errors.base import BokgiError

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_RUN = re.compile(r"bt-\d{4}-\d{2}-\d{2}-\d{3,}")
_ACCESS = logging.getLogger("bokgi.access")
_STREAM = "text/event-stream"
STOP_SECONDS = 0.1
"""How soon a stream notices that the service is stopping."""

SAFE_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""For pages; styles in elements are allowed because the charts draw with them."""


class Observer(Protocol):
    """Whoever counts requests.

    instance : id of the counting process, new with each start; a line of the log names it, so that it can be held against the count
    """

    instance: str

    def request_ended(self, method: str, template: str, status: int, seconds: float) -> None: ...


Check = Callable[[Scope], None]
"""Raises a `BokgiError` where a request may not go on."""


class Frame:
    """ASGI layer around everything.

    checks : asked in order before the application is; stopping : set when the service is about to end
    """

    def __init__(self, app: ASGIApp, *, checks: Iterable[Check], observer: Observer, stopping: threading.Event) -> None:
        self._app = app
        self._checks = tuple(checks)
        self._observer = observer
        self._stop = _Stop(stopping)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        passage = _Passage(scope, receive, send, self._stop)
        try:
            await self._answer(passage)
        finally:
            seconds = passage.seconds()
            self._observer.request_ended(scope["method"], template_of(scope), passage.status, seconds)
            passage.write_access(seconds, self._observer.instance)

    async def _answer(self, passage: "_Passage") -> None:
        scope = passage.scope
        try:
            for check in self._checks:
                check(scope)
            await self._app(scope, passage.receive, passage.send)
        except BokgiError as error:
            await passage.end_with(response_of(error))
        except Exception as error:  # noqa: BLE001  # the net: a client gets a sentence and an id, the log gets the rest
            await passage.end_with(unforeseen(error, passage.notes.request_id))
        await passage.end_stream()


class _Stop:
    """The end of the service as a task of the loop: one watcher for any number of streams."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._task: asyncio.Task[None] | None = None

    def task(self) -> "asyncio.Task[None]":
        """Done when the service stops."""
        if self._task is None or self._task.get_loop() is not asyncio.get_running_loop():
            self._task = asyncio.ensure_future(self._watch())
        return self._task

    async def _watch(self) -> None:
        while not self._stopping.is_set():  # noqa: ASYNC110  # the event belongs to threads and signal handlers
            await asyncio.sleep(STOP_SECONDS)


class _Passage:
    """One request on its way through."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, stop: "_Stop") -> None:
        self.scope = scope
        self.notes = Notes(_request_id(scope), _run_id(scope))
        self.status = 499  # the client left before there was an answer
        self._receive, self._send, self._stop = receive, send, stop
        self._began = time.perf_counter()
        self._is_started = self._is_ended = self._is_stream = self._is_body_here = False
        scope[NOTES] = self.notes

    def seconds(self) -> float:
        """Time since the request arrived."""
        return time.perf_counter() - self._began

    async def send(self, message: Message) -> None:
        """Hand an answer on, with our headers."""
        if message["type"] == "http.response.start":
            self.status, self._is_started = message["status"], True
            self._add_headers(MutableHeaders(scope=message))
        elif message["type"] == "http.response.body" and not message.get("more_body", False):
            self._is_ended = True
        await self._send(message)

    async def receive(self) -> Message:
        """Receive; who waits for nothing but the client's leaving (a stream of events) is also told when the service stops."""
        if not self._is_body_here:
            message = await self._receive()
            self._is_body_here = not message.get("more_body", False)
            return message
        leaving, stop = asyncio.ensure_future(self._receive()), self._stop.task()
        try:
            await asyncio.wait({leaving, stop}, return_when=asyncio.FIRST_COMPLETED)
            if leaving.done() or not self._is_stream:
                return await leaving
        finally:
            leaving.cancel()
        return {"type": "http.disconnect"}

    async def end_with(self, answer: "ASGIApp") -> None:
        """Answer instead of the application; too late where it has begun, then the connection ends early and the client sees it."""
        if self._is_started:
            raise ConnectionAbortedError(f"request {self.notes.request_id} failed within its answer")
        await answer(self.scope, self._receive, self.send)

    async def end_stream(self) -> None:
        """Close a stream that was left open, so that its client can tell an end from a break."""
        if self._is_stream and self._is_started and not self._is_ended:
            await self.send({"type": "http.response.body", "body": b"", "more_body": False})

    def _add_headers(self, headers: MutableHeaders) -> None:
        kind = headers.get("content-type", "")
        self._is_stream = kind.startswith(_STREAM)
        headers["X-Request-Id"] = self.notes.request_id
        headers.append("Server-Timing", f"app;dur={self.seconds() * 1000:.1f}")
        for name, value in SAFE_HEADERS:
            headers.setdefault(name, value)
        headers.setdefault("Content-Security-Policy", PAGE_POLICY if self._is_page(kind) else DATA_POLICY)
        if self.scope["path"].startswith("/api/") and "etag" not in headers:
            headers.setdefault("Cache-Control", "no-store")

    def _is_page(self, kind: str) -> bool:
        """Whether the answer is a page. A 304 has no type, and its headers take the place of those of the page that the browser kept."""
        path = self.scope["path"]
        return kind.startswith("text/html") or path in ("/", "/ops") or path.startswith("/pages/")

    def write_access(self, seconds: float, instance: str) -> None:
        """One line a request."""
        scope, notes = self.scope, self.notes
        facts = {
            "request_id": notes.request_id,
            "method": scope["method"],
            "path": scope["path"][:300],
            "route": template_of(scope),
            "status": self.status,
            "milliseconds": round(seconds * 1000, 2),
            "client": client_of(scope),
            "instance": instance,
        }
        _ACCESS.info("request", extra=facts if notes.run_id is None else facts | {"run_id": notes.run_id})


def _request_id(scope: Scope) -> str:
    given = header(scope, b"x-request-id")
    return given if given is not None and _ID.fullmatch(given) else secrets.token_hex(8)


def _run_id(scope: Scope) -> str | None:
    found = _RUN.search(scope["path"]) or _RUN.search(scope.get("query_string", b"").decode("latin-1"))
    return found.group() if found else None
