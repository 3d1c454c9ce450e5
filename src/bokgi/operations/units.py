"""systemd units for a host: the socket, the holder behind it, and timers for what is done each day, week, month and quarter.

Convention: systemd opens the socket, so it stays open whatever becomes of the holder; slots outlive a holder that was killed, and the
next one takes them over (`KillMode=process`). Stopping the unit ends the slots in order.
"""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from bokgi.errors.releases import HostSettingRefused, UnitsInvalid
from bokgi.operations.evidence_log import write_synced
from bokgi.operations.host_folder import SETTINGS_NAME, HostFolder
from bokgi.operations.host_lock import operator_name

VERIFY_SECONDS = 60.0
SECRETS_NAME = "environment"
STOP_SECONDS = "90"
"""Longer than the holder gives its slots to end."""


def units_of(host: HostFolder) -> Mapping[str, str]:
    """Every unit by the name of its file."""
    settings, program = host.settings, f"{sys.executable} -m bokgi.cli release"
    at = f"[{settings.address}]" if ":" in settings.address else settings.address
    folder = f"--folder {host.root}"
    return {
        "bokgi.socket": _unit(
            "Bokgi: the socket of the service",
            Socket={"ListenStream": f"{at}:{settings.port}", "Backlog": "2048", "Service": "bokgi.service"},
            Install={"WantedBy": "sockets.target"},
        ),
        "bokgi.service": _unit(
            "Bokgi: the holder of the service's slots",
            more={"Requires": "bokgi.socket", "After": "bokgi.socket network.target"},
            Service={
                "ExecStart": f"{program} hold {folder}",
                "User": operator_name(),
                "EnvironmentFile": _secrets(host),
                "Restart": "always",
                "KillMode": "process",
                "TimeoutStopSec": STOP_SECONDS,
            },
            Install={"WantedBy": "multi-user.target"},
        ),
        **_timed(host, "daily", f"{program} daily {folder}", "*-*-* 07:00:00", "the check of the day"),
        **_timed(host, "weekly", f"{program} weekly {folder}", "Mon *-*-* 07:30:00", "the review of the week"),
        **_timed(host, "monthly", f"{program} monthly {folder}", "*-*-01 08:00:00", "the analysis of the month"),
        **_timed(host, "quarterly", f"{program} quarterly {folder}", "*-01,04,07,10-02 08:30:00", "the security check of the quarter"),
    }


def _secrets(host: HostFolder) -> str:
    """The file of variables that `channels.yaml` names; a host may do without."""
    return f"-{host.root / SECRETS_NAME}"


def _timed(host: HostFolder, name: str, command: str, when: str, words: str) -> Mapping[str, str]:
    """Without `Persistent`: a check that was missed is missed, and is not made up for."""
    service = {"Type": "oneshot", "ExecStart": command, "User": operator_name(), "EnvironmentFile": _secrets(host)}
    return {
        f"bokgi-{name}.service": _unit(f"Bokgi: {words}", Service=service),
        f"bokgi-{name}.timer": _unit(f"Bokgi: {words}", Timer={"OnCalendar": when}, Install={"WantedBy": "timers.target"}),
    }


def _unit(description: str, *, more: Mapping[str, str] | None = None, **sections: Mapping[str, str]) -> str:
    whole = {"Unit": {"Description": description, **(more or {})}, **sections}
    blocks = ["\n".join([f"[{name}]", *(f"{key}={value}" for key, value in lines.items())]) for name, lines in whole.items()]
    return "\n\n".join(blocks) + "\n"


def write_units(host: HostFolder, target: Path) -> tuple[tuple[Path, ...], bool]:
    """Write the units below a folder; says whether systemd itself has checked them.

    Raises
    ------
    UnitsInvalid, HostSettingRefused
    """
    if not host.settings.port:
        raise HostSettingRefused(str(host.root / SETTINGS_NAME), "port", "a unit needs a port of its own; 0 takes any")
    target.mkdir(parents=True, exist_ok=True)
    places = []
    for name, text in units_of(host).items():
        write_synced(target / name, text.encode())
        places.append(target / name)
    return tuple(places), _verified(places)


def _verified(places: list[Path]) -> bool:
    program = shutil.which("systemd-analyze")
    if program is None:
        return False
    done = subprocess.run(  # noqa: S603  # systemd's own program
        [program, "verify", *map(str, places)], capture_output=True, text=True, check=False, timeout=VERIFY_SECONDS
    )
    if done.returncode:
        raise UnitsInvalid(done.stderr.strip()[-500:])
    return True
