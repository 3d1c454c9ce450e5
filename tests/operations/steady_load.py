"""A steady load on a service, in a process of its own: new and kept-alive connections, reads and writes, and every failure counted.

Convention: a request that was sent and got no whole answer has failed; nothing is sent twice. A kept connection that the service closed
while it rested is opened anew, as every client does. `python -m tests.operations.steady_load URL RATE` runs until its input closes and
then says what it saw, as JSON.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CLIENTS = 20
ANSWER_SECONDS = 30.0
MODE = b'{"mode":"all"}'
REQUESTS = (
    b"GET /api/status HTTP/1.1\r\nHost: localhost\r\n",
    b"POST /api/stocks/mode HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n" % len(MODE),
    b"GET /api/health HTTP/1.1\r\nHost: localhost\r\n",
    b"GET /api/health/live HTTP/1.1\r\nHost: localhost\r\n",
)


@dataclass
class Client:
    """One client: asks the same again and again, on one connection or on a new one each time."""

    host: str
    port: int
    number: int
    answered: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    slowest: float = 0.0
    connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    @property
    def is_keeping(self) -> bool:
        return self.number % 2 == 0

    async def run(self, step: float, over: asyncio.Event) -> None:
        due = time.monotonic() + step * self.number / CLIENTS
        while not over.is_set():
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            due = max(due + step, time.monotonic() - 10 * step)
            began = time.monotonic()
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await self.ask()
            except (OSError, EOFError, ValueError, TimeoutError) as error:
                self.failed.append(f"{type(error).__name__}: {error} (client {self.number}, {time.monotonic() - began:.3f} s)")
                self.close()
            self.slowest = max(self.slowest, time.monotonic() - began)

    async def ask(self) -> None:
        reader, writer = await self.connected()
        request = REQUESTS[self.number // 2 % len(REQUESTS)]
        keeping = b"" if self.is_keeping else b"Connection: close\r\n"
        writer.write(request + keeping + b"\r\n" + (MODE if request.startswith(b"POST") else b""))
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.split("content-length:")[1].split("\r\n")[0])
        body = await reader.readexactly(length)
        if not head.startswith("http/1.1 200"):
            raise ValueError(f"{head.splitlines()[0]} {body[:200]!r}")
        self.answered[str(json.loads(body).get("release", "other"))] += 1
        if not self.is_keeping or "connection: close" in head:
            self.close()

    async def connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.connection is not None and self.connection[0].at_eof():
            self.close()
        if self.connection is None:
            self.connection = await asyncio.open_connection(self.host, self.port)
        return self.connection

    def close(self) -> None:
        if self.connection is not None:
            self.connection[1].close()
            self.connection = None


async def main(address: str, rate: float) -> None:
    place = urlsplit(address)
    clients = [Client(str(place.hostname), int(place.port or 0), number) for number in range(CLIENTS)]
    over, began = asyncio.Event(), time.monotonic()
    running = [asyncio.create_task(client.run(CLIENTS / rate, over)) for client in clients]
    await asyncio.to_thread(sys.stdin.read)
    over.set()
    await asyncio.gather(*running)
    answered: Counter[str] = sum((client.answered for client in clients), Counter())
    seconds = time.monotonic() - began
    said = {
        "answered": answered,
        "failed": [failure for client in clients for failure in client.failed],
        "a_second": round(answered.total() / seconds, 1),
        "slowest": round(max(client.slowest for client in clients), 3),
    }
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
