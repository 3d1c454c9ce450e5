"""The indicators and signals once more, in plain Python, on the list of one instrument's traded bars."""

import math
from collections.abc import Sequence
from itertools import pairwise

Line = list[float]
NAN = math.nan


def sma(values: Sequence[float], period: int) -> Line:
    out, total = [NAN] * len(values), 0.0
    for index, value in enumerate(values):
        total += value if index < period else value - values[index - period]
        if index >= period - 1:
            out[index] = total / period
    return out


def ema(values: Sequence[float], period: int) -> Line:
    out, mean, weight = [NAN] * len(values), 0.0, 2.0 / (period + 1)
    for index, value in enumerate(values):
        if index < period:
            mean += value
            if index == period - 1:
                mean /= period
        else:
            mean += weight * (value - mean)
        if index >= period - 1:
            out[index] = mean
    return out


def wilder(values: Sequence[float], period: int) -> Line:
    out, mean = [NAN] * len(values), 0.0
    for index, value in enumerate(values):
        if index < period:
            mean += value
            if index == period - 1:
                mean /= period
        else:
            mean = (mean * (period - 1) + value) / period
        if index >= period - 1:
            out[index] = mean
    return out


def rsi(values: Sequence[float], period: int) -> Line:
    changes = [later - earlier for earlier, later in pairwise(values)]
    gains = wilder([max(change, 0.0) for change in changes], period)
    losses = wilder([max(-change, 0.0) for change in changes], period)
    return [NAN, *(strength(gain, loss) for gain, loss in zip(gains, losses, strict=True))][: len(values)]


def strength(gain: float, loss: float) -> float:
    return 100.0 * gain / (gain + loss) if gain + loss != 0.0 else NAN


def highest(values: Sequence[float], period: int) -> Line:
    return [max(values[index - period + 1 : index + 1]) if index >= period - 1 else NAN for index in range(len(values))]


def deviation(values: Sequence[float], period: int) -> Line:
    out, means = [NAN] * len(values), sma(values, period)
    for index in range(period - 1, len(values)):
        total = 0.0
        for value in values[index - period + 1 : index + 1]:
            distance = value - means[index]
            total += distance * distance
        out[index] = math.sqrt(total / period)
    return out


def true_range(high: Sequence[float], low: Sequence[float], close: Sequence[float]) -> Line:
    first = [high[0] - low[0]] if high else []
    pairs = zip(high[1:], low[1:], close, strict=False)
    return first + [max(top, before) - min(bottom, before) for top, bottom, before in pairs]


def crosses(above: Sequence[float], below: Sequence[float]) -> list[bool]:
    later = [above[row] > below[row] and above[row - 1] <= below[row - 1] for row in range(1, len(above))]
    return [False, *later][: len(above)]


def average_signals(values: Sequence[float], fast: int, slow: int) -> tuple[list[bool], list[bool]]:
    """Sums instead of means, multiplied crosswise."""
    fast_total, slow_total, upper, lower = 0.0, 0.0, [NAN] * len(values), [NAN] * len(values)
    for index, value in enumerate(values):
        slow_total += value if index < slow else value - values[index - slow]
        if index >= slow:
            fast_total += value - values[index - fast]
        elif index >= slow - fast:
            fast_total += value
        if index >= slow - 1:
            upper[index], lower[index] = fast_total * slow, slow_total * fast
    return crosses(upper, lower), crosses(lower, upper)


def rsi_signals(values: Sequence[float], period: int, low: float, high: float) -> tuple[list[bool], list[bool]]:
    index = rsi(values, period)
    rows = range(1, len(values))
    rises = [False, *(index[row - 1] < low <= index[row] for row in rows)]
    falls = [False, *(index[row - 1] > high >= index[row] for row in rows)]
    return rises[: len(values)], falls[: len(values)]


def macd(values: Sequence[float], fast: int, slow: int, signal: int) -> tuple[Line, Line]:
    line = [quick - calm for quick, calm in zip(ema(values, fast), ema(values, slow), strict=True)]
    defined = [value for value in line if not math.isnan(value)]
    return line, [NAN] * (len(line) - len(defined)) + ema(defined, signal)


def macd_signals(values: Sequence[float], fast: int, slow: int, signal: int) -> tuple[list[bool], list[bool]]:
    line, average = macd(values, fast, slow, signal)
    gap, zero = [value - mean for value, mean in zip(line, average, strict=True)], [0.0] * len(line)
    return crosses(gap, zero), crosses(zero, gap)
