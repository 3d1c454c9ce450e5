"""Panels from the store: sessions, closing auctions and base prices, on real sessions and on real files."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from bokgi.bars.interval import DAILY, Interval
from bokgi.bars.resample import resample
from bokgi.data.importers.hints import ImportHints
from bokgi.data.importers.registry import read_file
from bokgi.data.incoming import Incoming
from bokgi.data.series import ClosingAuction
from bokgi.data.store import Store
from bokgi.errors.market import DayOutsideCalendar
from bokgi.errors.requests import PeriodReversed
from bokgi.errors.store import ExchangesMixed, StoredOutsideCalendar
from bokgi.market.instruments import Board, Exchange, Instrument, Kind
from tests.data.store_cases import FIVE, bars_of, daily_bars, incoming_of

# Thursday, Friday, Monday; the two sessions before are 2025-10-14 and 2025-10-15.
D0, D1, D2, D3 = date(2025, 10, 15), date(2025, 10, 16), date(2025, 10, 17), date(2025, 10, 20)
CSAT_DAY = date(2025, 11, 13)


def read_one(path: Path, hints: ImportHints | None = None) -> Incoming:
    found = read_file(path, hints)
    assert isinstance(found, list)
    return found[0]


def five(code: str, day: date, minute: int, price: float, volume: float = 1.0) -> pl.DataFrame:
    return bars_of([(code, day, minute, price, price, price, price, volume, None)])


def test_every_session_of_the_period_is_there_with_bars_or_without(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(incoming_of(pl.concat([five("005930", D1, 540, 1.0), five("005930", D3, 540, 2.0)])))
    panel = store.read_panel(["005930"], FIVE)
    assert [day.item() for day in panel.sessions.day] == [D1, D2, D3]
    assert panel.session.tolist() == [0, 2]
    assert datetime.fromtimestamp(panel.start_at[0] / 1e6, UTC) == datetime(2025, 10, 16, 0, 0, tzinfo=UTC)
    wider = store.read_panel(["005930"], FIVE, date(2025, 10, 14), date(2025, 10, 21))
    assert (len(wider.sessions), wider.session.tolist()) == (6, [2, 4])


def test_days_are_inclusive_and_codes_keep_the_order_asked_for(tmp_path: Path) -> None:
    store = Store(tmp_path)
    bars = pl.concat([daily_bars(code, {D1: price, D2: price + 1, D3: price + 2}) for code, price in (("A", 1.0), ("B", 5.0), ("C", 9.0))])
    store.write(incoming_of(bars, DAILY))
    panel = store.read_panel(["C", "A"], DAILY, D2, D3)
    assert panel.codes == ("C", "A")
    assert panel.close.tolist() == [10.0, 11.0, 2.0, 3.0]
    assert panel.offsets.tolist() == [0, 2, 4]
    assert store.read_panel(None, DAILY).codes == ("A", "B", "C")


def test_a_code_without_bars_in_the_period_keeps_its_place(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(incoming_of(pl.concat([daily_bars("A", {D1: 1.0}), daily_bars("B", {D3: 2.0})]), DAILY))
    panel = store.read_panel(["A", "B"], DAILY, D3, D3)
    assert (panel.offsets.tolist(), panel.close.tolist()) == ([0, 0, 1], [2.0])


def test_a_period_that_ends_before_it_begins_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(incoming_of(daily_bars("A", {D1: 1.0}), DAILY))
    with pytest.raises(PeriodReversed):
        store.read_panel(None, DAILY, D2, D1)
    with pytest.raises(DayOutsideCalendar):
        store.read_panel(None, DAILY, date(1990, 1, 1), D1)


def test_bars_before_the_calendar_are_left_out_unless_they_are_asked_for(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(incoming_of(daily_bars("A", {date(1985, 1, 4): 1.0, D1: 2.0}), DAILY))
    panel = store.read_panel(None, DAILY)
    assert (panel.close.tolist(), panel.sessions.day[0].item()) == ([2.0], date(1998, 12, 7))


def test_bars_on_a_day_without_a_session_are_never_read_silently(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(incoming_of(daily_bars("A", {D1: 1.0, date(2025, 10, 18): 1.0, D3: 1.0}), DAILY))
    with pytest.raises(StoredOutsideCalendar, match="A on 2025-10-18"):
        store.read_panel(None, DAILY)


def test_one_panel_has_one_exchange(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(incoming_of(daily_bars("A", {D1: 1.0}), DAILY))
    store.write(incoming_of(daily_bars("SPY", {D1: 1.0}), DAILY, exchange=Exchange.XNYS))
    with pytest.raises(ExchangesMixed, match="XKRX, XNYS"):
        store.read_panel(None, DAILY)


def test_the_bar_at_the_regular_close_is_the_auction_on_csat_days_too(tmp_path: Path) -> None:
    store = Store(tmp_path)
    bars = [five("A", D1, 925, 10.0), five("A", D1, 930, 11.0), five("A", CSAT_DAY, 930, 12.0), five("A", CSAT_DAY, 990, 13.0)]
    store.write(incoming_of(pl.concat(bars), closing_auction=ClosingAuction.OWN_BAR))
    panel = store.read_panel(None, FIVE)
    last = len(panel.sessions) - 1
    assert (panel.auction[0, 0], panel.auction_row[0, 0]) == (11.0, 1)
    assert (panel.auction[0, last], panel.auction_row[0, last]) == (13.0, 3)
    assert np.isnan(panel.auction[0, 1:last]).all()


def test_a_stale_bar_at_the_regular_close_is_no_auction(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(incoming_of(pl.concat([five("A", D1, 925, 10.0), five("A", D1, 930, 10.0, volume=0.0)])))
    panel = store.read_panel(None, FIVE)
    assert np.isnan(panel.auction[0, 0])
    assert panel.auction_row[0, 0] == -1


def test_the_last_traded_bar_is_the_auction_where_the_source_keeps_it_there(tmp_path: Path) -> None:
    store = Store(tmp_path)
    rows = [five("A", D1, 915, 10.0), five("A", D1, 920, 11.0), five("A", D1, 925, 11.0, volume=0.0)]
    store.write(incoming_of(pl.concat(rows), closing_auction=ClosingAuction.LAST_BAR))
    panel = store.read_panel(None, FIVE)
    assert (panel.auction[0, 0], panel.auction_row[0, 0]) == (11.0, 1)


def two_intervals(folder: Path, *, intraday_adjusted: bool = False, **daily_facts: Any) -> Store:
    store = Store(folder)
    store.write(incoming_of(five("005930", D1, 895, 95_000.0), adjusted=intraday_adjusted))
    store.write(incoming_of(daily_bars("005930", {D0: 94_950.0, D1: 97_700.0}), DAILY, **daily_facts))
    return store


def test_the_auction_comes_from_the_unadjusted_daily_series_beside(tmp_path: Path) -> None:
    panel = two_intervals(tmp_path).read_panel(None, FIVE)
    assert (panel.auction[0, 0], panel.auction_row[0, 0]) == (97_700.0, -1)


@pytest.mark.parametrize("facts", [{"adjusted": True}, {"regular_close": False}])
def test_a_daily_series_that_is_adjusted_or_ends_before_the_auction_gives_no_auction(tmp_path: Path, facts: dict[str, Any]) -> None:
    panel = two_intervals(tmp_path, **facts).read_panel(None, FIVE)
    assert np.isnan(panel.auction).all()
    assert np.isnan(panel.base_price).all()


def test_prices_of_two_scales_are_never_mixed(tmp_path: Path) -> None:
    panel = two_intervals(tmp_path, intraday_adjusted=True).read_panel(None, FIVE)
    assert np.isnan(panel.auction).all()
    assert np.isnan(panel.base_price).all()
    assert panel.adjusted.tolist() == [True]


def test_the_base_is_the_previous_regular_close_with_a_half_tick_rounded_up(tmp_path: Path) -> None:
    panel = two_intervals(tmp_path).read_panel(None, FIVE)
    assert panel.base_price.tolist() == [[95_000.0]]


def test_a_base_price_of_the_source_goes_before_the_previous_close(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(incoming_of(five("005930", D1, 895, 95_000.0)))
    store.write(
        incoming_of(
            pl.concat([daily_bars("005930", {D0: 94_900.0}, base=94_000.0), daily_bars("005930", {D1: 97_700.0}, base=94_800.0)]), DAILY
        )
    )
    assert store.read_panel(None, FIVE).base_price.tolist() == [[94_800.0]]
    assert store.read_panel(None, DAILY).base_price.tolist() == [[94_000.0, 94_800.0]]


def test_a_source_that_gives_no_base_on_a_day_says_that_there_is_none(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(incoming_of(pl.concat([daily_bars("A", {D0: 100.0}, base=100.0), daily_bars("A", {D1: 20.0})]), DAILY))
    assert np.isnan(store.read_panel(None, DAILY).base_price[0, 1])


def test_the_previous_close_is_no_base_across_a_missing_session_or_an_ex_date(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(incoming_of(daily_bars("A", {D0: 10_000.0, D1: 13_000.0, D2: 6_500.0}), DAILY))
    store.write(incoming_of(daily_bars("B", {D0: 10_000.0, D2: 10_100.0}), DAILY))
    base = store.read_panel(None, DAILY).base_price
    assert np.array_equal(base[0], [np.nan, 10_000.0, np.nan], equal_nan=True)
    assert np.array_equal(base[1], [np.nan, 10_000.0, np.nan], equal_nan=True)


def test_adjusted_series_have_no_base_of_their_own(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(incoming_of(daily_bars("A", {D0: 10_000.0, D1: 10_100.0}, base=10_000.0), DAILY, adjusted=True))
    panel = store.read_panel(None, DAILY)
    assert np.isnan(panel.base_price).all()
    assert panel.auction[0].tolist() == [10_000.0, 10_100.0]


def test_what_a_master_knows_goes_before_what_the_import_said(tmp_path: Path) -> None:
    store = Store(tmp_path)
    bars = pl.concat([daily_bars(code, {D1: 1.0}) for code in ("A", "B", "C")])
    incoming = incoming_of(bars, DAILY)
    store.write(incoming)
    store.write(incoming_of(daily_bars("B", {D2: 1.0}), DAILY, kind=Kind.ETF, board=Board.KOSPI))
    panel = store.read_panel(None, DAILY, instruments={"C": Instrument("C", "씨", board=Board.KOSDAQ)})
    assert [(found.kind, found.board, found.assumed) for found in panel.instruments] == [
        (Kind.STOCK, Board.KOSPI, True),
        (Kind.ETF, Board.KOSPI, False),
        (Kind.STOCK, Board.KOSDAQ, False),
    ]


def test_one_synthetic_series_makes_the_panel_synthetic_and_sources_are_named_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(incoming_of(daily_bars("A", {D1: 1.0}), DAILY))
    assert not store.read_panel(None, DAILY).synthetic
    store.write(incoming_of(daily_bars("B", {D1: 1.0}), DAILY, synthetic=True, source="demo"))
    panel = store.read_panel(None, DAILY)
    assert (panel.synthetic, panel.sources) == (True, ("test", "demo"))


def test_an_exchange_without_a_calendar_has_the_days_of_its_bars(tmp_path: Path) -> None:
    store = Store(tmp_path)
    rows = daily_bars("X", {D1: 1.0, date(2025, 10, 18): 2.0})
    store.write(incoming_of(rows, DAILY, exchange=Exchange.OTHER))
    panel = store.read_panel(None, DAILY)
    assert [day.item() for day in panel.sessions.day] == [D1, date(2025, 10, 18)]
    assert np.isnan(panel.base_price).all()


def test_the_full_real_session_has_its_auction_and_makes_the_official_daily_bar(shared_data: Path, tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(read_one(shared_data / "kr_intraday" / "005930_broker_1m_2024-03-18_full_session.csv"))
    panel = store.read_panel(["005930"], Interval(1))
    assert (len(panel), panel.auction[0, 0], panel.auction_row[0, 0], int((~panel.traded).sum())) == (391, 72_800.0, 390, 10)
    market = pl.read_parquet(shared_data / "kr_daily" / "whole_market_2761_codes_2023-12_2025-06.parquet")
    lower = market.rename({name: name.lower() for name in market.columns})
    official = lower.filter((pl.col("code") == "005930") & (pl.col("date").cast(pl.Date) == date(2024, 3, 18))).row(0, named=True)
    daily = resample(panel, DAILY)
    assert (daily.open[0], daily.high[0], daily.low[0], daily.close[0]) == tuple(
        official[name] for name in ("open", "high", "low", "close")
    )


def test_the_real_etf_has_59_sessions_with_bars_of_60_and_no_auction(shared_data: Path, tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(
        read_one(shared_data / "kr_intraday" / "396500_yahoo_5m_2025-12-05_2026-03-09.csv", ImportHints(kind=Kind.ETF, board=Board.KOSPI))
    )
    panel = store.read_panel(["396500"], FIVE)
    missing = np.setdiff1d(np.arange(len(panel.sessions)), panel.session)
    assert (len(panel), len(panel.sessions), [panel.sessions.day[index].item() for index in missing]) == (4183, 60, [date(2026, 2, 2)])
    late = int(np.flatnonzero(panel.sessions.day == np.datetime64("2026-01-02"))[0])
    assert panel.minute[panel.session == late].min() == 600
    assert np.isnan(panel.auction).all()


def test_real_base_prices_of_marcap_are_close_minus_change(shared_data: Path, tmp_path: Path) -> None:
    (path,) = (shared_data / "kr_daily").glob("marcap_2026-*.parquet")
    store = Store(tmp_path)
    receipt = store.write(read_one(path))
    panel = store.read_panel(["005930"], DAILY)
    rows = pl.read_parquet(path).filter(pl.col("Code") == "005930").sort("Date")
    assert panel.base_price[0][np.isfinite(panel.base_price[0])].tolist() == (rows["Close"] - rows["Changes"]).cast(pl.Float64).to_list()
    assert panel.auction[0][np.isfinite(panel.auction[0])].tolist() == rows["Close"].cast(pl.Float64).to_list()
    assert receipt.is_changed
    assert not store.write(read_one(path)).is_changed
