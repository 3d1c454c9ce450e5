"""What a request means: the strategy that it names, and the interval, period and stocks that defaults decide.

Nothing here computes, so the process that answers HTTP can check a request without loading the engine.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bokgi.bars.interval import Interval
from bokgi.data.factors import Factors, factor_spans
from bokgi.data.master import Master
from bokgi.data.periods import default_start
from bokgi.data.store import Store, StoredSeries
from bokgi.errors.requests import CodesInvalid, NoBarsAtAll, NoCommonInterval, NoStocks, PeriodWithoutData
from bokgi.services.request import BacktestRequest
from bokgi.strategies.catalog import to_strategy
from bokgi.strategies.own_file import is_own_reference, read_own_strategy, to_own_strategy
from bokgi.strategies.strategy import Strategy, name_of


@dataclass(frozen=True)
class ChosenStrategy:
    """A strategy ready to run; `source` is the text of an own one."""

    strategy: Strategy
    source: str | None = None
    reference: str = ""


def choose_strategy(name: str, parameters: Mapping[str, Any]) -> ChosenStrategy:
    """A built-in strategy by name, or an own one by `file.py:Class`."""
    if not is_own_reference(name):
        strategy = to_strategy(name, parameters)
        return ChosenStrategy(strategy, None, name_of(type(strategy)))
    own = read_own_strategy(name)
    return ChosenStrategy(own.strategy(**parameters), own.source, f"{own.file}:{own.strategy.__name__}")


def strategy_from_source(source: str, reference: str, parameters: Mapping[str, Any]) -> ChosenStrategy:
    """An own strategy from the text that a manifest kept."""
    file, _, name = reference.rpartition(":")
    own = to_own_strategy(source, name, file)
    return ChosenStrategy(own.strategy(**parameters), source, reference)


def resolve(store: Store, master: Master, request: BacktestRequest, *, version: int | None = None) -> BacktestRequest:
    """Fill in the interval and the period that semantics names as defaults, and the factors where adjusted prices are asked for.

    Parameters
    ----------
    version : of the bars of the request's interval; None is the current one

    Raises
    ------
    NoStocks, CodesInvalid, NoBarsAtAll, NoCommonInterval, PeriodWithoutData
    """
    if not request.codes:
        raise NoStocks
    stored = {interval: store.series(interval) for interval in store.intervals()}
    if version is not None and request.interval is not None:
        stored[request.interval] = store.series(request.interval, version=version)
    _check_known(request.codes, stored, master)
    interval = request.interval or _finest(request.codes, stored)
    series = {code: stored.get(interval, {}).get(code) for code in request.codes}
    held = [item for item in series.values() if item is not None]
    missing = [code for code, item in series.items() if item is None]
    if missing:
        raise NoBarsAtAll(missing, str(interval), [str(each) for each, there in stored.items() if any(code in there for code in missing)])
    start, end = _period(request, interval, held)
    factors = request.factors if request.factors is not None else _factors(request, series, master)
    return replace(request, interval=interval, start=start, end=end, factors=factors)


def _factors(request: BacktestRequest, series: Mapping[str, StoredSeries | None], master: Master) -> Factors | None:
    """What adjusted prices mean today, no span where all factors are one; None where the stored prices were asked for."""
    if request.adjust is None:
        return None
    held = {code: item.facts for code, item in series.items() if item is not None}
    tables = {code: (master.factors(code), facts.adjusted) for code, facts in held.items()}
    known = {code: pair for code, pair in tables.items() if not pair[0].is_empty()}
    return {code: factor_spans(table, request.adjust, is_adjusted=is_adjusted) for code, (table, is_adjusted) in known.items()}


def _check_known(codes: tuple[str, ...], stored: Mapping[Interval, Mapping[str, StoredSeries]], master: Master) -> None:
    unknown = [code for code in codes if not any(code in series for series in stored.values()) and not master.known(code)]
    if unknown:
        raise CodesInvalid(unknown)


def _finest(codes: tuple[str, ...], stored: Mapping[Interval, Mapping[str, StoredSeries]]) -> Interval:
    for interval, series in stored.items():
        if all(code in series for code in codes):
            return interval
    lacking = [code for code in codes if not any(code in series for series in stored.values())]
    if lacking:
        raise NoBarsAtAll(lacking)
    found = (f"{code} {'/'.join(str(interval) for interval, series in stored.items() if code in series)}" for code in codes)
    raise NoCommonInterval("; ".join(found))


def span_of(series: list[StoredSeries]) -> tuple[date, date]:
    """First and last session of several series."""
    return min(item.first for item in series), max(item.last for item in series)


def _period(request: BacktestRequest, interval: Interval, held: list[StoredSeries]) -> tuple[date, date]:
    first, last = span_of(held)
    end = request.end or last
    start = request.start or default_start(min(end, last), first, held[0].facts.exchange)
    if start > last or end < first:
        raise PeriodWithoutData(start, end, str(interval), first, last)
    return start, end
