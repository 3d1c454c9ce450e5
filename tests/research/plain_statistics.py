"""The statistics of a search once more, in plain Python and straight from their definitions."""

import math
from itertools import combinations

import numpy as np

from bokgi.research.resamples import Resamples
from bokgi.units import FloatArray

Rows = list[list[float]]


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def resampled(row: list[float], resamples: Resamples, resample: int) -> list[float]:
    return [row[session] for session in resamples.sessions_of(resample)]


def long_run_deviation(row: list[float], mean_run: float) -> float:
    """Root of the variance of sqrt(n) x mean under the stationary bootstrap, as Hansen writes it with q = 1 / mean run."""
    count, centre, follows = len(row), mean(row), 1.0 - 1.0 / mean_run
    total = covariance(row, centre, 0)
    for lag in range(1, count):
        weight = (count - lag) / count * follows**lag + lag / count * follows ** (count - lag)
        total += 2.0 * weight * covariance(row, centre, lag)
    return math.sqrt(total)


def covariance(row: list[float], centre: float, lag: int) -> float:
    return sum((row[place] - centre) * (row[place + lag] - centre) for place in range(len(row) - lag)) / len(row)


def superior_ability(rows: Rows, taken: list[float], resamples: Resamples) -> float:
    """Hansen's consistent p-value."""
    root = math.sqrt(len(taken))
    threshold = -math.sqrt(2.0 * math.log(math.log(len(taken))))
    relative = [[value - other for value, other in zip(row, taken, strict=True)] for row in rows]
    statistic, maxima = 0.0, [0.0] * len(resamples)
    for row in relative:
        deviation = long_run_deviation(row, resamples.mean_run)
        if deviation <= 1e-13:
            continue
        studentised = root * mean(row) / deviation
        statistic = max(statistic, studentised)
        shift = mean(row) if studentised >= threshold else 0.0
        for place in range(len(resamples)):
            maxima[place] = max(maxima[place], root * (mean(resampled(row, resamples, place)) - shift) / deviation)
    return (1 + sum(top >= statistic for top in maxima)) / (len(resamples) + 1)


def reality_check(rows: Rows, taken: list[float], resamples: Resamples) -> float:
    """White's p-value."""
    relative = [[value - other for value, other in zip(row, taken, strict=True)] for row in rows]
    statistic = max(mean(row) for row in relative)
    maxima = [max(mean(resampled(row, resamples, place)) - mean(row) for row in relative) for place in range(len(resamples))]
    return (1 + sum(top >= statistic for top in maxima)) / (len(resamples) + 1)


def overfitting(rows: Rows, blocks: int) -> float:
    """Share of splits whose in-sample best ranks below the out-of-sample median, from ranks; ties count half."""
    rows = [row[len(row) % blocks :] for row in rows]
    length = len(rows[0]) // blocks
    parts = [[sum(row[block * length : (block + 1) * length]) for block in range(blocks)] for row in rows]
    splits = list(combinations(range(blocks), blocks // 2))
    return mean([below_median(parts, split) for split in splits])


def below_median(parts: Rows, split: tuple[int, ...]) -> float:
    inside = [sum(part[block] for block in split) for part in parts]
    outside = [sum(value for block, value in enumerate(part) if block not in split) for part in parts]
    chosen = outside[inside.index(max(inside))]
    rank = sum(other < chosen for other in outside) + (1 + sum(other == chosen for other in outside)) / 2
    middle = (len(parts) + 1) / 2
    return 1.0 if rank < middle else 0.5 if rank == middle else 0.0


def largest_ratios(rows: FloatArray, resamples: Resamples) -> list[float]:
    """Largest mean over population deviation of the centred trials in every resample."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    drawn = [centred[:, resamples.sessions_of(place)] for place in range(len(resamples))]
    return [float(np.max(part.mean(axis=1) / part.std(axis=1))) for part in drawn]
