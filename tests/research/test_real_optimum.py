"""What was found on real sessions before this code existed: 396500 over 55 full sessions, ten large caps over seven."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bokgi.research.honesty import Honesty, honesty
from bokgi.research.noise import pair_returns
from bokgi.research.overfitting import backtest_overfitting
from bokgi.research.resamples import stationary_resamples
from bokgi.research.superior_ability import NO_TRADE, BootstrapMaxima
from bokgi.research.trials import TrialBlock
from bokgi.research.verdict import Verdict, verdicts
from bokgi.units import FloatArray

BARS = 72
ETF_ROUND_TRIP = 2 * 0.00011
"""Two commissions; an ETF pays no tax."""
STOCK_ROUND_TRIP = 0.00222


def full_sessions(path: Path) -> tuple[FloatArray, FloatArray]:
    """Opening prices of the bars and closing prices of the sessions; float64[session, bar] and float64[session], full sessions only."""
    frame = pl.read_csv(path).rename(str.lower)
    stamp = pl.col("datetime").str.to_datetime(time_zone="UTC").dt.convert_time_zone("Asia/Seoul")
    frame = frame.with_columns(stamp.alias("at")).with_columns(pl.col("at").dt.date().alias("session")).sort("at")
    days = [day for _, day in frame.group_by("session", maintain_order=True) if len(day) == BARS]
    return np.array([day["open"].to_numpy() for day in days]), np.array([day["close"].to_numpy()[-1] for day in days])


def figures(opens: FloatArray, closes: FloatArray, cost: float) -> Honesty:
    gross, net = pair_returns(opens, cost)
    held = np.diff(np.concatenate(([opens[0, 0]], closes))) / opens[0, 0]
    return honesty((TrialBlock(net, gross),), held, stationary_resamples(len(opens), 1_000, 1))


def test_the_best_pair_of_the_etf_looks_good_and_loses_to_holding(shared_data: Path) -> None:
    opens, closes = full_sessions(shared_data / "kr_intraday" / "396500_yahoo_5m_2025-12-05_2026-03-09.csv")
    assert len(opens) == 55
    _, net = pair_returns(opens, ETF_ROUND_TRIP)
    assert backtest_overfitting((net,), 10) == pytest.approx(0.02, abs=0.005)
    found = figures(opens, closes, ETF_ROUND_TRIP)
    best = net[found.optimum.trial]
    assert np.prod(1.0 + best) - 1.0 == pytest.approx(0.57, abs=0.005)
    assert found.compared.holding_total == pytest.approx(0.89, abs=0.005)
    judged = verdicts([found])[0]
    assert judged.verdict is Verdict.NOT_ENOUGH_DATA
    assert judged.sentence.korean == "데이터 부족: 55거래일, 최소 60거래일 필요"


def test_seven_sessions_would_call_most_names_significant_and_get_no_verdict(shared_data: Path) -> None:
    """Six of ten were found; two lie near the line, so the resamples that are drawn decide between five and seven."""
    paths = sorted((shared_data / "kr_intraday").glob("*_yahoo_5m_2025-10-16_2025-10-24.csv"))
    names = [full_sessions(path) for path in paths]
    assert [opens.shape for opens, _ in names] == [(7, BARS)] * 10
    assert 5 <= sum(p_of_seven(opens) < 0.05 for opens, _ in names) <= 7
    judged = verdicts([figures(opens, closes, STOCK_ROUND_TRIP) for opens, closes in names])
    assert {each.verdict for each in judged} == {Verdict.NOT_ENOUGH_DATA}
    assert {each.sentence.korean for each in judged} == {"데이터 부족: 7거래일, 최소 60거래일 필요"}


def p_of_seven(opens: FloatArray) -> float:
    gross, net = pair_returns(opens, STOCK_ROUND_TRIP)
    maxima = BootstrapMaxima(stationary_resamples(7, 1_000, 1), np.zeros(7), 2)
    maxima.add(TrialBlock(net, gross))
    return maxima.superior_ability(NO_TRADE)
