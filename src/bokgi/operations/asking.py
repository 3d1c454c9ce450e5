"""Asking a service over HTTP the way a client does, over TCP or a Unix socket, and keeping what came back whole.

Convention: whatever happens is an answer: where nobody answered, `status` is 0 and `problem` says why. Every request carries an id of its
own, so that the service's log can be asked for it. The time is from before the connection to the last byte.
"""

import http.client
import json
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, TypeAlias
from urllib.parse import urlsplit

LIMIT_SECONDS = 30.0
LIMIT_BYTES = 64 << 20
_CHUNK = 1 << 16
NO_ANSWER = 0

Json: TypeAlias = Any
"""A value as it came out of JSON or YAML; whoever reads it checks its kind."""


def reachable(address: str) -> str:
    """The address under which a service is asked on its own machine: one that listens everywhere has no name of its own."""
    return address.replace("//0.0.0.0", "//127.0.0.1").replace("//[::]", "//[::1]")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request; `body` is sent as JSON where there is one."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes
    ----------
    status : HTTP status; 0 where there was no whole answer
    headers : by lower-case name
    seconds : from the first byte sent to the last received
    request_id : sent as `X-Request-Id`
    problem : why there is no answer, else empty
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float
    request_id: str
    problem: str = ""

    def json(self) -> Json:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket file."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


@dataclass(frozen=True)
class Asker:
    """Asks one service; a new connection each time, as a new client would.

    Attributes
    ----------
    base_url : such as `http://127.0.0.1:3000`; with a socket path it names the host only
    socket_path : private socket of a slot that has no traffic yet
    token : of a service that asks for one
    """

    base_url: str
    socket_path: Path | None = None
    token: str | None = None

    def ask(self, asked: Asked, limit_seconds: float = LIMIT_SECONDS) -> Answer:
        """Ask once."""
        request_id, began = secrets.token_hex(8), monotonic()
        headers = {"X-Request-Id": request_id, "Accept": "*/*", **self._authorization(), **asked.headers}
        content = None if asked.body is None else json.dumps(asked.body, ensure_ascii=False).encode()
        if content is not None:
            headers["Content-Type"] = "application/json"
        connection = self._connection(limit_seconds)
        try:
            connection.request(asked.method, asked.path, content, headers)
            response = connection.getresponse()
            body = _read(response, began + limit_seconds)
            seen = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, seen, body, monotonic() - began, request_id)
        except (OSError, http.client.HTTPException, ValueError) as error:
            problem = f"{type(error).__name__}: {error}"[:300]
            return Answer(NO_ANSWER, {}, b"", monotonic() - began, request_id, problem)
        finally:
            connection.close()

    def get(self, path: str, limit_seconds: float = LIMIT_SECONDS) -> Answer:
        """Ask for a path."""
        return self.ask(Asked("GET", path), limit_seconds)

    def _authorization(self) -> Mapping[str, str]:
        return {} if self.token is None else {"Authorization": f"Bearer {self.token}"}

    def _connection(self, limit_seconds: float) -> http.client.HTTPConnection:
        if self.socket_path is not None:
            return UnixConnection(self.socket_path, limit_seconds)
        address = urlsplit(self.base_url)
        kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        return kind(address.hostname or "127.0.0.1", address.port, timeout=limit_seconds)


def _read(response: http.client.HTTPResponse, deadline: float) -> bytes:
    """The whole body, unless it takes too long or is too large."""
    parts, size = [], 0
    while part := response.read1(_CHUNK):
        parts.append(part)
        size += len(part)
        if size > LIMIT_BYTES:
            raise http.client.HTTPException(f"the body is larger than {LIMIT_BYTES} bytes")
        if monotonic() > deadline:
            raise TimeoutError("the body did not end in time")
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
    return b"".join(parts)
