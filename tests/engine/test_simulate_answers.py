"""The compiled engine against numbers that were printed by others or worked out by hand; each comment shows the sum."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bokgi.engine.simulate import simulate
from bokgi.orders.plans import CLOSE_MINUTE, ClockPlan, EndOfDay, OvernightTrailPlan, SignalPlan, WeightPlan
from bokgi.orders.reasons import Event, Sale
from bokgi.orders.rules import AccountMode, AccountRules, CostRules, ExecutionRules, ExitRules, Market, Unpriced
from bokgi.orders.simulation import Simulation
from tests.engine.small_panels import Bar, minute_of, panel_of, terms_of

PRINTED = json.loads((Path(__file__).parents[1] / "answers" / "trailing_stops.json").read_text(encoding="utf-8"))
PLAIN = ExecutionRules(market=Market.PLAIN, fractional_shares=True)
TWO_TICKS = ExecutionRules(costs=CostRules(commission_ppm=0, fixed_tax_ppm=0), slippage_ticks=2)


def _signal(rows: int, *places: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    flags = np.zeros(rows, dtype=np.bool_)
    flags[list(places)] = True
    return flags


def _plain_run(bars: list[Bar], exits: ExitRules, *, is_short: bool = False) -> Simulation:
    """Entry decided on the first bar, so filled at the second one's open; 100 of plain money."""
    panel = panel_of(bars)
    entry, never = _signal(len(bars), 0), _signal(len(bars))
    plan = SignalPlan(never, never, entry, never, exits) if is_short else SignalPlan(entry, never, exit_rules=exits)
    return simulate(panel, plan, terms_of(panel, has_ticks=False), PLAIN, AccountRules(initial_capital=100))


def _printed_bars(*, only_closes: bool) -> list[Bar]:
    """A bar to decide on, the entry at 4.0 on printed bar 0, then the printed bars."""
    offsets = (0.0, 0.0, 0.0) if only_closes else (PRINTED["open_offset"], PRINTED["high_offset"], PRINTED["low_offset"])
    bars: list[Bar] = [(0, "09:00", 4, 4, 4, 4), (0, "09:05", 4, 4, 4, 4)]
    for place, close in enumerate(PRINTED["close"][1:]):
        prices = (close + offsets[0], close + offsets[1], close + offsets[2], close)
        bars.append((0, f"09:{10 + 5 * place:02d}", *prices))
    return bars


@pytest.mark.parametrize("is_short", [False, True], ids=["long", "short"])
@pytest.mark.parametrize("only_closes", [False, True], ids=["ohlc", "close_only"])
def test_trailing_stops_leave_where_vectorbt_prints_it(is_short: bool, only_closes: bool) -> None:
    expected = PRINTED[f"{'short' if is_short else 'long'}_{'close_only' if only_closes else 'ohlc'}"]
    bars = _printed_bars(only_closes=only_closes)
    for ratio, (bar, price) in expected.items():
        trades = _plain_run(bars, ExitRules(trailing_ratio=float(ratio)), is_short=is_short).trades
        assert (trades.sell_row[0], trades.sell_price[0]) == (bar + 1, price), ratio


def test_ten_million_at_ten_thousand_buys_999_shares() -> None:
    bars: list[Bar] = [(0, "09:00", 10_000, 10_000, 10_000, 10_000), (0, "09:05", 10_000, 10_000, 10_000, 10_000)]
    panel = panel_of(bars)
    trades = simulate(panel, SignalPlan(_signal(2, 0), _signal(2)), terms_of(panel), ExecutionRules(), AccountRules()).trades
    # 1,000 x 10,000 leaves nothing for the commission of 1,100; 999 x 10,000 = 9,990,000 and floor(9,990,000 x 110 / 1e6) = 1,098.
    assert (trades.shares[0], trades.buy_commission[0], trades.invested[0]) == (999, 1_098, 9_991_098)


def test_an_open_above_the_target_sells_at_the_open_although_the_stop_is_in_the_bar() -> None:
    # Long at 100, stop 90, target 110; the next bar opens at 115 with low 85.
    bars: list[Bar] = [(0, "09:00", 100, 100, 100, 100), (0, "09:05", 100, 101, 99, 100), (0, "09:10", 115, 116, 85, 90)]
    result = _plain_run(bars, ExitRules(stop_ratio=0.1, target_ratio=0.1))
    assert result.trades.sell_price.tolist() == [115.0]
    assert result.trades.reason.tolist() == [Sale.TARGET]
    assert result.equity[-1] == 115.0  # one share: 100 / 100


def test_a_bar_that_holds_stop_and_target_takes_the_stop_and_counts_it() -> None:
    bars: list[Bar] = [(0, "09:00", 100, 100, 100, 100), (0, "09:05", 100, 101, 99, 100), (0, "09:10", 105, 116, 85, 90)]
    result = _plain_run(bars, ExitRules(stop_ratio=0.1, target_ratio=0.1))
    assert result.trades.sell_price.tolist() == [90.0]
    assert result.counts[0, Event.STOP_AND_TARGET] == 1
    assert result.trades.flags.tolist() == [1 << Event.STOP_AND_TARGET]


def _overnight(*later: Bar, end_of_day: EndOfDay = EndOfDay.SELL, lower: float = np.nan) -> Simulation:
    """Bought in the auction of session 0 at 10,000; then the bars given."""
    bars: list[Bar] = [(0, "09:00", 10_000, 10_000, 10_000, 10_000), (0, "15:30", 10_000, 10_000, 10_000, 10_000), *later]
    panel = panel_of(bars)
    plan = OvernightTrailPlan(CLOSE_MINUTE, 0.01, 0.8, minute_of("14:00"), end_of_day)
    return simulate(panel, plan, terms_of(panel, lower=lower), ExecutionRules(), AccountRules())


def test_eighty_percent_of_a_profit_of_500_is_kept_at_10_400() -> None:
    # E 10,000, peak 10,500: 10,000 + 500 x 0.8 = 10,400; the third bar falls through it.
    result = _overnight((1, "09:00", 10_000, 10_500, 10_000, 10_450), (1, "09:05", 10_450, 10_450, 10_300, 10_300))
    assert result.trades.sell_price.tolist() == [10_400.0]
    assert result.trades.reason.tolist() == [Sale.TRAILING_STOP]
    # 999 x 10,400 = 10,389,600; commission 1,142; taxes floor(5,194.8) and floor(15,584.4); bought for 9,991,098.
    assert result.trades.profit.tolist() == [10_389_600 - 1_142 - 5_194 - 15_584 - 9_991_098]


def test_an_unarmed_position_leaves_at_the_open_of_the_cut_off_bar() -> None:
    result = _overnight((1, "13:55", 10_000, 10_090, 9_900, 9_900), (1, "14:00", 9_880, 10_400, 9_800, 9_900))
    assert (result.trades.sell_price[0], result.trades.reason[0]) == (9_880, Sale.LOSS_CUTOFF)


def test_an_armed_position_leaves_at_the_close_of_the_last_bar_or_is_carried_on() -> None:
    first: Bar = (1, "09:00", 10_050, 10_200, 10_050, 10_190)
    sold = _overnight(first, (2, "09:00", 10_000, 10_000, 10_000, 10_000))
    assert (sold.trades.sell_price[0], sold.trades.reason[0], sold.trades.sell_session[0]) == (10_190, Sale.END_OF_DAY, 1)
    # Carried: peak 10,200, level 10,000 + 200 x 0.8 = 10,160; the next session opens under it.
    carried = _overnight(first, (2, "09:00", 10_100, 10_100, 10_000, 10_000), end_of_day=EndOfDay.CARRY)
    assert (carried.trades.sell_price[0], carried.trades.reason[0], carried.trades.sell_session[0]) == (10_100, Sale.TRAILING_STOP, 2)


def test_a_locked_last_bar_carries_the_armed_position_over() -> None:
    # Armed by the first bar; the last one stands on the lower limit, so the sale waits for the next session's open.
    result = _overnight(
        (1, "09:00", 10_050, 10_200, 10_050, 10_190),
        (1, "09:05", 7_000, 7_000, 7_000, 7_000),
        (2, "09:00", 7_500, 7_600, 7_400, 7_500),
        lower=7_000,
    )
    assert (result.trades.sell_price[0], result.trades.reason[0]) == (7_500, Sale.END_OF_DAY)
    assert result.counts[0, Event.LIMIT_LOCKED_SELL] == result.counts[0, Event.CARRIED_OVER] == 1


def test_a_session_without_trading_is_skipped_and_counted() -> None:
    result = _overnight((1, "09:00", 10_000, 10_000, 10_000, 10_000, 0), (2, "14:00", 9_900, 9_900, 9_900, 9_900))
    assert (result.trades.sell_session[0], result.counts[0, Event.SKIPPED_SESSION]) == (2, 1)


def test_slippage_starts_from_the_full_tick_against_the_trader() -> None:
    # A half tick of 10,005: bought from 10,010 up two ticks 10,030; sold from 10,100 down two ticks 10,080.
    bars: list[Bar] = [
        (0, "09:00", 10_000, 10_000, 10_000, 10_000),
        (0, "09:05", 10_005, 10_100, 9_900, 10_000),
        (0, "09:10", 10_100, 10_200, 9_900, 10_000),
    ]
    panel = panel_of(bars)
    result = simulate(panel, SignalPlan(_signal(3, 0), _signal(3, 1)), terms_of(panel), TWO_TICKS, AccountRules())
    assert (result.trades.buy_price[0], result.trades.sell_price[0]) == (10_030, 10_080)


def test_on_a_day_of_the_university_entrance_exam_close_means_16_30() -> None:
    bars: list[Bar] = [(0, "10:00", 10_000, 10_000, 10_000, 10_000), (0, "16:30", 10_100, 10_100, 10_100, 10_100)]
    panel = panel_of(bars, close="16:30")
    rules = ExecutionRules(costs=CostRules(commission_ppm=0, fixed_tax_ppm=0))
    result = simulate(panel, ClockPlan(minute_of("10:00"), CLOSE_MINUTE), terms_of(panel), rules, AccountRules())
    assert result.trades.sell_price.tolist() == [10_100]
    assert result.trades.sell_at[0] - result.trades.buy_at[0] == 390 * 60_000_000
    assert result.equity.tolist() == [10_000_000, 10_100_000]


def test_data_that_end_at_the_sell_time_give_their_last_close() -> None:
    bars: list[Bar] = [(0, "10:00", 10_000, 10_000, 10_000, 10_000), (0, "14:55", 10_000, 10_100, 9_900, 10_050)]
    panel = panel_of(bars)
    result = simulate(panel, ClockPlan(minute_of("10:00"), minute_of("15:00")), terms_of(panel), ExecutionRules(), AccountRules())
    assert (result.trades.sell_price[0], result.counts[0, Event.COVERAGE_END]) == (10_050, 1)


def test_a_purchase_on_the_upper_limit_is_dropped() -> None:
    bars: list[Bar] = [(0, "10:00", 13_000, 13_000, 13_000, 13_000), (0, "15:00", 13_000, 13_000, 12_000, 12_000)]
    panel = panel_of(bars)
    plan = ClockPlan(minute_of("10:00"), minute_of("15:00"))
    result = simulate(panel, plan, terms_of(panel, upper=13_000), ExecutionRules(), AccountRules())
    assert len(result.trades) == 0
    assert result.counts[0, Event.LIMIT_LOCKED_BUY] == 1
    assert result.equity.tolist() == [10_000_000, 10_000_000]


def test_a_time_that_nothing_prices_takes_the_last_bar_where_it_may() -> None:
    bars: list[Bar] = [(0, "10:00", 10_000, 10_000, 10_000, 10_000), (1, "10:00", 10_000, 10_200, 10_000, 10_200)]
    panel = panel_of(bars)
    rules = ExecutionRules(unpriced=Unpriced.LAST_BAR)
    plan = OvernightTrailPlan(minute_of("15:20"), 0.01, 0.8, minute_of("14:00"))
    result = simulate(panel, plan, terms_of(panel), rules, AccountRules())
    assert result.trades.buy_price.tolist() == [10_000, 10_200]
    assert result.counts[0, Event.UNPRICED_LAST_BAR] == 2


def test_weights_reduce_before_they_add_and_close_the_oldest_lot_first() -> None:
    # 1,000 of plain money. Stock 0 is bought to 0.5 (5 at 100), then to 1.0 (5 more at 100), then cut to 0.3: wanted
    # 0.3 x 1,000 / 100 = 3, so 7 go: all 5 of the first lot and 2 of the second. Stock 1 gets 0.7 from the proceeds on that bar.
    bars = [(0, f"09:{5 * place:02d}", 100.0, 100.0, 100.0, 100.0) for place in range(4)]
    panel = panel_of(bars, bars)
    weights = np.array([0.5, 1.0, 0.3, np.nan, np.nan, np.nan, 0.7, np.nan])
    account = AccountRules(mode=AccountMode.SHARED, initial_capital=1_000)
    result = simulate(panel, WeightPlan(weights), terms_of(panel, has_ticks=False), ExecutionRules(market=Market.PLAIN), account)
    trades = result.trades
    assert trades.shares.tolist() == [5, 2, 3, 7]
    assert trades.instrument.tolist() == [0, 0, 0, 1]
    assert trades.reason.tolist() == [Sale.REBALANCE, Sale.REBALANCE, Sale.OPEN, Sale.OPEN]
    assert result.equity.tolist() == [1_000] * 4
