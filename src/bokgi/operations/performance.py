"""How the service did over a month beside the month before: a pure function of what was recorded on each day.

Convention: a day is one of the exchange's country, and counts once, however often it was looked at: levels as the median of its looks,
counts as their sum. A figure with too few days in either month says just that, and is neither better nor worse.

Notes
-----
Levels are compared by their medians; one is worse where the median grew by half and the middle halves of both months do not touch, so that
a noisy day decides nothing. A trend is the median slope over all pairs of days, and has a direction only where the rank test says so at
5 % and it makes up a tenth of the level over the month.

References
----------
Mann, H. B. (1945), Nonparametric tests against trend, Econometrica 13, 245-259; Sen, P. K. (1968), Estimates of the regression coefficient
based on Kendall's tau, JASA 63, 1379-1389.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations
from math import sqrt
from statistics import median, quantiles
from typing import Any

from bokgi.operations.log_agreement import REQUESTS
from bokgi.operations.policy import Metric, Policy, Weight

ENOUGH_DAYS = 20
"""Fewer days with a figure in a month are not enough to speak of that month."""
WORSE, ENOUGH_ERRORS = 1.5, 3
SIGNIFICANT, MATERIAL = 1.96, 0.1
SOON_FULL_DAYS = 90
RUN_SECONDS, DISK_GROWTH = "run_seconds", "disk_percent_a_day"
LEVELS = (Metric.API_TIME.value, Metric.CPU.value, Metric.MEMORY.value, Metric.DISK.value, RUN_SECONDS)
COUNTS = (Metric.SERVER_ERRORS.value, Metric.LOG_ERRORS.value)


class Standing(StrEnum):
    """How a figure stands beside the month before."""

    WELL = "well"
    WORSE = "worse"
    BROKEN = "broken"
    NOT_ENOUGH_DATA = "not_enough_data"


class Trend(StrEnum):
    """Where a figure moves within the month."""

    RISING = "rising"
    FALLING = "falling"
    STEADY = "steady"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Look:
    """One recorded look at the service: levels and counts by name; counts are of the time since the look before."""

    day: date
    levels: Mapping[str, float]
    counts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of both months.

    Attributes
    ----------
    before, now : medians of levels; of counts how many in a thousand requests; None where there are too few days
    days_before, days : with a value
    slope_a_day : of the month, in the unit of the figure; None where there are too few days
    full_in_days : of the disk, where it grows: until its limit is reached
    """

    name: str
    before: float | None
    now: float | None
    days_before: int
    days: int
    standing: Standing
    trend: Trend = Trend.UNKNOWN
    slope_a_day: float | None = None
    full_in_days: int | None = None

    def to_json(self) -> dict[str, Any]:
        """As it is recorded; figures to six digits."""
        return {name: round(value, 6) if isinstance(value, float) else value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class Analysis:
    """A month beside the one before; `standing` is the worst that is known, and too little data where nothing worse is."""

    figures: tuple[Figure, ...]
    standing: Standing


def analysed(before: Sequence[Look], now: Sequence[Look], policy: Policy) -> Analysis:
    """Compare two months; each look belongs to one of them."""
    figures = (
        *(_level(name, _days(before, name), _days(now, name), policy) for name in LEVELS),
        _growth(_days(before, Metric.DISK), _days(now, Metric.DISK), policy),
        *(_rate(name, before, now) for name in COUNTS),
    )
    worst = (Standing.BROKEN, Standing.WORSE, Standing.NOT_ENOUGH_DATA, Standing.WELL)
    return Analysis(figures, next(one for one in worst if any(figure.standing is one for figure in figures)))


def _days(looks: Sequence[Look], name: str) -> dict[date, float]:
    """The median of a level on each day on which it was measured, in order."""
    seen: dict[date, list[float]] = {}
    for look in looks:
        if name in look.levels:
            seen.setdefault(look.day, []).append(look.levels[name])
    return {day: median(values) for day, values in sorted(seen.items())}


def _level(name: str, before: Mapping[date, float], now: Mapping[date, float], policy: Policy) -> Figure:
    slope, trend = trend_of(now)
    earlier, later = (median(days.values()) if len(days) >= ENOUGH_DAYS else None for days in (before, now))
    standing = Standing.NOT_ENOUGH_DATA
    if later is not None and _breaks(policy, name, later):
        standing = Standing.BROKEN
    elif earlier is not None and later is not None:
        standing = Standing.WORSE if _is_worse(list(before.values()), list(now.values())) else Standing.WELL
    return Figure(name, earlier, later, len(before), len(now), standing, trend, slope)


def _breaks(policy: Policy, name: str, value: float) -> bool:
    """Whether a level of the whole month is beyond a limit that is not only a warning."""
    return any(limit.metric == name and limit.weight is not Weight.WARN and not limit.is_kept(value) for limit in policy.limits)


def _is_worse(before: Sequence[float], now: Sequence[float]) -> bool:
    lower, upper = quantiles(now, n=4)[0], quantiles(before, n=4)[2]
    return median(now) > WORSE * median(before) and lower > upper


def _growth(before: Mapping[date, float], now: Mapping[date, float], policy: Policy) -> Figure:
    """Percent points of the fullest disk that each day takes, and when its limit is reached if that goes on."""
    earlier, (later, trend) = trend_of(before)[0], trend_of(now)
    full = _full_in_days(now, later, policy) if trend is Trend.RISING else None
    standing = Standing.NOT_ENOUGH_DATA
    if full is not None and full <= SOON_FULL_DAYS:
        standing = Standing.WORSE
    elif earlier is not None and later is not None:
        standing = Standing.WELL
    return Figure(DISK_GROWTH, earlier, later, len(before), len(now), standing, trend, later, full)


def _full_in_days(days: Mapping[date, float], slope: float | None, policy: Policy) -> int | None:
    bound = next((limit.below or limit.at_most for limit in policy.limits if limit.metric is Metric.DISK), None) or 100.0
    last = list(days.values())[-1]
    return None if slope is None or slope <= 0 else max(0, int((bound - last) / slope))


def _rate(name: str, before: Sequence[Look], now: Sequence[Look]) -> Figure:
    """How many in a thousand requests; the figures of both months are sums, so that a quiet day weighs little."""
    sums = [_sums(name, looks) for looks in (before, now)]
    earlier, later = (1000 * count / requests if days >= ENOUGH_DAYS and requests else None for count, requests, days in sums)
    standing = Standing.NOT_ENOUGH_DATA
    if earlier is not None and later is not None:
        more = sums[1][0] - earlier / 1000 * sums[1][1]
        standing = Standing.WORSE if later > WORSE * earlier and more >= ENOUGH_ERRORS else Standing.WELL
    return Figure(name, earlier, later, sums[0][2], sums[1][2], standing)


def _sums(name: str, looks: Sequence[Look]) -> tuple[float, float, int]:
    """How many, in how many requests, on how many days that know both."""
    total: Counter[str] = Counter()
    known = [look for look in looks if name in look.counts and REQUESTS in look.counts]
    for look in known:
        total.update({name: look.counts[name], REQUESTS: look.counts[REQUESTS]})
    return total[name], total[REQUESTS], len({look.day for look in known})


def trend_of(days: Mapping[date, float]) -> tuple[float | None, Trend]:
    """Median slope a day, and whether it has a direction; unknown with too few days."""
    if len(days) < ENOUGH_DAYS:
        return None, Trend.UNKNOWN
    pairs = list(combinations(sorted(days.items()), 2))
    slope = median((later - earlier) / (after - first).days for (first, earlier), (after, later) in pairs)
    rank = sum((later > earlier) - (later < earlier) for (_, earlier), (_, later) in pairs)
    change = abs(slope) * ((max(days) - min(days)).days or 1)
    if not _is_significant(rank, list(days.values())) or change < MATERIAL * abs(median(days.values())):
        return slope, Trend.STEADY
    return slope, Trend.RISING if slope > 0 else Trend.FALLING


def _is_significant(rank: int, values: Sequence[float]) -> bool:
    """The rank test with its correction for equal values."""
    count = len(values)
    ties = sum(size * (size - 1) * (2 * size + 5) for size in Counter(values).values())
    variance = (count * (count - 1) * (2 * count + 5) - ties) / 18
    return variance > 0 and (abs(rank) - 1) / sqrt(variance) > SIGNIFICANT
