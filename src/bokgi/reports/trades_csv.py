"""The trades of a run as CSV for spreadsheets.

Convention: UTF-8 with BOM so that Excel shows Korean, CRLF line ends; a summary block of (label, value) rows, an empty line, then the
fixed header and one row a trade. Numbers are exact and stay numbers; times are exchange time. A text cell that a spreadsheet could take
for a formula gets an apostrophe in front, which spreadsheets hide; numbers never get one, negative ones neither.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from bokgi.errors.base import Language
from bokgi.metrics.catalog import BY_NAME
from bokgi.reports.result_body import whole
from bokgi.reports.run_record import RunRecord
from bokgi.reports.trade_table import HEADER_KOREAN, trade_table

HEADER = HEADER_KOREAN
"""Fixed by the API, in every language."""

BOM = "\ufeff"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Characters that start a formula in Excel, LibreOffice or Google Sheets, their full-width forms too."""

_SUMMARY = (
    "initial_equity",
    "final_equity",
    "total_profit",
    "unrealised_profit",
    "total_return",
    "annual_return",
    "max_drawdown",
    "max_drawdown_session_end",
    "volatility",
    "sharpe_ratio",
    "sortino_ratio",
    "calmar_ratio",
    "total_trades",
    "winning_trades",
    "losing_trades",
    "open_positions",
    "win_rate",
    "payoff_ratio",
    "profit_factor",
    "expectancy",
    "gross_profit",
    "gross_loss",
    "total_cost",
    "total_commission",
    "total_tax",
    "stocks",
    "sessions",
    "calendar_days",
    "sessions_per_year",
    "risk_free_rate",
)


@dataclass(frozen=True, slots=True)
class Labels:
    """What the summary block says beside the catalogue's words."""

    run: str
    status: str
    strategy: str
    start: str
    end: str
    capital: str
    synthetic: str
    partial: str


_LABELS = {
    Language.KOREAN: Labels("백테스트", "상태", "전략", "시작일", "종료일", "종목당 투자금", "합성 자료(실제 시세 아님)", "일부만 완료"),
    Language.ENGLISH: Labels(
        "Backtest", "Status", "Strategy", "Start", "End", "Initial capital", "Synthetic data (no real prices)", "Partly completed"
    ),
}


def trades_csv(record: RunRecord, language: Language = Language.KOREAN) -> bytes:
    """Return the file."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerows(_summary_rows(record, language))
    writer.writerow([])
    writer.writerow(HEADER)
    writer.writerows(_trade_rows(record, language))
    return (BOM + stream.getvalue()).encode("utf-8")


def neutralised(text: str) -> str:
    """Return a text cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" \u3000\u00a0").startswith(FORMULA_STARTS) or text.startswith("'") else text


def summary_head(record: RunRecord, language: Language) -> Iterator[tuple[str, str | float]]:
    """What the run is: rows of (label, value), texts as they are."""
    labels, days = _LABELS[language], record.panel.sessions.day
    yield (labels.run, record.backtest_id or "")
    yield (labels.status, record.status.value)
    if record.partial:
        yield (labels.partial, "1")
    yield (labels.strategy, str(record.request.get("strategy", "")))
    if record.facts.synthetic:
        yield (labels.synthetic, "1")
    yield (labels.start, str(days[0]) if len(days) else "")
    yield (labels.end, str(days[-1]) if len(days) else "")
    yield (labels.capital, whole(record.initial_capital))


def _summary_rows(record: RunRecord, language: Language) -> Iterator[tuple[str, str | float]]:
    for label, value in summary_head(record, language):
        yield (label, neutralised(value) if isinstance(value, str) else value)
    for name in _SUMMARY:
        figure = record.summary.values[name]
        yield (BY_NAME[name].word(language), "" if figure is None else figure)


def _trade_rows(record: RunRecord, language: Language) -> Iterator[tuple[Any, ...]]:
    """One row a trade; the sale's cells of an open position are empty."""
    table = trade_table(record, language)
    safe = {name: [neutralised(text) for text in table.columns[name]] for name in ("code", "name")}
    return replace(table, columns=table.columns | safe).rows()


@dataclass(frozen=True, slots=True)
class ReadTrades:
    """A file read back: the summary block by label, the trade rows by the header's names, texts as they were before neutralising."""

    summary: dict[str, str]
    rows: tuple[dict[str, str], ...]


def read_trades_csv(content: bytes) -> ReadTrades:
    """Read a file of `trades_csv`."""
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    split = lines.index([])
    header, *rows = lines[split + 1 :]
    summary = {label: _restored(value) for label, value in lines[:split]}
    return ReadTrades(summary, tuple({name: _restored(cell) for name, cell in zip(header, row, strict=True)} for row in rows))


def _restored(cell: str) -> str:
    return cell.removeprefix("'")
