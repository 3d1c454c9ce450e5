"""Imports into the store: what merges, what is refused, what is said."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bokgi.bars.interval import DAILY, Interval
from bokgi.data.fault_catalog import fault_sentence
from bokgi.data.faults import Fault
from bokgi.data.series import ClosingAuction, VolumeKind
from bokgi.data.store import Store
from bokgi.errors.base import Language
from bokgi.errors.store import FactsDiffer, HistoryDiffers, IncomingMalformed, NoBarsStored, SeriesAbsent
from bokgi.market.instruments import Board, Kind
from tests.data.store_cases import FIVE, bars_of, daily_bars, incoming_of

D1, D2, D3 = date(2025, 10, 16), date(2025, 10, 17), date(2025, 10, 20)
NOW = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)


def store_in(folder: Path) -> Store:
    return Store(folder, clock=lambda: NOW)


def one_bar(code: str = "005930", close: float = 97_700, *, volume: float | None = 10.0, base: float | None = None) -> pl.DataFrame:
    return bars_of([(code, D1, 540, 95_300, 98_000, 95_000, close, volume, base)])


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    bars = pl.concat([daily_bars("000660", {D1: 452_500, D2: 465_500}), daily_bars("005930", {D1: 97_700, D2: 97_900})])
    receipt = store_in(tmp_path).write(incoming_of(bars, DAILY))
    assert (receipt.version, receipt.is_changed, receipt.added, receipt.codes) == (1, True, 4, ("000660", "005930"))
    assert Store(tmp_path).read_incoming(None, DAILY).bars.equals(bars)
    known = Store(tmp_path).series(DAILY)["005930"]
    assert (known.bars, known.first, known.last) == (2, D1, D2)


def test_a_store_without_bars_says_so(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert (store.intervals(), store.versions(DAILY), store.current_version(DAILY)) == ((), (), None)
    with pytest.raises(NoBarsStored):
        store.read_panel(None, DAILY)
    assert not list(tmp_path.iterdir())


def test_an_absent_code_is_named_with_what_to_do(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.write(incoming_of(one_bar()))
    with pytest.raises(SeriesAbsent, match=r"no 5m bars of 000000; import them first"):
        store.read_panel(["005930", "000000"], FIVE)


def test_the_same_import_twice_makes_no_second_version(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.write(incoming_of(one_bar()))
    receipt = store.write(incoming_of(one_bar()))
    assert (receipt.version, receipt.is_changed, receipt.series[0].identical) == (1, False, 1)
    assert len(store.versions(FIVE)) == 1


def test_later_rows_continue_a_series_and_others_stay_where_they_are(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.write(incoming_of(pl.concat([daily_bars("000660", {D1: 1.0}), daily_bars("005930", {D1: 2.0})]), DAILY))
    before = store.series(DAILY)
    receipt = store.write(incoming_of(daily_bars("005930", {D2: 3.0, D3: 4.0}), DAILY))
    after = store.series(DAILY)
    assert (receipt.added, after["005930"].bars, after["000660"]) == (2, 3, before["000660"])
    assert store.read_incoming(["005930"], DAILY).bars["close"].to_list() == [2.0, 3.0, 4.0]


def test_earlier_rows_and_rows_between_are_put_in_order(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.write(incoming_of(daily_bars("005930", {D2: 2.0}), DAILY))
    store.write(incoming_of(daily_bars("005930", {D1: 1.0, D3: 3.0}), DAILY))
    assert store.read_incoming(None, DAILY).bars["close"].to_list() == [1.0, 2.0, 3.0]


def test_a_changed_history_is_refused_and_the_store_stays_as_it_was(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.write(incoming_of(one_bar()))
    files = sorted(path.name for path in tmp_path.rglob("*.parquet"))
    with pytest.raises(HistoryDiffers) as caught:
        store.write(incoming_of(one_bar(close=97_600)))
    assert "1 stored 5m bars of 005930 differ" in str(caught.value)
    assert "2025-10-16 09:00 close 97,700 -> 97,600" in str(caught.value)
    assert "--replace" in caught.value.sentence(Language.KOREAN)
    assert store.read_incoming(None, FIVE).bars["close"].to_list() == [97_700]
    assert sorted(path.name for path in tmp_path.rglob("*.parquet")) == files
    assert not list(tmp_path.rglob(".tmp-*"))


def test_with_replace_the_new_values_win_and_the_fault_stays_with_the_series(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.write(incoming_of(one_bar()))
    receipt = store.write(incoming_of(one_bar(close=97_600)), replace=True)
    (fault,) = store.faults_for(["005930"], FIVE)
    assert (receipt.series[0].replaced, receipt.faults) == (1, (fault,))
    assert fault == Fault("history_changed", "005930", 1, D1, D1, "2025-10-16 09:00 close 97,700 -> 97,600")
    assert "1 stored bars had other values" in fault_sentence(fault)
    assert store.read_incoming(None, FIVE).bars["close"].to_list() == [97_600]
    assert store.read_incoming(None, FIVE, version=1).bars["close"].to_list() == [97_700]


@pytest.mark.parametrize("order", [(None, 7.0), (7.0, None)])
def test_unknown_volumes_and_bases_are_completed_and_are_no_change(tmp_path: Path, order: tuple[float | None, float | None]) -> None:
    store = store_in(tmp_path)
    for known in order:
        store.write(incoming_of(one_bar(volume=known, base=known)))
    assert store.read_incoming(None, FIVE).bars.select("volume", "base_price").row(0) == (7.0, 7.0)
    assert store.faults_for(None, FIVE) == ()


def test_an_unknown_price_that_becomes_known_is_a_change(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.write(incoming_of(bars_of([("005930", D1, 540, None, None, None, 1.0, None, None)]), DAILY))
    with pytest.raises(HistoryDiffers, match="open - -> 1"):
        store.write(incoming_of(daily_bars("005930", {D1: 1.0}), DAILY))


@pytest.mark.parametrize(
    ("fact", "stored", "given"),
    [
        ("adjusted", False, True),
        ("synthetic", False, True),
        ("closing_auction", ClosingAuction.NONE, ClosingAuction.LAST_BAR),
        ("volume_kind", VolumeKind.REGULAR, VolumeKind.ALL_DAY),
    ],
)
def test_series_of_two_kinds_are_never_mixed(tmp_path: Path, fact: str, stored: object, given: object) -> None:
    store = store_in(tmp_path)
    store.write(incoming_of(one_bar(), FIVE, **{fact: stored}))
    later = bars_of([("005930", D2, 540, 5.0, 5.0, 5.0, 5.0, 1.0, None)])
    with pytest.raises(FactsDiffer, match=fact):
        store.write(incoming_of(later, FIVE, **{fact: given}))
    receipt = store.write(incoming_of(later, FIVE, **{fact: given}), replace=True)
    assert receipt.series[0].replaced_series
    assert store.read_incoming(None, FIVE).bars.equals(later)


def test_what_is_known_of_an_instrument_grows(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.write(incoming_of(one_bar(), kind=Kind.STOCK, name="삼성전자", source="yahoo"))
    later = bars_of([("005930", D2, 540, 5.0, 5.0, 5.0, 5.0, 1.0, None)])
    store.write(incoming_of(later, board=Board.KOSPI, source="broker"))
    facts = store.series(FIVE)["005930"].facts
    assert (facts.kind, facts.board, facts.name, facts.source) == (Kind.STOCK, Board.KOSPI, "삼성전자", "yahoo + broker")


def test_a_gap_that_a_later_import_fills_is_no_fault_any_more(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    gap, grid = Fault("missing_sessions", "005930", 1, D2, D2), Fault("half_tick_prices", "005930", 2, D1, D3)
    whole = Fault("market_wide_gap", "", 1, D1, D1)
    store.write(replace(incoming_of(daily_bars("005930", {D1: 1.0, D3: 3.0}), DAILY), faults=(gap, grid, whole)))
    assert set(store.faults_for(["005930"], DAILY)) == {gap, grid, whole}
    store.write(incoming_of(daily_bars("005930", {D2: 2.0}), DAILY))
    assert set(store.faults_for(["005930"], DAILY)) == {grid, whole}
    assert store.faults_for(["005930"], DAILY, D2, D2) == (grid,)


@pytest.mark.parametrize(
    ("bars", "problem"),
    [
        (pl.concat([one_bar("005930"), one_bar("000660")]), "not sorted by code"),
        (pl.concat([one_bar(), one_bar()]), "come twice"),
        (one_bar().drop("minute"), "minute are missing"),
        (one_bar().with_columns(session=pl.lit(None, dtype=pl.Date)), "null"),
    ],
)
def test_malformed_bars_never_enter(tmp_path: Path, bars: pl.DataFrame, problem: str) -> None:
    store = store_in(tmp_path)
    with pytest.raises(IncomingMalformed, match=problem):
        store.write(incoming_of(bars))
    assert store.intervals() == ()


def test_many_small_imports_do_not_leave_many_small_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bokgi.data.store_write.SMALL_SEGMENTS", 5)
    store = store_in(tmp_path)
    for number in range(14):
        store.write(incoming_of(one_bar(f"{number:06d}", close=96_000.0 + number)))
    assert len({series.segment for series in store.series(FIVE).values()}) <= 6
    assert store.read_incoming(None, FIVE).bars["close"].to_list() == [96_000.0 + number for number in range(14)]


def test_an_import_of_many_batches_is_one_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bokgi.data.store_write.SEGMENT_ROWS", 3)
    store = store_in(tmp_path)
    bars = pl.concat([daily_bars(f"{number:06d}", {D1: number + 1.0, D2: number + 2.0}) for number in range(7)])
    store.write(incoming_of(bars, DAILY))
    store.write(incoming_of(pl.concat([daily_bars(f"{number:06d}", {D3: 9.0}) for number in range(7)]), DAILY))
    assert [version.number for version in store.versions(DAILY)] == [1, 2]
    assert store.read_incoming(None, DAILY, version=1).bars.equals(bars)
    assert store.read_incoming(["000003"], DAILY).bars["close"].to_list() == [4.0, 5.0, 9.0]


Values = tuple[float, float, float, float, float | None, float | None]
PRICE = st.floats(min_value=0.01, max_value=1e9, allow_nan=False)
NUMBER = st.one_of(st.none(), st.floats(min_value=0, max_value=1e12))
ROWS = st.dictionaries(
    st.tuples(st.sampled_from(["000660", "005930", "0126Z0"]), st.integers(0, 3), st.integers(0, 20)),
    st.tuples(PRICE, PRICE, PRICE, PRICE, NUMBER, NUMBER),
    min_size=1,
    max_size=30,
)


def frame_of(rows: dict[tuple[str, int, int], Values]) -> pl.DataFrame:
    days = (D1, D2, D3, date(2025, 10, 21))
    return bars_of([(code, days[day], 540 + 5 * slot, *values) for (code, day, slot), values in sorted(rows.items())])


@settings(max_examples=40, deadline=None)
@given(first=ROWS, second=ROWS)
def test_any_two_imports_make_the_union_in_which_the_later_rows_win(
    first: dict[tuple[str, int, int], Values],
    second: dict[tuple[str, int, int], Values],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    store = store_in(tmp_path_factory.mktemp("store"))
    store.write(incoming_of(frame_of(first)))
    store.write(incoming_of(frame_of(second)), replace=True)
    expected = dict(first)
    for key, new in second.items():
        old = expected.get(key, new)
        same = old[:4] == new[:4] and all(a == b or a is None or b is None for a, b in zip(old[4:], new[4:], strict=True))
        volume, base = (b if a is None else a for a, b in zip(old[4:], new[4:], strict=True))
        expected[key] = (*new[:4], volume, base) if same else new
    assert store.read_incoming(None, FIVE).bars.equals(frame_of(expected))
    assert store.read_incoming(None, FIVE, version=1).bars.equals(frame_of(first))


def test_the_hash_of_a_series_depends_on_its_bars_alone(tmp_path: Path) -> None:
    alone, beside = store_in(tmp_path / "alone"), store_in(tmp_path / "beside")
    alone.write(incoming_of(daily_bars("005930", {D1: 1.0, D2: 2.0}), DAILY))
    beside.write(incoming_of(pl.concat([daily_bars("000660", {D1: 5.0}), daily_bars("005930", {D1: 1.0})]), DAILY))
    assert alone.data_hash(["005930"], DAILY) != beside.data_hash(["005930"], DAILY)
    beside.write(incoming_of(daily_bars("005930", {D2: 2.0}), DAILY))
    assert alone.data_hash(["005930"], DAILY) == beside.data_hash(["005930"], DAILY)
    assert alone.data_hash(["005930"], DAILY) != beside.data_hash(None, DAILY)


def test_the_hash_of_a_run_covers_the_daily_bars_beside(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.write(incoming_of(one_bar()))
    before = store.data_hash(["005930"], FIVE)
    store.write(incoming_of(daily_bars("005930", {D1: 97_700}), DAILY))
    assert store.data_hash(["005930"], FIVE) != before
    assert store.intervals() == (FIVE, DAILY)
    assert store.intervals() != (Interval(1),)
