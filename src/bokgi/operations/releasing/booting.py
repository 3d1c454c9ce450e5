"""A slot is started in private and must be what it should be: healthy, of its version and commit, and alive for a while."""

import time
from dataclasses import dataclass

from bokgi.operations.asking import Answer
from bokgi.operations.host_folder import HostFolder
from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.release_log import attempts
from bokgi.operations.releasing.site import News, Site
from bokgi.operations.repository import Tagged
from bokgi.operations.slots.commands import environment_for, slot_command
from bokgi.operations.slots.slot_state import Phase
from bokgi.operations.unpacking import Unpacked, checked

LOOK_SECONDS = 0.1
ASK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Booted:
    """problem : why it may not get traffic, else empty"""

    pid: int
    version: str
    commit: str
    seconds: float
    problem: str

    @property
    def outcome(self) -> Outcome:
        return Outcome.FAILED if self.problem else Outcome.PASSED


def check_unpacked(site: Site, name: str) -> Unpacked:
    """A release that lies on the disk as it was unpacked, by the evidence of the host.

    Raises
    ------
    ReleaseAltered
    """
    recorded = recorded_manifest(site.host, name)
    return checked(site.folder(name), *((None, None) if recorded is None else recorded))


def recorded_manifest(host: HostFolder, name: str) -> tuple[str, str] | None:
    """Hash of the manifest and commit of a release as they were recorded when it was unpacked; None where they were not."""
    for attempt in reversed(attempts(host.evidence)):
        manifest = attempt.last(Kind.MANIFEST)
        if attempt.tagged.name == name and manifest is not None:
            return str(manifest.facts["manifest_sha256"]), attempt.tagged.commit
    return None


def boot(site: Site, tagged: Tagged, slot: str) -> Booted:
    """Start a slot, or find it running, look at it, and record what was seen.

    slot : its name; that of the release, or another for a trial
    """
    site.tell(News("boot"))
    folder = site.folder(tagged.name)
    port = int(site.holder.report().address.rsplit(":", 1)[1])
    began = time.monotonic()
    wait_until_ended(site, slot, began + site.host.settings.boot_seconds)
    site.holder.start(slot, slot_command(site.host, folder), environment_for(site.host, folder, slot, port))
    problem, status = _until_healthy(site, tagged, slot, began + site.host.settings.boot_seconds)
    seconds = round(time.monotonic() - began, 3)
    said = status.json() if status is not None and isinstance(status.json(), dict) else {}
    problem = problem or _unsettled(site, slot)
    booted = Booted(_pid(site, slot), str(said.get("version", "")), str(said.get("commit", "")), seconds, problem)
    body = site.log.keep_body(status.body) if status is not None else None
    site.log.append(
        Kind.BOOT,
        slot=slot,
        pid=booted.pid,
        version=booted.version,
        commit=booted.commit,
        seconds=booted.seconds,
        outcome=booted.outcome,
        problem=problem,
        **({} if body is None else {"status_sha256": body}),
    )
    site.tell(News("boot", booted.outcome, problem or f"{slot}, {seconds:.1f} s"))
    return booted


def wait_until_ended(site: Site, slot: str, deadline: float) -> None:
    """Wait for a process of the same name that was told to end and still answers; it must not be taken for the new one."""
    while time.monotonic() < deadline:
        report = site.holder.report().slots.get(slot)
        if report is None or report.phase is not Phase.ENDING:
            return
        time.sleep(LOOK_SECONDS)


def _until_healthy(site: Site, tagged: Tagged, slot: str, deadline: float) -> tuple[str, Answer | None]:
    """Wait for health; gives the problem, and the status of the service where it answered. What it is shows before it is healthy."""
    asker, seen = site.private(slot), "no answer"
    while time.monotonic() < deadline:
        report = site.holder.report().slots.get(slot)
        if report is None or report.deaths or not report.pid:
            return f"the process ended: {'' if report is None else _last_line(report.last_words)}", None
        status = asker.get("/api/status", ASK_SECONDS)
        wrong = _wrong_identity(status, tagged, slot)
        if status.status == 200 and wrong:
            return wrong, status
        health = asker.get("/api/health", ASK_SECONDS)
        if health.status == 200 and not wrong and report.phase is not Phase.STARTING:
            return "", status
        seen = f"health answered {health.status} {health.problem or health.body[:200].decode('utf-8', 'replace')}"
        time.sleep(LOOK_SECONDS)
    return f"not healthy in time: {seen}", asker.get("/api/status", ASK_SECONDS)


def _wrong_identity(status: Answer, tagged: Tagged, slot: str) -> str:
    said = status.json() if isinstance(status.json(), dict) else {}
    wanted = {"version": tagged.version, "commit": tagged.commit, "release": slot}
    wrong = [f"{name} is {said.get(name)!r}, not {value!r}" for name, value in wanted.items() if said.get(name) != value]
    return "; ".join(wrong)


def _unsettled(site: Site, slot: str) -> str:
    """Watch it for a while: a release may die, or its worker, a moment after it was healthy."""
    asker, deadline = site.private(slot), time.monotonic() + site.host.settings.settle_seconds
    while time.monotonic() < deadline:
        report = site.holder.report().slots[slot]
        if report.deaths or not report.pid:
            return f"the process ended after it was healthy: {_last_line(report.last_words)}"
        health = asker.get("/api/health", ASK_SECONDS)
        if health.status != 200:
            return f"health answered {health.status} after it was healthy {health.problem}".strip()
        time.sleep(LOOK_SECONDS)
    return ""


def _pid(site: Site, slot: str) -> int:
    report = site.holder.report().slots.get(slot)
    return 0 if report is None else report.pid


def _last_line(words: str) -> str:
    lines = [line for line in words.strip().splitlines() if line.strip()]
    return lines[-1][-300:] if lines else "it said nothing"
