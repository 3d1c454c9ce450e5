"""A host whose slots are only names: a holder that moves the traffic in memory, and an address at which the release in traffic answers.

Convention: the holder keeps the rules of the real one (what has the traffic is not ended); what a slot would do is left out.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, cast

from bokgi.errors.releases import HolderAbsent, HolderRefused
from bokgi.operations.evidence_log import EvidenceLog, Record
from bokgi.operations.host_folder import HostFolder
from bokgi.operations.host_settings import HostSettings
from bokgi.operations.host_state import HostState, write_host_state
from bokgi.operations.policy import default_policy
from bokgi.operations.record_kinds import Kind
from bokgi.operations.release_log import Attempt, read_attempt
from bokgi.operations.releasing.release import Goal
from bokgi.operations.releasing.site import Site
from bokgi.operations.repository import Tagged
from bokgi.operations.seals import read_signer
from bokgi.operations.slots.control import HolderReport, SlotReport, Switched
from bokgi.operations.slots.slot_state import Phase
from bokgi.operations.smoke import read_flow
from tests.operations.test_watch import lenient

OLDEST, OLD, NEW = (Tagged(f"v1.{number}.0", str(number) * 40, "") for number in range(3))


@dataclass
class NamedHolder:
    """goes_silent : the next order to switch is carried out, and nobody hears of it"""

    address: str = ""
    wanted: str | None = None
    slots: dict[str, Phase] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)
    rested: list[str] = field(default_factory=list)
    goes_silent: bool = False
    unhealthy: frozenset[str] = frozenset()

    def report(self) -> HolderReport:
        slots = {name: SlotReport(name, 1, phase, 0, 0, "") for name, phase in self.slots.items()}
        return HolderReport(1, self.address, self.wanted, self.wanted, slots)

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.slots[name] = Phase.STANDBY

    def switch(self, name: str) -> Switched:
        if name not in self.slots:
            raise HolderRefused(name, "the slot is not warm")
        before, self.wanted = self.wanted, name
        self.slots |= {each: Phase.TAKING if each == name else Phase.STANDBY for each in self.slots}
        if self.goes_silent:
            self.goes_silent = False
            raise HolderAbsent("run", "timed out")
        return Switched(before, name, 50.0, {})

    def rest(self, name: str) -> None:
        self.rested.append(name)

    def end(self, name: str) -> None:
        if name == self.wanted:
            raise HolderRefused(name, "the slot has the traffic")
        self.slots.pop(name, None)
        self.ended.append(name)


@contextmanager
def answering(holder: NamedHolder) -> Iterator[None]:
    """An address at which the release in traffic says its health."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = str(holder.wanted)
            body = json.dumps({"version": name.split("-", maxsplit=1)[0].removeprefix("v")}).encode()
            self.send_response(503 if name in holder.unhealthy else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        holder.address = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def named_site(root: Path, holder: NamedHolder, tagged: Tagged, goal: Goal, state: HostState) -> Iterator[Site]:
    """A release that has begun on a host on which all three releases lie unpacked."""
    host = HostFolder.made(root, HostSettings(str(root / "repository"), root / "home"))
    for each in (OLDEST, OLD, NEW):
        folder = host.releases / each.name
        folder.mkdir()
        (folder / "manifest.json").write_text(json.dumps({"tag": each.tag, "commit": each.commit, "tree": "", "files": {}}))
    write_host_state(host.root, state)
    with EvidenceLog(host.evidence / f"0001-{tagged.name}") as log:
        asked = {"goal": goal, "for_seconds": 3600.0, "every_seconds": 300.0}
        log.append(Kind.BEGUN, tag=tagged.tag, commit=tagged.commit, tree="", version=tagged.version, operator="kim", host="h", **asked)
        log.append(Kind.POLICY, policy_sha256=log.keep_body(default_policy()))
        yield Site(host, cast("Any", None), cast("Any", holder), tagged, log, read_signer(host.key), lenient(), read_flow())


def attempt_of(site: Site) -> Attempt:
    """What was recorded so far."""
    attempt = read_attempt(site.log.folder)
    assert attempt is not None
    return attempt


def records_of(site: Site, kind: Kind) -> list[Record]:
    """What was recorded of a kind."""
    return [record for record in attempt_of(site).records if record.kind is kind]
