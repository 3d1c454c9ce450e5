"""A switch is done when the new slot takes the traffic, whatever becomes of the old one."""

import signal
from pathlib import Path
from typing import Any, cast

import pytest

from bokgi.errors.releases import HolderRefused
from bokgi.operations.slots import holder as module
from bokgi.operations.slots.holder import Holder
from bokgi.operations.slots.slot_state import Phase

OLD, NEW = "v1.0.0-00000000", "v1.1.0-11111111"


class NamedSlot:
    """A slot that obeys, or does not; one that is killed still says for a while what it said last."""

    def __init__(self, name: str, phase: Phase, *, obeys: bool = True) -> None:
        self.name, self.phase, self.pid, self.has_served = name, phase, 1, False
        self._obeys = obeys
        self.sent: list[signal.Signals] = []

    def order(self, _number: signal.Signals, phase: Phase) -> bool:
        if self._obeys:
            self.phase = phase
        return self._obeys

    def send(self, number: signal.Signals) -> None:
        self.sent.append(number)

    def to_json(self) -> dict[str, str]:
        return {"name": self.name}


def holder_of(folder: Path, old: NamedSlot, new: NamedSlot) -> Any:  # noqa: ANN401  # its slots are looked at from outside
    holder = cast("Any", Holder(folder, "http://127.0.0.1:1", public=0, lock=0))
    holder._slots, holder._wanted = {old.name: old, new.name: new}, old.name
    return holder


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OVERLAP_SECONDS", 0.0)


def test_a_switch_stands_although_the_old_slot_had_to_be_killed(tmp_path: Path) -> None:
    old, new = NamedSlot(OLD, Phase.TAKING, obeys=False), NamedSlot(NEW, Phase.STANDBY)
    holder = holder_of(tmp_path, old, new)
    done = holder._switch(NEW)
    assert (done["from_slot"], done["to_slot"], old.sent) == (OLD, NEW, [signal.SIGKILL])
    assert (holder._wanted, holder._taking()) == (NEW, NEW)


def test_the_release_before_stands_in_and_one_that_was_left_does_not(tmp_path: Path) -> None:
    oldest, old, new = (NamedSlot(name, Phase.STANDBY) for name in ("v0.9.0-99999999", OLD, NEW))
    holder = holder_of(tmp_path, old, new)
    holder._slots = {slot.name: slot for slot in (new, oldest, old)}
    for name in (oldest.name, OLD, NEW):
        holder._switch(name)
    new.phase = Phase.STARTING
    holder._stand_in(new)
    assert holder._taking() == OLD
    old.phase = Phase.STANDBY
    holder._rest(OLD)
    holder._stand_in(new)
    assert holder._taking() == oldest.name
    with pytest.raises(HolderRefused):
        holder._rest(NEW)


def test_a_switch_to_a_slot_that_does_not_open_is_refused(tmp_path: Path) -> None:
    old, new = NamedSlot(OLD, Phase.TAKING), NamedSlot(NEW, Phase.STANDBY, obeys=False)
    holder = holder_of(tmp_path, old, new)
    with pytest.raises(HolderRefused):
        holder._switch(NEW)
    assert (holder._wanted, holder._taking()) == (OLD, OLD)
