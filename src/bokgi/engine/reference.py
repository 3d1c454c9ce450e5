"""The plain reference engine: docs/semantics.md written out slowly, one slot after the other.

Convention: nothing here is fast and nothing is compiled. The compiled kernel must give the same columns bit for bit; where
the two differ, the page decides.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

import numpy as np

from bokgi.bars.panel import Panel
from bokgi.engine.reference_clock import ClockTrader
from bokgi.engine.reference_columns import trade_columns
from bokgi.engine.reference_desk import Desk
from bokgi.engine.reference_money import Bank, FloatMoney, Money, WonMoney
from bokgi.engine.reference_on_bar import on_bar_decider
from bokgi.engine.reference_overnight import OvernightTrader
from bokgi.engine.reference_signals import SignalTrader, plan_decider
from bokgi.engine.reference_tape import BUY, SELL, Tape
from bokgi.engine.reference_traders import Trader
from bokgi.engine.reference_weights import WeightTrader
from bokgi.orders.plans import ClockPlan, OnBarPlan, OvernightTrailPlan, Plan, SignalPlan
from bokgi.orders.reasons import Event, Sale
from bokgi.orders.rules import AccountRules, ExecutionRules, Market
from bokgi.orders.simulation import EVENTS, Simulation
from bokgi.orders.terms import Terms

MakeTrader = Callable[[Desk], Trader]
Between = Callable[[int, int], None]
"""Told the slots and the trades so far; it may raise to end the run."""


def simulate_plainly(
    panel: Panel, plan: Plan, terms: Terms, rules: ExecutionRules, account: AccountRules, between: Between | None = None
) -> Simulation:
    """Simulate a plan by the plain reference engine.

    The data may not be able to price a clock time in any session; that refusal belongs to the caller, here such orders
    are dropped as `no_price`.
    """
    return simulate_traders(panel, lambda desk: _trader(plan, desk), terms, rules, account, between)


def _trader(plan: Plan, desk: Desk) -> Trader:
    if isinstance(plan, SignalPlan):
        first_order = plan.exit_rules if plan.enter_at_first_open else None
        return SignalTrader(desk, plan_decider(plan), first_order=first_order)
    if isinstance(plan, ClockPlan):
        return ClockTrader(desk, plan)
    if isinstance(plan, OvernightTrailPlan):
        return OvernightTrader(desk, plan)
    if isinstance(plan, OnBarPlan):
        return SignalTrader(desk, on_bar_decider(desk, plan))
    return WeightTrader(desk, plan)


def simulate_traders(
    panel: Panel,
    make_trader: MakeTrader,
    terms: Terms,
    rules: ExecutionRules,
    account: AccountRules,
    between: Between | None = None,
) -> Simulation:
    """Run one trader an instrument over the panel's time grid."""
    run = _Run(panel, make_trader, terms, rules, account)
    for passed, slot in enumerate(run.slots):
        if between is not None:
            between(passed, sum(len(desk.trades) for desk in run.desks))
        run.pass_slot(slot)
    return run.result()


@dataclass(frozen=True)
class _Here:
    """What is at one slot: (instrument, row) of traded bars, instruments with an auction that is no bar; in panel order."""

    rows: tuple[tuple[int, int], ...]
    auctions: tuple[int, ...]


class _Run:
    """Desks, traders and the equity they leave behind, slot by slot."""

    def __init__(self, panel: Panel, make_trader: MakeTrader, terms: Terms, rules: ExecutionRules, account: AccountRules) -> None:
        self.tape = Tape(panel, terms, rules)
        self.is_krx = self.tape.is_krx
        money: Money = _money(rules, terms)
        self.counted = [bool(rows) for rows in self.tape.rows]
        self.bank = Bank(money, account, self.counted)
        numbers = count()
        self.desks = [
            Desk(index, self.tape, money, self.bank, self.bank.accounts[index], numbers) for index in range(self.tape.instruments)
        ]
        self.traders = [make_trader(desk) for desk in self.desks]
        self._count_orders_that_never_trade()
        self.here = _by_slot(self.tape)
        self.last_slots = [self.tape.last_slot(index) for index in range(self.tape.instruments)]
        self.slots = sorted(set(self.here) | _auction_slots(self.tape))
        self.equity: list[float] = []
        shape = (self.tape.instruments, self.tape.sessions)
        self.instrument_equity = np.zeros(shape, dtype=np.float64)
        self.session_equity = np.full(self.tape.sessions, float(self.bank.initial_equity))
        self._peaks: list[float] = [self.bank.seed for _ in self.desks]
        self._drawdowns: list[float] = [0.0 for _ in self.desks]
        self._next_session = 0

    def _count_orders_that_never_trade(self) -> None:
        for index, desk in enumerate(self.desks):
            if self.counted[index] and not self.tape.traded_rows[index] and self.traders[index].is_waiting():
                desk.tally(Event.PENDING_AT_END)

    def pass_slot(self, slot: tuple[int, int]) -> None:
        """The four steps of a slot (5, Shared account), then marks, delistings and equity."""
        self._close_sessions_before(slot[0])
        here = self.here.get(slot, _Here((), ()))
        self._trade_at_open(slot[0], here)
        self._trade_inside(here)
        for index, row in here.rows:
            self.traders[index].decide(row)
        self._end_listings(slot, here)
        self._note_equity()

    def _trade_at_open(self, session: int, here: _Here) -> None:
        steps = sorted([*here.rows, *((index, -1) for index in here.auctions)])
        for index, row in steps:
            if row >= 0:
                self.traders[index].sell_at_open(row)
            else:
                self.traders[index].sell_at_auction(session)
        for index, row in steps:
            if row >= 0:
                self.traders[index].buy_at_open(row)
            else:
                self.traders[index].buy_at_auction(session)
        for index in here.auctions:
            self.desks[index].last_close = float(self.tape.panel.auction[index, session])

    def _trade_inside(self, here: _Here) -> None:
        for index, _ in here.rows:
            self.desks[index].held_bars += 1 if self.desks[index].lots else 0
        for index, row in here.rows:
            self.traders[index].sell_inside(row)
        for index, row in here.rows:
            self.traders[index].buy_at_close(row)
        for index, row in here.rows:
            self.desks[index].last_close = self.tape.close[row]

    def _end_listings(self, slot: tuple[int, int], here: _Here) -> None:
        """After the last price of an instrument: what still waits is counted, a delisted holding is sold."""
        for index in sorted({index for index, _ in here.rows} | set(here.auctions)):
            if self.last_slots[index] != slot:
                continue
            desk = self.desks[index]
            if self.traders[index].is_waiting():
                desk.tally(Event.PENDING_AT_END)
            if self.tape.delisted[index] < self.tape.sessions and desk.lots:
                side = SELL if desk.lots[0].side > 0 else BUY
                desk.sell_all(self.tape.last_fill(index, side), Sale.DELISTED)

    # -- equity -----------------------------------------------------------------------------------------------------

    def _close_sessions_before(self, session: int) -> None:
        """Write the session ends that lie before this session."""
        while self._next_session < session:
            self._note_session_end(self._next_session)
            self._next_session += 1

    def _note_session_end(self, session: int) -> None:
        if self.equity:
            self.session_equity[session] = self.equity[-1]
        for index, desk in enumerate(self.desks):
            if self.counted[index]:
                self.instrument_equity[index, session] = desk.profit() if self.bank.is_shared else self._account_equity(desk)

    def _account_equity(self, desk: Desk) -> float:
        return desk.account.cash + desk.value()

    def _total_equity(self) -> float:
        counted = [desk for index, desk in enumerate(self.desks) if self.counted[index]]
        if self.bank.is_shared:
            total: float = self.desks[0].account.cash if self.desks else 0
            for desk in counted:
                total = total + desk.value()
            return total
        total = 0
        for desk in counted:
            total = total + self._account_equity(desk)
        return total

    def _note_equity(self) -> None:
        total = self._total_equity()
        self.equity.append(total)
        self.bank.previous_equity = total
        if self.bank.is_shared:
            return
        for index, desk in enumerate(self.desks):
            equity = self._account_equity(desk)
            self._peaks[index] = max(self._peaks[index], equity)
            if self._peaks[index] > 0:
                self._drawdowns[index] = min(self._drawdowns[index], equity / self._peaks[index] - 1.0)

    # -- result -----------------------------------------------------------------------------------------------------

    def result(self) -> Simulation:
        self._close_sessions_before(self.tape.sessions)
        drawdown = np.full(len(self.desks), np.nan) if self.bank.is_shared else np.array(self._drawdowns, dtype=np.float64)
        counts = [[desk.counts[event] for event in Event] for desk in self.desks]
        return Simulation(
            trades=trade_columns(self.desks, is_shared=self.bank.is_shared),
            counted=np.array(self.counted, dtype=np.int8),
            initial_equity=float(self.bank.initial_equity),
            slot_session=np.array([session for session, _ in self.slots], dtype=np.int32),
            slot_minute=np.array([minute for _, minute in self.slots], dtype=np.int32),
            equity=np.array(self.equity, dtype=np.float64),
            session_equity=self.session_equity,
            instrument_equity=self.instrument_equity,
            instrument_drawdown=drawdown,
            held_bars=np.array([desk.held_bars for desk in self.desks], dtype=np.int64),
            traded_bars=np.array([len(rows) for rows in self.tape.traded_rows], dtype=np.int64),
            counts=np.array(counts, dtype=np.int64).reshape(len(self.desks), EVENTS),
            late_minutes=np.array([desk.late_minutes for desk in self.desks], dtype=np.int64),
        )


def _money(rules: ExecutionRules, terms: Terms) -> Money:
    if rules.market is Market.KRX:
        return WonMoney(rules.costs, terms)
    return FloatMoney(rules.costs.plain_fee_ratio, fractional=rules.fractional_shares)


def _by_slot(tape: Tape) -> dict[tuple[int, int], _Here]:
    """Every bar start of the panel, with the traded rows and auctions that are read there."""
    slots = set(zip(tape.session, tape.minute, strict=True)) | _auction_slots(tape)
    rows: dict[tuple[int, int], list[tuple[int, int]]] = {slot: [] for slot in slots}
    auctions: dict[tuple[int, int], list[int]] = {slot: [] for slot in slots}
    for index in range(tape.instruments):
        for row in tape.traded_rows[index]:
            rows[tape.session[row], tape.minute[row]].append((index, row))
        for session in range(tape.sessions):
            if tape.is_event(index, session):
                auctions[session, tape.close_minute[session]].append(index)
    return {slot: _Here(tuple(rows[slot]), tuple(auctions[slot])) for slot in slots}


def _auction_slots(tape: Tape) -> set[tuple[int, int]]:
    """(session, regular close) wherever any instrument has an auction price that is no bar."""
    no_bar = ~np.isnan(tape.panel.auction) & (tape.panel.auction_row < 0)
    return {(int(session), tape.close_minute[int(session)]) for session in np.flatnonzero(no_bar.any(axis=0))}
