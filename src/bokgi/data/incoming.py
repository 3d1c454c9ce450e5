"""Bars on their way into the store: what an importer or source hands over.

`bars` columns: code (String), start (Datetime[us, UTC]), session (Date, exchange time), minute (Int32, start of the bar in exchange time;
for daily bars the session's regular open), open, high, low, close (Float64), volume (Float64, null where unknown),
base_price (Float64, null where unknown; base of the day's price limits). Sorted by (code, start), no duplicates.
"""

from dataclasses import dataclass, field
from datetime import date

import polars as pl

from bokgi.bars.interval import Interval
from bokgi.data.faults import Fault
from bokgi.data.repair_records import Repair
from bokgi.data.series import SeriesFacts


@dataclass(frozen=True)
class Incoming:
    """One file's or fetch's bars of one interval.

    facts : by code; faults : what the importer found and did; detected : what was recognised without being told, as sentences
    (Korean, English) such as the encoding, label convention and time zone
    splits : (code, day, new shares for an old one) that the source itself names
    repairs : what readers are to multiply; the bars are as the source sent them
    """

    interval: Interval
    bars: pl.DataFrame
    facts: dict[str, SeriesFacts]
    faults: tuple[Fault, ...] = ()
    detected: tuple[tuple[str, str], ...] = field(default=())
    repairs: tuple[Repair, ...] = field(default=())
    splits: tuple[tuple[str, date, float], ...] = field(default=())
