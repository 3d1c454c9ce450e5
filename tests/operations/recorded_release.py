"""Evidence for tests: a release as it is recorded, on clocks that the test turns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from securesystemslib.signer import CryptoSigner

from bokgi.operations.evidence_log import EvidenceLog, MachineClock, Record
from bokgi.operations.host_folder import HostFolder
from bokgi.operations.host_settings import HostSettings
from bokgi.operations.policy import Metric, default_policy
from bokgi.operations.record_kinds import Kind
from bokgi.operations.seals import read_signer, seal

TAG, COMMIT = "v1.2.0", "a" * 40
WELL: Mapping[str, float | None] = {**{metric.value: 0.0 for metric in Metric}, Metric.CPU.value: 31.5, Metric.API_TIME.value: 0.012}


AGREEING: Mapping[str, Any] = {
    "own_figures": {"requests": 50, "server_errors": 0, "runs_failed": 0, "has_started_anew": False},
    "log": {"requests": 52, "counts": {"server_errors": 0}},
}
"""What a sample says of log and counters where both are in order."""


class TurnedClock(MachineClock):
    """A clock that stands until somebody turns it."""

    def __init__(self, boot_id: str = "boot-1") -> None:
        self.boot_id = boot_id
        self.seconds = 1_000.0

    def now(self) -> datetime:
        return datetime(2026, 11, 20, 9, tzinfo=UTC) + timedelta(seconds=int(self.seconds))

    def monotonic_ns(self) -> int:
        return int(self.seconds * 1e9)


@dataclass
class Recorded:
    """A folder of evidence that is being written."""

    folder: Path
    signer: CryptoSigner
    clock: TurnedClock = field(default_factory=TurnedClock)

    def __post_init__(self) -> None:
        self.log = EvidenceLog(self.folder, self.clock)

    def begin(self) -> None:
        self.log.append(Kind.BEGUN, tag=TAG, commit=COMMIT, version="1.2.0", operator="kim", host="host-1")
        self.log.append(Kind.POLICY, policy_sha256=self.log.keep_body(default_policy()))

    def watch(
        self, minutes: int = 60, planned: int = 60, every: int = 5, values: Sequence[Mapping[str, float | None]] = ()
    ) -> tuple[Record, list[Record]]:
        """A watch with a sample at each step; `values` differ from what is well."""
        begun = self.log.append(Kind.WATCH_BEGUN, planned_seconds=planned * 60, every_seconds=every * 60)
        samples = []
        for number in range(minutes // every + 1):
            seen = {**WELL, **(values[number] if number < len(values) else {})}
            body = self.log.keep_body(f"sample {number}".encode())
            samples.append(self.log.append(Kind.SAMPLE, number=number, values=seen, prober="ok", body_sha256=body, **AGREEING))
            self.clock.seconds += every * 60
        return begun, samples

    def seal(self, phase: str = "watch") -> None:
        seal(self.log, self.signer, phase, TAG, COMMIT)


def host_with_release(host: Path, name: str = "v1.2.0-aaaaaaaa") -> str:
    """A host folder with keys and one release that was watched; gives the release's name."""
    made = HostFolder.made(host, HostSettings(repository=str(host), home=host / "home"))
    sealed_release(made.evidence / name, read_signer(made.key))
    return name


def sealed_release(folder: Path, signer: CryptoSigner | None = None) -> tuple[Recorded, CryptoSigner]:
    """A release with a full watch, sealed twice."""
    signer = signer or CryptoSigner.generate_ed25519()
    recorded = Recorded(folder, signer)
    recorded.begin()
    recorded.log.append(Kind.CHECK, name="disk", outcome="passed", seen={"free_bytes": 10_000_000_000})
    recorded.seal("plan")
    recorded.watch()
    recorded.log.append(Kind.WATCH_ENDED, reason="time")
    recorded.seal()
    recorded.log.close()
    return recorded, signer


def lines_of(folder: Path) -> list[bytes]:
    return (folder / "evidence.jsonl").read_bytes().splitlines(keepends=True)


def write_lines(folder: Path, lines: Sequence[bytes]) -> None:
    (folder / "evidence.jsonl").write_bytes(b"".join(lines))
