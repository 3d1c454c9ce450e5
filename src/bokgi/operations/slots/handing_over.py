"""Open files go from a slot to a holder that comes back: the listening socket, and the lock that says who serves the folder.

Convention: the socket lies in a folder that only the owner may open; who can connect gets the files.
"""

import contextlib
import socket
import threading
from collections.abc import Sequence
from pathlib import Path

_WORD = b"bokgi"
_MOST = 8
WAIT_SECONDS = 2.0


def offer(place: Path, descriptors: Sequence[int]) -> None:
    """Give the files to everybody who connects, for as long as this process lives."""
    place.unlink(missing_ok=True)
    offering = socket.socket(socket.AF_UNIX)
    offering.bind(str(place))
    place.chmod(0o600)
    offering.listen(4)
    threading.Thread(target=_go_on, args=(offering, tuple(descriptors)), name="handing-over", daemon=True).start()


def _go_on(offering: socket.socket, descriptors: tuple[int, ...]) -> None:
    while True:
        asking, _ = offering.accept()
        with asking, contextlib.suppress(OSError):
            socket.send_fds(asking, [_WORD], list(descriptors))


def taken_from(place: Path) -> tuple[int, ...]:
    """Files of a slot, open in this process; none where nobody gives any."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(WAIT_SECONDS)
        try:
            asking.connect(str(place))
            word, descriptors, _, _ = socket.recv_fds(asking, len(_WORD), _MOST)
        except OSError:
            return ()
    return tuple(descriptors) if word == _WORD else ()
