"""Which stocks a profile has chosen: the mode, the specific list, blacklist and whitelist, and the search for stocks.

Convention: everything is checked before anything changes. The form of a code is checked first, then whether anybody knows it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bokgi.bars.interval import Interval
from bokgi.data.instrument_search import InstrumentIndex, SearchEntry
from bokgi.data.universe import Universe, base_universe, filtered
from bokgi.errors.service import (
    CodeFormWrong,
    CodesEmpty,
    FieldMissing,
    ListedCodesInvalid,
    ModeInvalid,
    ModeMissing,
    SearchTextMissing,
)
from bokgi.market.codes import normalised_code
from bokgi.records.selections import SelectionRows
from bokgi.services.search_entries import search_entries, stock_market
from bokgi.services.shelf import Shelf, Shelves, has_form

MODES = ("all", "filtered", "specific")
MAXIMUM_STOCKS = 100
ListName = Literal["blacklist", "whitelist"]


@dataclass(frozen=True, slots=True)
class Stock:
    """One stock as a list shows it."""

    code: str
    name: str
    name_en: str
    market: str


@dataclass(frozen=True, slots=True)
class Selection:
    """What a profile has chosen; stocks are those of the specific list, in its order."""

    mode: str
    codes: tuple[str, ...]
    stocks: tuple[Stock, ...]


class StockLists:
    """The lists of all profiles."""

    def __init__(self, rows: SelectionRows, shelves: Shelves) -> None:
        self._rows = rows
        self._shelves = shelves
        self._indexes: dict[str, tuple[object, InstrumentIndex]] = {}

    def set_mode(self, profile: str, mode: object) -> Selection:
        """Change the mode; `all` and `filtered` clear the specific list.

        Raises
        ------
        ModeMissing, ModeInvalid
        """
        if mode is None:
            raise ModeMissing
        if not isinstance(mode, str) or mode not in MODES:
            raise ModeInvalid
        self._rows.set_mode(profile, mode)
        return self.selection(profile)

    def add_specific(self, profile: str, codes: object) -> Selection:
        """Add codes behind those that are there; all or none.

        Raises
        ------
        CodesEmpty, ListedCodesInvalid, TooManyStocks
        """
        if not isinstance(codes, list) or not codes:
            raise CodesEmpty
        wanted = self.checked_codes(profile, codes, "codes")
        self._rows.add(profile, wanted, limit=MAXIMUM_STOCKS)
        return self.selection(profile)

    def remove_specific(self, profile: str, code: str) -> Selection:
        """Take one code out; the same answer when it was not in.

        Raises
        ------
        CodeFormWrong
        """
        self._rows.remove(profile, self._checked_form(code))
        return self.selection(profile)

    def clear_specific(self, profile: str) -> Selection:
        """Take all codes out."""
        self._rows.clear(profile)
        return self.selection(profile)

    def selection(self, profile: str) -> Selection:
        """What the profile has chosen."""
        shelf, codes = self._shelves.of(profile), self._rows.specific(profile)
        return Selection(self._rows.mode(profile), codes, tuple(self._stock(shelf, code) for code in codes))

    def listed(self, profile: str, name: ListName) -> tuple[str, ...]:
        """The codes of the blacklist or the whitelist."""
        return self._rows.listed(profile, name)

    def listed_stocks(self, profile: str, name: ListName) -> tuple[Stock, ...]:
        """The same with names."""
        shelf = self._shelves.of(profile)
        return tuple(self._stock(shelf, code) for code in self.listed(profile, name))

    def add_listed(self, profile: str, name: ListName, code: object) -> tuple[str, ...]:
        """Put a code on a list; the whitelist holds at most 100.

        Raises
        ------
        FieldMissing, CodeFormWrong, ListedCodesInvalid, TooManyStocks
        """
        if code is None or code == "":
            raise FieldMissing("code")
        word = self._checked_form(code)
        if self._shelves.of(profile).unknown((word,)):
            raise ListedCodesInvalid([word], "code")
        limit = MAXIMUM_STOCKS if name == "whitelist" else None
        return self._rows.add_listed(profile, name, word, limit=limit)

    def remove_listed(self, profile: str, name: ListName, code: str) -> tuple[str, ...]:
        """Take a code off a list; the same answer when it was not on it."""
        return self._rows.remove_listed(profile, name, self._checked_form(code))

    def search(self, profile: str, text: str | None, limit: int) -> tuple[Stock, ...]:
        """Stocks by code, Korean or English name, or initial consonants; best first.

        Raises
        ------
        SearchTextMissing
        """
        if text is None or not text.strip():
            raise SearchTextMissing
        return tuple(_found(entry) for entry in self._index(profile).search(text, limit))

    def universe(self, profile: str, mode: str, interval: Interval, start: date | None, end: date | None) -> Universe:
        """The stocks of the modes `all` and `filtered`."""
        shelf = self._shelves.of(profile)
        base = base_universe(shelf.store, shelf.master, interval, start, end)
        if mode != "filtered":
            return base
        return filtered(base, self.listed(profile, "blacklist"), self.listed(profile, "whitelist"))

    def counts(self, profile: str) -> dict[str, int]:
        """How many stocks each mode means at present."""
        shelf = self._shelves.of(profile)
        intervals = shelf.store.intervals()
        specific = len(self._rows.specific(profile))
        if not intervals:
            return {"all": 0, "filtered": 0, "specific": specific}
        sizes = {mode: len(self.universe(profile, mode, intervals[0], None, None).codes) for mode in ("all", "filtered")}
        return sizes | {"specific": specific}

    def checked_codes(self, profile: str, codes: Sequence[object], field: str) -> tuple[str, ...]:
        """Codes of the right form that somebody knows, each once, in order.

        Raises
        ------
        ListedCodesInvalid
        """
        wrong = [str(code) for code in codes if not has_form(code)]
        if wrong:
            raise ListedCodesInvalid(wrong, field)
        wanted = tuple(dict.fromkeys(normalised_code(str(code)) for code in codes))
        unknown = self._shelves.of(profile).unknown(wanted)
        if unknown:
            raise ListedCodesInvalid(unknown, field)
        return wanted

    def _checked_form(self, code: object) -> str:
        if not has_form(code):
            raise CodeFormWrong(str(code))
        return normalised_code(str(code))

    def _stock(self, shelf: Shelf, code: str) -> Stock:
        return stock_of(shelf, code)

    def _index(self, profile: str) -> InstrumentIndex:
        """The search index of the profile's shelf, built anew when bars or master changed."""
        shelf = self._shelves.of(profile)
        state, key = shelf.state(), str(shelf.home)
        known = self._indexes.get(key)
        if known is None or known[0] != state:
            known = self._indexes[key] = (state, InstrumentIndex(search_entries(shelf.store, shelf.master)))
        return known[1]


def stock_of(shelf: Shelf, code: str) -> Stock:
    """A stock by its code; the store's own words where no master lists it."""
    master = shelf.master
    if master.known(code):
        known = master.lookup(code)
        return Stock(code, known.name or code, known.name_en, stock_market(known.board, known.exchange))
    for interval in shelf.store.intervals():
        series = shelf.store.series(interval).get(code)
        if series is not None:
            facts = series.facts
            return Stock(code, facts.name or code, facts.name_en, stock_market(facts.board, facts.exchange))
    return Stock(code, code, "", "")


def _found(entry: SearchEntry) -> Stock:
    return Stock(entry.code, entry.name, entry.name_en, entry.market)
