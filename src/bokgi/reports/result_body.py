"""The result body of the API: `GET /api/backtest/result/{id}`, `--json FILE` and what `verify` compares.

Convention: `performance` is for people (percent strings, rounded numbers), `metrics` is exact. Every value of `performance` is rounded
from `metrics`; undefined is null in both.
"""

import math
from collections.abc import Mapping
from typing import Any

from bokgi.metrics.catalog import BY_NAME, PERFORMANCE, Unit
from bokgi.metrics.equity import DrawdownSpan, Value
from bokgi.metrics.stocks import StockSummary
from bokgi.metrics.summary import SaleStatistics
from bokgi.reports.formats import percent, rounded, to_row, utc_text, utc_text_of_micros
from bokgi.reports.run_record import Benchmark, PanelFacts, RunRecord


def result_body(record: RunRecord) -> dict[str, Any]:
    """Return the body as plain JSON values, in the order of the contract.

    Raises
    ------
    ValueError
        A figure is NaN or infinite: a promise of the metrics is broken.
    """
    summary = record.summary
    body: dict[str, Any] = {"backtest_id": record.backtest_id, "status": record.status.value}
    if record.partial:
        body |= {"partial": True, "unfinished_stocks": list(record.unfinished)}
    body |= {
        "performance": performance(summary.values),
        "metrics": exact_values(summary.values),
        "stocks": [_stock(row) for row in summary.stocks],
        "uncounted_stocks": list(summary.uncounted),
        "sell_reason_stats": {reason: _sale(row) for reason, row in summary.sale_reasons.items()},
        "events": _events(record),
        "drawdowns": [_drawdown(span) for span in summary.drawdowns],
        "monthly_returns": [{"month": row.month, "return": row.return_ratio, "sessions": row.sessions} for row in summary.months],
        "benchmarks": [_benchmark(row) for row in record.benchmarks],
        "slippage_returns": [{"ticks": ticks, "total_return": value} for ticks, value in record.slippage],
        "session_moves": [to_row(row) for row in record.session_moves],
        "data": _data(record.facts),
        "lookahead": record.lookahead,
        "manifest": dict(record.manifest),
        "results_file": None if record.backtest_id is None else f"/api/results/{record.backtest_id}.csv",
        "completed_at": utc_text(record.completed_at),
    }
    return body


def performance(values: Mapping[str, Value]) -> dict[str, str | float | int | None]:
    """Return the fixed figures as people read them: percent strings with two decimals (`win_rate` one), numbers rounded."""
    return {name: _shown(name, values[name]) for name in PERFORMANCE}


def exact_values(values: Mapping[str, Value]) -> dict[str, Value]:
    """Return the figures as they are, made sure to be finite."""
    for name, value in values.items():
        if value is not None and not math.isfinite(value):
            raise ValueError(f"{name} is {value}")
    return dict(values)


def _shown(name: str, value: Value) -> str | float | int | None:
    metric = BY_NAME[name]
    if value is None or metric.unit is Unit.RATIO:
        return percent(value, metric.decimals)
    number = rounded(value, metric.decimals)
    return int(number) if metric.decimals == 0 else float(number)


def _stock(row: StockSummary) -> dict[str, Any]:
    money = {name: whole(getattr(row, name)) for name in ("total_profit", "unrealised_profit", "total_cost")}
    return to_row(row) | money


def _sale(row: SaleStatistics) -> dict[str, Any]:
    return {"count": row.count, "profit": whole(row.profit), "win_rate": row.win_rate, "winning_trades": row.winning_trades}


def _events(record: RunRecord) -> dict[str, Any]:
    return {"counts": dict(record.summary.events), "average_late_minutes": record.summary.average_late_minutes}


def _drawdown(span: DrawdownSpan) -> dict[str, Any]:
    days = {name: None if day is None else day.isoformat() for name, day in _days(span).items()}
    instants = {"peak_at": span.peak_at, "trough_at": span.trough_at, "recovery_at": span.recovery_at}
    texts = {name: None if at is None else utc_text_of_micros(at) for name, at in instants.items()}
    return {"basis": span.basis, "depth": span.depth, **days, **texts, "sessions": span.sessions}


def _days(span: DrawdownSpan) -> dict[str, Any]:
    return {"peak": span.peak, "trough": span.trough, "recovery": span.recovery}


def _benchmark(row: Benchmark) -> dict[str, Any]:
    return {"name": row.name, "korean": row.korean, "english": row.english, "metrics": exact_values(row.figures.values)}


def _data(facts: PanelFacts) -> dict[str, Any]:
    return {
        "interval": facts.interval,
        "coverage": [to_row(row) for row in facts.coverage],
        "faults": [dict(fault) for fault in facts.faults],
        "adjustments": [dict(adjustment) for adjustment in facts.adjustments],
        "sources": list(facts.sources),
        "synthetic": facts.synthetic,
    }


def whole(value: float) -> float | int:
    """Whole money as an integer."""
    return int(value) if float(value).is_integer() else value
