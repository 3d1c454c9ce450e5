"""What kernels pass to each other: records, and bundles of arrays.

Steps of a bar take records (the bar, the instrument's day, rules, plan, desk, account), each passed as one pointer.

Money is kept in float64 everywhere. Under `krx` every amount is a whole number below 2**53, so its sums and differences
are exact; products with rates are taken in int64 (`kernel_money`). Sides: 1 buys, -1 sells. Shares of a short are negative.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bokgi.orders.simulation import EVENTS
from bokgi.units import BoolArray, ByteArray, FloatArray, IntArray, ShortArray

SIGNAL, CLOCK, TRAIL = 0, 1, 2
"""Kinds of plans that hold one position an instrument."""

NOTHING, AT_OPEN, AT_CLOSE, AT_AUCTION, CARRIED = 0, 1, 2, 3, 4
"""Where an order of the clock fills. `AT_AUCTION` with row -1 is an auction that is no bar."""

LADDER_STEPS = 16
"""Room for the steps of a tick ladder."""

Record = Any
"""An element of a record array; NumPy's types do not know the names of its fields, Numba's do."""
RecordArray = NDArray[Any]


def _layout(floats: str, integers: str, flags: str = "") -> list[tuple[str, str]]:
    names = [(name, "f8") for name in floats.split()] + [(name, "i8") for name in integers.split()]
    return names + [(name, "b1") for name in flags.split()]


BAR = np.dtype(
    _layout("open high low close volume", "row minute", "enters_long exits_long enters_short exits_short"),
    align=True,
)
"""One bar, with the signals of its close."""

DAY = np.dtype(
    _layout(
        "auction upper lower",
        "session first_row end_row last_traded last_regular auction_row auction_slot close_minute midnight_at ladder tax special",
        "has_auction has_event",
    ),
    align=True,
)
"""One instrument's session. last_traded, last_regular : its last traded row, and its last before the auction; -1 without one
has_auction : the auction price can be read; has_event : it is no bar of the panel
"""

LADDER = np.dtype([("bounds", "f8", (LADDER_STEPS,)), ("steps", "i8", (LADDER_STEPS,))], align=True)

RULES = np.dtype(
    _layout(
        "fee slip_bps capital fraction",
        "buy_ppm sell_ppm unit fixed_tax wait slip_ticks slip_ppm interval sessions",
        "is_krx takes_last_bar fractional seed_capped shared",
    ),
    align=True,
)
"""Execution and account rules as numbers. interval : 0 daily [min]; sessions : of the panel"""

WISH = np.dtype(
    _layout(
        "stop target trailing keep",
        "kind stop_ppm target_ppm trailing_ppm convention cutoff_minute max_bars "
        "buy_minute sell_minute min_profit_ppm keep_ppm loss_minute",
        "has_shorts at_first_open has_levels carry",
    ),
    align=True,
)
"""A plan as numbers. Ratios of exit rules are negative where the rule is off; cutoff_minute -1 and max_bars 0 are off."""

ACCOUNT = np.dtype(_layout("cash equity_before", "purchases"), align=True)
"""equity_before : of a shared account after the previous slot; purchases : made so far"""

TRADE = np.dtype(
    [
        *_layout(
            "buy_price sell_price shares buy_commission sell_commission transaction_tax special_tax profit balance invested",
            "buy_row sell_row buy_at sell_at flags lot",
        ),
        ("instrument", "i4"),
        ("buy_session", "i4"),
        ("sell_session", "i4"),
        ("side", "i1"),
        ("reason", "i1"),
    ],
    align=True,
)
"""One trade; `lot` numbers the purchases and is not shown outside."""

DESK = np.dtype(
    [
        *_layout(
            "shares entry peak mark amount commission realised sold_shares sell_price sell_commission tax special profit balance",
            "index lot flags bars walked last_row bought_row bought_session bought_at sold_row sold_session sold_at sold_reason "
            "buy_kind buy_row buy_mark sell_kind sell_row sell_mark reason entering late held traded",
            "sold exiting trailing armed to_auction lock_counted is_delisted",
        ),
        ("counts", "i8", (EVENTS,)),
    ],
    align=True,
)
"""One instrument's position and what it waits for.

sold : a sale was made and waits to be written down: sold_*, sell_price ... balance are its columns
bars : traded bars of holding so far; walked : last session of the overnight walk; last_row : last traded row that is read
buy_kind, buy_row, buy_mark : the session's clock purchase and the event that marks it (-1: a plain fill)
sell_kind, sell_row, sell_mark : the same of its sale; reason : of a sale carried over
entering : side of an entry that waits for the next open; exiting, trailing : sales that wait for it
late, held, traded, counts : totals of the instrument
"""


class Tape(NamedTuple):
    """A panel's arrays, contiguous and writable, so that each kernel is compiled once."""

    session: ShortArray
    minute: ShortArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    traded: BoolArray
    slot_of_row: ShortArray
    session_row: IntArray
    last_traded: IntArray
    last_regular: IntArray
    auction: FloatArray
    auction_row: IntArray
    auction_slot: IntArray
    close_minute: ShortArray
    midnight_at: IntArray


class Law(NamedTuple):
    """The arrays of `Terms`; `ladders` are `LADDER` records."""

    ladders: RecordArray
    ladder: ShortArray
    upper: FloatArray
    lower: FloatArray
    tax: IntArray
    special: IntArray
    delisted: IntArray


class Signals(NamedTuple):
    """bool[row] each; of length 1 where the plan has none."""

    entries: BoolArray
    exits: BoolArray
    short_entries: BoolArray
    short_exits: BoolArray


class Scratch(NamedTuple):
    """Zeroed places that a walk works on.

    desks : DESK[instrument of the chunk]; accounts : ACCOUNT[instrument of the chunk], or one that is shared
    bars : BAR[1], in a sweep over slots BAR[2 x instrument]; days : DAY[1], in a sweep DAY[instrument]
    curve : float64[4], see `fill_line`; place : int64[4], see `kernel_fast`; who, read : int64, see `kernel_shared`
    """

    desks: RecordArray
    accounts: RecordArray
    bars: RecordArray
    days: RecordArray
    curve: FloatArray
    place: IntArray
    who: IntArray
    read: IntArray


class Books(NamedTuple):
    """What walks write.

    trades : TRADE[trade]; made : int64[1], number of trades written
    lines : float64[line, slot], equity; by_session : float64[instrument, session]; deepest : float64[instrument]
    counts : int64[instrument, event]; late, held, traded_bars : int64[instrument]; counted : int8[instrument]
    """

    trades: RecordArray
    made: IntArray
    lines: FloatArray
    by_session: FloatArray
    deepest: FloatArray
    counts: IntArray
    late: IntArray
    held: IntArray
    traded_bars: IntArray
    counted: ByteArray
