"""Known faults of the locked packages, by `pip-audit` where the operator has it and it reaches its database.

Convention: this service brings neither the program nor the database. Where one of them is away nothing is known, and that is said: a look
that was not made has found nothing, and is no pass. What counts is what the program wrote, never its exit code alone.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bokgi.operations.security.finding import Finding, found, not_checked
from bokgi.operations.unpacking import LOCKS

NAME, AGE = "known_faults", "age_of_locks"
PROGRAM = "pip-audit"
ASK_SECONDS = 300.0
OLDEST_DAYS = 183
"""Locks that nobody renewed for two quarters hold no repair of that time."""


def check_known_faults(release: Path, program: str | None = None) -> Finding:
    """Ask `pip-audit` for faults of what the lock file of a release pins."""
    place = program or shutil.which(PROGRAM)
    if place is None:
        return not_checked(NAME, f"{PROGRAM} is not installed here; nothing is known of faults in the packages")
    words = [place, "--requirement", str(release / LOCKS[0]), "--require-hashes", "--disable-pip", "--format", "json"]
    try:
        done = subprocess.run(  # noqa: S603  # the operator's own program
            [*words, "--progress-spinner", "off"], capture_output=True, check=False, timeout=ASK_SECONDS
        )
        dependencies = _dependencies(done.stdout)
    except (OSError, subprocess.SubprocessError) as error:
        return not_checked(NAME, f"{type(error).__name__}: {error}"[:300])
    if dependencies is None:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        return not_checked(NAME, f"{PROGRAM} gave no list: {said[-1][:200] if said else f'it ended with {done.returncode}'}")
    return _judged(dependencies, done.stdout)


def _dependencies(text: bytes) -> Sequence[Mapping[str, Any]] | None:
    """Packages with what is known of them; None where the text is no such list."""
    try:
        listed = json.loads(text)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return None
    is_list = isinstance(listed, list) and listed and all(isinstance(each, dict) and "name" in each for each in listed)
    return listed if is_list else None


def _judged(dependencies: Sequence[Mapping[str, Any]], text: bytes) -> Finding:
    problems = [problem for each in dependencies for problem in _faults(each)]
    skipped = [str(each["name"]) for each in dependencies if not isinstance(each.get("vulns"), list)]
    made = found(NAME, problems, {"list": text}, packages=len(dependencies), skipped=skipped)
    if skipped and not problems:
        return Finding(NAME, not_checked(NAME, "").outcome, {"why": f"{PROGRAM} skipped {len(skipped)} packages", **made.seen}, made.bodies)
    return made


def _faults(dependency: Mapping[str, Any]) -> Iterator[str]:
    for fault in dependency.get("vulns") or []:
        mended = ", ".join(map(str, fault.get("fix_versions") or [])) or "no version yet"
        yield f"{dependency['name']} {dependency.get('version', '')}: {fault.get('id', 'a fault')}, mended in {mended}"


def check_age(renewed: datetime | None, today: date) -> Finding:
    """Since when the lock files of a release are as they are; None where the repository does not say."""
    if renewed is None:
        return not_checked(AGE, "the repository does not say when the lock files were changed")
    days = (today - renewed.date()).days
    problems = [f"no package was renewed for {days} days"] if days > OLDEST_DAYS else []
    return found(AGE, problems, renewed=renewed.date().isoformat(), days=days)
