"""`verify`: a saved result is computed again and agrees bit for bit, or what differs is said."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bokgi.bars.interval import DAILY
from bokgi.data.master import Master
from bokgi.data.store import Store
from bokgi.errors.requests import DataNotTheSame, ResultUnreadable
from bokgi.reports.result_body import result_body
from bokgi.reports.result_json import result_json
from bokgi.services import verification
from bokgi.services.backtest import run_backtest
from bokgi.services.manifest import result_hash
from bokgi.services.request import BacktestRequest
from bokgi.services.verification import verify_result
from tests.services.small_store import DAYS, FIVE, add_daily, store_with

OWN = """from bokgi.strategies.parameters import Parameter
from bokgi.strategies.strategy import Signals, Strategy

class Morning(Strategy):
    minute = Parameter(600, low=540, high=900)

    def signals(self, panel):
        return Signals(panel.minute == self.minute, panel.minute == self.minute + 120)
"""


@dataclass(frozen=True)
class Market:
    """A store of one test, and where its results go."""

    store: Store
    master: Master
    folder: Path

    def save(self, strategy: str = "daily_trading", **parameters: Any) -> Path:
        request = BacktestRequest(strategy, ("005930", "000660"), parameters)
        file = self.folder / "result.json"
        file.write_text(json.dumps(result_body(run_backtest(self.store, self.master, request))), encoding="utf-8")
        return file

    def verify(self, file: Path) -> verification.Verification:
        return verify_result(Store(self.store.folder.parent), self.master, file)


@pytest.fixture
def market(tmp_path: Path) -> Market:
    store, master = store_with(tmp_path / "home", {"005930": 70_000.0, "000660": 110_000.0})
    return Market(store, master, tmp_path)


def altered(file: Path, change: Callable[[dict[str, Any]], None], *, rehash: bool = False) -> Path:
    body = json.loads(file.read_text(encoding="utf-8"))
    change(body)
    if rehash:
        body["manifest"]["result_hash"] = result_hash(body)
    file.write_text(json.dumps(body), encoding="utf-8")
    return file


def test_a_saved_result_agrees_bit_for_bit(market: Market) -> None:
    found = market.verify(market.save())
    assert found.agrees
    assert found.is_same_code
    assert found.saved_hash == found.computed_hash
    assert found.differences == found.environment == ()


@pytest.mark.parametrize("rehash", [False, True])
def test_an_altered_figure_is_named_with_both_values(market: Market, rehash: bool) -> None:
    def raise_profit(body: dict[str, Any]) -> None:
        body["metrics"]["total_profit"] += 1

    file = market.save()
    right = json.loads(file.read_text(encoding="utf-8"))["metrics"]["total_profit"]
    found = market.verify(altered(file, raise_profit, rehash=rehash))
    assert not found.agrees
    (profit,) = [difference for difference in found.differences if difference.place != "manifest.result_hash"]
    assert (profit.place, profit.saved, profit.computed) == ("metrics.total_profit", right + 1, right)
    assert any(difference.place == "manifest.result_hash" for difference in found.differences) is not rehash


@pytest.mark.parametrize("rehash", [False, True])
def test_an_altered_parameter_does_not_agree(market: Market, rehash: bool) -> None:
    def sell_earlier(body: dict[str, Any]) -> None:
        body["manifest"]["parameters"]["strategy_params"]["sell_time"] = "12:00"

    found = market.verify(altered(market.save(), sell_earlier, rehash=rehash))
    assert not found.agrees
    assert "metrics.total_profit" in {difference.place for difference in found.differences}


def test_a_manifest_altered_where_no_figure_changes_does_not_agree_either(market: Market) -> None:
    def other_seed(body: dict[str, Any]) -> None:
        body["manifest"]["seed"] = 7

    found = market.verify(altered(market.save(), other_seed))
    assert [difference.place for difference in found.differences] == ["manifest.result_hash"]
    assert not found.agrees


def test_another_environment_is_said_and_still_agrees(market: Market) -> None:
    def older_numpy(body: dict[str, Any]) -> None:
        body["manifest"]["environment"]["numpy"] = "1.0"

    found = market.verify(altered(market.save(), older_numpy))
    assert found.agrees
    assert [(difference.place, difference.saved) for difference in found.environment] == [("numpy", "1.0")]


def test_other_code_that_gives_the_same_figures_agrees_and_is_said(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    file = market.save()
    for module in ("bokgi.services.verification", "bokgi.services.backtest"):
        monkeypatch.setattr(f"{module}.code_hash", lambda: "0" * 64)
    found = market.verify(file)
    assert found.agrees
    assert not found.is_same_code
    assert found.saved_hash != found.computed_hash


def test_a_newer_version_with_other_bars_leaves_the_recorded_one_to_verify_by(market: Market) -> None:
    file = market.save()
    store_with(market.store.folder.parent, {"005930": 80_000.0}, replace=True)
    assert market.store.current_version(FIVE) == 2
    assert market.verify(file).agrees
    market.store.remove_series(["000660"], FIVE)
    assert market.verify(file).agrees


def test_daily_bars_imported_later_do_not_change_what_is_verified(market: Market) -> None:
    """They would give auction prices and an index that the saved run did not have."""
    file = market.save()
    add_daily(market.store, "005930", list(DAYS), 71_000.0)
    again = run_backtest(market.store, market.master, BacktestRequest("daily_trading", ("005930", "000660")))
    assert again.manifest["data_version"]["1d"] == 1
    assert market.verify(file).agrees


def test_a_result_over_daily_bars_verifies_by_its_version(market: Market) -> None:
    add_daily(market.store, "005930", list(DAYS))
    record = run_backtest(market.store, market.master, BacktestRequest("buy_and_hold", ("005930",), interval=DAILY))
    file = market.folder / "daily.json"
    file.write_text(json.dumps(result_body(record)), encoding="utf-8")
    add_daily(market.store, "005930", [date(2025, 10, 22)], 75_000.0)
    assert market.store.current_version(DAILY) == 2
    assert market.verify(file).agrees


def test_bars_that_are_gone_are_told_and_never_replaced_by_others(market: Market) -> None:
    file = market.save()
    store_with(market.store.folder.parent, {"005930": 80_000.0}, replace=True)
    market.store.remove_version(FIVE, 1)
    with pytest.raises(DataNotTheSame, match="not in the store any more"):
        market.verify(file)
    with pytest.raises(DataNotTheSame, match="have nothing"):
        verify_result(Store(market.folder / "empty"), market.master, file)


def test_the_same_bars_in_another_store_verify_whatever_their_version(market: Market) -> None:
    file = market.save()
    elsewhere = market.folder / "elsewhere"
    store_with(elsewhere, {"005930": 70_000.0})
    store, master = store_with(elsewhere, {"000660": 110_000.0})
    assert store.current_version(FIVE) == 2
    assert verify_result(store, master, file).agrees


def test_an_own_strategy_verifies_from_its_kept_source_after_its_file_is_gone(market: Market) -> None:
    own = market.folder / "own.py"
    own.write_text(OWN, encoding="utf-8")
    file = market.save(f"{own}:Morning", minute=660)
    manifest = json.loads(file.read_text(encoding="utf-8"))["manifest"]
    assert manifest["strategy_source"] == OWN
    assert manifest["parameters"]["strategy_params"] == {"minute": 660}
    own.unlink()
    assert market.verify(file).agrees
    changed = altered(file, lambda body: body["manifest"].update(strategy_source=OWN.replace("120", "60")), rehash=True)
    assert not market.verify(changed).agrees


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no JSON text"),
        (b"\xff\xfe\x00", "no JSON text"),
        (b"[" * 100_000, "no JSON text"),
        (b"[1, 2]", "lacks data_hash"),
        (b"{}", "lacks data_hash"),
        (b'{"manifest": 5}', "lacks data_hash"),
        (b'{"manifest": {"data_hash": "0"}}', "lacks data_version"),
        (json.dumps({"manifest": dict.fromkeys(verification.NEEDED, 0)}).encode(), "another kind of value as data_hash"),
    ],
)
def test_a_file_that_is_no_result_is_refused_with_the_reason(market: Market, content: bytes, words: str) -> None:
    file = market.folder / "other.json"
    file.write_bytes(content)
    with pytest.raises(ResultUnreadable, match=words):
        market.verify(file)


def test_a_folder_and_a_missing_file_are_no_results(market: Market) -> None:
    for path in (market.folder, market.folder / "nowhere.json"):
        with pytest.raises(ResultUnreadable, match="is not a result"):
            market.verify(path)


def test_a_download_of_the_service_is_verified_with_every_trade_of_it(tmp_path: Path) -> None:
    store, master = store_with(tmp_path / "home", {"005930": 70_000.0})
    request = BacktestRequest.from_json({"strategy": "daily_trading", "strategy_params": {"sell_time": "14:00"}, "stock_codes": ["005930"]})
    file = tmp_path / "backtest-trades-bt-2025-10-21-001.json"
    file.write_bytes(result_json(run_backtest(store, master, request, backtest_id="bt-2025-10-21-001")))
    assert verify_result(store, master, file).agrees
    changed = json.loads(file.read_text("utf-8"))
    changed["trades"][0]["shares"] += 1
    file.write_text(json.dumps(changed), "utf-8")
    found = verify_result(store, master, file)
    assert not found.agrees
    assert [difference.place for difference in found.differences] == ["trades[0].shares"]
