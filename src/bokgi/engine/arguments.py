"""From panel, terms, plan and rules to the bundles of numbers and arrays that kernels take.

Kernels are compiled once for each type of argument, so every array is made contiguous, writable and of one dtype here.
A panel's bundle is made once and kept as long as the panel lives.
"""

import math
import weakref
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bokgi.bars.panel import Panel
from bokgi.engine.kernel_layout import CLOCK, LADDER, RULES, SIGNAL, TRAIL, WISH, Law, RecordArray, Signals, Tape
from bokgi.engine.kernel_tape import find_last_rows
from bokgi.orders.plans import ClockPlan, EndOfDay, OvernightTrailPlan, SignalPlan, WeightPlan
from bokgi.orders.rules import AccountMode, AccountRules, ExecutionRules, ExitRules, Market, Reinvest, Unpriced
from bokgi.orders.terms import Terms
from bokgi.units import PPM

_TAPES: dict[int, Tape] = {}
_NO_ROWS = np.zeros(1, dtype=np.bool_)


def _ready(array: NDArray[Any], dtype: type) -> NDArray[Any]:
    ready: NDArray[Any] = np.ascontiguousarray(array, dtype=dtype)
    return ready if ready.flags.writeable else ready.copy()


def tape_of(panel: Panel) -> Tape:
    """The panel's arrays for kernels, kept while the panel lives."""
    key = id(panel)
    tape = _TAPES.get(key)
    if tape is None:
        tape = _tape(panel)
        _TAPES[key] = tape
        weakref.finalize(panel, _TAPES.pop, key, None)
    return tape


def _tape(panel: Panel) -> Tape:
    grid, sessions = panel.slots, panel.sessions
    last_traded = np.empty(panel.auction_row.shape, dtype=np.int64)
    last_regular = np.empty(panel.auction_row.shape, dtype=np.int64)
    minute, traded = _ready(panel.minute, np.int32), _ready(panel.traded, np.bool_)
    session_row, auction_row = _ready(grid.session_row, np.int64), _ready(panel.auction_row, np.int64)
    find_last_rows(session_row, minute, traded, auction_row, _ready(sessions.close_minute, np.int32), last_traded, last_regular)
    return Tape(
        session=_ready(panel.session, np.int32),
        minute=minute,
        open=_ready(panel.open, np.float64),
        high=_ready(panel.high, np.float64),
        low=_ready(panel.low, np.float64),
        close=_ready(panel.close, np.float64),
        volume=_ready(panel.volume, np.float64),
        traded=traded,
        slot_of_row=_ready(grid.slot_of_row, np.int32),
        session_row=session_row,
        last_traded=last_traded,
        last_regular=last_regular,
        auction=_ready(panel.auction, np.float64),
        auction_row=auction_row,
        auction_slot=_ready(grid.auction_slot, np.int64),
        close_minute=_ready(sessions.close_minute, np.int32),
        midnight_at=_ready(sessions.midnight_at.astype(np.int64), np.int64),
    )


def law_of(terms: Terms) -> Law:
    """The arrays of the market's terms for kernels. Ladders are filled up to one length by steps that no price reaches."""
    count, steps = terms.ladder_bounds.shape
    ladders = np.zeros(max(count, 1), dtype=LADDER)
    ladders["bounds"], ladders["steps"] = np.inf, 1
    if count > 0:
        ladders["bounds"][:count, :steps] = terms.ladder_bounds
        ladders["steps"][:count, :steps] = terms.ladder_steps
    return Law(
        ladders=ladders,
        ladder=_ready(terms.ladder, np.int32),
        upper=_ready(terms.upper_limit, np.float64),
        lower=_ready(terms.lower_limit, np.float64),
        tax=_ready(terms.transaction_tax_ppm, np.int64),
        special=_ready(terms.special_tax_ppm, np.int64),
        delisted=_ready(terms.delisted_session, np.int64),
    )


def capital_of(rules: ExecutionRules, account: AccountRules) -> float:
    """Initial capital; under `krx` cut to whole won."""
    capital = account.initial_capital
    return float(math.floor(capital)) if rules.market is Market.KRX else float(capital)


def rules_of(panel: Panel, rules: ExecutionRules, account: AccountRules, counted: int) -> RecordArray:
    """Execution and account rules for kernels. `counted` instruments share one account."""
    costs = rules.costs
    values = {
        "is_krx": rules.market is Market.KRX,
        "buy_ppm": costs.commission_ppm if costs.commission_on_buy else 0,
        "sell_ppm": costs.commission_ppm,
        "unit": costs.commission_unit_krw,
        "fixed_tax": -1 if costs.fixed_tax_ppm is None else costs.fixed_tax_ppm,
        "fee": costs.plain_fee_ratio,
        "wait": rules.max_wait_minutes,
        "slip_ticks": rules.slippage_ticks,
        "slip_bps": rules.slippage_bps,
        "slip_ppm": round(rules.slippage_bps * 100),
        "takes_last_bar": rules.unpriced is Unpriced.LAST_BAR,
        "fractional": rules.fractional_shares,
        "interval": panel.interval.minutes,
        "sessions": len(panel.sessions),
        "capital": capital_of(rules, account),
        "seed_capped": account.reinvest is Reinvest.SEED_CAPPED,
        "fraction": 1.0 / max(counted, 1) if account.position_fraction is None else account.position_fraction,
        "shared": account.mode is AccountMode.SHARED,
    }
    return np.array([tuple(values[name] for name in RULES.names or ())], dtype=RULES)


def wish_of(plan: SignalPlan | ClockPlan | OvernightTrailPlan | WeightPlan) -> RecordArray:
    """A plan's numbers for kernels."""
    cells = np.zeros(1, dtype=WISH)
    cell = cells[0]
    if isinstance(plan, SignalPlan):
        cell["kind"] = SIGNAL
        cell["has_shorts"] = plan.short_entries is not None
        cell["at_first_open"] = plan.enter_at_first_open
        _write_exit_rules(cell, plan.exit_rules)
    elif isinstance(plan, ClockPlan):
        cell["kind"], cell["buy_minute"], cell["sell_minute"] = CLOCK, plan.buy_minute, plan.sell_minute
    elif isinstance(plan, OvernightTrailPlan):
        cell["kind"], cell["buy_minute"], cell["loss_minute"] = TRAIL, plan.buy_minute, plan.loss_cutoff_minute
        cell["min_profit_ppm"] = parts_per_million(plan.min_profit_ratio)
        cell["keep"], cell["keep_ppm"] = plan.profit_cutoff_ratio, parts_per_million(plan.profit_cutoff_ratio)
        cell["carry"] = plan.end_of_day is EndOfDay.CARRY
    return cells


def _write_exit_rules(cell: np.void, exits: ExitRules) -> None:
    for name, ratio in (("stop", exits.stop_ratio), ("target", exits.target_ratio), ("trailing", exits.trailing_ratio)):
        cell[name] = -1.0 if ratio is None else ratio
        cell[f"{name}_ppm"] = 0 if ratio is None else parts_per_million(ratio)
        cell["has_levels"] |= ratio is not None
    cell["convention"] = exits.trailing_convention
    cell["cutoff_minute"] = -1 if exits.cutoff_minute is None else exits.cutoff_minute
    cell["max_bars"] = 0 if exits.max_bars is None else exits.max_bars


def signals_of(plan: SignalPlan | ClockPlan | OvernightTrailPlan | WeightPlan) -> Signals:
    """A plan's signals for kernels."""
    if not isinstance(plan, SignalPlan):
        return Signals(_NO_ROWS, _NO_ROWS, _NO_ROWS, _NO_ROWS)
    shorts = _NO_ROWS if plan.short_entries is None else _ready(plan.short_entries, np.bool_)
    covers = np.zeros(len(shorts), dtype=np.bool_) if plan.short_exits is None else _ready(plan.short_exits, np.bool_)
    return Signals(_ready(plan.entries, np.bool_), _ready(plan.exits, np.bool_), shorts, covers)


def parts_per_million(ratio: float) -> int:
    """Whole parts per million of a ratio."""
    return round(ratio * PPM)
