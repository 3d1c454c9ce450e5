"""Three trades recomputed with pencil and paper: `tests/answers/hand_computed_trades.md`."""

from pathlib import Path

import pytest

from bokgi.bars.interval import Interval
from bokgi.orders.reasons import Event, Sale
from bokgi.orders.simulation import TradeColumns
from bokgi.services.backtest import run_backtest
from bokgi.services.request import BacktestRequest
from tests.services.intraday_store import stored

BY_HAND = {
    "buy_price": (96_900, 97_400, 97_600),
    "sell_price": (96_900, 97_700, 97_800),
    "shares": (103, 102, 102),
    "buy_commission": (1_097, 1_092, 1_095),
    "sell_commission": (1_097, 1_096, 1_097),
    "transaction_tax": (0, 0, 0),
    "special_tax": (14_971, 14_948, 14_963),
    "invested": (9_981_797, 9_935_892, 9_956_295),
    "profit": (-17_165, 13_464, 3_245),
    "balance": (9_982_835, 9_996_299, 9_999_544),
}
PAGE = Path(__file__).parents[1] / "answers" / "hand_computed_trades.md"


@pytest.fixture(scope="module")
def trades(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> TradeColumns:
    store, master = stored(shared_data, tmp_path_factory.mktemp("by_hand"), ("005930",))
    parameters = {"buy_time": "10:00", "sell_time": "15:00"}
    return run_backtest(store, master, BacktestRequest("daily_trading", ("005930",), parameters, interval=Interval(5))).simulation.trades


@pytest.mark.parametrize("name", BY_HAND)
def test_the_first_three_trades_are_those_computed_by_hand(trades: TradeColumns, name: str) -> None:
    assert tuple(getattr(trades, name)[:3]) == BY_HAND[name]


def test_the_three_sales_are_made_where_the_data_end(trades: TradeColumns) -> None:
    assert list(trades.reason[:3]) == [Sale.SELL_TIME] * 3
    assert list(trades.flags[:3]) == [1 << Event.COVERAGE_END] * 3


@pytest.mark.parametrize("name", ["buy_price", "sell_price", "special_tax", "invested", "profit", "balance"])
def test_the_page_with_the_arithmetic_holds_the_expected_numbers(name: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [number for number in BY_HAND[name] if f"{number:,}" not in page] == []
