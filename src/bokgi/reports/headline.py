"""What a result says first, in the order that traders look for it, and its two plain sentences on money.

Used by the command line, the page of charts and every other place that shows a result's first screen.
"""

from dataclasses import dataclass

from bokgi.errors.base import Language
from bokgi.metrics.catalog import BY_NAME, Metric, Unit
from bokgi.metrics.equity import Value
from bokgi.orders.rules import AccountMode
from bokgi.reports.formats import money, percent, signed_percent, won_in_words
from bokgi.reports.run_record import RunRecord

FIRST_SCREEN = (
    "total_profit",
    "total_return",
    "",
    "max_drawdown",
    "total_trades",
    "win_rate",
    "payoff_ratio",
    "gross_profit",
    "total_cost",
)
"""The empty place is the comparison with holding the same stocks."""

NEXT_SCREEN = (
    "annual_return",
    "sharpe_ratio",
    "sortino_ratio",
    "calmar_ratio",
    "volatility",
    "profit_factor",
    "expectancy",
    "exposure",
    "median_stock_return",
    "stocks_in_profit",
    "unrealised_profit",
    "open_positions",
)
_SIGNED = ("total_profit", "total_return", "unrealised_profit", "expectancy", "median_stock_return", "annual_return")
_COLOURED = (*_SIGNED, "max_drawdown")
_YEAR_DAYS = 365


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as it is shown; direction : 1 a gain, -1 a loss, 0 neither."""

    name: str
    label: str
    text: str
    direction: int = 0


def first_figures(record: RunRecord, language: Language) -> list[Figure]:
    """Return the figures of the first screen, in their fixed order."""
    return [_figure(record, name, language) if name else against_holding(record, language) for name in FIRST_SCREEN]


def next_figures(record: RunRecord, language: Language) -> list[Figure]:
    """Return the figures that are one click away."""
    return [_figure(record, name, language) for name in NEXT_SCREEN]


def against_holding(record: RunRecord, language: Language) -> Figure:
    """Total return less that of the same stocks held with costs, in percentage points."""
    label = "단순 보유 대비" if language is Language.KOREAN else "Against buy and hold"
    difference = return_above_holding(record)
    if difference is None:
        return Figure("against_holding", label, "-")
    points = signed_percent(difference).removesuffix("%") + ("%p" if language is Language.KOREAN else " pp")
    return Figure("against_holding", label, points, _sign(difference))


def return_above_holding(record: RunRecord) -> float | None:
    """Total return less that of the same stocks held; None where one of them is not defined."""
    held = next((row.figures.values["total_return"] for row in record.benchmarks if row.name == "buy_and_hold"), None)
    own = record.summary.values["total_return"]
    return None if held is None or own is None else own - held


def cost_sentence(record: RunRecord, language: Language) -> str:
    """Say what trading cost: `왕복 평균 0.222% x 60회, 비용 합계는 원금의 12.53%`."""
    values = record.summary.values
    if values["round_trip_cost"] is None or not values["stocks"]:
        return "비용이 없습니다." if language is Language.KOREAN else "Nothing was paid for trading."
    trip, share = percent(values["round_trip_cost"], 3), percent(values["cost_ratio"])
    trades, stocks = values["total_trades"] or 0, values["stocks"]
    each = money(trades / stocks, 0 if trades % stocks == 0 else 1)
    if language is Language.KOREAN:
        return f"왕복 평균 {trip} × {'종목당 ' if stocks > 1 else ''}{each}회, 비용 합계는 원금의 {share}"
    return f"{trip} a round trip on average × {each} trades{' a stock' if stocks > 1 else ''}; costs are {share} of the initial equity"


def invested_sentence(record: RunRecord, language: Language) -> str:
    """Say what was invested: `10종목 × 1,000만 원 = 1억 원`."""
    stocks, capital = record.summary.values["stocks"] or 0, record.initial_capital
    total = record.summary.values["initial_equity"] or 0.0
    if record.request.get("account", {}).get("mode") == AccountMode.SHARED:
        return (
            f"{stocks}종목, 공동 계좌 {won_in_words(total)}"
            if language is Language.KOREAN
            else f"{stocks} stocks, one account of {money(total)}"
        )
    if language is Language.KOREAN:
        return f"{stocks}종목 × {won_in_words(capital)} = {won_in_words(total)}"
    return f"{stocks} {'stock' if stocks == 1 else 'stocks'} × {money(capital)} = {money(total)}"


def shown(metric: Metric, value: Value, *, signed: bool = False) -> str:
    """Return a value as its unit is shown; a dash where undefined."""
    if value is None:
        return "-"
    if metric.unit is Unit.RATIO:
        return signed_percent(value, metric.decimals) if signed else percent(value, metric.decimals) or "-"
    text = money(value, metric.decimals)
    return f"+{text}" if signed and value > 0 else text


def _figure(record: RunRecord, name: str, language: Language) -> Figure:
    metric, value = BY_NAME[name], record.summary.values[name]
    label, text = metric.word(language), shown(metric, value, signed=name in _SIGNED)
    if name == "total_trades":
        label, text = _trades(record, language)
    elif name == "gross_profit":
        label = f"{label} / {BY_NAME['gross_loss'].word(language)}"
        text = f"{text} / {shown(BY_NAME['gross_loss'], record.summary.values['gross_loss'])}"
    elif name == "annual_return" and value is not None and (record.summary.values["calendar_days"] or 0) < _YEAR_DAYS:
        text += " (참고)" if language is Language.KOREAN else " (under a year)"
    return Figure(name, label, text, _sign(value) if name in _COLOURED else 0)


def _trades(record: RunRecord, language: Language) -> tuple[str, str]:
    values = record.summary.values
    label = "거래 수(이익/손실)" if language is Language.KOREAN else "Trades (won/lost)"
    counts = [money(values[name]) for name in ("total_trades", "winning_trades", "losing_trades")]
    return label, f"{counts[0]} ({counts[1]}/{counts[2]})"


def _sign(value: Value) -> int:
    return 0 if not value else 1 if value > 0 else -1
