"""Kernels equal their plain twins bit for bit; values equal those of independent implementations."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bokgi.bars.panel import Panel
from bokgi.strategies import indicators
from bokgi.units import FloatArray
from tests.strategies import plain_twins as twins
from tests.strategies.generated_panels import panel_of, panels

PERIODS = st.integers(1, 12)
TOLERANCE = 1e-9


def spread_over(panel: Panel, twin: Callable[[list[float]], Sequence[float]], of: FloatArray | None = None) -> FloatArray:
    """What a twin gives for each instrument's traded bars, put back on the panel's rows."""
    values, out = panel.close if of is None else of, np.full(len(panel), np.nan)
    for index in range(len(panel.instruments)):
        span = panel.rows_of(index)
        rows = np.flatnonzero(panel.traded[span]) + span.start
        out[rows] = twin([float(value) for value in values[rows]])
    return out


def walk(length: int, seed: int = 7) -> list[float]:
    steps = np.random.Generator(np.random.PCG64(seed)).integers(-30, 31, length)
    return [float(price) for price in 10_000 + np.cumsum(steps)]


@given(panels(), PERIODS)
def test_simple_mean_equals_its_twin(panel: Panel, period: int) -> None:
    assert np.array_equal(indicators.sma(panel, period), spread_over(panel, lambda bars: twins.sma(bars, period)), equal_nan=True)


@given(panels(), PERIODS)
def test_exponential_mean_equals_its_twin(panel: Panel, period: int) -> None:
    assert np.array_equal(indicators.ema(panel, period), spread_over(panel, lambda bars: twins.ema(bars, period)), equal_nan=True)


@given(panels(), PERIODS)
def test_rsi_equals_its_twin(panel: Panel, period: int) -> None:
    assert np.array_equal(indicators.rsi(panel, period), spread_over(panel, lambda bars: twins.rsi(bars, period)), equal_nan=True)


@given(panels(), st.integers(1, 5), st.integers(6, 9), st.integers(1, 5))
def test_macd_equals_its_twin(panel: Panel, fast: int, slow: int, signal: int) -> None:
    made = indicators.macd(panel, fast, slow, signal)
    line = spread_over(panel, lambda bars: twins.macd(bars, fast, slow, signal)[0])
    average = spread_over(panel, lambda bars: twins.macd(bars, fast, slow, signal)[1])
    assert np.array_equal(made.line, line, equal_nan=True)
    assert np.array_equal(made.signal, average, equal_nan=True)


@given(panels(), PERIODS)
def test_highest_and_lowest_equal_their_twins(panel: Panel, period: int) -> None:
    top = spread_over(panel, lambda bars: twins.highest(bars, period), panel.high)
    bottom = spread_over(panel, lambda bars: [-value for value in twins.highest([-bar for bar in bars], period)], panel.low)
    assert np.array_equal(indicators.highest(panel, period), top, equal_nan=True)
    assert np.array_equal(indicators.lowest(panel, period), bottom, equal_nan=True)


@given(panels(), PERIODS)
def test_bollinger_bands_equal_their_twin(panel: Panel, period: int) -> None:
    bands = indicators.bollinger(panel, period, 2.0)
    middle = spread_over(panel, lambda bars: twins.sma(bars, period))
    reach = spread_over(panel, lambda bars: [2.0 * value for value in twins.deviation(bars, period)])
    assert np.array_equal(bands.middle, middle, equal_nan=True)
    assert np.array_equal(bands.upper, middle + reach, equal_nan=True)
    assert np.array_equal(bands.lower, middle - reach, equal_nan=True)


@given(panels(), PERIODS)
def test_average_true_range_equals_its_twin(panel: Panel, period: int) -> None:
    made, expected = indicators.atr(panel, period), np.full(len(panel), np.nan)
    for index in range(len(panel.instruments)):
        span = panel.rows_of(index)
        rows = np.flatnonzero(panel.traded[span]) + span.start
        high, low, close = ([float(value) for value in column[rows]] for column in (panel.high, panel.low, panel.close))
        expected[rows] = twins.wilder(twins.true_range(high, low, close), period)
    assert np.array_equal(made, expected, equal_nan=True)


@given(panels(), st.integers(0, 5))
def test_earlier_values_are_those_of_traded_bars_before(panel: Panel, bars: int) -> None:
    expected = spread_over(panel, lambda series: ([math.nan] * bars + series)[: len(series)])
    assert np.array_equal(indicators.earlier(panel, panel.close, bars), expected, equal_nan=True)


@given(panels(), st.integers(1, 4), st.integers(5, 8))
def test_crossings_equal_their_twin(panel: Panel, fast: int, slow: int) -> None:
    quick, calm = indicators.sma(panel, fast), indicators.sma(panel, slow)
    up = spread_over(panel, lambda bars: twins.crosses(twins.sma(bars, fast), twins.sma(bars, slow)))
    down = spread_over(panel, lambda bars: twins.crosses(twins.sma(bars, slow), twins.sma(bars, fast)))
    assert np.array_equal(indicators.cross_up(panel, quick, calm), np.nan_to_num(up).astype(bool))
    assert np.array_equal(indicators.cross_down(panel, quick, calm), np.nan_to_num(down).astype(bool))


def test_a_level_can_be_crossed() -> None:
    panel = panel_of([[1.0, 3.0, 2.0, 2.0, 3.0, 1.0]])
    assert indicators.cross_up(panel, panel.close, 2.0).tolist() == [False, True, False, False, True, False]
    assert indicators.cross_down(panel, panel.close, 2.0).tolist() == [False, False, False, False, False, True]


def test_an_indicator_of_an_indicator_starts_where_the_inner_one_is_defined() -> None:
    panel = panel_of([[1.0, 2.0, 3.0, 4.0]], [[1, 1, 0, 1]])
    inner = indicators.sma(panel, 2)
    assert np.array_equal(inner, [np.nan, 1.5, np.nan, 3.0], equal_nan=True)
    assert np.array_equal(indicators.sma(panel, 2, inner), [np.nan, np.nan, np.nan, 2.25], equal_nan=True)


def test_a_series_that_stands_still_keeps_its_mean_exactly() -> None:
    panel = panel_of([[0.1] * 500])
    means = indicators.sma(panel, 7)[6:]
    assert len(set(means.tolist())) == 1


def test_looking_at_later_bars_is_refused() -> None:
    panel = panel_of([[1.0, 2.0]])
    with pytest.raises(ValueError, match="cannot see later bars"):
        indicators.earlier(panel, panel.close, -1)


@pytest.mark.parametrize("period", [2, 5, 20, 50])
def test_simple_mean_bands_and_range_equal_pandas(period: int) -> None:
    prices = walk(3_000)
    panel, series = panel_of([prices], spread=35.0), pd.Series(prices)
    rolling = series.rolling(period)
    bands = indicators.bollinger(panel, period, 2.0)
    expected = rolling.mean() + 2.0 * rolling.std(ddof=0)
    assert np.allclose(indicators.sma(panel, period), rolling.mean(), rtol=TOLERANCE, atol=0.0, equal_nan=True)
    assert np.allclose(bands.upper, expected, rtol=TOLERANCE, atol=0.0, equal_nan=True)
    assert np.allclose(indicators.highest(panel, period, panel.close), rolling.max(), rtol=0.0, atol=0.0, equal_nan=True)
    assert np.allclose(indicators.lowest(panel, period, panel.close), rolling.min(), rtol=0.0, atol=0.0, equal_nan=True)


@pytest.mark.parametrize("period", [2, 9, 12, 26])
def test_exponential_mean_equals_pandas_after_the_seed(period: int) -> None:
    prices = walk(3_000)
    seeded = pd.Series([float(np.mean(prices[:period])), *prices[period:]])
    expected = seeded.ewm(alpha=2 / (period + 1), adjust=False).mean()
    made = indicators.ema(panel_of([prices]), period)
    assert np.isnan(made[: period - 1]).all()
    assert np.allclose(made[period - 1 :], expected, rtol=TOLERANCE, atol=0.0)


@pytest.mark.parametrize("period", [2, 14, 30])
def test_rsi_equals_an_independent_one_from_pandas(period: int) -> None:
    prices = walk(3_000)
    change = pd.Series(prices).diff().to_numpy()[1:]

    def mean(part: FloatArray) -> FloatArray:
        seeded = pd.Series([part[:period].mean(), *part[period:]])
        return np.asarray(seeded.ewm(alpha=1 / period, adjust=False).mean(), dtype=np.float64)

    gain, loss = mean(np.clip(change, 0.0, None)), mean(np.clip(-change, 0.0, None))
    expected = [100.0 - 100.0 / (1.0 + up / down) if down else 100.0 for up, down in zip(gain, loss, strict=True)]
    made = indicators.rsi(panel_of([prices]), period)
    assert np.isnan(made[:period]).all()
    assert np.allclose(made[period:], expected, rtol=TOLERANCE, atol=TOLERANCE)


def test_rsi_of_a_short_series_by_hand() -> None:
    # Changes +2, -1, +1; period 2. Seed: gain 1, loss 0.5 -> 66.67; then gain (1 + 1) / 2 = 1, loss 0.25 -> 80.
    made = indicators.rsi(panel_of([[10.0, 12.0, 11.0, 12.0]]), 2)
    assert made.tolist()[2:] == pytest.approx([200.0 / 3.0, 80.0], abs=1e-12)


@settings(max_examples=30)
@given(st.floats(1.0, 1e6), st.integers(16, 80))
def test_rsi_is_undefined_while_nothing_moved(price: float, length: int) -> None:
    assert np.isnan(indicators.rsi(panel_of([[price] * length]), 14)).all()
