"""Which release a host runs, which one it would go back to, and which ones failed: one small file, written whole or not at all."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from bokgi.errors.releases import HostStateDamaged
from bokgi.operations.evidence_log import write_synced

STATE_NAME = "state.json"


@dataclass(frozen=True, slots=True)
class HostState:
    """current, previous : names of releases; bad : those that failed, with the reason"""

    current: str | None = None
    previous: str | None = None
    bad: Mapping[str, str] = field(default_factory=dict)

    def with_current(self, name: str) -> "HostState":
        """After a switch: what was current is what one would go back to, unless it is bad."""
        if name == self.current:
            return self
        before = self.current if self.current not in self.bad else self.previous
        return replace(self, current=name, previous=before if before != name else None)

    def with_bad(self, name: str, reason: str) -> "HostState":
        """A release that failed is never chosen again."""
        previous = self.previous if self.previous != name else None
        return replace(self, previous=previous, bad={**self.bad, name: reason})


def read_host_state(root: Path) -> HostState:
    """The state of a host; an empty one where nothing was released yet.

    Raises
    ------
    HostStateDamaged
    """
    place = root / STATE_NAME
    try:
        return HostState(**json.loads(place.read_bytes())) if place.is_file() else HostState()
    except (ValueError, TypeError) as error:
        raise HostStateDamaged(str(place), str(error)) from error


def write_host_state(root: Path, state: HostState) -> None:
    """Write the state."""
    write_synced(root / STATE_NAME, json.dumps(asdict(state), ensure_ascii=False, indent=1).encode())
