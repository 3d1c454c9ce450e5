"""A small HTTP/1.1 client for load: keep-alive connections, a fixed rate, and the time of each answer. It costs little beside the server.

Convention: seconds of wall time; a request at a fixed rate is timed from the moment at which it was due, so a server that stalls cannot
hide its stall by slowing the client down.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Answers:
    """What came back: seconds of each answer, and everything that was no 2xx."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """Seconds that this share of answers stayed under."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Connection:
    """One connection that is kept alive."""

    def __init__(self, host: str, port: int) -> None:
        self._place = (host, port)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        """Status and body of one request."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._place)
        reader, writer = self._streams
        content = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: {self._place[0]}:{self._place[1]}\r\nContent-Length: {len(content)}\r\n"
        head += "Content-Type: application/json\r\n\r\n" if content else "\r\n"
        writer.write(head.encode() + content)
        await writer.drain()
        return await self._read(reader)

    async def json(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """The JSON object of an answer that must be 2xx."""
        status, content = await self.ask(method, path, body)
        if status // 100 != 2:
            raise RuntimeError(f"{method} {path}: {status} {content[:300]!r}")
        found: dict[str, Any] = json.loads(content)
        return found

    async def close(self) -> None:
        """Let go of the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _read(self, reader: asyncio.StreamReader) -> tuple[int, bytes]:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        status = int(head.split(" ", 2)[1])
        if "transfer-encoding: chunked" in head:
            return status, await _chunks(reader)
        length = next((line.split(":", 1)[1] for line in head.split("\r\n") if line.startswith("content-length:")), "0")
        content = await reader.readexactly(int(length))
        if "connection: close" in head:
            await self.close()
        return status, content


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int((await reader.readline()).strip() or b"0", 16):
        parts.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(parts)


async def at_rate(host: str, port: int, paths: Sequence[str], a_second: float, seconds: float, connections: int) -> dict[str, Answers]:
    """Ask the paths in turns at a fixed rate over some connections."""
    answers = {path: Answers() for path in paths}
    loop = asyncio.get_running_loop()
    began = loop.time() + 0.2
    count = int(a_second * seconds)

    async def one(first: int) -> None:
        connection = Connection(host, port)
        for number in range(first, count, connections):
            due = began + number / a_second
            await asyncio.sleep(max(0.0, due - loop.time()))
            await _timed(connection, paths[number % len(paths)], answers, due)
        await connection.close()

    await asyncio.gather(*(one(first) for first in range(connections)))
    return answers


async def _timed(connection: Connection, path: str, answers: dict[str, Answers], due: float) -> None:
    loop = asyncio.get_running_loop()
    try:
        status, _ = await connection.ask("GET", path)
    except (OSError, asyncio.IncompleteReadError, ValueError) as error:
        answers[path].errors.append(repr(error))
        await connection.close()
        return
    answers[path].seconds.append(loop.time() - due)
    if status // 100 != 2:
        answers[path].errors.append(str(status))


async def many_at_once(host: str, port: int, path: str, connections: int, requests: int, a_second: float) -> Answers:
    """Open all connections, hold them open together, and ask over each of them several times.

    a_second : requests over all connections; a service refuses a client that asks faster than its limit
    """
    answers = Answers()
    everyone_is_open = asyncio.Event()
    open_now = 0

    loop = asyncio.get_running_loop()
    start = loop.time()

    async def one(place: int) -> None:
        nonlocal open_now
        connection = Connection(host, port)
        for number in range(requests):
            await asyncio.sleep(max(0.0, start + (number * connections + place) / a_second - loop.time()))
            began = loop.time()
            await _timed(connection, path, {path: answers}, began)
            if number == 0:
                open_now += 1
                if open_now == connections:
                    everyone_is_open.set()
                await everyone_is_open.wait()
        await connection.close()

    await asyncio.gather(*(one(place) for place in range(connections)))
    return answers
