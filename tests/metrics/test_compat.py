"""The definitions of other packages, compared with those packages where they are installed."""

import importlib
import importlib.util
import json
import math
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from bokgi.metrics.compat import ComparedRun, Figures, Package, summarize_as

SAME = 1e-9
DAY_MICROS = 86_400_000_000
BARS_A_DAY = 4
ANSWERS = Path(__file__).with_name("vectorbt_answers.py")

pytestmark = pytest.mark.filterwarnings("ignore")
"""Warnings of the compared packages are theirs."""


def package_or_skip(name: str) -> ModuleType:
    package: ModuleType = pytest.importorskip(
        name, reason=f"the package {name} is not installed; `pip install` the benchmark group to compare with it"
    )
    return package


def generated_run(seed: int, days: int = 300, drift: float = 0.0005) -> ComparedRun:
    random = np.random.default_rng(seed)
    calendar = np.arange("2023-01-02", "2026-01-01", dtype="datetime64[D]")
    weekdays = calendar[np.is_busday(calendar)][:days].astype(np.int64)
    at = (weekdays[:, None] * DAY_MICROS + (9 + np.arange(BARS_A_DAY)) * 3_600_000_000).ravel()
    equity = 1e6 * np.exp(np.cumsum(random.normal(drift / BARS_A_DAY, 0.006, len(at))))
    profits = random.normal(100.0, 5_000.0, 41)
    profits[::10] = 0.0
    return ComparedRun(equity, at, 1e6, profits, profits / random.uniform(9e5, 1.1e6, len(profits)))


RUNS = [generated_run(1), generated_run(2, drift=-0.001), generated_run(3, days=70)]
PRICES = 100.0 * np.exp(np.cumsum(np.random.default_rng(5).normal(0.0, 0.02, 203)))


def series_of(run: ComparedRun) -> tuple[ModuleType, object]:
    pandas = importlib.import_module("pandas")
    return pandas, pandas.Series(run.daily_returns, index=pandas.DatetimeIndex(np.unique(run.day).astype("datetime64[ns]")))


def assert_same(ours: Figures, theirs: dict[str, float]) -> None:
    assert set(ours) == set(theirs)
    for name, value in theirs.items():
        assert ours[name] == (pytest.approx(value, rel=SAME, abs=1e-15) if math.isfinite(value) else None), name


@pytest.mark.parametrize("run", RUNS)
def test_empyrical_says_the_same(run: ComparedRun) -> None:
    stats = package_or_skip("empyrical")
    _, returns = series_of(run)
    ours = summarize_as(Package.EMPYRICAL, run)
    assert_same(ours, {name: float(getattr(stats, name)(returns)) for name in ours})


@pytest.mark.parametrize("run", RUNS)
def test_quantstats_says_the_same(run: ComparedRun) -> None:
    stats = package_or_skip("quantstats").stats
    _, returns = series_of(run)
    ours = summarize_as(Package.QUANTSTATS, run)
    assert_same(ours, {name: float(getattr(stats, name)(returns)) for name in ours})


def test_quantstats_takes_an_annual_risk_free_rate() -> None:
    stats = package_or_skip("quantstats").stats
    run = ComparedRun(RUNS[0].equity, RUNS[0].at, 1e6, risk_free_rate=0.03)
    _, returns = series_of(run)
    ours = summarize_as(Package.QUANTSTATS, run)
    for name in ("sharpe", "sortino", "omega"):
        assert ours[name] == pytest.approx(float(getattr(stats, name)(returns, rf=0.03)), rel=SAME), name


def backtesting_answer(run: ComparedRun) -> dict[str, float]:
    package_or_skip("backtesting")
    stats = importlib.import_module("backtesting._stats")
    pandas, _ = series_of(run)
    index = pandas.DatetimeIndex(run.at.astype("datetime64[us]").astype("datetime64[ns]"))
    trades = pandas.DataFrame({"PnL": run.trade_profits, "ReturnPct": run.trade_returns})
    trades["EntryBar"], trades["ExitBar"] = np.arange(len(trades)), np.arange(len(trades)) + 1
    trades["Duration"] = pandas.Timedelta(hours=1)
    bars = pandas.DataFrame({"Close": np.linspace(100.0, 120.0, len(index))}, index=index)
    answer = stats.compute_stats(trades, run.equity, bars, None, run.risk_free_rate)
    return {name: float(value) for name, value in answer.items() if isinstance(value, int | float | np.number)}


@pytest.mark.parametrize("run", RUNS)
def test_backtesting_py_says_the_same(run: ComparedRun) -> None:
    theirs = backtesting_answer(run)
    ours = summarize_as(Package.BACKTESTING, run)
    assert_same(ours, {name: theirs[name] for name in ours})


@pytest.fixture(scope="module")
def vectorbt_figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What vectorbt says of all runs and of trades on one series; asked once, in a process of its own (`vectorbt_answers.py`)."""
    if importlib.util.find_spec("vectorbt") is None:
        pytest.skip("the package vectorbt is not installed; `pip install` the benchmark group to compare with it")
    place = tmp_path_factory.mktemp("vectorbt") / "asked.npz"
    np.savez(place, PRICES, *(run.daily_returns for run in RUNS))
    done = subprocess.run([sys.executable, "-W", "ignore", ANSWERS, place], capture_output=True, text=True, timeout=240, check=True)
    answered: dict[str, Any] = json.loads(done.stdout)
    return answered


@pytest.mark.parametrize("number", range(len(RUNS)))
def test_vectorbt_says_the_same_of_returns(vectorbt_figures: dict[str, Any], number: int) -> None:
    ours, theirs = summarize_as(Package.VECTORBT, RUNS[number]), vectorbt_figures["returns"][number]
    assert len(theirs) == 12
    assert_same({name: ours[name] for name in theirs}, theirs)


def test_vectorbt_says_the_same_of_trades(vectorbt_figures: dict[str, Any]) -> None:
    theirs = vectorbt_figures["trades"]
    profits = np.array(theirs.pop("profits"))
    ours = summarize_as(Package.VECTORBT, ComparedRun(RUNS[0].equity, RUNS[0].at, 1e6, profits))
    assert ours["total_trades"] == len(profits) > 40
    assert len(theirs) == 4
    for name, value in theirs.items():
        assert ours[name] == pytest.approx(value, rel=SAME), name


def test_what_a_package_answers_without_a_finite_number_is_none() -> None:
    flat = ComparedRun(np.full(8, 1e6), RUNS[0].at[:8], 1e6)
    for package in Package:
        figures = summarize_as(package, flat)
        assert all(value is None or math.isfinite(value) for value in figures.values())
    assert summarize_as(Package.VECTORBT, flat)["sharpe_ratio"] is None
    assert summarize_as(Package.BACKTESTING, flat)["Win Rate [%]"] is None
