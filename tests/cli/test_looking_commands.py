"""Commands that look and change nothing: strategies, instruments; master files imported by the command line; `verify` and its causes."""

import json
from pathlib import Path

import pytest

from bokgi.cli.main import main
from bokgi.cli.option_words import OPTIONS, in_options, option_sentence
from bokgi.errors.base import Language
from bokgi.errors.orders import TimeUnpriced
from bokgi.errors.requests import FieldInvalid
from bokgi.services.request import BacktestRequest
from bokgi.strategies.catalog import CATALOG
from bokgi.strategies.strategy import declared
from tests.services.small_store import DAYS, add_daily, store_with

MASTER = (
    "ISU_CD,ISU_SRT_CD,ISU_NM,ISU_ABBRV,ISU_ENG_NM,LIST_DD,MKT_TP_NM,SECUGRP_NM,SECT_TP_NM,KIND_STKCERT_TP_NM,PARVAL,LIST_SHRS\n"
    "KR7005930003,005930,삼성전자보통주,삼성전자,SamsungElectronics,1975/06/11,KOSPI,{group},,보통주,100,1\n"
)


class Terminal:
    """Runs commands in one home and keeps what they said."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self.capsys = home, capsys
        self.said = self.complained = ""

    def run(self, *words: str | Path) -> int:
        with pytest.raises(SystemExit) as ended:
            main([*map(str, words), "--home", str(self.home)])
        self.said, self.complained = self.capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code

    def learn(self, day: str = "2026-04-14", group: str = "주권") -> None:
        file = self.home.parent / f"base_info_{day}.csv"
        file.write_text(MASTER.format(group=group), encoding="utf-8")
        assert self.run("data", "import", file) == 0


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path / "home", capsys)


def test_strategies_lists_each_with_its_options_limits_and_defaults(terminal: Terminal) -> None:
    assert terminal.run("strategies") == 0
    for name, entry in CATALOG.items():
        assert f"{name}  {entry.english}" in terminal.said
        for parameter in declared(entry.strategy):
            assert f"--{parameter.replace('_', '-')} " in terminal.said
    (row,) = [line.split("  ") for line in terminal.said.splitlines() if "--profit-cutoff-pct" in line]
    assert [cell.strip() for cell in row if cell.strip()] == [
        "--profit-cutoff-pct",
        "80.0",
        "a number from 0.0 to 100.0 [%]",
        "Share of the peak profit to keep",
    ]
    assert not terminal.home.exists()


def test_strategies_as_json_are_those_of_the_api(terminal: Terminal) -> None:
    assert terminal.run("strategies", "rsi", "--json") == 0
    (entry,) = json.loads(terminal.said)
    assert entry == json.loads(json.dumps(CATALOG["RSI"].to_json()))
    assert terminal.run("strategies", "nope") == 2
    assert "'nope' is not a strategy" in terminal.complained


def test_instruments_are_found_by_code_name_and_initials(terminal: Terminal) -> None:
    store_with(terminal.home, {"005930": 70_000.0})
    assert terminal.run("instruments", "search", "삼성") == 0
    assert "no list of issues was imported" in terminal.said
    terminal.learn()
    for words in (("ㅅㅅㅈㅈ",), ("samsung", "elec"), ("A005930",)):
        assert terminal.run("instruments", "search", *words) == 0
        (row,) = [line for line in terminal.said.splitlines() if "005930" in line]
        assert row.split()[:5] == ["005930", "삼성전자", "SamsungElectronics", "KOSPI", "stock"]
        assert "bars stored" in row
    assert terminal.run("instruments", "search", "ㅅㅅㅈㅈ", "--json", "--limit", "1") == 0
    (hit,) = json.loads(terminal.said)
    assert (hit["code"], hit["listed"], hit["delisted"], hit["is_listed"], hit["has_bars"]) == ("005930", "1975-06-11", None, True, True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [(("search", " "), "give 1 to 100 characters"), (("search",), "TEXT"), (("search", "x", "--limit", "0"), "1<=x<=100")],
)
def test_a_search_for_nothing_is_wrong_input(terminal: Terminal, words: tuple[str, ...], sentence: str) -> None:
    assert terminal.run("instruments", *words) == 2
    assert sentence in terminal.complained


def test_all_real_master_files_are_taken_and_each_says_what_it_gave(terminal: Terminal, shared_data: Path) -> None:
    assert terminal.run("data", "import", shared_data / "kr_master") == 0
    expected = {
        "kospi200_members_2025-07-03.csv": "200 rows of master data (members)",
        "kospi200_members_2025-10-02.csv": "200 rows of master data (members)",
        "kospi200_members_2025-12-24.csv": "200 rows of master data (members)",
        "krx_base_info_2021-03-24_cp949.csv": "2,558 rows of master data (listed)",
        "krx_base_info_2026-04-14.csv": "2,882 rows of master data (listed)",
        "krx_delisted_2026-01-25.csv": "4,043 rows of master data (delisted)",
        "krx_holidays_1975_2026.csv": "620 rows of master data (holidays)",
        "krx_sectors_2024.csv": "2,612 rows of master data (sectors)",
        "large_caps_and_etfs_2021-04_cp949.csv": "150 rows of master data (members)",
    }
    assert {path.name for path in (shared_data / "kr_master").glob("*.csv")} == set(expected)
    for name, words in expected.items():
        assert f"{name}: taken, {words}" in terminal.said
    assert "13,465 rows taken from 9 files (0 of them repaired); 0 refused, 0 skipped." in terminal.said
    assert terminal.run("instruments", "search", "060310") == 0
    assert "특수 목적용 기계 제조업" in terminal.said


def test_a_master_that_came_later_is_seen_in_the_lists_of_bars(terminal: Terminal) -> None:
    store_with(terminal.home, {"005930": 70_000.0})
    assert terminal.run("data", "list") == 0
    assert "kind unknown" in terminal.said
    terminal.learn()
    assert terminal.run("data", "list") == 0
    assert "kind unknown" not in terminal.said
    assert "삼성전자" in terminal.said


def test_show_says_which_intervals_there_are(terminal: Terminal) -> None:
    store, _ = store_with(terminal.home, {"005930": 70_000.0})
    assert terminal.run("data", "show", "005930") == 0
    assert "There are bars at" not in terminal.said
    add_daily(store, "005930", list(DAYS))
    assert terminal.run("data", "show", "A005930") == 0
    assert terminal.said.startswith("There are bars at 5m, 1d: all are shown, the finest first (--interval 1d shows those alone).")
    assert terminal.run("data", "show", "005930", "--interval", "1d") == 0
    assert "There are bars at" not in terminal.said


def test_verify_ends_with_its_own_code_and_names_the_master_as_a_cause(terminal: Terminal, tmp_path: Path) -> None:
    store_with(terminal.home, {"005930": 70_000.0})
    terminal.learn()
    file = tmp_path / "result.json"
    assert terminal.run("backtest", "005930", "--strategy", "daily_trading", "--json", file) == 0
    terminal.learn("2026-05-14", "ETF")
    assert terminal.run("verify", file) == 3
    assert "Does NOT agree." in terminal.said
    assert "What the master says of the stocks (names, kinds, boards, listing) has changed since the result." in terminal.said
    assert terminal.run("verify", tmp_path / "nowhere.json") == 2


def test_every_field_of_a_request_that_has_an_option_is_one() -> None:
    body = BacktestRequest("daily_trading", ("005930",)).to_json()
    nested = {f"{group}.{name}" for group in ("costs", "fills", "account") for name in body[group]}
    assert {path for path in OPTIONS if "." in path} == nested - {"account.position_fraction"}
    assert {path for path in OPTIONS if "." not in path} <= set(body)


def test_what_a_person_gave_is_never_translated() -> None:
    wrong = FieldInvalid("fills.unpriced", "initial_capital", "refuse, last_bar")
    assert option_sentence(wrong, Language.ENGLISH) == "--unpriced cannot be 'initial_capital'; allowed: refuse, last_bar."
    unpriced = TimeUnpriced("sell_time", "15:20", "15:00")
    assert "15:20 (--sell-time)" in option_sentence(unpriced, Language.ENGLISH)
    assert "(--unpriced last_bar)" in option_sentence(unpriced, Language.KOREAN)
    assert in_options("my_start_date and start_date") == "my_start_date and --start"
