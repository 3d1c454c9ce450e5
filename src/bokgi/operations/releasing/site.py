"""What all steps of one release work with."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from securesystemslib.signer import CryptoSigner

from bokgi.config.settings import Settings
from bokgi.operations.asking import Asker, reachable
from bokgi.operations.evidence_log import EvidenceLog
from bokgi.operations.host_folder import HostFolder
from bokgi.operations.host_state import HostState, read_host_state, write_host_state
from bokgi.operations.policy import Policy
from bokgi.operations.record_kinds import Outcome
from bokgi.operations.repository import Repository, Tagged
from bokgi.operations.seals import seal
from bokgi.operations.slots.control import HolderClient
from bokgi.operations.slots.slot_files import SlotFiles
from bokgi.operations.smoke import Flow, Target, run_smoke

PRIVATE_URL = "http://localhost"


@dataclass(frozen=True, slots=True)
class News:
    """What a person at the terminal is told: a step, how it stands (None: it begins), and what was seen."""

    name: str
    outcome: Outcome | None = None
    detail: str = ""


@dataclass(frozen=True)
class Site:
    """A host during one release."""

    host: HostFolder
    repository: Repository
    holder: HolderClient
    tagged: Tagged
    log: EvidenceLog
    signer: CryptoSigner
    policy: Policy
    flow: Flow
    tell: Callable[[News], None] = field(default=lambda _news: None)

    @property
    def state(self) -> HostState:
        """The host's state as it is now."""
        return read_host_state(self.host.root)

    def keep(self, state: HostState) -> None:
        """Write the host's state."""
        write_host_state(self.host.root, state)

    def folder(self, name: str) -> Path:
        """Where a release lies unpacked."""
        return self.host.releases / name

    def private(self, slot: str) -> Asker:
        """Asks a slot on its private socket."""
        return Asker(PRIVATE_URL, SlotFiles.of(self.host.run, slot).private, self._token)

    def target(self, slot: str, tagged: Tagged, *, is_public: bool = False) -> Target:
        """A slot as the smoke test and the watch look at it."""
        address = reachable(self.holder.report().address) if is_public else PRIVATE_URL
        socket_path = None if is_public else SlotFiles.of(self.host.run, slot).private
        return Target(address, socket_path, tagged.version, tagged.commit, self.access_log(slot), self._token)

    def access_log(self, slot: str) -> Path:
        """Log of the process that answers in a slot."""
        return self.host.settings.home / "logs" / f"slot-{slot}.log"

    def smoke(self, slot: str, tagged: Tagged, stage: str, *, is_public: bool = False) -> Outcome:
        """Go the user's flow and record it."""
        self.tell(News(f"smoke_{stage}"))
        outcome = run_smoke(self.target(slot, tagged, is_public=is_public), self.flow, self.log, stage=stage, browser=self.policy.browser)
        self.tell(News(f"smoke_{stage}", outcome))
        return outcome

    def seal(self, phase: str) -> None:
        """Sign what was recorded so far."""
        seal(self.log, self.signer, phase, self.tagged.tag, self.tagged.commit)

    @property
    def records_url(self) -> str:
        """Database of the rows of every release on this host."""
        variables = {**os.environ, **self.host.settings.variables, "BOKGI_HOME": str(self.host.settings.home)}
        return Settings.from_environment(variables).records_url

    @property
    def _token(self) -> str | None:
        return self.host.settings.variables.get("BOKGI_TOKEN")
