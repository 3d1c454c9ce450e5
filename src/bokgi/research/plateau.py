"""Whether the best trial stands on a plateau or is a spike.

Convention: results lie on a grid, one axis a parameter (buy bar x sell bar); NaN where there is no trial. Neighbours are the trials at
most `radius` steps away on every axis. A plateau proves nothing, for neighbouring times share most of their prices and noise has
plateaus, too; a spike is a warning.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from bokgi.units import FloatArray

RADIUS_STEPS = 2
KEPT_ON_A_PLATEAU = 0.5


class Shape(StrEnum):
    PLATEAU = "plateau"
    SPIKE = "spike"
    NO_PROFIT = "no_profit"
    """The best earns nothing: there is no summit to judge."""
    ALONE = "alone"
    """The best has no neighbours."""


@dataclass(frozen=True)
class Surroundings:
    """What lies around the best trial.

    Attributes
    ----------
    place : index of the best on each axis, the first of equals
    best, neighbours : its result, and the mean of its neighbours (None without any)
    kept : share of the best result that the neighbours earn on average; None where that says nothing
    reach : [first, last] index on each axis, moving from the best along that axis alone, at which at least half of it is still earned
    """

    shape: Shape
    place: tuple[int, ...]
    best: float
    neighbours: float | None
    kept: float | None
    reach: tuple[tuple[int, int], ...]


def surroundings(grid: FloatArray, radius: int = RADIUS_STEPS) -> Surroundings | None:
    """Judge the best of a grid of any number of axes; None where the grid holds no trial."""
    if np.isnan(grid).all():
        return None
    place = tuple(int(index) for index in np.unravel_index(int(np.nanargmax(grid)), grid.shape))
    best = float(grid[place])
    window = grid[tuple(slice(max(index - radius, 0), index + radius + 1) for index in place)]
    around = int(np.count_nonzero(~np.isnan(window))) - 1
    neighbours = (float(np.nansum(window)) - best) / around if around else None
    kept = neighbours / best if neighbours is not None and best > 0.0 else None
    return Surroundings(_shape(best, kept), place, best, neighbours, kept, tuple(_reach(grid, place, axis) for axis in range(grid.ndim)))


def _shape(best: float, kept: float | None) -> Shape:
    if best <= 0.0:
        return Shape.NO_PROFIT
    if kept is None:
        return Shape.ALONE
    return Shape.PLATEAU if kept >= KEPT_ON_A_PLATEAU else Shape.SPIKE


def _reach(grid: FloatArray, place: tuple[int, ...], axis: int) -> tuple[int, int]:
    line = np.moveaxis(grid, axis, -1)[place[:axis] + place[axis + 1 :]]
    here = first = last = place[axis]
    half = KEPT_ON_A_PLATEAU * line[here]
    while line[here] > 0.0 and first > 0 and line[first - 1] >= half:
        first -= 1
    while line[here] > 0.0 and last + 1 < len(line) and line[last + 1] >= half:
        last += 1
    return first, last
