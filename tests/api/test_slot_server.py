"""A slot that is ended while somebody waits for an answer gives it first."""

import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx

from tests.architecture.source_tree import ROOT
from tests.cli.service_process import wait_until
from tests.plain_http import NO_TLS

ROLLBACK_SECONDS = 0.05
"""So soon after the traffic has moved a failed release is told to end."""


def test_a_request_in_flight_is_answered_by_a_slot_that_is_ended(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.touch()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(16)
        number = listening.fileno()
        words = [sys.executable, "-m", "tests.api.slow_slot", str(tmp_path / "p"), str(number), str(state)]
        with subprocess.Popen(words, cwd=ROOT, pass_fds=[number]) as slot:
            wait_until(lambda: "standby" in state.read_text(), 60)
            slot.send_signal(signal.SIGUSR1)
            wait_until(lambda: "taking" in state.read_text(), 10)
            answers: list[int] = []
            url = f"http://127.0.0.1:{listening.getsockname()[1]}/slow"
            client = threading.Thread(target=lambda: answers.append(httpx.get(url, timeout=30, verify=NO_TLS).status_code))
            client.start()
            time.sleep(0.5)
            slot.send_signal(signal.SIGUSR2)
            time.sleep(ROLLBACK_SECONDS)
            slot.send_signal(signal.SIGTERM)
            client.join(30)
            assert slot.wait(60) == 0
    assert answers == [200]
    assert state.read_text().split()[-1] == "ending"
