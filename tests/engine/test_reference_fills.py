"""Where and at what price orders fill, by hand."""

import numpy as np
import pytest

from bokgi.engine.reference import simulate_plainly
from bokgi.orders.plans import CLOSE_MINUTE, ClockPlan, OvernightTrailPlan, SignalPlan
from bokgi.orders.reasons import Event, Sale
from bokgi.orders.rules import AccountRules, CostRules, ExecutionRules, ExitRules, Market, TrailingConvention, Unpriced
from bokgi.orders.simulation import Simulation
from tests.engine.small_panels import Bar, panel_of, terms_of

PLAIN = ExecutionRules(market=Market.PLAIN)
FREE = ExecutionRules(costs=CostRules(commission_ppm=0))


def _signals(bars: list[Bar], entries: list[int], exits: list[int], rules: ExecutionRules = PLAIN, **exit_rules: object) -> Simulation:
    """Entries and exits at these rows; plain money without ticks unless the rules say `krx`."""
    panel = panel_of(bars)
    rows = np.arange(len(bars))
    plan = SignalPlan(np.isin(rows, entries), np.isin(rows, exits), exit_rules=ExitRules(**exit_rules))  # type: ignore[arg-type]  # the words differ in type
    terms = terms_of(panel, has_ticks=rules.market is Market.KRX, taxes_ppm=(0, 0))
    return simulate_plainly(panel, plan, terms, rules, AccountRules(initial_capital=1_000_000))


def _clock(bars: list[Bar], buy: int, sell: int, rules: ExecutionRules = FREE, upper: float = np.nan, lower: float = np.nan) -> Simulation:
    panel = panel_of(bars)
    terms = terms_of(panel, upper=upper, lower=lower, taxes_ppm=(0, 0))
    return simulate_plainly(panel, ClockPlan(buy, sell), terms, rules, AccountRules(initial_capital=1_000_000))


def _only_sale(result: Simulation) -> tuple[Sale, float]:
    assert len(result.trades) == 1
    return Sale(int(result.trades.reason[0])), float(result.trades.sell_price[0])


def test_a_decision_fills_at_the_next_traded_open_across_sessions() -> None:
    bars: list[Bar] = [
        (0, "15:20", 100, 100, 100, 100),
        (1, "09:00", 103, 103, 103, 103, 0.0),  # flat and without volume: nothing trades
        (1, "09:05", 104, 105, 104, 105),
        (1, "09:10", 106, 106, 106, 106),
    ]
    result = _signals(bars, [0], [2])
    assert result.trades.buy_price.tolist() == [104.0]
    assert result.trades.buy_row.tolist() == [2]
    assert _only_sale(result) == (Sale.SIGNAL, 106.0)


def test_open_through_the_target_is_sold_at_the_open_even_if_the_stop_lies_in_the_range() -> None:
    # Long at 100, stop 90, target 110, the next bar opens at 115 and falls to 85: sold at 115.
    bars: list[Bar] = [(0, "09:00", 100, 100, 100, 100), (0, "09:05", 100, 101, 99, 100), (0, "09:10", 115, 116, 85, 90)]
    result = _signals(bars, [0], [], stop_ratio=0.1, target_ratio=0.1)
    assert _only_sale(result) == (Sale.TARGET, 115.0)
    assert result.counts[0, Event.STOP_AND_TARGET] == 0


def test_range_that_holds_both_is_the_stop_and_is_counted() -> None:
    bars: list[Bar] = [(0, "09:00", 100, 100, 100, 100), (0, "09:05", 100, 101, 99, 100), (0, "09:10", 100, 116, 85, 90)]
    result = _signals(bars, [0], [], stop_ratio=0.1, target_ratio=0.1)
    assert _only_sale(result) == (Sale.STOP, 90.0)
    assert result.counts[0, Event.STOP_AND_TARGET] == 1
    assert result.trades.flags.tolist() == [1 << Event.STOP_AND_TARGET]


def test_the_purchases_own_bar_is_tested_pessimistically() -> None:
    bars: list[Bar] = [(0, "09:00", 100, 100, 100, 100), (0, "09:05", 100, 112, 89, 111)]
    result = _signals(bars, [0], [], stop_ratio=0.1, target_ratio=0.1)
    assert _only_sale(result) == (Sale.STOP, 90.0)
    assert result.trades.buy_row.tolist() == result.trades.sell_row.tolist() == [1]


@pytest.mark.parametrize(
    ("convention", "reason", "price"),
    [
        # E 100, 5 % below the peak. Bar 2: 100..120, close 118, low 112. Bar 3 opens at 113, low 111.
        (TrailingConvention.OLD_PEAK_THEN_HIGH, Sale.TRAILING_STOP, 113.0),  # level 114 from bar 2's high 120; the open is through
        (TrailingConvention.OLD_PEAK_THEN_CLOSE, Sale.TRAILING_STOP, 112.1),  # level 118 x 0.95 = 112.1, met in bar 3
        (TrailingConvention.RAISE_THEN_TEST, Sale.TRAILING_STOP, 114.0),  # raised to 120 in bar 2, whose low 112 meets 114
        (TrailingConvention.NEXT_BAR, Sale.TRAILING_STOP, 110.0),  # bar 3 closes at 111 below 114: sold at bar 4's open
    ],
)
def test_trailing_conventions_differ_as_the_page_says(convention: TrailingConvention, reason: Sale, price: float) -> None:
    bars: list[Bar] = [
        (0, "09:00", 100, 100, 100, 100),
        (0, "09:05", 100, 100, 100, 100),
        (0, "09:10", 113, 120, 112, 118),
        (0, "09:15", 113, 114, 111, 111),
        (0, "09:20", 110, 110, 110, 110),
    ]
    result = _signals(bars, [0], [], trailing_ratio=0.05, trailing_convention=convention)
    sale, sold = _only_sale(result)
    assert sale is reason
    assert sold == pytest.approx(price, rel=1e-12)


def test_levels_on_a_ladder_are_cut_down_to_the_tick() -> None:
    # E 4,990: stop 1 % = floor(4,940.1) = 4,940 on the 5-won ladder; 2.3 % would be 4,875.23 -> 4,875.
    bars: list[Bar] = [(0, "09:00", 4990, 4990, 4990, 4990), (0, "09:05", 4990, 4995, 4985, 4990), (0, "09:10", 4985, 4985, 4870, 4870)]
    assert _only_sale(_signals(bars, [0], [], FREE, stop_ratio=0.023)) == (Sale.STOP, 4_875.0)


def test_one_tick_below_two_thousand_is_1999_and_one_above_is_2005() -> None:
    bars: list[Bar] = [
        (0, "09:00", 2000, 2000, 2000, 2000),
        (0, "09:05", 2000, 2010, 1990, 2000),
        (0, "09:10", 2000, 2010, 1990, 2000),
    ]
    rules = ExecutionRules(costs=CostRules(commission_ppm=0), slippage_ticks=1)
    result = _signals(bars, [0], [1], rules)
    assert result.trades.buy_price.tolist() == [2_005.0]
    assert result.trades.sell_price.tolist() == [1_999.0]


def test_slippage_stays_inside_the_bar_and_half_ticks_go_against_the_trader() -> None:
    # Bought at the half tick 2,087 (2,085 + 2.5, cut off): full tick up 2,090, one more tick 2,095, the high allows 2,092 only.
    bars: list[Bar] = [(0, "09:00", 2085, 2085, 2085, 2085), (0, "09:05", 2087, 2092, 2085, 2090)]
    result = _signals(bars, [0], [], ExecutionRules(costs=CostRules(commission_ppm=0), slippage_ticks=1))
    assert result.trades.buy_price.tolist() == [2_092.0]


def test_holding_limit_counts_the_purchases_bar_and_cutoff_waits_for_its_minute() -> None:
    bars: list[Bar] = [(0, f"09:{5 * place:02d}", 100 + place, 100 + place, 100 + place, 100 + place) for place in range(6)]
    assert _only_sale(_signals(bars, [0], [], max_bars=2)) == (Sale.HOLDING_LIMIT, 103.0)
    assert _only_sale(_signals(bars, [0], [], cutoff_minute=9 * 60 + 18)) == (Sale.TIME_CUTOFF, 104.0)


def test_clock_orders_fill_at_the_open_of_the_first_bar_and_late_ones_are_counted() -> None:
    bars: list[Bar] = [(0, "10:00", 5000, 5010, 5000, 5010), (0, "15:07", 5050, 5060, 5050, 5060)]
    result = _clock(bars, 600, 900)
    assert _only_sale(result) == (Sale.SELL_TIME, 5_050.0)
    assert result.counts[0, Event.LATE_FILL] == 1
    assert result.late_minutes.tolist() == [7]


def test_purchase_that_would_wait_too_long_is_dropped() -> None:
    result = _clock([(0, "10:11", 5000, 5010, 5000, 5010), (0, "15:00", 5050, 5060, 5050, 5060)], 600, 900)
    assert len(result.trades) == 0
    assert result.counts[0, Event.NO_PRICE] == 1


def test_sale_where_the_data_end_is_made_at_the_close_that_ends_at_its_time() -> None:
    result = _clock([(0, "10:00", 5000, 5010, 5000, 5010), (0, "14:55", 5050, 5060, 5050, 5060)], 600, 900)
    assert _only_sale(result) == (Sale.SELL_TIME, 5_060.0)
    assert result.trades.flags.tolist() == [1 << Event.COVERAGE_END]
    # 15:00 Korean time is 06:00 UTC of 2026-01-05.
    assert np.datetime64(int(result.trades.sell_at[0]), "us") == np.datetime64("2026-01-05T06:00")


def test_purchase_and_sale_on_one_bar_are_no_trade() -> None:
    one_bar: list[Bar] = [(0, "10:05", 5000, 5010, 5000, 5010)]
    assert _clock(one_bar, 600, 604).counts[0, Event.NO_TIME_BETWEEN] == 1
    # Bought at the open of the 10:05 bar, its close at 10:10 is where the sale would fall.
    assert _clock(one_bar, 605, 610).counts[0, Event.NO_TIME_BETWEEN] == 1


def test_sale_locked_at_the_lower_limit_is_carried_over_never_made_before_the_lock() -> None:
    bars: list[Bar] = [
        (0, "10:00", 5000, 5010, 5000, 5010),
        (0, "14:00", 4000, 4500, 4000, 4500),
        (0, "15:00", 3500, 3500, 3500, 3500),
        (1, "09:00", 3500, 3500, 3500, 3500),
        (1, "09:05", 3200, 3300, 3200, 3300),
    ]
    result = _clock(bars, 600, 900, lower=3500)
    assert _only_sale(result) == (Sale.SELL_TIME, 3_200.0)
    assert result.trades.flags.tolist() == [1 << Event.LIMIT_LOCKED_SELL | 1 << Event.CARRIED_OVER]
    assert result.counts[0, Event.LIMIT_LOCKED_SELL] == 1


def test_purchase_locked_at_the_upper_limit_is_dropped() -> None:
    bars: list[Bar] = [(0, "10:00", 6500, 6500, 6500, 6500), (0, "15:00", 6500, 6500, 6400, 6400)]
    result = _clock(bars, 600, 900, upper=6500)
    assert len(result.trades) == 0
    assert result.counts[0, Event.LIMIT_LOCKED_BUY] == 1


def test_the_word_close_is_the_auction_and_nothing_else() -> None:
    bars: list[Bar] = [(0, "10:00", 5000, 5010, 5000, 5010), (0, "15:15", 5050, 5060, 5050, 5060)]
    sold_at_auction = _clock([*bars, (0, "15:30", 5100, 5100, 5100, 5100)], 600, CLOSE_MINUTE)
    assert _only_sale(sold_at_auction) == (Sale.SELL_TIME, 5_100.0)
    without = _clock(bars, 600, CLOSE_MINUTE)
    assert _only_sale(without) == (Sale.SELL_TIME, 5_060.0)
    assert without.trades.flags.tolist() == [1 << Event.SOLD_AT_LAST_BAR]


def test_purchase_in_the_auction_without_price_needs_the_users_word() -> None:
    bars: list[Bar] = [(0, "15:00", 5000, 5010, 5000, 5010), (1, "09:00", 5050, 5060, 5050, 5060)]
    assert _clock(bars, 925, 930).counts[0].tolist()[Event.NO_PRICE] == 2
    allowed = _clock(bars, 925, 930, ExecutionRules(costs=CostRules(commission_ppm=0), unpriced=Unpriced.LAST_BAR))
    # Bought at the last bar's close, nothing left of the session to sell in; the next open is in session 1, where it buys again.
    assert allowed.trades.buy_price.tolist() == [5_010.0, 5_060.0]
    assert allowed.trades.sell_price.tolist()[0] == 5_050.0
    assert allowed.counts[0, Event.UNPRICED_LAST_BAR] == 2
    assert allowed.counts[0, Event.PENDING_AT_END] == 1


def _overnight(bars: list[Bar], **changes: object) -> Simulation:
    panel = panel_of(bars)
    plan = OvernightTrailPlan(930, 0.01, 0.8, 14 * 60, **changes)  # type: ignore[arg-type]  # the words differ in type
    return simulate_plainly(panel, plan, terms_of(panel, taxes_ppm=(0, 0)), FREE, AccountRules(initial_capital=1_000_000))


def test_overnight_position_is_sold_at_eighty_percent_of_its_best_profit() -> None:
    # Bought at 10,000, peak 10,500: 10,000 + 500 x 80 % = 10,400, met in the bar after the one that armed it.
    bars: list[Bar] = [
        (0, "15:30", 10000, 10000, 10000, 10000),
        (1, "09:00", 10050, 10500, 10050, 10450),
        (1, "09:05", 10450, 10460, 10300, 10300),
        (1, "15:30", 10300, 10300, 10300, 10300),
    ]
    result = _overnight(bars)
    assert result.trades.sell_price.tolist()[0] == 10_400.0
    assert Sale(int(result.trades.reason[0])) is Sale.TRAILING_STOP
    # It buys again in the same session's auction with the cash of the sale: 100 x 10,400 = 1,040,000 at 10,300 is 100 shares.
    assert result.trades.shares.tolist() == [100.0, 100.0]
    assert Sale(int(result.trades.reason[1])) is Sale.OPEN


def test_overnight_position_that_never_arms_leaves_at_the_cutoff() -> None:
    bars: list[Bar] = [
        (0, "15:30", 10000, 10000, 10000, 10000),
        (2, "13:55", 9900, 10090, 9900, 9900),
        (2, "14:00", 9950, 10200, 9950, 10000),
    ]
    result = _overnight(bars)
    assert _only_sale(result) == (Sale.LOSS_CUTOFF, 9_950.0)
    assert result.counts[0, Event.SKIPPED_SESSION] == 1


def test_armed_position_is_sold_at_the_last_regular_close() -> None:
    bars: list[Bar] = [
        (0, "15:30", 10000, 10000, 10000, 10000),
        (1, "09:00", 10050, 10200, 10050, 10190),
        (1, "15:15", 10180, 10200, 10170, 10200),
    ]
    assert _only_sale(_overnight(bars)) == (Sale.END_OF_DAY, 10_200.0)


def test_sale_time_that_passes_while_the_purchase_waits_is_no_trade() -> None:
    # Wanted at 10:00, locked at the upper limit until 10:10; the sale of 10:05 would fall on the bar of the purchase.
    bars: list[Bar] = [(0, "10:00", 6500, 6500, 6500, 6500), (0, "10:05", 6500, 6500, 6500, 6500), (0, "10:10", 6400, 6400, 6300, 6300)]
    result = _clock([*bars, (0, "10:15", 6300, 6300, 6300, 6300)], 600, 605, upper=6500)
    assert len(result.trades) == 0
    assert result.counts[0, Event.NO_TIME_BETWEEN] == 1


def test_an_auction_that_is_no_bar_fills_after_the_last_bar_and_marks_the_position() -> None:
    panel = panel_of([(0, "10:00", 5000, 5010, 5000, 5010), (0, "15:15", 5050, 5060, 5050, 5060)], daily_auctions={(0, 0): 5_100.0})
    terms = terms_of(panel, taxes_ppm=(0, 0))
    account = AccountRules(initial_capital=1_000_000)
    sold = simulate_plainly(panel, ClockPlan(600, CLOSE_MINUTE), terms, FREE, account)
    assert _only_sale(sold) == (Sale.SELL_TIME, 5_100.0)
    assert sold.trades.sell_row.tolist() == [1]
    # 15:30 Korean time is 06:30 UTC of 2026-01-05.
    assert np.datetime64(int(sold.trades.sell_at[0]), "us") == np.datetime64("2026-01-05T06:30")
    bought = simulate_plainly(panel, ClockPlan(925, 930), terms, FREE, account)
    assert bought.counts[0, Event.NO_TIME_BETWEEN] == 1
    held = simulate_plainly(panel, OvernightTrailPlan(930, 0.01, 0.8, 840), terms, FREE, account)
    # 196 shares at 5,100 in the auction: 400 won are left, marked at the auction's price.
    assert held.slot_minute.tolist() == [600, 915, 930]
    assert held.equity.tolist() == [1_000_000.0] * 3
    assert held.trades.shares.tolist() == [196.0]


def test_a_halted_days_daily_close_is_not_read() -> None:
    bars: list[Bar] = [(0, "10:00", 5000, 5010, 5000, 5010), (1, "10:00", 5000, 5000, 5000, 5000, 0.0)]
    panel = panel_of(bars, daily_auctions={(0, 1): 5_000.0})
    result = simulate_plainly(panel, OvernightTrailPlan(930, 0.01, 0.8, 840), terms_of(panel), FREE, AccountRules())
    assert len(result.trades) == 0
    assert result.counts[0, Event.NO_PRICE] == 2
