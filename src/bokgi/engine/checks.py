"""Refuse what cannot be simulated before anything is computed.

Each check looks at rules, shapes and the slot grid, never at single bars: together they take well under a millisecond.
"""

import math

import numpy as np

from bokgi.bars.panel import Panel
from bokgi.errors.market import ForeignUnderKrx
from bokgi.errors.orders import (
    FractionsUnderKrx,
    PlanNeedsIntraday,
    RuleOutOfRange,
    ShortsUnderKrx,
    SignalsMisshapen,
    SlippageTwice,
    TimesOutOfOrder,
    TimeUnpriced,
    WeightsNeedSharedAccount,
    WeightsOutOfRange,
)
from bokgi.market.instruments import Kind
from bokgi.orders.plans import CLOSE_MINUTE, ClockPlan, OnBarPlan, OvernightTrailPlan, Plan, SignalPlan, WeightPlan
from bokgi.orders.rules import AccountMode, AccountRules, ExecutionRules, ExitRules, Market, Unpriced
from bokgi.units import MINUTES_PER_DAY, PPM, BoolArray

AUCTION_MINUTES = 10
CAPITAL_LIMIT = 10**14
"""Whole won stay exact in floats up to 9 x 10**15; this leaves room for gains."""


def check_plan(panel: Panel, plan: Plan, rules: ExecutionRules, account: AccountRules) -> None:
    """Raise where plan, rules and data cannot go together.

    Raises
    ------
    PlanNeedsIntraday, TimesOutOfOrder, TimeUnpriced
        Clock times on daily bars, in the wrong order, or priced by the data in no session.
    ForeignUnderKrx, ShortsUnderKrx, FractionsUnderKrx
        What the `krx` market does not have.
    WeightsNeedSharedAccount, WeightsOutOfRange, SignalsMisshapen, RuleOutOfRange, SlippageTwice
        Values that mean nothing.
    """
    _check_rules(rules, account)
    _check_market(panel, plan, rules)
    if isinstance(plan, SignalPlan):
        _check_signals(panel, plan)
    elif isinstance(plan, OnBarPlan):
        _check_exit_rules(plan.exit_rules)
    elif isinstance(plan, WeightPlan):
        _check_weights(panel, plan, account)
    else:
        _check_clock(panel, plan, rules)


def _check_range(name: str, given: float | None, lowest: float, highest: float, allowed: str) -> None:
    if given is not None and not lowest <= given <= highest:
        raise RuleOutOfRange(name, given, allowed)


def _check_rules(rules: ExecutionRules, account: AccountRules) -> None:
    costs = rules.costs
    _check_range("commission_ppm", costs.commission_ppm, 0, PPM, "0..1,000,000")
    _check_range("fixed_tax_ppm", costs.fixed_tax_ppm, 0, PPM, "0..1,000,000")
    _check_range("commission_unit_krw", costs.commission_unit_krw, 1, PPM, ">= 1")
    _check_range("plain_fee_ratio", costs.plain_fee_ratio, 0.0, 1.0, "0..1")
    _check_range("max_wait_minutes", rules.max_wait_minutes, 0, MINUTES_PER_DAY, "0..1440")
    _check_range("slippage_ticks", rules.slippage_ticks, 0, 1000, "0..1000")
    _check_range("slippage_bps", rules.slippage_bps, 0.0, 9999.0, "0..9999")
    least = 1.0 if rules.market is Market.KRX else math.ulp(0.0)
    _check_range("initial_capital", account.initial_capital, least, CAPITAL_LIMIT, "above 0, up to 10^14")
    _check_range("position_fraction", account.position_fraction, math.ulp(0.0), 1.0, "above 0, up to 1")
    if rules.slippage_ticks > 0 and rules.slippage_bps > 0.0:
        raise SlippageTwice(rules.slippage_ticks, rules.slippage_bps)


def _check_market(panel: Panel, plan: Plan, rules: ExecutionRules) -> None:
    if rules.market is not Market.KRX:
        return
    for instrument in panel.instruments:
        if instrument.kind in (Kind.FOREIGN, Kind.INDEX):
            raise ForeignUnderKrx(instrument.code)
    if rules.fractional_shares:
        raise FractionsUnderKrx
    if isinstance(plan, SignalPlan) and (plan.short_entries is not None or plan.short_exits is not None):
        raise ShortsUnderKrx


def _check_signals(panel: Panel, plan: SignalPlan) -> None:
    for name in ("entries", "exits", "short_entries", "short_exits"):
        array = getattr(plan, name)
        if array is not None and len(array) != len(panel):
            raise SignalsMisshapen(name, len(array), len(panel))
    _check_exit_rules(plan.exit_rules)


def _check_exit_rules(exits: ExitRules) -> None:
    _check_range("stop_ratio", exits.stop_ratio, 0.0, 1.0, "0..1")
    _check_range("target_ratio", exits.target_ratio, 0.0, 1000.0, "0..1000")
    _check_range("trailing_ratio", exits.trailing_ratio, 0.0, 1.0, "0..1")
    _check_range("cutoff_minute", exits.cutoff_minute, 0, MINUTES_PER_DAY - 1, "0..1439")
    _check_range("max_bars", exits.max_bars, 1, 2**62, ">= 1")


def _check_weights(panel: Panel, plan: WeightPlan, account: AccountRules) -> None:
    if account.mode is not AccountMode.SHARED:
        raise WeightsNeedSharedAccount
    if len(plan.weights) != len(panel):
        raise SignalsMisshapen("weights", len(plan.weights), len(panel))
    wrong = plan.weights[(plan.weights < 0.0) | (plan.weights > 1.0)]
    if len(wrong):
        raise WeightsOutOfRange(float(wrong[0]))


def _check_clock(panel: Panel, plan: ClockPlan | OvernightTrailPlan, rules: ExecutionRules) -> None:
    if panel.interval.is_daily:
        raise PlanNeedsIntraday
    for name in ("buy_minute", "sell_minute", "loss_cutoff_minute"):
        minute = getattr(plan, name, CLOSE_MINUTE)
        if minute != CLOSE_MINUTE:
            _check_range(name, minute, 0, MINUTES_PER_DAY - 1, "0..1439")
    if isinstance(plan, ClockPlan):
        _check_order(plan)
    else:
        _check_range("min_profit_ratio", plan.min_profit_ratio, 0.0, 10.0, "0..10")
        _check_range("profit_cutoff_ratio", plan.profit_cutoff_ratio, 0.0, 1.0, "0..1")
    if rules.unpriced is Unpriced.LAST_BAR:
        return
    _check_priced(panel, "buy_time", plan.buy_minute, rules.max_wait_minutes)
    if isinstance(plan, ClockPlan):
        _check_priced(panel, "sell_time", plan.sell_minute, MINUTES_PER_DAY)


def _check_order(plan: ClockPlan) -> None:
    """`close` comes after every time; after `close` comes nothing."""
    buy = MINUTES_PER_DAY if plan.buy_minute == CLOSE_MINUTE else plan.buy_minute
    sell = MINUTES_PER_DAY if plan.sell_minute == CLOSE_MINUTE else plan.sell_minute
    if sell <= buy:
        raise TimesOutOfOrder(clock_time(plan.buy_minute), clock_time(plan.sell_minute))


def _check_priced(panel: Panel, name: str, minute: int, wait_minutes: int) -> None:
    """Raise where no session has a price for the time: neither an auction, nor a bar that starts in time or ends at it."""
    grid = panel.slots
    happened = _traded_slots(panel)
    if not happened.any():
        return  # Nothing is traded at all: there is no later or earlier time to offer.
    close = panel.sessions.close_minute
    in_auction = np.full(len(close), fill_value=True) if minute == CLOSE_MINUTE else (close - AUCTION_MINUTES <= minute) & (minute <= close)
    if bool((in_auction & ~np.isnan(panel.auction).all(axis=0)).any()):
        return
    interval = panel.interval.minutes
    reaches = ((grid.minute >= minute) & (grid.minute - minute <= wait_minutes)) | (grid.minute + interval == minute)
    if minute != CLOSE_MINUTE and bool((happened & reaches & ~in_auction[grid.session]).any()):
        return
    ends = np.minimum(grid.minute + interval, close[grid.session])  # An auction's own bar starts at the close: nothing is priced after it.
    raise TimeUnpriced(name, clock_time(minute), clock_time(int(ends[happened].max())))


def _traded_slots(panel: Panel) -> BoolArray:
    """bool[slot]: whether any instrument has a traded bar there."""
    happened = np.zeros(len(panel.slots), dtype=np.bool_)
    happened[panel.slots.slot_of_row[panel.traded]] = True
    return happened


def clock_time(minute: int) -> str:
    """`09:05`, or the word `close`."""
    return "close" if minute == CLOSE_MINUTE else f"{minute // 60:02d}:{minute % 60:02d}"
