"""A panel: the bars of many instruments, one instrument after the other.

Convention: columns are instrument-major (all bars of the first instrument in time order, then the next);
`offsets[i]:offsets[i + 1]` are the rows of instrument `i`. A bar is labelled by its start. Missing bars are
absent, never filled. Times are kept as (session index, minute of the day in exchange time); `session` counts
into `sessions`, which holds **every** session of the exchange in the period, with bars or without.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bokgi.bars.interval import Interval
from bokgi.bars.slots import SlotGrid, slot_grid
from bokgi.errors.bars import PanelMalformed
from bokgi.market.calendar import Sessions
from bokgi.market.instruments import Instrument
from bokgi.units import MICROS_PER_MINUTE, BoolArray, FloatArray, IntArray, ShortArray

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

__all__ = ["Panel", "Sessions"]


@dataclass(frozen=True)
class Panel:
    """Aligned bars of many instruments.

    offsets : int64[instrument + 1]
    session : int32[row], index into `sessions`; minute : int32[row], start of the bar in exchange time
        (for daily bars the session's regular open)
    open, high, low, close : float64[row], price in the instrument's currency
    volume : float64[row], NaN where unknown
    auction : float64[instrument, session], closing-auction price; NaN where there is none
    auction_row : int64[instrument, session], the row that *is* the closing auction (the bar at the regular close, or the
        last bar of a source marked `closing_auction: last_bar`); -1 where the price came from a daily series or is missing
    base_price : float64[instrument, session], base of the day's price limits; NaN where unknown
    adjusted : bool[instrument], prices adjusted for splits: no ticks and no limits of their own
    """

    instruments: tuple[Instrument, ...]
    interval: Interval
    sessions: Sessions
    offsets: IntArray
    session: ShortArray
    minute: ShortArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    auction: FloatArray
    auction_row: IntArray
    base_price: FloatArray
    adjusted: BoolArray
    synthetic: bool = False
    sources: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        rows = len(self.session)
        columns = (self.minute, self.open, self.high, self.low, self.close, self.volume)
        if any(len(column) != rows for column in columns):
            raise PanelMalformed("columns differ in length")
        if len(self.offsets) != len(self.instruments) + 1 or int(self.offsets[-1]) != rows:
            raise PanelMalformed("offsets do not cover the rows")
        shape = (len(self.instruments), len(self.sessions))
        for grid in (self.auction, self.auction_row, self.base_price):
            if grid.shape != shape:
                raise PanelMalformed(f"a grid has shape {grid.shape}, not {shape}")

    def __len__(self) -> int:
        return len(self.session)

    @cached_property
    def start_at(self) -> IntArray:
        """int64[row], UTC instant of the bar's start [µs]."""
        return self.sessions.midnight_at[self.session] + self.minute.astype(np.int64) * MICROS_PER_MINUTE

    @cached_property
    def traded(self) -> BoolArray:
        """bool[row]: volume above 0, or 0 or unknown while high > low (Yahoo's first bar of a day)."""
        moved = (self.high > self.low) & ~(self.volume > 0)
        return (self.volume > 0) & (self.high > 0) | moved

    @cached_property
    def slots(self) -> SlotGrid:
        """The time grid on which equity is kept."""
        return slot_grid(self)

    @cached_property
    def instrument_of(self) -> ShortArray:
        """int32[row], index of the row's instrument."""
        counts = np.diff(self.offsets)
        return np.repeat(np.arange(len(self.instruments), dtype=np.int32), counts)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        return tuple(instrument.code for instrument in self.instruments)

    def rows_of(self, index: int) -> slice:
        return slice(int(self.offsets[index]), int(self.offsets[index + 1]))

    def to_frame(self) -> "pl.DataFrame":
        """One row a bar; see `bokgi.bars.frames.panel_to_frame`."""
        from bokgi.bars.frames import panel_to_frame

        return panel_to_frame(self)

    def to_pandas(self) -> "pd.DataFrame":
        """One row a bar; the datetime is the index where there is one instrument."""
        from bokgi.bars.frames import panel_to_pandas

        return panel_to_pandas(self)
