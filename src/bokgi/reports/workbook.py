"""A result as a workbook: summary, stocks, trades, and equity with a chart of its own.

Convention: numbers are numbers with a format (a spreadsheet keeps 16 digits), dates are dates in exchange time, texts are texts: nothing
is ever taken for a formula or a link, and a text that a spreadsheet could take for one gets an apostrophe as in the CSV. Equal results give
equal bytes: the time of creation is the record's.
"""

import io
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC
from typing import Any, TypeAlias

import numpy as np
import xlsxwriter

from bokgi.errors.base import Language
from bokgi.metrics.catalog import BY_NAME, METRICS, Metric, Unit
from bokgi.metrics.drawdown import drawdown_series
from bokgi.metrics.equity import Value
from bokgi.reports.figure_sentences import SENTENCES, sentence
from bokgi.reports.headline import FIRST_SCREEN, against_holding, cost_sentence, invested_sentence, return_above_holding
from bokgi.reports.report_heading import WORDS, heading
from bokgi.reports.report_tables import fault_sentences, manifest_table
from bokgi.reports.run_record import RunRecord
from bokgi.reports.trade_table import FIELDS, HEADER_ENGLISH, HEADER_KOREAN, TradeTable, trade_table
from bokgi.reports.trades_csv import neutralised, summary_head
from bokgi.units import DayArray, FloatArray

MANY_TRADES = 20_000
"""From here on rows go to disk as they are written, so that memory does not grow with them."""

ROWS_OF_A_SHEET = 1_000_000
_LONGEST_TEXT = 32_000
_FIRST_DAY = np.datetime64("1899-12-30", "us")
_MICROS_OF_A_DAY = 86_400_000_000
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_SHEETS = {Language.KOREAN: ("요약", "종목", "거래", "평가금액"), Language.ENGLISH: ("Summary", "Stocks", "Trades", "Equity")}
_STOCK_HEADERS = {
    Language.KOREAN: (
        "종목코드",
        "종목명",
        "거래 수",
        "이익 거래",
        "손실 거래",
        "보유 중",
        "순손익",
        "평가손익",
        "비용",
        "수익률",
        "승률",
        "최대 낙폭",
        "보유 시간 비율",
    ),
    Language.ENGLISH: (
        "Code",
        "Name",
        "Trades",
        "Won",
        "Lost",
        "Open",
        "Net profit",
        "Unrealised",
        "Costs",
        "Return",
        "Win rate",
        "Max drawdown",
        "Exposure",
    ),
}
_STOCK_FIELDS = (
    *("total_trades", "winning_trades", "losing_trades", "open_positions", "total_profit", "unrealised_profit", "total_cost"),
    *("return_rate", "win_rate", "max_drawdown", "exposure"),
)
_RATIOS = ("return_rate", "win_rate", "max_drawdown", "exposure")
_EQUITY_HEADERS = {Language.KOREAN: ("거래일", "평가금액", "낙폭"), Language.ENGLISH: ("Session", "Equity", "Drawdown")}
_FORMATS = {
    "title": {"bold": True, "font_size": 14},
    "header": {"bold": True, "bottom": 1, "bg_color": "#EEF0F3"},
    "soft": {"font_color": "#667080"},
    "money": {"num_format": "#,##0"},
    "price": {"num_format": "#,##0.####"},
    "day": {"num_format": "yyyy-mm-dd"},
    "time": {"num_format": "yyyy-mm-dd hh:mm"},
    **{f"percent{n}": {"num_format": f"0.{'0' * n}%"} for n in (1, 2, 3)},
    **{f"number{n}": {"num_format": "#,##0." + "0" * n if n else "#,##0"} for n in (0, 1, 2, 3)},
}
_TRADE_FORMATS = {
    **dict.fromkeys(("invested", "gross", "commission", "tax", "profit", "balance"), "money"),
    **dict.fromkeys(("buy_price", "sell_price", "shares"), "price"),
    **dict.fromkeys(("bought_at", "sold_at"), "time"),
}
_TRADE_WIDTHS = (8, 10, 20, 17, 12, 10, 17, 12, 14, 13, 10, 10, 13, 15, 16)

Formats = dict[str, Any]
Book: TypeAlias = Any
Sheet: TypeAlias = Any
Chart: TypeAlias = Any
"""XlsxWriter comes without types."""


def workbook(record: RunRecord, language: Language = Language.KOREAN) -> bytes:
    """Return the file."""
    stream = io.BytesIO()
    is_large = len(record.simulation.trades) > MANY_TRADES
    with closing(xlsxwriter.Workbook(stream, _OPTIONS | {"constant_memory": is_large, "in_memory": not is_large})) as book:
        _set_properties(book, record, language)
        formats = {name: book.add_format(facts) for name, facts in _FORMATS.items()}
        summary, stocks, trades, equity = _SHEETS[language]
        _write_summary(book.add_worksheet(summary), formats, record, language)
        _write_stocks(book.add_worksheet(stocks), formats, record, language)
        _write_trades(book, trades, formats, record, language)
        _write_equity(book, equity, formats, record, language)
    return stream.getvalue()


def _set_properties(book: Book, record: RunRecord, language: Language) -> None:
    above, created = heading(record, language), record.completed_at.astimezone(UTC).replace(tzinfo=None)
    title = f"{above.name[:200]} · {WORDS[language].title}"
    book.set_properties({"title": title, "author": "Bokgi", "created": created, "modified": created})


def _write_summary(sheet: Sheet, formats: Formats, record: RunRecord, language: Language) -> None:
    words, above = WORDS[language], heading(record, language)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 24)
    sheet.set_column(2, 2, 90)
    row = 0
    for text, form in ((above.name, "title"), (above.about, "soft"), *((warning, "header") for warning in above.warnings)):
        row = _write_row(sheet, row, (text,), (formats[form],))
    for label, value in summary_head(record, language):
        row = _write_row(sheet, row, (label, value), (None, formats["price"] if isinstance(value, int | float) else None))
    row = _write_figures(sheet, row + 1, formats, record, language)
    for text in (invested_sentence(record, language), cost_sentence(record, language)):
        row = _write_row(sheet, row, (text,), ())
    row = _write_row(sheet, row + 1, (words.faults_title,), (formats["header"],))
    for text in fault_sentences(record, language) or [words.no_faults]:
        row = _write_row(sheet, row, (text,), ())
    manifest = manifest_table(record, language)
    row = _write_row(sheet, row + 1, (manifest.title,), (formats["header"],))
    for cells in manifest.rows:
        row = _write_row(sheet, row, [cell.text for cell in cells], ())


def _write_figures(sheet: Sheet, row: int, formats: Formats, record: RunRecord, language: Language) -> int:
    """Every figure with its number and its sentence: those of the first screen first."""
    others = [metric.name for metric in METRICS if metric.name not in FIRST_SCREEN]
    for name in (*FIRST_SCREEN, *others):
        if name:
            metric = BY_NAME[name]
            label, value, form = metric.word(language), record.summary.values[name], formats[_format_of(metric)]
        else:
            label, value, form = against_holding(record, language).label, return_above_holding(record), formats["percent2"]
        key = name or "against_holding"
        text = sentence(key, language) if key in SENTENCES else ""
        row = _write_row(sheet, row, (label, value, text), (None, form, formats["soft"]))
    return row


def _format_of(metric: Metric) -> str:
    if metric.unit is Unit.KRW:
        return "money"
    return f"percent{metric.decimals}" if metric.unit is Unit.RATIO else f"number{metric.decimals}"


def _write_stocks(sheet: Sheet, formats: Formats, record: RunRecord, language: Language) -> None:
    _start(sheet, _STOCK_HEADERS[language], (10, 24, *[13] * len(_STOCK_FIELDS)), formats, len(record.summary.stocks))
    forms = (None, None, *(formats["percent2" if name in _RATIOS else "money"] for name in _STOCK_FIELDS))
    for row, stock in enumerate(record.summary.stocks, 1):
        name = stock.name if language is Language.KOREAN else stock.name_en or stock.name
        _write_row(sheet, row, (stock.code, name, *(getattr(stock, field) for field in _STOCK_FIELDS)), forms)


def _write_trades(book: Book, name: str, formats: Formats, record: RunRecord, language: Language) -> None:
    """All trades; what one sheet cannot hold stands on the next."""
    table = trade_table(record, language)
    header = HEADER_KOREAN if language is Language.KOREAN else HEADER_ENGLISH
    forms = [formats[_TRADE_FORMATS[field]] if field in _TRADE_FORMATS else None for field in FIELDS]
    rows = list(_serial_times(table).rows())
    for part, first in enumerate(range(0, max(len(rows), 1), ROWS_OF_A_SHEET)):
        sheet = book.add_worksheet(name if part == 0 else f"{name} {part + 1}")
        shown = rows[first : first + ROWS_OF_A_SHEET]
        _start(sheet, header, _TRADE_WIDTHS, formats, len(shown))
        for row, values in enumerate(shown, 1):
            _write_row(sheet, row, values, forms)


def _serial_times(table: TradeTable) -> TradeTable:
    times = {"bought_at": _serials(table.bought), "sold_at": _serials(table.sold)}
    return TradeTable(table.columns | times, table.bought, table.sold)


def _serials(times: DayArray) -> list[float | None]:
    """Days since the first day of spreadsheets; None for what is no time."""
    micros = (times.astype("datetime64[us]") - _FIRST_DAY).astype(np.int64)
    return [None if is_none else value / _MICROS_OF_A_DAY for value, is_none in zip(micros.tolist(), np.isnat(times).tolist(), strict=True)]


def _write_equity(book: Book, name: str, formats: Formats, record: RunRecord, language: Language) -> None:
    sheet, equity, days = book.add_worksheet(name), record.simulation.session_equity, record.panel.sessions.day
    benchmarks = [row.korean if language is Language.KOREAN else row.english for row in record.benchmarks]
    header = (*_EQUITY_HEADERS[language], *benchmarks)
    columns: list[FloatArray] = [equity, drawdown_series(equity, record.simulation.initial_equity)]
    columns += [row.session_equity for row in record.benchmarks]
    forms = (formats["day"], formats["money"], formats["percent2"], *[formats["money"]] * len(benchmarks))
    _start(sheet, header, (12, 16, 10, *[16] * len(benchmarks)), formats, len(days))
    for row, values in enumerate(zip(_serials(days), *(column.tolist() for column in columns), strict=True), 1):
        _write_row(sheet, row, values, forms)
    if len(days):
        sheet.insert_chart(1, len(header) + 1, _chart(book, name, header, len(days)))


def _chart(book: Book, sheet: str, header: Sequence[str], rows: int) -> Chart:
    """Equity and benchmarks over the sessions, drawn by the spreadsheet itself."""
    chart = book.add_chart({"type": "line"})
    for column in (1, *range(3, len(header))):
        line = {"width": 2.25} if column == 1 else {"width": 1.25, "dash_type": "dash"}
        values, categories = [sheet, 1, column, rows, column], [sheet, 1, 0, rows, 0]
        chart.add_series({"name": [sheet, 0, column], "values": values, "categories": categories, "line": line})
    chart.set_title({"name": header[1]})
    chart.set_x_axis({"date_axis": True, "num_format": "yyyy-mm-dd", "label_position": "low"})
    chart.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#E3E6EA"}}})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 900, "height": 420})
    return chart


def _start(sheet: Sheet, header: Sequence[str], widths: Sequence[int], formats: Formats, rows: int) -> None:
    """Widths, a frozen header and a filter over all rows."""
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    _write_row(sheet, 0, header, [formats["header"]] * len(header))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(rows, 1), len(header) - 1)
    sheet.ignore_errors({"number_stored_as_text": f"A1:C{rows + 2}"})


def _write_row(sheet: Sheet, row: int, values: Sequence[Value | str], forms: Sequence[Any]) -> int:
    """Write one row and return the next: numbers as numbers, texts as texts, nothing where there is nothing."""
    for column, value in enumerate(values):
        form = forms[column] if column < len(forms) else None
        if isinstance(value, str):
            sheet.write_string(row, column, neutralised(value)[:_LONGEST_TEXT], form)
        elif value is not None:
            sheet.write_number(row, column, value, form)
    return row + 1
