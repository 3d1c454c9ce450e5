"""Schemas of runs: the request that starts one, its progress, its place in the history."""

from typing import Annotated, Any, Literal

from pydantic import Field

from bokgi.api.schemas_base import Answer, BacktestId, Code, Day, Figure, Instant, Request
from bokgi.api.schemas_stocks import StockMode
from bokgi.data.factors import AdjustFor
from bokgi.orders.rules import AccountMode, AccountRules, CostRules, ExecutionRules, Market, Reinvest, Unpriced
from bokgi.services.request import MAXIMUM_CAPITAL, MINIMUM_CAPITAL

RunStatus = Annotated[Literal["queued", "running", "completed", "failed", "cancelled"], Field(description="State of the run.")]
WorkerStatus = Literal["connected", "offline"]
_COSTS, _FILLS, _ACCOUNT = CostRules(), ExecutionRules(), AccountRules()


class CostsRequest(Request):
    """What trading costs."""

    commission_ppm: int = Field(_COSTS.commission_ppm, ge=0, le=50_000, description="Commission of a fill [parts per million].")
    commission_on_buy: bool = Field(_COSTS.commission_on_buy, description="Whether purchases pay commission, too.")
    fixed_tax_ppm: int | None = Field(None, ge=0, le=50_000, description="Tax of a sale instead of the law's by date [parts per million].")
    commission_unit_krw: Literal[1, 10] = Field(1, description="Commissions are cut to whole units [KRW].")
    plain_fee_ratio: float = Field(_COSTS.plain_fee_ratio, ge=0, le=0.1, description="Fee of a fill under the market `plain`.")


class FillsRequest(Request):
    """How orders are filled."""

    market: Market = Field(_FILLS.market, description="Rules of the exchange, or none.")
    max_wait_minutes: int = Field(_FILLS.max_wait_minutes, ge=0, le=390, description="How long a purchase waits for a bar that traded.")
    slippage_ticks: int = Field(_FILLS.slippage_ticks, ge=0, le=100, description="Against you, on every fill [ticks].")
    slippage_bps: float = Field(_FILLS.slippage_bps, ge=0, le=1_000, description="The same in basis points; only one of the two.")
    unpriced: Unpriced = Field(_FILLS.unpriced, description="What happens when the data can price a clock time in no session.")
    fractional_shares: bool = Field(_FILLS.fractional_shares, description="Only under the market `plain`.")


class AccountRequest(Request):
    """One account a stock, or a shared one."""

    mode: AccountMode = Field(_ACCOUNT.mode, description="An account for each stock, or one for all.")
    reinvest: Reinvest = Field(_ACCOUNT.reinvest, description="Whether gains are invested again.")
    position_fraction: float | None = Field(None, gt=0, le=1, description="Share of the shared equity that a position takes.")


class StartBacktestRequest(Request):
    """A backtest. Only `strategy` is required; what is absent has its default."""

    strategy: str = Field(description="A name of `GET /api/strategies`.", examples=["daily_trading"])
    strategy_params: dict[str, Any] | None = Field(
        None, description="By name; see the schemas of `GET /api/strategies`.", examples=[{"buy_time": "10:00", "sell_time": "15:00"}]
    )
    stock_mode: StockMode | None = Field(None, description="By default the stored mode, or `specific` where codes are given.")
    stock_codes: list[Code] | None = Field(None, min_length=1, max_length=100, description="By default the stored list.")
    stock_code: Code | None = Field(None, description="A single code, instead of `stock_codes`.")
    start_date: Day | None = Field(None, description="First session, inclusive; by default 60 sessions up to the end.")
    end_date: Day | None = Field(None, description="Last session, inclusive; by default the last one in the data.")
    initial_capital: float | None = Field(
        None, ge=MINIMUM_CAPITAL, le=MAXIMUM_CAPITAL, description="Of each account, by default ten million [KRW].", examples=[10_000_000]
    )
    interval: str | None = Field(None, description="Length of the bars; by default the finest that all stocks have.", examples=["5m"])
    costs: CostsRequest | None = Field(None, description="What trading costs.")
    fills: FillsRequest | None = Field(None, description="How orders are filled.")
    account: AccountRequest | None = Field(None, description="How money is kept.")
    risk_free_rate: float = Field(0.0, ge=-0.5, le=1.0, description="Annual, as a fraction.")
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Of everything that is drawn.")
    check_all: bool = Field(False, description="Whether the look-ahead check takes all stocks.")
    raw_data: bool = Field(False, description="Bars as their source sent them, without repairs.")
    adjust: AdjustFor | None = Field(
        None, description="Prices adjusted by the imported factors, for splits or for splits and dividends; by default as they are stored."
    )


class StartedAnswer(Answer):
    """The run is stored; it starts as soon as a worker is free."""

    success: Literal[True] = True
    backtest_id: BacktestId
    status: Literal["running", "queued"] = Field(description="`queued` where no worker is there; the job waits for one.")
    message: str = Field(examples=["Backtest started"])
    worker_status: WorkerStatus


class CurrentSymbol(Answer):
    """The stock that is computed at the moment."""

    code: Code
    name: str = Field(examples=["삼성전자"])


class ProgressAnswer(Answer):
    """How far a run is: measured from the work done, only the two times are time. Percent never falls."""

    backtest_id: BacktestId
    status: RunStatus
    progress_percent: int = Field(ge=0, le=100, examples=[45])
    total_symbols: int = Field(ge=0, examples=[200])
    completed_symbols: int = Field(ge=0, examples=[90])
    current_symbol: CurrentSymbol | None
    current_date: Day | None
    total_trades: int = Field(ge=0, examples=[1234])
    elapsed_seconds: float = Field(ge=0, description="Work time, over all attempts.", examples=[1.25])
    eta_seconds: float | None = Field(description="Estimated from the work done; null before any is done, 0 at the end.", examples=[1.5])
    stock_mode: StockMode


class CancelledAnswer(Answer):
    """What became of the wish to stop. What was finished before is kept as a partial result."""

    success: Literal[True] = True
    backtest_id: BacktestId
    status: RunStatus
    message: str = Field(examples=["Cancellation requested"])


class BacktestRow(ProgressAnswer):
    """One run in the history, with what was asked and the first figures of its result."""

    strategy: str | None = Field(examples=["daily_trading"])
    strategy_params: dict[str, Any] | None = Field(examples=[{"buy_time": "10:00", "sell_time": "15:00"}])
    start_date: Day | None
    end_date: Day | None
    interval: str | None = Field(examples=["5m"])
    initial_capital: float | None = Field(description="Of each account [KRW].", examples=[10_000_000])
    created_at: Instant
    started_at: Instant | None
    finished_at: Instant | None
    headline: dict[str, Figure | str] = Field(description="A few of the result's `metrics`; empty before there is one.")
    partial: bool = Field(description="Whether the result holds only what was finished before the run was cancelled.")
    pinned: bool = Field(description="Pinned runs are never removed with age.")
    note: str
    error: str | None
    error_ko: str | None


class HistoryAnswer(Answer):
    """One page of the history, newest first."""

    total: int = Field(ge=0, description="Runs that match, on all pages.")
    page: int = Field(ge=1)
    page_size: int = Field(ge=1)
    backtests: list[BacktestRow]


class ChangeBacktestRequest(Request):
    """What a person may change of a run; absent fields stay."""

    pinned: bool | None = Field(None, description="Pinned runs are never removed with age.")
    note: str | None = Field(None, max_length=2_000, description="A remark; empty removes it.", examples=["first idea"])


class DoneAnswer(Answer):
    """It is done."""

    success: Literal[True] = True
    message: str = Field(examples=["bt-2026-02-08-547 deleted"])
