"""`bokgi data`: from files to stored bars and back, as a person types it."""

from pathlib import Path

import polars as pl
import pytest

from bokgi.bars.interval import DAILY
from bokgi.cli.main import main
from bokgi.data.store import Store

BARS = """Datetime,Open,High,Low,Close,Volume
2025-10-16 09:00:00+09:00,95300,96400,95000,96300,120
2025-10-16 09:05:00+09:00,96350,96900,96000,96500,1213827
2025-10-16 09:10:00+09:00,96500,96600,96200,96400,530211
2025-10-17 09:00:00+09:00,97000,97500,96800,97200,998877
2025-10-17 09:05:00+09:00,97200,97300,97000,97100,445566
"""


class Terminal:
    """Runs commands in a home of its own and keeps what they said."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self.capsys = home, capsys
        self.said = self.complained = ""

    def run(self, *words: str | Path) -> int:
        with pytest.raises(SystemExit) as ended:
            main([*map(str, words), "--home", str(self.home)])
        self.said, self.complained = self.capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path / "home", capsys)


@pytest.fixture
def bars_file(tmp_path: Path) -> Path:
    path = tmp_path / "005930_5m.csv"
    path.write_text(BARS, encoding="utf-8")
    return path


def test_an_empty_store_says_how_to_fill_it(terminal: Terminal) -> None:
    assert terminal.run("data", "list") == 0
    assert "bokgi data import FILE" in terminal.said
    assert terminal.run("data", "check") == 0
    assert "bokgi demo" in terminal.said
    assert not terminal.home.exists()


def test_imported_bars_are_listed_shown_and_checked(terminal: Terminal, bars_file: Path) -> None:
    assert terminal.run("data", "import", bars_file) == 0
    assert "005930_5m.csv: taken, 5 5m bars of 005930 in 2 sessions from 2025-10-16 to 2025-10-17." in terminal.said
    assert "encoding: UTF-8" in terminal.said
    assert "5 rows taken from 1 files (0 of them repaired); 0 refused, 0 skipped." in terminal.said
    assert terminal.run("data", "list") == 0
    (row,) = [line.split() for line in terminal.said.splitlines() if "005930" in line]
    assert row[:6] == ["5m", "005930", "-", "5", "2025-10-16", "2025-10-17"]
    assert terminal.run("data", "show", "005930", "--rows", "2") == 0
    assert "97,200   97,300   97,000   97,100   445,566" in terminal.said
    assert "96,500" not in terminal.said
    assert terminal.run("data", "check") == 0
    assert "1 series at 5m: every stored file is whole." in terminal.said


def test_a_period_is_inclusive_at_both_ends(terminal: Terminal, bars_file: Path) -> None:
    terminal.run("data", "import", bars_file)
    assert terminal.run("data", "show", "005930", "--start", "2025-10-16", "--end", "20251016") == 0
    assert "3 of 5 bars" in terminal.said
    assert "2025-10-17 " not in terminal.said.split("yahoo")[-1].split("\n", 1)[1]


def test_a_broken_file_is_refused_alone_and_changes_nothing(terminal: Terminal, bars_file: Path) -> None:
    broken = bars_file.with_name("000660_5m.parquet")
    broken.write_bytes(b"PAR1 and then nothing")
    assert terminal.run("data", "import", bars_file.parent) == 2
    assert "000660_5m.parquet: refused." in terminal.said
    assert "005930_5m.csv: taken" in terminal.said
    assert terminal.run("data", "list", "000660") == 2
    assert "000660" in terminal.complained


def test_what_a_file_leaves_open_can_be_told(terminal: Terminal, bars_file: Path) -> None:
    told = ("--name", "삼성전자", "--kind", "stock", "--board", "KOSPI", "--source", "my broker", "--interval", "5m")
    assert terminal.run("data", "import", bars_file, *told) == 0
    terminal.run("data", "list")
    assert "삼성전자" in terminal.said
    assert "my broker" in terminal.said
    assert "kind unknown" not in terminal.said


def test_different_bars_replace_stored_ones_only_when_asked_for(terminal: Terminal, bars_file: Path) -> None:
    terminal.run("data", "import", bars_file)
    bars_file.write_text(BARS.replace("96300,120", "96200,120"), encoding="utf-8")
    assert terminal.run("data", "import", bars_file) == 2
    terminal.run("data", "show", "005930")
    assert "96,300" in terminal.said
    assert terminal.run("data", "import", bars_file, "--replace") == 0
    terminal.run("data", "show", "005930")
    assert "96,300" not in terminal.said


@pytest.mark.parametrize("name", ["bars.csv", "bars.parquet"])
def test_exported_bars_can_be_imported_again(name: str, terminal: Terminal, bars_file: Path, tmp_path: Path) -> None:
    terminal.run("data", "import", bars_file)
    target = tmp_path / "out" / name
    target.parent.mkdir()
    assert terminal.run("data", "export", "005930", "--interval", "5m", "--to", target) == 0
    columns = pl.read_csv(target) if name.endswith("csv") else pl.read_parquet(target)
    assert columns["close"].to_list() == [96300, 96500, 96400, 97200, 97100]
    second = Terminal(tmp_path / "second", terminal.capsys)
    assert second.run("data", "import", target) == 0
    assert second.run("data", "show", "005930", "--rows", "5") == 0
    assert "96,350   96,900   96,000   96,500   1,213,827" in second.said


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["data", "show", "999999"], "The store holds no"),
        (["data", "show", "005930", "--interval", "7m"], "'7m' is not an interval of bars; give one of 1m, 2m"),
        (["data", "show", "005930", "--start", "yesterday"], "'yesterday' is no day; write it as 2025-10-16."),
        (["data", "import", "nowhere.csv"], "There is no file or folder 'nowhere.csv'."),
    ],
)
def test_wrong_words_get_one_sentence_and_exit_code_two(words: list[str], sentence: str, terminal: Terminal, bars_file: Path) -> None:
    terminal.run("data", "import", bars_file)
    assert terminal.run(*words) == 2
    assert sentence in terminal.complained
    assert terminal.complained.count("\n") == 1


DAYS = "date,open,high,low,close,volume\n2025-10-16,95300,96900,95000,{close},1743968\n2025-10-17,97000,97500,96800,97100,1444443\n"


def test_stored_days_are_compared_with_those_of_another_source(terminal: Terminal, tmp_path: Path) -> None:
    one, other = tmp_path / "005930_one.csv", tmp_path / "005930_other.csv"
    one.write_text(DAYS.format(close=96400), "utf-8")
    other.write_text(DAYS.format(close=96500), "utf-8")
    terminal.run("data", "import", one)
    assert terminal.run("data", "compare", one) == 0
    assert "1 series at 1d compared: 0 with findings." in terminal.said
    assert terminal.run("data", "compare", other, "--keep") == 2
    assert "the closes of the two sources differ in 1 bars (stored / other: 2025-10-16 96400 / 96500)" in terminal.said
    assert terminal.run("data", "list", "005930") == 0
    assert any(fault.kind == "sources_differ_close" for fault in Store(terminal.home).faults_for(["005930"], DAILY))


def test_a_check_holds_bars_within_the_day_against_the_daily_ones(terminal: Terminal, bars_file: Path, tmp_path: Path) -> None:
    days = tmp_path / "005930_days.csv"
    days.write_text(DAYS.format(close=96400).replace("96900", "96600"), "utf-8")
    terminal.run("data", "import", bars_file)
    terminal.run("data", "import", days)
    assert terminal.run("data", "check") == 0
    assert "bars within the day go beyond the high or low of the daily bar on 1 sessions" in terminal.said


def test_a_watched_folder_is_imported_once_and_again_where_a_file_changes(terminal: Terminal, bars_file: Path) -> None:
    folder = bars_file.parent / "watched"
    folder.mkdir()
    file = bars_file.rename(folder / bars_file.name)
    assert terminal.run("data", "watch", folder, "--once") == 0
    assert "005930_5m.csv: taken, 5 5m bars" in terminal.said
    assert terminal.run("data", "watch", folder, "--once") == 0
    assert terminal.said == ""
    file.write_text(BARS + "2025-10-17 09:10:00+09:00,97100,97400,97000,97300,1000\n", "utf-8")
    (folder / "broken.parquet").write_bytes(b"PAR1 and then nothing")
    assert terminal.run("data", "watch", folder, "--once") == 2
    assert "6 5m bars" in terminal.said
    assert "broken.parquet: refused." in terminal.said
    assert terminal.run("data", "watch", folder / "nowhere", "--once") == 2


def test_a_preview_stores_nothing_and_columns_can_be_named(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "005930.csv"
    file.write_text("거래일,체결가\n2025-10-16,70200\n2025-10-17,70800\n", "utf-8")
    assert terminal.run("data", "import", file, "--preview", "--column", "거래일=date", "--column", "체결가=close") == 0
    assert "preview, nothing was stored. previewed, 2 1d bars of 005930" in terminal.said
    assert "first bar: 005930 2025-10-16 09:00 O - H - L - C 70,200 V -" in terminal.said
    assert terminal.run("data", "list") == 0
    assert "bokgi data import FILE" in terminal.said
