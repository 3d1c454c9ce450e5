"""The packages that a release runs with, held against its lock files and against the lists of their installer.

Convention: the lock files name versions and hashes of archives, which pip compares when it installs; what lies on the disk is held against
the hashes that pip wrote down then (`RECORD`). The package of the service itself is left out: its code has a manifest of its own.
"""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bokgi.operations.environments import altered_in_environment
from bokgi.operations.security.finding import SHOWN, Finding, found, not_checked
from bokgi.operations.unpacking import LOCKS

NAME = "packages"
ASK_SECONDS = 60.0
OWN = "bokgi"
OF_THE_ENVIRONMENT = frozenset({"pip", "setuptools", "wheel", OWN})
_PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)\s*(;)?", re.MULTILINE)
_SEPARATORS = re.compile(r"[-_.]+")
_LIST = """
import importlib.metadata as metadata, json, platform, sys
rows = [[each.metadata["Name"], each.version] for each in metadata.distributions()]
print(json.dumps({"prefix": sys.prefix, "version": platform.python_version(), "packages": rows}))
"""


@dataclass(frozen=True)
class Installed:
    """What an interpreter finds: where its environment lies, its own version, and versions of packages by their plain names."""

    prefix: Path
    python: str
    packages: Mapping[str, str]


@dataclass(frozen=True)
class Locked:
    """versions : those that a lock file allows, by plain name; conditional : names that not every machine needs"""

    versions: Mapping[str, frozenset[str]]
    conditional: frozenset[str]


def plain_name(name: str) -> str:
    """A package's name as indexes compare it (PEP 503)."""
    return _SEPARATORS.sub("-", name).lower()


def read_locked(release: Path) -> Locked:
    """What the lock files of a release pin.

    Raises
    ------
    OSError
    """
    versions: dict[str, set[str]] = {}
    unconditional = set()
    for place in LOCKS:
        for name, version, marker in _PINNED.findall((release / place).read_text("utf-8")):
            versions.setdefault(plain_name(name), set()).add(version)
            if not marker:
                unconditional.add(plain_name(name))
    return Locked({name: frozenset(each) for name, each in versions.items()}, frozenset(versions.keys() - unconditional))


def read_installed(interpreter: Path) -> Installed:
    """What an interpreter has; it is asked without the variables and the folder of whoever asks.

    Raises
    ------
    OSError, ValueError, KeyError, subprocess.SubprocessError
    """
    done = subprocess.run(  # noqa: S603  # the interpreter that serves
        [str(interpreter), "-I", "-c", _LIST], capture_output=True, check=True, timeout=ASK_SECONDS
    )
    told = json.loads(done.stdout)
    return Installed(Path(told["prefix"]), told["version"], {plain_name(str(name)): str(version) for name, version in told["packages"]})


def check_packages(release: Path, interpreter: Path, *, is_own: bool) -> Finding:
    """Hold the environment of a release against its locks.

    is_own : the environment was made for these locks, so that nothing else may be in it; one of a person may hold more, which is told
    """
    try:
        locked, installed = read_locked(release), read_installed(interpreter)
        altered = [name for name in altered_in_environment(installed.prefix) if not _is_of_the_service(name)]
    except (OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
        return not_checked(NAME, f"{type(error).__name__}: {error}"[:300])
    if not is_own:
        altered = [name for name in altered if "site-packages/" in name]  # scripts of a person's environment are not what serves
    unlocked = sorted(installed.packages.keys() - locked.versions.keys() - OF_THE_ENVIRONMENT)
    problems = [*differences(locked, installed), *(f"{name} is not as it was installed" for name in altered)]
    problems += [f"{name} is in no lock file" for name in unlocked if is_own]
    return found(
        NAME,
        problems,
        locked=len(locked.versions),
        installed=len(installed.packages),
        not_locked=unlocked[:SHOWN],
        not_locked_count=len(unlocked),
        altered_files=len(altered),
        environment_is_own=is_own,
    )


def _is_of_the_service(name: str) -> bool:
    return any(part.startswith((f"{OWN}-", f"_editable_impl_{OWN}")) for part in Path(name).parts)


def differences(locked: Locked, installed: Installed) -> Iterator[str]:
    """What of the locks is not there, or is there in another version."""
    for name, versions in sorted(locked.versions.items()):
        version = installed.packages.get(name)
        if version is None and name not in locked.conditional:
            yield f"{name} {'/'.join(sorted(versions))} is locked and not installed"
        elif version is not None and version not in versions:
            yield f"{name} is {version}, locked is {'/'.join(sorted(versions))}"
