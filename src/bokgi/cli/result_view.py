"""A result on the terminal: the figures people ask first, what the data were, why orders went as they did.

A run over faulty or synthetic data says so in its first lines.
"""

import click
from rich.text import Text

from bokgi.cli.language import current_language, say
from bokgi.cli.screen import console, table
from bokgi.cli.used_data import show_used_data
from bokgi.errors.base import Language
from bokgi.orders.reasons import WORDS
from bokgi.reports.formats import percent
from bokgi.reports.headline import Figure, cost_sentence, first_figures, invested_sentence, next_figures
from bokgi.reports.run_record import RunRecord

SHOWN_STOCKS = 20


def show_result(record: RunRecord) -> None:
    """Print one result."""
    _show_title(record)
    show_used_data(record.facts.faults)
    _show_figures(record)
    _show_stocks(record)
    _show_reasons(record)
    _show_manifest(record)


def reason_word(name: str) -> str:
    """A reason of sale or an event in the person's language."""
    korean, english = WORDS[name]
    return say(english, korean)


def _show_title(record: RunRecord) -> None:
    if record.facts.synthetic:
        click.echo(
            click.style(
                say("SYNTHETIC DATA: invented instruments and prices.", "합성 데이터: 종목과 가격은 모두 지어낸 것입니다."),
                fg="yellow",
                bold=True,
            )
        )
    sessions = record.panel.sessions
    parameters = ", ".join(f"{name} {value}" for name, value in record.request["strategy_params"].items())
    strategy = f"{record.request['strategy']}" + (f" ({parameters})" if parameters else "")
    period = f"{sessions.day[0]} .. {sessions.day[-1]}"
    count = len(record.summary.stocks)
    counted = "1 stock" if count == 1 else f"{count} stocks"
    click.echo(
        say(
            f"{strategy}, {counted}, {record.facts.interval} bars, {period}, {len(sessions)} sessions",
            f"{strategy}, {count}종목, {record.facts.interval} 봉, {period}, {len(sessions)}거래일",
        )
    )
    click.echo(invested_sentence(record, current_language()))


def _show_figures(record: RunRecord) -> None:
    language = current_language()
    view = table("", ((say("Result", "결과"), "left"), ("", "right")))
    for figure in first_figures(record, language):
        view.add_row(figure.label, _value(figure))
    view.add_section()
    for figure in next_figures(record, language):
        view.add_row(figure.label, _value(figure))
    for ticks, value in record.slippage:
        view.add_row(say(f"Total return at {ticks} ticks of slippage", f"슬리피지 {ticks}호가일 때 누적 수익률"), str(percent(value, 2)))
    for benchmark in record.benchmarks:
        view.add_row(
            say(f"Beside it: {benchmark.english}", f"비교: {benchmark.korean}"),
            str(percent(benchmark.figures.values["total_return"], 2) or "-"),
        )
    console().print(view)
    click.echo(cost_sentence(record, language))


def _value(figure: Figure) -> Text:
    colours = ("blue", "default", "red") if current_language() is Language.KOREAN else ("red", "default", "green")
    return Text(figure.text, style=colours[figure.direction + 1])


def _show_stocks(record: RunRecord) -> None:
    rows = sorted(record.summary.stocks, key=lambda row: -row.total_profit)
    if len(rows) < 2:
        return
    headings = (
        say("Stock", "종목"),
        say("Trades", "거래"),
        say("Net profit", "순손익(원)"),
        say("Return", "수익률"),
        say("Win rate", "승률"),
    )
    view = table("", [(heading, "left" if place == 0 else "right") for place, heading in enumerate(headings)])
    shown = rows if len(rows) <= SHOWN_STOCKS else [*rows[: SHOWN_STOCKS // 2], *rows[-SHOWN_STOCKS // 2 :]]
    for row in shown:
        view.add_row(
            f"{row.code} {row.name}".strip(),
            str(row.total_trades),
            f"{row.total_profit:,.0f}",
            str(percent(row.return_rate, 2) or "-"),
            str(percent(row.win_rate, 1) or "-"),
        )
    console().print(view)
    if len(shown) < len(rows):
        click.echo(say(f"(the best and worst of {len(rows)} stocks)", f"({len(rows)}종목 중 상위와 하위)"))


def _show_reasons(record: RunRecord) -> None:
    summary = record.summary
    if summary.sale_reasons:
        words = (f"{reason_word(name)} {row.count:,}" for name, row in summary.sale_reasons.items())
        click.echo(say("Reasons of sale: ", "매도 사유: ") + ", ".join(words))
    if summary.events:
        words = (f"{reason_word(name)} {count:,}" for name, count in summary.events.items())
        click.echo(say("Orders that were no plain fills: ", "특이 주문: ") + ", ".join(words))
    if summary.average_late_minutes:
        click.echo(
            say(
                f"Late fills came {summary.average_late_minutes:.1f} minutes late on average.",
                f"늦은 체결의 평균 지연은 {summary.average_late_minutes:.1f}분입니다.",
            )
        )
    if summary.uncounted:
        click.echo(say("Without bars in the period, not counted: ", "기간에 봉이 없어 제외: ") + ", ".join(summary.uncounted))
    if record.lookahead:
        scope = say("all" if record.lookahead["all_checked"] else "a sample of", "전체" if record.lookahead["all_checked"] else "일부")
        count, cuts = len(record.lookahead["codes"]), record.lookahead["cuts"]
        click.echo(
            say(
                f"Look-ahead check: clean ({scope} {count} stocks, {cuts} cut points).",
                f"미래 참조 검사: 이상 없음 ({scope} {count}종목, {cuts}개 시점).",
            )
        )


def _show_manifest(record: RunRecord) -> None:
    manifest = record.manifest
    data, code, result = (manifest[name][:12] for name in ("data_hash", "code_hash", "result_hash"))
    version = manifest["code_version"]
    words = say(f"data {data}, code {version} {code}, result {result}", f"자료 {data}, 코드 {version} {code}, 결과 {result}")
    click.echo(click.style(words, dim=True))
