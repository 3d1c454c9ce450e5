"""Settings: read once from the environment, then passed on.

A setting is one field; its environment variable is `BOKGI_` and the field's name in capitals. `docs/settings.md` lists
all of them, and a test compares the two. Nothing here touches the disk.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from bokgi.errors.base import Language
from bokgi.errors.config import FolderRelative, SettingRefused

_LANGUAGE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things lie and how the person is spoken to.

    home : bars, results and logs
    cache : what can be made again at any time: compiled kernels
    language : of sentences for people
    """

    home: Path
    cache: Path
    language: Language

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings; an empty variable counts as not set.

        Raises
        ------
        SettingRefused
            A variable holds a value that is not allowed.
        FolderRelative
            A folder is no absolute path: it would name another place from every folder.
        """
        given = os.environ if environment is None else environment
        return cls(home=_home(given), cache=cache_folder(given), language=language_of(given))


def cache_folder(environment: Mapping[str, str]) -> Path:
    """The cache folder alone, for the compile cache, which must know it before anything else is read."""
    return _folder(environment, "BOKGI_CACHE") or Path(platformdirs.user_cache_dir("bokgi", appauthor=False))


def _home(environment: Mapping[str, str]) -> Path:
    return _folder(environment, "BOKGI_HOME") or Path(platformdirs.user_data_dir("bokgi", appauthor=False))


def _folder(environment: Mapping[str, str], name: str) -> Path | None:
    given = environment.get(name, "")
    if not given:
        return None
    folder = Path(given).expanduser()
    if not folder.is_absolute():
        raise FolderRelative(name, given)
    return folder


def language_of(environment: Mapping[str, str]) -> Language:
    """The language alone: Korean where the setting or the locale says so, else English."""
    given = environment.get("BOKGI_LANGUAGE", "")
    if given:
        return _chosen_language(given)
    locale = next((environment[name] for name in _LANGUAGE_VARIABLES if environment.get(name)), "")
    return Language.KOREAN if locale.lower().startswith("ko") else Language.ENGLISH


def _chosen_language(given: str) -> Language:
    try:
        return Language(given.lower())
    except ValueError as error:
        raise SettingRefused("BOKGI_LANGUAGE", given, list(Language)) from error
