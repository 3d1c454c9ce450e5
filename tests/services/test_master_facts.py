"""What a master says of stocks reaches every run, whenever it was imported, and `verify` names it where it changed the figures."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bokgi.data.importers.entry import import_path
from bokgi.data.master import Master
from bokgi.data.store import Store
from bokgi.errors.requests import FieldInvalid
from bokgi.reports.result_body import result_body
from bokgi.services.backtest import run_backtest
from bokgi.services.front_door import backtest, load_bars
from bokgi.services.request import BacktestRequest
from bokgi.services.verification import Verification, verify_result
from tests.data.store_cases import bars_of, incoming_of
from tests.services.small_store import FIVE, five_minute_rows

HEAD = "ISU_CD,ISU_SRT_CD,ISU_NM,ISU_ABBRV,ISU_ENG_NM,LIST_DD,MKT_TP_NM,SECUGRP_NM,SECT_TP_NM,KIND_STKCERT_TP_NM,PARVAL,LIST_SHRS\n"


@dataclass(frozen=True)
class Home:
    """Bars of one stock whose import knew neither kind nor name."""

    folder: Path

    @property
    def store(self) -> Store:
        return Store(self.folder / "home")

    @property
    def master(self) -> Master:
        return Master.read(self.folder / "home")

    def learn(self, *, group: str = "주권", name: str = "삼성전자", listed: str = "1975/06/11", day: str = "2026-04-14") -> None:
        """Import a list of issues of a day that names the stock."""
        file = self.folder / f"base_info_{day}.csv"
        row = f"KR7005930003,005930,{name},{name},SamsungElectronics,{listed},KOSPI,{group},,보통주,100,1\n"
        file.write_text(HEAD + row, encoding="utf-8")
        import_path(self.store, file)

    def body(self, **more: Any) -> dict[str, Any]:
        return result_body(run_backtest(self.store, self.master, BacktestRequest("daily_trading", ("005930",), **more)))

    def save(self) -> Path:
        file = self.folder / "result.json"
        file.write_text(json.dumps(self.body()), encoding="utf-8")
        return file

    def verify(self, file: Path) -> Verification:
        return verify_result(self.store, self.master, file)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    bars = tmp_path / "005930_5m.csv"
    made.store.write(incoming_of(bars_of(five_minute_rows("005930", 70_000.0)), FIVE))
    made.store.export(["005930"], FIVE, bars)
    made.store.remove_series(["005930"], FIVE)
    import_path(made.store, bars)
    return made


def kinds(body: dict[str, Any]) -> list[str]:
    return [fault["kind"] for fault in body["data"]["faults"]]


def test_a_kind_that_nobody_knows_is_said_once(home: Home) -> None:
    stored = [fault.kind for fault in home.store.faults_for(None, FIVE)]
    assert "kind_unknown" in stored
    assert [kind for kind in kinds(home.body()) if kind.startswith("kind_")] == ["kind_assumed"]


def test_a_master_that_comes_after_the_bars_clears_the_note(home: Home) -> None:
    home.learn()
    body = home.body()
    assert not [kind for kind in kinds(body) if kind.startswith("kind_")]
    assert [row["name"] for row in body["stocks"]] == ["삼성전자"]
    loaded = backtest(load_bars("005930", home=home.folder / "home"), "daily_trading")
    assert not [fault for fault in loaded.faults if fault["kind"].startswith("kind_")]


def test_a_kind_that_frees_the_sale_from_tax_is_named_as_the_cause_where_figures_differ(home: Home) -> None:
    home.learn(group="주권")
    file = home.save()
    assert home.verify(file).is_same_master
    home.learn(group="ETF", day="2026-05-14")
    found = home.verify(file)
    assert not found.agrees
    assert not found.is_same_master
    assert found.is_same_code
    assert "metrics.total_cost" in {difference.place for difference in found.differences}


def test_a_master_that_says_more_without_changing_a_figure_changes_no_result(home: Home) -> None:
    home.learn()
    file = home.save()
    home.learn(listed="1975/06/12", day="2026-05-14")
    found = home.verify(file)
    assert found.agrees
    assert not found.is_same_master
    assert found.saved_hash == found.computed_hash


def test_a_result_that_kept_nothing_of_the_master_says_nothing_of_it(home: Home) -> None:
    file = home.save()
    body = json.loads(file.read_text(encoding="utf-8"))
    del body["manifest"]["master_hash"]
    file.write_text(json.dumps(body), encoding="utf-8")
    home.learn()
    assert home.verify(file).is_same_master


UNIVERSE = {
    "source": "KOSPI200",
    "without_bars": ["000660"],
    "faults": [{"kind": "as_of_unknown", "count": 200, "example": "KOSPI200 2025-12-24"}],
}


def test_the_faults_of_a_universe_stand_first_in_the_result_and_verify(home: Home) -> None:
    body = home.body(universe=UNIVERSE)
    assert kinds(body)[:2] == ["as_of_unknown", "member_without_bars"]
    first, second = body["data"]["faults"][:2]
    assert "KOSPI200 2025-12-24" in first["english"]
    assert second["korean"].startswith("000660: ")
    file = home.folder / "universe.json"
    file.write_text(json.dumps(body), encoding="utf-8")
    assert home.verify(file).agrees


def test_a_universe_that_somebody_else_wrote_is_refused(home: Home) -> None:
    with pytest.raises(FieldInvalid, match="universe"):
        home.body(universe={"faults": [{"kind": "invented"}]})
