"""Panels from DataFrames: what is recognised, what is refused."""

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import polars as pl
import pytest

from bokgi.bars.frames import panel_from_frame, panel_to_frame
from bokgi.bars.interval import DAILY, Interval
from bokgi.errors.frames import (
    FrameColumnMissing,
    FrameDuplicates,
    FrameEmpty,
    FrameIntervalUnclear,
    FrameOutsideSessions,
    FrameUnreadable,
    InstrumentsDiffer,
)
from bokgi.market.instruments import Board, Exchange, Instrument, Kind

NAIVE = [datetime(2025, 10, 16, 9, 0), datetime(2025, 10, 16, 9, 5), datetime(2025, 10, 17, 15, 30)]  # noqa: DTZ001 (times without a zone are the subject)
PRICES = {"open": [1.0, 2.0, 3.0], "high": [4.0, 4.0, 4.0], "low": [1.0, 1.0, 1.0], "close": [2.0, 3.0, 4.0], "volume": [5, 6, 7]}


def test_times_without_a_zone_are_exchange_time_and_that_is_said() -> None:
    panel = panel_from_frame(pl.DataFrame({"datetime": NAIVE, **PRICES}))
    assert (panel.interval, panel.minute.tolist(), panel.session.tolist()) == (Interval(5), [540, 545, 930], [0, 0, 1])
    assert panel.sources == ("DataFrame (times without a zone taken as Asia/Seoul)",)
    assert (panel.auction[0, 1], panel.auction_row[0, 1]) == (3.0, 2)
    assert panel.instruments == (Instrument("DATA", assumed=True),)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Seoul"])
def test_times_with_a_zone_are_the_same_instants(zone: str) -> None:
    times = pl.Series(NAIVE).dt.replace_time_zone("Asia/Seoul").dt.convert_time_zone(zone)
    panel = panel_from_frame(pl.DataFrame({"Date": times, **PRICES}))
    assert (panel.minute.tolist(), panel.sources) == ([540, 545, 930], ("DataFrame",))
    assert panel.to_frame()["datetime"].to_list() == times.to_list()


def test_a_pandas_frame_with_a_time_index_and_capital_columns_is_read() -> None:
    frame = pd.DataFrame({name.capitalize(): values for name, values in PRICES.items()}, index=pd.DatetimeIndex(NAIVE))
    panel = panel_from_frame(frame, code="005930", instruments=[Instrument("005930", "삼성전자")])
    assert (panel.codes, panel.instruments[0].name, panel.close.tolist()) == (("005930",), "삼성전자", [2.0, 3.0, 4.0])
    assert "datetime" not in frame.columns
    back = panel.to_pandas()
    assert back["close"].tolist() == [2.0, 3.0, 4.0]
    assert back.index[0] == pd.Timestamp("2025-10-16 09:00", tz="Asia/Seoul")


def test_several_instruments_are_sorted_by_code_then_time() -> None:
    frame = pl.DataFrame({"Code": ["B", "A", "A"], "time": [NAIVE[0], NAIVE[1], NAIVE[0]], **PRICES})
    panel = panel_from_frame(frame)
    assert (panel.codes, panel.offsets.tolist(), panel.open.tolist()) == (("A", "B"), [0, 2, 3], [3.0, 2.0, 1.0])


def test_daily_bars_end_with_the_auction_and_start_at_the_regular_open() -> None:
    days = [date(2026, 1, 2), date(2026, 1, 5), date(2026, 1, 6)]
    panel = panel_from_frame(pl.DataFrame({"date": days, **PRICES}))
    assert (panel.interval, panel.minute.tolist()) == (DAILY, [600, 540, 540])
    assert (panel.auction[0].tolist(), panel.auction_row[0].tolist()) == ([2.0, 3.0, 4.0], [-1, -1, -1])


def test_dates_as_text_and_a_missing_volume_are_read() -> None:
    frame = pl.DataFrame({"date": ["2025-10-16", "2025-10-17"], "open": [1, 2], "high": [3, 3], "low": [1, 1], "close": [2, 3]})
    panel = panel_from_frame(frame)
    assert panel.interval == DAILY
    assert np.isnan(panel.volume).all()
    assert panel.traded.all()


def test_an_exchange_without_calendar_takes_the_days_of_the_bars() -> None:
    days = [date(2025, 10, 18), date(2025, 10, 19), date(2025, 10, 25)]
    panel = panel_from_frame(pl.DataFrame({"date": days, **PRICES}), exchange="OTHER")
    assert [day.item() for day in panel.sessions.day] == days
    assert (panel.instruments[0].kind, panel.instruments[0].board) == (Kind.FOREIGN, Board.FOREIGN)


def test_hours_of_new_york_are_those_of_its_calendar() -> None:
    times = [datetime(2024, 3, 8, 9, 30), datetime(2024, 3, 8, 9, 31), datetime(2024, 3, 11, 9, 30)]  # noqa: DTZ001 (times without a zone are the subject)
    panel = panel_from_frame(pl.DataFrame({"datetime": times, **PRICES}), exchange=Exchange.XNYS)
    assert (np.diff(panel.start_at)[1] / 3_600_000_000).tolist() == pytest.approx(72 - 1 - 1 / 60)


def test_bars_outside_the_sessions_are_refused_with_the_first_or_dropped_on_request() -> None:
    early = pl.DataFrame({"datetime": [NAIVE[0] - timedelta(minutes=30), *NAIVE[1:]], **PRICES})
    with pytest.raises(FrameOutsideSessions, match=r"1 bars .* the first at DATA 2025-10-16 08:30:00 \(Asia/Seoul\)"):
        panel_from_frame(early, interval="5m")
    assert len(panel_from_frame(early, interval="5m", drop_outside=True)) == 2
    holiday = pl.DataFrame({"date": [date(2025, 10, 18), date(2025, 10, 20), date(2025, 10, 21)], **PRICES})
    with pytest.raises(FrameOutsideSessions, match="2025-10-18"):
        panel_from_frame(holiday)


def test_frames_that_cannot_be_bars_are_refused_with_what_to_do() -> None:
    good = {"datetime": NAIVE, **PRICES}
    with pytest.raises(FrameColumnMissing, match="lacks close, date or datetime"):
        panel_from_frame(pl.DataFrame(PRICES).drop("close"))
    with pytest.raises(FrameUnreadable, match="open cannot be read as number; the first value that fails is 'x'"):
        panel_from_frame(pl.DataFrame(good | {"open": ["1", "x", "3"]}))
    with pytest.raises(FrameUnreadable, match="date cannot be read"):
        panel_from_frame(pl.DataFrame(good | {"datetime": ["today", "b", "c"]}))
    with pytest.raises(FrameUnreadable):
        panel_from_frame(pl.DataFrame(good | {"datetime": [1, 2, 3]}))
    with pytest.raises(FrameEmpty):
        panel_from_frame(pl.DataFrame(good).clear())
    with pytest.raises(FrameDuplicates, match=r"2 bars twice"):
        panel_from_frame(pl.DataFrame(good | {"datetime": [NAIVE[0], NAIVE[0], NAIVE[2]]}))
    with pytest.raises(FrameIntervalUnclear, match="7 min"):
        panel_from_frame(pl.DataFrame(good | {"datetime": [NAIVE[0], NAIVE[0] + timedelta(minutes=7), NAIVE[2]]}))
    with pytest.raises(InstrumentsDiffer):
        panel_from_frame(pl.DataFrame(good), instruments=[Instrument("005930")])


def test_rows_without_a_close_are_no_bars_and_unsorted_rows_are_sorted() -> None:
    frame = pl.DataFrame({"datetime": [NAIVE[2], NAIVE[0], NAIVE[1]], **(PRICES | {"close": [2.0, None, float("nan")]})})
    assert panel_from_frame(frame, interval="5m").close.tolist() == [2.0]


def test_a_panel_becomes_the_same_panel_again() -> None:
    panel = panel_from_frame(pl.DataFrame({"datetime": NAIVE, **PRICES}))
    again = panel_from_frame(panel_to_frame(panel), code="ignored")
    for name in ("session", "minute", "open", "high", "low", "close", "volume", "auction", "auction_row", "offsets"):
        assert np.array_equal(getattr(panel, name), getattr(again, name), equal_nan=True), name
