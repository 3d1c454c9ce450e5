"""The security check of a quarter on the host itself: each part is recorded with what it saw and the bytes behind it.

Convention: the check is of the release that serves, as it runs. It mends nothing and takes nothing back; people are told how it ended.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import psutil

from bokgi.operations.asking import Asker, reachable
from bokgi.operations.host_folder import SETTINGS_NAME
from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.releasing.people import tell_people
from bokgi.operations.releasing.site import News, Site
from bokgi.operations.report.words import SEOUL
from bokgi.operations.security import (
    Finding,
    check_age,
    check_answers,
    check_known_faults,
    check_listening,
    check_packages,
    check_python,
    check_rights,
    check_running,
    outcome_of,
)
from bokgi.operations.security.packages import read_installed
from bokgi.operations.slots.commands import ENVIRONMENT_LINK, interpreter_of
from bokgi.operations.units import SECRETS_NAME
from bokgi.operations.unpacking import LOCKS


def check_quarter(site: Site, now: datetime) -> Outcome:
    """Make every part of the security check, record it, and tell people."""
    findings = []
    for name, part in _parts(site, now).items():
        site.tell(News(name))
        findings.append(_made(name, part))
        site.tell(News(name, findings[-1].outcome, _words(findings[-1])))
    outcome = outcome_of(findings)
    checks = [_recorded(site, finding) for finding in findings]
    site.log.append(Kind.QUARTERLY, day=now.astimezone(SEOUL).date().isoformat(), outcome=outcome, checks=checks)
    site.seal("quarterly")
    site.tell(News("quarterly", outcome))
    tell_people(site, f"{site.tagged.tag}: security check {outcome}")
    site.seal("notice")
    return outcome


def _parts(site: Site, now: datetime) -> Mapping[str, Callable[[], Finding]]:
    host, report = site.host, site.holder.report()
    release = site.folder(site.tagged.name)
    interpreter = interpreter_of(host, release)
    address = reachable(report.address)
    token = host.settings.variables.get("BOKGI_TOKEN")
    where, _, port = report.address.removeprefix("http://").rpartition(":")
    today = now.astimezone(SEOUL).date()
    return {
        "packages": lambda: check_packages(release, interpreter, is_own=(release / ENVIRONMENT_LINK).is_symlink()),
        "known_faults": lambda: check_known_faults(release),
        "age_of_locks": lambda: check_age(site.repository.changed_at(site.tagged.commit, *LOCKS), today),
        "python": lambda: check_python(read_installed(interpreter).python, today),
        "running": lambda: check_running(dict(_processes(site))),
        "rights": lambda: check_rights(host.root, [host.key, *(host.root / name for name in OWNERS)], host.settings.home),
        "listening": lambda: check_listening(dict(_processes(site)), (where.strip("[]"), int(port)), has_token=bool(token)),
        "answers": lambda: check_answers(Asker(address, token=token)),
    }


OWNERS = (SETTINGS_NAME, SECRETS_NAME, "run")
"""What only the owner may open, beside the key: the settings with their variables, the secrets of the units, the folder of the sockets."""


def _made(name: str, part: Callable[[], Finding]) -> Finding:
    """A part that breaks was not made, and takes no other with it."""
    try:
        return part()
    except Exception as error:  # noqa: BLE001  # whatever is wrong with a check is recorded as such
        return Finding(name, Outcome.NOT_CHECKED, {"why": f"{type(error).__name__}: {error}"[:300]})


def _processes(site: Site) -> Iterator[tuple[str, int]]:
    """The holder, the slots and what they started."""
    report = site.holder.report()
    yield "holder", report.pid
    for slot in report.slots.values():
        if slot.pid:
            yield slot.name, slot.pid
            for number, child in enumerate(psutil.Process(slot.pid).children(recursive=True)):
                yield f"{slot.name}.{number + 1}", child.pid


def _recorded(site: Site, finding: Finding) -> dict[str, Any]:
    bodies = {f"{name}_sha256": site.log.keep_body(body) for name, body in finding.bodies.items()}
    return {"name": finding.name, "outcome": finding.outcome, "seen": {**finding.seen, **bodies}}


def _words(finding: Finding) -> str:
    problems = finding.seen.get("problems") or [finding.seen.get("why", "")]
    return "; ".join(map(str, problems[:3]))
