"""Cross-validation over all halves of blocks: the best of one half, and its place in the other.

Convention: `halves` lists the halves that hold block 0; each also stands for its complement. Index 2 x half is the half itself as sample,
2 x half + 1 its complement. Sums stand for means: all halves are equally long.
"""

from bokgi.engine.compiling import kernel_njit, step_njit
from bokgi.research.kernel_lanes import LANES
from bokgi.units import ByteArray, FloatArray, IntArray


@kernel_njit
def merge_best(
    returns: FloatArray,
    halves: ByteArray,
    changed: ByteArray,
    base: int,
    columns: FloatArray,
    partial: FloatArray,
    best: FloatArray,
    other: FloatArray,
    picked: IntArray,
) -> None:
    """The best trial of every half, merged into what is there; the first one of equals.

    returns : float64[trial, session], sessions a multiple of the blocks
    halves : int8[half, block / 2], in order
    changed : int8[half], first place at which a half differs from the one before
    base : number of the first trial
    columns : float64[block + 1, LANES], and partial : float64[block / 2 + 2, LANES], overwritten
    best, other : float64[2 x half], sum of the best inside its half and outside; picked : int64[2 x half], its number; merged
    """
    size = halves.shape[1]
    for first in range(0, len(returns), LANES):
        used = min(LANES, len(returns) - first)
        fill_blocks(returns, first, used, columns, partial)
        for half in range(len(halves)):
            split_sums(columns, halves[half], changed[half], partial)
            keep_best(partial[size], partial[size + 1], base + first, 2 * half, best, other, picked)
            keep_best(partial[size + 1], partial[size], base + first, 2 * half + 1, best, other, picked)


@kernel_njit
def count_below(
    returns: FloatArray,
    halves: ByteArray,
    changed: ByteArray,
    columns: FloatArray,
    partial: FloatArray,
    other: FloatArray,
    below: IntArray,
    equal: IntArray,
) -> None:
    """Trials whose sum outside the half is below that of the half's best, and those equal to it (the best itself too); merged."""
    size = halves.shape[1]
    for first in range(0, len(returns), LANES):
        used = min(LANES, len(returns) - first)
        fill_blocks(returns, first, used, columns, partial)
        for half in range(len(halves)):
            split_sums(columns, halves[half], changed[half], partial)
            count_lanes(partial[size + 1], used, 2 * half, other, below, equal)
            count_lanes(partial[size], used, 2 * half + 1, other, below, equal)


@step_njit
def fill_blocks(returns: FloatArray, first: int, used: int, columns: FloatArray, partial: FloatArray) -> None:
    """Sum of each block of sessions, and of all in the last row; a filling repeats the first trial. Partial sums start at 0."""
    blocks = len(columns) - 1
    length = returns.shape[1] // blocks
    for lane in range(LANES):
        trial = first + lane if lane < used else first
        whole = 0.0
        for block in range(blocks):
            total = 0.0
            for session in range(block * length, (block + 1) * length):
                total += returns[trial, session]
            columns[block, lane] = total
            whole += total
        columns[blocks, lane] = whole
        partial[0, lane] = 0.0


@step_njit
def split_sums(columns: FloatArray, half: ByteArray, changed: int, partial: FloatArray) -> None:
    """Sums of the first blocks of a half, of all of it, and of the other blocks, lane by lane; what the last half shares stays."""
    for place in range(changed, len(half)):
        before, column, after = partial[place], columns[half[place]], partial[place + 1]
        for lane in range(LANES):
            after[lane] = before[lane] + column[lane]
    whole, inside, outside = columns[len(columns) - 1], partial[len(half)], partial[len(half) + 1]
    for lane in range(LANES):
        outside[lane] = whole[lane] - inside[lane]


@step_njit
def keep_best(
    inside: FloatArray, outside: FloatArray, base: int, place: int, best: FloatArray, other: FloatArray, picked: IntArray
) -> None:
    """Keep the first lane of the largest sum, if it is above what is there."""
    limit, above = best[place], 0
    for lane in range(LANES):
        above += inside[lane] > limit
    if above > 0:
        for lane in range(LANES):
            if inside[lane] > best[place]:
                best[place], other[place], picked[place] = inside[lane], outside[lane], base + lane


@step_njit
def count_lanes(sums: FloatArray, used: int, place: int, other: FloatArray, below: IntArray, equal: IntArray) -> None:
    """Count the lanes below and at the sum of the best."""
    limit, fewer, same = other[place], 0, 0
    for lane in range(used):
        fewer += sums[lane] < limit
        same += sums[lane] == limit
    below[place] += fewer
    equal[place] += same
