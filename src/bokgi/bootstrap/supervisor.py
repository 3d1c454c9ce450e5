"""The worker process beside the service: started, started again when it dies, and ended with the service.

Convention: the child holds the other end of a pipe (its standard input) and ends when that closes, so it never outlives its parent, not
even one that was killed. It is started again after a pause that grows while it keeps dying and is never longer than `LONGEST_SECONDS`.
"""

import logging
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from bokgi.errors.processes import WorkerEnded

FIRST_SECONDS, LONGEST_SECONDS = 0.1, 30.0
SETTLED_SECONDS = 60.0
"""A worker that lived this long begins a new count of deaths."""
LAST_LINES = 5
KILL_SECONDS = 1.0
RELAY_SECONDS = 0.3
_LOG = logging.getLogger("bokgi.supervisor")


class Supervisor:
    """Keeps one child process running.

    Parameters
    ----------
    on_death : called before the child is started again, so that nobody takes the dead one for ready
    tell : gets each line that the child writes to its standard error
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        on_death: Callable[[], None] = lambda: None,
        tell: Callable[[str], None] = lambda _line: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._command, self._environment = list(command), dict(environment)
        self._on_death, self._tell, self._clock = on_death, tell, clock
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._keep, name="supervisor", daemon=True)
        self._deaths = 0
        self._lines: deque[str] = deque(maxlen=LAST_LINES)

    @property
    def pid(self) -> int | None:
        """Process of the child, None between two."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else None

    def start(self) -> None:
        """Start the child, and go on doing so until `stop`."""
        self._start_child()
        self._thread.start()

    def stop(self, grace_seconds: float) -> None:
        """Ask the child to end, and end it after the time."""
        with self._lock:
            self._ending.set()
            child = self._child
        if child is not None:
            end_child(child, grace_seconds)
            self._relay.join(RELAY_SECONDS)
        if self._thread.is_alive():
            self._thread.join(KILL_SECONDS)

    def _keep(self) -> None:
        while not self._ending.is_set():
            child = self._child
            assert child is not None
            began = self._clock()
            child.wait()
            close_pipe(child)
            if self._ending.is_set():
                return
            pause_seconds = self._pause(self._clock() - began)
            ended = WorkerEnded(child.pid, reason_of(child.returncode), pause_seconds, self._last_words())
            _LOG.warning("%s", ended, extra={"code": ended.code, "deaths": self._deaths})
            self._on_death()
            if not self._ending.wait(pause_seconds):
                self._start_child()

    def _start_child(self) -> None:
        with self._lock:
            if self._ending.is_set():
                return
            self._child = subprocess.Popen(  # noqa: S603  # our own interpreter with our own module
                self._command, env=self._environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace"
            )
            self._lines.clear()
            self._relay = threading.Thread(target=self._hand_on, args=(self._child,), name="worker-lines", daemon=True)
            self._relay.start()

    def _hand_on(self, child: "subprocess.Popen[str]") -> None:
        """Hand on what the child says; children of its own may hold the pipe for a moment longer than it lives."""
        assert child.stderr is not None
        with child.stderr as lines:
            for line in lines:
                self._lines.append(line.rstrip("\n"))
                self._tell(self._lines[-1])

    def _last_words(self) -> str:
        self._relay.join(RELAY_SECONDS)
        return " / ".join(self._lines)

    def _pause(self, lived_seconds: float) -> float:
        self._deaths = 1 if lived_seconds >= SETTLED_SECONDS else self._deaths + 1
        return pause_after(self._deaths)


def pause_after(deaths: int) -> float:
    """Seconds to wait before the next start, by the number of deaths in a row."""
    return float(min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** min(deaths - 1, 20)))


def reason_of(return_code: int) -> str:
    """Why a process ended, in a word: its exit code, or the signal that ended it."""
    if return_code >= 0:
        return f"exit code {return_code}"
    try:
        return signal.Signals(-return_code).name
    except ValueError:
        return f"signal {-return_code}"


def end_child(child: "subprocess.Popen[str]", grace_seconds: float) -> None:
    """Ask a process to end, wait, then end it."""
    child.terminate()
    try:
        child.wait(grace_seconds)
    except subprocess.TimeoutExpired:
        _LOG.warning("the worker %d did not end within %g s; it is killed, its runs go on at the next start", child.pid, grace_seconds)
        child.kill()
        child.wait()
    close_pipe(child)


def close_pipe(child: "subprocess.Popen[str]") -> None:
    """Close our end of the pipe that tells the child that we live."""
    if child.stdin is not None:
        child.stdin.close()
