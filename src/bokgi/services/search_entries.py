"""What the search for stocks knows: every instrument of the master, and every stored series that no master lists."""

from bokgi.data.instrument_catalog import market_name as stock_market
from bokgi.data.instrument_catalog import search_entries as catalog_entries
from bokgi.data.instrument_search import SearchEntry
from bokgi.data.master import Master
from bokgi.data.store import Store
from bokgi.market.codes import is_code

__all__ = ["search_entries", "stock_market"]


def search_entries(store: Store, master: Master) -> tuple[SearchEntry, ...]:
    """All stocks that can be chosen; codes of another form (of other exchanges, ETN) cannot."""
    return tuple(entry for entry in catalog_entries(store, master) if is_code(entry.code))
