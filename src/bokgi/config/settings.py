"""Settings: read once from the environment, then passed on.

A setting is one field; its environment variable is `BOKGI_` and the field's name in capitals. `docs/settings.md` lists
all of them, and a test compares the two. Nothing here touches the disk.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from bokgi.errors.base import Language
from bokgi.errors.config import FolderRelative, NumberRefused, SettingRefused, TextRefused

_LANGUAGE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")
_RELEASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]{0,63}")
_DATABASES = ("sqlite:", "postgresql:", "postgresql+psycopg:")
GIBIBYTE = 1 << 30


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things lie, how the person is spoken to, and how the service is run.

    home : bars, results and logs
    cache : what can be made again at any time: compiled kernels
    language : of sentences for people
    database_url : of rows; empty is SQLite in `home`
    host, port : where the service listens; port 0 takes a free one
    token : what a client must know where the service can be reached from other machines
    allowed_hosts : names under which the service may be called, beside the loopback ones
    release : name of the running release, empty for the package's version; workers take the jobs of their own release alone
    worker_concurrency : runs that one worker computes at the same time
    upload_bytes : largest file that may be uploaded
    read_rate, start_rate, start_burst, upload_rate : requests of one client, a second (uploads: a minute)
    krx_id, krx_password : your own login to the exchange's data site, for the source `krx-login`
    watch_folder : whose new files the service imports; none by default
    host_folder : where `bokgi release` keeps its releases and their evidence, for the page of the operator
    """

    home: Path
    cache: Path
    language: Language
    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = 3000
    token: str | None = field(default=None, repr=False)
    allowed_hosts: tuple[str, ...] = ()
    release: str = ""
    worker_concurrency: int = 2
    upload_bytes: int = 2 * GIBIBYTE
    read_rate: int = 1000
    start_rate: int = 100
    start_burst: int = 2000
    upload_rate: int = 10
    krx_id: str = ""
    krx_password: str | None = field(default=None, repr=False)
    watch_folder: Path | None = None
    host_folder: Path | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings; an empty variable counts as not set.

        Raises
        ------
        SettingRefused, NumberRefused, TextRefused
            A variable holds a value that is not allowed.
        FolderRelative
            A folder is no absolute path: it would name another place from every folder.
        """
        given = os.environ if environment is None else environment
        return cls(
            home=_home(given),
            cache=cache_folder(given),
            language=language_of(given),
            database_url=_database(given),
            host=given.get("BOKGI_HOST", "") or "127.0.0.1",
            port=_number(given, "BOKGI_PORT", 3000, 0, 65_535),
            token=given.get("BOKGI_TOKEN", "") or None,
            allowed_hosts=tuple(name.strip().lower() for name in given.get("BOKGI_ALLOWED_HOSTS", "").split(",") if name.strip()),
            release=_release(given),
            worker_concurrency=_number(given, "BOKGI_WORKER_CONCURRENCY", 2, 1, 64),
            upload_bytes=_number(given, "BOKGI_UPLOAD_BYTES", 2 * GIBIBYTE, 1, 1024 * GIBIBYTE),
            read_rate=_number(given, "BOKGI_READ_RATE", 1000, 1, 1_000_000),
            start_rate=_number(given, "BOKGI_START_RATE", 100, 1, 1_000_000),
            start_burst=_number(given, "BOKGI_START_BURST", 2000, 1, 1_000_000),
            upload_rate=_number(given, "BOKGI_UPLOAD_RATE", 10, 1, 1_000_000),
            krx_id=given.get("BOKGI_KRX_ID", ""),
            krx_password=given.get("BOKGI_KRX_PASSWORD", "") or None,
            watch_folder=_folder(given, "BOKGI_WATCH_FOLDER"),
            host_folder=_folder(given, "BOKGI_HOST_FOLDER"),
        )

    @property
    def is_embedded(self) -> bool:
        """Whether rows and jobs lie in SQLite files in the home folder."""
        return not self.database_url

    @property
    def records_url(self) -> str:
        """Database of the rows."""
        return self.database_url or f"sqlite:///{self.home / 'bokgi.sqlite3'}"

    @property
    def jobs_url(self) -> str:
        """Database of the job engine: its own SQLite file, or the same PostgreSQL database."""
        if self.database_url.startswith("sqlite:"):
            return f"{self.database_url}-jobs"
        return self.database_url or f"sqlite:///{self.home / 'jobs.sqlite3'}"

    @property
    def release_name(self) -> str:
        """The release, by default the version of the package."""
        from importlib.metadata import version  # slow to import, and most commands do not ask

        return self.release or version("bokgi")

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        return self.host in _LOOPBACK


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


def _number(environment: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    given = environment.get(name, "")
    if not given:
        return default
    try:
        number = int(given)
    except ValueError as error:
        raise NumberRefused(name, given, low, high) from error
    if not low <= number <= high:
        raise NumberRefused(name, given, low, high)
    return number


def _database(environment: Mapping[str, str]) -> str:
    given = environment.get("BOKGI_DATABASE_URL", "")
    if given and not given.startswith(_DATABASES):
        raise TextRefused(
            "BOKGI_DATABASE_URL", given.partition(":")[0] + ":...", "postgresql://user:password@host/name or sqlite:////folder/file"
        )
    return given.replace("postgresql:", "postgresql+psycopg:", 1) if given.startswith("postgresql:") else given


def _release(environment: Mapping[str, str]) -> str:
    given = environment.get("BOKGI_RELEASE", "")
    if given and not _RELEASE.fullmatch(given):
        raise TextRefused("BOKGI_RELEASE", given, "up to 64 letters, digits and . + _ -")
    return given


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
