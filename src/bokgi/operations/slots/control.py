"""How the holder is spoken to: one JSON line there and one back, over a Unix socket that only the owner may open."""

import json
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bokgi.errors.releases import HolderAbsent, HolderRefused
from bokgi.operations.slots.slot_files import control_socket
from bokgi.operations.slots.slot_state import Phase

ANSWER_SECONDS = 60.0
LONGEST_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class SlotReport:
    """pid : 0 while there is no process; deaths : how often it ended without being told to; last_words : of its last process"""

    name: str
    pid: int
    phase: Phase | None
    draining: int
    deaths: int
    last_words: str


@dataclass(frozen=True, slots=True)
class HolderReport:
    """wanted : the slot that is to take traffic; taking : the one that does"""

    pid: int
    address: str
    wanted: str | None
    taking: str | None
    slots: Mapping[str, SlotReport]


@dataclass(frozen=True, slots=True)
class Switched:
    """milliseconds : from the order until the new slot took clients and the old one took none; from_slot : None the first time"""

    from_slot: str | None
    to_slot: str
    milliseconds: float
    pids: Mapping[str, int]


class HolderClient:
    """Orders for the holder of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def report(self) -> HolderReport:
        """What the holder knows.

        Raises
        ------
        HolderAbsent
        """
        given = self._ask({"order": "report"})
        slots = {name: _slot(facts) for name, facts in given["slots"].items()}
        return HolderReport(given["pid"], given["address"], given["wanted"], given["taking"], slots)

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start a slot that takes no traffic; one that runs is left alone."""
        self._ask({"order": "start", "name": name, "command": list(command), "environment": dict(environment)})

    def switch(self, name: str) -> Switched:
        """Let a slot take the traffic, and the one that had it rest.

        Raises
        ------
        HolderAbsent, HolderRefused
        """
        return Switched(**self._ask({"order": "switch", "name": name}))

    def rest(self, name: str) -> None:
        """A slot that was left for good reason neither stands in for another nor is started again; a holder of old does not know it.

        Raises
        ------
        HolderAbsent, HolderRefused
        """
        self._ask({"order": "rest", "name": name})

    def end(self, name: str) -> None:
        """End a slot that takes no traffic, after what it computes."""
        self._ask({"order": "end", "name": name})

    def finish(self) -> None:
        """End all slots and the holder itself."""
        self._ask({"order": "finish"})

    def _ask(self, order: Mapping[str, Any]) -> Any:  # noqa: ANN401  # plain JSON
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(ANSWER_SECONDS)
            try:
                asking.connect(str(control_socket(self.folder)))
                asking.sendall(json.dumps(order).encode() + b"\n")
                line = read_line(asking)
            except OSError as error:
                raise HolderAbsent(str(self.folder), error.strerror or str(error)) from error
        if not line:
            raise HolderAbsent(str(self.folder), "it ended within its answer")
        given = json.loads(line)
        if "refused" in given:
            raise HolderRefused(str(order.get("name", order["order"])), given["refused"])
        return given["done"]


def _slot(facts: Mapping[str, Any]) -> SlotReport:
    return SlotReport(**{**facts, "phase": Phase(facts["phase"]) if facts["phase"] else None})


def read_line(connection: socket.socket) -> bytes:
    """Bytes up to the end of a line, or up to the end."""
    kept = b""
    while not kept.endswith(b"\n") and len(kept) < LONGEST_LINE:
        more = connection.recv(65_536)
        if not more:
            break
        kept += more
    return kept
