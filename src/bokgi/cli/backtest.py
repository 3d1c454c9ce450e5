"""`bokgi backtest`: a strategy over stored bars, with its result on the terminal and in files.

Strategy parameters are options of their own names (`--buy-time 10:00`); which there are depends on `--strategy`.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from bokgi.bars.interval import Interval
from bokgi.cli.endings import DONE
from bokgi.cli.frame import Command
from bokgi.cli.inputs import DAY, INTERVAL
from bokgi.cli.language import current_language, say
from bokgi.cli.result_view import show_result
from bokgi.cli.screen import progress_bar
from bokgi.cli.universes import with_universe
from bokgi.config.compile_cache import prepare
from bokgi.config.settings import Settings
from bokgi.data.master import Master
from bokgi.data.store import Store
from bokgi.errors.reports import FileNotWritten
from bokgi.reports.plot_html import check_plot_file, plot_document
from bokgi.reports.result_body import result_body
from bokgi.reports.run_record import RunRecord
from bokgi.reports.trades_csv import trades_csv
from bokgi.services.backtest import run_backtest
from bokgi.services.request import BacktestRequest

_HELP = say(
    "Run a strategy over stored bars of CODES and show the result. Parameters of the strategy are options of their own names, for example "
    "--buy-time 10:00 --sell-time 15:00. Built-in strategies: daily_trading, trailing_stop, MA20_50, MA5_20, RSI, MACD, buy_and_hold; "
    "an own one is FILE.py:CLASS.",
    "저장된 CODES 종목의 봉 자료로 전략을 백테스트하고 결과를 보여 줍니다. 전략의 매개변수는 그 이름의 옵션으로 줍니다. "
    "예: --buy-time 10:00 --sell-time 15:00. 내장 전략: daily_trading, trailing_stop, MA20_50, MA5_20, RSI, MACD, buy_and_hold. "
    "직접 만든 전략은 파일.py:클래스.",
)
ADJUST_HELP = say(
    "Prices adjusted by the imported factors: for splits, or for splits and dividends. Stored prices stay as they are.",
    "가져온 수정계수로 고친 주가로: 분할만(splits), 또는 분할과 배당까지(dividends). 저장된 값은 그대로입니다.",
)


@click.command("backtest", cls=Command, help=_HELP, context_settings={"ignore_unknown_options": True})
@click.argument("codes", nargs=-1, type=click.UNPROCESSED)
@click.option("--strategy", required=True, metavar="NAME", help=say("Strategy, or FILE.py:CLASS.", "전략 이름 또는 파일.py:클래스."))
@click.option(
    "--start", type=DAY, help=say("First session; by default the last 60 sessions in the data.", "시작일. 기본값: 자료의 마지막 60거래일.")
)
@click.option("--end", type=DAY, help=say("Last session, inclusive.", "종료일(포함)."))
@click.option(
    "--interval",
    type=INTERVAL,
    help=say("Bars; by default the finest stored for all codes.", "봉 간격. 기본값: 모든 종목에 있는 가장 짧은 간격."),
)
@click.option("--capital", type=float, default=10_000_000, show_default=True, help=say("Of each account [KRW].", "계좌당 투자금(원)."))
@click.option(
    "--commission-ppm", type=int, default=110, show_default=True, help=say("Commission of each side [ppm].", "편도 수수료(백만분율).")
)
@click.option("--free-purchase", is_flag=True, help=say("No commission on purchases.", "매수 수수료를 받지 않습니다."))
@click.option(
    "--tax-ppm", type=int, help=say("One fixed tax on sales instead of the dated ones [ppm].", "법정 세율 대신 고정 매도 세율(백만분율).")
)
@click.option(
    "--commission-unit",
    type=int,
    default=1,
    show_default=True,
    help=say("Cut commission down to 1 or 10 won.", "수수료 절사 단위(1 또는 10원)."),
)
@click.option(
    "--slippage-ticks",
    type=int,
    default=0,
    show_default=True,
    help=say("Ticks against the trader at each fill.", "체결마다 불리한 호가 수."),
)
@click.option("--slippage-bps", type=float, default=0.0, show_default=True, help=say("Or basis points.", "또는 베이시스 포인트."))
@click.option(
    "--max-wait", type=int, default=10, show_default=True, help=say("Minutes a purchase waits for a bar.", "매수가 봉을 기다리는 시간(분).")
)
@click.option(
    "--unpriced",
    default="refuse",
    show_default=True,
    metavar="refuse|last_bar",
    help=say("Times that the data cannot price.", "자료로 가격을 알 수 없는 시각의 처리."),
)
@click.option("--market", default="krx", show_default=True, metavar="krx|plain", help=say("Rules of execution.", "체결 규칙."))
@click.option(
    "--fee-ratio", type=float, default=0.0, show_default=True, help=say("Fee of each side under plain.", "plain의 편도 수수료 비율.")
)
@click.option("--fractional", is_flag=True, help=say("Fractional shares under plain.", "plain에서 소수점 주식 허용."))
@click.option(
    "--account",
    default="per_stock",
    show_default=True,
    metavar="per_stock|shared",
    help=say("One account a stock, or one for all.", "종목별 계좌 또는 공동 계좌."),
)
@click.option(
    "--reinvest",
    default="compound",
    show_default=True,
    metavar="compound|seed_capped",
    help=say("What a purchase may take.", "재투자 방식."),
)
@click.option(
    "--risk-free", type=float, default=0.0, show_default=True, help=say("Annual risk-free rate, a fraction.", "연 무위험 수익률(소수).")
)
@click.option(
    "--seed", type=int, default=0, show_default=True, help=say("Of the look-ahead check's cut points.", "미래 참조 검사의 난수 씨앗.")
)
@click.option(
    "--check-all",
    is_flag=True,
    help=say("Check an own strategy for look-ahead on all stocks.", "직접 만든 전략을 모든 종목에서 검사합니다."),
)
@click.option(
    "--universe",
    metavar="NAME",
    help=say(
        "In place of CODES: the stocks of a list or market as it was at the start, delisted ones included: KOSPI200, KRX, KOSPI, KOSDAQ.",
        "CODES 대신 시작일의 종목 목록이나 시장 전체(상장폐지 종목 포함): KOSPI200, KRX, KOSPI, KOSDAQ.",
    ),
)
@click.option(
    "--without-delisted",
    is_flag=True,
    help=say("Leave out what was delisted by the end, to see the difference.", "끝날까지 상장폐지된 종목을 빼고(차이를 보려고)."),
)
@click.option("--raw", is_flag=True, help=say("Bars as their source sent them, without repairs.", "고치지 않은 원래 봉 자료로."))
@click.option("--adjust", metavar="splits|dividends", help=ADJUST_HELP)
@click.option("--json", "json_file", type=click.Path(path_type=Path), help=say("Write the result body.", "결과를 JSON으로 저장."))
@click.option("--csv", "csv_file", type=click.Path(path_type=Path), help=say("Write summary and trades.", "요약과 거래를 CSV로 저장."))
@click.option(
    "--plot", "plot_file", type=click.Path(path_type=Path), help=say("Draw charts to .html or .svg.", "차트를 .html 또는 .svg로 저장.")
)
@click.pass_obj
def backtest(
    settings: Settings, /, codes: tuple[str, ...], json_file: Path | None, csv_file: Path | None, plot_file: Path | None, **told: Any
) -> int:
    """Run, show and write."""
    check_files(json_file, csv_file, plot_file)
    given, parameters = parted(codes)
    request = with_universe(settings, _request(given, parameters, told), told["universe"], without_delisted=bool(told["without_delisted"]))
    record = run_with_progress(settings, request)
    show_result(record)
    write_files(record, json_file, csv_file, plot_file)
    return DONE


def run_with_progress(settings: Settings, request: BacktestRequest) -> RunRecord:
    """One backtest with a bar that counts finished stocks."""
    store, master = Store(settings.home), Master.read(settings.home)
    _say_if_compiling()
    with progress_bar(say("Backtest", "백테스트")) as advance:
        return run_backtest(store, master, request, on_step=lambda step: advance(step.done_symbols, step.total_symbols))


def check_files(json_file: Path | None, csv_file: Path | None, plot_file: Path | None) -> None:
    """Refuse files that could not be written, before a long run and not after it."""
    if plot_file is not None:
        check_plot_file(plot_file)
    given = [file for file in (json_file, csv_file, plot_file) if file is not None]
    for file in given:
        if file.is_dir() or not file.absolute().parent.is_dir():
            raise FileNotWritten(str(file), say("it is a folder, or its folder is not there", "폴더이거나, 그 폴더가 없습니다"))
    if len({file.absolute() for file in given}) < len(given):
        raise click.UsageError(say("--json, --csv and --plot need different files.", "--json, --csv, --plot의 파일이 서로 달라야 합니다."))


def _say_if_compiling() -> None:
    """The first run of a version compiles the engine: nobody should wonder about the silence."""
    if sys.stderr.isatty() and not any(prepare().rglob("*.nbi")):
        click.echo(say("Compiling the engine (once, half a minute or so) ...", "엔진을 컴파일하는 중(처음 한 번, 30초쯤) ..."), err=True)


def write_files(record: RunRecord, json_file: Path | None, csv_file: Path | None, plot_file: Path | None) -> None:
    """Write the files that were asked for, and say so."""
    language = current_language()
    if json_file is not None:
        _write(json_file, json.dumps(result_body(record), ensure_ascii=False, indent=1, allow_nan=False).encode() + b"\n")
    if csv_file is not None:
        _write(csv_file, trades_csv(record, language))
    if plot_file is not None:
        _write(plot_file, plot_document(record, plot_file, language).encode())


def parted(words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Codes and strategy parameters out of what click left: `--buy-time 10:00` or `--buy-time=10:00`."""
    codes: list[str] = []
    parameters: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        if not word.startswith("--"):
            codes.extend(code for code in word.split(",") if code)
            continue
        name, _, value = word[2:].partition("=")
        parameters[name.replace("-", "_")] = value or _value_of(word, rest)
    return codes, parameters


def _value_of(word: str, rest: Iterator[str]) -> str:
    value = next(rest, None)
    if value is None or value.startswith("--"):
        raise click.UsageError(say(f"{word} needs a value.", f"{word}에 값이 필요합니다."))
    return value


def _request(codes: list[str], parameters: dict[str, str], told: dict[str, Any]) -> BacktestRequest:
    return BacktestRequest.from_json(
        {
            "strategy": told["strategy"],
            "strategy_params": parameters,
            "stock_codes": codes,
            "start_date": _day(told["start"]),
            "end_date": _day(told["end"]),
            "interval": None if told["interval"] is None else str(Interval.from_text(str(told["interval"]))),
            "initial_capital": told["capital"],
            "risk_free_rate": told["risk_free"],
            "seed": told["seed"],
            "check_all": told["check_all"],
            "raw_data": told["raw"],
            "adjust": told["adjust"],
            "costs": _costs(told),
            "fills": _fills(told),
            "account": {"mode": told["account"], "reinvest": told["reinvest"]},
        }
    )


def _costs(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "commission_ppm": told["commission_ppm"],
        "commission_on_buy": not told["free_purchase"],
        "fixed_tax_ppm": told["tax_ppm"],
        "commission_unit_krw": told["commission_unit"],
        "plain_fee_ratio": told["fee_ratio"],
    }


def _fills(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "market": told["market"],
        "max_wait_minutes": told["max_wait"],
        "slippage_ticks": told["slippage_ticks"],
        "slippage_bps": told["slippage_bps"],
        "unpriced": told["unpriced"],
        "fractional_shares": told["fractional"],
    }


def _day(given: date | None) -> str | None:
    return given.isoformat() if given else None


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise FileNotWritten(str(file), error.strerror or str(error)) from error
    click.echo(say(f"Written: {file}", f"저장했습니다: {file}"))
