"""What a person typed, as codes: a code stands for itself, a name is looked up."""

import re
from collections.abc import Sequence

from bokgi.bars.interval import Interval
from bokgi.data.importers.codes import exchange_of
from bokgi.data.instrument_catalog import search_entries
from bokgi.data.instrument_search import InstrumentIndex
from bokgi.data.master import Master
from bokgi.data.store import Store
from bokgi.errors.sources import NameNotFound
from bokgi.errors.store import NoBarsStored
from bokgi.market.codes import is_code, normalised_code
from bokgi.market.instruments import Exchange

_SYMBOL = re.compile(r"\^?[A-Z0-9]{1,10}([.=-][A-Z0-9]{1,4})?")


def codes_of_words(store: Store, master: Master, words: Sequence[str], interval: Interval) -> tuple[str, ...]:
    """Codes in the order of the words; without words all stored ones of the interval.

    Raises
    ------
    NameNotFound
        A word is no code and no instrument has that name.
    NoBarsStored
        There are no words, and nothing is stored.
    """
    if not words:
        if interval not in store.intervals():
            raise NoBarsStored(str(interval), [str(each) for each in store.intervals()])
        return tuple(sorted(store.series(interval)))
    index: InstrumentIndex | None = None
    found = []
    for word in words:
        code = normalised_code(word)
        if not is_code(code) and not _is_foreign_symbol(word):
            index = index or InstrumentIndex(search_entries(store, master))
            code = _named(index, word)
        found.append(code)
    return tuple(dict.fromkeys(found))


def _named(index: InstrumentIndex, word: str) -> str:
    """The instrument that has exactly this name, else the best match."""
    hits = index.search(word, 1)
    if not hits:
        raise NameNotFound(word)
    return hits[0].code


def _is_foreign_symbol(word: str) -> bool:
    """A symbol in capital letters, as Yahoo writes it; anything else is a name."""
    return _SYMBOL.fullmatch(word) is not None and exchange_of(word) is not Exchange.XKRX
