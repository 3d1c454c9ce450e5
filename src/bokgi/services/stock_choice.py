"""What a request for a run or a search says of strategy and stocks, checked against the lists of its profile.

Convention: where the request names stocks, they are meant; else the stored mode and list of the profile decide.
"""

from collections.abc import Mapping
from dataclasses import replace

from bokgi.bars.interval import DAILY, Interval
from bokgi.errors.requests import FieldInvalid, NoStocks
from bokgi.errors.service import (
    CodesEmpty,
    ModeInvalid,
    SpecificListEmpty,
    StoreEmpty,
    StrategyFileRefused,
    StrategyMissing,
    TooManyStocks,
    UniverseEmpty,
)
from bokgi.services.request import BacktestRequest
from bokgi.services.shelf import Shelf, Shelves
from bokgi.services.stock_lists import MAXIMUM_STOCKS, MODES, StockLists
from bokgi.strategies.catalog import CATALOG
from bokgi.strategies.own_file import is_own_reference

CHOICE_FIELDS = ("stock_mode", "stock_code", "stock_codes")


class StockChoice:
    """Chooses the stocks of requests."""

    def __init__(self, stocks: StockLists, shelves: Shelves) -> None:
        self._stocks = stocks
        self._shelves = shelves

    def mode(self, body: Mapping[str, object], profile: str) -> str:
        """`all`, `filtered` or `specific`."""
        given = body.get("stock_mode")
        if given is not None and (not isinstance(given, str) or given not in MODES):
            raise ModeInvalid("stock_mode")
        if given is None and (body.get("stock_codes") is not None or body.get("stock_code") is not None):
            return "specific"
        return str(given) if given is not None else self._stocks.selection(profile).mode

    def with_stocks(self, request: BacktestRequest, body: Mapping[str, object], profile: str, mode: str) -> BacktestRequest:
        """The request with its codes, and, for a whole market, the interval and where the codes came from."""
        if mode == "specific":
            return replace(request, codes=self._specific(body, profile))
        shelf = self._shelves.of(profile)
        intervals = shelf.store.intervals()
        if not intervals:
            raise StoreEmpty
        interval = request.interval or intervals[0]
        universe = self._stocks.universe(profile, mode, interval, request.start, request.end)
        if not universe.codes:
            raise UniverseEmpty(mode, str(interval), request.start, request.end)
        return replace(request, codes=universe.codes, interval=interval, universe=universe.to_json())

    def _specific(self, body: Mapping[str, object], profile: str) -> tuple[str, ...]:
        one, many = body.get("stock_code"), body.get("stock_codes")
        if one is not None and many is not None:
            raise FieldInvalid("stock_code", one, "either stock_code or stock_codes, not both", "stock_code와 stock_codes 중 하나만")
        if many is None and one is None:
            codes = self._stocks.selection(profile).codes
            if not codes:
                raise SpecificListEmpty
            return codes
        if many is None:
            return self._stocks.checked_codes(profile, [one], "stock_code")
        if not isinstance(many, list):
            raise CodesEmpty("stock_codes")
        if not many:
            raise NoStocks
        if len(many) > MAXIMUM_STOCKS:
            raise TooManyStocks(MAXIMUM_STOCKS, "stock_codes")
        return self._stocks.checked_codes(profile, many, "stock_codes")


def checked_strategy(body: Mapping[str, object]) -> str:
    """The name of a strategy of the catalogue; files of a person's own are for the command line."""
    given = body.get("strategy")
    if given is None or given == "":
        raise StrategyMissing
    name = str(given)
    if is_own_reference(name) or "/" in name or "\\" in name:
        raise StrategyFileRefused(name[:100], tuple(CATALOG))
    return name


def versions_of(shelf: Shelf, interval: Interval) -> dict[str, int]:
    """The versions of the bars at this moment."""
    versions = {str(interval): shelf.store.current_version(interval) or 0}
    return versions | {str(DAILY): shelf.store.current_version(DAILY) or 0}
