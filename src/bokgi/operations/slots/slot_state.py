"""What a slot says of itself, in a file that is written whole or not at all.

Convention: a state is believed only while the process that wrote it lives, which is told by number and time of start together: numbers
of processes come again.
"""

import json
import os
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Self

import psutil


class Phase(StrEnum):
    """What a slot is about; it is starting until its worker is ready for the first time."""

    STARTING = "starting"
    STANDBY = "standby"
    TAKING = "taking"
    ENDING = "ending"


@dataclass(frozen=True, slots=True)
class SlotState:
    """started : of the process, as the system tells it [s since 1970]; draining : former times in traffic that still finish answers"""

    name: str
    pid: int
    started: float
    phase: Phase = Phase.STARTING
    draining: int = 0

    @classmethod
    def mine(cls, name: str) -> Self:
        """The state of the process that asks."""
        return cls(name, os.getpid(), started_at(os.getpid()))

    def at(self, phase: Phase, draining: int) -> "SlotState":
        """The same slot in another phase."""
        return replace(self, phase=phase, draining=draining)

    @property
    def is_alive(self) -> bool:
        """Whether the process that wrote this still runs."""
        return is_running(self.pid, self.started)


def write_state(place: Path, state: SlotState) -> None:
    """Write it; readers see the old one or the new one."""
    beside = place.with_name(f"{place.name}.{os.getpid()}")
    beside.write_text(json.dumps(asdict(state)), encoding="utf-8")
    beside.replace(place)


def read_state(place: Path) -> SlotState | None:
    """The state in a file; None where no slot has written one."""
    try:
        given = json.loads(place.read_text(encoding="utf-8"))
        return SlotState(**{**given, "phase": Phase(given["phase"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def started_at(pid: int) -> float:
    """When a process was started [s since 1970]; 0 where there is none."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return 0.0


def is_running(pid: int, started: float) -> bool:
    """Whether that very process runs; one that has ended and was not yet waited for does not."""
    try:
        process = psutil.Process(pid)
        return bool(abs(process.create_time() - started) < 1.0 and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
