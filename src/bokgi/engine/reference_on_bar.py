"""Deciders of plain Python, asked at each traded bar's close, on the reference engine.

Convention: a context cannot show a later bar. Its arrays are read-only views of a record that holds nothing but the bars handed
over so far (NaN beyond them), so that not even the base of a view knows the future.
"""

import math
from datetime import date

import numpy as np

from bokgi.engine.reference_desk import Desk
from bokgi.engine.reference_signals import Decider
from bokgi.engine.reference_signals import Decision as Wish
from bokgi.orders.on_bar import BarContext, Decision
from bokgi.orders.plans import OnBarPlan
from bokgi.orders.rules import ExitRules
from bokgi.units import FloatArray


class _Record:
    """Open, high, low, close, volume of the traded bars so far."""

    def __init__(self, capacity: int) -> None:
        self._columns = tuple(np.full(capacity, np.nan) for _ in range(5))
        self._size = 0

    def add(self, values: tuple[float, float, float, float, float]) -> None:
        for column, value in zip(self._columns, values, strict=True):
            column[self._size] = value
        self._size += 1

    def views(self) -> list[FloatArray]:
        return [self._view(column) for column in self._columns]

    def _view(self, column: FloatArray) -> FloatArray:
        view = column[: self._size]
        view.flags.writeable = False
        return view


def on_bar_decider(desk: Desk, plan: OnBarPlan) -> Decider:
    """Ask one instrument's fresh decider at every traded bar."""
    ask = plan.start()
    record = _Record(len(desk.tape.traded_rows[desk.index]))

    def decide(desk: Desk, row: int, held_bars: int) -> Wish:
        tape = desk.tape
        record.add((tape.open[row], tape.high[row], tape.low[row], tape.close[row], tape.volume[row]))
        context = _context(desk, row, held_bars, record.views())
        ask(context)
        return _wish(context, plan.exit_rules)

    return decide


def _context(desk: Desk, row: int, held_bars: int, columns: list[FloatArray]) -> BarContext:
    lot = desk.lot
    opened, high, low, close, volume = columns
    return BarContext(
        desk.tape.panel.instruments[desk.index],
        _day(desk, row),
        desk.tape.minute[row],
        open=opened,
        high=high,
        low=low,
        close=close,
        volume=volume,
        shares=0.0 if lot is None else float(lot.side * lot.shares),
        entry_price=math.nan if lot is None else float(lot.entry),
        cash=float(desk.account.cash),
        equity=float(_equity(desk)),
        held_bars=held_bars,
    )


def _day(desk: Desk, row: int) -> date:
    day = desk.tape.panel.sessions.day[desk.tape.session[row]].item()
    assert isinstance(day, date)
    return day


def _equity(desk: Desk) -> float:
    """Of the stock's own account; of a shared account as it stood after the previous slot."""
    return desk.bank.previous_equity if desk.bank.is_shared else desk.account.cash + desk.value()


def _wish(context: BarContext, exit_rules: ExitRules) -> Wish:
    return Wish(
        entry=context.decision is Decision.BUY,
        exit=context.decision is Decision.SELL,
        short_entry=context.decision is Decision.SHORT,
        short_exit=context.decision is Decision.COVER,
        exit_rules=exit_rules if context.exit_rules is None else context.exit_rules,
    )
