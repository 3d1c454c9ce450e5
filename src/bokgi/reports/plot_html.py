"""A result as one page that stands alone: no network, no scripts; figures, charts and tables.

Convention: every text that comes from outside (names, codes, sentences) is escaped; numbers are formatted by `formats`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from bokgi.errors.base import Language
from bokgi.errors.reports import PlotKindUnknown
from bokgi.metrics.equity import DrawdownSpan
from bokgi.metrics.stocks import StockSummary
from bokgi.orders.reasons import WORDS
from bokgi.reports.chart_style import CHART_RULES, FONT, palette
from bokgi.reports.chart_svg import charts_svg, drawdown_chart, equity_chart, profit_chart
from bokgi.reports.formats import money, percent, signed_percent, utc_text
from bokgi.reports.headline import Figure, cost_sentence, first_figures, invested_sentence, next_figures
from bokgi.reports.run_record import RunRecord

_PAGE_RULES = (
    f"body{{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 {FONT}}}"
    "main{max-width:1000px;margin:0 auto;padding:28px 20px 60px}h1{font-size:24px;margin:0 0 4px}h2{font-size:17px;margin:36px 0 10px}"
    "p{margin:4px 0}.soft{color:var(--soft)}.up{color:var(--up)}.down{color:var(--down)}"
    ".warn{background:var(--warn-paper);color:var(--warn);padding:10px 14px;border-radius:8px;margin:12px 0}"
    ".figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(190px,1fr));gap:10px;margin:18px 0}"
    ".figure{background:var(--raised);border-radius:10px;padding:11px 14px;min-width:0}.figure dt{color:var(--soft);font-size:13px}"
    ".figure dd{margin:2px 0 0;font-size:19px;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}"
    ".figures.small dd{font-size:16px}svg.chart{display:block;width:100%;height:auto;margin:14px 0}"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}"
    "th,td{padding:6px 10px;border-bottom:1px solid var(--grid);text-align:right;white-space:nowrap}th{color:var(--soft);font-weight:500}"
    "th:first-child,td:first-child,td.text,th.text{text-align:left}td.wrap{white-space:normal}footer{margin-top:40px;font-size:13px}"
    "footer code{overflow-wrap:anywhere}"
)


@dataclass(frozen=True, slots=True)
class _Words:
    title: str
    more: str
    months: tuple[str, ...]
    months_title: str
    drawdowns: tuple[str, ...]
    drawdowns_title: str
    reasons: tuple[str, ...]
    reasons_title: str
    events: tuple[str, ...]
    events_title: str
    stocks: tuple[str, ...]
    stocks_title: str
    faults_title: str
    synthetic: str
    partial: str
    bases: dict[str, str]
    start: str
    never: str
    sessions: str
    footer: str


_WORDS = {
    Language.KOREAN: _Words(
        title="백테스트 결과",
        more="위험과 비율",
        months=("월", "수익률", "거래일"),
        months_title="월별 수익률",
        drawdowns=("기준", "깊이", "고점", "저점", "회복", "지속(거래일)"),
        drawdowns_title="최대 낙폭",
        reasons=("매도 사유", "거래 수", "승률", "순손익"),
        reasons_title="매도 사유별 성적",
        events=("주문 처리", "건수"),
        events_title="체결되지 않았거나 특이한 주문",
        stocks=("종목", "코드", "거래 수", "승률", "순손익", "평가손익", "비용", "수익률", "최대 낙폭"),
        stocks_title="종목별 성적",
        faults_title="자료에 관해 알아둘 점",
        synthetic="합성 자료로 실행한 결과입니다. 실제 시세가 아닙니다.",
        partial="중간에 취소된 백테스트입니다. 완료된 부분만 들어 있습니다.",
        bases={"bars": "봉", "session_ends": "거래일 종가"},
        start="시작(원금)",
        never="미회복",
        sessions="거래일",
        footer="수익률·위험 지표의 정의는 docs/metrics.md, 체결과 비용의 규칙은 docs/semantics.md에 있습니다.",
    ),
    Language.ENGLISH: _Words(
        title="Backtest result",
        more="Risk and ratios",
        months=("Month", "Return", "Sessions"),
        months_title="Monthly returns",
        drawdowns=("Basis", "Depth", "Peak", "Trough", "Recovery", "Sessions"),
        drawdowns_title="Max drawdown",
        reasons=("Reason of sale", "Trades", "Win rate", "Net profit"),
        reasons_title="By reason of sale",
        events=("Order", "Count"),
        events_title="Orders that did not fill, or not plainly",
        stocks=("Stock", "Code", "Trades", "Win rate", "Net profit", "Unrealised", "Costs", "Return", "Max drawdown"),
        stocks_title="By stock",
        faults_title="What to know about the data",
        synthetic="This result comes from synthetic data. These are no real prices.",
        partial="This backtest was cancelled on its way. Only what was completed is here.",
        bases={"bars": "Bars", "session_ends": "Session ends"},
        start="Start (E0)",
        never="not yet",
        sessions="sessions",
        footer="docs/metrics.md defines the figures, docs/semantics.md the fills and costs.",
    ),
}


def plot_document(record: RunRecord, file: Path, language: Language = Language.KOREAN) -> str:
    """Return what belongs into `file`, by the ending of its name.

    Raises
    ------
    PlotKindUnknown
        The name ends neither in .html nor in .svg.
    """
    check_plot_file(file)
    return charts_svg(record, language) if file.suffix.lower() == ".svg" else result_page(record, language)


def check_plot_file(file: Path) -> None:
    """Refuse a name before the run rather than after it.

    Raises
    ------
    PlotKindUnknown
        The name ends neither in .html nor in .svg.
    """
    if file.suffix.lower() not in {".html", ".htm", ".svg"}:
        raise PlotKindUnknown(file.name)


def result_page(record: RunRecord, language: Language = Language.KOREAN) -> str:
    """Return the page."""
    words = _WORDS[language]
    parts = [
        _head(record, language),
        _figures(first_figures(record, language), "figures"),
        f"<p>{escape(invested_sentence(record, language))}</p><p>{escape(cost_sentence(record, language))}</p>",
        equity_chart(record, language),
        drawdown_chart(record, language),
        profit_chart(record, language),
        f"<h2>{words.more}</h2>",
        _figures(next_figures(record, language), "figures small"),
        *_tables(record, language),
        _faults(record, language),
        _footer(record, language),
    ]
    style = f"<style>{palette(language)}{CHART_RULES}{_PAGE_RULES}</style>"
    meta = '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
    title = f"<title>{escape(_run_name(record))} · {words.title}</title>"
    return (
        f'<!doctype html><html lang="{language.value}"><head>{meta}{title}{style}</head><body><main>{"".join(parts)}</main></body></html>\n'
    )


def _run_name(record: RunRecord) -> str:
    return str(record.request.get("strategy", ""))


def _head(record: RunRecord, language: Language) -> str:
    words, days = _WORDS[language], record.panel.sessions.day
    parameters = ", ".join(f"{name} {value}" for name, value in dict(record.request.get("strategy_params") or {}).items())
    period = f"{days[0]} ~ {days[-1]} ({len(days):,} {words.sessions})" if len(days) else ""
    about = " · ".join(text for text in (period, record.facts.interval, ", ".join(record.facts.sources), parameters) if text)
    warnings = [words.synthetic] if record.facts.synthetic else []
    warnings += [words.partial] if record.partial else []
    boxes = "".join(f'<p class="warn">{text}</p>' for text in warnings)
    return f'<h1>{escape(_run_name(record))}</h1><p class="soft">{escape(about)}</p>{boxes}'


def _figures(figures: Iterable[Figure], kind: str) -> str:
    items = (
        f'<div class="figure"><dt>{escape(figure.label)}</dt><dd class="{_side(figure.direction)}">{escape(figure.text)}</dd></div>'
        for figure in figures
    )
    return f'<dl class="{kind}">{"".join(items)}</dl>'


def _tables(record: RunRecord, language: Language) -> list[str]:
    words, summary = _WORDS[language], record.summary
    place = 0 if language is Language.KOREAN else 1
    months = [(row.month, _coloured(row.return_ratio), str(row.sessions)) for row in summary.months]
    reasons = [
        (WORDS[reason][place], money(row.count), percent(row.win_rate, 1) or "-", _coloured_money(row.profit))
        for reason, row in summary.sale_reasons.items()
    ]
    events = [(WORDS[event][place], money(count)) for event, count in summary.events.items()]
    return [
        _table(words.drawdowns_title, words.drawdowns, [_drawdown(span, words) for span in summary.drawdowns]),
        _table(words.months_title, words.months, months),
        _table(words.reasons_title, words.reasons, reasons),
        _table(words.events_title, words.events, events),
        _table(words.stocks_title, words.stocks, [_stock(row, language) for row in summary.stocks]),
    ]


def _drawdown(span: DrawdownSpan, words: _Words) -> tuple[str, ...]:
    if span.trough is None:
        return (words.bases[span.basis], percent(span.depth) or "-", "-", "-", "-", "0")
    peak, recovery = str(span.peak or words.start), str(span.recovery or words.never)
    return (words.bases[span.basis], percent(span.depth) or "-", peak, str(span.trough), recovery, str(span.sessions))


def _stock(row: StockSummary, language: Language) -> tuple[str, ...]:
    name = (row.name if language is Language.KOREAN else row.name_en or row.name) or row.code
    return (
        escape(name),
        escape(row.code),
        money(row.total_trades),
        percent(row.win_rate, 1) or "-",
        _coloured_money(row.total_profit),
        money(row.unrealised_profit),
        money(row.total_cost),
        _coloured(row.return_rate),
        percent(row.max_drawdown) or "-",
    )


def _table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; its cells are HTML already. Nothing where there are no rows."""
    if not rows:
        return ""
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<h2>{escape(title)}</h2><div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>'


def _faults(record: RunRecord, language: Language) -> str:
    sentences = [
        str(fault.get("korean" if language is Language.KOREAN else "english") or fault.get("kind")) for fault in record.facts.faults
    ]
    if not sentences:
        return ""
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f"<h2>{_WORDS[language].faults_title}</h2><ul>{items}</ul>"


def _footer(record: RunRecord, language: Language) -> str:
    kept = ("code_version", "data_hash", "result_hash")
    facts = [f"{name} <code>{escape(str(record.manifest[name]))}</code>" for name in kept if record.manifest.get(name)]
    facts.append(utc_text(record.completed_at))
    return f'<footer class="soft"><p>{escape(_WORDS[language].footer)}</p><p>{"<br>".join(facts)}</p></footer>'


def _coloured(value: float | None) -> str:
    return f'<span class="{_side(value)}">{signed_percent(value)}</span>'


def _coloured_money(value: float) -> str:
    return f'<span class="{_side(value)}">{"+" if value > 0 else ""}{money(value)}</span>'


def _side(value: float | None) -> str:
    return "" if not value else "up" if value > 0 else "down"
