"""How much and how slowly a client may send: bodies are read whole, within a size and a time, before any route starts.

A body over the limit is answered at once; then the rest is read and thrown away for a while, because a client that is still sending
when the connection closes would never see the answer. The upload of data goes to its route as a stream, with limits of its own.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.responses import Response

from bokgi.api.errors import response_of
from bokgi.api.rates import UPLOAD_PATH
from bokgi.api.scopes import Scope, header
from bokgi.errors.base import BokgiError
from bokgi.errors.http import BodyTooLarge, BodyTooSlow

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

BODY_BYTES = 1 << 20
BODY_SECONDS = 15.0
UPLOAD_PAUSE_SECONDS = 30.0
"""Longest silence within an upload."""
DRAINED_BYTES = 64 << 20
DRAIN_SECONDS = 10.0


class BodyLimits:
    """ASGI layer that gives the application whole bodies of bounded size."""

    def __init__(self, app: ASGIApp, *, upload_bytes: int, body_bytes: int = BODY_BYTES, body_seconds: float = BODY_SECONDS) -> None:
        self._app = app
        self._upload_bytes = upload_bytes
        self._body_bytes, self._body_seconds = body_bytes, body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not has_body(scope):
            await self._app(scope, receive, send)
        elif scope["path"] == UPLOAD_PATH:
            await self._stream(scope, receive, send)
        else:
            await self._whole(scope, receive, send)

    async def _whole(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            check_announced(scope, self._body_bytes)
            async with asyncio.timeout(self._body_seconds):
                body = await read_body(receive, self._body_bytes)
        except TimeoutError:
            await _refuse(BodyTooSlow(self._body_seconds), scope, receive, send)
        except BodyTooLarge as error:
            await _refuse_and_drain(error, receive, send)
        else:
            if body is not None:
                await self._app(scope, _replayed(body, receive), send)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The route may turn an error of the stream into one of its own, so the answer to it is given here."""
        refused: list[BokgiError] = []
        started = False

        async def send_unless_refused(message: Message) -> None:
            nonlocal started
            if not refused or started:
                started = True
                await send(message)

        try:
            check_announced(scope, self._upload_bytes)
            await self._app(scope, counted(receive, self._upload_bytes, refused), send_unless_refused)
        except (BodyTooLarge, BodyTooSlow) as error:
            refused.append(error)
        if refused and not started:
            await _refuse_and_drain(refused[0], receive, send)


def has_body(scope: Scope) -> bool:
    """Whether the client sends a body at all."""
    return header(scope, b"transfer-encoding") is not None or (header(scope, b"content-length") or "0") != "0"


def check_announced(scope: Scope, limit_bytes: int) -> None:
    """Refuse by the announced length, before a byte is read.

    Raises
    ------
    BodyTooLarge
    """
    length = header(scope, b"content-length") or "0"
    if length.isdigit() and int(length) > limit_bytes:
        raise BodyTooLarge(limit_bytes)


async def read_body(receive: Receive, limit_bytes: int) -> bytes | None:
    """The whole body; None where the client has gone.

    Raises
    ------
    BodyTooLarge
        More came than announced, or nothing was announced (chunks).
    """
    parts = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts += message.get("body", b"")
        if len(parts) > limit_bytes:
            raise BodyTooLarge(limit_bytes)
        if not message.get("more_body", False):
            return bytes(parts)


def counted(receive: Receive, limit_bytes: int, refused: list[BokgiError]) -> Receive:
    """Receive as a stream, but no more than the limit and with no long silence; what is refused is also put into the list."""
    seen = 0

    async def receive_counted() -> Message:
        nonlocal seen
        try:
            message = await asyncio.wait_for(receive(), UPLOAD_PAUSE_SECONDS)
        except TimeoutError:
            refused.append(BodyTooSlow(UPLOAD_PAUSE_SECONDS))
            raise refused[0] from None
        seen += len(message.get("body", b""))
        if seen > limit_bytes:
            refused.append(BodyTooLarge(limit_bytes))
            raise refused[0]
        return message

    return receive_counted


def _replayed(body: bytes, receive: Receive) -> Receive:
    is_given = False

    async def receive_again() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again


async def _refuse(error: BokgiError, scope: Scope, receive: Receive, send: Send) -> None:
    answer = _closing(error)
    await answer(scope, receive, send)


async def _refuse_and_drain(error: BokgiError, receive: Receive, send: Send) -> None:
    answer = _closing(error)
    await send({"type": "http.response.start", "status": answer.status_code, "headers": answer.raw_headers})
    await send({"type": "http.response.body", "body": bytes(answer.body), "more_body": True})
    await drain(receive)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def drain(receive: Receive, limit_bytes: int = DRAINED_BYTES, limit_seconds: float = DRAIN_SECONDS) -> int:
    """Throw away what the client still sends, within limits; gives the number of bytes."""
    seen = 0
    try:
        async with asyncio.timeout(limit_seconds):
            while seen <= limit_bytes:
                message = await receive()
                seen += len(message.get("body", b""))
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    break
    except TimeoutError:
        pass  # the client had its time; the connection closes behind the answer
    return seen


def _closing(error: BokgiError) -> Response:
    answer = response_of(error)
    answer.headers["Connection"] = "close"
    return answer
