"""A run over adjusted prices: asked for, said in the first lines, undone by not asking, and verified whatever is imported later."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from bokgi.bars.interval import DAILY
from bokgi.data.importers.entry import import_path
from bokgi.data.master import Master
from bokgi.data.store import Store
from bokgi.errors.requests import FieldInvalid
from bokgi.orders.rules import ExecutionRules, Market
from bokgi.reports.result_body import result_body
from bokgi.reports.run_record import RunRecord
from bokgi.services.backtest import run_backtest
from bokgi.services.request import BacktestRequest
from bokgi.services.verification import verify_result
from tests.data.store_cases import daily_bars, incoming_of
from tests.services.small_store import seventy_sessions

SPLIT, PLAIN = "000660", "005930"
DAYS = seventy_sessions()
EX_DAY = DAYS[40]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Prices that rise by a tenth over the period, with a split of 10 to 1 in the middle of one of the two."""
    store = Store(tmp_path)
    steps = [200_000.0 + 300 * at for at in range(len(DAYS))]
    split = [close if day < EX_DAY else close / 10 for day, close in zip(DAYS, steps, strict=True)]
    for code, closes in ((SPLIT, split), (PLAIN, steps)):
        store.write(incoming_of(daily_bars(code, dict(zip(DAYS, closes, strict=True))), DAILY))
    file = tmp_path / "own_factors.csv"
    file.write_text(f"code,day,price_factor,split_factor\n{SPLIT},{EX_DAY - timedelta(days=1)},1,0.1\n", encoding="utf-8")
    import_path(store, file)
    return tmp_path


def run(home: Path, adjust: str | None, *codes: str) -> RunRecord:
    body = {"strategy": "buy_and_hold", "stock_codes": list(codes or (SPLIT, PLAIN)), "start_date": str(DAYS[0]), "end_date": str(DAYS[-1])}
    return run_backtest(Store(home), Master.read(home), BacktestRequest.from_json(body | ({"adjust": adjust} if adjust else {})))


def total_return(record: RunRecord) -> float:
    value = record.summary.values["total_return"]
    assert isinstance(value, float)
    return value


def kinds(record: RunRecord) -> list[tuple[str, str]]:
    return [(fault["kind"], fault["code"]) for fault in record.facts.faults]


def test_a_holding_over_a_split_loses_nothing_on_adjusted_prices_and_the_run_says_so(home: Path) -> None:
    stored, adjusted = run(home, None, SPLIT), run(home, "splits", SPLIT)
    assert total_return(stored) < -0.85
    assert total_return(adjusted) == pytest.approx(0.1, abs=0.01)
    assert ("adjusted_by_factors", SPLIT) in kinds(adjusted)
    assert "unadjusted_split" not in [kind for kind, _ in kinds(adjusted)]
    (record,) = adjusted.facts.adjustments
    assert (record["first"], record["before"], record["after"], record["rows"]) == (str(DAYS[0]), 200_000.0, 20_000.0, 40)
    assert stored.facts.adjustments == []
    assert adjusted.panel.adjusted.tolist() == [True]


def test_a_stock_without_factors_says_that_its_prices_are_as_they_were(home: Path) -> None:
    found = run(home, "dividends")
    assert ("no_factors", PLAIN) in kinds(found)
    assert ("no_factors", SPLIT) not in kinds(found)


def test_factors_that_are_all_one_are_not_said_to_be_missing(home: Path) -> None:
    file = home / "plain_factors.csv"
    file.write_text(f"code,day,price_factor,split_factor\n{PLAIN},{EX_DAY},1,1\n", encoding="utf-8")
    import_path(Store(home), file)
    found = run(home, "dividends", PLAIN)
    assert [kind for kind in kinds(found) if "factor" in kind[0]] == [("factors_are_one", PLAIN)]
    (fault,) = [fault for fault in found.facts.faults if fault["kind"] == "factors_are_one"]
    assert "factors are known: all of them are one" in fault["english"]
    assert "수정계수도 있으나 모두 1" in fault["korean"]
    assert found.panel.adjusted.tolist() == [False]
    saved = home / "result.json"
    saved.write_text(json.dumps(result_body(found)), encoding="utf-8")
    file.unlink()
    assert verify_result(Store(home), Master.read(home), saved).agrees


def test_a_result_is_verified_though_other_factors_were_imported_since(home: Path) -> None:
    saved = home / "result.json"
    saved.write_text(json.dumps(result_body(run(home, "splits", SPLIT))), encoding="utf-8")
    file = home / "newer_factors.csv"
    file.write_text(f"code,day,split_factor\n{SPLIT},{EX_DAY - timedelta(days=1)},0.2\n", encoding="utf-8")
    import_path(Store(home), file)
    found = verify_result(Store(home), Master.read(home), saved)
    assert (found.agrees, found.differences) == (True, ())


def test_a_word_that_is_no_adjustment_is_refused(home: Path) -> None:
    with pytest.raises(FieldInvalid, match="splits, dividends"):
        run(home, "everything")


def test_a_real_run_over_the_split_of_apple(shared_data: Path, tmp_path: Path) -> None:
    """2014-05-01 to 2014-07-31, the split of 7 to 1 on 2014-06-09 between: closes 591.48 and 95.60, so a holder has 95.60 x 7 / 591.48."""
    folder = shared_data / "us_daily/lean"
    if not (folder / "aapl.zip").exists():
        pytest.skip("aapl.zip is not there")
    store = Store(tmp_path)
    for name in ("aapl.zip", "aapl_factor.csv"):
        import_path(store, folder / name)
    rules = ExecutionRules(market=Market.PLAIN, fractional_shares=True)
    body = {"strategy": "buy_and_hold", "stock_codes": ["AAPL"], "start_date": "2014-05-01", "end_date": "2014-07-31"}
    request = BacktestRequest.from_json(body | {"fills": {"market": "plain", "fractional_shares": True}, "adjust": "splits"})
    assert request.execution == rules
    record = run_backtest(store, Master.read(tmp_path), request)
    raw = store.read_panel(["AAPL"], DAILY, date(2014, 5, 1), date(2014, 7, 31))
    expected = raw.close[-1] * 7 / raw.open[0] - 1
    assert total_return(record) == pytest.approx(expected, rel=1e-4)
    assert ("adjusted_by_factors", "AAPL") in kinds(record)
