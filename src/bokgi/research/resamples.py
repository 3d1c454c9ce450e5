"""Resampled orders of sessions, by the stationary bootstrap; drawn once, shared by all stocks and trials.

Convention: a resample holds as many sessions as the original, in runs of geometric length that wrap around at the end. The same seed
gives the same resamples on every machine, and the first thousand are the same whether or not more follow.

References
----------
Politis and Romano, "The Stationary Bootstrap", Journal of the American Statistical Association 89 (1994).
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from bokgi.research.kernel_bootstrap import resampled_means
from bokgi.research.kernel_lanes import RUNS_AT_ONCE
from bokgi.units import BoolArray, FloatArray, IntArray, ShortArray

MEAN_RUN_SESSIONS = 4.0
"""Mean length of a run. Near the cube root of 60 sessions; with it the effective numbers of trials of noise agree with those that were
found for 20 to 250 sessions (docs/luck.md)."""
FEW, MANY = 1_000, 10_000
"""Resamples for everything, and for p-values that came out small."""
_DRAWN_AT_ONCE = 1_000
_UNIT = 2.0**-53


@dataclass(frozen=True)
class Resamples:
    """Runs of sessions.

    Attributes
    ----------
    starts, ends : int32[run], a run is the sessions [start, end); empty runs fill each resample up to a multiple of four
    offsets : int64[resample + 1], the first run of each resample
    """

    sessions: int
    mean_run: float
    starts: ShortArray
    ends: ShortArray
    offsets: IntArray
    _firsts: dict[int, "Resamples"] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @cached_property
    def joined(self) -> "Resamples":
        """The same sessions in as few runs as there can be, in another order: for sums whose rounding does not matter."""
        count, ends_of_runs = len(self), self.sessions + 1
        owner = np.repeat(np.arange(count), np.diff(self.offsets)) * ends_of_runs
        ended, begun = (np.bincount(owner + places, minlength=count * ends_of_runs) for places in (self.ends, self.starts))
        open_ended, open_begun = (np.maximum(surplus, 0).reshape(count, -1) for surplus in (ended - begun, begun - ended))
        found = open_ended.sum(axis=1)
        padded = -(-found // RUNS_AT_ONCE) * RUNS_AT_ONCE
        offsets = np.concatenate(([0], np.cumsum(padded))).astype(np.int64)
        target = np.arange(int(found.sum())) + np.repeat(offsets[:-1] - np.cumsum(found) + found, found)
        starts, ends = np.zeros((2, int(offsets[-1])), dtype=np.int32)
        places = np.tile(np.arange(ends_of_runs, dtype=np.int32), count)
        starts[target], ends[target] = np.repeat(places, open_begun.reshape(-1)), np.repeat(places, open_ended.reshape(-1))
        return Resamples(self.sessions, self.mean_run, starts, ends, offsets)

    @cached_property
    def longest(self) -> int:
        """The most runs of a resample."""
        return int(np.diff(self.offsets).max())

    def first(self, count: int) -> "Resamples":
        """The first `count` of them; the same object each time, which remembers what was derived from it."""
        if count not in self._firsts:
            runs = int(self.offsets[count])
            self._firsts[count] = Resamples(self.sessions, self.mean_run, self.starts[:runs], self.ends[:runs], self.offsets[: count + 1])
        return self._firsts[count]

    def means(self, returns: FloatArray) -> FloatArray:
        """float64[resample], mean of one series of sessions in each."""
        means = np.empty(len(self))
        resampled_means(_row(returns), self.starts, self.ends, self.offsets, np.empty(self.sessions + 1), means)
        return means

    def sessions_of(self, resample: int) -> IntArray:
        """int64[session], the sessions of one resample in their order."""
        runs = range(self.offsets[resample], self.offsets[resample + 1])
        return np.concatenate([np.arange(self.starts[run], self.ends[run], dtype=np.int64) for run in runs])


def stationary_resamples(sessions: int, count: int, seed: int, mean_run: float = MEAN_RUN_SESSIONS) -> Resamples:
    """Draw `count` resamples of so many sessions.

    mean_run : mean length of a run [sessions]; 1 draws each session by itself
    """
    raw = np.random.PCG64(seed)
    parts = [_runs(_drawn(raw, sessions, min(_DRAWN_AT_ONCE, count - first), mean_run)) for first in range(0, count, _DRAWN_AT_ONCE)]
    starts, ends, counts = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return Resamples(sessions, mean_run, starts, ends, np.concatenate(([0], np.cumsum(counts))).astype(np.int64))


def _drawn(raw: np.random.PCG64, sessions: int, count: int, mean_run: float) -> tuple[IntArray, BoolArray]:
    """int64[resample, session], the sessions drawn, and bool[resample, session], where a run begins.

    Only raw bits are drawn: NumPy keeps their sequence for ever, that of its distributions not.
    """
    bits = raw.random_raw(2 * _DRAWN_AT_ONCE * sessions).reshape(2, _DRAWN_AT_ONCE, sessions)[:, :count]
    chance, place = (bits >> np.uint64(11)) * _UNIT
    begins = chance * mean_run < 1.0
    begins[:, 0] = True
    drawn = np.floor(place * sessions).astype(np.int64)
    for session in range(1, sessions):
        follows = (drawn[:, session - 1] + 1) % sessions
        drawn[:, session] = np.where(begins[:, session], drawn[:, session], follows)
    return drawn, begins | (drawn == 0)


def _runs(drawn_and_begins: tuple[IntArray, BoolArray]) -> tuple[ShortArray, ShortArray, IntArray]:
    """Starts and ends of the runs, and the runs of each resample, filled up with empty ones."""
    drawn, begins = drawn_and_begins
    count, sessions = drawn.shape
    place = np.flatnonzero(begins)
    lengths = np.diff(place, append=count * sessions)
    owner = place // sessions
    found = np.bincount(owner, minlength=count)
    padded = -(-found // RUNS_AT_ONCE) * RUNS_AT_ONCE
    target = np.arange(len(place)) + (np.cumsum(padded) - padded - np.cumsum(found) + found)[owner]
    starts, ends = np.zeros((2, int(padded.sum())), dtype=np.int32)
    starts[target] = drawn.reshape(-1)[place]
    ends[target] = starts[target] + lengths
    return starts, ends, padded


def _row(returns: FloatArray) -> FloatArray:
    return np.ascontiguousarray(returns, dtype=np.float64)
