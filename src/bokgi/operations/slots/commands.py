"""How the slot of a release is started: its interpreter, and an environment in which its own code comes first."""

import os
from collections.abc import Mapping
from pathlib import Path

from bokgi.operations.host_folder import HostFolder

MODULE = "bokgi.cli.slot_process"
ENVIRONMENT_LINK = "environment"


def interpreter_of(host: HostFolder, release: Path) -> Path:
    """The Python that runs a release."""
    return host.settings.environment or release / ENVIRONMENT_LINK / "bin" / "python"


def slot_command(host: HostFolder, release: Path) -> list[str]:
    """The command of a slot; the holder adds what it inherits."""
    return [str(interpreter_of(host, release)), "-m", MODULE]


def environment_for(host: HostFolder, release: Path, name: str, port: int) -> dict[str, str]:
    """The environment of a slot, its workers, and tools of a release."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("BOKGI_", "PYTHON", "NUMBA_CACHE"))}
    settings = host.settings
    own: Mapping[str, str] = {
        "BOKGI_HOME": str(settings.home),
        "BOKGI_CACHE": str(host.cache),
        "BOKGI_HOST_FOLDER": str(host.root),
        "BOKGI_HOST": settings.address,
        "BOKGI_PORT": str(port),
        "BOKGI_RELEASE": name,
    }
    return {
        **kept,
        **own,
        **settings.variables,
        "PYTHONPATH": str(release / "src"),
        "PYTHONSAFEPATH": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
    }
