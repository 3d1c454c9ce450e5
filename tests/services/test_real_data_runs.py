"""`daily_trading` over the real intraday files: what is sold where, what the data are reported to be, and the money to the won.

Expected counts come from the data folder's README, from market facts, and from counting the rows of the files here.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bokgi.bars.interval import Interval
from bokgi.data.master import Master
from bokgi.data.store import Store
from bokgi.orders.reasons import Event, Sale
from bokgi.reports.run_record import RunRecord
from bokgi.services.backtest import run_backtest
from bokgi.services.request import BacktestRequest
from tests.services.intraday_store import LARGE_CAPS, stored

SEOUL = ZoneInfo("Asia/Seoul")
ETF = "396500"
PARAMETERS = {"buy_time": "10:00", "sell_time": "15:00"}
PRICES = ("open", "high", "low", "close")


@dataclass(frozen=True)
class Bars:
    """A store with the real files, and the folder they came from."""

    store: Store
    master: Master
    folder: Path

    def run(self, codes: tuple[str, ...], strategy: str = "daily_trading", **more: object) -> RunRecord:
        parameters = PARAMETERS if strategy == "daily_trading" else {}
        return run_backtest(self.store, self.master, BacktestRequest(strategy, codes, parameters, interval=Interval(5), **more))  # type: ignore[arg-type]  # fields of the request

    def rows(self, code: str) -> Iterator[tuple[datetime, dict[str, str]]]:
        """The rows of a file with their time in Seoul, read without the package."""
        (path,) = self.folder.glob(f"{code}_yahoo_5m_*.csv")
        with path.open(encoding="utf-8-sig") as lines:
            for row in csv.DictReader(lines):
                named = {name.lower(): value for name, value in row.items()}
                yield datetime.fromisoformat(named["datetime"]).astimezone(SEOUL), named


@pytest.fixture(scope="module")
def bars(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Bars:
    return Bars(*stored(shared_data, tmp_path_factory.mktemp("real"), (*LARGE_CAPS, ETF)), shared_data / "kr_intraday")


@pytest.fixture(scope="module")
def large_caps(bars: Bars) -> RunRecord:
    return bars.run(LARGE_CAPS, start=date(2025, 10, 16), end=date(2025, 10, 24))


@pytest.fixture(scope="module")
def etf(bars: Bars) -> RunRecord:
    return bars.run((ETF,))


def counts_of(record: RunRecord) -> dict[str, int]:
    total = record.simulation.counts.sum(axis=0)
    return {event.name.lower(): int(total[event]) for event in Event if total[event]}


def faults_of(record: RunRecord, kind: str) -> list[dict[str, object]]:
    return [dict(fault) for fault in record.facts.faults if fault["kind"] == kind]


def test_each_of_the_seventy_sales_of_ten_large_caps_is_made_where_the_data_end(large_caps: RunRecord) -> None:
    trades = large_caps.simulation.trades
    assert Counter(trades.instrument.tolist()) == dict.fromkeys(range(10), 7)
    assert set(trades.reason.tolist()) == {Sale.SELL_TIME}
    assert set(trades.flags.tolist()) == {1 << Event.COVERAGE_END}
    assert counts_of(large_caps) == {"coverage_end": 70}


def test_the_figures_that_the_readme_prints_are_those_of_this_run(large_caps: RunRecord) -> None:
    values = large_caps.summary.values
    assert (values["total_profit"], values["total_trades"], values["winning_trades"], values["total_cost"]) == (
        1_598_818,
        70,
        39,
        1_191_032,
    )
    assert [f"{ticks}: {value:.2%}" for ticks, value in large_caps.slippage][1] == "1: 0.11%"


def test_every_fill_of_the_large_caps_has_the_price_of_its_row_in_the_file(bars: Bars, large_caps: RunRecord) -> None:
    trades, days = large_caps.simulation.trades, large_caps.panel.sessions.day
    for index, code in enumerate(large_caps.panel.codes):
        rows = {(at.date(), at.strftime("%H:%M")): row for at, row in bars.rows(code)}
        mine = [trade for trade in range(len(trades)) if trades.instrument[trade] == index]
        for trade in mine:
            day = days[trades.buy_session[trade]].astype(object)
            assert trades.buy_price[trade] == float(rows[day, "10:00"]["open"])
            assert trades.sell_price[trade] == float(rows[day, "14:55"]["close"])


def half_ticks(bars: Bars, code: str) -> int:
    """Prices off the ladder of 2023-01-25, which all shares here share from 2,000 won up."""
    steps = ((5_000, 5), (20_000, 10), (50_000, 50), (200_000, 100), (500_000, 500))
    prices = [float(row[name]) for _, row in bars.rows(code) for name in PRICES]
    return sum(price % next((step for bound, step in steps if price < bound), 1_000) != 0 for price in prices)


def test_half_tick_prices_are_reported_as_genuine_and_counted(bars: Bars, large_caps: RunRecord) -> None:
    reported = {str(fault["code"]): fault["count"] for fault in faults_of(large_caps, "half_tick_prices")}
    assert reported == {code: count for code in LARGE_CAPS if (count := half_ticks(bars, code))}
    assert {fault["severity"] for fault in faults_of(large_caps, "half_tick_prices")} == {"note"}


def test_the_etf_runs_over_sixty_exchange_sessions_of_which_59_have_bars(etf: RunRecord) -> None:
    assert len(etf.panel.sessions) == 60
    (coverage,) = etf.facts.coverage
    assert (coverage.bars, coverage.sessions_with_bars) == (4_183, 59)
    assert (coverage.first_session, coverage.last_session) == ("2025-12-05", "2026-03-09")


def test_the_session_without_bars_has_no_trade_and_each_other_one_has(etf: RunRecord) -> None:
    """2026-03-09 ends at 11:40: its sale is made at the last bar there is."""
    days = [str(day) for day in etf.panel.sessions.day]
    bought = [days[session] for session in etf.simulation.trades.buy_session]
    assert bought == [day for day in days if day != "2026-02-02"]
    assert counts_of(etf) == {"no_price": 1, "coverage_end": 58, "sold_at_last_bar": 1}
    assert etf.simulation.trades.flags[-1] == 1 << Event.SOLD_AT_LAST_BAR


@pytest.mark.parametrize(
    ("kind", "count", "day", "words"),
    [
        ("missing_sessions", 1, "2026-02-02", "2026-02-02"),
        ("late_opening", 1, "2026-01-02", "10:00"),
        ("missing_bars", 4, "2025-12-18", "2025-12-18"),
        ("partial_last_session", 1, "2026-03-09", "28 bars"),
    ],
)
def test_what_is_peculiar_about_the_etf_is_named_for_what_it_is(etf: RunRecord, kind: str, count: int, day: str, words: str) -> None:
    (fault,) = faults_of(etf, kind)
    assert (fault["count"], fault["first"], fault["last"]) == (count, day, day)
    assert words in str(fault["english"])
    assert words in str(fault["korean"])


def test_both_circuit_breakers_are_no_faults_of_the_data(etf: RunRecord) -> None:
    breakers = faults_of(etf, "circuit_breaker")
    assert [(fault["first"], fault["count"], fault["severity"]) for fault in breakers] == [
        ("2026-03-04", 5, "note"),
        ("2026-03-09", 5, "note"),
    ]
    assert "11:20" in str(breakers[0]["english"])
    assert "10:35" in str(breakers[1]["english"])


def test_a_fault_outside_the_period_is_not_shown_with_a_result(bars: Bars) -> None:
    record = bars.run((ETF,), start=date(2026, 2, 3), end=date(2026, 3, 3))
    shown = {fault["kind"] for fault in record.facts.faults}
    assert shown.isdisjoint({"missing_sessions", "late_opening", "circuit_breaker", "missing_bars", "partial_last_session"})


@pytest.mark.parametrize("name", ["large_caps", "etf"])
def test_the_equity_gained_is_the_sum_of_the_profits_to_the_won(name: str, request: pytest.FixtureRequest) -> None:
    record: RunRecord = request.getfixturevalue(name)
    simulation = record.simulation
    assert Sale.OPEN not in simulation.trades.reason
    assert simulation.session_equity[-1] - simulation.initial_equity == simulation.trades.profit.sum()
    assert simulation.equity[-1] == simulation.session_equity[-1]


def test_the_equity_gained_is_profits_and_open_positions_at_the_last_close_of_the_file(bars: Bars) -> None:
    """Held to the end: the unrealised profit is computed from the files alone."""
    record = bars.run(LARGE_CAPS, "MA5_20")
    simulation, trades = record.simulation, record.simulation.trades
    realised = unrealised = 0
    for trade in range(len(trades)):
        if trades.reason[trade] != Sale.OPEN:
            realised += int(trades.profit[trade])
            continue
        code = record.panel.codes[trades.instrument[trade]]
        last = [float(row["close"]) for _, row in bars.rows(code)][-1]
        amount = int(trades.shares[trade]) * int(trades.buy_price[trade])
        unrealised += int(trades.shares[trade]) * int(last) - amount - amount * 110 // 1_000_000
    assert unrealised != 0
    assert realised + unrealised == simulation.session_equity[-1] - simulation.initial_equity
