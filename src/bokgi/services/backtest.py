"""A backtest over the store: resolve the request, read the bars, compute, and say what the data were.

Everything that a default decided stands in the resolved request of the result, so that it can be run again as it was.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from bokgi.bars.interval import DAILY, Interval
from bokgi.bars.panel import Panel
from bokgi.data.fault_catalog import FAULT_KINDS, fault_sentence
from bokgi.data.faults import Fault
from bokgi.data.master import Master
from bokgi.data.store import Store, StoredSeries
from bokgi.errors.base import Language
from bokgi.errors.requests import CodesInvalid, NoBarsAtAll, NoCommonInterval, NoStocks, PeriodWithoutData
from bokgi.market.calendar import last_sessions_before
from bokgi.market.instruments import Exchange, Instrument, Kind
from bokgi.reports.result_body import result_body
from bokgi.reports.run_record import Benchmark, Coverage, PanelFacts, RunRecord, RunStatus
from bokgi.services.computation import Cancelled, Computation, Progress, compute, index_benchmark
from bokgi.services.manifest import code_hash, code_version, environment, result_hash
from bokgi.services.request import BacktestRequest
from bokgi.strategies.catalog import to_strategy
from bokgi.strategies.own_file import is_own_reference, read_own_strategy, to_own_strategy
from bokgi.strategies.strategy import Strategy, name_of

DEFAULT_SESSIONS = 60
INDEX_CODES = ("KOSPI200", "KS200", "1028", "KOSPI", "KS11", "1001", "DEMOINDEX")


@dataclass(frozen=True)
class ChosenStrategy:
    """A strategy ready to run; `source` is the text of an own one."""

    strategy: Strategy
    source: str | None = None
    reference: str = ""


def run_backtest(
    store: Store,
    master: Master,
    request: BacktestRequest,
    *,
    chosen: ChosenStrategy | None = None,
    backtest_id: str | None = None,
    versions: tuple[int | None, int | None] = (None, None),
    now: datetime | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> RunRecord:
    """Run one backtest over stored bars.

    Parameters
    ----------
    versions : of the interval's and of the daily bars; None is the current one, a daily version 0 means none

    Raises
    ------
    InputError, MissingError, DataError
        The request cannot be run as it is; the sentence says why and what to do.
    """
    selected = chosen or choose_strategy(request.strategy, request.strategy_params)
    resolved = resolve(store, master, request, version=versions[0])
    assert resolved.interval is not None
    panel = read_panel(store, master, resolved, versions)
    done = compute(
        panel,
        selected.strategy,
        resolved.execution,
        resolved.account,
        risk_free_rate=resolved.risk_free_rate,
        seed=resolved.seed,
        check_all=resolved.check_all,
        progress=progress,
        cancelled=cancelled,
    )
    manifest = _manifest(store, resolved, selected, versions)
    return _record(store, panel, resolved, done, manifest, versions, backtest_id, now)


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
    """Fill in the interval and the period that semantics names as defaults.

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
        raise NoBarsAtAll(missing, str(interval))
    start, end = _period(request, interval, held)
    return replace(request, interval=interval, start=start, end=end)


def read_panel(store: Store, master: Master, request: BacktestRequest, versions: tuple[int | None, int | None] = (None, None)) -> Panel:
    """The bars of a resolved request, with what the master knows of its stocks."""
    assert request.interval is not None
    known = {code: master.lookup(code) for code in request.codes if master.known(code)}
    panel = store.read_panel(
        request.codes, request.interval, request.start, request.end, version=versions[0], daily_version=versions[1], instruments=known
    )
    if len(panel) == 0:
        series = store.series(request.interval)
        assert request.start is not None
        assert request.end is not None
        first, last = _span([series[code] for code in request.codes])
        raise PeriodWithoutData(request.start, request.end, str(request.interval), first, last)
    return panel


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


def _span(series: list[StoredSeries]) -> tuple[date, date]:
    return min(item.first for item in series), max(item.last for item in series)


def _period(request: BacktestRequest, interval: Interval, held: list[StoredSeries]) -> tuple[date, date]:
    first, last = _span(held)
    end = request.end or last
    start = request.start or _sixty_sessions_up_to(min(end, last), first, held[0].facts.exchange)
    if start > last or end < first:
        raise PeriodWithoutData(start, end, str(interval), first, last)
    return start, end


def _sixty_sessions_up_to(end: date, first: date, exchange: Exchange) -> date:
    """First of the last 60 sessions, the end included; never before the data."""
    if exchange is Exchange.OTHER:
        return first
    earlier = last_sessions_before(exchange, date.fromordinal(end.toordinal() + 1), DEFAULT_SESSIONS)
    start = earlier.day[0].astype(object) if len(earlier) else first
    return max(first, start)


def _manifest(store: Store, request: BacktestRequest, selected: ChosenStrategy, versions: tuple[int | None, int | None]) -> dict[str, Any]:
    assert request.interval is not None
    version = versions[0] or store.current_version(request.interval)
    daily = store.current_version(DAILY) if versions[1] is None else versions[1]
    return {
        "data_hash": store.data_hash(request.codes, request.interval, version=version, daily_version=daily),
        "data_version": {str(request.interval): version, "1d": daily or None},
        "code_version": code_version(),
        "code_hash": code_hash(),
        "strategy_reference": selected.reference,
        "strategy_source": selected.source,
        "parameters": replace(request, strategy=selected.reference, strategy_params=selected.strategy.parameters()).to_json(),
        "seed": request.seed,
        "environment": environment(),
    }


def _record(
    store: Store,
    panel: Panel,
    request: BacktestRequest,
    done: Computation,
    manifest: dict[str, Any],
    versions: tuple[int | None, int | None],
    backtest_id: str | None,
    now: datetime | None,
) -> RunRecord:
    record = RunRecord(
        backtest_id=backtest_id,
        status=RunStatus.COMPLETED,
        request=manifest["parameters"],
        panel=panel,
        facts=_facts(store, panel, request, versions[0]),
        simulation=done.simulation,
        summary=done.summary,
        completed_at=now or datetime.now(UTC),
        benchmarks=(*done.benchmarks, *_index(store, panel, done, request, versions[1])),
        lookahead=done.lookahead,
        manifest=manifest,
        slippage=done.slippage,
    )
    return replace(record, manifest=dict(record.manifest) | {"result_hash": result_hash(result_body(record))})


def _index(store: Store, panel: Panel, done: Computation, request: BacktestRequest, daily_version: int | None) -> tuple[Benchmark, ...]:
    """The first index that the store has daily closes of in the period."""
    version = store.current_version(DAILY) if daily_version is None else daily_version
    stored = store.series(DAILY, version=version) if version else {}
    for code in INDEX_CODES:
        if code in stored and stored[code].facts.synthetic is panel.synthetic and stored[code].facts.kind is Kind.INDEX:
            index = store.read_panel([code], DAILY, request.start, request.end, version=version)
            found = index_benchmark(panel, index, done.simulation.initial_equity, request.risk_free_rate)
            if found is not None:
                return (found,)
    return ()


def _facts(store: Store, panel: Panel, request: BacktestRequest, version: int | None) -> PanelFacts:
    assert request.interval is not None
    faults = store.faults_for(request.codes, request.interval, request.start, request.end, version=version)
    assumed = tuple(assumed_fault(instrument) for instrument in panel.instruments if instrument.assumed)
    return PanelFacts(
        interval=str(request.interval),
        coverage=tuple(coverage_of(panel, index) for index in range(len(panel.instruments))),
        faults=[fault_json(fault) for fault in (*faults, *assumed)],
        sources=panel.sources,
        synthetic=panel.synthetic,
    )


def assumed_fault(instrument: Instrument) -> Fault:
    """Say that kind and board of an instrument were not known."""
    return Fault("kind_assumed", instrument.code, 1, example=instrument.code)


def fault_json(fault: Fault) -> dict[str, Any]:
    """A fault as plain JSON values, with both sentences."""
    plain = asdict(fault) | {"first": str(fault.first) if fault.first else None, "last": str(fault.last) if fault.last else None}
    words = {"korean": fault_sentence(fault, Language.KOREAN), "english": fault_sentence(fault, Language.ENGLISH)}
    return plain | {"severity": str(FAULT_KINDS[fault.kind].severity)} | words


def coverage_of(panel: Panel, index: int) -> Coverage:
    """What the panel holds of one instrument."""
    rows = panel.rows_of(index)
    sessions = np.unique(panel.session[rows])
    days = panel.sessions.day[sessions]
    return Coverage(
        code=panel.instruments[index].code,
        bars=rows.stop - rows.start,
        traded_bars=int(np.count_nonzero(panel.traded[rows])),
        sessions_with_bars=len(sessions),
        first_session=str(days[0]) if len(days) else None,
        last_session=str(days[-1]) if len(days) else None,
    )
