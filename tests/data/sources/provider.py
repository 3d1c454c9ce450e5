"""A server on this machine that answers in a provider's place, and the way of a package's requests to it.

The packages are the real ones and talk HTTP over a real socket; only the host of each address is exchanged before it is sent. The server
keeps what it was asked.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

import pytest

ASKED_HOST = "X-Asked-Host"


@dataclass(frozen=True)
class Question:
    """What a package asked: the host that it meant, and the parameters of address or form."""

    method: str
    host: str
    path: str
    values: dict[str, str]


@dataclass(frozen=True)
class Reply:
    body: bytes | str = b""
    status: int = 200
    content_type: str = "application/json"


@dataclass
class Provider:
    """Answers by `answer`; `asked` are the questions so far."""

    answer: Callable[[Question], Reply]
    asked: list[Question] = field(default_factory=list)
    port: int = 0

    def of(self, host: str) -> list[Question]:
        return [question for question in self.asked if question.host == host]


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply(parse_qs(urlsplit(self.path).query))

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            self._reply(parse_qs(self.rfile.read(length).decode()))

        def _reply(self, values: dict[str, list[str]]) -> None:
            plain = {name: found[0] for name, found in values.items()}
            question = Question(self.command, self.headers.get(ASKED_HOST, ""), urlsplit(self.path).path, plain)
            provider.asked.append(question)
            reply = provider.answer(question)
            body = reply.body.encode() if isinstance(reply.body, str) else reply.body
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextmanager
def serving(answer: Callable[[Question], Reply]) -> Iterator[Provider]:
    """A provider on a free port of this machine."""
    provider = Provider(answer)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    server.daemon_threads = True
    provider.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def send_to(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on `requests` and `curl_cffi` reach this machine's port instead of any host; another call names another port."""
    import curl_cffi.requests
    import requests.adapters

    send = _original(requests.adapters.HTTPAdapter, "send")
    request = _original(curl_cffi.requests.Session, "request")

    def sent(adapter: object, prepared: requests.PreparedRequest, **options: object) -> object:
        prepared.headers[ASKED_HOST] = urlsplit(str(prepared.url)).hostname or ""
        prepared.url = _moved(str(prepared.url), port)
        return send(adapter, prepared, **options | {"proxies": {}})

    def asked(session: object, method: str, url: str, **options: Any) -> object:
        headers = dict(options.pop("headers", None) or {}) | {ASKED_HOST: urlsplit(url).hostname}
        return request(session, method, _moved(url, port), headers=headers, **options)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", sent)
    monkeypatch.setattr(curl_cffi.requests.Session, "request", asked)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


_originals: dict[tuple[type, str], Callable[..., object]] = {}


def _original(owner: type, name: str) -> Callable[..., object]:
    """What stood there before any test changed it."""
    return _originals.setdefault((owner, name), getattr(owner, name))


def _moved(url: str, port: int) -> str:
    parts = urlsplit(url)
    return urlunsplit(("http", f"127.0.0.1:{port}", parts.path, parts.query, ""))
