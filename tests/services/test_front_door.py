"""The Python interface: what it takes, what it gives, and that importing it costs nothing."""

import math
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import bokgi
from bokgi.bars.interval import Interval
from bokgi.bars.panel import Panel
from bokgi.bars.selection import panel_cut
from bokgi.data.demo import demo_names, write_demo
from bokgi.data.store import Store
from bokgi.errors.base import BokgiError
from bokgi.errors.front_door import BarsEmpty, BarsUnknownKind, MarketTwice, ParametersTwice, StrategyUnknownKind
from bokgi.errors.reports import PlotKindUnknown
from bokgi.errors.requests import FieldInvalid, NoBarsAtAll
from bokgi.errors.strategies import ParameterUnknown, StrategyLooksAhead, StrategyUnknown
from bokgi.orders.on_bar import BarContext
from bokgi.services.front_door import StoredPanel


class Breakout(bokgi.Strategy):
    period = bokgi.Parameter(60, low=2, high=500, unit="bars")

    def signals(self, panel: Panel) -> bokgi.Signals:
        top = bokgi.indicators.earlier(panel, bokgi.indicators.highest(panel, self.period))
        bottom = bokgi.indicators.earlier(panel, bokgi.indicators.lowest(panel, self.period))
        return bokgi.Signals(entries=panel.close > top, exits=panel.close < bottom)


class BreakoutByBar(bokgi.Strategy):
    period = bokgi.Parameter(60, low=2, high=500, unit="bars")

    def on_bar(self, context: BarContext) -> None:
        if context.bars > self.period:
            if context.close[-1] > context.high[-1 - self.period : -1].max():
                context.buy()
            elif context.close[-1] < context.low[-1 - self.period : -1].min():
                context.sell()


class Clairvoyant(bokgi.Strategy):
    def signals(self, panel: Panel) -> bokgi.Signals:
        rises = np.append(panel.close[1:] > panel.close[:-1], False)
        return bokgi.Signals(entries=rises, exits=~rises)


@pytest.fixture(scope="module")
def bars() -> Panel:
    return bokgi.demo_bars(3, 8)


@pytest.fixture(scope="module")
def result(bars: Panel) -> bokgi.Result:
    return bokgi.backtest(bars, Breakout)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    write_demo(Store(folder), instruments=3, sessions=8)
    return folder


def daily_frame() -> pl.DataFrame:
    """A stock at 10,000 won that closes at 10,100 on its third day and at 9,900 on its fifth."""
    closes = [10_000.0, 10_000.0, 10_100.0, 10_100.0, 9_900.0, 9_900.0]
    days = [date(2025, 4, day) for day in (1, 2, 3, 4, 7, 8)]
    return pl.DataFrame({"date": days, "open": closes, "high": closes, "low": closes, "close": closes, "volume": [1_000] * 6})


class ThirdToFifth(bokgi.Strategy):
    def signals(self, panel: Panel) -> bokgi.Signals:
        return bokgi.Signals(entries=panel.close == 10_100.0, exits=panel.close == 9_900.0)


def test_importing_the_package_loads_neither_numpy_nor_numba_nor_polars() -> None:
    program = "import sys, bokgi; print([name for name in ('numpy', 'numba', 'polars', 'pandas') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there_and_an_unknown_one_is_told() -> None:
    assert set(bokgi.__all__) <= set(dir(bokgi))
    assert all(getattr(bokgi, name) is not None for name in bokgi.__all__)
    with pytest.raises(AttributeError, match="backtest"):
        bokgi.backtests  # noqa: B018  # the point of the test


def test_an_on_bar_and_a_signals_version_of_one_strategy_agree(bars: Panel, result: bokgi.Result) -> None:
    by_bar = bokgi.backtest(bars, BreakoutByBar())
    assert len(result.trades) > 5
    assert by_bar.trades.equals(result.trades)
    assert by_bar.equity.equals(result.equity)


def test_a_trade_of_a_polars_frame_has_the_money_that_was_computed_by_hand() -> None:
    # Bought at the open of the fourth day, 10,100: 10,000,000 buys 989 shares (9,988,900 + 110 ppm = 1,098 won of commission);
    # sold at the open of the sixth, 9,900: 9,791,100, commission 1,077; no tax and no slippage.
    result = bokgi.backtest(daily_frame(), ThirdToFifth, costs={"fixed_tax_ppm": 0})
    trade = result.trades.row(0, named=True)
    assert isinstance(result.trades, pl.DataFrame)
    assert len(result.trades) == 1
    assert (trade["buy_price"], trade["shares"], trade["sell_price"]) == (10_100.0, 989.0, 9_900.0)
    assert (trade["cost"], trade["profit"]) == (1_098.0 + 1_077.0, 9_791_100.0 - 9_988_900.0 - 2_175.0)
    assert (str(trade["bought_at"]), trade["reason"]) == ("2025-04-04 09:00:00+09:00", "signal")
    assert result.metrics["total_profit"] == trade["profit"]
    assert result.sell_reasons["signal"]["count"] == 1


def test_a_pandas_frame_gives_the_same_figures_in_pandas_frames() -> None:
    frame = daily_frame().to_pandas().set_index("date")
    in_pandas, in_polars = bokgi.backtest(frame, ThirdToFifth()), bokgi.backtest(daily_frame(), ThirdToFifth())
    assert all(isinstance(table, pd.DataFrame) for table in (in_pandas.trades, in_pandas.equity, in_pandas.stocks, in_pandas.sessions))
    assert in_pandas.metrics == in_polars.metrics
    assert isinstance(in_polars.trades, pl.DataFrame)
    assert isinstance(in_pandas.trades, pd.DataFrame)
    assert list(in_pandas.trades["profit"]) == list(in_polars.trades["profit"])
    assert str(next(iter(in_pandas.trades["sold_at"]))) == "2025-04-08 09:00:00+09:00"


def test_frames_agree_with_the_figures(result: bokgi.Result) -> None:
    closed = result.trades.filter(pl.col("sold_at").is_not_null())
    still_open = result.trades.filter(pl.col("sold_at").is_null())
    assert closed["profit"].sum() == result.metrics["total_profit"]
    assert result.trades["cost"].sum() == result.metrics["total_cost"]
    assert len(still_open) == result.metrics["open_positions"]
    assert still_open["reason"].to_list() == ["open"] * len(still_open)
    assert still_open["profit"].null_count() == len(still_open)
    assert math.isclose(min(result.equity["drawdown"].to_list()), result.metrics["max_drawdown"] or 0.0, rel_tol=1e-12)
    assert result.equity["equity"][-1] == result.sessions["equity"][-1] == result.metrics["final_equity"]
    assert result.stocks["total_profit"].sum() == result.metrics["total_profit"]


def test_benchmarks_and_the_lookahead_check_stand_beside_the_figures(result: bokgi.Result, bars: Panel) -> None:
    assert list(result.benchmarks) == ["buy_and_hold", "cash"]
    assert result.benchmarks["cash"]["total_return"] == 0.0
    assert result.lookahead is not None
    assert result.lookahead["violations"] == []
    assert bokgi.backtest(bars, "buy_and_hold").lookahead is None


def test_a_built_in_strategy_by_name_equals_the_run_over_the_store(home: Path) -> None:
    codes = [name.instrument.code for name in demo_names()[:3]]
    stored = bokgi.load_bars(codes, home=home)
    made = bokgi.demo_bars(3, 8)
    assert isinstance(stored, StoredPanel)
    for name in ("open", "high", "low", "close", "volume", "session", "minute", "auction", "base_price"):
        assert np.array_equal(getattr(stored, name), getattr(made, name), equal_nan=True), name
    parameters = {"buy_time": "10:00"}
    from_store, from_memory = (bokgi.backtest(panel, "daily_trading", parameters=parameters) for panel in (stored, made))
    assert from_store.metrics == from_memory.metrics
    assert from_store.synthetic


def test_stored_bars_can_be_cut_to_a_period_and_an_interval(home: Path) -> None:
    code = demo_names()[0].instrument.code
    panel = bokgi.load_bars(code, "1d", "2024-07-02", date(2024, 7, 4), home=home)
    assert (panel.interval, panel.sessions.day.astype(str).tolist()) == (
        Interval.from_text("1d"),
        ["2024-07-02", "2024-07-03", "2024-07-04"],
    )


def test_faults_of_stored_bars_go_into_the_result(bars: Panel) -> None:
    fault = {"kind": "gap", "code": bars.codes[0], "korean": "빠진 봉", "english": "a gap"}
    other = fault | {"code": "000000"}
    stored = StoredPanel(**{name: getattr(bars, name) for name in Panel.__dataclass_fields__}, faults=(fault, other))
    assert bokgi.backtest(stored, "buy_and_hold").faults == [fault]


def test_a_foreign_panel_runs_under_plain_rules_and_a_korean_one_under_krx(result: bokgi.Result) -> None:
    foreign = bokgi.bars_from_frame(daily_frame(), exchange="XNYS", code="ACME")
    assert bokgi.backtest(foreign, ThirdToFifth).record.request["fills"]["market"] == "plain"
    assert result.record.request["fills"]["market"] == "krx"
    assert bokgi.backtest(daily_frame(), ThirdToFifth, market="plain").record.request["fills"]["market"] == "plain"


def test_a_result_says_synthetic_where_it_is_and_what_was_assumed(result: bokgi.Result, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOKGI_LANGUAGE", "en")
    assert "SYNTHETIC" in repr(result)
    own = repr(bokgi.backtest(daily_frame(), ThirdToFifth))
    assert "SYNTHETIC" not in own
    assert "  ! " in own
    monkeypatch.setenv("BOKGI_LANGUAGE", "ko")
    assert "합성 자료(SYNTHETIC)" in repr(result)
    assert all(len(line) < 160 for line in repr(result).splitlines())


@pytest.mark.parametrize(("name", "beginning"), [("run.html", "<!doctype html>"), ("run.svg", "<svg")])
def test_a_plot_is_written_by_the_ending_of_its_name(result: bokgi.Result, tmp_path: Path, name: str, beginning: str) -> None:
    result.plot(tmp_path / name, language="en")
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(beginning)


def test_a_plot_without_a_file_shows_itself_in_a_notebook_and_can_be_saved(result: bokgi.Result, tmp_path: Path) -> None:
    plot = result.plot(language="en")
    assert plot._repr_html_().startswith("<iframe srcdoc=")
    assert "synthetic data" in plot.html
    assert plot.save(tmp_path / "later.html").read_text(encoding="utf-8") == plot.html
    with pytest.raises(PlotKindUnknown):
        result.plot(tmp_path / "run.png")


def test_bars_of_an_exchange_without_a_calendar_of_ours_run_under_plain() -> None:
    result = bokgi.backtest(bokgi.bars_from_frame(daily_frame(), exchange="OTHER"), ThirdToFifth)
    assert len(result.trades) >= 1
    assert result.metrics["sessions_per_year"] == 252


def test_what_cannot_be_run_is_refused_in_one_sentence(bars: Panel, home: Path) -> None:
    empty = bokgi.load_bars(demo_names()[0].instrument.code, home=home)
    with pytest.raises(BarsUnknownKind, match="DataFrame"):
        bokgi.backtest([1, 2, 3], Breakout)
    with pytest.raises(BarsEmpty):
        bokgi.backtest(panel_cut(empty, np.zeros(len(empty), dtype=np.bool_)), Breakout)
    with pytest.raises(StrategyUnknownKind, match=r"bokgi\.Strategy"):
        bokgi.backtest(bars, print)  # type: ignore[arg-type]  # the point of the test
    with pytest.raises(StrategyUnknown):
        bokgi.backtest(bars, "daily_trade")
    with pytest.raises(ParametersTwice):
        bokgi.backtest(bars, Breakout(), parameters={"period": 5})
    with pytest.raises(ParameterUnknown):
        bokgi.backtest(bars, Breakout, parameters={"length": 5})
    with pytest.raises(MarketTwice):
        bokgi.backtest(bars, Breakout, market="plain", fills={"market": "krx"})


@pytest.mark.parametrize(
    "options",
    [{"market": "nyse"}, {"capital": "much"}, {"risk_free_rate": 5.0}, {"costs": {"commission": 1}}, {"account": {"mode": "one"}}],
)
def test_a_wrong_option_is_named(bars: Panel, options: dict[str, Any]) -> None:
    with pytest.raises(FieldInvalid) as told:
        bokgi.backtest(bars, "buy_and_hold", **options)
    assert told.value.field
    assert "allowed" in str(told.value)


def test_a_strategy_that_looks_ahead_is_refused(bars: Panel) -> None:
    with pytest.raises(StrategyLooksAhead):
        bokgi.backtest(bars, Clairvoyant)


def test_wrong_requests_for_bars_are_refused(home: Path, tmp_path: Path) -> None:
    code = demo_names()[0].instrument.code
    with pytest.raises(FieldInvalid):
        bokgi.load_bars(code, start="July", home=home)
    with pytest.raises(FieldInvalid):
        bokgi.load_bars(5930, home=home)  # type: ignore[arg-type]  # the point of the test
    with pytest.raises(NoBarsAtAll):
        bokgi.load_bars(code, "5m", home=home)
    with pytest.raises(BokgiError):
        bokgi.load_bars(code, home=tmp_path)
    with pytest.raises(FieldInvalid):
        bokgi.demo_bars(interval="5m")
