"""A result as a PDF, set by Typst from the layout in `document.typ`.

Convention: everything that is shown goes to the layout as JSON strings, so no text, whoever wrote it, is ever read as markup. Fonts are
those of the package alone, the time of creation is the record's, nothing is fetched: equal results give equal bytes. Tables that could
grow without end are cut, with a note that names the files which hold the rest.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bokgi.errors.base import Language
from bokgi.reports.chart_style import paper_colours
from bokgi.reports.chart_svg import paper_charts
from bokgi.reports.figure_sentences import sentence
from bokgi.reports.font_files import FAMILY, font_folder
from bokgi.reports.formats import shortened, utc_text
from bokgi.reports.headline import Figure, cost_sentence, first_figures, invested_sentence, next_figures
from bokgi.reports.report_heading import WORDS, heading
from bokgi.reports.report_tables import Cell, Table, fault_sentences, figure_tables, manifest_table, trades_table
from bokgi.reports.run_record import RunRecord

TRADES_SHOWN, STOCKS_SHOWN, FAULTS_SHOWN = 300, 300, 200
_LONGEST_NAME, _LONGEST_CELL, _LONGEST_TEXT = 60, 28, 1_500
_WITH_NAMES = ("stocks", "trades")
"""Tables with names of any length beside their numbers: those are cut."""

_LAYOUT = Path(__file__).with_name("document.typ")


def document(record: RunRecord, language: Language = Language.KOREAN) -> bytes:
    """Return the file.

    Raises
    ------
    FontMissing
        The fonts are not there.
    """
    import typst

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(font_folder())])
    compiler = typst.Compiler(_LAYOUT.read_bytes(), root=str(_LAYOUT.parent), font_paths=fonts, ignore_system_fonts=True)
    content = json.dumps(document_content(record, language), ensure_ascii=False)
    made = compiler.compile(format="pdf", sys_inputs={"content": content}, timestamp=int(record.completed_at.timestamp()))
    assert isinstance(made, bytes)
    return made


def document_content(record: RunRecord, language: Language) -> dict[str, Any]:
    """Return everything that the layout shows, as plain JSON values."""
    words, above, faults = WORDS[language], heading(record, language), fault_sentences(record, language)
    return {
        "language": language.value,
        "font": FAMILY,
        "colours": paper_colours(language),
        "title": words.title,
        "name": shortened(above.name, _LONGEST_NAME),
        "about": above.about[:_LONGEST_TEXT],
        "warnings": list(above.warnings),
        "figures": _figures(first_figures(record, language), language),
        "sentences": [invested_sentence(record, language), cost_sentence(record, language)],
        "charts": paper_charts(record, language, FAMILY),
        "more": {"title": words.more, "figures": _figures(next_figures(record, language), language)},
        "tables": [_table(table) for table in figure_tables(record, language, STOCKS_SHOWN) if table.rows],
        "faults": {"title": words.faults_title, "sentences": _cut(faults) or [words.no_faults]},
        "trades": [_table(table) for table in (trades_table(record, language, TRADES_SHOWN),) if table.rows],
        "manifest": [_table(table) for table in (manifest_table(record, language),) if table.rows],
        "footer": words.footer,
        "completed_at": utc_text(record.completed_at),
    }


def _figures(figures: Iterable[Figure], language: Language) -> list[dict[str, Any]]:
    return [
        {"label": figure.label, "text": figure.text, "direction": figure.direction, "sentence": sentence(figure.name, language)}
        for figure in figures
    ]


def _cut(sentences: list[str]) -> list[str]:
    shown = [text[:_LONGEST_TEXT] for text in sentences[:FAULTS_SHOWN]]
    return shown if len(sentences) <= FAULTS_SHOWN else [*shown, f"… (+{len(sentences) - FAULTS_SHOWN:,})"]


def _table(table: Table) -> dict[str, Any]:
    columns = _LONGEST_CELL if table.name in _WITH_NAMES else _LONGEST_TEXT
    return {
        "name": table.name,
        "title": table.title,
        "note": table.note,
        "header": list(table.header),
        "texts": list(table.texts),
        "rows": [[_cell(cell, columns) for cell in row] for row in table.rows],
    }


def _cell(cell: Cell, columns: int) -> dict[str, Any]:
    return {"text": shortened(cell.text, columns), "direction": cell.direction}
