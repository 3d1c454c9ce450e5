"""Trials side by side: what the kernels of this floor share.

Convention: kernels look at `LANES` trials at once, one beside the other, so that the processor works on eight numbers an instruction
and the sums of all sessions stay in its nearest cache. A last group that is not full is filled up with its own first trial: maxima do
not change, and counts leave the filling out. Additions stand in a fixed order; results do not depend on the machine.
"""

from bokgi.engine.compiling import step_njit
from bokgi.units import FloatArray, ShortArray

LANES = 64
"""Eight vectors of eight."""
RUNS_AT_ONCE = 4
"""Every resample has a multiple of this many runs; the last ones may be empty."""


@step_njit
def fill_running_sums(returns: FloatArray, first: int, used: int, sums: FloatArray) -> None:
    """Sums of the sessions before each session, of the trials [first, first + used).

    returns : float64[trial, session]
    sums : float64[session + 1, LANES], written
    """
    sessions = returns.shape[1]
    for lane in range(LANES):
        trial = first + lane if lane < used else first
        total = 0.0
        for session in range(sessions):
            sums[session, lane] = total
            total += returns[trial, session]
        sums[sessions, lane] = total


@step_njit
def load_lanes(values: FloatArray, first: int, used: int, lanes: FloatArray) -> None:
    """Values of the trials of a group; the filling repeats the first."""
    for lane in range(LANES):
        lanes[lane] = values[first + lane if lane < used else first]


@step_njit
def resampled_sums(sums: FloatArray, starts: ShortArray, ends: ShortArray, run: int, stop: int, total: FloatArray) -> None:
    """Sum of the returns of one resample, lane by lane: what its runs [start, end) add.

    sums : float64[session + 1, LANES], running sums
    total : float64[LANES], written
    """
    for lane in range(LANES):
        total[lane] = 0.0
    while run < stop:
        end, end1, end2, end3 = ends[run], ends[run + 1], ends[run + 2], ends[run + 3]
        start, start1, start2, start3 = starts[run], starts[run + 1], starts[run + 2], starts[run + 3]
        for lane in range(LANES):
            total[lane] += ((sums[end, lane] - sums[start, lane]) + (sums[end1, lane] - sums[start1, lane])) + (
                (sums[end2, lane] - sums[start2, lane]) + (sums[end3, lane] - sums[start3, lane])
            )
        run += RUNS_AT_ONCE


@step_njit
def larger(first: float, second: float) -> float:
    """The larger of two numbers; unlike `max` it becomes vector code, for it says nothing of NaN."""
    return first if first > second else second  # noqa: FURB136  # as the docstring says


@step_njit
def smaller(first: float, second: float) -> float:
    """The smaller of two numbers, as vector code too."""
    return first if first < second else second  # noqa: FURB136  # as above
