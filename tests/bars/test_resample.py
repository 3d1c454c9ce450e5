"""Longer bars from shorter ones."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bokgi.bars.frames import panel_from_frame
from bokgi.bars.interval import DAILY, Interval
from bokgi.bars.panel import Panel
from bokgi.bars.resample import resample
from bokgi.errors.frames import ResampleImpossible

DAY, LATE, CSAT = datetime(2025, 10, 16), datetime(2026, 1, 2), datetime(2025, 11, 13)  # noqa: DTZ001 (times without a zone are the subject)
Bar = tuple[datetime, int, float, float, float, float, float]


def panel_of(bars: list[Bar], *, in_last_bar: bool = False) -> Panel:
    """Bars (day, minute, open, high, low, close, volume) of one instrument, 1 minute each."""
    names = ("open", "high", "low", "close", "volume")
    frame = pl.DataFrame(
        {name: [bar[index] for bar in bars] for index, name in enumerate(names, 2)}, schema_overrides=dict.fromkeys(names, pl.Float64)
    )
    times = pl.Series("datetime", [bar[0] + timedelta(minutes=bar[1]) for bar in bars])
    return panel_from_frame(frame.with_columns(times), interval="1m", auction_in_last_bar=in_last_bar)


def flat(day: datetime, minute: int, price: float, volume: float = 1.0) -> Bar:
    return (day, minute, price, price, price, price, volume)


def test_bars_start_at_the_session_s_own_open() -> None:
    panel = panel_of([flat(LATE, 600, 1.0), flat(LATE, 629, 2.0), flat(LATE, 630, 3.0), flat(CSAT, 601, 4.0), flat(DAY, 541, 5.0)][::-1])
    longer = resample(panel, Interval(30))
    assert longer.minute.tolist() == [540, 600, 600, 630]
    assert longer.close.tolist() == [5.0, 4.0, 2.0, 3.0]


def test_a_bar_is_first_open_highest_lowest_last_close_and_the_sum() -> None:
    panel = panel_of([(DAY, 540, 10, 12, 9, 11, 5), (DAY, 541, 11, 15, 11, 14, 6), (DAY, 542, 14, 14, 8, 9, 7), (DAY, 545, 9, 9, 9, 9, 1)])
    longer = resample(panel, Interval(3))
    assert list(zip(longer.minute, longer.open, longer.high, longer.low, longer.close, longer.volume, strict=True)) == [
        (540, 10, 15, 8, 9, 18),
        (543, 9, 9, 9, 9, 1),
    ]


def test_the_auction_stays_a_bar_of_its_own_but_a_daily_bar_ends_with_it() -> None:
    panel = panel_of([flat(DAY, 919, 10.0), flat(DAY, 925, 10.0, 0.0), flat(DAY, 930, 12.0, 9.0)])
    longer = resample(panel, Interval(60))
    assert (longer.minute.tolist(), longer.close.tolist()) == ([900, 930], [10.0, 12.0])
    assert (longer.auction[0, 0], longer.auction_row[0, 0]) == (12.0, 1)
    daily = resample(panel, DAILY)
    assert (daily.minute.tolist(), daily.close.tolist(), daily.high.tolist(), daily.volume.tolist()) == ([540], [12.0], [12.0], [10.0])
    assert (daily.auction[0, 0], daily.auction_row[0, 0]) == (12.0, -1)


def test_a_last_bar_that_is_the_auction_stays_alone_and_stale_rows_behind_it_join_it() -> None:
    panel = panel_of([flat(DAY, 915, 9.0), flat(DAY, 917, 10.0), flat(DAY, 918, 10.0, 0.0), flat(DAY, 921, 10.0, 0.0)], in_last_bar=True)
    longer = resample(panel, Interval(5))
    assert longer.minute.tolist() == [915, 917, 920]
    assert longer.traded.tolist() == [True, True, False]
    assert (longer.auction[0, 0], longer.auction_row[0, 0]) == (10.0, 1)


def test_bars_that_did_not_trade_say_nothing_unless_they_are_alone() -> None:
    stale = (DAY, 540, 99.0, 99.0, 99.0, 99.0, 0.0)
    panel = panel_of([stale, flat(DAY, 541, 10.0), flat(DAY, 545, 99.0, 0.0), flat(DAY, 546, 98.0, 0.0)])
    longer = resample(panel, Interval(5))
    assert (longer.high.tolist(), longer.traded.tolist(), longer.volume.tolist()) == ([10.0, 98.0], [True, False], [1.0, 0.0])


def test_an_unknown_volume_of_a_traded_bar_stays_unknown() -> None:
    panel = panel_of([(DAY, 540, 10, 12, 9, 11, float("nan")), flat(DAY, 541, 11.0, 5.0), flat(DAY, 545, 11.0, 5.0)])
    assert np.array_equal(resample(panel, Interval(5)).volume, [np.nan, 5.0], equal_nan=True)


def test_a_daily_bar_without_an_auction_ends_with_the_last_traded_close() -> None:
    daily = resample(panel_of([flat(DAY, 540, 10.0), flat(DAY, 895, 11.0), flat(DAY, 896, 12.0, 0.0)]), DAILY)
    assert daily.close.tolist() == [11.0]
    assert np.isnan(daily.auction).all()


def test_a_daily_bar_holds_an_auction_price_that_was_no_bar() -> None:
    panel = panel_of([flat(DAY, 540, 10.0), flat(DAY, 895, 11.0)])
    panel.auction[0, 0] = 12.0
    daily = resample(panel, DAILY)
    assert (daily.open[0], daily.high[0], daily.low[0], daily.close[0]) == (10.0, 12.0, 10.0, 12.0)


@pytest.mark.parametrize(("source", "wanted"), [("5m", "2m"), ("2m", "5m"), ("1d", "5m"), ("10m", "15m")])
def test_bars_that_would_need_prices_between_are_refused(source: str, wanted: str) -> None:
    panel = panel_from_frame(panel_of([flat(DAY, 540, 10.0)]).to_frame(), interval=source)
    with pytest.raises(ResampleImpossible, match=f"{source} bars cannot be made into {wanted}"):
        resample(panel, Interval.from_text(wanted))


PRICE = st.integers(1, 50).map(float)
MARKET = st.dictionaries(
    st.tuples(st.sampled_from([DAY, LATE, CSAT]), st.integers(600, 990)),
    st.tuples(PRICE, PRICE, PRICE, PRICE, st.sampled_from([0.0, 1.0, 7.0])),
    min_size=1,
    max_size=60,
)


def generated(market: dict[tuple[datetime, int], tuple[float, float, float, float, float]]) -> Panel:
    bars: list[Bar] = []
    for (day, minute), (first, second, third, fourth, volume) in market.items():
        if minute > 930 and day is not CSAT:
            continue
        bars.append((day, minute, first, max(first, second, third, fourth), min(first, second, third, fourth), fourth, volume))
    return panel_of(sorted(bars) or [flat(DAY, 540, 1.0)])


@settings(max_examples=150, deadline=None)
@given(market=MARKET, minutes=st.sampled_from([2, 3, 5, 10, 15, 30, 60, 0]))
def test_longer_bars_conserve_volume_range_and_order(
    market: dict[tuple[datetime, int], tuple[float, float, float, float, float]], minutes: int
) -> None:
    panel = generated(market)
    longer = resample(panel, Interval(minutes))
    assert longer.volume.sum() == panel.volume.sum()
    assert (np.diff(longer.start_at) > 0).all()
    assert np.array_equal(longer.auction, panel.auction, equal_nan=True)
    traded = panel.traded
    assert longer.traded.any() == traded.any()
    for session in np.unique(panel.session):
        own, of_longer = (panel.session == session) & traded, (longer.session == session) & longer.traded
        if own.any():
            assert longer.high[of_longer].max() == panel.high[own].max()
            assert longer.low[of_longer].min() == panel.low[own].min()
            assert longer.open[of_longer][0] == panel.open[own][0]
            assert longer.close[of_longer][-1] == panel.close[own][-1]


@settings(max_examples=80, deadline=None)
@given(market=MARKET)
def test_two_steps_are_one(market: dict[tuple[datetime, int], tuple[float, float, float, float, float]]) -> None:
    panel = generated(market)
    for middle, wanted in ((2, 10), (5, 30), (3, 15), (5, 0)):
        steps, once = resample(resample(panel, Interval(middle)), Interval(wanted)), resample(panel, Interval(wanted))
        for name in ("session", "minute", "open", "high", "low", "close", "volume", "auction_row", "offsets"):
            traded = slice(None) if name in ("offsets", "auction_row", "session", "minute", "volume") else once.traded
            assert np.array_equal(getattr(steps, name)[traded], getattr(once, name)[traded], equal_nan=True), name
