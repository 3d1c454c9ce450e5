"""The holder: it owns the listening socket, keeps the slots, and moves the traffic between them.

Convention: at every moment one slot is *wanted*. While it lives it alone takes traffic; while it is away another warm slot stands in, and
where there is none clients wait in the queue of the socket, which is never closed. An order that was taken is carried out to its end even
when whoever gave it has gone.
"""

import json
import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from bokgi.errors.releases import HolderRefused, HolderRunning
from bokgi.operations.evidence_log import write_synced
from bokgi.operations.slots.control import read_line
from bokgi.operations.slots.kept_slot import KeptSlot
from bokgi.operations.slots.memory import MEMORY, remembered
from bokgi.operations.slots.slot_files import SlotFiles, control_socket
from bokgi.operations.slots.slot_state import Phase

Order: TypeAlias = Mapping[str, Any]
LOOK_SECONDS = 0.1
OVERLAP_SECONDS = 0.05
"""Both slots accept for this long, so that nobody meets a closed door."""
END_SECONDS = 65.0
"""A slot that ends still answers who is inside (35 s), and its worker finishes a part or is ended (20 s)."""
ORDER_SECONDS = 5.0
_LOG = logging.getLogger("bokgi.holder")


class Holder:
    """Keeps the slots of one host folder.

    Parameters
    ----------
    folder : of sockets and states; only the owner may open it
    address : under which the service is reached, as it is told to people
    public, lock : descriptors that every slot inherits
    """

    def __init__(self, folder: Path, address: str, *, public: int, lock: int) -> None:
        self._folder, self._address = folder, address
        self._descriptors = (public, lock)
        self._slots: dict[str, KeptSlot] = {}
        self._wanted: str | None = None
        self._is_finishing = False
        self._remember()

    def live(self, on_ready: Callable[[], None] = lambda: None) -> None:
        """Take orders and look after the slots until told to finish, or SIGTERM; `on_ready` is called when orders are taken."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._finish())
        with _listening(control_socket(self._folder)) as taking:
            taking.settimeout(LOOK_SECONDS)
            on_ready()
            while not (self._is_finishing and not self._slots):
                self._take_order(taking)
                self._look()
        control_socket(self._folder).unlink(missing_ok=True)

    # ------------------------------------------------------------ orders

    def _take_order(self, taking: socket.socket) -> None:
        try:
            asking, _ = taking.accept()
        except TimeoutError:
            return
        with asking:
            asking.settimeout(ORDER_SECONDS)
            try:
                line = read_line(asking)
                asking.sendall(json.dumps(self.answered(line)).encode() + b"\n")
            except OSError:
                _LOG.info("whoever gave an order has gone; it was carried out")

    def answered(self, line: bytes) -> Mapping[str, Any]:
        """The answer to the line of an order."""
        try:
            order = json.loads(line)
            return {"done": self._orders()[order.pop("order")](**order)}
        except (KeyError, ValueError, TypeError) as error:
            return {"refused": f"it makes no sense ({error})"}
        except HolderRefused as refused:
            return {"refused": refused.facts["problem"]}
        except OSError as error:
            _LOG.warning("an order was not carried out: %s", error)
            return {"refused": f"the system did not let it ({error})"}

    def _orders(self) -> Mapping[str, Callable[..., object]]:
        return {
            "report": self._report,
            "start": self._start,
            "switch": self._switch,
            "rest": self._rest,
            "end": self._end,
            "finish": self._finish,
        }

    def _report(self) -> Mapping[str, Any]:
        slots = {
            slot.name: {
                "name": slot.name,
                "pid": slot.pid if slot.is_alive else 0,
                "phase": slot.phase,
                "draining": said.draining if (said := slot.state) else 0,
                "deaths": slot.deaths,
                "last_words": slot.last_words,
            }
            for slot in self._slots.values()
        }
        return {"pid": os.getpid(), "address": self._address, "wanted": self._wanted, "taking": self._taking(), "slots": slots}

    def _start(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        known = self._slots.get(name)
        if known is not None and known.is_alive:
            return
        slot = KeptSlot(name, command, environment, SlotFiles.of(self._folder, name), has_served=name == self._wanted)
        slot.start(self._descriptors)
        self._slots[name] = slot
        self._write()

    def _switch(self, name: str) -> Mapping[str, Any]:
        slot = self._slots.get(name)
        if slot is None or slot.phase not in (Phase.STANDBY, Phase.TAKING):
            raise HolderRefused(name, "the slot is not warm")
        before, began = self._taking(), time.monotonic()
        self._give_traffic(slot)
        if slot.phase is not Phase.TAKING:
            raise HolderRefused(name, "the slot did not take the traffic")
        milliseconds = (time.monotonic() - began) * 1000
        pids = {each.name: each.pid for each in self._slots.values()}
        return {"from_slot": before, "to_slot": name, "milliseconds": round(milliseconds, 1), "pids": pids}

    def _rest(self, name: str) -> None:
        if name == self._wanted:
            raise HolderRefused(name, "the slot has the traffic")
        if name in self._slots:
            self._slots[name].has_served = False
            self._write()

    def _end(self, name: str) -> None:
        slot = self._slots.get(name)
        if slot is None:
            return
        if name == self._wanted:
            raise HolderRefused(name, "the slot has the traffic")
        slot.end(END_SECONDS)

    def _finish(self) -> None:
        self._is_finishing = True
        for slot in self._slots.values():
            slot.end(END_SECONDS)

    # ------------------------------------------------------------ traffic

    def _taking(self) -> str | None:
        """The wanted slot where it takes traffic, whatever a slot that was killed still says of itself."""
        taking = [slot.name for slot in self._slots.values() if slot.phase is Phase.TAKING]
        return self._wanted if self._wanted in taking else next(iter(taking), None)

    def _give_traffic(self, slot: KeptSlot) -> None:
        """The new one opens first, then the others close; a slot that does not obey is killed."""
        if slot.phase is not Phase.TAKING and not slot.order(signal.SIGUSR1, Phase.TAKING):
            return
        self._wanted, slot.has_served = slot.name, True
        self._slots[slot.name] = self._slots.pop(slot.name)  # who had the traffic last stands last, and stands in first
        self._write()
        others = [each for each in self._slots.values() if each is not slot and each.phase is Phase.TAKING]
        if others:
            time.sleep(OVERLAP_SECONDS)
        for other in others:
            if not other.order(signal.SIGUSR2, Phase.STANDBY):
                _LOG.warning("slot %s does not obey and is killed", other.name)
                other.send(signal.SIGKILL)

    def _look(self) -> None:
        """Start again what has died, and see that the traffic is where it belongs."""
        for slot in list(self._slots.values()):
            self._look_after(slot)
        wanted = self._slots.get(self._wanted or "")
        if wanted is None or self._is_finishing:
            return
        if wanted.phase is Phase.STANDBY:
            self._give_traffic(wanted)
        elif wanted.phase is not Phase.TAKING and self._taking() is None:
            self._stand_in(wanted)

    def _stand_in(self, wanted: KeptSlot) -> None:
        """Another warm slot answers; where there is none, the wanted one does before it can compute."""
        for slot in reversed(self._slots.values()):
            if slot.has_served and slot.phase is Phase.STANDBY and slot.order(signal.SIGUSR1, Phase.TAKING):
                _LOG.warning("slot %s is away; %s stands in", self._wanted, slot.name)
                return
        if wanted.phase is Phase.STARTING:
            self._give_traffic(wanted)

    def _look_after(self, slot: KeptSlot) -> None:
        if slot.is_alive:
            if slot.ending is not None and time.monotonic() > slot.ending:
                slot.send(signal.SIGKILL)
        elif slot.ending is not None:
            del self._slots[slot.name]
            slot.remove_files()
            self._write()
        elif slot.pid:
            slot.has_died()
            _LOG.warning("slot %s died (%d): %s", slot.name, slot.deaths, slot.last_words[-300:])
        elif slot.has_served and time.monotonic() >= slot.again_at:
            self._start_again(slot)

    def _start_again(self, slot: KeptSlot) -> None:
        try:
            slot.start(self._descriptors)
            self._write()
        except OSError as error:
            slot.has_died()
            _LOG.warning("slot %s cannot be started again (%d): %s", slot.name, slot.deaths, error)

    # ------------------------------------------------------------ memory

    def _write(self) -> None:
        if not self._is_finishing:
            kept = {"wanted": self._wanted, "slots": [slot.to_json() for slot in self._slots.values()]}
            write_synced(self._folder / MEMORY, json.dumps(kept).encode())

    def _remember(self) -> None:
        """Go on with the slots of a holder that is gone: take over what lives, start anew what has served."""
        kept = remembered(self._folder)
        self._wanted = kept["wanted"]
        for facts in kept["slots"]:
            slot = KeptSlot(files=SlotFiles.of(self._folder, facts["name"]), **facts)
            if slot.is_alive or slot.has_served:
                self._slots[slot.name] = slot
            if not slot.is_alive:
                slot.pid = 0


def _listening(place: Path) -> socket.socket:
    listening = socket.socket(socket.AF_UNIX)
    with socket.socket(socket.AF_UNIX) as asking:
        if place.exists() and asking.connect_ex(str(place)) == 0:
            raise HolderRunning(str(place))
    place.unlink(missing_ok=True)
    listening.bind(str(place))
    place.chmod(0o600)
    listening.listen(16)
    return listening
