"""`bokgi backtest`, `verify` and `demo`: what a person types, sees, and finds in the files."""

import csv
import io
import json
from pathlib import Path

import pytest

from bokgi.cli.main import main
from tests.cli.korean_terminal import KoreanTerminal
from tests.services.small_store import store_with

OWN_HEAD = "import numpy as np\nfrom bokgi.strategies.strategy import Signals, Strategy\n\n\n"
HONEST = OWN_HEAD + "class Rise(Strategy):\n    def signals(self, panel):\n        return Signals(panel.close > panel.open[0])\n"
CHEAT = OWN_HEAD + "class Seer(Strategy):\n    def signals(self, panel):\n        return Signals(np.roll(panel.close, -1) > panel.close)\n"
TIMES = ("--buy-time", "10:00", "--sell-time", "15:00")


class Terminal:
    """Runs commands in one home, in this process, and keeps what they said."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self.capsys = home, capsys
        self.said = self.complained = ""

    def run(self, *words: str | Path) -> int:
        with pytest.raises(SystemExit) as ended:
            main([*map(str, words), "--home", str(self.home)])
        self.said, self.complained = self.capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code

    def refuses(self, *words: str | Path) -> str:
        """The one sentence with which the words are refused."""
        assert self.run(*words) == 2
        assert self.said == ""
        assert self.complained.count("\n") == 1
        return self.complained


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("commands") / "home"
    store_with(folder, {"005930": 70_000.0, "000660": 110_000.0})
    return folder


@pytest.fixture
def terminal(home: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(home, capsys)


def test_a_result_names_strategy_period_money_faults_and_reasons(terminal: Terminal) -> None:
    assert terminal.run("backtest", "005930", "000660", "--strategy", "daily_trading", *TIMES, "--interval", "5m") == 0
    lines = terminal.said.splitlines()
    assert lines[0] == "daily_trading (buy_time 10:00, sell_time 15:00), 2 stocks, 5m bars, 2025-10-16 .. 2025-10-21, 4 sessions"
    assert "20,000,000" in lines[1]
    assert "it was treated as a KOSPI share" in terminal.said
    assert "Reasons of sale: Sell time 8" in terminal.said
    assert "Filled at the close where the data end 8" in terminal.said
    assert terminal.complained == ""


def test_the_period_and_codes_joined_by_commas_are_taken(terminal: Terminal) -> None:
    words = ("backtest", "005930,000660", "--strategy=daily_trading", "--buy-time=10:30", "--start", "2025-10-17", "--end", "20251020")
    assert terminal.run(*words) == 0
    assert "(buy_time 10:30, sell_time 15:00), 2 stocks, 5m bars, 2025-10-17 .. 2025-10-20, 2 sessions" in terminal.said


def test_the_files_hold_the_result_the_trades_and_the_charts(terminal: Terminal, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("result.json", "trades.csv", "charts.html")]
    wanted = [word for option, file in zip(("--json", "--csv", "--plot"), files, strict=True) for word in (option, str(file))]
    assert terminal.run("backtest", "005930", "--strategy", "daily_trading", *wanted) == 0
    for file in files:
        assert f"Written: {file}" in terminal.said
    body = json.loads(files[0].read_text(encoding="utf-8"))
    assert body["status"] == "completed"
    assert body["metrics"]["total_trades"] == 4
    assert body["manifest"]["parameters"]["stock_codes"] == ["005930"]
    rows = list(csv.reader(io.StringIO(files[1].read_text(encoding="utf-8-sig"))))
    assert sum(any("2025-10-" in cell for cell in row) and any("005930" in cell for cell in row) for row in rows) == 4
    assert files[2].read_text(encoding="utf-8").lower().startswith("<!doctype html>")


def test_costs_fills_and_account_are_as_told(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "told.json"
    told = "--capital 5000000 --commission-ppm 150 --free-purchase --tax-ppm 2000 --commission-unit 10 --slippage-ticks 1 --max-wait 5"
    more = "--account shared --reinvest seed_capped --unpriced last_bar --risk-free 0.02"
    words = ["backtest", "005930", "000660", "--strategy", "daily_trading", *told.split(), *more.split(), "--json", str(file)]
    assert terminal.run(*words) == 0
    parameters = json.loads(file.read_text(encoding="utf-8"))["manifest"]["parameters"]
    assert parameters["initial_capital"] == 5_000_000
    assert parameters["risk_free_rate"] == 0.02
    costs = {"commission_ppm": 150, "commission_on_buy": False, "fixed_tax_ppm": 2000, "commission_unit_krw": 10, "plain_fee_ratio": 0.0}
    assert parameters["costs"] == costs
    assert (parameters["fills"]["slippage_ticks"], parameters["fills"]["max_wait_minutes"]) == (1, 5)
    assert parameters["fills"]["unpriced"] == "last_bar"
    assert (parameters["account"]["mode"], parameters["account"]["reinvest"]) == ("shared", "seed_capped")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--strategy daily_trading", "No stocks were given; name at least one code"),
        ("005930", "Missing option '--strategy'"),
        ("005930 --strategy nope", "'nope' is not a strategy; give one of"),
        ("999990 --strategy daily_trading", "Invalid stock codes: 999990."),
        ("samsung --strategy daily_trading", "Invalid stock codes: SAMSUNG."),
        ("005930 --strategy daily_trading --interval 1m", "no bars of 005930 (1m); there are 5m;"),
        ("005930 --strategy daily_trading --start 2025-10-21 --end 2025-10-16", "lies after the end"),
        ("005930 --strategy daily_trading --start 2024-01-02 --end 2024-01-03", "from 2025-10-16 to 2025-10-21"),
        ("005930 --strategy daily_trading --buy-time 15:10", "--sell-time was given as 15:00; it must be later than --buy-time"),
        ("005930 --strategy daily_trading --noon 12:00", "no parameter '--noon'; give one of --buy-time, --sell-time"),
        ("005930 --strategy daily_trading --buy-time", "--buy-time needs a value."),
        ("005930 --strategy daily_trading --capital 0", "--capital cannot be 0"),
        ("005930 --strategy daily_trading --capital inf", "--capital cannot be inf"),
        ("005930 --strategy daily_trading --capital nan", "--capital cannot be nan"),
        ("005930 --strategy daily_trading --capital much", "--capital"),
        ("005930 --strategy daily_trading --commission-unit 5", "--commission-unit cannot be 5; allowed: 1 or 10."),
        ("005930 --strategy daily_trading --market nasdaq", "--market cannot be 'nasdaq'; allowed: krx, plain."),
        ("005930 --strategy daily_trading --slippage-ticks 1 --slippage-bps 2", "either --slippage-ticks or --slippage-bps, not both"),
        ("005930 --strategy daily_trading --plot chart.png", "chart.png"),
        ("005930 --strategy nowhere.py:Seer", "nowhere.py"),
        ("005930 --strategy daily_trading --fee-ratio 0.1", "--fee-ratio cannot be 0.1; allowed: 0 under krx (give --commission-ppm)"),
        ("005930 --strategy MA5_20 --market plain --tax-ppm 2000", "allowed: --fee-ratio alone under plain"),
        ("005930 --strategy daily_trading --json same --csv same", "need different files"),
        ("005930 --strategy daily_trading --sell-time 15:20", "let the last bar stand in (--unpriced last_bar)"),
        ("005930 --strategy daily_trading --unpriced never", "--unpriced cannot be 'never'; allowed: refuse, last_bar."),
        ("005930 --strategy daily_trading --seed -1", "--seed cannot be -1"),
        ("AAPL --strategy daily_trading", "Codes of other exchanges need --market plain."),
        ("005930 --strategy daily_trading --fractional", "leave --fractional out or use --market plain"),
    ],
)
def test_wrong_input_is_one_sentence_and_exit_code_two(words: str, sentence: str, terminal: Terminal) -> None:
    assert sentence in terminal.refuses("backtest", *words.split())


def test_a_file_that_cannot_be_written_is_told(terminal: Terminal, tmp_path: Path) -> None:
    code = terminal.run("backtest", "005930", "--strategy", "daily_trading", "--json", tmp_path / "nowhere" / "result.json")
    assert code != 0
    assert "nowhere" in terminal.complained
    assert terminal.complained.count("\n") == 1


def test_an_own_strategy_runs_and_says_what_was_checked(terminal: Terminal, tmp_path: Path) -> None:
    own = tmp_path / "own.py"
    own.write_text(HONEST, encoding="utf-8")
    assert terminal.run("backtest", "005930", "--strategy", f"{own}:Rise") == 0
    assert "Look-ahead check: clean" in terminal.said


def test_an_own_strategy_that_looks_ahead_is_refused(terminal: Terminal, tmp_path: Path) -> None:
    own, file = tmp_path / "own.py", tmp_path / "result.json"
    own.write_text(CHEAT, encoding="utf-8")
    sentence = terminal.refuses("backtest", "005930", "--strategy", f"{own}:Seer", "--json", file)
    assert "Seer" in sentence
    assert not file.exists()


def test_a_saved_result_is_verified_and_an_altered_one_is_not(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    terminal.run("backtest", "005930", "--strategy", "daily_trading", "--json", file)
    assert terminal.run("verify", file) == 0
    assert terminal.said.startswith("Agrees bit for bit: result ")
    body = json.loads(file.read_text(encoding="utf-8"))
    body["metrics"]["total_trades"] += 1
    file.write_text(json.dumps(body), encoding="utf-8")
    assert terminal.run("verify", file) == 3
    assert terminal.said.startswith("Does NOT agree.")
    assert "  metrics.total_trades: saved 5, now 4\n" in terminal.said


def test_what_is_no_result_is_refused_by_verify(terminal: Terminal, tmp_path: Path) -> None:
    assert "nowhere.json is not a result of 'bokgi backtest --json'" in terminal.refuses("verify", tmp_path / "nowhere.json")
    (tmp_path / "list.json").write_text("[]", encoding="utf-8")
    assert "its manifest lacks" in terminal.refuses("verify", tmp_path / "list.json")
    assert "RESULT" in terminal.refuses("verify")


def test_a_korean_is_told_the_result_in_korean(home: Path, tmp_path: Path, korean: KoreanTerminal) -> None:
    file, place = tmp_path / "result.json", ("--home", str(home))
    done = korean.run("backtest", "005930", "--strategy", "daily_trading", "--json", str(file), *place)
    assert done.code == 0
    assert "1종목, 5m 봉, 2025-10-16 .. 2025-10-21, 4거래일" in done.out
    for words in ("사용한 자료의 문제와 특이 사항:", "비교: 단순 보유", "매도 사유: 매도 시각 4", f"저장했습니다: {file}"):
        assert words in done.out
    verified = korean.run("verify", str(file), *place)
    assert (verified.code, verified.out[:13]) == (0, "한 비트까지 같습니다: ")
    refused = korean.run("backtest", "999990", "--strategy", "daily_trading", *place)
    assert refused.code == 2
    assert refused.error.startswith("잘못된 종목코드: 999990.")


def test_the_demo_says_first_that_it_is_synthetic_and_last_how_to_use_real_bars(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal(tmp_path / "demo", capsys)
    assert terminal.run("demo") == 0
    lines = terminal.said.splitlines()
    assert lines[0] == "SYNTHETIC DATA: invented instruments and prices."
    assert "200 stocks, 2m bars" in lines[1]
    assert "60 sessions" in lines[1]
    assert "  bokgi data import FILE_OR_FOLDER" in lines
    first_result = lines
    assert terminal.run("demo") == 0
    assert terminal.said.splitlines() == first_result
    assert "Making the demo market" not in terminal.complained


def test_the_demo_never_mixes_with_real_bars(terminal: Terminal) -> None:
    assert str(terminal.home) in terminal.refuses("demo")


def test_a_search_takes_adjusted_prices_in_the_words_of_a_backtest_and_says_the_same_of_them(terminal: Terminal, tmp_path: Path) -> None:
    bodies = []
    grid = ("--method", "grid", "--space", '{"fast": [2, 3], "slow": [5, 6]}', "--trials-only")
    for name, more in (("backtest", ()), ("search", grid)):
        words = (name, "005930", "--strategy", "MA5_20", "--interval", "5m", "--adjust")
        assert "splits, dividends" in terminal.refuses(*words, "rights", *more)
        assert terminal.run(*words, "splits", *more, "--json", tmp_path / name) == 0
        bodies.append(json.loads((tmp_path / name).read_text(encoding="utf-8")))
    run, search = bodies
    assert search["request"]["adjust"] == "splits"
    told = [[fault for fault in faults if "factor" in fault["kind"]] for faults in (run["data"]["faults"], search["data"]["faults"])]
    assert told[0] == told[1] != []
