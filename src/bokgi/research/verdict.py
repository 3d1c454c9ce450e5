"""Whether to believe the optimum of each stock of a search, in one plain sentence.

Convention: Hansen's test decides, against no trade and against holding; a good verdict needs both. Over the stocks of one search,
Benjamini-Hochberg lets 10 % of the good verdicts be wrong; for "better than both" it looks at the larger of the two p-values. A smaller
p-value of any stock never makes the verdict on any stock worse. PBO and the deflated Sharpe ratio stand beside and never decide. Under 60
sessions there is no verdict.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from bokgi.research.discoveries import FALSE_DISCOVERIES, adjusted_p_values
from bokgi.research.enough import SESSIONS_FOR_VERDICT, DataDepth
from bokgi.research.honesty import Honesty, both_p_values, holding_p_values, no_trade_p_values
from bokgi.research.plateau import Surroundings
from bokgi.research.superior_ability import PValues
from bokgi.research.verdict_sentences import Sentence, details_of, no_effect, percent


class Verdict(StrEnum):
    NOT_ENOUGH_DATA = "not_enough_data"
    NO_PROFIT = "no_profit"
    """Not even the best combination earned anything after costs."""
    NOT_SHOWN = "not_shown"
    """No better than what turns up without any effect."""
    BETTER_THAN_NO_TRADE = "better_than_no_trade"
    """Better than not trading; not shown to be better than holding."""
    BETTER_THAN_HOLDING = "better_than_holding"
    """Better than holding; its profit itself is not shown."""
    BETTER_THAN_BOTH = "better_than_both"


@dataclass(frozen=True)
class Judged:
    """The verdict on one stock.

    Attributes
    ----------
    sentence : the verdict in words
    details : every figure beside it in words; what happened out of sample comes first
    p_value : the larger of the two p-values of Hansen's test; None without a verdict
    adjusted_p_value : smallest share of wrong verdicts at which this one would count among those on all stocks; None without a verdict
    """

    verdict: Verdict
    sentence: Sentence
    details: tuple[Sentence, ...]
    p_value: float | None
    adjusted_p_value: float | None


def verdicts(stocks: Sequence[Honesty], surroundings: Sequence[Surroundings | None] | None = None) -> tuple[Judged, ...]:
    """Judge the stocks of one search together.

    surroundings : what lies around the best of each stock, where it is known
    """
    both = both_p_values(stocks)
    adjusted = adjusted_p_values(both)
    passed = [adjusted_p_values(values) <= FALSE_DISCOVERIES for values in (no_trade_p_values(stocks), holding_p_values(stocks))]
    count = int(np.count_nonzero(~np.isnan(both)))
    around = surroundings or [None] * len(stocks)
    judged = []
    for place, stock in enumerate(stocks):
        verdict = _verdict(stock, bool(adjusted[place] <= FALSE_DISCOVERIES), bool(passed[0][place]), bool(passed[1][place]))
        details = tuple(details_of(stock, around[place]))
        judged.append(Judged(verdict, _sentence(verdict, stock, count), details, _known(both[place]), _known(adjusted[place])))
    return tuple(judged)


def not_enough_data(sessions: int) -> Sentence:
    """Too few sessions for a verdict."""
    return Sentence(
        f"Not enough data: {sessions} session{'s' if sessions != 1 else ''}, at least {SESSIONS_FOR_VERDICT} are needed",
        f"데이터 부족: {sessions}거래일, 최소 {SESSIONS_FOR_VERDICT}거래일 필요",
    )


def _verdict(stock: Honesty, passes_both: bool, passes_no_trade: bool, passes_holding: bool) -> Verdict:
    if stock.depth is not DataDepth.VERDICT:
        return Verdict.NOT_ENOUGH_DATA
    if stock.optimum.net_total <= 0.0:
        return Verdict.NO_PROFIT
    if passes_both:
        return Verdict.BETTER_THAN_BOTH
    if passes_no_trade:  # where it passes both tests alone but not both together, the claim about holding is left out
        return Verdict.BETTER_THAN_NO_TRADE
    if passes_holding:
        return Verdict.BETTER_THAN_HOLDING
    return Verdict.NOT_SHOWN


def _sentence(verdict: Verdict, stock: Honesty, stocks: int) -> Sentence:
    """The verdict, with what was computed."""
    if verdict is Verdict.NOT_ENOUGH_DATA:
        return not_enough_data(stock.sessions)
    if verdict is Verdict.NO_PROFIT:
        best = percent(stock.optimum.net_total, signed=True)
        return Sentence(
            f"No profit: after costs even the best of {stock.trials:,} combinations earned {best}",
            f"이익 없음: 비용을 빼면 시험 조합 {stock.trials:,}개 중 최고도 {best}",
        )
    if verdict is Verdict.NOT_SHOWN:
        return _not_shown(stock, stocks)
    return _better(verdict, stock)


def _not_shown(stock: Honesty, stocks: int) -> Sentence:
    """The chance alone; where several stocks were tested it may be small and still not count."""
    assert stock.against_no_trade is not None
    said = no_effect(stock.against_no_trade)
    together = Sentence(f"; {stocks} stocks were tested together", f", {stocks}종목을 함께 시험함") if stocks > 1 else Sentence("", "")
    return Sentence(f"Not shown: {said.english}{together.english}", f"근거 부족: {said.korean}{together.korean}")


_HEADS = {
    Verdict.BETTER_THAN_BOTH: Sentence("Better than no trade and than holding", "거래하지 않는 것과 단순 보유보다 나음"),
    Verdict.BETTER_THAN_NO_TRADE: Sentence(
        "Better than no trade, but not shown to be better than holding", "거래하지 않는 것보다 나으나 단순 보유보다 낫다는 근거는 부족"
    ),
    Verdict.BETTER_THAN_HOLDING: Sentence(
        "Better than holding, but its own profit is not shown", "단순 보유보다 나으나 이익 자체의 근거는 부족"
    ),
}


def _better(verdict: Verdict, stock: Honesty) -> Sentence:
    """Both chances behind the head."""
    alone, held = (percent(_decided(test)) for test in (stock.against_no_trade, stock.against_holding))
    head = _HEADS[verdict]
    return Sentence(
        f"{head.english}: with no effect at all, a combination this good turns up with a chance of {alone} against no trade, "
        f"{held} against holding",
        f"{head.korean}: 효과가 전혀 없어도 이 정도로 좋은 조합이 나올 확률 {alone}(거래하지 않는 것 대비), {held}(단순 보유 대비)",
    )


def _decided(test: PValues | None) -> float:
    assert test is not None
    assert test.superior_ability is not None
    return test.superior_ability


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
