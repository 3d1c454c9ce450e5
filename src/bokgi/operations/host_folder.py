"""The host folder: everything that belongs to the releases on one machine.

::

    host.yaml        settings            releases/<tag>-<sha8>/     unpacked code with built pages and manifest
    policy.yaml      what must be kept   environments/<hash>/       one for each set of lock files
    planned.yaml     what is to come     evidence/<number>-<name>/  log, bodies and seals of each release
    state.json       which release       shared/                    home and cache of the service
    key, key.pub     of the seals        backups/                   made before each release
    run/             sockets, states     repository.git/            a bare copy of the repository
    environment      secrets (NAME=value) that channels.yaml names, for the units of systemd; made by a person
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bokgi.errors.releases import HostAbsent, HostExists
from bokgi.operations.evidence_log import write_synced
from bokgi.operations.host_settings import HostSettings, read_host_settings
from bokgi.operations.policy import Policy, default_policy, read_policy
from bokgi.operations.seals import new_key

SETTINGS_NAME, POLICY_NAME, PLANNED_NAME, KEY_NAME = "host.yaml", "policy.yaml", "planned.yaml", "key"
OWNER_ONLY, OWNER_READS = 0o700, 0o600
_PLANNED = b"# Releases that are planned, the next one first:\n#   - {tag: v1.2.0, day: 2027-01-15, words: What it brings}\n[]\n"


@dataclass(frozen=True, slots=True)
class HostFolder:
    """A host folder that is there."""

    root: Path
    settings: HostSettings

    @classmethod
    def made(cls, root: Path, settings: HostSettings) -> Self:
        """Make one, with keys of its own.

        Raises
        ------
        HostExists
        """
        if (root / SETTINGS_NAME).exists():
            raise HostExists(str(root))
        root.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
        root.chmod(OWNER_ONLY)  # it holds the key, and variables that may be secrets
        for name in ("releases", "environments", "evidence", "shared", "backups", "run"):
            (root / name).mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
        settings.home.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
        if not (root / KEY_NAME).exists():
            new_key(root / KEY_NAME)
        write_synced(root / POLICY_NAME, default_policy())
        write_synced(root / PLANNED_NAME, _PLANNED)
        write_synced(root / SETTINGS_NAME, settings.to_text().encode())  # the last: with it the folder is one
        (root / SETTINGS_NAME).chmod(OWNER_READS)
        return cls.opened(root)

    @classmethod
    def opened(cls, root: Path) -> Self:
        """The one at a place.

        Raises
        ------
        HostAbsent, HostSettingRefused
        """
        place = root.absolute()
        if not (place / SETTINGS_NAME).is_file():
            raise HostAbsent(str(place), SETTINGS_NAME)
        return cls(place, read_host_settings(place / SETTINGS_NAME))

    @property
    def run(self) -> Path:
        """Sockets and states of slots."""
        return self.root / "run"

    @property
    def releases(self) -> Path:
        return self.root / "releases"

    @property
    def evidence(self) -> Path:
        return self.root / "evidence"

    @property
    def key(self) -> Path:
        return self.root / KEY_NAME

    @property
    def cache(self) -> Path:
        """Compiled kernels, shared by all releases; each state of the kernels has a folder of its own in it."""
        return self.root / "shared" / "cache"

    def policy_text(self) -> bytes:
        """The policy as it is now."""
        return (self.root / POLICY_NAME).read_bytes()

    def policy(self) -> Policy:
        """The policy as it is now, read.

        Raises
        ------
        PolicyRefused
        """
        return read_policy(self.policy_text(), POLICY_NAME)
