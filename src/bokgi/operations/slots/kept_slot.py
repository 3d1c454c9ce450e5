"""One slot as its holder sees it: how it is started, the process that it is, and what became of the processes before.

Convention: a slot may have been started by a holder that is gone, so a process is known by number and time of start, not as a child.
"""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bokgi.operations.slots.slot_files import SlotFiles
from bokgi.operations.slots.slot_state import Phase, SlotState, is_running, read_state, started_at

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.1, 30.0
LAST_BYTES = 2000
OBEY_SECONDS = 5.0
STEP_SECONDS = 0.002


@dataclass
class KeptSlot:
    """has_served : it has taken traffic, so it is started again when it dies; ending : it was told to end, and is killed at that time"""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    files: SlotFiles
    pid: int = 0
    started: float = 0.0
    has_served: bool = False
    deaths: int = 0
    again_at: float = 0.0
    ending: float | None = None
    child: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def to_json(self) -> Mapping[str, Any]:
        """What another holder needs to go on."""
        names = ("name", "command", "environment", "pid", "started", "has_served", "deaths")
        return {name: getattr(self, name) for name in names}

    def start(self, descriptors: tuple[int, int]) -> None:
        """Start the process; it inherits the listening socket and the lock."""
        public, lock = descriptors
        self.files.state.unlink(missing_ok=True)
        words = [*self.command, "--folder", str(self.files.state.parent), "--public", str(public), "--lock", str(lock)]
        with self.files.output.open("wb") as output:
            self.child = subprocess.Popen(  # noqa: S603  # the interpreter and the code of a release that was checked
                words,
                env=dict(self.environment),
                pass_fds=descriptors,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.pid, self.started = self.child.pid, started_at(self.child.pid)

    @property
    def state(self) -> SlotState | None:
        """What the slot says of itself; None while its process has not spoken or has gone."""
        said = read_state(self.files.state)
        return said if said is not None and said.pid == self.pid and self.is_alive else None

    @property
    def phase(self) -> Phase | None:
        """Its phase; None while its process has not spoken or has gone."""
        said = self.state
        return None if said is None else said.phase

    @property
    def is_alive(self) -> bool:
        """Whether its process runs."""
        if self.child is not None and self.child.pid == self.pid and self.child.poll() is not None:
            return False
        return self.pid > 0 and is_running(self.pid, self.started)

    def order(self, number: signal.Signals, phase: Phase) -> bool:
        """Send an order and wait until the slot is in the phase; False where it does not obey in time."""
        if not self.is_alive:
            return False
        os.kill(self.pid, number)
        deadline = time.monotonic() + OBEY_SECONDS
        while self.phase is not phase:
            if time.monotonic() > deadline or not self.is_alive:
                return False
            time.sleep(STEP_SECONDS)
        return True

    def end(self, limit_seconds: float) -> None:
        """Ask it to end; it is killed when the time is over."""
        self.ending = time.monotonic() + limit_seconds
        self.send(signal.SIGTERM)

    def send(self, number: signal.Signals) -> None:
        """Send a signal where there is a process."""
        if self.is_alive:
            os.kill(self.pid, number)

    def has_died(self) -> None:
        """Count a death that nobody asked for, and choose the time of the next start."""
        self.deaths += 1
        self.pid = 0
        self.again_at = time.monotonic() + min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** min(self.deaths - 1, 20))

    @property
    def last_words(self) -> str:
        """The end of what its last process wrote to the terminal."""
        try:
            return self.files.output.read_bytes()[-LAST_BYTES:].decode("utf-8", "replace")
        except OSError:
            return ""

    def remove_files(self) -> None:
        """Nothing is left of it."""
        for path in (self.files.state, self.files.private, self.files.handing_over, self.files.output):
            path.unlink(missing_ok=True)
