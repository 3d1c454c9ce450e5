"""One purchase and all its later sales side by side: cash, trades and returns of a session, sale by sale.

Convention: whole won in float64. Shares, commission and taxes come out of one multiplication each and are exact while balances stay below
`LARGEST_BALANCE`: the quotient of two whole numbers is at least half a unit away from every wrong whole number once half a unit is added,
and the errors of reciprocal and product together stay below that. `math.floor` would give integers, which many processors have no vectors
of; and loops begin at lane 0 of a slice, because a first lane that might be negative would cost the vectors, too.
Sums over sessions stand in the order in which NumPy adds a row, so that they are those of `metrics` to the bit.
"""

import numpy as np

from bokgi.engine.compiling import lanes_njit
from bokgi.research.kernel_lanes import larger, smaller
from bokgi.units import FloatArray

LARGEST_BALANCE = 1.5e9
"""Above this a trial is walked by the engine."""
PARTS = 1e-6
A_WIN = 1_048_576.0
"""Trades and wins are counted in one number; this is one win."""


@lanes_njit
def trade_lanes(
    before: FloatArray,
    after: FloatArray,
    sold: FloatArray,
    counts: FloatArray,
    first: int,
    price: float,
    inverse: float,
    buy_ppm: float,
    sell_ppm: float,
    tax: float,
    special: float,
    seed: float,
) -> None:
    """Buy at one price and sell at each lane's own.

    inverse : 1 / (price x (1,000,000 + buy_ppm)); seed : most that a purchase takes
    """
    before, after, sold, counts = before[first:], after[first:], sold[first:], counts[first:]
    for lane in range(len(sold)):
        cash = before[lane]
        stake = smaller(seed, cash)
        shares = np.floor((stake * 1e6 + 999_999.5) * inverse)
        paid, got = shares * price, shares * sold[lane]
        costs = np.floor((paid * buy_ppm + 0.5) * PARTS) + np.floor((got * sell_ppm + 0.5) * PARTS)
        costs += np.floor((got * tax + 0.5) * PARTS) + np.floor((got * special + 0.5) * PARTS)
        now = cash + (got - paid - costs)
        after[lane] = now
        counts[lane] += (1.0 if shares > 0.0 else 0.0) + (A_WIN if now > cash else 0.0)


@lanes_njit
def trade_some_lanes(
    before: FloatArray,
    after: FloatArray,
    sold: FloatArray,
    takes: FloatArray,
    counts: FloatArray,
    first: int,
    price: float,
    inverse: float,
    buy_ppm: float,
    sell_ppm: float,
    tax: float,
    special: float,
    seed: float,
) -> None:
    """The same, for sessions in which not every lane trades; takes : float64[lane], 1 or 0."""
    before, after, sold, takes, counts = before[first:], after[first:], sold[first:], takes[first:], counts[first:]
    for lane in range(len(sold)):
        cash = before[lane]
        stake = smaller(seed, cash)
        shares = np.floor((stake * 1e6 + 999_999.5) * inverse) * takes[lane]
        paid, got = shares * price, shares * sold[lane]
        costs = np.floor((paid * buy_ppm + 0.5) * PARTS) + np.floor((got * sell_ppm + 0.5) * PARTS)
        costs += np.floor((got * tax + 0.5) * PARTS) + np.floor((got * special + 0.5) * PARTS)
        now = cash + (got - paid - costs)
        after[lane] = now
        counts[lane] += (1.0 if shares > 0.0 else 0.0) + (A_WIN if now > cash else 0.0)


@lanes_njit
def copy_lanes(before: FloatArray, after: FloatArray, first: int) -> None:
    """A session without a trade."""
    before, after = before[first:], after[first:]
    for lane in range(len(before)):
        after[lane] = before[lane]


@lanes_njit
def gross_lanes(
    before: FloatArray, sold: FloatArray, takes: FloatArray, gross: FloatArray, first: int, price: float, inverse: float, seed: float
) -> None:
    """Won before commissions and taxes."""
    before, sold, takes, gross = before[first:], sold[first:], takes[first:], gross[first:]
    for lane in range(len(sold)):
        cash = before[lane]
        stake = smaller(seed, cash)
        gross[lane] = np.floor((stake * 1e6 + 999_999.5) * inverse) * takes[lane] * (sold[lane] - price)


@lanes_njit
def return_lanes(before: FloatArray, after: FloatArray, returns: FloatArray, total: FloatArray, first: int) -> None:
    """Return of a session, added to a total."""
    before, after, returns, total = before[first:], after[first:], returns[first:], total[first:]
    for lane in range(len(before)):
        change = after[lane] / before[lane] - 1.0
        returns[lane] = change
        total[lane] += change


@lanes_njit
def fall_lanes(after: FloatArray, peak: FloatArray, deepest: FloatArray, first: int) -> None:
    """Peak so far, and the smallest equity over peak."""
    after, peak, deepest = after[first:], peak[first:], deepest[first:]
    for lane in range(len(after)):
        now = after[lane]
        top = larger(now, peak[lane])
        peak[lane] = top
        deepest[lane] = smaller(now / top, deepest[lane])


@lanes_njit
def square_lanes(returns: FloatArray, mean: FloatArray, total: FloatArray, first: int) -> None:
    """Squared distance of a session's return from the mean, added to a total."""
    returns, mean, total = returns[first:], mean[first:], total[first:]
    for lane in range(len(mean)):
        distance = returns[lane] - mean[lane]
        total[lane] += distance * distance


@lanes_njit
def clear_rows(rows: FloatArray, first: int) -> None:
    """Zeros from a lane on."""
    for row in range(len(rows)):
        lanes = rows[row, first:]
        for lane in range(len(lanes)):
            lanes[lane] = 0.0


@lanes_njit
def folded_rows(rows: FloatArray, total: FloatArray, first: int) -> None:
    """The sum of eight rows, in NumPy's order."""
    one, two, three, four = rows[0, first:], rows[1, first:], rows[2, first:], rows[3, first:]
    five, six, seven, eight = rows[4, first:], rows[5, first:], rows[6, first:], rows[7, first:]
    total = total[first:]
    for lane in range(len(total)):
        total[lane] = ((one[lane] + two[lane]) + (three[lane] + four[lane])) + ((five[lane] + six[lane]) + (seven[lane] + eight[lane]))


@lanes_njit
def add_lanes(total: FloatArray, more: FloatArray, first: int) -> None:
    """One total more into another."""
    total, more = total[first:], more[first:]
    for lane in range(len(total)):
        total[lane] += more[lane]
