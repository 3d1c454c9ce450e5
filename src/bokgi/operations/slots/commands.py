"""How the slot of a release is started: its interpreter, and an environment in which its own code comes first."""

import os
from collections.abc import Mapping
from pathlib import Path

from bokgi.operations.host_folder import HostFolder

MODULE = "bokgi.cli.slot_process"
ENVIRONMENT_LINK = "environment"
_OF_THE_NETWORK = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
KEPT = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "LD_LIBRARY_PATH"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"),
        *_OF_THE_NETWORK,
        *(name.upper() for name in _OF_THE_NETWORK),
    }
)
"""What a slot gets of the environment of whoever starts it; everything else is its own or stands in `variables` of the host file."""
KEPT_BEGINNINGS = ("LC_", "OMP_", "NUMBA_NUM", "NUMBA_CPU", "NUMBA_THREADING")


def interpreter_of(host: HostFolder, release: Path) -> Path:
    """The Python that runs a release."""
    return host.settings.environment or release / ENVIRONMENT_LINK / "bin" / "python"


def slot_command(host: HostFolder, release: Path) -> list[str]:
    """The command of a slot; the holder adds what it inherits."""
    return [str(interpreter_of(host, release)), "-m", MODULE]


def environment_for(host: HostFolder, release: Path, name: str, port: int) -> dict[str, str]:
    """The environment of a slot, its workers, and tools of a release."""
    kept = {key: value for key, value in os.environ.items() if key in KEPT or key.startswith(KEPT_BEGINNINGS)}
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
