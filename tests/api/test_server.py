"""The listening server: clients that are slow, large or talk something else, met on a real socket."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest
import uvicorn

from bokgi.api.listening import bind
from bokgi.api.server import HEADER_BYTES, PatientProtocol, address_of, is_answering
from bokgi.errors.processes import AddressRefused, PortInUse
from tests.api.framed import app_with, built_application
from tests.plain_http import NO_TLS

HEADER_SECONDS = 0.4


class Impatient(PatientProtocol):
    header_seconds = HEADER_SECONDS


@contextmanager
def listening_service(tmp_path_factory: pytest.TempPathFactory, protocol: type[PatientProtocol] = Impatient) -> Iterator[socket.socket]:
    with built_application(tmp_path_factory.mktemp("server")) as application, bind("127.0.0.1", 0) as listening:
        configuration = uvicorn.Config(app_with(application), http=protocol, ws="none", lifespan="off", log_config=None)
        server = uvicorn.Server(configuration)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            threading.Event().wait(0.01)
        try:
            yield listening
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def listening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[socket.socket]:
    with listening_service(tmp_path_factory) as listening:
        yield listening


def said_to(listening: socket.socket, *parts: bytes, seconds: float = 5.0) -> tuple[int, dict[str, object]]:
    """Status and body of what the server answers before it closes."""
    with socket.create_connection(listening.getsockname()[:2], seconds) as client:
        for part in parts:
            client.sendall(part)
        received = b"".join(iter(lambda: client.recv(65_536), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"content-type: application/json" in head
    return int(head.split()[1]), json.loads(body)


def test_headers_that_do_not_come_are_not_waited_for(listening: socket.socket) -> None:
    for begun in (b"", b"GET /api/health HTTP/1.1\r\nHost: localh"):
        status, body = said_to(listening, begun)
        assert (status, body["code"]) == (408, "headers_too_slow")


def test_headers_that_drip_are_not_waited_for(listening: socket.socket) -> None:
    with socket.create_connection(listening.getsockname()[:2], 5) as client:
        client.sendall(b"GET / HTTP/1.1\r\n")
        answer = b""
        for number in range(60):
            try:
                client.sendall(b"X-%d: 1\r\n" % number)
            except OSError:
                break
            client.settimeout(0.05)
            try:
                answer += client.recv(1000)
            except TimeoutError:
                continue
            break
    assert answer.startswith(b"HTTP/1.1 408")


def test_a_second_request_on_a_connection_has_its_own_time(listening: socket.socket) -> None:
    with httpx.Client(base_url=address_of(listening), verify=NO_TLS) as client:
        assert client.get("/api/health/live").status_code == 200
        threading.Event().wait(HEADER_SECONDS * 1.5)
        assert client.get("/api/health/live").status_code == 200


def test_headers_without_an_end_are_refused(listening: socket.socket) -> None:
    lines = b"X-Long: " + b"x" * 1000 + b"\r\n"
    status, body = said_to(listening, b"GET / HTTP/1.1\r\nHost: localhost\r\n", lines * (HEADER_BYTES // 1000 + 10))
    assert (status, body["code"]) == (431, "headers_too_large")


@pytest.mark.parametrize(
    "given", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"HELLO\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET \x00 HTTP/1.1\r\n\r\n"]
)
def test_what_is_no_http_gets_a_sentence(listening: socket.socket, given: bytes) -> None:
    status, body = said_to(listening, given)
    assert (status, body["code"]) == (400, "request_malformed")


def test_a_client_that_sends_fifty_mebibytes_sees_the_answer(listening: socket.socket) -> None:
    with httpx.Client(base_url=address_of(listening), timeout=30, verify=NO_TLS) as client:
        answer = client.post("/api/stocks/mode", content=b" " * (50 << 20))
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
        chunked = client.post("/api/stocks/mode", content=(b" " * (1 << 20) for _ in range(50)))
        assert (chunked.status_code, chunked.json()["code"]) == (413, "body_too_large")


def test_five_hundred_slow_clients_keep_nobody_else_waiting(listening: socket.socket) -> None:
    slow = [socket.create_connection(listening.getsockname()[:2], 5) for _ in range(500)]
    for each in slow:
        each.sendall(b"POST /api/stocks/mode HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
    with httpx.Client(base_url=address_of(listening), timeout=5, verify=NO_TLS) as client:
        assert {client.get("/api/health/live").status_code for _ in range(20)} == {200}
    for each in slow:
        each.close()


def test_many_clients_at_once_are_all_answered(tmp_path_factory: pytest.TempPathFactory) -> None:
    with listening_service(tmp_path_factory, PatientProtocol) as listening, ThreadPoolExecutor(16) as pool:
        address = f"{address_of(listening)}/api/health/live"

        def asked(_number: int) -> int:
            return httpx.get(address, timeout=30, verify=NO_TLS).status_code

        assert set(pool.map(asked, range(64))) == {200}


def test_a_port_in_use_is_said_with_what_to_do(listening: socket.socket) -> None:
    host, port = listening.getsockname()
    with pytest.raises(PortInUse, match=rf"Port {port} of 127.0.0.1 is in use .* --port"):
        bind(host, port)


def test_an_address_that_is_not_ours_is_said(listening: socket.socket) -> None:
    with pytest.raises(AddressRefused, match=r"192\.0\.2\.1"):
        bind("192.0.2.1", 0)


def test_whether_the_service_answers_is_asked_over_http(listening: socket.socket) -> None:
    assert asyncio.run(is_answering(listening))
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        assert not asyncio.run(is_answering(closed))
