"""Where the files of a slot and of the holder lie, all in one folder with a short name.

Convention: names of sockets are short because the system allows about a hundred characters for the whole path.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bokgi.errors.releases import SocketPathTooLong

LONGEST_PATH = 100


@dataclass(frozen=True, slots=True)
class SlotFiles:
    """private : Unix socket that answers HTTP; handing_over : Unix socket that gives the open files of the slot away"""

    state: Path
    private: Path
    handing_over: Path
    output: Path

    @classmethod
    def of(cls, folder: Path, name: str) -> Self:
        """Files of the slot of a release."""
        short = hashlib.sha256(name.encode()).hexdigest()[:8]
        return cls(folder / f"{name}.state", checked(folder / f"{short}.http"), folder / f"{short}.give", folder / f"{name}.out")


def control_socket(folder: Path) -> Path:
    """Where the holder takes orders."""
    return checked(folder / "holder.sock")


def checked(path: Path) -> Path:
    """The path of a socket.

    Raises
    ------
    SocketPathTooLong
    """
    if len(str(path).encode()) > LONGEST_PATH:
        raise SocketPathTooLong(str(path), LONGEST_PATH)
    return path
