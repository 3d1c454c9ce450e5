"""Two sources beside each other: what differs is said with both values, what agrees is silent, what cannot be compared is not."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from bokgi.bars.interval import DAILY
from bokgi.data.cross_checks import chain_faults, compared_sources, intraday_against_daily
from bokgi.data.faults import Fault
from bokgi.data.importers.registry import read_file
from bokgi.data.incoming import Incoming
from bokgi.data.series import ClosingAuction, VolumeKind
from bokgi.market.instruments import Board, Kind
from tests.data.store_cases import FIVE, bars_of, daily_bars, incoming_of

CODE = "005930"
DAYS = (date(2025, 10, 16), date(2025, 10, 17), date(2025, 10, 20))


def days(closes: tuple[float, ...], volume: float = 100.0, **facts: Any) -> Incoming:
    return incoming_of(daily_bars(CODE, dict(zip(DAYS, closes, strict=False)), volume=volume), DAILY, **facts)


def kinds(faults: tuple[Fault, ...]) -> dict[str, str]:
    return {fault.kind: fault.example for fault in faults}


def test_equal_sources_are_silent() -> None:
    assert compared_sources(days((100.0, 101.0, 102.0)), days((100.0, 101.0, 102.0))) == ()


def test_a_close_that_differs_is_named_with_both_values() -> None:
    faults = compared_sources(days((100.0, 101.0, 102.0)), days((100.0, 101.0, 103.0)))
    assert kinds(faults) == {"sources_differ_close": "2025-10-20 102 / 103"}
    assert faults[0].count == 1


@pytest.mark.parametrize(("adjusted", "expected"), [(True, set()), (False, {"sources_differ_close"})])
def test_rounding_is_allowed_to_adjusted_prices_alone(adjusted: bool, expected: set[str]) -> None:
    one, other = days((100_000.0,), adjusted=adjusted), days((100_040.0,), adjusted=adjusted)
    assert set(kinds(compared_sources(one, other))) == expected


def test_adjusted_and_unadjusted_prices_are_not_compared() -> None:
    assert set(kinds(compared_sources(days((100.0,), adjusted=True), days((5_000.0,))))) == {"sources_incomparable"}


def test_volumes_are_compared_unless_one_counts_the_whole_day() -> None:
    regular, whole = {"volume_kind": VolumeKind.REGULAR}, {"volume_kind": VolumeKind.ALL_DAY}
    assert kinds(compared_sources(days((100.0,), 100.0), days((100.0,), 103.0))) == {"sources_differ_volume": "2025-10-16 100 / 103"}
    assert compared_sources(days((100.0,), 100.0), days((100.0,), 101.0)) == ()
    assert compared_sources(days((100.0,), 100.0, **regular), days((100.0,), 130.0, **whole)) == ()


def test_sessions_that_one_lacks_within_the_common_period_are_named() -> None:
    one, other = days((100.0, 101.0, 102.0)), days((100.0, 101.0, 102.0))
    holed = replace(one, bars=one.bars.filter(pl.col("session") != DAYS[1]))
    assert kinds(compared_sources(holed, other)) == {"sources_lack_here": "2025-10-17"}
    assert kinds(compared_sources(other, holed)) == {"sources_lack_there": "2025-10-17"}
    shorter = replace(other, bars=other.bars.head(2))
    assert compared_sources(one, shorter) == ()


def intraday(auction: float | None = 100.0) -> Incoming:
    rows: list[Any] = [(CODE, DAYS[0], 540 + 5 * bar, 100.0, 105.0, 95.0, 100.0, 10.0, None) for bar in range(70)]
    if auction is not None:
        rows.append((CODE, DAYS[0], 930, auction, auction, auction, auction, 50.0, None))
    return incoming_of(bars_of(rows), FIVE, closing_auction=ClosingAuction.OWN_BAR if auction else ClosingAuction.NONE)


def day(*, high: float = 105.0, low: float = 95.0, close: float = 100.0, volume: float = 800.0) -> Incoming:
    return incoming_of(bars_of([(CODE, DAYS[0], 540, 100.0, high, low, close, volume, None)]), DAILY)


def test_bars_within_the_day_that_agree_with_their_day_are_silent() -> None:
    assert intraday_against_daily(intraday(), day()) == ()
    assert intraday_against_daily(intraday(None), day(close=104.0)) == ()


@pytest.mark.parametrize(
    ("against", "kind", "example"),
    [
        (day(high=104.0), "intraday_beyond_daily", "2025-10-16 95-105 / 95-104"),
        (day(close=101.0), "intraday_close_differs", "2025-10-16 100 / 101"),
        (day(volume=600.0), "intraday_volume_differs", "2025-10-16 750 / 600"),
    ],
)
def test_bars_within_the_day_that_contradict_their_day_are_named(against: Incoming, kind: str, example: str) -> None:
    assert kinds(intraday_against_daily(intraday(), against)) == {kind: example}


@pytest.mark.parametrize(("base", "is_broken"), [(100_000.0, False), (100_500.0, True)])
def test_the_exchange_itself_says_which_close_is_the_regular_one(base: float, is_broken: bool) -> None:
    """Close 100,000 on 2026-09-14; the exchange's base of the next session is the regular close, whatever the after-market did."""
    sessions = (date(2026, 9, 14), date(2026, 9, 15))
    rows: list[Any] = [(CODE, sessions[0], 540, *[100_000.0] * 4, 10.0, None), (CODE, sessions[1], 540, *[101_000.0] * 4, 10.0, base)]
    assert [fault.kind for fault in chain_faults(incoming_of(bars_of(rows), DAILY))] == (["chain_broken"] if is_broken else [])
    assert chain_faults(incoming_of(bars_of(rows), DAILY, adjusted=True)) == ()


@pytest.mark.parametrize(("kind", "is_broken"), [(Kind.ETF, False), (None, False), (Kind.STOCK, True)])
def test_the_chain_of_closes_is_followed_on_the_ladder_of_the_kind(kind: Kind | None, is_broken: bool) -> None:
    """The base after 35,005 is 35,005 for an ETF (5 won), and would be 35,050 for a share (50 won)."""
    sessions = (date(2026, 9, 14), date(2026, 9, 15))
    rows: list[Any] = [(CODE, sessions[0], 540, *[35_005.0] * 4, 10.0, None), (CODE, sessions[1], 540, *[35_000.0] * 4, 10.0, 35_005.0)]
    found = chain_faults(incoming_of(bars_of(rows), DAILY, kind=kind, board=Board.KOSPI))
    assert [fault.kind for fault in found] == (["chain_broken"] if is_broken else [])


def read(path: Path) -> Incoming:
    if not path.exists():
        pytest.skip(f"{path.name} is not there")
    found = read_file(path)
    assert isinstance(found, list)
    return found[0]


def test_the_real_broker_session_agrees_with_the_real_daily_bar(shared_data: Path) -> None:
    bars = read(shared_data / "kr_intraday/005930_broker_1m_2024-03-18_full_session.csv")
    market = read(shared_data / "kr_daily/whole_market_2761_codes_2023-12_2025-06.parquet")
    own = replace(market, bars=market.bars.filter(pl.col("code") == CODE), facts={CODE: replace(market.facts[CODE], adjusted=False)})
    assert intraday_against_daily(bars, own) == ()
    shifted = replace(own, bars=own.bars.with_columns(pl.col("close") + 100))
    assert set(kinds(intraday_against_daily(bars, shifted))) == {"intraday_close_differs"}


def test_the_real_series_of_two_sources_are_compared_in_their_common_years(shared_data: Path) -> None:
    """Naver's adjusted days of Samsung Electronics against those of the adjusted file: both round to the won in their own way."""
    naver = read(shared_data / "fixtures/krx/naver_fchart_005930_day_utf8.xml")
    whole = read(shared_data / "kr_daily/adjusted_158_codes_2014_2026.parquet")
    own = replace(whole, bars=whole.bars.filter(pl.col("code") == CODE), facts={CODE: whole.facts[CODE]})
    found = {fault.kind: fault.count for fault in compared_sources(own, naver)}
    assert found.keys() <= {"sources_differ_close", "sources_lack_here", "sources_lack_there"}
    assert sum(found.values()) < 0.01 * naver.bars.height
