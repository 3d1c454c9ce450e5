"""Adjusted prices from factors: the store keeps what was traded, a reader multiplies.

The small table is that of a split of 50 to 1 on 2018-05-04 and a dividend a year before, as the file of a person would say it.
"""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from bokgi.bars.interval import DAILY
from bokgi.data.factors import AdjustFor, FactorSpan, factor_spans, factors_from_json, factors_to_json
from bokgi.data.importers.entry import Outcome, import_path
from bokgi.data.master import Master
from bokgi.data.store import Store
from bokgi.errors.requests import FieldInvalid
from tests.data.store_cases import daily_bars, incoming_of

CODE = "005930"
DAYS = (date(2017, 4, 26), date(2017, 4, 27), date(2018, 4, 27), date(2018, 5, 4), date(2018, 5, 8))
CLOSES = (2_140_000.0, 2_190_000.0, 2_650_000.0, 51_900.0, 52_600.0)
TABLE = "code,day,price_factor,split_factor\n005930,2017-04-26,0.98,0.02\n005930,2018-05-03,1,0.02\n005930,2050-12-31,1,1\n"
KOREAN = "종목코드,마지막날,배당계수,분할계수\n005930,2017-04-26,0.98,0.02\n005930,2018-05-03,1,0.02\n"


def home_with(folder: Path, table: str, **facts: bool) -> tuple[Store, Master]:
    store = Store(folder)
    store.write(incoming_of(daily_bars(CODE, dict(zip(DAYS, CLOSES, strict=True))), DAILY, **facts))
    file = folder / "own_factors.csv"
    file.write_text(table, encoding="utf-8")
    (entry,) = import_path(store, file).entries
    assert entry.outcome is Outcome.TAKEN, entry.english
    return store, Master.read(folder)


@pytest.mark.parametrize("table", [TABLE, KOREAN])
@pytest.mark.parametrize(
    ("adjust", "expected"),
    [
        (AdjustFor.SPLITS, [42_800.0, 43_800.0, 53_000.0, 51_900.0, 52_600.0]),
        (AdjustFor.DIVIDENDS, [41_944.0, 43_800.0, 53_000.0, 51_900.0, 52_600.0]),
    ],
)
def test_a_reader_multiplies_and_the_store_keeps_what_was_traded(
    tmp_path: Path, table: str, adjust: AdjustFor, expected: list[float]
) -> None:
    store, master = home_with(tmp_path, table)
    factors = {CODE: factor_spans(master.factors(CODE), adjust, is_adjusted=False)}
    panel = store.read_panel([CODE], DAILY, factors=factors)
    assert panel.close.tolist() == pytest.approx(expected, rel=1e-12)
    assert panel.volume.tolist() == pytest.approx([5_000.0] * 3 + [100.0] * 2)
    assert panel.adjusted.tolist() == [True]
    assert np.isnan(panel.base_price).all()
    stored = store.read_panel([CODE], DAILY)
    assert stored.close.tolist() == list(CLOSES)
    assert stored.adjusted.tolist() == [False]
    assert store.data_hash([CODE], DAILY) != store.data_hash([CODE], DAILY, factors=factors)
    assert store.data_hash([CODE], DAILY) == store.data_hash([CODE], DAILY, factors={})


def test_a_period_that_no_factor_reaches_keeps_its_ticks_and_limits(tmp_path: Path) -> None:
    store, master = home_with(tmp_path, TABLE)
    factors = {CODE: factor_spans(master.factors(CODE), AdjustFor.DIVIDENDS, is_adjusted=False)}
    after = store.read_panel([CODE], DAILY, date(2018, 5, 4), date(2018, 5, 8), factors=factors)
    assert (after.close.tolist(), after.adjusted.tolist()) == (list(CLOSES[3:]), [False])
    last = store.read_panel([CODE], DAILY, date(2018, 5, 3), date(2018, 5, 8), factors=factors)
    assert last.adjusted.tolist() == [True], "the last day of a factor belongs to it"


def test_prices_that_are_adjusted_for_splits_are_multiplied_for_dividends_alone(tmp_path: Path) -> None:
    _, master = home_with(tmp_path, TABLE)
    table = master.factors(CODE)
    assert factor_spans(table, AdjustFor.SPLITS, is_adjusted=True) == ()
    assert factor_spans(table, AdjustFor.DIVIDENDS, is_adjusted=True) == (FactorSpan(None, date(2017, 4, 26), 0.98, 1.0),)


def test_a_new_table_of_a_code_takes_the_place_of_the_old_one_as_a_whole(tmp_path: Path) -> None:
    store, _ = home_with(tmp_path, TABLE)
    file = tmp_path / "newer_factors.csv"
    file.write_text("code,day,split_factor\n005930,2018-05-02,0.04\n", encoding="utf-8")
    import_path(store, file)
    rows = Master.read(tmp_path).factors(CODE).select("day", "price_factor", "split_factor").rows()
    assert rows == [(date(2018, 5, 2), 1.0, 0.04)]


@pytest.mark.parametrize("row", ["005930,2018-05-03,1,0", "005930,2018-05-03,1,-2", "005930,2018-05-03,1,abc", "005930,soon,1,0.02"])
def test_a_table_with_a_factor_that_is_none_is_refused_whole(tmp_path: Path, row: str) -> None:
    file = tmp_path / "own_factors.csv"
    file.write_text(f"code,day,price_factor,split_factor\n005930,2017-04-26,1,0.02\n{row}\n", encoding="utf-8")
    (entry,) = import_path(Store(tmp_path), file).entries
    refused_or_fewer = entry.outcome is Outcome.REFUSED
    assert refused_or_fewer, entry.english
    assert Master.read(tmp_path).factors(CODE).is_empty()


def test_factors_survive_the_way_to_json_and_back() -> None:
    factors = {CODE: (FactorSpan(None, date(2017, 4, 26), 0.0196, 50.0), FactorSpan(date(2017, 4, 27), date(2018, 5, 3), 0.02, 50.0))}
    assert factors_from_json(factors_to_json(factors)) == factors
    with pytest.raises(FieldInvalid):
        factors_from_json({CODE: [["soon"]]})


@pytest.mark.parametrize(
    ("symbol", "before", "after"),
    [
        ("aapl", date(2014, 6, 6), date(2014, 6, 9)),  # 7 to 1
        ("aapl", date(2005, 2, 25), date(2005, 2, 28)),  # 2 to 1
    ],
)
def test_the_real_factors_take_the_split_out_of_the_real_prices(
    shared_data: Path, tmp_path: Path, symbol: str, before: date, after: date
) -> None:
    """Source of the days: Apple's investor relations, splits of 2005-02-28 and 2014-06-09; the prices moved by less than 4 % over them."""
    folder = shared_data / "us_daily/lean"
    if not (folder / f"{symbol}.zip").exists():
        pytest.skip(f"{symbol}.zip is not there")
    store = Store(tmp_path)
    for name in (f"{symbol}.zip", f"{symbol}_factor.csv"):
        assert import_path(store, folder / name).count(Outcome.REFUSED) == 0
    code = symbol.upper()
    factors = {code: factor_spans(Master.read(tmp_path).factors(code), AdjustFor.SPLITS, is_adjusted=False)}
    raw = store.read_panel([code], DAILY, before, after).close
    adjusted = store.read_panel([code], DAILY, before, after, factors=factors).close
    assert raw[0] / raw[1] > 1.9
    assert adjusted[0] / adjusted[1] == pytest.approx(1.0, abs=0.04)
    assert adjusted[1] != raw[1]  # the split of 2020 lies behind both days
