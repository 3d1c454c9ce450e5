"""The real intraday files in a store of their own, for tests that share it."""

from pathlib import Path

import pytest

from bokgi.data.importers.entry import import_path
from bokgi.data.master import Master
from bokgi.data.store import Store

LARGE_CAPS = ("000270", "000660", "005380", "005930", "006400", "035420", "035720", "051910", "068270", "207940")


def stored(shared_data: Path, home: Path, codes: tuple[str, ...]) -> tuple[Store, Master]:
    """Five-minute bars of the codes, imported from their files."""
    store = Store(home)
    for code in codes:
        files = sorted((shared_data / "kr_intraday").glob(f"{code}_yahoo_5m_*.csv"))
        if not files:
            pytest.skip(f"The five-minute file of {code} is not in {shared_data / 'kr_intraday'}")
        import_path(store, files[0])
    return store, Master.read(home)
