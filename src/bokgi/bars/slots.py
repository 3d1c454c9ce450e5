"""The time grid of a panel: one slot for each (session, minute) at which something can happen.

Slots are all bar starts of the panel, and the regular close of each session in which an instrument has an auction price
that is no bar of the panel.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bokgi.units import MINUTES_PER_DAY, IntArray, ShortArray

if TYPE_CHECKING:
    from bokgi.bars.panel import Panel

COUNTED_BARS = 8
"""Bars a session up to which they are counted."""


@dataclass(frozen=True)
class SlotGrid:
    """session, minute : int32[slot], in order of time

    slot_of_row : int32[row]
    auction_slot : int64[session], slot of an auction price that is no bar; -1 where no instrument has one
    last_slot : int64[session], last slot at or before the session's end; -1 before the first slot
    session_row : int64[instrument, session + 1], first row of each session; the last column ends the instrument
    """

    session: ShortArray
    minute: ShortArray
    slot_of_row: ShortArray
    auction_slot: IntArray
    last_slot: IntArray
    session_row: IntArray

    def __len__(self) -> int:
        return len(self.session)


def slot_grid(panel: "Panel") -> SlotGrid:
    """The grid of a panel, by counting instead of sorting: rows are many, pairs of session and minute few."""
    count = len(panel.sessions)
    lonely = np.flatnonzero(((panel.auction_row < 0) & ~np.isnan(panel.auction)).any(axis=0))
    closes = panel.sessions.close_minute[lonely]
    place_of_minute, minutes = _places(panel.minute, closes)
    width = max(len(minutes), 1)
    kind = np.int32 if count * width < np.iinfo(np.int32).max else np.int64  # rows are many: half the memory is half the time
    key_of_row = np.multiply(panel.session, width, dtype=kind) + place_of_minute.astype(kind)[panel.minute]
    key_of_close = lonely * np.int64(width) + place_of_minute[closes]
    present = np.zeros(count * width, dtype=np.bool_)
    present[key_of_row] = True
    present[key_of_close] = True
    slot_of_key = np.cumsum(present, dtype=np.int32) - np.int32(1)
    keys = np.flatnonzero(present)
    session = (keys // width).astype(np.int32)
    auction_slot = np.full(count, -1, dtype=np.int64)
    auction_slot[lonely] = slot_of_key[key_of_close]
    return SlotGrid(
        session=session,
        minute=minutes[keys % width].astype(np.int32),
        slot_of_row=slot_of_key[key_of_row],
        auction_slot=auction_slot,
        last_slot=np.searchsorted(session, np.arange(count), side="right").astype(np.int64) - 1,
        session_row=_session_rows(panel),
    )


def _places(minute: ShortArray, closes: ShortArray) -> tuple[IntArray, IntArray]:
    """Place of each minute of the day among those that occur, and the minutes that occur."""
    occurs = np.zeros(MINUTES_PER_DAY + 1, dtype=np.bool_)
    occurs[minute] = True
    occurs[closes] = True
    return np.cumsum(occurs, dtype=np.int64) - 1, np.flatnonzero(occurs)


def _session_rows(panel: "Panel") -> IntArray:
    """Where bars are few a session, counting them is quicker than looking for each session."""
    sessions = np.arange(len(panel.sessions) + 1, dtype=np.int32)
    rows = np.empty((len(panel.instruments), len(sessions)), dtype=np.int64)
    for index in range(len(panel.instruments)):
        span = panel.rows_of(index)
        session = panel.session[span]
        if len(session) > COUNTED_BARS * len(sessions):
            rows[index] = np.searchsorted(session, sessions) + span.start
        else:
            rows[index, 0] = span.start
            np.cumsum(np.bincount(session, minlength=len(panel.sessions)), out=rows[index, 1:])
            rows[index, 1:] += span.start
    return rows
