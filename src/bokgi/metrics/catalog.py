"""Every figure of a result: its key in the API, its words, formula, unit and better direction.

Convention: ratios are fractions (0.4532 is shown as 45.32 %); money is in won under `krx` and in the currency of the prices under
`plain`. `docs/metrics.md` is generated from this catalogue by `tools/build_metrics_page.py`.
"""

from dataclasses import dataclass
from enum import StrEnum

from bokgi.errors.base import Language


class Unit(StrEnum):
    """What a figure counts; `RATIO` is a fraction that screens show as percent."""

    KRW = "krw"
    RATIO = "ratio"
    NUMBER = "number"
    COUNT = "count"
    SESSIONS = "sessions"
    DAYS = "days"


class Better(StrEnum):
    """The direction a trader wants."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure.

    decimals : digits after the point on screens and in the API's `performance` strings
    """

    name: str
    korean: str
    english: str
    formula: str
    unit: Unit
    better: Better
    decimals: int = 2

    def word(self, language: Language) -> str:
        return self.korean if language is Language.KOREAN else self.english


_KRW, _RATIO, _NUMBER, _COUNT, _SESSIONS, _DAYS = Unit.KRW, Unit.RATIO, Unit.NUMBER, Unit.COUNT, Unit.SESSIONS, Unit.DAYS
_UP, _DOWN, _FLAT = Better.HIGHER, Better.LOWER, Better.NEITHER

METRICS: tuple[Metric, ...] = (
    # Money and return.
    Metric("total_profit", "순손익(원)", "Net profit", "sum of the profits of closed trades, after costs", _KRW, _UP, 0),
    Metric("total_return", "누적 수익률", "Total return", "E_end / E0 - 1, open positions at their last traded close", _RATIO, _UP),
    Metric(
        "annual_return",
        "연환산 수익률(CAGR)",
        "CAGR",
        "(E_end / E0) ^ (365.25 / calendar_days) - 1; null under 60 sessions",
        _RATIO,
        _UP,
    ),
    Metric("initial_equity", "투자 원금", "Initial equity", "E0 = initial capital x stocks with a bar (shared: once)", _KRW, _FLAT, 0),
    Metric("final_equity", "기말 평가금액", "Final equity", "E_end = cash + shares x last traded close", _KRW, _UP, 0),
    Metric(
        "unrealised_profit", "평가손익", "Unrealised profit", "E_end - E0 - total_profit: open positions without sale costs", _KRW, _UP, 0
    ),
    Metric("median_stock_return", "종목 수익률 중앙값", "Median stock return", "median of the stocks' own returns", _RATIO, _UP),
    Metric(
        "stocks_in_profit", "수익 종목 비율", "Share of stocks in profit", "stocks with a return above 0 / stocks counted", _RATIO, _UP, 1
    ),
    Metric("best_month", "최고 월 수익률", "Best month", "largest monthly return", _RATIO, _UP),
    Metric("worst_month", "최저 월 수익률", "Worst month", "smallest monthly return", _RATIO, _UP),
    Metric("best_session", "최고 일 수익률", "Best session", "max r_i", _RATIO, _UP),
    Metric("worst_session", "최저 일 수익률", "Worst session", "min r_i", _RATIO, _UP),
    # Risk.
    Metric("max_drawdown", "최대 낙폭(MDD)", "Max drawdown", "min over bars of E_t / max(E0, E up to t) - 1", _RATIO, _UP),
    Metric(
        "max_drawdown_session_end",
        "최대 낙폭(종가 기준)",
        "Max drawdown at session ends",
        "the same over session ends: never deeper than max_drawdown",
        _RATIO,
        _UP,
    ),
    Metric(
        "max_drawdown_sessions",
        "최대 낙폭 지속(거래일)",
        "Max drawdown duration",
        "sessions from the peak to the recovery, or to the end",
        _SESSIONS,
        _DOWN,
        0,
    ),
    Metric("volatility", "변동성(연)", "Volatility", "s x sqrt(N), s = sample deviation of r; null under 60 sessions", _RATIO, _DOWN),
    Metric("session_volatility", "변동성(일)", "Volatility of a session", "s, sample deviation of r", _RATIO, _DOWN),
    Metric("value_at_risk", "일 VaR(95%)", "Value at risk 95 %", "5 % quantile of r; null under 20 sessions", _RATIO, _UP),
    Metric("conditional_value_at_risk", "일 CVaR(95%)", "Expected shortfall 95 %", "mean of r at or below the value at risk", _RATIO, _UP),
    Metric("skewness", "왜도", "Skewness", "m3 / m2^1.5 of r", _NUMBER, _UP),
    Metric("kurtosis", "첨도", "Kurtosis", "m4 / m2^2 of r, 3 for the normal", _NUMBER, _DOWN),
    # Return for risk.
    Metric("sharpe_ratio", "샤프 지수", "Sharpe", "(mean r - rf / N) / s x sqrt(N); null under 60 sessions", _NUMBER, _UP),
    Metric(
        "sortino_ratio",
        "소르티노 지수",
        "Sortino",
        "(mean r - rf / N) / sqrt(mean(min(r - rf / N, 0)^2)) x sqrt(N), over all sessions; null under 60 sessions",
        _NUMBER,
        _UP,
    ),
    Metric("calmar_ratio", "칼마 지수", "Calmar", "annual_return / |max_drawdown|; null under 60 sessions", _NUMBER, _UP),
    # Trades.
    Metric("total_trades", "거래 수", "Trades", "closed trades", _COUNT, _FLAT, 0),
    Metric("winning_trades", "이익 거래", "Winning trades", "closed trades with profit > 0", _COUNT, _UP, 0),
    Metric("losing_trades", "손실 거래", "Losing trades", "closed trades with profit < 0", _COUNT, _DOWN, 0),
    Metric("open_positions", "보유 중", "Open positions", "positions that are not sold at the end", _COUNT, _FLAT, 0),
    Metric("win_rate", "승률", "Win rate", "winning_trades / total_trades", _RATIO, _UP, 1),
    Metric("payoff_ratio", "손익비", "Payoff ratio", "average_win / |average_loss|", _NUMBER, _UP),
    Metric("profit_factor", "이익 팩터(총이익/총손실)", "Profit factor", "gross_profit / |gross_loss|", _NUMBER, _UP),
    Metric("expectancy", "거래당 기대손익", "Expectancy", "total_profit / total_trades", _KRW, _UP, 0),
    Metric("gross_profit", "총이익", "Gross profit", "sum of the profits above 0", _KRW, _UP, 0),
    Metric("gross_loss", "총손실", "Gross loss", "sum of the profits below 0 (<= 0)", _KRW, _UP, 0),
    Metric("average_win", "평균 이익", "Average win", "gross_profit / winning_trades", _KRW, _UP, 0),
    Metric("average_loss", "평균 손실", "Average loss", "gross_loss / losing_trades (< 0)", _KRW, _UP, 0),
    Metric("best_trade", "최대 이익 거래", "Best trade", "largest profit of a trade", _KRW, _UP, 0),
    Metric("worst_trade", "최대 손실 거래", "Worst trade", "smallest profit of a trade", _KRW, _UP, 0),
    Metric("average_trade_return", "거래당 수익률", "Return a trade", "mean of profit / invested", _RATIO, _UP),
    Metric("best_trade_return", "최고 거래 수익률", "Best return of a trade", "max of profit / invested", _RATIO, _UP),
    Metric("worst_trade_return", "최저 거래 수익률", "Worst return of a trade", "min of profit / invested", _RATIO, _UP),
    Metric(
        "longest_winning_streak", "최다 연속 이익", "Longest winning streak", "trades in a row by sale time, profit > 0", _COUNT, _UP, 0
    ),
    Metric(
        "longest_losing_streak", "최다 연속 손실", "Longest losing streak", "trades in a row by sale time, profit < 0", _COUNT, _DOWN, 0
    ),
    Metric("average_holding_sessions", "평균 보유(거래일)", "Average holding", "mean of sale session - purchase session", _SESSIONS, _FLAT),
    Metric("exposure", "보유 시간 비율", "Exposure", "traded bars with a position / traded bars, over all stocks", _RATIO, _FLAT, 1),
    # Costs.
    Metric(
        "total_cost", "비용 합계", "Total cost", "total_commission + total_tax: every fill, open positions' purchases too", _KRW, _DOWN, 0
    ),
    Metric("total_commission", "수수료", "Commission", "sum of the commissions of all fills", _KRW, _DOWN, 0),
    Metric("total_tax", "제세금(거래세+농특세)", "Tax", "sum of transaction and special tax of all sales", _KRW, _DOWN, 0),
    Metric("cost_ratio", "원금 대비 비용", "Cost of the initial equity", "total_cost / E0", _RATIO, _DOWN),
    Metric("round_trip_cost", "왕복 비용률", "Cost of a round trip", "costs of closed trades / money invested in them", _RATIO, _DOWN, 3),
    # The run itself.
    Metric("stocks", "종목 수", "Stocks", "stocks with a bar in the period", _COUNT, _FLAT, 0),
    Metric("sessions", "거래일 수", "Sessions", "all sessions of the exchange in the period, bars or not", _SESSIONS, _FLAT, 0),
    Metric("calendar_days", "달력 일수", "Calendar days", "last session - first session + 1", _DAYS, _FLAT, 0),
    Metric("sessions_per_year", "연간 거래일", "Sessions a year", "N: 245 for XKRX, 252 for XNYS, never counted", _SESSIONS, _FLAT, 0),
    Metric("risk_free_rate", "무위험 수익률(연)", "Risk-free rate", "rf, annual; rf / N a session", _RATIO, _FLAT),
)

BY_NAME: dict[str, Metric] = {metric.name: metric for metric in METRICS}

PERFORMANCE: tuple[str, ...] = (
    "total_return",
    "annual_return",
    "sharpe_ratio",
    "sortino_ratio",
    "calmar_ratio",
    "max_drawdown",
    "volatility",
    "total_trades",
    "winning_trades",
    "losing_trades",
    "win_rate",
    "profit_factor",
    "payoff_ratio",
    "expectancy",
    "total_profit",
    "total_cost",
    "open_positions",
    "unrealised_profit",
)
"""Keys of the API's `performance` object, fixed."""
