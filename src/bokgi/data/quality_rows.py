"""Rows that did not trade: zero volume, halts, closes without a range, and instruments of unknown kind."""

import polars as pl

from bokgi.data.faults import Fault
from bokgi.data.quality_frames import Quality, shown, stamp

_OHL = ("open", "high", "low")


def row_faults(quality: Quality) -> list[Fault]:
    """Zero-volume rows, halted days, and codes whose kind nobody told."""
    bars = quality.bars
    zero = pl.all_horizontal(pl.col(name) == 0 for name in _OHL)
    halted = (zero & (pl.col("volume").fill_null(0) == 0)).fill_null(False)
    still = ((pl.col("volume") == 0) & ~halted).fill_null(False)
    moved = (pl.col("high") > pl.col("low")).fill_null(False)
    words = pl.format("{} close {}", stamp(quality), shown(pl.col("close")))
    found = quality.faults(bars.filter(halted), "halted_days", words)
    found += quality.faults(bars.filter(still & ~moved), "zero_volume_rows", words)
    found += quality.faults(bars.filter(still & moved), "zero_volume_traded", words)
    return found + _unknown_kinds(quality)


def _unknown_kinds(quality: Quality) -> list[Fault]:
    unknown = [code for code, instrument in quality.instruments.items() if instrument.assumed]
    if len(unknown) > 1 and len(unknown) == len(quality.instruments):
        return [Fault("kind_unknown", "", len(unknown), example=unknown[0])]
    return [Fault("kind_unknown", code, 1) for code in unknown]
