"""The plan: everything that must hold before anything is changed. Each gate is a record, and one that fails stops the release.

Convention: a gate says what it saw in figures and texts. What does not apply (there is no release yet) is *not checked*, never passed.
"""

import hashlib
import re
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

import psutil

from bokgi.errors.base import BokgiError
from bokgi.operations.host_settings import MEBIBYTE
from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.releasing.booting import boot, check_unpacked
from bokgi.operations.releasing.pending_migrations import breaking
from bokgi.operations.releasing.site import News, Site
from bokgi.operations.repository import Tagged
from bokgi.operations.slots.commands import environment_for, interpreter_of
from bokgi.operations.unpacking import tagged_of
from bokgi.operations.watch.kept_results import KeptResults
from bokgi.operations.watch.result_folders import GONE, folders_gone

TRIAL = ".trial"
BACKUP_SECONDS = 3600.0


class Seen(NamedTuple):
    """What a gate found."""

    outcome: Outcome
    facts: Mapping[str, Any]


Gate: TypeAlias = Callable[[Site], Seen]


def plan(site: Site) -> bool:
    """Go through all gates and record each; True where none failed."""
    outcomes: list[Outcome] = []
    for name, gate in GATES.items():
        is_spared = name in COSTLY and Outcome.FAILED in outcomes
        outcomes.append(_checked(site, name, _spared if is_spared else gate))
    return Outcome.FAILED not in outcomes


def _spared(_site: Site) -> Seen:
    return _absent("a gate before has failed")


def _checked(site: Site, name: str, gate: Gate) -> Outcome:
    site.tell(News(name))
    try:
        outcome, facts = gate(site)
    except BokgiError as error:
        outcome, facts = Outcome.FAILED, {"problem": str(error)}
    site.log.append(Kind.CHECK, name=name, outcome=outcome, seen=facts)
    site.tell(News(name, outcome, str(facts.get("problem", ""))))
    return outcome


def _verdict(is_passed: bool, problem: str, **facts: object) -> Seen:  # reads as the sentence that it is
    return Seen(Outcome.PASSED, facts) if is_passed else Seen(Outcome.FAILED, {"problem": problem, **facts})


def _absent(why: str) -> Seen:
    return Seen(Outcome.NOT_CHECKED, {"why": why})


def current_tagged(site: Site) -> Tagged | None:
    """The release that is live, by its manifest; None before the first."""
    name = site.state.current
    if name is None:
        return None
    return tagged_of(site.folder(name))


# ---------------------------------------------------------------- gates


def _tag(site: Site) -> Seen:
    tagged = site.tagged
    site.repository.fetch()
    now = site.repository.tagged(tagged.tag)
    is_same = now.commit == tagged.commit
    return _verdict(is_same, f"the tag was moved to {now.commit}", tag=tagged.tag, commit=tagged.commit, tree=tagged.tree)


def _not_bad(site: Site) -> Seen:
    reason = site.state.bad.get(site.tagged.name)
    return _verdict(reason is None, f"this release failed before: {reason}", bad=sorted(site.state.bad))


def _version(site: Site) -> Seen:
    tagged = site.tagged
    content = site.repository.content(tagged.commit, "pyproject.toml")
    found = str(tomllib.loads(content.decode())["project"]["version"]) if content else "no pyproject.toml"
    return _verdict(found == tagged.version, f"the code says {found}, the tag {tagged.version}", version=found, tag=tagged.tag)


def _changelog(site: Site) -> Seen:
    tagged = site.tagged
    text = (site.repository.content(tagged.commit, "CHANGELOG.md") or b"").decode("utf-8", "replace")
    found = re.search(rf"^## \[{re.escape(tagged.version)}\].*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    section = found.group().strip() if found else ""
    is_there = section.count("\n") > 0
    facts = {"section_sha256": site.log.keep_body(section.encode())} if is_there else {}
    return _verdict(is_there, f"CHANGELOG.md has no section for {tagged.version}, or an empty one", **facts)


def _space(site: Site) -> Seen:
    settings = site.host.settings
    disk = {str(path): shutil.disk_usage(path).free // MEBIBYTE for path in (site.host.root, settings.home)}
    memory = psutil.virtual_memory().available // MEBIBYTE
    is_enough = min(disk.values()) >= settings.free_disk_mebibytes and memory >= settings.free_memory_mebibytes
    needed = {"disk": settings.free_disk_mebibytes, "memory": settings.free_memory_mebibytes}
    problem = f"free are {min(disk.values())} MiB of disk and {memory} MiB of memory"
    return _verdict(is_enough, problem, free_disk_mebibytes=disk, free_memory_mebibytes=memory, needed_mebibytes=needed)


def _live(site: Site) -> Seen:
    current = current_tagged(site)
    report = site.holder.report()
    if current is None:
        return _absent("there is no release yet")
    target = site.target(current.name, current, is_public=True)
    health, status = target.asker.get("/api/health"), target.asker.get("/api/status")
    said = status.json() if isinstance(status.json(), dict) else {}
    is_well = health.status == 200 and said.get("version") == current.version and report.taking == current.name
    facts = {"status": health.status, "version": said.get("version"), "release": said.get("release"), "taking": report.taking}
    bodies = {"health_sha256": site.log.keep_body(health.body), "status_sha256": site.log.keep_body(status.body)}
    return _verdict(is_well, f"the live service answers {health.status} {health.problem}".strip(), **facts, **bodies)


def _results(site: Site) -> Seen:
    """Completed results as the live release gives them; whatever comes after must give the same. What it has lost already is named."""
    current = current_tagged(site)
    if current is None:
        return _absent("there is no release yet")
    kept = KeptResults.chosen(site.target(current.name, current, is_public=True).asker)
    gone = folders_gone(site.records_url, site.host.settings.home)
    return Seen(Outcome.PASSED, {"hashes": kept.given, "lost_before": sorted(kept.hashes.keys() - kept.given.keys()), GONE: sorted(gone)})


def _migrations(site: Site) -> Seen:
    current = current_tagged(site)
    if current is None:
        return _absent("no release reads the tables yet")
    pending, wrong = breaking(site.repository, current.commit, site.tagged.commit)
    return _verdict(not wrong, "; ".join(wrong), pending=pending)


def _backup(site: Site) -> Seen:
    """Backed up by the live release's own code, and restored into a scratch folder by it."""
    current = current_tagged(site)
    if current is None:
        return _absent("there is nothing to lose yet")
    settings, folder = site.host.settings, site.folder(current.name)
    target = site.host.root / "backups" / f"{site.log.folder.name}.bokgi"
    environment = environment_for(site.host, folder, current.name, 0) | {"BOKGI_LANGUAGE": "en"}
    program = [str(interpreter_of(site.host, folder)), "-m", "bokgi.cli"]
    bars = [] if settings.backup_bars else ["--without-bars"]
    made = _run([*program, "--home", str(settings.home), "backup", str(target), *bars], environment)
    if made.returncode:
        return _verdict(False, made.stderr.strip()[-300:])
    with tempfile.TemporaryDirectory(prefix=".restored-", dir=site.host.root / "backups") as scratch:
        scratch_environment = {**environment, "BOKGI_DATABASE_URL": ""}
        restored = _run([*program, "--home", scratch, "restore", str(target)], scratch_environment)
    with target.open("rb") as file:
        content_hash = hashlib.file_digest(file, "sha256").hexdigest()
    facts = {"file": target.name, "bytes": target.stat().st_size, "content_hash": content_hash, "said": restored.stdout.strip()}
    return _verdict(restored.returncode == 0, restored.stderr.strip()[-300:], **facts)


def _previous(site: Site) -> Seen:
    """What one would go back to is the live release: it must start anew from its folder, and be no worse than it is live."""
    current = current_tagged(site)
    if current is None:
        return _absent("there is nothing to go back to")
    check_unpacked(site, current.name)
    site.smoke(current.name, current, "outgoing")
    live_faults, _ = _last_faults(site)
    slot = f"{current.name}{TRIAL}"
    try:
        booted = boot(site, current, slot)
        if booted.problem:
            return _verdict(False, booted.problem, release=current.name)
        site.smoke(slot, current, "previous")
        trial_faults, is_late = _last_faults(site)
    finally:
        site.holder.end(slot)
    new = sorted(set(trial_faults) - set(live_faults))
    facts = {"release": current.name, "seconds": booted.seconds, "faults_live": live_faults, "faults_trial": trial_faults}
    if is_late:
        return _verdict(False, "started anew it did not come to the end of the flow in its time", **facts)
    return _verdict(not new, f"started anew it fails at {', '.join(new)}", **facts)


def _last_faults(site: Site) -> tuple[list[str], bool]:
    """Steps that did not pass in the flow that was recorded last, a browser that is absent apart, and whether its time was over."""
    from bokgi.operations.release_log import read_attempt

    attempt = read_attempt(site.log.folder)
    smoke = attempt.last(Kind.SMOKE) if attempt is not None else None
    if smoke is None:
        return [], True
    failed, left = (list(smoke.facts.get(name, [])) for name in ("failed", "not_checked"))
    views = {step.name for step in site.flow.steps if step.action == "open_in_browser"}
    is_late = smoke.facts.get("outcome") == Outcome.FAILED and not failed
    return [*failed, *(name for name in left if name not in views)], is_late


def _run(words: list[str], environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603  # the code of a release that was checked
        words, env=dict(environment), capture_output=True, text=True, check=False, timeout=BACKUP_SECONDS
    )


GATES: Mapping[str, Gate] = {
    "tag": _tag,
    "not_bad": _not_bad,
    "version": _version,
    "changelog": _changelog,
    "space": _space,
    "live_service": _live,
    "results": _results,
    "migrations": _migrations,
    "backup": _backup,
    "previous_release": _previous,
}
"""All gates, the quick ones first."""
COSTLY = frozenset({"backup", "previous_release"})
"""Gates that take long; nobody waits for them where the release cannot be made anyway."""
