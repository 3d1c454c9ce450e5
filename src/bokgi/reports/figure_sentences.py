"""What each figure of a result says, in one plain sentence: for people who do not know the word.

Convention: the sentence explains the figure and judges nothing; the exact formulas stand in `metrics.catalog`.
"""

from bokgi.errors.base import Language

SENTENCES: dict[str, tuple[str, str]] = {
    "total_profit": (
        "매도까지 끝난 거래의 손익을 수수료와 세금까지 빼고 모두 더한 금액입니다.",
        "What all closed trades brought together, after commissions and taxes.",
    ),
    "total_return": (
        "마지막 평가금액을 투자 원금과 견준 수익률입니다. 보유 중인 종목은 마지막 체결가로 평가합니다.",
        "The last equity against the initial one; open positions count at their last traded price.",
    ),
    "against_holding": (
        "같은 종목을 처음에 사서 끝까지 들고 있었을 때의 수익률과의 차이입니다.",
        "The difference to the return of buying the same stocks at the start and holding them.",
    ),
    "max_drawdown": (
        "평가금액이 그때까지의 최고점에서 가장 크게 떨어진 비율입니다.",
        "The deepest fall of equity below its highest point until then.",
    ),
    "total_trades": (
        "매도까지 끝난 거래의 수와, 그 가운데 이익과 손실로 끝난 수입니다.",
        "Trades that were closed, and how many of them won and lost.",
    ),
    "win_rate": (
        "매도까지 끝난 거래 가운데 이익으로 끝난 비율입니다.",
        "The share of closed trades that ended with a profit.",
    ),
    "payoff_ratio": (
        "이익 거래의 평균 이익을 손실 거래의 평균 손실로 나눈 값입니다.",
        "The mean profit of a winning trade over the mean loss of a losing one.",
    ),
    "gross_profit": (
        "이익으로 끝난 거래의 이익 합계와 손실로 끝난 거래의 손실 합계입니다.",
        "All profits of winning trades, and all losses of losing ones.",
    ),
    "total_cost": (
        "모든 체결에 낸 수수료와 제세금의 합계입니다.",
        "Commissions and taxes that all fills paid.",
    ),
    "annual_return": (
        "누적 수익률을 1년 기준으로 바꾼 값입니다. 60거래일 미만이면 구하지 않습니다.",
        "The total return turned into a yearly one; not given under 60 sessions.",
    ),
    "sharpe_ratio": (
        "무위험 수익률을 넘는 평균 수익률을 변동성으로 나누어 1년 기준으로 바꾼 값입니다.",
        "The mean return above the risk-free rate over its volatility, a year.",
    ),
    "sortino_ratio": (
        "샤프 지수와 같지만 떨어진 날의 움직임만 위험으로 봅니다.",
        "As Sharpe, but only falling days count as risk.",
    ),
    "calmar_ratio": (
        "연환산 수익률을 최대 낙폭의 크기로 나눈 값입니다.",
        "The yearly return over the size of the max drawdown.",
    ),
    "volatility": (
        "하루 수익률의 표준편차를 1년 기준으로 바꾼 값입니다.",
        "The standard deviation of daily returns, a year.",
    ),
    "profit_factor": (
        "총이익을 총손실의 크기로 나눈 값입니다. 1이면 번 만큼 잃었습니다.",
        "Gross profit over the size of gross loss; 1 means that as much was lost as won.",
    ),
    "expectancy": (
        "거래 한 번에 평균 얼마를 벌거나 잃었는지입니다.",
        "What one trade won or lost on average.",
    ),
    "exposure": (
        "체결이 있던 봉 가운데 종목을 들고 있던 봉의 비율입니다.",
        "The share of traded bars during which a position was held.",
    ),
    "median_stock_return": (
        "종목별 수익률을 순서대로 늘어놓았을 때 한가운데 값입니다.",
        "The return in the middle when the stocks' returns are put in order.",
    ),
    "stocks_in_profit": (
        "수익률이 0보다 큰 종목의 비율입니다.",
        "The share of stocks whose return is above 0.",
    ),
    "unrealised_profit": (
        "아직 팔지 않은 종목의 평가손익입니다. 팔 때의 비용은 빼지 않았습니다.",
        "Profit of positions that are still open, before the costs of selling them.",
    ),
    "open_positions": (
        "기간이 끝날 때까지 팔지 않은 종목의 수입니다.",
        "Positions that were not sold when the period ended.",
    ),
}


def sentence(name: str, language: Language) -> str:
    """Return what a figure says."""
    return SENTENCES[name][0 if language is Language.KOREAN else 1]
