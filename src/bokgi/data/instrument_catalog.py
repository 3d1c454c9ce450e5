"""All instruments of a home folder, as a search lists them: what the master names and what the store holds bars of.

Convention: an issue is listed here when a backtest could name it: its code has the form of a share's code, or there are bars of it.
Rights, subscription warrants and bonds of the files of delisted issues are not, and indices are not either. What has no name goes by its
code.
"""

from dataclasses import replace

from bokgi.data.instrument_search import SearchEntry
from bokgi.data.master import Master
from bokgi.data.series import SeriesFacts
from bokgi.data.store import Store
from bokgi.data.store_panels import instrument_of
from bokgi.market.codes import is_code
from bokgi.market.instruments import Board, Exchange, Instrument, Kind


def search_entries(store: Store, master: Master) -> tuple[SearchEntry, ...]:
    """One entry a code, sorted by code; the master's word goes before that of an import."""
    stored = {code: series.facts for interval in reversed(store.intervals()) for code, series in store.series(interval).items()}
    known = {instrument.code: instrument for instrument in master.instruments() if is_code(instrument.code) or instrument.code in stored}
    former = master.former_names()
    entries = (_entry(known.get(code), stored.get(code), is_listed=master.is_listed(code)) for code in sorted({*known, *stored}))
    return tuple(replace(entry, former_names=former.get(entry.code, ())) for entry in entries if entry.kind is not Kind.INDEX)


def catalog_version(store: Store, master: Master) -> str:
    """Changes whenever `search_entries` may give something else; cheap enough for every request."""
    bars = " ".join(f"{interval} {store.current_version(interval)}" for interval in store.intervals())
    return f"{bars}|{master.version()}"


def market_name(board: Board | None, exchange: Exchange) -> str:
    """The market as lists show it: the board in Korea, elsewhere the exchange."""
    return str(board or Board.KOSPI) if exchange is Exchange.XKRX else str(exchange)


def _entry(known: Instrument | None, facts: SeriesFacts | None, *, is_listed: bool) -> SearchEntry:
    stored = instrument_of(facts) if facts is not None else None
    chosen = known or stored
    assert chosen is not None
    name, name_en = chosen.name or (stored.name if stored else ""), chosen.name_en or (stored.name_en if stored else "")
    market = market_name(chosen.board, chosen.exchange)
    return SearchEntry(chosen.code, name or chosen.code, name_en, market, chosen.kind, is_listed, facts is not None)
