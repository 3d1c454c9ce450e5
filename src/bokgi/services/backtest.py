"""A backtest over the store: resolve the request, read the bars, compute, and say what the data were.

Everything that a default decided stands in the resolved request of the result, so that it can be run again as it was.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bokgi.bars.interval import DAILY
from bokgi.bars.panel import Panel
from bokgi.data.faults import Fault
from bokgi.data.master import Master
from bokgi.data.repair_records import Repair
from bokgi.data.repairs import repair_faults
from bokgi.data.store import Store
from bokgi.data.universe import universe_faults
from bokgi.engine.parts import Cancelled, Checkpoint
from bokgi.errors.requests import PeriodWithoutData
from bokgi.market.instruments import Instrument, Kind
from bokgi.metrics.session_moves import session_moves
from bokgi.reports.result_body import result_body
from bokgi.reports.run_record import Benchmark, PanelFacts, RunRecord, RunStatus
from bokgi.services.adjustments import SPLIT, adjustment_findings
from bokgi.services.computation import Computation, OnStep, before_parts, compute, index_benchmark
from bokgi.services.data_facts import assumed_fault, coverage_of, fault_json, lasting_faults, repair_json
from bokgi.services.manifest import code_hash, code_version, environment, master_hash, result_hash, work_key
from bokgi.services.request import BacktestRequest
from bokgi.services.resolution import ChosenStrategy, choose_strategy, resolve, span_of

INDEX_CODES = ("KOSPI200", "KS200", "1028", "KOSPI", "KS11", "1001", "DEMOINDEX")


def run_backtest(
    store: Store,
    master: Master,
    request: BacktestRequest,
    *,
    chosen: ChosenStrategy | None = None,
    backtest_id: str | None = None,
    versions: tuple[int | None, int | None] = (None, None),
    now: datetime | None = None,
    checkpoint: Checkpoint | None = None,
    on_step: OnStep | None = None,
    cancelled: Cancelled | None = None,
) -> RunRecord:
    """Run one backtest over stored bars.

    Parameters
    ----------
    versions : of the interval's and of the daily bars; None is the current one, a daily version 0 means none
    checkpoint : where finished parts are kept; it is bound to this run here, so parts of other bars, code or requests are left alone
    on_step : told how far it is
    cancelled : whether to stop; with some stocks finished the record is `partial` and cancelled

    Raises
    ------
    InputError, MissingError, DataError
        The request cannot be run as it is; the sentence says why and what to do.
    RunCancelled
        `cancelled` said so before the first stock was finished.
    """
    selected = chosen or choose_strategy(request.strategy, request.strategy_params)
    resolved = resolve(store, master, request, version=versions[0])
    assert resolved.interval is not None
    versions = _pinned(store, resolved, versions)
    manifest = _manifest(store, resolved, selected, versions)
    if checkpoint is not None:
        checkpoint.bind(work_key(manifest, _known(master, resolved.codes).values()))
    panel = before_parts(lambda asked: read_panel(store, master, resolved, versions, asked), cancelled, checkpoint)
    done = compute(
        panel,
        selected.strategy,
        resolved.execution,
        resolved.account,
        risk_free_rate=resolved.risk_free_rate,
        seed=resolved.seed,
        check_all=resolved.check_all,
        checkpoint=checkpoint,
        on_step=on_step,
        cancelled=cancelled,
    )
    manifest["master_hash"] = master_hash(panel.instruments)
    return _record(store, panel, resolved, done, manifest, versions, backtest_id, now)


def _pinned(store: Store, request: BacktestRequest, versions: tuple[int | None, int | None]) -> tuple[int | None, int]:
    """The versions by number: an import that ends while the run goes on changes nothing for it."""
    assert request.interval is not None
    version = store.current_version(request.interval) if versions[0] is None else versions[0]
    daily = store.current_version(DAILY) if versions[1] is None else versions[1]
    return version, daily or 0


def read_panel(
    store: Store,
    master: Master,
    request: BacktestRequest,
    versions: tuple[int | None, int | None] = (None, None),
    cancelled: Cancelled | None = None,
) -> Panel:
    """The bars of a resolved request, with what the master knows of its stocks."""
    assert request.interval is not None
    panel = store.read_panel(
        request.codes,
        request.interval,
        request.start,
        request.end,
        version=versions[0],
        daily_version=versions[1],
        instruments=_known(master, request.codes),
        cancelled=cancelled,
        raw=request.raw_data,
        factors=request.factors,
    )
    if len(panel) == 0:
        series = store.series(request.interval)
        assert request.start is not None
        assert request.end is not None
        first, last = span_of([series[code] for code in request.codes])
        raise PeriodWithoutData(request.start, request.end, str(request.interval), first, last)
    return panel


def _known(master: Master, codes: Sequence[str]) -> dict[str, Instrument]:
    return {code: master.lookup(code) for code in codes if master.known(code)}


def _manifest(store: Store, request: BacktestRequest, selected: ChosenStrategy, versions: tuple[int | None, int]) -> dict[str, Any]:
    assert request.interval is not None
    version, daily = versions
    read = {"version": version, "daily_version": daily}
    return {
        "data_hash": store.data_hash(request.codes, request.interval, **read, raw=request.raw_data, factors=request.factors),
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
        status=RunStatus.CANCELLED if done.is_partial else RunStatus.COMPLETED,
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
        session_moves=session_moves(panel),
        partial=done.is_partial,
        unfinished=done.unfinished,
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
    faults, repairs = told_findings(store, request, version, panel.instruments)
    return PanelFacts(
        interval=str(request.interval),
        coverage=tuple(coverage_of(panel, index) for index in range(len(panel.instruments))),
        faults=[fault_json(fault) for fault in faults],
        sources=panel.sources,
        synthetic=panel.synthetic,
        adjustments=[repair_json(repair) for repair in repairs],
    )


def told_findings(
    store: Store, request: BacktestRequest, version: int | None, instruments: Iterable[Instrument]
) -> tuple[tuple[Fault, ...], tuple[Repair, ...]]:
    """Everything that a result says of its data: of the universe, of the bars, and of instruments whose kind is not known."""
    faults, repairs = data_findings(store, request, version)
    assumed = (assumed_fault(instrument) for instrument in instruments if instrument.assumed)
    return (*universe_faults(request.universe or {}), *faults, *assumed), repairs


def data_findings(store: Store, request: BacktestRequest, version: int | None) -> tuple[tuple[Fault, ...], tuple[Repair, ...]]:
    """Faults of the bars of a resolved request, and the repairs that touched them: none where it asked for raw data, which is then said."""
    assert request.interval is not None
    asked = (request.codes, request.interval, request.start, request.end)
    repairs = store.repairs_for(*asked, version=version)
    others = (fault for fault in lasting_faults(store.faults_for(*asked, version=version)) if fault.kind != "repaired_block")
    kept = (*repair_faults(repairs, are_applied=not request.raw_data), *others)
    adjusted, records = adjustment_findings(store, request, version)
    faults = (*adjusted, *(fault for fault in kept if fault.kind != SPLIT or not (request.factors or {}).get(fault.code)))
    return faults, (*(() if request.raw_data else repairs), *records)
