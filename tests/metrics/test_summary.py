"""The summary of a run that was worked out by hand (see `small_run`)."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from bokgi.metrics.catalog import BY_NAME, METRICS, PERFORMANCE
from bokgi.metrics.summary import Summary, summarize
from bokgi.orders.simulation import Simulation
from tests.metrics.small_run import small_panel, small_simulation

NO_ROUNDING = 1e-15


@pytest.fixture(scope="module")
def summary() -> Summary:
    return summarize(small_simulation(), small_panel())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("total_profit", 18_067 - 21_504 - 1_633),
        ("unrealised_profit", 18_896),
        ("initial_equity", 2_000_000),
        ("final_equity", 2_013_826),
        ("gross_profit", 18_067),
        ("gross_loss", -23_137),
        ("total_commission", 108 + 111 + 111 + 108 + 104 + 104 + 104),
        ("total_tax", 1_514 + 1_485 + 1_425),
        ("total_cost", 750 + 4_424),
        ("best_trade", 18_067),
        ("worst_trade", -21_504),
        ("total_trades", 3),
        ("winning_trades", 1),
        ("losing_trades", 2),
        ("open_positions", 1),
        ("stocks", 2),
        ("sessions", 3),
        ("calendar_days", 5),
        ("sessions_per_year", 245),
        ("longest_winning_streak", 1),
        ("longest_losing_streak", 2),
    ],
)
def test_money_and_counts_are_whole_numbers_to_the_won(summary: Summary, name: str, expected: int) -> None:
    assert summary.values[name] == expected
    assert isinstance(summary.values[name], int)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("total_return", 13_826 / 2_000_000),
        ("win_rate", 1 / 3),
        ("profit_factor", 18_067 / 23_137),
        ("payoff_ratio", 18_067 / 11_568.5),
        ("expectancy", -5_070 / 3),
        ("exposure", 8 / 12),
        ("median_stock_return", (-3_437 + 17_263) / 2 / 1_000_000),
        ("stocks_in_profit", 0.5),
        ("max_drawdown", -21_608 / 2_016_434),
        ("max_drawdown_session_end", -21_504 / 2_016_434),
        ("best_session", 18_896 / 1_994_930),
        ("worst_session", -21_504 / 2_016_434),
        ("best_month", 13_826 / 2_000_000),
        ("cost_ratio", 5_174 / 2_000_000),
        ("round_trip_cost", (219 + 1_514 + 219 + 1_485 + 208 + 1_425) / (990_108 + 1_009_911 + 950_104)),
        ("average_trade_return", (18_067 / 990_108 - 21_504 / 1_009_911 - 1_633 / 950_104) / 3),
    ],
)
def test_ratios_are_those_of_the_hand(summary: Summary, name: str, expected: float) -> None:
    assert summary.values[name] == pytest.approx(expected, abs=NO_ROUNDING, rel=1e-12)


@pytest.mark.parametrize("name", ["annual_return", "volatility", "sharpe_ratio", "sortino_ratio", "calmar_ratio", "value_at_risk"])
def test_annual_and_tail_figures_of_three_sessions_are_none(summary: Summary, name: str) -> None:
    assert summary.values[name] is None


def test_what_was_earned_and_what_is_open_add_up_to_the_won(summary: Summary) -> None:
    values = summary.values
    assert values["total_profit"] + values["unrealised_profit"] == values["final_equity"] - values["initial_equity"]  # type: ignore[operator]  # both are numbers


def test_drawdowns_name_their_basis_and_their_dates(summary: Summary) -> None:
    on_bars, at_ends = summary.drawdowns
    assert (on_bars.basis, on_bars.peak, on_bars.trough, on_bars.recovery) == ("bars", date(2025, 10, 16), date(2025, 10, 20), None)
    assert (at_ends.basis, at_ends.peak, at_ends.trough) == ("session_ends", date(2025, 10, 16), date(2025, 10, 17))
    assert on_bars.sessions == at_ends.sessions == 2
    assert np.datetime64(on_bars.trough_at, "us") == np.datetime64("2025-10-20T01:00")
    assert at_ends.trough_at is None


def test_stocks_without_bars_are_listed_but_not_counted(summary: Summary) -> None:
    assert [row.code for row in summary.stocks] == ["005930", "000660"]
    assert summary.uncounted == ("0126Z0",)


def test_each_stock_has_its_own_row(summary: Summary) -> None:
    row = summary.by_code["000660"]
    assert (row.total_trades, row.winning_trades, row.losing_trades, row.open_positions) == (1, 0, 1, 1)
    assert (row.total_profit, row.unrealised_profit, row.total_cost) == (-1_633, 18_896, 208 + 1_425 + 104)
    assert (row.win_rate, row.max_drawdown) == (0.0, -0.019104)
    assert row.return_rate == pytest.approx(0.017263)
    assert summary.by_code["005930"].return_rate == pytest.approx(-0.003437)


def test_reasons_of_sale_count_closed_trades_only(summary: Summary) -> None:
    assert set(summary.sale_reasons) == {"sell_time"}
    row = summary.sale_reasons["sell_time"]
    assert (row.count, row.winning_trades, row.profit) == (3, 1, -5_070)
    assert row.win_rate == pytest.approx(1 / 3)


def test_events_are_summed_over_stocks_with_their_mean_delay(summary: Summary) -> None:
    assert dict(summary.events) == {"late_fill": 2, "coverage_end": 3}
    assert summary.average_late_minutes == 12.5


def test_every_metric_of_the_catalogue_is_there_in_its_order(summary: Summary) -> None:
    assert list(summary.values) == [metric.name for metric in METRICS]
    assert len(BY_NAME) == len(METRICS)
    assert set(PERFORMANCE) <= set(BY_NAME)


def without_trades(simulation: Simulation) -> Simulation:
    none = {name: getattr(simulation.trades, name)[:0] for name in simulation.trades.__dataclass_fields__}
    flat = np.full(6, 2_000_000.0)
    even = np.full((3, 3), 1_000_000.0)
    trades = type(simulation.trades)(**none)
    return replace(simulation, trades=trades, equity=flat, session_equity=flat[:3], instrument_equity=even, held_bars=np.zeros(3, np.int64))


def test_a_run_without_trades_has_no_ratio_instead_of_a_zero() -> None:
    values = summarize(without_trades(small_simulation()), small_panel()).values
    for name in ("win_rate", "profit_factor", "payoff_ratio", "expectancy", "best_trade", "round_trip_cost", "average_holding_sessions"):
        assert values[name] is None, name
    for name in ("total_trades", "total_profit", "total_cost", "unrealised_profit", "total_return", "max_drawdown", "exposure"):
        assert values[name] == 0, name


def test_in_a_shared_account_a_stock_has_its_share_of_the_return_and_no_drawdown_of_its_own() -> None:
    alone = small_simulation()
    gains = alone.instrument_equity - 1_000_000.0
    shared = replace(alone, instrument_equity=gains, instrument_drawdown=np.full(3, np.nan))
    row = summarize(shared, small_panel()).by_code["000660"]
    assert row.return_rate == pytest.approx(17_263 / 2_000_000)
    assert row.max_drawdown is None
    assert row.unrealised_profit == 18_896


def test_months_start_from_the_equity_of_the_month_before() -> None:
    months = summarize(small_simulation(), small_panel()).months
    assert [(row.month, row.sessions) for row in months] == [("2025-10", 3)]
    assert months[0].return_ratio == pytest.approx(13_826 / 2_000_000)
