"""What the benchmarks compare does the same: final equities of Bokgi and its peers on the same bars. Nothing is timed here."""

from datetime import date

import pandas as pd
import pytest

from benchmarks.cross_bars import cross_frame, panel_of_frame
from benchmarks.cross_peers import (
    SAME,
    FinalEquityError,
    backtesting_of,
    check_agreement,
    end_to_end_of,
    simulation_of,
    vectorbt_of,
)
from benchmarks.instrument_search import search_figures
from benchmarks.measuring import Timing
from benchmarks.rows import below_row, faster_row
from bokgi.market.calendar import sessions_between
from bokgi.market.instruments import Exchange


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return cross_frame(sessions_between(Exchange.XKRX, date(2023, 1, 2), date(2023, 3, 31)), bars=6_000)


@pytest.mark.drill  # most of it is vectorbt's compiler
@pytest.mark.parametrize("name", ["MA5_20", "MA20_50"])
@pytest.mark.filterwarnings("ignore")  # the peers' own warnings on import
def test_vectorbt_ends_with_the_same_equity(frame: pd.DataFrame, name: str) -> None:
    pytest.importorskip("vectorbt", reason="vectorbt is not installed (make environment-test installs it)")
    panel = panel_of_frame(frame)
    ours, theirs = simulation_of(panel, name)(), vectorbt_of(frame, panel, name)()
    assert len(ours.trades) == int(theirs.trades.count()) > 30
    assert float(ours.equity[-1]) == pytest.approx(float(theirs.final_value()), rel=SAME, abs=0.0)


@pytest.mark.parametrize("name", ["MA5_20", "MA20_50"])
@pytest.mark.filterwarnings("ignore")
def test_backtesting_py_ends_with_the_same_equity(frame: pd.DataFrame, name: str) -> None:
    pytest.importorskip("backtesting", reason="backtesting.py is not installed (make environment-test installs it)")
    ours, theirs = end_to_end_of(panel_of_frame(frame), name)().values, backtesting_of(frame, name)()
    assert ours["total_trades"] == theirs["# Trades"] > 30
    assert ours["final_equity"] == pytest.approx(theirs["Equity Final [$]"], rel=SAME, abs=0.0)


def test_unequal_equities_stop_the_benchmark() -> None:
    check_agreement("a peer", 10_000_000.0, 10_000_000.001)
    with pytest.raises(FinalEquityError, match="a peer"):
        check_agreement("a peer", 10_000_000.0, 10_000_000.1)


def test_an_aim_is_judged_by_medians_and_a_miss_is_said() -> None:
    ours, theirs = Timing((0.01, 0.02, 0.9)), Timing((0.3, 0.2, 0.1))
    assert faster_row("case", ours, "peer", theirs, 5.0).verdict == "met, 2.00 times the aim"
    assert faster_row("case", ours, "peer", theirs, 20.0).verdict == "**missed**: 50% of the aim"
    assert below_row("case", 4.0, "4 s", 3.0, "3 s").verdict == "**missed**: 75% of the aim"


def test_the_search_is_measured_on_queries_of_every_kind() -> None:
    figures = search_figures(instruments=300, queries=60)
    assert len(figures.queries.seconds) >= 55
    assert 0 < figures.percentile(0.5) <= figures.percentile(0.99) <= max(figures.queries.seconds)
    assert figures.memory_bytes > 10_000
