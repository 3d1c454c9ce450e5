"""The trades of a run as CSV for spreadsheets.

Convention: UTF-8 with BOM so that Excel shows Korean, CRLF line ends; a summary block of (label, value) rows, an empty line, then the
fixed header and one row a trade. Numbers are exact and stay numbers; times are exchange time. A text cell that a spreadsheet could take
for a formula gets an apostrophe in front, which spreadsheets hide; numbers never get one, negative ones neither.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bokgi.errors.base import Language
from bokgi.metrics.catalog import BY_NAME
from bokgi.orders.reasons import WORDS, Sale
from bokgi.reports.result_body import whole
from bokgi.reports.run_record import RunRecord
from bokgi.units import IntArray, ShortArray

HEADER = (
    "번호",
    "종목코드",
    "종목명",
    "매수일시",
    "매수가",
    "수량",
    "매도일시",
    "매도가",
    "투입금액",
    "매매차익",
    "수수료",
    "세금",
    "순수익",
    "거래후잔고",
    "매도사유",
)
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


_LABELS = {
    Language.KOREAN: Labels("백테스트", "상태", "전략", "시작일", "종료일", "종목당 투자금", "합성 자료(실제 시세 아님)"),
    Language.ENGLISH: Labels("Backtest", "Status", "Strategy", "Start", "End", "Initial capital", "Synthetic data (no real prices)"),
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


def _summary_rows(record: RunRecord, language: Language) -> Iterator[Sequence[str | float]]:
    labels, days = _LABELS[language], record.panel.sessions.day
    yield (labels.run, neutralised(record.backtest_id or ""))
    yield (labels.status, record.status.value)
    yield (labels.strategy, neutralised(str(record.request.get("strategy", ""))))
    if record.facts.synthetic:
        yield (labels.synthetic, "1")
    yield (labels.start, str(days[0]) if len(days) else "")
    yield (labels.end, str(days[-1]) if len(days) else "")
    yield (labels.capital, whole(record.initial_capital))
    for name in _SUMMARY:
        value = record.summary.values[name]
        yield (BY_NAME[name].word(language), "" if value is None else value)


def _trade_rows(record: RunRecord, language: Language) -> Iterator[list[Any]]:
    """One row a trade; the sale's cells of an open position are empty."""
    trades, panel = record.simulation.trades, record.panel
    bought = _exchange_times(record, trades.buy_session, trades.buy_at)
    sold = _exchange_times(record, trades.sell_session, trades.sell_at)
    for index, owner in enumerate(trades.instrument.tolist()):
        stock = panel.instruments[owner]
        is_open = trades.sell_row[index] < 0
        purchase = (bought[index], _number(trades.buy_price[index]), _number(trades.shares[index]))
        sale = ("", "") if is_open else (sold[index], _number(trades.sell_price[index]))
        name = stock.name if language is Language.KOREAN else stock.name_en or stock.name
        reason = WORDS[Sale(int(trades.reason[index])).name.lower()][0 if language is Language.KOREAN else 1]
        money = _open_money(record, index) if is_open else _closed_money(record, index)
        yield [index + 1, neutralised(stock.code), neutralised(name), *purchase, *sale, *money, reason]


def _closed_money(record: RunRecord, index: int) -> tuple[Any, ...]:
    """Money invested, gross gain, commissions, taxes, profit, balance."""
    trades = record.simulation.trades
    commission = float(trades.buy_commission[index]) + float(trades.sell_commission[index])
    tax = float(trades.transaction_tax[index]) + float(trades.special_tax[index])
    profit = float(trades.profit[index])
    gross = profit + commission + tax
    return tuple(_number(value) for value in (trades.invested[index], gross, commission, tax, profit, trades.balance[index]))


def _open_money(record: RunRecord, index: int) -> tuple[Any, ...]:
    trades = record.simulation.trades
    return (_number(trades.invested[index]), "", _number(trades.buy_commission[index]), "", "", "")


def _exchange_times(record: RunRecord, sessions: ShortArray, instants: IntArray) -> list[str]:
    """Exchange time of each fill, `2025-10-16 10:00`; of unsold positions without meaning."""
    grid = record.panel.sessions
    since_midnight = instants - grid.midnight_at[sessions]
    local = grid.day[sessions].astype("datetime64[us]") + since_midnight.astype("timedelta64[us]")
    return [text.replace("T", " ") for text in np.datetime_as_string(local, unit="m").tolist()]


def _number(value: float) -> float | int:
    return whole(float(value))


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
