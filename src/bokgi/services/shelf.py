"""The bars and the master that a request is about: those of the user, or the synthetic ones that smoke tests run on.

Convention: the synthetic shelf lies in `<home>/smoke`, apart from the user's data, is made when it is first asked for, and is the same
on every machine.
"""

import threading
from pathlib import Path

from bokgi.data.demo import write_demo
from bokgi.data.master import Master
from bokgi.data.store import Store
from bokgi.market.codes import is_code, normalised_code

SMOKE_PROFILE = "smoke"
SMOKE_INSTRUMENTS, SMOKE_SESSIONS = 8, 20


class Shelf:
    """One folder's bars and master; the master is read again when its files change."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.store = Store(home)
        self._master = Master.read(home)
        self._seen = self._master_state()

    @property
    def master(self) -> Master:
        """The master as it is now."""
        state = self._master_state()
        if state != self._seen:
            self._master, self._seen = Master.read(self.home), state
        return self._master

    def state(self) -> tuple[object, ...]:
        """Changes whenever bars or master do."""
        return (self._master_state(), tuple((str(interval), self.store.current_version(interval)) for interval in self.store.intervals()))

    def is_known(self, code: str) -> bool:
        """Whether the master lists the code or the store has bars of it."""
        return self.master.known(code) or any(code in self.store.series(interval) for interval in self.store.intervals())

    def unknown(self, codes: tuple[str, ...]) -> tuple[str, ...]:
        """The codes that nobody knows, in order."""
        stored = [self.store.series(interval) for interval in self.store.intervals()]
        master = self.master
        return tuple(code for code in codes if not master.known(code) and not any(code in series for series in stored))

    def _master_state(self) -> tuple[tuple[str, int], ...]:
        folder = self.home / "master"
        return tuple(sorted((path.name, path.stat().st_mtime_ns) for path in folder.glob("*.parquet"))) if folder.is_dir() else ()


class Shelves:
    """The shelf of each profile."""

    def __init__(self, home: Path) -> None:
        self.user = Shelf(home)
        self._smoke_home = home / SMOKE_PROFILE
        self._smoke: Shelf | None = None
        self._lock = threading.Lock()

    def of(self, profile: str) -> Shelf:
        """The synthetic shelf for the smoke profile, else the user's."""
        return self.smoke() if profile == SMOKE_PROFILE else self.user

    def smoke(self) -> Shelf:
        """The synthetic shelf; it is written the first time."""
        with self._lock:
            if self._smoke is None:
                shelf = Shelf(self._smoke_home)
                if not shelf.store.intervals():
                    write_demo(shelf.store, instruments=SMOKE_INSTRUMENTS, sessions=SMOKE_SESSIONS)
                self._smoke = shelf
            return self._smoke


def has_form(code: object) -> bool:
    """Whether something is a text with the form of a stock code."""
    return isinstance(code, str) and is_code(normalised_code(code))
