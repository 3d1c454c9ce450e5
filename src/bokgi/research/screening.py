"""Room and order for screening trials: what `kernel_screening` works on.

Convention: the order changes how much must be computed, never what comes out.
"""

import numpy as np

from bokgi.research.kernel_lanes import LANES
from bokgi.research.kernel_screening import Runs, Screen
from bokgi.research.resamples import Resamples
from bokgi.units import IntArray

_GOLDEN = (5.0**0.5 - 1.0) / 2.0


def screen_for(sessions: int, kinds: int, *, squares: bool = False) -> Screen:
    """Room for the running sums of so many sessions."""
    rows = sessions + 1
    return Screen(
        sums=np.empty((rows, LANES), np.float32),
        squares=np.empty((rows if squares else 0, LANES), np.float32),
        totals=np.empty((2, LANES), np.float32),
        scales=np.empty((kinds, LANES), np.float32),
        shifts=np.empty((kinds, LANES), np.float32),
    )


def runs_for_screening(resamples: Resamples) -> Runs:
    """As few runs of each resample as there can be."""
    joined = resamples.joined
    return Runs(joined.starts, joined.ends, joined.offsets, joined.longest)


def scattered_groups(trials: int) -> IntArray:
    """int64[group], every group of LANES trials once, neighbours far apart: maxima that rise early leave less to compute.

    >>> scattered_groups(320).tolist()
    [0, 2, 4, 1, 3]
    """
    groups = -(-trials // LANES)
    return np.argsort(np.arange(groups) * _GOLDEN % 1.0, kind="stable")
