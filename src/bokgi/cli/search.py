"""`bokgi search`: the best parameters of a strategy on each stock, and whether to believe them.

Convention: what would have happened out of sample stands before the optimum. Parameters of the strategy that stay fixed are options of
their own names, as in `bokgi backtest`.
"""

import json
from pathlib import Path
from typing import Any

import click

from bokgi.bars.interval import DAILY, Interval
from bokgi.cli.backtest import ADJUST_HELP, check_files, parted
from bokgi.cli.endings import DONE
from bokgi.cli.frame import Command
from bokgi.cli.inputs import DAY, INTERVAL
from bokgi.cli.language import current_language, say
from bokgi.cli.screen import console, progress_bar, table
from bokgi.cli.used_data import show_used_data
from bokgi.config.settings import Settings
from bokgi.errors.base import Language
from bokgi.errors.reports import FileNotWritten
from bokgi.reports.formats import percent
from bokgi.services.search_request import DEFAULT_TRIALS, SearchRequest

_SHOWN = 30
_HELP = say(
    "Try every pair of buy and sell times of daily_trading on CODES (or the combinations in --space of any strategy), show the best of "
    "each stock, and say whether it is better than chance. Under 60 sessions nothing is believed.",
    "CODES 종목에서 daily_trading의 모든 매수·매도 시각(또는 --space에 적은 조합)을 시험하여 종목마다 가장 좋은 것을 보여 주고, "
    "우연보다 나은지 알려 줍니다. 60거래일이 안 되면 판단하지 않습니다.",
)


@click.command("search", cls=Command, help=_HELP, context_settings={"ignore_unknown_options": True})
@click.argument("codes", nargs=-1, type=click.UNPROCESSED)
@click.option("--strategy", default="daily_trading", show_default=True, metavar="NAME", help=say("Built-in strategy.", "내장 전략 이름."))
@click.option("--method", metavar="exhaustive|grid|random", help=say("How trials are chosen.", "시험 조합을 고르는 방법."))
@click.option("--space", metavar="JSON", help=say('Values by parameter, e.g. {"fast": [5, 10]}.', '매개변수별 값. 예: {"fast": [5, 10]}.'))
@click.option(
    "--trials",
    type=int,
    default=DEFAULT_TRIALS,
    show_default=True,
    help=say("Of random.", "random의 조합 수."),
)
@click.option("--trials-only", is_flag=True, help=say("Do not judge; compute trials alone.", "판단 없이 조합만 계산합니다."))
@click.option("--start", type=DAY, help=say("First session; by default the last 60.", "시작일. 기본값: 마지막 60거래일."))
@click.option("--end", type=DAY, help=say("Last session, inclusive.", "종료일(포함)."))
@click.option("--interval", type=INTERVAL, help=say("Bars; by default the finest.", "봉 간격. 기본값: 가장 짧은 간격."))
@click.option("--capital", type=float, default=10_000_000, show_default=True, help=say("Of each account [KRW].", "계좌당 투자금(원)."))
@click.option(
    "--commission-ppm", type=int, default=110, show_default=True, help=say("Commission of each side [ppm].", "편도 수수료(백만분율).")
)
@click.option("--tax-ppm", type=int, help=say("One fixed tax on sales [ppm].", "법정 세율 대신 고정 매도 세율(백만분율)."))
@click.option("--slippage-ticks", type=int, default=0, show_default=True, help=say("Ticks against the trader.", "체결마다 불리한 호가 수."))
@click.option(
    "--reinvest",
    default="compound",
    show_default=True,
    metavar="compound|seed_capped",
    help=say("What a purchase may take.", "재투자 방식."),
)
@click.option("--adjust", metavar="splits|dividends", help=ADJUST_HELP)
@click.option("--json", "json_file", type=click.Path(path_type=Path), help=say("Write the whole result.", "전체 결과를 JSON으로 저장."))
@click.option("--csv", "csv_file", type=click.Path(path_type=Path), help=say("Write the ranking.", "순위를 CSV로 저장."))
@click.pass_obj
def search(settings: Settings, /, codes: tuple[str, ...], json_file: Path | None, csv_file: Path | None, **told: Any) -> int:
    """Search, show and write."""
    check_files(json_file, csv_file, None)
    given, parameters = parted(codes)
    body = searched(settings, _request(given, parameters, told))
    show_ranking(body)
    if json_file is not None:
        _write(json_file, json.dumps(body, ensure_ascii=False, indent=1, allow_nan=False).encode() + b"\n")
    if csv_file is not None:
        from bokgi.reports.search_tables import ranking_csv

        _write(csv_file, ranking_csv(body, current_language()))
    return DONE


def searched(settings: Settings, request: SearchRequest) -> dict[str, Any]:
    """The body of the result, computed here."""
    from bokgi.services.resolution import resolve
    from bokgi.services.search_result import search_body
    from bokgi.services.search_work import searched_stocks
    from bokgi.services.searches import checked_request, part_bounds
    from bokgi.services.shelf import Shelf
    from bokgi.services.stock_choice import versions_of

    shelf = Shelf(settings.home)
    request = checked_request(request)
    base = resolve(shelf.store, shelf.master, request.base)
    request = request.with_base(base)
    assert base.interval is not None
    versions, total, findings = versions_of(shelf, base.interval), len(base.codes), list[dict[str, Any]]()
    pinned = (versions[str(base.interval)] or None, versions[str(DAILY)])
    with progress_bar(say("Search", "탐색")) as advance:
        for first, end in part_bounds(total):
            for stock in searched_stocks(shelf, request.with_codes(base.codes[first:end]), pinned):
                findings.append(dict(stock.finding))
                advance(len(findings), total)
    return search_body(findings, request, versions, shelf, total=total)


def _request(codes: list[str], parameters: dict[str, str], told: dict[str, Any]) -> SearchRequest:
    body: dict[str, Any] = {
        "strategy": told["strategy"],
        "strategy_params": parameters,
        "stock_codes": codes,
        "start_date": told["start"].isoformat() if told["start"] else None,
        "end_date": told["end"].isoformat() if told["end"] else None,
        "interval": None if told["interval"] is None else str(Interval.from_text(str(told["interval"]))),
        "initial_capital": told["capital"],
        "adjust": told["adjust"],
        "costs": {"commission_ppm": told["commission_ppm"], "fixed_tax_ppm": told["tax_ppm"]},
        "fills": {"slippage_ticks": told["slippage_ticks"]},
        "account": {"reinvest": told["reinvest"]},
        "space": _space(told["space"]),
        "trials": told["trials"],
        "honesty": not told["trials_only"],
    }
    return SearchRequest.from_json(body if told["method"] is None else body | {"method": told["method"]})


def _space(given: str | None) -> object:
    if given is None:
        return None
    try:
        return json.loads(given)
    except ValueError as error:
        raise click.UsageError(say(f"--space is no JSON: {error}", f"--space가 JSON이 아닙니다: {error}")) from error


def show_ranking(body: dict[str, Any]) -> None:
    """What the data were, the ranking, then the sentences of the first stock."""
    is_korean = current_language() is Language.KOREAN
    key = "korean" if is_korean else "english"
    if body["data"]["synthetic"]:
        click.echo(click.style(say("SYNTHETIC DATA: invented prices.", "합성 데이터: 지어낸 가격입니다."), fg="yellow", bold=True))
    show_used_data(body["data"]["faults"])
    headings = (
        (say("Stock", "종목"), "left"),
        (say("Out of sample", "검증 구간"), "right"),
        (say("Best in sample", "탐색 구간 최고"), "right"),
        (say("Parameters", "매개변수"), "left"),
        (say("Holding", "단순 보유"), "right"),
        (say("Verdict", "판단"), "left"),
    )
    view = table("", headings)
    for stock in body["stocks"][:_SHOWN]:
        view.add_row(*_row(stock, key))
    console().print(view)
    if len(body["stocks"]) > _SHOWN:
        more = len(body["stocks"]) - _SHOWN
        click.echo(say(f"... and {more} more; --csv or --json has all.", f"... 외 {more}종목. --csv나 --json에 모두 있습니다."))
    for stock in body["stocks"][:1]:
        for sentence in stock["details"]:
            click.echo(f"  {stock['code']}: {sentence[key]}")


def _row(stock: dict[str, Any], key: str) -> list[str]:
    name = f"{stock['name']} {stock['code']}".strip()
    if not stock["trials"]:
        return [name, "-", "-", "", "-", say("no bars to try", "시험할 봉이 없음")]
    walk = (stock["honesty"] or {}).get("anchored")
    parameters = ", ".join(f"{value}" for value in stock["best"]["params"].values())
    verdict = "" if stock["sentence"] is None else str(stock["sentence"][key])
    tested = None if walk is None else walk["tested_total"]
    return [name, percent(tested, 2) or "-", percent(stock["best"]["total_return"], 2) or "-", parameters, _held(stock), verdict]


def _held(stock: dict[str, Any]) -> str:
    return str(percent(stock["holding_total"], 2) or "-")


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise FileNotWritten(str(file), error.strerror or str(error)) from error
    click.echo(say(f"Written: {file}", f"저장했습니다: {file}"))
