"""The minutes at which `daily_trading` is tried on one stock: the starts of its own bars, and where its prices end.

Convention: minutes of the day in exchange time, rising, within the limits that the strategy itself has. All minutes of the closing auction
mean one price, so they are one point, 15:30. Where bars end before the auction and there is no auction price, the end of the last bar is a
point, for a sale there is made at that bar's close. A pair is a purchase at one point and a sale at a later one, in order of the
purchase, then of the sale.
"""

from functools import lru_cache

import numpy as np

from bokgi.bars.panel import Panel
from bokgi.engine.kernel_clock import AUCTION_MINUTES
from bokgi.units import IntArray

FIRST_MINUTE, LAST_MINUTE = 540, 930
"""09:00 and 15:30, the limits of the strategy's times."""


def clock_points(panel: Panel, index: int) -> IntArray:
    """int64[point], the minutes that the bars of instrument `index` offer; empty without a traded bar."""
    rows = panel.rows_of(index)
    minutes = panel.minute[rows][panel.traded[rows]]
    if not len(minutes) or panel.interval.is_daily:
        return np.empty(0, dtype=np.int64)
    found = np.flatnonzero(np.bincount(minutes)).astype(np.int64)
    has_auction = bool((~np.isnan(panel.auction[index])).any())
    regular = found[found < LAST_MINUTE - AUCTION_MINUTES] if has_auction else found
    last = LAST_MINUTE if has_auction else min(int(found[-1]) + panel.interval.minutes, LAST_MINUTE)
    points = np.unique(np.append(regular, last))
    return points[(points >= FIRST_MINUTE) & (points <= LAST_MINUTE)]


@lru_cache(maxsize=16)
def pairs_of_points(count: int) -> tuple[IntArray, IntArray]:
    """int64[pair] each: point bought, point sold; shared by all stocks with so many points, so nobody may write to them."""
    buy, sell = (side.astype(np.int64) for side in np.triu_indices(count, 1))
    for side in (buy, sell):
        side.flags.writeable = False
    return buy, sell


def pair_number(count: int, buy: int, sell: int) -> int:
    """The place of a pair among those of so many points.

    >>> [pair_number(4, buy, sell) for buy, sell in zip(*pairs_of_points(4))]
    [0, 1, 2, 3, 4, 5]
    """
    return int(buy) * count - int(buy) * (int(buy) + 1) // 2 + int(sell) - int(buy) - 1
