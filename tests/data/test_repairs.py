"""Repairs of daily bars: the published pairs of faulty and mended files, and what is left alone because it may be real."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from bokgi.bars.interval import DAILY
from bokgi.data.importers.entry import Outcome, import_path
from bokgi.data.importers.registry import read_file
from bokgi.data.incoming import Incoming
from bokgi.data.judging import judged
from bokgi.data.master import Master
from bokgi.data.repair_records import Repair
from bokgi.data.repairs import find_repairs, repaired_bars
from bokgi.data.store import Store
from bokgi.market.calendar import sessions_between
from bokgi.market.instruments import Exchange
from tests.data.store_cases import daily_bars, incoming_of

CODE = "000010"
DAYS = [day.item() for day in sessions_between(Exchange.XKRX, date(2025, 1, 2), date(2025, 4, 30)).day]
NEW_YORK = [day.item() for day in sessions_between(Exchange.XNYS, date(2025, 1, 2), date(2025, 4, 30)).day]
PRICES = ("open", "high", "low", "close")


def incoming(closes: list[float], *, volumes: list[float] | None = None, code: str = CODE, base: Sequence[float] | None = None) -> Incoming:
    bars = daily_bars(code, dict(zip(DAYS, closes, strict=False)))
    if volumes is not None:
        bars = bars.with_columns(volume=pl.Series(volumes))
    if base is not None:
        bars = bars.with_columns(base_price=pl.Series(base, dtype=pl.Float64))
    return incoming_of(bars, DAILY)


def test_a_block_five_times_too_high_is_divided_and_its_volume_multiplied() -> None:
    closes = [4_000.0] * 10 + [20_000.0] * 5 + [4_050.0] * 10
    volumes = [5_000.0] * 10 + [1_000.0] * 5 + [5_100.0] * 10
    found = incoming(closes, volumes=volumes)
    (repair,) = find_repairs(found)
    assert repair == Repair(CODE, DAYS[10], DAYS[14], 5, 1.0, 5.0, 5.0, 20_000.0, 4_000.0)
    mended = repaired_bars(found.bars, [repair])
    assert mended["close"].to_list() == [4_000.0] * 15 + [4_050.0] * 10
    assert mended["volume"].to_list()[10:15] == [5_000.0] * 5
    assert repair.words == f"{DAYS[10]} close 20,000 -> 4,000 (all / 5, volume x 5)"


def test_a_single_session_a_tenth_of_its_neighbours_is_multiplied() -> None:
    (repair,) = find_repairs(incoming([3_700.0, 370.0, 3_650.0, 3_700.0]))
    assert (repair.price_times, repair.price_over, repair.volume_times, repair.after) == (10.0, 1.0, 1.0, 3_700.0)


@pytest.mark.parametrize(
    "closes",
    [
        [4_000.0] * 5 + [20_000.0] * 5,  # it never comes back: a split that was not adjusted, or a new scale
        [4_000.0] * 3 + [5_200.0] * 3 + [4_000.0] * 3,  # a limit up and back
        [4_000.0] * 3 + [12_000.0] * 3 + [4_000.0] * 3,  # three times: no multiple that sources are known for
        [4_000.0] * 2 + [20_000.0] * 70 + [4_000.0] * 2,  # too long to be sure
    ],
)
def test_what_may_be_real_is_left_alone(closes: list[float]) -> None:
    assert find_repairs(incoming(closes)) == ()


def test_a_jump_that_the_exchange_itself_knows_is_believed() -> None:
    """A base price of 20,000 after a close of 4,000: a merger of shares, whatever follows."""
    closes = [4_000.0] * 3 + [20_000.0] * 3 + [4_000.0] * 3
    base = [4_000.0] * 3 + [20_000.0] * 4 + [4_000.0] * 2
    assert find_repairs(incoming(closes, base=base)) == ()


def foreign(closes: list[float], splits: tuple[tuple[str, date, float], ...] = ()) -> Incoming:
    """An adjusted series of New York, where no limit holds a price."""
    bars = daily_bars("GME", dict(zip(NEW_YORK, closes, strict=False)))
    return replace(incoming_of(bars, DAILY, exchange=Exchange.XNYS, adjusted=True), splits=splits)


SPIKE = [10.0, 10.1, 41.0, 44.0, 42.0, 40.0, 9.8, 9.9]


def test_a_spike_that_no_limit_forbids_is_left_as_it_was() -> None:
    """A jump to 4.06 times and back; in Korea nothing but a fault of the data can do that."""
    assert find_repairs(foreign(SPIKE)) == ()
    assert [repair.rows for repair in find_repairs(incoming(SPIKE))] == [4]


def test_a_spike_without_limits_is_said_and_not_read_otherwise(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(judged(foreign(SPIKE), Master.read(tmp_path)))
    assert store.repairs_for(["GME"], DAILY) == ()
    assert store.read_panel(["GME"], DAILY).close.max() == 44.0
    assert {fault.kind for fault in store.faults_for(["GME"], DAILY)} >= {"unadjusted_split"}


@pytest.mark.parametrize(("after", "rows"), [(10.3, [4]), (11.0, [])])
def test_a_block_without_limits_must_fit_the_multiple_at_both_edges(after: float, rows: list[int]) -> None:
    closes = [10.0, 10.1, 50.5, 51.0, 52.0, 50.0, after, after]
    assert [repair.rows for repair in find_repairs(foreign(closes))] == rows


@pytest.mark.parametrize(("ratio", "day", "rows"), [(5.0, 6, [4]), (0.2, 2, [4]), (5.0, 40, []), (2.0, 6, [])])
def test_a_split_that_the_source_names_makes_a_block_sure(ratio: float, day: int, rows: list[int]) -> None:
    found = find_repairs(foreign(SPIKE, (("GME", NEW_YORK[day], ratio),)))
    assert [repair.rows for repair in found if repair.first == NEW_YORK[2]] == rows


def test_repairs_stay_with_the_series_and_readers_see_them_unless_raw_bars_are_asked_for(tmp_path: Path) -> None:
    file = tmp_path / f"{CODE}.csv"
    closes = [4_000] * 10 + [20_000] * 5 + [4_050] * 10
    rows = [f"{day},{close},{close},{close},{close},1000" for day, close in zip(DAYS, closes, strict=False)]
    file.write_text("date,open,high,low,close,volume\n" + "\n".join(rows) + "\n", "utf-8")
    store = Store(tmp_path / "home")
    (entry,) = import_path(store, file).entries
    assert entry.outcome is Outcome.REPAIRED
    assert f"{DAYS[10]} close 20,000 -> 4,000" in entry.english
    assert store.read_panel([CODE], DAILY).close.max() == 4_050.0
    assert store.read_panel([CODE], DAILY, raw=True).close.max() == 20_000.0
    assert store.read_incoming([CODE], DAILY).bars["close"].max() == 20_000.0
    assert [repair.rows for repair in store.repairs_for([CODE], DAILY)] == [5]
    assert store.repairs_for([CODE], DAILY, DAYS[15], None) == ()
    assert store.data_hash([CODE], DAILY) != store.data_hash([CODE], DAILY, raw=True)
    assert {fault.kind for fault in store.faults_for([CODE], DAILY)} >= {"repaired_block"}
    assert "unadjusted_split" not in {fault.kind for fault in store.faults_for([CODE], DAILY)}


def test_a_repair_survives_later_rows_and_goes_when_the_source_mends_its_rows(tmp_path: Path) -> None:
    store = Store(tmp_path)
    wrong = [4_000.0] * 3 + [20_000.0] * 3 + [4_000.0] * 3
    import_bars(store, tmp_path, wrong)
    import_bars(store, tmp_path, [*wrong, 4_000.0, 4_050.0])
    assert len(store.repairs_for([CODE], DAILY)) == 1
    import_bars(store, tmp_path, [4_000.0] * 11)
    assert store.repairs_for([CODE], DAILY) == ()


def import_bars(store: Store, folder: Path, closes: list[float]) -> None:
    file = folder / f"{CODE}.csv"
    rows = [f"{day},{close:g},{close:g},{close:g},{close:g},1000" for day, close in zip(DAYS, closes, strict=False)]
    file.write_text("date,open,high,low,close,volume\n" + "\n".join(rows) + "\n", "utf-8")
    report = import_path(store, file, replace_bars=True)
    assert report.count(Outcome.REFUSED) == 0, report.entries[0].english


# ------------------------------------------------------------ the published pairs


def read(shared_data: Path, name: str) -> Incoming:
    path = shared_data / f"us_daily/yfinance_anomalies/{name}.csv"
    if not path.exists():
        pytest.skip(f"{path.name} is not there")
    found = read_file(path)
    assert isinstance(found, list)
    return found[0]


@pytest.mark.parametrize(
    ("stem", "repairs", "rows"),
    [("4063-T-1d-bad-stock-split", 1, 9), ("LA-V-1d-bad-stock-split", 1, 1), ("AET-L-1d-100x-error", 2, 14)],
)
def test_a_published_fault_of_prices_is_mended_to_its_twin(shared_data: Path, stem: str, repairs: int, rows: int) -> None:
    faulty, twin = read(shared_data, stem), read(shared_data, f"{stem}-fixed")
    found = find_repairs(faulty)
    assert (len(found), sum(repair.rows for repair in found)) == (repairs, rows)
    mended = repaired_bars(faulty.bars, found)
    assert mended["session"].to_list() == twin.bars["session"].to_list()
    for name in (*PRICES, "volume"):
        assert mended[name].to_list() == pytest.approx(twin.bars[name].to_list(), rel=1e-12), name
    assert find_repairs(twin) == ()


@pytest.mark.parametrize(
    ("stem", "rows"),
    [("4063-T-1d-bad-div", 0), ("8TRA-DE-1d-missing-div-adjust", 0), ("KAP-IL-1d-bad-div", 0), ("SSNLF-1d-bad-div", 15)],
)
def test_a_published_fault_of_dividends_touches_nothing_that_is_read(shared_data: Path, stem: str, rows: int) -> None:
    """They differ from their twins in `Adj Close` and `Dividends` alone, which no price here is made of; volumes that one lacks are 0.

    SSNLF and its twin share a fault that neither names: 15 sessions of October 2009 are fifty times too high.
    """
    faulty, twin = read(shared_data, stem), read(shared_data, f"{stem}-fixed")
    assert find_repairs(faulty) == find_repairs(twin)
    assert sum(repair.rows for repair in find_repairs(faulty)) == rows
    both = faulty.bars.join(twin.bars, on="session", how="full", suffix="_twin", coalesce=True)
    assert both.height == faulty.bars.height == twin.bars.height
    for name in PRICES:
        assert both[name].to_list() == pytest.approx(both[f"{name}_twin"].to_list(), rel=1e-6)
    assert both["volume"].fill_null(0.0).to_list() == both["volume_twin"].fill_null(0.0).to_list()


@pytest.mark.parametrize(
    "name",
    [
        "kr_daily/adjusted_158_codes_2014_2026.parquet",
        "kr_daily/whole_market_2761_codes_2023-12_2025-06.parquet",
        "kr_daily/marcap_2026-01-02_2026-02-20.parquet",
    ],
)
def test_the_real_korean_files_need_no_repair(shared_data: Path, name: str) -> None:
    """Among them trading without limits before a delisting, where prices fall to a twentieth and never come back."""
    path = shared_data / name
    if not path.exists():
        pytest.skip(f"{path.name} is not there")
    found = read_file(path)
    assert isinstance(found, list)
    assert [repair.words for repair in find_repairs(found[0])] == []
