"""A result as one page that stands alone: no network, no scripts; for screen, phone and paper.

Convention: every text that comes from outside (names, codes, sentences) is escaped; numbers are formatted by `formats`. The page forbids
its reader everything but its own style sheet, which it names by its hash: nothing that got into it could load or run anything.
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterable
from html import escape
from pathlib import Path

from bokgi.errors.base import Language
from bokgi.errors.reports import PlotKindUnknown
from bokgi.reports.chart_style import CHART_RULES, FONT, palette, paper_palette
from bokgi.reports.chart_svg import charts_svg, drawdown_chart, equity_chart, profit_chart
from bokgi.reports.figure_sentences import sentence
from bokgi.reports.formats import utc_text
from bokgi.reports.headline import Figure, cost_sentence, first_figures, invested_sentence, next_figures
from bokgi.reports.report_heading import WORDS, Heading, heading
from bokgi.reports.report_tables import Cell, Table, fault_sentences, figure_tables, manifest_table, trades_table
from bokgi.reports.run_record import RunRecord

TRADES_SHOWN = 1_000
_PAGE_RULES = (
    f"body{{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 {FONT}}}"
    "main{max-width:1000px;margin:0 auto;padding:28px 20px 60px}h1{font-size:24px;margin:0 0 4px}h2{font-size:17px;margin:36px 0 10px}"
    "h1,p,li{overflow-wrap:anywhere}p{margin:4px 0}.soft{color:var(--soft)}.up{color:var(--up)}.down{color:var(--down)}"
    ".warn{background:var(--warn-paper);color:var(--warn);padding:10px 14px;border-radius:8px;margin:12px 0}"
    ".figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(220px,1fr));gap:10px;margin:18px 0}"
    ".figure{background:var(--raised);border-radius:10px;padding:11px 14px;min-width:0}.figure dt{color:var(--soft);font-size:13px}"
    ".figure dd{margin:2px 0 0;font-size:19px;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}"
    ".figure dd.why{font-size:12px;font-weight:400;color:var(--soft);line-height:1.4}"
    ".figures.small dd{font-size:16px}.figures.small dd.why{font-size:12px}.scroll{overflow-x:auto}"
    "svg.chart{display:block;width:100%;height:auto;margin:14px 0}"
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}"
    "th,td{padding:6px 10px;border-bottom:1px solid var(--grid);text-align:right;white-space:nowrap}th{color:var(--soft);font-weight:500}"
    "th.text,td.text{text-align:left}td.text{max-width:22em;white-space:normal;overflow-wrap:anywhere}"
    ".manifest td.text{font-family:monospace;font-size:12px;white-space:pre-wrap;max-width:none}"
    ".trades table{font-size:13px}footer{margin-top:40px;font-size:13px}"
    "@media (max-width:700px){main{padding:16px 12px 40px}svg.chart{width:860px}.figures{grid-template-columns:1fr 1fr}}"
    "@media print{main{max-width:none;padding:0}body{font-size:10pt}.scroll{overflow:visible}.trades table{font-size:7pt}"
    "th,td{padding:2px 5px}thead{display:table-header-group}tr,.figure,svg.chart,li{break-inside:avoid}h2{break-after:avoid}}"
)


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
    words, above = WORDS[language], heading(record, language)
    charts = (equity_chart(record, language), drawdown_chart(record, language), profit_chart(record, language))
    parts = [
        _head(above),
        _figures(first_figures(record, language), "figures", language),
        f"<p>{escape(invested_sentence(record, language))}</p><p>{escape(cost_sentence(record, language))}</p>",
        *(f'<div class="scroll">{chart}</div>' for chart in charts),
        f"<h2>{words.more}</h2>",
        _figures(next_figures(record, language), "figures small", language),
        *(_table(table) for table in figure_tables(record, language)),
        _faults(record, language),
        _table(trades_table(record, language, TRADES_SHOWN)),
        _table(manifest_table(record, language)),
        f'<footer class="soft"><p>{escape(words.footer)}</p><p>{utc_text(record.completed_at)}</p></footer>',
    ]
    return _document(f"{above.name} · {words.title}", "".join(parts), language)


def _document(title: str, content: str, language: Language) -> str:
    style = f"{palette(language)}{paper_palette(language)}{CHART_RULES}{_PAGE_RULES}"
    named = b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{named}'; base-uri 'none'; form-action 'none'"
    meta = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer">'
    )
    head = f"<head>{meta}<title>{escape(title)}</title><style>{style}</style></head>"
    return f'<!doctype html><html lang="{language.value}">{head}<body><main>{content}</main></body></html>\n'


def _head(above: Heading) -> str:
    boxes = "".join(f'<p class="warn">{escape(text)}</p>' for text in above.warnings)
    return f'<h1>{escape(above.name)}</h1><p class="soft">{escape(above.about)}</p>{boxes}'


def _figures(figures: Iterable[Figure], kind: str, language: Language) -> str:
    items = (
        f'<div class="figure"><dt>{escape(figure.label)}</dt><dd class="{_side(figure.direction)}">{escape(figure.text)}</dd>'
        f'<dd class="why">{escape(sentence(figure.name, language))}</dd></div>'
        for figure in figures
    )
    return f'<dl class="{kind}">{"".join(items)}</dl>'


def _table(table: Table) -> str:
    """Return a table with its title; nothing where there are no rows."""
    if not table.rows:
        return ""
    kinds = ["text" if place in table.texts else "" for place in range(len(table.header))]
    head = "".join(f'<th class="{kind}">{escape(word)}</th>' for word, kind in zip(table.header, kinds, strict=True))
    lines = "".join(f"<tr>{''.join(map(_cell, row, kinds))}</tr>" for row in table.rows)
    note = f'<p class="soft">{escape(table.note)}</p>' if table.note else ""
    whole = f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"
    return f'<section class="{table.name}"><h2>{escape(table.title)}</h2>{note}<div class="scroll">{whole}</div></section>'


def _cell(cell: Cell, kind: str) -> str:
    return f'<td class="{kind or _side(cell.direction)}">{escape(cell.text)}</td>'


def _faults(record: RunRecord, language: Language) -> str:
    words = WORDS[language]
    items = "".join(f"<li>{escape(text)}</li>" for text in fault_sentences(record, language))
    content = f"<ul>{items}</ul>" if items else f"<p>{words.no_faults}</p>"
    return f'<section class="faults"><h2>{words.faults_title}</h2>{content}</section>'


def _side(direction: int) -> str:
    return "" if not direction else "up" if direction > 0 else "down"
