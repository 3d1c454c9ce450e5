"""Exports are read again by the import without loss."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from bokgi.bars.interval import DAILY
from bokgi.data.importers.hints import ImportHints
from bokgi.data.importers.registry import read_file
from bokgi.data.incoming import Incoming
from bokgi.data.series import ClosingAuction, VolumeKind
from bokgi.data.store import Store
from bokgi.errors.imports import FileBroken
from bokgi.errors.store import ExportFormatUnknown
from bokgi.market.instruments import Board, Kind
from tests.data.store_cases import FIVE, bars_of, daily_bars, incoming_of

D1, D2 = date(2025, 10, 16), date(2025, 10, 17)


def read_all(path: Path) -> list[Incoming]:
    found = read_file(path)
    assert isinstance(found, list)
    return found


def copied(path: Path, folder: Path) -> Store:
    """A store with what an import of the file gives."""
    store = Store(folder)
    for incoming in read_all(path):
        store.write(incoming)
    return store


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_bars_and_facts_come_back_as_they_were(tmp_path: Path, file_format: str) -> None:
    store = Store(tmp_path / "first")
    prices = [
        bars_of(
            [
                ("005930", D1, 540, 97_712.5, 98_000.0, 95_000.1, 97_700.0, None, None),
                ("005930", D1, 930, 0.1 + 0.2, 1.0, 0.1, 0.7, 3.0, None),
            ]
        ),
        bars_of([("005930", D2, 540, 1.0, 1.0, 1.0, 1.0, 5.0, None)]),
    ]
    store.write(
        incoming_of(
            pl.concat(prices),
            kind=Kind.STOCK,
            board=Board.KOSPI,
            name="삼성, 전자",
            adjusted=True,
            closing_auction=ClosingAuction.OWN_BAR,
            volume_kind=VolumeKind.REGULAR,
            synthetic=True,
            leverage=2.0,
            fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
    )
    store.write(incoming_of(bars_of([("0126Z0", D1, 600, 5.0, 6.0, 4.0, 5.5, 2.0, 5.0)]), FIVE, source="other"))
    path = store.export(None, FIVE, tmp_path / f"bars.{file_format}", file_format)
    again = copied(path, tmp_path / "second")
    assert again.read_incoming(None, FIVE).bars.equals(store.read_incoming(None, FIVE).bars)
    assert again.read_incoming(None, FIVE).facts == store.read_incoming(None, FIVE).facts
    assert again.data_hash(None, FIVE) == store.data_hash(None, FIVE)


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_real_bars_come_back_as_they_were(shared_data: Path, tmp_path: Path, file_format: str) -> None:
    store = Store(tmp_path / "first")
    for name in ("005930_broker_1m_2024-03-18_full_session.csv", "396500_yahoo_5m_2025-12-05_2026-03-09.csv"):
        (incoming,) = read_all(shared_data / "kr_intraday" / name)
        store.write(incoming)
    for interval in store.intervals():
        path = store.export(None, interval, tmp_path / f"{interval}.{file_format}", file_format)
        again = copied(path, tmp_path / f"second-{interval}")
        assert again.data_hash(None, interval) == store.data_hash(None, interval)
        assert again.read_incoming(None, interval).bars.equals(store.read_incoming(None, interval).bars)


def test_whole_market_days_with_halts_come_back_as_they_were(shared_data: Path, tmp_path: Path) -> None:
    (path,) = (shared_data / "kr_daily").glob("marcap_2026-*.parquet")
    store = Store(tmp_path / "first")
    (incoming,) = read_all(path)
    store.write(incoming)
    again = copied(store.export(None, DAILY, tmp_path / "market.parquet", "parquet"), tmp_path / "second")
    assert again.data_hash(None, DAILY) == store.data_hash(None, DAILY)


def test_what_a_person_says_goes_before_the_file(tmp_path: Path) -> None:
    store = Store(tmp_path / "first")
    store.write(incoming_of(daily_bars("069500", {D1: 1.0}), DAILY, kind=Kind.STOCK))
    found = read_file(store.export(None, DAILY, tmp_path / "a.csv"), ImportHints(kind=Kind.ETF))
    assert isinstance(found, list)
    assert found[0].facts["069500"].kind is Kind.ETF


def test_facts_that_a_person_broke_are_refused(tmp_path: Path) -> None:
    store = Store(tmp_path / "first")
    store.write(incoming_of(daily_bars("069500", {D1: 1.0}), DAILY))
    path = store.export(None, DAILY, tmp_path / "a.csv")
    text = path.read_text("utf-8")
    for change in (("XKRX", "MARS"), ('""interval""', '""length""'), ("{", "[")):
        path.write_text(text.replace(*change), "utf-8")
        with pytest.raises(FileBroken, match="bokgi_facts"):
            read_file(path)


def test_an_unknown_format_is_refused_and_writes_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "first")
    store.write(incoming_of(daily_bars("069500", {D1: 1.0}), DAILY))
    with pytest.raises(ExportFormatUnknown, match="csv or parquet"):
        store.export(None, DAILY, tmp_path / "a.xlsx", "xlsx")
    assert not (tmp_path / "a.xlsx").exists()


def test_an_export_replaces_an_older_one_as_a_whole(tmp_path: Path) -> None:
    store = Store(tmp_path / "first")
    store.write(incoming_of(daily_bars("069500", {D1: 1.0}), DAILY))
    path = tmp_path / "a.csv"
    path.write_text("old" * 1000, "utf-8")
    store.export(None, DAILY, path)
    (incoming,) = read_all(path)
    assert incoming.bars["close"].to_list() == [1.0]
    assert replace(incoming.facts["069500"]).source == "test"
    assert [found.name for found in tmp_path.iterdir() if found.is_file()] == ["a.csv"]
