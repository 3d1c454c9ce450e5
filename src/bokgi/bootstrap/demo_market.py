"""Fills an empty store with the demo market, beside other work: `python -m bokgi.bootstrap.demo_market`, in a process of its own.

Convention: the demo is never written into a store with real bars. Bars that a person added to a demo that was there are theirs to mix.
"""

import os
import subprocess
import sys
from pathlib import Path

from bokgi.bars.interval import DAILY
from bokgi.config.settings import Settings
from bokgi.data.demo import DEMO_INTERVAL, demo_names, write_demo
from bokgi.data.store import Store
from bokgi.errors.demo import DemoBesideRealBars


def check_demo_fits(home: Path) -> None:
    """Refuse a folder with real bars, unless the demo was there before them and nothing is left to write.

    Raises
    ------
    DemoBesideRealBars
    """
    store = Store(home)
    if is_demo_there(store):
        return
    for interval in store.intervals():
        if any(not item.facts.synthetic for item in store.series(interval).values()):
            raise DemoBesideRealBars(str(home))


def is_demo_there(store: Store) -> bool:
    """Whether the whole demo market is stored."""
    if not {DEMO_INTERVAL, DAILY} <= set(store.intervals()):
        return False
    codes = {name.instrument.code for name in demo_names()}
    return codes <= set(store.series(DEMO_INTERVAL)) and codes <= set(store.series(DAILY))


def fill_with_demo(home: Path) -> bool:
    """Write the demo unless it is there; says whether it was written.

    Raises
    ------
    DemoBesideRealBars
    """
    check_demo_fits(home)
    store = Store(home)
    if is_demo_there(store):
        return False
    write_demo(store)
    return True


def start_filling() -> "subprocess.Popen[bytes]":
    """Fill the store of this process's home in a process of its own."""
    return subprocess.Popen([sys.executable, "-m", __name__], stdin=subprocess.DEVNULL, env=dict(os.environ))  # noqa: S603  # our own module


if __name__ == "__main__":
    fill_with_demo(Settings.from_environment().home)
