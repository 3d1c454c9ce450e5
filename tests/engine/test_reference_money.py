"""Won by hand: costs, share counts, equity, accounts, delistings."""

import numpy as np
import pytest

from bokgi.engine.reference import simulate_plainly
from bokgi.orders.plans import ClockPlan, SignalPlan, WeightPlan
from bokgi.orders.reasons import Event, Sale
from bokgi.orders.rules import AccountMode, AccountRules, CostRules, ExecutionRules, Market, Reinvest
from tests.engine.small_panels import Bar, panel_of, terms_of

SHARED = AccountRules(mode=AccountMode.SHARED, initial_capital=1_000_000)


def _day(buy: float, sell: float, session: int = 0) -> list[Bar]:
    return [(session, "10:00", buy, buy, buy, buy), (session, "15:00", sell, sell, sell, sell)]


def test_ten_million_at_ten_thousand_buys_999() -> None:
    # 999 x 10,000 = 9,990,000 and floor(1,098.9) = 1,098 won commission fit; 1,000 shares leave nothing for the commission.
    panel = panel_of(_day(10_000, 10_000))
    result = simulate_plainly(panel, ClockPlan(600, 900), terms_of(panel), ExecutionRules(), AccountRules())
    assert result.trades.shares.tolist() == [999.0]
    assert result.trades.buy_commission.tolist() == [1_098.0]
    assert result.trades.invested.tolist() == [9_991_098.0]


def test_worked_example_of_2026_with_commission_on_the_sale_only() -> None:
    # Bought for 9,940,000, sold for 10,052,000: taxes 5,026 + 15,078 = 20,104, fee floor(1,105.72) = 1,105, net +90,791.
    panel = panel_of(_day(9_940, 10_052))
    rules = ExecutionRules(costs=CostRules(commission_on_buy=False))
    result = simulate_plainly(panel, ClockPlan(600, 900), terms_of(panel), rules, AccountRules(initial_capital=9_940_000))
    trades = result.trades
    assert trades.shares.tolist() == [1_000.0]
    assert trades.transaction_tax.tolist() == [5_026.0]
    assert trades.special_tax.tolist() == [15_078.0]
    assert trades.sell_commission.tolist() == [1_105.0]
    assert trades.profit.tolist() == [90_791.0]
    assert trades.balance.tolist() == [9_940_000.0 + 90_791.0]
    assert result.session_equity.tolist() == [10_030_791.0]


def test_a_fixed_tax_replaces_both_and_the_unit_cuts_the_commission() -> None:
    # 0.2 % of 10,052,000 = 20,104 booked as one tax; 1,105 cut down to tens is 1,100.
    panel = panel_of(_day(9_940, 10_052))
    costs = CostRules(commission_on_buy=False, fixed_tax_ppm=2_000, commission_unit_krw=10)
    result = simulate_plainly(
        panel, ClockPlan(600, 900), terms_of(panel), ExecutionRules(costs=costs), AccountRules(initial_capital=9_940_000)
    )
    assert result.trades.transaction_tax.tolist() == [20_104.0]
    assert result.trades.special_tax.tolist() == [0.0]
    assert result.trades.sell_commission.tolist() == [1_100.0]


def test_seed_capped_sets_gains_aside() -> None:
    # Day one: 100 x 10,000 -> 100 x 11,000 (+100,000). Day two spends 1,000,000 of the 1,100,000.
    panel = panel_of([*_day(10_000, 11_000), *_day(10_000, 10_000, session=1)])
    rules = ExecutionRules(costs=CostRules(commission_ppm=0))
    terms = terms_of(panel, taxes_ppm=(0, 0))
    for reinvest, shares in ((Reinvest.COMPOUND, 110.0), (Reinvest.SEED_CAPPED, 100.0)):
        result = simulate_plainly(panel, ClockPlan(600, 900), terms, rules, AccountRules(initial_capital=1_000_000, reinvest=reinvest))
        assert result.trades.shares.tolist() == [100.0, shares]


def test_fractional_prices_are_bought_up_and_sold_down() -> None:
    # Adjusted series: 100.4 is bought at 101, 102.9 is sold at 102; 1,000,000 buys 9,900 shares, profit 9,900 won.
    panel = panel_of(_day(100.4, 102.9))
    terms = terms_of(panel, has_ticks=False, taxes_ppm=(0, 0))
    rules = ExecutionRules(costs=CostRules(commission_ppm=0))
    result = simulate_plainly(panel, ClockPlan(600, 900), terms, rules, AccountRules(initial_capital=1_000_000))
    assert result.trades.buy_price.tolist() == [101.0]
    assert result.trades.sell_price.tolist() == [102.0]
    assert result.trades.profit.tolist() == [9_900.0]
    # After the first bar: 1,000,000 - 9,900 x 101 = 100 won cash, shares marked at floor(100.4) = 100.
    assert result.equity.tolist() == [100.0 + 990_000.0, 1_009_900.0]
    assert result.instrument_drawdown.tolist() == [990_100.0 / 1_000_000.0 - 1.0]


def test_open_position_is_marked_not_sold_and_the_sum_holds_to_the_won() -> None:
    bars = panel_of([*_day(10_000, 12_000), (0, "15:10", 12_500, 12_500, 12_500, 12_500)])
    plan = SignalPlan(np.array([True, False, False]), np.zeros(3, dtype=bool))
    result = simulate_plainly(bars, plan, terms_of(bars), ExecutionRules(), AccountRules(initial_capital=1_000_000))
    # 1,000,000 at 12,000: 83 shares = 996,000, commission floor(109.56) = 109; marked at 12,500.
    assert result.trades.shares.tolist() == [83.0]
    assert Sale(int(result.trades.reason[0])) is Sale.OPEN
    unrealised = 83 * 12_500 - 996_000 - 109
    assert result.session_equity.tolist() == [1_000_000.0 + unrealised]
    assert np.isnan(result.trades.profit[0])


def test_delisted_holding_is_sold_at_its_last_close_with_costs() -> None:
    bars: list[Bar] = [*_day(10_000, 10_000), (1, "10:00", 9_000, 9_000, 8_000, 8_000), (2, "10:00", 1, 1, 1, 1)]
    panel = panel_of(bars, sessions=3)
    plan = SignalPlan(np.array([True, False, False, False]), np.zeros(4, dtype=bool))
    result = simulate_plainly(panel, plan, terms_of(panel, delisted=2), ExecutionRules(), AccountRules(initial_capital=1_000_000))
    # 99 shares at 10,000 (commission 108); sold at 8,000: 792,000, commission 87, taxes 396 + 1,188.
    assert Sale(int(result.trades.reason[0])) is Sale.DELISTED
    assert result.trades.sell_price.tolist() == [8_000.0]
    assert result.trades.profit.tolist() == [792_000.0 - 87 - 396 - 1_188 - 990_000 - 108]
    assert result.traded_bars.tolist() == [3]


def test_shared_account_splits_its_equity_and_uses_proceeds_at_once() -> None:
    first = [*_day(10_000, 10_000), (0, "15:05", 20_000, 20_000, 20_000, 20_000), (0, "15:10", 20_000, 20_000, 20_000, 20_000)]
    second = [*_day(5_000, 5_000), (0, "15:05", 5_000, 5_000, 5_000, 5_000), (0, "15:10", 5_000, 5_000, 5_000, 5_000)]
    panel = panel_of(first, second)
    entries = np.array([True, False, False, False, False, False, True, False])
    exits = np.array([False, False, True, False, False, False, False, False])
    account = AccountRules(mode=AccountMode.SHARED, initial_capital=1_000_000, position_fraction=1.0)
    rules = ExecutionRules(costs=CostRules(commission_ppm=0))
    result = simulate_plainly(panel, SignalPlan(entries, exits), terms_of(panel, taxes_ppm=(0, 0)), rules, account)
    # 100 of the first at 10,000 (15:00); marked at 20,000; both sold and re-invested at 15:10: 2,000,000 / 5,000 = 400.
    assert result.trades.instrument.tolist() == [0, 1]
    assert result.trades.shares.tolist() == [100.0, 400.0]
    assert result.equity.tolist() == [1_000_000.0, 1_000_000.0, 2_000_000.0, 2_000_000.0]
    assert result.instrument_equity.tolist() == [[1_000_000.0], [0.0]]


def test_weights_sell_the_oldest_lots_first_and_share_the_commission() -> None:
    bars: list[Bar] = [(0, f"10:0{place}", price, price, price, price) for place, price in enumerate((1_000, 1_000, 1_000, 1_000))]
    panel = panel_of(bars, minutes=1)
    plan = WeightPlan(np.array([0.5, 0.75, 0.3, np.nan]))
    rules = ExecutionRules(costs=CostRules(commission_ppm=3_000))
    result = simulate_plainly(panel, plan, terms_of(panel, taxes_ppm=(0, 0)), rules, SHARED)
    # 500 shares (commission 1,500); equity 998,500: 748 wanted, 248 more (744); equity 997,756: 299 wanted, 449 sold of the first lot.
    # Commission of the sold part floor(1,500 x 449 / 500) = 1,347, the rest keeps 153; the sale pays floor(1,347.0) = 1,347.
    assert result.trades.shares.tolist() == [449.0, 51.0, 248.0]
    assert result.trades.buy_commission.tolist() == [1_347.0, 153.0, 744.0]
    assert result.trades.sell_commission.tolist()[0] == 1_347.0
    assert [Sale(int(reason)) for reason in result.trades.reason] == [Sale.REBALANCE, Sale.OPEN, Sale.OPEN]


def test_short_in_plain_money_earns_the_fall() -> None:
    panel = panel_of([*_day(100, 100), (0, "15:05", 80, 80, 80, 80)])
    none = np.zeros(3, dtype=bool)
    plan = SignalPlan(none, none, np.array([True, False, False]), np.array([False, True, False]))
    rules = ExecutionRules(market=Market.PLAIN, costs=CostRules(plain_fee_ratio=0.25))
    result = simulate_plainly(panel, plan, terms_of(panel, has_ticks=False), rules, AccountRules(initial_capital=1_000))
    # 1,000 / (100 x 1.25) = 8 shares: + 800 - 200; covered at 80: - 640 - 160 -> 800 won left, loss 200.
    assert result.trades.side.tolist() == [-1]
    assert result.trades.shares.tolist() == [8.0]
    assert result.trades.profit.tolist() == [-200.0]
    assert result.trades.balance.tolist() == [800.0]
    assert result.equity.tolist() == [1_000.0, 800.0, 800.0]


@pytest.mark.parametrize("capital", [0.0, 9_999.0])
def test_too_little_cash_is_counted(capital: float) -> None:
    panel = panel_of(_day(10_000, 10_000))
    result = simulate_plainly(panel, ClockPlan(600, 900), terms_of(panel), ExecutionRules(), AccountRules(initial_capital=capital))
    assert len(result.trades) == 0
    assert result.counts[0, Event.NO_CASH] == 1
