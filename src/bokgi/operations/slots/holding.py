"""Becoming the holder: from slots that live on, from systemd, or with a socket of one's own.

Convention: whoever has the socket and the lock of the folder already gives them; only what nobody has is made anew.
"""

import os
import socket
from pathlib import Path

from bokgi.operations.slots.handing_over import taken_from
from bokgi.operations.slots.memory import remembered
from bokgi.operations.slots.slot_files import SlotFiles
from bokgi.operations.slots.slot_state import read_state

FIRST_OF_SYSTEMD = 3


def files_of_living_slots(folder: Path) -> tuple[int, int] | None:
    """Listening socket and lock, from the first slot that lives; None where none does."""
    for name in (slot["name"] for slot in remembered(folder)["slots"]):
        files = SlotFiles.of(folder, name)
        state = read_state(files.state)
        if state is not None and state.is_alive:
            given = taken_from(files.handing_over)
            if given:
                return given[0], given[1]
    return None


def socket_of_systemd() -> int | None:
    """The socket that systemd opened for this process; None where it did not."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()) or int(os.environ.get("LISTEN_FDS", "0")) < 1:
        return None
    return FIRST_OF_SYSTEMD


def address_of(descriptor: int) -> tuple[str, int]:
    """Host and port of a listening socket."""
    with socket.socket(fileno=os.dup(descriptor)) as listening:
        host, port = listening.getsockname()[:2]
    return str(host), int(port)
