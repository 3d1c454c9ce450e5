"""The order in which NumPy adds a row of numbers, so that kernels can add in the same order and agree to the bit.

Convention: up to 128 numbers are a leaf: eight running sums, folded in pairs, and the rest one by one behind; longer rows are two halves,
the first a multiple of eight. Whoever adds pushes the sum of each leaf on a stack and then folds the two topmost as often as `merges` says.
"""

from dataclasses import dataclass

import numpy as np

from bokgi.units import IntArray

LEAF = 128


@dataclass(frozen=True)
class SumOrder:
    """starts, ends : int64[leaf], the numbers of each leaf; merges : int64[leaf]; depth : of the stack"""

    starts: IntArray
    ends: IntArray
    merges: IntArray
    depth: int


def sum_order(count: int) -> SumOrder:
    """The order for so many numbers."""
    leaves: list[list[int]] = []
    depth = _split(0, count, leaves)
    starts, ends, merges = np.array(leaves, dtype=np.int64).reshape(-1, 3).T.copy()
    return SumOrder(starts, ends, merges, depth)


def _split(start: int, count: int, leaves: list[list[int]]) -> int:
    """Append the leaves of a part; gives the places of the stack that it needs."""
    if count <= LEAF:
        leaves.append([start, start + count, 0])
        return 1
    half = count // 2 - count // 2 % 8
    left = _split(start, half, leaves)
    right = _split(start + half, count - half, leaves)
    leaves[-1][2] += 1
    return max(left, right + 1)
