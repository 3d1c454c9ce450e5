"""Parts of a panel: fewer instruments, fewer sessions, fewer rows, or the past alone.

Convention: a part is a panel of its own; row numbers in `auction_row` are counted anew, and an auction whose row is left out is gone.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from bokgi.bars.panel import Panel
from bokgi.market.calendar import Sessions
from bokgi.market.instruments import Instrument
from bokgi.units import BoolArray, FloatArray, IntArray

_COLUMNS = ("session", "minute", "open", "high", "low", "close", "volume")


def panel_select(panel: Panel, indices: Sequence[int] | IntArray) -> Panel:
    """The instruments at `indices`, in that order."""
    chosen = np.asarray(indices, dtype=np.int64)
    counts = np.diff(panel.offsets)[chosen]
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    rows = np.concatenate([np.arange(panel.offsets[i], panel.offsets[i + 1]) for i in chosen] or [np.empty(0, dtype=np.int64)])
    shift = (offsets[:-1] - panel.offsets[chosen])[:, None]
    auction_row = panel.auction_row[chosen]
    return replace(
        panel,
        instruments=tuple(panel.instruments[i] for i in chosen),
        offsets=offsets,
        **{name: getattr(panel, name)[rows] for name in _COLUMNS},
        auction=panel.auction[chosen],
        auction_row=np.where(auction_row >= 0, auction_row + shift, -1),
        base_price=panel.base_price[chosen],
        adjusted=panel.adjusted[chosen],
    )


def panel_between(panel: Panel, first: date, last: date) -> Panel:
    """The sessions from `first` to `last`, both inclusive, and their bars."""
    low = int(np.searchsorted(panel.sessions.day, np.datetime64(first), side="left"))
    high = max(low, int(np.searchsorted(panel.sessions.day, np.datetime64(last), side="right")))
    kept = panel_cut(panel, keep=(panel.session >= low) & (panel.session < high))
    return _with_sessions(kept, low, high)


def panel_cut(panel: Panel, keep: BoolArray | None = None, *, until: tuple[int, int] | None = None, keep_sessions: bool = False) -> Panel:
    """The rows that `keep` marks (bool[row]), or what is known at the end of the bar that starts at `until`.

    Parameters
    ----------
    until : (session index, minute); bars that start later are gone, and so are later auctions and base prices; a delisting in a later
        session is not known yet
    keep_sessions : with `until`, keep the later sessions (empty) instead of ending the panel with the session of the cut

    Notes
    -----
    With `keep` auctions that are no bar stay as they are.
    """
    if until is None:
        return _with_rows(panel, np.ones(len(panel), dtype=np.bool_) if keep is None else np.asarray(keep, dtype=np.bool_))
    return _past(panel, *until, keep_sessions=keep_sessions)


def _with_rows(panel: Panel, keep: BoolArray) -> Panel:
    new_row = np.concatenate((np.cumsum(keep) - 1, [-1])).astype(np.int64)
    kept_before = np.concatenate(([0], np.cumsum(keep))).astype(np.int64)
    has_row = panel.auction_row >= 0
    is_lost = has_row & ~np.append(keep, True)[panel.auction_row]
    return replace(
        panel,
        offsets=kept_before[panel.offsets],
        **{name: getattr(panel, name)[keep] for name in _COLUMNS},
        auction=np.where(is_lost, np.nan, panel.auction),
        auction_row=np.where(has_row & ~is_lost, new_row[panel.auction_row], -1),
    )


def _past(panel: Panel, session: int, minute: int, *, keep_sessions: bool) -> Panel:
    is_past = (panel.session < session) | ((panel.session == session) & (panel.minute <= minute))
    cut = _with_rows(panel, is_past)
    is_printed = panel.interval.is_daily or minute >= int(panel.sessions.close_minute[session])
    last_event = session if is_printed else session - 1
    auction = _nan_after(cut.auction, last_event)
    auction[cut.auction_row >= 0] = cut.auction[cut.auction_row >= 0]
    cut = replace(cut, auction=auction, base_price=_nan_after(cut.base_price, session))
    today = panel.sessions.day[session].item()
    cut = replace(cut, instruments=tuple(_known_on(instrument, today) for instrument in cut.instruments))
    return cut if keep_sessions else _with_sessions(cut, 0, session + 1)


def _known_on(instrument: Instrument, today: date) -> Instrument:
    is_future = instrument.delisted is not None and instrument.delisted > today
    return replace(instrument, delisted=None) if is_future else instrument


def _nan_after(grid: FloatArray, last: int) -> FloatArray:
    known = grid.copy()
    known[:, last + 1 :] = np.nan
    return known


def _with_sessions(panel: Panel, low: int, high: int) -> Panel:
    """Keep sessions [low, high); all rows lie in them already."""
    part, old = slice(low, high), panel.sessions
    return replace(
        panel,
        sessions=Sessions(old.day[part], old.open_minute[part], old.close_minute[part], old.midnight_at[part]),
        session=(panel.session - np.int32(low)).astype(np.int32),
        auction=panel.auction[:, part],
        auction_row=panel.auction_row[:, part],
        base_price=panel.base_price[:, part],
    )
