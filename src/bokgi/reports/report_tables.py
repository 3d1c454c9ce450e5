"""The tables of a result as texts, for every paper and screen that shows them: the page and the PDF draw the same cells.

Convention: a cell is plain text as people read it, never markup, with a direction (1 a gain, -1 a loss, 0 neither). A table without rows is
left out by whoever draws it. What a long table leaves out is said in its note.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bokgi.errors.base import Language
from bokgi.metrics.catalog import BY_NAME
from bokgi.metrics.equity import DrawdownSpan
from bokgi.metrics.stocks import StockSummary
from bokgi.orders.reasons import WORDS
from bokgi.reports.formats import money, percent, printable, signed_percent
from bokgi.reports.headline import shown
from bokgi.reports.run_record import RunRecord
from bokgi.reports.trade_table import HEADER_ENGLISH, HEADER_KOREAN, trade_table

_COSTS = ("total_commission", "total_tax", "total_cost", "cost_ratio", "round_trip_cost")
_PRICES = ("buy_price", "sell_price", "shares")


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    direction: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """texts : places of the columns that hold words; all others hold numbers."""

    name: str
    title: str
    header: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    note: str = ""
    texts: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class _Words:
    months: tuple[str, tuple[str, ...]]
    drawdowns: tuple[str, tuple[str, ...]]
    reasons: tuple[str, tuple[str, ...]]
    costs: tuple[str, tuple[str, ...]]
    slippage: tuple[str, tuple[str, ...]]
    events: tuple[str, tuple[str, ...]]
    stocks: tuple[str, tuple[str, ...]]
    trades: str
    manifest: tuple[str, tuple[str, ...]]
    bases: dict[str, str]
    start: str
    never: str
    ticks: str
    some_stocks: str
    some_trades: str


_WORDS = {
    Language.KOREAN: _Words(
        months=("월별 수익률", ("월", "수익률", "거래일")),
        drawdowns=("최대 낙폭", ("기준", "깊이", "고점", "저점", "회복", "지속(거래일)")),
        reasons=("매도 사유별 성적", ("매도 사유", "거래 수", "승률", "순손익")),
        costs=("비용", ("항목", "값")),
        slippage=("슬리피지에 따른 누적 수익률", ("슬리피지", "누적 수익률")),
        events=("체결되지 않았거나 특이한 주문", ("주문 처리", "건수")),
        stocks=("종목별 성적", ("종목", "코드", "거래 수", "승률", "순손익", "평가손익", "비용", "수익률", "최대 낙폭")),
        trades="거래 내역",
        manifest=("재현 정보", ("항목", "값")),
        bases={"bars": "봉", "session_ends": "거래일 종가"},
        start="시작(원금)",
        never="미회복",
        ticks="{n}호가",
        some_stocks="전체 {all}종목 가운데 처음 {n}종목입니다. 나머지는 같은 이름의 .xlsx, .json 파일에 있습니다.",
        some_trades="전체 {all}건 가운데 처음 {n}건입니다. 나머지는 같은 이름의 .csv, .xlsx, .json 파일에 있습니다.",
    ),
    Language.ENGLISH: _Words(
        months=("Monthly returns", ("Month", "Return", "Sessions")),
        drawdowns=("Max drawdown", ("Basis", "Depth", "Peak", "Trough", "Recovery", "Sessions")),
        reasons=("By reason of sale", ("Reason of sale", "Trades", "Win rate", "Net profit")),
        costs=("Costs", ("Item", "Value")),
        slippage=("Total return by slippage", ("Slippage", "Total return")),
        events=("Orders that did not fill, or not plainly", ("Order", "Count")),
        stocks=("By stock", ("Stock", "Code", "Trades", "Win rate", "Net profit", "Unrealised", "Costs", "Return", "Max drawdown")),
        trades="Trades",
        manifest=("How to compute this again", ("Item", "Value")),
        bases={"bars": "Bars", "session_ends": "Session ends"},
        start="Start (E0)",
        never="not yet",
        ticks="{n} ticks",
        some_stocks="The first {n} of {all} stocks; the others are in the .xlsx and .json files of the same name.",
        some_trades="The first {n} of {all} trades; the others are in the .csv, .xlsx and .json files of the same name.",
    ),
}


def figure_tables(record: RunRecord, language: Language, stocks: int | None = None) -> list[Table]:
    """Return the tables of figures; of the stocks the first `stocks`, or all."""
    return [
        _months(record, language),
        _drawdowns(record, language),
        _reasons(record, language),
        _costs(record, language),
        _slippage(record, language),
        _events(record, language),
        _stocks(record, language, stocks),
    ]


def trades_table(record: RunRecord, language: Language, count: int) -> Table:
    """Return the first trades, with a note where the others are."""
    words, table = _WORDS[language], trade_table(record, language, count)
    header = HEADER_KOREAN if language is Language.KOREAN else HEADER_ENGLISH
    everything = len(record.simulation.trades)
    note = words.some_trades.format(n=f"{count:,}", all=f"{everything:,}") if everything > count else ""
    rows = [tuple(_trade_cell(name, value) for name, value in zip(table.columns, row, strict=True)) for row in table.rows()]
    return Table("trades", words.trades, header, rows, note, texts=(0, 1, 2, 3, 6, 14))


def manifest_table(record: RunRecord, language: Language) -> Table:
    """Return everything that is needed to compute the result again."""
    title, header = _WORDS[language].manifest
    rows = [(Cell(printable(name)), Cell(printable(text))) for name, text in _flat(record.manifest)]
    return Table("manifest", title, header, rows, texts=(0, 1))


def fault_sentences(record: RunRecord, language: Language) -> list[str]:
    """Return what is to be known about the data, a sentence each."""
    key = "korean" if language is Language.KOREAN else "english"
    return [printable(str(fault.get(key) or fault.get("kind"))) for fault in record.facts.faults]


def _months(record: RunRecord, language: Language) -> Table:
    title, header = _WORDS[language].months
    rows = [(Cell(row.month), _change(row.return_ratio), Cell(str(row.sessions))) for row in record.summary.months]
    return Table("months", title, header, rows)


def _drawdowns(record: RunRecord, language: Language) -> Table:
    words = _WORDS[language]
    title, header = words.drawdowns
    rows = [tuple(Cell(text) for text in _span(span, words)) for span in record.summary.drawdowns]
    return Table("drawdowns", title, header, rows)


def _span(span: DrawdownSpan, words: _Words) -> tuple[str, ...]:
    if span.trough is None:
        return (words.bases[span.basis], percent(span.depth) or "-", "-", "-", "-", "0")
    peak, recovery = str(span.peak or words.start), str(span.recovery or words.never)
    return (words.bases[span.basis], percent(span.depth) or "-", peak, str(span.trough), recovery, str(span.sessions))


def _reasons(record: RunRecord, language: Language) -> Table:
    title, header = _WORDS[language].reasons
    rows = [
        (Cell(_word(reason, language)), Cell(money(row.count)), Cell(percent(row.win_rate, 1) or "-"), _gain(row.profit))
        for reason, row in record.summary.sale_reasons.items()
    ]
    return Table("reasons", title, header, rows)


def _costs(record: RunRecord, language: Language) -> Table:
    title, header = _WORDS[language].costs
    known = [(BY_NAME[name], record.summary.values[name]) for name in _COSTS]
    rows = [(Cell(metric.word(language)), Cell(shown(metric, value))) for metric, value in known]
    return Table("costs", title, header, rows)


def _slippage(record: RunRecord, language: Language) -> Table:
    words = _WORDS[language]
    title, header = words.slippage
    return Table("slippage", title, header, [(Cell(words.ticks.format(n=ticks)), _change(value)) for ticks, value in record.slippage])


def _events(record: RunRecord, language: Language) -> Table:
    title, header = _WORDS[language].events
    return Table("events", title, header, [(Cell(_word(event, language)), Cell(money(n))) for event, n in record.summary.events.items()])


def _stocks(record: RunRecord, language: Language, count: int | None) -> Table:
    words, stocks = _WORDS[language], record.summary.stocks
    title, header = words.stocks
    is_cut = count is not None and len(stocks) > count
    note = words.some_stocks.format(n=f"{count:,}", all=f"{len(stocks):,}") if is_cut else ""
    return Table("stocks", title, header, [_stock(row, language) for row in stocks[:count]], note, texts=(0, 1))


def _stock(row: StockSummary, language: Language) -> tuple[Cell, ...]:
    name = (row.name if language is Language.KOREAN else row.name_en or row.name) or row.code
    return (
        Cell(printable(name)),
        Cell(printable(row.code)),
        Cell(money(row.total_trades)),
        Cell(percent(row.win_rate, 1) or "-"),
        _gain(row.total_profit),
        Cell(money(row.unrealised_profit)),
        Cell(money(row.total_cost)),
        _change(row.return_rate),
        Cell(percent(row.max_drawdown) or "-"),
    )


def _trade_cell(name: str, value: float | str | None) -> Cell:
    if value is None:
        return Cell("")
    if isinstance(value, str):
        return Cell(printable(value))
    if name == "number":
        return Cell(str(value))
    if name == "profit":
        return _gain(value)
    return Cell(f"{value:,}" if name in _PRICES else money(value))


def _flat(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Names and values, those of objects inside under `outer.inner`."""
    found = []
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            found += _flat(value, f"{prefix}{name}.")
        else:
            found.append((f"{prefix}{name}", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)))
    return found


def _word(name: str, language: Language) -> str:
    return WORDS[name][0 if language is Language.KOREAN else 1]


def _change(value: float | None) -> Cell:
    return Cell(signed_percent(value), _direction(value))


def _gain(value: float) -> Cell:
    return Cell(f"{'+' if value > 0 else ''}{money(value)}", _direction(value))


def _direction(value: float | None) -> int:
    return 0 if not value else 1 if value > 0 else -1
