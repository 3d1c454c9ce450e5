"""Longer bars on their way into the store."""

from datetime import date
from pathlib import Path

import polars as pl

from bokgi.bars.interval import DAILY, Interval
from bokgi.bars.resample import resample
from bokgi.data.importers.registry import read_file
from bokgi.data.resampling import resample_incoming
from bokgi.data.series import ClosingAuction
from bokgi.data.store import Store
from tests.data.store_cases import FIVE, bars_of, incoming_of

D1, D2 = date(2025, 10, 16), date(2025, 10, 17)


def test_longer_bars_of_the_store_are_those_of_the_panel(shared_data: Path, tmp_path: Path) -> None:
    found = read_file(shared_data / "kr_intraday" / "005930_broker_1m_2024-03-18_full_session.csv")
    assert isinstance(found, list)
    store = Store(tmp_path)
    store.write(found[0])
    panel = store.read_panel(None, Interval(1))
    for minutes in (2, 3, 5, 30, 0):
        longer = resample_incoming(found[0], Interval(minutes))
        store.write(longer)
        stored = store.read_panel(None, Interval(minutes))
        expected = resample(panel, Interval(minutes))
        for name in ("minute", "open", "high", "low", "close", "volume", "auction", "auction_row", "start_at"):
            assert getattr(stored, name).tolist() == getattr(expected, name).tolist(), (minutes, name)


def test_a_daily_series_knows_whether_its_closes_are_regular_ones() -> None:
    rows = [("A", D1, 895), ("A", D1, 930), ("A", D2, 895), ("B", D1, 930)]
    bars = bars_of([(code, day, minute, 5.0, 5.0, 5.0, 5.0, 1.0, None) for code, day, minute in rows])
    daily = resample_incoming(incoming_of(bars, FIVE, closing_auction=ClosingAuction.OWN_BAR), DAILY)
    assert {code: facts.regular_close for code, facts in daily.facts.items()} == {"A": False, "B": True}
    assert daily.bars.select("code", "session", "minute", "volume").rows() == [
        ("A", D1, 540, 2.0),
        ("A", D2, 540, 1.0),
        ("B", D1, 540, 1.0),
    ]


def test_the_first_known_base_price_of_a_session_stays() -> None:
    bars = bars_of(
        [
            ("A", D1, 540, 5.0, 5.0, 5.0, 5.0, 1.0, None),
            ("A", D1, 545, 5.0, 6.0, 4.0, 5.0, 1.0, 4.5),
            ("A", D2, 540, 5.0, 5.0, 5.0, 5.0, 1.0, None),
        ]
    )
    assert resample_incoming(incoming_of(bars), Interval(10)).bars["base_price"].to_list() == [4.5, None]


def test_nothing_stays_nothing() -> None:
    empty = incoming_of(bars_of([("A", D1, 540, 5.0, 5.0, 5.0, 5.0, 1.0, None)]).clear())
    assert resample_incoming(empty, DAILY).bars.height == 0
    assert isinstance(empty.bars, pl.DataFrame)
