"""What a holder wrote down for the next one: the slots, and which of them is wanted.

Convention: a file that cannot be read is copied aside and keeps no holder from its work. What lives then is found by what the slots say
of themselves and by what the system knows of their processes; a slot that does not live is not known any more.
"""

import json
import logging
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from bokgi.operations.slots.slot_state import Phase, SlotState, read_state

MEMORY, ASIDE = "slots.json", "slots.json.damaged"
_NAMES = {"name", "command", "environment", "pid", "started", "has_served", "deaths"}
_OWN_OPTIONS = 6
"""Words that the holder adds to the command of a slot."""
_LOG = logging.getLogger("bokgi.holder")


def remembered(folder: Path) -> Mapping[str, Any]:
    """`wanted` and `slots` of the holder before; empty where there was none."""
    place = folder / MEMORY
    if not place.is_file():
        return {"wanted": None, "slots": []}
    try:
        kept = json.loads(place.read_bytes())
        return {"wanted": kept["wanted"], "slots": [_checked(slot) for slot in kept["slots"]]}
    except (ValueError, KeyError, TypeError) as error:
        _LOG.warning("%s is damaged (%s); what lives is looked up", place, error)
        with suppress(OSError):
            shutil.copyfile(place, folder / ASIDE)
        return _looked_up(folder)


def _checked(slot: object) -> Mapping[str, Any]:
    if not isinstance(slot, dict) or set(slot) != _NAMES:
        raise ValueError("it names no slot")
    return slot


def _looked_up(folder: Path) -> Mapping[str, Any]:
    living = list(_living(folder))
    taking = (state.name for state, _ in living if state.phase is Phase.TAKING)
    return {"wanted": next(taking, None), "slots": [slot for _, slot in living]}


def _living(folder: Path) -> Iterator[tuple[SlotState, Mapping[str, Any]]]:
    """What each slot that lives says of itself, and what starts it again."""
    for place in sorted(folder.glob("*.state")):
        state = read_state(place)
        if state is None or not state.is_alive:
            continue
        try:
            process = psutil.Process(state.pid)
            command, environment = process.cmdline()[:-_OWN_OPTIONS], process.environ()
        except psutil.Error:
            continue
        has_served = state.phase is Phase.TAKING
        facts = {"command": command, "environment": environment, "pid": state.pid, "started": state.started}
        yield state, {"name": state.name, **facts, "has_served": has_served, "deaths": 0}
