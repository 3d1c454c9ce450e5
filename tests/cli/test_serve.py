"""`bokgi serve`: real processes that start, refuse, die, come back and end."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from bokgi.data.demo import DEMO_INTERVAL
from bokgi.data.store import Store
from tests.cli.service_process import ServiceProcess, are_gone, command, environment_with, serving, wait_until
from tests.plain_http import NO_TLS
from tests.services.small_store import store_with

TOKEN = "a-long-word-that-nobody-guesses"
COMPUTING = ("numba", "llvmlite", "bokgi.engine.simulate", "bokgi.services.computation", "bokgi.strategies.kernels")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    with serving(tmp_path_factory.mktemp("serve"), "--demo") as started:
        started.wait_until_healthy()
        yield started


def refused(*arguments: str, **variables: str) -> tuple[int, str]:
    """Exit code and sentence of a command that must not start."""
    done = subprocess.run(command(*arguments), env=environment_with(**variables), capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == ""
    return done.returncode, done.stderr


def test_the_first_line_names_an_address_that_already_answers(service: ServiceProcess) -> None:
    assert service.line.startswith("Bokgi answers at http://127.0.0.1:")
    assert httpx.get(f"{service.address}/api/health/live", verify=NO_TLS).json()["status"] == "alive"


def test_healthy_means_that_the_demo_is_there_and_a_backtest_of_it_can_be_run(service: ServiceProcess) -> None:
    assert len(Store(service.home).series(DEMO_INTERVAL)) == 200
    body = {"strategy": "daily_trading", "stock_codes": [min(Store(service.home).series(DEMO_INTERVAL))]}
    with httpx.Client(base_url=service.address, verify=NO_TLS) as client:
        started = client.post("/api/backtest/start", json=body).json()
        assert started["worker_status"] == "connected"
        place = f"/api/backtest/result/{started['backtest_id']}"
        wait_until(lambda: client.get(place).json()["status"] not in ("queued", "running"), 30)
        result = client.get(place).json()
    assert result["status"] == "completed", result
    assert result["data"]["synthetic"] is True


def test_a_second_service_on_the_folder_refuses_and_names_the_first(service: ServiceProcess) -> None:
    code, sentence = refused("--home", str(service.home), "serve", "--port", "0")
    port = service.address.rsplit(":", 1)[1]
    assert code == 1
    assert f"process {service.process.pid} on 127.0.0.1, port {port}, since 20" in sentence
    assert sentence.count("\n") == 1


def test_a_port_in_use_is_one_sentence_with_the_remedy(service: ServiceProcess, tmp_path: Path) -> None:
    port = service.address.rsplit(":", 1)[1]
    for part in ("serve", "api"):
        code, sentence = refused("--home", str(tmp_path / part), part, "--port", port)
        assert (code, sentence.count("\n")) == (1, 1)
        assert f"Port {port} of 127.0.0.1 is in use" in sentence
        assert "--port" in sentence


def test_a_killed_worker_is_noticed_at_once_and_comes_back_by_itself(service: ServiceProcess) -> None:
    worker = service.worker()
    os.kill(worker.pid, signal.SIGKILL)
    wait_until(lambda: service.status() == "degraded", 3)
    answer = httpx.get(f"{service.address}/api/health", verify=NO_TLS)
    if answer.status_code == 503:
        assert answer.json()["services"] == {"database": "connected", "python_worker": "offline"}
    service.wait_until_healthy()
    assert service.worker().pid != worker.pid
    logged = [json.loads(line) for line in (service.home / "logs" / "serve.log").read_text().splitlines()]
    assert [line for line in logged if line.get("code") == "worker_ended" and "SIGKILL" in line["event"]]


def test_control_c_ends_everything_within_seconds_even_while_it_starts(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        family = service.family()
        began = time.monotonic()
        assert service.end(signal.SIGINT) == 0
        assert time.monotonic() - began < 10  # 0.8 s on a machine at rest, 3 s where the worker has to be killed
    assert are_gone(family)


@pytest.mark.drill
def test_no_process_outlives_a_service_that_was_killed(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        worker = service.worker()
        service.wait_until_healthy()
        family = service.family()
        service.process.kill()
        service.process.wait()
        wait_until(lambda: are_gone(family), 10)
    assert are_gone([worker])
    with serving(tmp_path) as again:
        assert again.address


def test_another_address_needs_a_token_and_then_asks_for_it(tmp_path: Path) -> None:
    code, sentence = refused("--home", str(tmp_path), "serve", "--port", "0", "--host", "0.0.0.0")
    assert (code, "BOKGI_TOKEN" in sentence) == (2, True)
    with serving(tmp_path, "--host", "0.0.0.0", BOKGI_TOKEN=TOKEN) as service:
        address = service.address.replace("0.0.0.0", "127.0.0.1")
        assert httpx.get(f"{address}/api/health/live", verify=NO_TLS).status_code == 200
        assert httpx.get(f"{address}/api/stocks/specific", verify=NO_TLS).status_code == 401
        allowed = httpx.get(f"{address}/api/stocks/specific", headers={"Authorization": f"Bearer {TOKEN}"}, verify=NO_TLS)
        assert allowed.status_code == 200
        environment = service.worker().environ()
    assert "BOKGI_TOKEN" not in environment
    assert TOKEN not in "".join(path.read_text() for path in (tmp_path / "logs").iterdir())


def test_the_demo_is_refused_beside_real_bars(tmp_path: Path) -> None:
    store_with(tmp_path, {"005930": 70_000.0})
    code, sentence = refused("--home", str(tmp_path), "serve", "--demo", "--port", "0")
    assert (code, "real bars" in sentence) == (2, True)


@contextmanager
def started(home: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """A part of the service; ended in any case, so that a test that fails waits for nobody. What it says lies in the home folder."""
    with (home / f"{arguments[0]}.err").open("w") as errors:
        line = command("--home", str(home), *arguments)
        with subprocess.Popen(line, env=environment_with(), stdout=subprocess.PIPE, stderr=errors, text=True) as process:
            try:
                yield process
            finally:
                process.kill()


def test_a_worker_alone_serves_an_api_alone(tmp_path: Path) -> None:
    with started(tmp_path, "api", "--port", "0") as api:
        assert api.stdout is not None
        service = ServiceProcess(api, tmp_path, api.stdout.readline())
        assert service.status() == "degraded"
        with started(tmp_path, "work", "--grace", "1") as work:
            service.wait_until_healthy()
            work.send_signal(signal.SIGTERM)
            assert work.wait(15) == 0, (tmp_path / "work.err").read_text()
        wait_until(lambda: service.status() == "degraded", 3)
        assert service.end() == 0


def test_the_process_that_answers_never_loads_the_engine() -> None:
    program = f"""
import sys
import bokgi.api.application, bokgi.api.server, bokgi.bootstrap.beside, bokgi.bootstrap.build, bokgi.cli.serve
print(sorted(set({COMPUTING!r}) & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def is_open(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), 1):
            return True
    except OSError:
        return False


def test_requests_in_flight_finish_and_nothing_is_left_behind(service: ServiceProcess) -> None:
    """The last test of the file: it ends the service."""
    family, worker = service.family(), service.worker()
    host, port = service.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 10) as client:
        client.sendall(b"POST /api/stocks/mode HTTP/1.1\r\nHost: localhost\r\nContent-Length: 14\r\n\r\n{")
        time.sleep(0.2)
        service.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not is_open(host, int(port)), 5)
        client.sendall(b'"mode":"all"}')
        answer = client.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"connection: close" in answer
    assert service.process.wait(15) == 0
    assert worker in family
    assert are_gone(family)
