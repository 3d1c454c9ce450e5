"""Which groups of trials may hold a new maximum: asked in half the width, with a margin for every rounding, and answered "perhaps" or "no".

Convention: a "no" is a proof, so whoever computes only what is left finds the same maxima, to the bit. Sums of K runs in 24-bit numbers are
off by less than (K²/4 + 9 K) units of 2⁻²⁴ times the largest running sum, and what follows them by less than 10 K more; the margin is
K² + 40 K, at least twice as much, which also covers the rounding of the exact sums. Numbers too large for this are never told "no".
"""

from typing import NamedTuple

import numpy as np

from bokgi.engine.compiling import lanes_njit
from bokgi.research.kernel_lanes import LANES, RUNS_AT_ONCE
from bokgi.units import FloatArray, HalfArray, IntArray, ShortArray

UNIT = 2.0**-24
TOO_LARGE = 1e15
"""Running sums above this are not screened: their squares would leave the range of half the width."""
SMALLEST_RATIO = 1e-6
"""Squared ratios below this are not screened: squares could be lost in them."""
_ROUNDED = 1.0 - 2.0**-20


class Screen(NamedTuple):
    """Places that screening works on.

    sums : float32[session + 1, LANES], running sums; squares : the same of squared returns, or empty
    totals : float32[2, LANES]
    scales, shifts : float32[kind, LANES], with the margins in the shifts
    """

    sums: HalfArray
    squares: HalfArray
    totals: HalfArray
    scales: HalfArray
    shifts: HalfArray


class Runs(NamedTuple):
    """starts, ends : int32[run]; offsets : int64[resample + 1]; longest : the most runs of a resample"""

    starts: ShortArray
    ends: ShortArray
    offsets: IntArray
    longest: int


@lanes_njit
def margin_of(longest: int) -> float:
    """Margin of a sum of at most so many runs, in largest running sums."""
    return (longest * longest + 40.0 * longest) * UNIT


@lanes_njit
def narrowed(sums: FloatArray, rough: HalfArray, reach: FloatArray) -> None:
    """Running sums in half the width, and the largest of each lane without its sign; reach : float64[LANES], written"""
    for lane in range(LANES):
        reach[lane] = 0.0
    for session in range(len(sums)):
        exact, narrow = sums[session], rough[session]
        for lane in range(LANES):
            narrow[lane] = np.float32(exact[lane])
            size = abs(exact[lane])
            reach[lane] = size if size > reach[lane] else reach[lane]  # noqa: FURB136  # as in `larger`


@lanes_njit
def prepare_kind(
    reach: FloatArray,
    shift: FloatArray,
    scale: FloatArray,
    sessions: int,
    taken: float,
    margin: float,
    scales: HalfArray,
    shifts: HalfArray,
) -> None:
    """Scale and shift of one kind, so that total x scale - shift is never below what is exact.

    taken : most that is taken from a mean, without its sign; scales, shifts : float32[LANES], written
    """
    for lane in range(LANES):
        wide, moved = scale[lane] / sessions, shift[lane] * scale[lane]
        slack = margin * reach[lane] * wide + 8.0 * UNIT * (taken * scale[lane] + abs(moved)) + 1e-30
        scales[lane] = np.float32(wide)
        shifts[lane] = np.float32(moved - slack if reach[lane] < TOO_LARGE else -np.inf)


@lanes_njit
def rough_sums(sums: HalfArray, runs: Runs, resample: int, total: HalfArray) -> None:
    """As `resampled_sums`, in half the width."""
    starts, ends, run, stop = runs.starts, runs.ends, runs.offsets[resample], runs.offsets[resample + 1]
    for lane in range(LANES):
        total[lane] = np.float32(0.0)
    while run < stop:
        end, start = sums[np.uint64(ends[run])], sums[np.uint64(starts[run])]
        end1, start1 = sums[np.uint64(ends[run + 1])], sums[np.uint64(starts[run + 1])]
        end2, start2 = sums[np.uint64(ends[run + 2])], sums[np.uint64(starts[run + 2])]
        end3, start3 = sums[np.uint64(ends[run + 3])], sums[np.uint64(starts[run + 3])]
        for lane in range(LANES):
            total[lane] += ((end[lane] - start[lane]) + (end1[lane] - start1[lane])) + (
                (end2[lane] - start2[lane]) + (end3[lane] - start3[lane])
            )
        run += RUNS_AT_ONCE


@lanes_njit
def may_exceed(total: HalfArray, taken: float, scale: HalfArray, shift: HalfArray, limit: float) -> int:
    """Lanes that may lie above the limit; taken : from a sum over all sessions"""
    low, least, count = np.float32(taken), np.float32(limit - 2.0 * UNIT * abs(limit)), np.int32(0)
    for lane in range(LANES):
        count += np.int32(not ((total[lane] - low) * scale[lane] - shift[lane] <= least))  # not a number counts, too
    return int(count)


@lanes_njit
def prepare_ratio(
    reach: FloatArray, square_reach: FloatArray, floors: FloatArray, sessions: int, margin: float, scales: HalfArray, shifts: HalfArray
) -> None:
    """Margins of mean and mean square, and floors of the variance; shifts : float32[2, LANES], scales : float32[1, LANES], written"""
    for lane in range(LANES):
        shifts[0, lane] = np.float32(margin * reach[lane] / sessions if reach[lane] < TOO_LARGE else np.inf)
        shifts[1, lane] = np.float32(margin * square_reach[lane] / sessions)
        scales[0, lane] = np.float32(floors[lane] * _ROUNDED)


@lanes_njit
def ratios_may_exceed(totals: HalfArray, sessions: int, floor: HalfArray, shifts: HalfArray, limit: float) -> int:
    """Lanes whose signed squared ratio may lie above the limit, which is positive."""
    one, least, count, zero = np.float32(1.0 / sessions), np.float32(limit * _ROUNDED), np.int32(0), np.float32(0.0)
    total, squares, mean_margin, square_margin = totals[0], totals[1], shifts[0], shifts[1]
    for lane in range(LANES):
        mean = total[lane] * one + mean_margin[lane]
        square = mean * mean
        variance = (squares[lane] * one - square_margin[lane]) - square
        variance = variance if variance > floor[lane] else floor[lane]  # noqa: FURB136  # as in `larger`
        count += np.int32((not (mean <= zero)) & (not (square <= variance * least)))  # as above
    return int(count)
