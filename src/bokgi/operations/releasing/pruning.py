"""Old releases leave the disk: the newest stay, and always the current one, the one before it, and whatever has a slot.

Convention: evidence is never removed; environments go with the last release that uses them; of backups as many stay as of releases. Whoever
calls this holds the lock of the host: an environment that is being made looks like one that nobody uses.
"""

import shutil

from bokgi.operations.host_folder import HostFolder
from bokgi.operations.host_state import read_host_state
from bokgi.operations.slots.commands import ENVIRONMENT_LINK
from bokgi.operations.slots.control import HolderClient
from bokgi.operations.unpacking import MANIFEST_NAME


def prune(host: HostFolder) -> list[str]:
    """Remove what is past its time; gives the names of the releases that went.

    Raises
    ------
    HolderAbsent
        Who has a slot is not known.
    """
    state, slots = read_host_state(host.root), HolderClient(host.run).report().slots
    unpacked = [folder for folder in host.releases.iterdir() if (folder / MANIFEST_NAME).is_file()]
    newest = sorted(unpacked, key=lambda folder: (folder / MANIFEST_NAME).stat().st_mtime, reverse=True)
    kept = {state.current, state.previous, *slots, *(folder.name for folder in newest[: host.settings.kept_releases])}
    removed = sorted(folder.name for folder in unpacked if folder.name not in kept)
    for name in removed:
        shutil.rmtree(host.releases / name)
    _remove_environments(host)
    _remove_backups(host)
    return removed


def _remove_backups(host: HostFolder) -> None:
    made = sorted((host.root / "backups").glob("*.bokgi"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in made[host.settings.kept_releases :]:
        path.unlink()


def _remove_environments(host: HostFolder) -> None:
    used = {(folder / ENVIRONMENT_LINK).resolve() for folder in host.releases.iterdir()}
    for place in (host.root / "environments").iterdir():
        if place.resolve() not in used:
            shutil.rmtree(place)
