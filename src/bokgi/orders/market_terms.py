"""The market's rules for one panel: what `Terms` says is looked up here, once a run.

Convention: instruments with the same board, kind and leverage share one look-up by session. `plain` and adjusted series have no
ticks and no limits. A limit that cannot be known (no base price) is NaN. One fixed tax replaces the dated taxes of every sale, whatever
its kind, and is booked as transaction tax *(pessimistic)*.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np

from bokgi.bars.grids import in_threads
from bokgi.bars.panel import Panel
from bokgi.errors.market import ForeignUnderKrx, RulesNotKnown
from bokgi.errors.runs import RunCancelled
from bokgi.market.costs import UNKNOWN_TAX, sale_taxes_ppm
from bokgi.market.instruments import Board, Exchange, Instrument, Kind
from bokgi.market.limits import first_day_limits, limit_rate_ppm, limits_on_ladder
from bokgi.market.ticks import NO_LADDER, UNKNOWN_LADDER, ladder_of, ladder_table, ticks_known_since
from bokgi.orders.rules import ExecutionRules, Market
from bokgi.orders.terms import Terms
from bokgi.units import BoolArray, FloatArray, IntArray, ShortArray

GROUP_INSTRUMENTS = 100
"""Instruments that are looked up at once: enough to be fast, few enough to stop in between."""
_EXCHANGE_TRADED = (Kind.ETF, Kind.ETN, Kind.ELW)
_NOT_TRADED = (Kind.INDEX, Kind.FOREIGN)


@dataclass(frozen=True, slots=True)
class _Group:
    """Instruments that share their rules."""

    board: Board
    kind: Kind
    leverage: float


@dataclass(frozen=True)
class _Grids:
    """Grids of `Terms`, int or float [instrument, session], while they are filled."""

    ladder: ShortArray
    upper_limit: FloatArray
    lower_limit: FloatArray
    transaction_tax_ppm: IntArray
    special_tax_ppm: IntArray


def market_terms(panel: Panel, rules: ExecutionRules, *, cancelled: Callable[[], bool] | None = None) -> Terms:
    """Ticks, limits and taxes of a panel under the rules of a run.

    Parameters
    ----------
    cancelled : asked between groups of instruments

    Raises
    ------
    RunCancelled
        `cancelled` said so.
    ForeignUnderKrx
        The market is `krx` and an instrument is not traded there.
    RulesNotKnown
        An instrument has bars in sessions whose ticks or taxes are not in the tables.
    """
    is_krx = rules.market is Market.KRX
    grids = _empty_grids(len(panel.instruments), len(panel.sessions), is_krx=is_krx)
    if is_krx:
        _check_domestic(panel.instruments)
        for group, members in _groups(panel.instruments).items():
            parts = [members[first : first + GROUP_INSTRUMENTS] for first in range(0, len(members), GROUP_INSTRUMENTS)]
            in_threads(partial(_fill_group, grids, panel, group, cancelled), parts)
        _fill_first_days(grids, panel)
        _fill_fixed_tax(grids, rules.costs.fixed_tax_ppm)
    table = ladder_table()
    return Terms(
        ladder=grids.ladder,
        ladder_bounds=table.bounds.copy(),
        ladder_steps=table.steps.copy(),
        upper_limit=grids.upper_limit,
        lower_limit=grids.lower_limit,
        transaction_tax_ppm=grids.transaction_tax_ppm,
        special_tax_ppm=grids.special_tax_ppm,
        delisted_session=_delisted_sessions(panel),
    )


def _empty_grids(instruments: int, sessions: int, *, is_krx: bool) -> _Grids:
    """Under `krx` every instrument is in a group, which fills its rows."""
    shape = (instruments, sessions)
    if is_krx:
        kinds = (np.int32, np.float64, np.float64, np.int64, np.int64)
        return _Grids(*(np.empty(shape, dtype=kind) for kind in kinds))
    return _Grids(
        ladder=np.full(shape, NO_LADDER, dtype=np.int32),
        upper_limit=np.full(shape, np.nan),
        lower_limit=np.full(shape, np.nan),
        transaction_tax_ppm=np.zeros(shape, dtype=np.int64),
        special_tax_ppm=np.zeros(shape, dtype=np.int64),
    )


def _check_domestic(instruments: Iterable[Instrument]) -> None:
    for instrument in instruments:
        if instrument.exchange is not Exchange.XKRX or instrument.board is Board.FOREIGN or instrument.kind in _NOT_TRADED:
            raise ForeignUnderKrx(instrument.code)


def _groups(instruments: tuple[Instrument, ...]) -> dict[_Group, IntArray]:
    members: dict[_Group, list[int]] = {}
    for index, instrument in enumerate(instruments):
        members.setdefault(_Group(instrument.board, instrument.kind, instrument.leverage), []).append(index)
    return {group: np.array(indices, dtype=np.int64) for group, indices in members.items()}


def _fill_group(grids: _Grids, panel: Panel, group: _Group, cancelled: Callable[[], bool] | None, members: IntArray) -> None:
    if cancelled is not None and cancelled():
        raise RunCancelled(0, len(panel.instruments))
    days = panel.sessions.day
    ladder = ladder_of(days, group.board, group.kind)
    taxes = sale_taxes_ppm(days, group.board, group.kind)
    unknown = (ladder == UNKNOWN_LADDER) | (taxes.transaction_tax_ppm == UNKNOWN_TAX)
    _check_known(panel, group, members, unknown)
    adjusted = panel.adjusted[members]
    hidden = unknown | adjusted[:, None] if adjusted.any() else unknown
    own_ladder = np.where(hidden, NO_LADDER, ladder).astype(np.int32)
    rate = limit_rate_ppm(days, group.board, group.kind, group.leverage)
    grids.ladder[members] = own_ladder
    grids.upper_limit[members], grids.lower_limit[members] = limits_on_ladder(panel.base_price[members], rate, own_ladder)
    grids.transaction_tax_ppm[members] = np.where(unknown, 0, taxes.transaction_tax_ppm)
    grids.special_tax_ppm[members] = np.where(unknown, 0, taxes.special_tax_ppm)


def _check_known(panel: Panel, group: _Group, members: IntArray, unknown: BoolArray) -> None:
    """A session without rules matters only where one of the instruments has bars in it."""
    if not bool(unknown.any()):
        return
    for index in members:
        if bool(unknown[panel.session[panel.rows_of(int(index))]].any()):
            raise RulesNotKnown("ticks and taxes", "호가 단위·세금", group.board.value, ticks_known_since(group.board, group.kind))


def _fill_first_days(grids: _Grids, panel: Panel) -> None:
    """A share's first day has the wide range of the offer price, not the daily limit."""
    for index, instrument in enumerate(panel.instruments):
        session = _session_index(panel, instrument.listed)
        if session is None or instrument.kind in _EXCHANGE_TRADED or bool(panel.adjusted[index]):
            continue
        day, base = panel.sessions.day[session : session + 1], panel.base_price[index, session : session + 1]
        limits = first_day_limits(base, day, instrument.board, instrument.kind)
        grids.upper_limit[index, session], grids.lower_limit[index, session] = limits.upper[0], limits.lower[0]


def _session_index(panel: Panel, day: date | None) -> int | None:
    if day is None:
        return None
    index = int(np.searchsorted(panel.sessions.day, np.datetime64(day, "D")))
    found = index < len(panel.sessions) and bool(panel.sessions.day[index] == np.datetime64(day, "D"))
    return index if found else None


def _fill_fixed_tax(grids: _Grids, fixed_tax_ppm: int | None) -> None:
    if fixed_tax_ppm is not None:
        grids.transaction_tax_ppm[:] = fixed_tax_ppm
        grids.special_tax_ppm[:] = 0


def _delisted_sessions(panel: Panel) -> IntArray:
    """int64[instrument], first session at or after the delisting; the number of sessions where it stays listed."""
    days, listed_on = panel.sessions.day, len(panel.sessions)
    first = [listed_on if each.delisted is None else np.searchsorted(days, np.datetime64(each.delisted, "D")) for each in panel.instruments]
    return np.array(first, dtype=np.int64)
