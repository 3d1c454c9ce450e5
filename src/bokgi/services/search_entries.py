"""What the search for stocks knows: every instrument of the master, and every stored series that no master lists."""

from collections.abc import Iterator

from bokgi.data.instrument_search import SearchEntry
from bokgi.data.master import Master
from bokgi.data.store import Store
from bokgi.market.codes import is_code
from bokgi.market.instruments import Board, Exchange, Kind


def stock_market(board: Board | None, exchange: Exchange) -> str:
    """The market as lists show it."""
    return str(board or Board.KOSPI) if exchange is Exchange.XKRX else str(exchange)


def search_entries(store: Store, master: Master) -> Iterator[SearchEntry]:
    """All stocks that can be chosen; issues whose code has another form (rights, ELW) are left out."""
    series = {code: item for interval in store.intervals() for code, item in store.series(interval).items()}
    listed = {instrument.code: instrument for instrument in master.instruments()}
    for instrument in listed.values():
        if is_code(instrument.code) and instrument.kind is not Kind.INDEX:
            yield SearchEntry(
                code=instrument.code,
                name=instrument.name or instrument.code,
                name_en=instrument.name_en,
                market=stock_market(instrument.board, instrument.exchange),
                kind=instrument.kind,
                is_listed=instrument.delisted is None,
                has_bars=instrument.code in series,
            )
    for code, item in series.items():
        facts = item.facts
        if code not in listed and is_code(code) and facts.kind is not Kind.INDEX:
            yield SearchEntry(
                code=code,
                name=facts.name or code,
                name_en=facts.name_en,
                market=stock_market(facts.board, facts.exchange),
                kind=facts.kind or Kind.STOCK,
                is_listed=True,
                has_bars=True,
            )
