"""Schemas of results: the stored body, curves, trades and the chart of one trade.

Convention: `performance` and `metrics` list exactly the figures of the catalogue of metrics; their fields are made from it.
"""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, create_model

from bokgi.api.schemas_backtests import ProgressAnswer
from bokgi.api.schemas_base import Answer, BacktestId, Code, Day, Figure, Instant
from bokgi.metrics.catalog import BY_NAME, METRICS, PERFORMANCE, Metric, Unit
from bokgi.orders.reasons import Event, Sale

Ratio = Annotated[float | None, Field(description="A fraction; null where undefined.", examples=[0.4532])]
Money = Annotated[int | float, Field(description="Whole won under the market `krx`.")]
SaleReason = Literal[
    "open",
    "signal",
    "sell_time",
    "stop",
    "target",
    "trailing_stop",
    "loss_cutoff",
    "end_of_day",
    "time_cutoff",
    "holding_limit",
    "delisted",
    "rebalance",
]
SALE_REASONS = tuple(sale.name.lower() for sale in Sale)
EVENTS = tuple(event.name.lower() for event in Event)


def _shown(metric: Metric) -> tuple[Any, Any]:
    """A figure as people read it: percent strings for fractions, rounded numbers for the rest."""
    kind = (str | None) if metric.unit is Unit.RATIO else (int | float | None)
    return (kind, Field(description=f"{metric.english}: {metric.formula}."))


def _exact(metric: Metric) -> tuple[Any, Any]:
    return (Figure, Field(description=f"{metric.english} [{metric.unit}]: {metric.formula}."))


def _figures(name: str, meaning: str, fields: dict[str, Any]) -> type[Answer]:
    return create_model(name, __base__=Answer, __doc__=meaning, **fields)


Performance = _figures("Performance", "The first figures, for people.", {name: _shown(BY_NAME[name]) for name in PERFORMANCE})
Metrics = _figures("Metrics", "Every figure, exact; null where undefined.", {metric.name: _exact(metric) for metric in METRICS})


class StockResult(Answer):
    """What came of one stock."""

    code: Code
    name: str
    name_en: str
    total_trades: int
    winning_trades: int
    losing_trades: int
    open_positions: int
    total_profit: Money
    unrealised_profit: Money
    total_cost: Money
    return_rate: Ratio
    win_rate: Ratio
    max_drawdown: Ratio
    exposure: Ratio


class SaleReasonResult(Answer):
    """Closed trades of one reason of sale."""

    count: int
    profit: Money
    win_rate: Ratio
    winning_trades: int


class Events(Answer):
    """How often an order did not fill, or not plainly."""

    counts: dict[str, int] = Field(description=f"Only what happened, of: {', '.join(EVENTS)}.")
    average_late_minutes: float | None


class DrawdownSpan(Answer):
    """A fall of the equity from its peak, and its recovery."""

    basis: str = Field(description="`bars` or session ends.")
    depth: float
    peak: Day | None
    trough: Day | None
    recovery: Day | None
    peak_at: Instant | None
    trough_at: Instant | None
    recovery_at: Instant | None
    sessions: int | None


class MonthlyReturn(Answer):
    """The return of one month."""

    month: str = Field(examples=["2025-10"])
    return_ratio: float | None = Field(alias="return")
    sessions: int


class BenchmarkResult(Answer):
    """Something to beat: the same stocks held, cash, an index."""

    name: str = Field(examples=["buy_and_hold"])
    korean: str
    english: str
    metrics: dict[str, Figure]


class SlippageReturn(Answer):
    """The same run at another slippage."""

    ticks: int
    total_return: Ratio


class SessionMovesResult(Answer):
    """Where a stock moved, without costs: overnight (close to open) or within sessions (open to close), compounded."""

    code: Code
    sessions: int
    overnight_return: float | None
    intraday_return: float | None


class CoverageResult(Answer):
    """What the data hold of one stock in the period."""

    code: Code
    bars: int
    traded_bars: int
    sessions_with_bars: int
    first_session: Day | None
    last_session: Day | None


class DataFault(Answer):
    """Something to know about the data, in both languages."""

    kind: str = Field(examples=["missing_bars"])
    code: str = Field(description="The stock; empty for the whole market.")
    count: int
    first: Day | None
    last: Day | None
    example: str
    korean: str
    english: str
    severity: Literal["note", "warning", "error"]


class ResultData(Answer):
    """What the run was computed from."""

    interval: str
    coverage: list[CoverageResult]
    faults: list[DataFault]
    adjustments: list[dict[str, Any]]
    sources: list[str]
    synthetic: bool = Field(description="Whether the prices are of the synthetic demo market.")


class Manifest(Answer):
    """Everything that is needed to compute the result again."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_serialization_defaults_required=False)

    data_hash: str
    data_version: dict[str, int | None]
    code_version: str
    code_hash: str
    strategy_reference: str
    strategy_source: str | None
    parameters: dict[str, Any] = Field(description="The request with every default resolved.")
    seed: int
    environment: dict[str, str]
    master_hash: str | None = Field(None, description="SHA-256 of what the master said of the stocks; absent in results of before.")
    result_hash: str = Field(description="SHA-256 over the result without id, times and environment.")


class ResultBody(Answer):
    """A result exactly as it was stored; cancelled runs with finished stocks have one, too, with `partial`."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_serialization_defaults_required=False)

    backtest_id: BacktestId
    status: Literal["completed", "cancelled"]
    partial: Literal[True] | None = Field(None, description="Only in the result of a cancelled run.")
    unfinished_stocks: list[str] | None = Field(None, description="Codes that were not computed; only with `partial`.")
    performance: Performance  # type: ignore[valid-type]  # made from the catalogue
    metrics: Metrics  # type: ignore[valid-type]  # made from the catalogue
    stocks: list[StockResult]
    uncounted_stocks: list[str] = Field(description="Codes without a bar in the period.")
    sell_reason_stats: dict[str, SaleReasonResult]
    events: Events
    drawdowns: list[DrawdownSpan]
    monthly_returns: list[MonthlyReturn]
    benchmarks: list[BenchmarkResult]
    slippage_returns: list[SlippageReturn]
    session_moves: list[SessionMovesResult]
    data: ResultData
    lookahead: dict[str, Any] | None = Field(description="What the look-ahead check covered; null where a proof stands in its place.")
    manifest: Manifest
    results_file: str | None = Field(examples=["/api/results/bt-2026-02-08-547.csv"])
    completed_at: Instant


class PendingResult(ProgressAnswer):
    """There is no result yet: the progress."""

    status: Literal["queued", "running"]


class EndedResult(ProgressAnswer):
    """There will be no result: why."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_serialization_defaults_required=False)

    status: Literal["failed", "cancelled"]
    partial: Literal[True] | None = Field(None, description="Only where the run was cancelled: nothing was finished.")
    error: str
    error_ko: str
    code: str
    field: str | None


ResultAnswer = ResultBody | PendingResult | EndedResult


class Curve(Answer):
    """A benchmark's equity at session ends, scaled to the run's first equity."""

    name: str
    korean: str
    english: str
    equity: list[int | float]


class BarCurve(Answer):
    """Equity on bars, thinned so that every extreme is kept."""

    at: list[Instant]
    equity: list[int | float]
    drawdown: list[float]
    all: int = Field(description="Number of points before thinning.")


class EquityAnswer(Answer):
    """Equity and drawdown at session ends and on bars."""

    backtest_id: BacktestId
    initial_equity: int | float
    session: list[Day]
    equity: list[int | float]
    drawdown: list[float]
    benchmarks: list[Curve]
    bars: BarCurve


class Trade(Answer):
    """One trade: purchase to sale. What only a sale decides is null while the position is open."""

    number: int = Field(ge=1, description="From 1, in the order of purchase.")
    code: Code
    name: str
    bought_at: Instant
    buy_price: Money
    shares: Money
    sold_at: Instant | None
    sell_price: Money | None
    invested: Money
    gross: Money | None = Field(description="Profit before commission and tax.")
    commission: Money
    tax: Money | None
    profit: Money | None = Field(description="After all costs.")
    return_ratio: float | None = Field(alias="return", description="Profit over what was invested.")
    balance: Money | None = Field(description="Of the account after the sale.")
    reason: SaleReason = Field(description="Why it was sold.")


class TradesAnswer(Answer):
    """One page of the trades."""

    backtest_id: BacktestId
    total: int = Field(ge=0, description="Trades on all pages.")
    page: int = Field(ge=1)
    page_size: int = Field(ge=1)
    trades: list[Trade]


class Mark(Answer):
    """A fill on the chart."""

    side: Literal["buy", "sell"]
    at: Instant
    price: Money


class ChartBars(Answer):
    """Bars as columns of equal length."""

    at: list[Instant] = Field(description="Starts of the bars.")
    open: list[float]
    high: list[float]
    low: list[float]
    close: list[float]
    volume: list[float | None]


class TradeChartAnswer(Answer):
    """Bars from 30 before the purchase to 30 after the sale, with the fills."""

    backtest_id: BacktestId
    trade: Trade
    marks: list[Mark] = Field(min_length=1, max_length=2)
    interval: str
    truncated: bool = Field(description="Whether the chart ends before the sale because there are too many bars.")
    bars: ChartBars
