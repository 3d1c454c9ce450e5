"""How a host is set up: `host.yaml` in the host folder, written by `release init` and then a person's to change.

Convention: an unknown name or a value out of range is an error when the file is read; nothing has a meaning that is guessed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml

from bokgi.errors.releases import HostSettingRefused

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class HostSettings:
    """repository : git repository of the releases, a folder or a URL

    home : of the service (rows, results, bars), shared by all releases
    address, port : where the service listens
    environment : Python of an environment that serves every release; empty makes one for each set of lock files
    pages : folder of built pages that serves every release; empty builds those of each release
    variables : further settings of the service, as environment variables
    free_disk_mebibytes, free_memory_mebibytes : less than this stops a release in its plan
    boot_seconds : how long a new slot may take until it is healthy
    settle_seconds : how long a new slot must live in private before it gets traffic
    backup_bars : put the bars into the backup before a release, too
    kept_releases : so many unpacked releases stay
    """

    repository: str
    home: Path
    address: str = "127.0.0.1"
    port: int = 3000
    environment: Path | None = None
    pages: Path | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    free_disk_mebibytes: int = 1024
    free_memory_mebibytes: int = 512
    boot_seconds: float = 300.0
    settle_seconds: float = 5.0
    backup_bars: bool = False
    kept_releases: int = 5

    def to_text(self) -> str:
        """The file."""
        plain = {each.name: _plain(getattr(self, each.name)) for each in fields(self)}
        return str(yaml.safe_dump(plain, sort_keys=False, allow_unicode=True))


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    return str(value) if isinstance(value, Path) else value


def read_host_settings(path: Path) -> HostSettings:
    """The settings of a file.

    Raises
    ------
    HostSettingRefused
    """
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise HostSettingRefused(str(path), "file", f"it cannot be read ({error})") from error
    if not isinstance(given, dict):
        raise HostSettingRefused(str(path), "file", "it holds no settings")
    unknown = sorted(str(name) for name in given.keys() - _READERS.keys())
    if unknown:
        raise HostSettingRefused(str(path), unknown[0], f"it is not known; allowed are {', '.join(_READERS)}")
    missing = [name for name in ("repository", "home") if not given.get(name)]
    if missing:
        raise HostSettingRefused(str(path), missing[0], "it is missing")
    return HostSettings(**{name: _value(path, name, value) for name, value in given.items()})


def _value(path: Path, name: str, value: object) -> Any:  # noqa: ANN401  # each setting has its own type
    try:
        return _READERS[name](value)
    except (TypeError, ValueError) as error:
        raise HostSettingRefused(str(path), name, str(error)) from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _folder(value: object) -> Path:
    place = Path(_text(value)).expanduser()
    if not place.is_absolute():
        raise ValueError(f"{value} is no absolute path")
    return place


def _folder_or_none(value: object) -> Path | None:
    return None if value in (None, "") else _folder(value)


def _number(low: float, high: float) -> Callable[[object], float]:
    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise ValueError(f"{value!r} is no number from {low:g} to {high:g}")
        return value

    return read


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return value


def _variables(value: object) -> Mapping[str, str]:
    if not isinstance(value, Mapping):
        raise TypeError("it must be a list of NAME: value")
    return {_text(name): str(each) for name, each in value.items()}


_READERS: Mapping[str, Callable[[object], Any]] = {
    "repository": _text,
    "home": _folder,
    "address": _text,
    "port": _number(0, 65_535),
    "environment": _folder_or_none,
    "pages": _folder_or_none,
    "variables": _variables,
    "free_disk_mebibytes": _number(0, 1 << 30),
    "free_memory_mebibytes": _number(0, 1 << 30),
    "boot_seconds": _number(1, 3600),
    "settle_seconds": _number(0, 3600),
    "backup_bars": _flag,
    "kept_releases": _number(2, 1000),
}
