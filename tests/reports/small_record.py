"""The record of the run that was worked out by hand, with benchmarks, a fault and a manifest."""

from datetime import UTC, datetime
from typing import Any

import numpy as np

from bokgi.metrics.equity import equity_figures
from bokgi.metrics.summary import summarize
from bokgi.reports.run_record import Benchmark, Coverage, PanelFacts, RunRecord, RunStatus
from tests.metrics.small_run import DAYS, INITIAL, small_panel, small_simulation

REQUEST: dict[str, Any] = {
    "strategy": "daily_trading",
    "strategy_params": {"buy_time": "10:00", "sell_time": "15:00"},
    "stock_codes": ["005930", "000660", "0126Z0"],
    "initial_capital": 1_000_000,
    "account": {"mode": "per_stock"},
    "risk_free_rate": 0.0,
}
FAULT = {
    "kind": "missing_session",
    "severity": "warning",
    "code": "005930",
    "count": 1,
    "korean": "<b>005930</b>: 거래일 1일의 봉이 없습니다.",
    "english": "<b>005930</b>: bars of 1 session are missing.",
}


def small_record(**changes: Any) -> RunRecord:  # any field of the record
    panel, simulation = small_panel(), small_simulation()
    held = np.array([2_010_000.0, 1_990_000.0, 2_004_000.0])
    benchmark = Benchmark("buy_and_hold", "단순 보유", "Buy and hold", held, equity_figures(DAYS, held, INITIAL, sessions_per_year=245))
    values: dict[str, Any] = {
        "backtest_id": "bt-2026-02-08-547",
        "status": RunStatus.COMPLETED,
        "request": REQUEST,
        "panel": panel,
        "facts": PanelFacts("5m", (Coverage("005930", 6, 6, 3, "2025-10-16", "2025-10-20"),), (FAULT,), (), ("hand",)),
        "simulation": simulation,
        "summary": summarize(simulation, panel),
        "completed_at": datetime(2026, 2, 8, 14, 35, 22, 453_000, UTC),
        "benchmarks": (benchmark,),
        "manifest": {"data_hash": "ab12", "code_version": "0.1.0"},
    }
    return RunRecord(**(values | changes))
