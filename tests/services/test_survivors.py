"""The same strategy over a market with its dead and over the survivors alone: a file of 103 large caps and 33 delisted issues.

In June 2014, 101 of them traded; 27 of these were delisted by August 2026.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from bokgi.bars.interval import DAILY
from bokgi.data.importers.entry import import_path
from bokgi.data.master import Master
from bokgi.data.store import Store
from bokgi.data.universe import named_universe
from bokgi.reports.run_record import RunRecord
from bokgi.services.backtest import run_backtest
from bokgi.services.request import BacktestRequest

START, END = date(2014, 6, 2), date(2026, 8, 21)
FILES = ("adjusted_158_codes_meta.csv", "adjusted_158_codes_2014_2026.parquet")


@dataclass(frozen=True)
class Market:
    store: Store
    master: Master

    def run(self, strategy: str, *, without_delisted: bool) -> RunRecord:
        universe = named_universe(self.store, self.master, DAILY, "KRX", START, END, without_delisted=without_delisted)
        request = BacktestRequest(strategy, universe.codes, start=START, end=END, interval=DAILY, universe=universe.to_json())
        return run_backtest(self.store, self.master, request)


@pytest.fixture(scope="module")
def market(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Market:
    home = tmp_path_factory.mktemp("survivors")
    for name in FILES:
        path = shared_data / "kr_daily" / name
        if not path.exists():
            pytest.skip(f"{name} is not there")
        import_path(Store(home), path)
    return Market(Store(home), Master.read(home))


def total_return(record: RunRecord) -> float:
    value = record.summary.values["total_return"]
    assert isinstance(value, float)
    return value


def test_the_whole_market_holds_what_died_later(market: Market) -> None:
    every = named_universe(market.store, market.master, DAILY, "KRX", START, END)
    alive = named_universe(market.store, market.master, DAILY, "KRX", START, END, without_delisted=True)
    dead = set(every.codes) - set(alive.codes)
    assert (len(every.codes), len(dead)) == (DEAD_AND_ALIVE, DEAD)
    assert all(market.master.lookup(code).delisted for code in dead)


@pytest.mark.parametrize("strategy", ["buy_and_hold", "MA20_50"])
def test_survivors_alone_look_better_than_the_market_was(market: Market, strategy: str) -> None:
    whole, alive = market.run(strategy, without_delisted=False), market.run(strategy, without_delisted=True)
    assert (round(100 * total_return(whole)), round(100 * total_return(alive))) == RETURNS[strategy]
    assert [fault["kind"] for fault in whole.facts.faults if fault["kind"] == "survivors_only"] == []
    (told,) = (fault for fault in alive.facts.faults if fault["kind"] == "survivors_only")
    assert told["count"] == DEAD


def test_the_page_tells_these_figures(market: Market) -> None:
    page = (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")
    for strategy, (whole, alive) in RETURNS.items():
        assert f"| `{strategy}` | {whole:,} % | {alive:,} % |" in page


DEAD_AND_ALIVE, DEAD = 101, 27
RETURNS = {"buy_and_hold": (337, 494), "MA20_50": (136, 200)}
"""Per cent, whole market and survivors."""
