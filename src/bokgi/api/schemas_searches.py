"""Schemas of searches: the request that starts one, its progress, and what it found, stock by stock."""

from typing import Annotated, Any, Literal

from pydantic import Field

from bokgi.api.schemas_backtests import CurrentSymbol, RunStatus, StartBacktestRequest, WorkerStatus
from bokgi.api.schemas_base import Answer, Code, Day, Instant
from bokgi.api.schemas_results import DataFault
from bokgi.api.schemas_stocks import StockMode
from bokgi.services.search_request import DEFAULT_TRIALS, MOST_TRIALS

SEARCH_ID = "se-2026-02-08-012"
SearchId = Annotated[str, Field(pattern=r"^se-\d{4}-\d{2}-\d{2}-\d{3,}$", description="Id of the search.", examples=[SEARCH_ID])]
Fraction = Annotated[float, Field(description="A fraction of the initial capital, after costs.", examples=[0.0321])]
Chance = Annotated[float, Field(ge=0, le=1, description="A chance of the data given no effect; never of luck given the data.")]
Parameters = Annotated[dict[str, Any], Field(description="By name, as a backtest takes them.", examples=[{"buy_time": "09:10"}])]
VerdictName = Literal["not_enough_data", "no_profit", "not_shown", "better_than_no_trade", "better_than_holding", "better_than_both"]


class StartSearchRequest(StartBacktestRequest):
    """A search: a backtest whose parameters are searched for. `strategy_params` are those that stay as they are, and the default."""

    method: Literal["exhaustive", "grid", "random"] | None = Field(
        None, description="`exhaustive` (every pair of times of `daily_trading`) by default, where `space` is given `grid`."
    )
    space: dict[str, Any] | None = Field(
        None,
        description='Values by parameter: a list, or {"low", "high", "step"}.',
        examples=[{"buy_time": ["09:10", "10:00"], "sell_time": ["14:00", "15:00"]}],
    )
    trials: int = Field(DEFAULT_TRIALS, ge=1, le=MOST_TRIALS, description="Most combinations of `random`.")
    honesty: bool = Field(default=True, description="Whether it is judged if the best is to be believed, or trials alone are computed.")


class SearchStartedAnswer(Answer):
    """The search is stored; it starts as soon as a worker is free."""

    success: Literal[True] = True
    search_id: SearchId
    status: Literal["running", "queued"] = Field(description="`queued` where no worker is there; the jobs wait for one.")
    message: str = Field(examples=["Search started"])
    worker_status: WorkerStatus


class SearchProgressAnswer(Answer):
    """How far a search is: measured from the work done, only the two times are time. Percent never falls."""

    search_id: SearchId
    status: RunStatus
    progress_percent: int = Field(ge=0, le=100, examples=[45])
    total_symbols: int = Field(ge=0, examples=[200])
    completed_symbols: int = Field(ge=0, examples=[90])
    current_symbol: CurrentSymbol | None
    trials: int = Field(ge=0, description="Combinations tried so far.", examples=[1_702_350])
    elapsed_seconds: float = Field(ge=0, description="Work time of all workers, over all attempts.", examples=[1.25])
    eta_seconds: float | None = Field(description="Of one worker, from work done; null before any is done, 0 at the end.", examples=[1.5])
    stock_mode: StockMode


class SearchCancelledAnswer(Answer):
    """What became of the wish to stop. Stocks that were finished are kept as a partial result."""

    success: Literal[True] = True
    search_id: SearchId
    status: RunStatus
    message: str = Field(examples=["Cancellation requested"])


class Verdicts(Answer):
    """Stocks of each verdict."""

    not_enough_data: int
    no_profit: int
    not_shown: int
    better_than_no_trade: int
    better_than_holding: int
    better_than_both: int


class SearchHeadline(Answer):
    """The first figures of a result; empty before there is one."""

    verdicts: Verdicts | None = None
    trials: int | None = None
    stocks: int | None = None


class SearchListRow(SearchProgressAnswer):
    """One search in the list of searches."""

    strategy: str = Field(examples=["daily_trading"])
    method: str | None = Field(examples=["exhaustive"])
    start_date: Day | None
    end_date: Day | None
    interval: str | None = Field(examples=["5m"])
    created_at: Instant
    finished_at: Instant | None
    partial: bool = Field(description="Whether the result holds a part of the stocks.")
    headline: SearchHeadline
    error: str | None
    error_ko: str | None


class SearchesAnswer(Answer):
    """The searches of a profile, newest first."""

    total: int = Field(ge=0)
    page: int = Field(ge=1)
    page_size: int = Field(ge=1)
    searches: list[SearchListRow]


class TwoLanguages(Answer):
    """One sentence."""

    korean: str = Field(examples=["데이터 부족: 7거래일, 최소 60거래일 필요"])
    english: str = Field(examples=["Not enough data: 7 sessions, at least 60 are needed"])


class TrialBody(Answer):
    """One combination with its figures, equal to those of a backtest of the same parameters."""

    number: int = Field(ge=0, description="Its place among the trials of the stock.")
    params: Parameters
    total_return: Fraction
    final_balance: float = Field(description="Balance at the end [KRW].")
    trades: int = Field(ge=0, description="Closed trades.")
    wins: int = Field(ge=0, description="Closed trades with a profit after costs.")
    mean_return: float | None = Field(description="Mean of the returns of sessions; null where the account lost everything.")
    deviation: float | None = Field(description="Sample deviation of the returns of sessions; null under two sessions.")
    max_drawdown: float = Field(le=0, description="Deepest fall at session ends.")


class OptimumBody(Answer):
    """The best combination in sums of won over the seed."""

    trial: int
    net_total: Fraction
    gross_total: float = Field(description="Before commissions and taxes.")
    net_sharpe: float | None = Field(description="Of one session; null without deviation.")
    gross_sharpe: float | None


class ComparedBody(Answer):
    """What the best must be held against."""

    holding_total: Fraction
    mean_total: Fraction
    default_total: float | None = Field(description="Of the default parameters; null where they are no combination of this stock.")
    profitable_trials: float = Field(ge=0, le=1, description="Share of the combinations that earned something after costs.")


class PValuesBody(Answer):
    """How often pure chance does as well."""

    superior_ability: Chance | None = Field(description="Hansen's test, which decides; null under 60 sessions.")
    reality_check: Chance


class NoiseBody(Answer):
    """The best of as many combinations where none has an edge."""

    median: float
    one_in_twenty: float
    profitable: float = Field(ge=0, le=1)


class FoldBounds(Answer):
    """Sessions [start, end) by their place in the period."""

    train_start: int
    test_start: int
    test_end: int


class FoldBody(Answer):
    """One training, and the test behind it."""

    fold: FoldBounds
    trial: int
    trained: float = Field(description="Mean net return of a session of the best in the training.")
    tested: float = Field(description="The same in the test.")
    held: float = Field(description="Mean return of a session of holding in the test.")


class WalkForwardBody(Answer):
    """What would have happened out of sample."""

    window: Literal["anchored", "rolling"]
    folds: list[FoldBody]
    tested_total: Fraction
    held_total: Fraction
    returns: list[float] = Field(description="Net returns of the test sessions in order.")


class HonestyBody(Answer):
    """What may be said about the best; null where the number of sessions does not allow it."""

    sessions: int = Field(description="Sessions in which the stock has a traded bar.")
    trials: int
    depth: Literal["picture", "indication", "verdict"]
    optimum: OptimumBody
    compared: ComparedBody
    against_no_trade: PValuesBody | None
    against_holding: PValuesBody | None
    overfitting: float | None = Field(description="PBO: share of halves whose best fell below the middle of the other half.")
    effective_trials: float | None = Field(description="Number of independent combinations that all of them amount to.")
    deflated_sharpe: float | None = Field(description="Deflated Sharpe ratio, before costs.")
    anchored: WalkForwardBody | None
    rolling: WalkForwardBody | None
    noise: NoiseBody | None
    resamples: int = Field(description="On which the chances of Hansen's test rest.")


class SurroundingsBody(Answer):
    """Whether the best stands on a plateau or is a spike."""

    shape: Literal["plateau", "spike", "no_profit", "alone"]
    place: list[int]
    best: float
    neighbours: float | None
    kept: float | None = Field(description="Share of the best that its neighbours earn on average.")
    reach: list[list[int]] = Field(description="First and last place on each axis with at least half of the best.")


class SearchedStock(Answer):
    """One stock in the order of verdicts; figures are null where its bars offer no combination."""

    code: Code
    name: str
    name_en: str
    trials: int = Field(ge=0)
    part: int = Field(ge=0, description="Part of the search that found it.")
    best: TrialBody | None = None
    default: TrialBody | None = None
    holding_total: float | None = None
    mean_total: float | None = None
    profitable_trials: float | None = None
    honesty: HonestyBody | None = None
    surroundings: SurroundingsBody | None = None
    verdict: VerdictName | None = Field(description="Null where belief was not asked for.")
    sentence: TwoLanguages | None
    details: list[TwoLanguages] = Field(description="What was computed, in words; what happened out of sample comes first.")
    p_value: Chance | None = Field(description="The larger of the two chances of Hansen's test.")
    adjusted_p_value: Chance | None = Field(description="Smallest share of wrong verdicts at which this one would count.")


class SearchData(Answer):
    """What the bars are, and what is wrong with them."""

    interval: str
    start_date: Day | None
    end_date: Day | None
    synthetic: bool
    daily_version: int
    faults: list[DataFault]
    adjustments: list[dict[str, Any]] = Field(description="Repairs that were applied, with before and after; none with `raw_data`.")


class SearchManifest(Answer):
    """What is needed to search again."""

    data_version: dict[str, int]
    code_version: str
    code_hash: str
    environment: dict[str, str]


class SearchResultAnswer(Answer):
    """The result; before there is one only the keys of the progress, and the error where there will be none."""

    search_id: SearchId
    status: RunStatus
    partial: bool | None = None
    request: dict[str, Any] | None = Field(None, description="Every default written out.")
    trials: int | None = None
    stocks_searched: int | None = None
    verdicts: Verdicts | None = None
    stocks: list[SearchedStock] | None = None
    data: SearchData | None = None
    manifest: SearchManifest | None = None
    progress_percent: int | None = None
    total_symbols: int | None = None
    completed_symbols: int | None = None
    current_symbol: CurrentSymbol | None = None
    elapsed_seconds: float | None = None
    eta_seconds: float | None = None
    stock_mode: StockMode | None = None
    error: str | None = None
    error_ko: str | None = None
    code: str | None = None
    field: str | None = None


class DistributionBody(Answer):
    """How many combinations lie in each bin, and how many of noise."""

    edges: list[float]
    trials: list[int]
    noise: list[int] | None = Field(description="Null under 20 sessions.")


class SearchedStockAnswer(SearchedStock):
    """Everything of one stock but its combinations."""

    search_id: SearchId
    axes: dict[str, list[Any]] = Field(description="Values that each parameter takes, rising.")
    distribution: DistributionBody


class TrialsAnswer(Answer):
    """A page of the combinations of one stock as columns, in their order; parameters first, times as minutes of the day."""

    search_id: SearchId
    code: Code
    total: int = Field(description="All combinations of the stock.")
    page: int
    page_size: int
    axes: dict[str, list[Any]]
    initial_capital: float
    columns: dict[str, list[Any]] = Field(description="balance, trades, wins, mean, deviation, drawdown, noise; NaN is null.")
