"""What the figures beside an optimum say, in plain Korean and English.

Convention: a sentence says what was computed. A p-value is the chance of an equally good combination where there is no effect at all, PBO
the share of halves whose best fell below the middle of the other half; no sentence says how likely luck is, for nothing here knows.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bokgi.errors.base import Language
from bokgi.research.honesty import Honesty
from bokgi.research.plateau import Shape, Surroundings
from bokgi.research.superior_ability import PValues
from bokgi.research.walk_forward import WalkForward, Window


@dataclass(frozen=True)
class Sentence:
    """One sentence in both languages."""

    english: str
    korean: str

    def within(self, language: Language) -> str:
        """The one in this language."""
        return self.korean if language is Language.KOREAN else self.english


_WINDOWS = {Window.ANCHORED: ("anchored", "시작 고정"), Window.ROLLING: ("rolling", "구간 이동")}
_SHAPES = {
    Shape.PLATEAU: Sentence(
        "Plateau: neighbouring times earned {kept} of the best on average; noise has plateaus, too, so this proves nothing.",
        "고원형: 가까운 시간대도 평균적으로 최고 결과의 {kept}를 벌었습니다. 잡음에서도 나타나는 모양이라 근거가 되지는 않습니다.",
    ),
    Shape.SPIKE: Sentence(
        "Spike: neighbouring times earned only {kept} of the best on average, which is a warning.",
        "뾰족형: 가까운 시간대는 평균적으로 최고 결과의 {kept}만 벌었습니다. 주의가 필요합니다.",
    ),
}


def percent(ratio: float, *, signed: bool = False) -> str:
    """`31 %`; one decimal below ten percent, two below one, so that small shares do not become 0."""
    size = abs(ratio) * 100.0
    decimals = 0 if size >= 10.0 else 1 if size >= 1.0 else 2
    return f"{ratio * 100.0:{'+' if signed else ''}.{decimals}f} %"


def details_of(stock: Honesty, around: Surroundings | None) -> Iterator[Sentence]:
    """The sentences below a verdict; what happened out of sample comes first."""
    yield from _walks(stock.anchored, stock.rolling)
    yield _beside(stock)
    yield from _tested(stock.against_no_trade, "no trade", "거래하지 않는 것")
    yield from _tested(stock.against_holding, "holding", "단순 보유")
    if stock.overfitting is not None:
        yield _overfitted(stock.overfitting)
    if stock.deflated_sharpe is not None and stock.effective_trials is not None:
        yield _deflated(stock.deflated_sharpe, stock.trials, stock.effective_trials)
    if stock.noise is not None:
        yield _noise(stock)
    if around is not None and around.shape in _SHAPES and around.kept is not None:
        template, kept = _SHAPES[around.shape], percent(around.kept)
        yield Sentence(template.english.format(kept=kept), template.korean.format(kept=kept))


def no_effect(test: PValues) -> Sentence:
    """The p-value of the deciding test, or of the reality check where there is no other."""
    chance = percent(test.reality_check if test.superior_ability is None else test.superior_ability)
    return Sentence(
        f"with no effect at all, a combination this good turns up with a chance of {chance}",
        f"효과가 전혀 없어도 이 정도로 좋은 조합이 나올 확률 {chance}",
    )


def _walks(anchored: WalkForward | None, rolling: WalkForward | None) -> Iterator[Sentence]:
    """Both windows; one alone where their trainings are the same."""
    if anchored is not None:
        yield _walked(anchored)
    if rolling is not None and (anchored is None or rolling.folds != anchored.folds):
        yield _walked(rolling)


def _walked(result: WalkForward) -> Sentence:
    english, korean = _WINDOWS[result.window]
    tested, held = percent(result.tested_total, signed=True), percent(result.held_total, signed=True)
    won, count, days = result.won, len(result.folds), result.test_sessions
    return Sentence(
        f"Out of sample ({english}): the best of earlier sessions earned {tested} in the {days} sessions that followed "
        f"({won} of {count} periods won), each period begun with the seed; holding {held}.",
        f"검증 구간({korean}): 앞 구간에서 고른 최적 조합의 이후 {days}거래일 결과 {tested} "
        f"({count}번 중 {won}번 이익, 매번 원금으로 시작), 단순 보유 {held}.",
    )


def _beside(stock: Honesty) -> Sentence:
    """In-sample optimum, holding, mean of all and default."""
    beside, best = stock.compared, percent(stock.optimum.net_total, signed=True)
    held, mean = percent(beside.holding_total, signed=True), percent(beside.mean_total, signed=True)
    default = None if beside.default_total is None else percent(beside.default_total, signed=True)
    return Sentence(
        f"In sample, after costs: the best of {stock.trials:,} combinations {best}, holding {held}, the mean of all {mean}"
        + ("." if default is None else f", the default {default}."),
        f"탐색 구간, 비용 차감 후: 시험 조합 {stock.trials:,}개 중 최고 {best}, 단순 보유 {held}, 전체 평균 {mean}"
        + ("." if default is None else f", 기본값 {default}."),
    )


def _tested(test: PValues | None, english: str, korean: str) -> Iterator[Sentence]:
    if test is None:
        return
    said, check = no_effect(test), percent(test.reality_check)
    if test.superior_ability is None:
        yield Sentence(
            f"Against {english}, as an indication: {said.english} (reality check).", f"{korean} 대비(참고): {said.korean} (현실성 검정)."
        )
    else:
        yield Sentence(
            f"Against {english}: {said.english} (SPA; reality check {check}).", f"{korean} 대비: {said.korean} (SPA, 현실성 검정 {check})."
        )


def _overfitted(share: float) -> Sentence:
    return Sentence(
        "Overfitting (PBO): chosen on one half of the sessions, the best fell below the middle in the other half in "
        f"{percent(share)} of cases.",
        f"과최적화 비율(PBO): 절반에서 고른 최적 시간이 나머지 절반에서 중간 아래였던 비율 {percent(share)}.",
    )


def _deflated(ratio: float, trials: int, effective: float) -> Sentence:
    return Sentence(
        f"Deflated Sharpe ratio {ratio:.2f}, before costs: {trials:,} combinations amount to about {effective:,.0f} independent ones; "
        "were the best no better than the best that so many worthless ones are expected to show, "
        f"{percent(ratio)} of samples would look worse.",
        f"보정 샤프 지수(DSR) {ratio:.2f}, 비용 차감 전: 시험 조합 {trials:,}개는 서로 독립인 조합 약 {effective:,.0f}개와 같습니다. "
        f"효과 없는 조합이 그만큼 있을 때 기대되는 최고 수준에 불과하다면 표본의 {percent(ratio)}가 이보다 낮게 나옵니다.",
    )


def _noise(stock: Honesty) -> Sentence:
    assert stock.noise is not None
    median, top, share = (
        percent(stock.noise.median, signed=True),
        percent(stock.noise.one_in_twenty, signed=True),
        percent(stock.noise.profitable),
    )
    return Sentence(
        f"Noise of the same size: if no combination had any edge, the best would still be profitable in {share} of cases; "
        f"in half of them it would show {median} or more, in one of twenty {top} or more.",
        f"같은 크기의 잡음: 어떤 조합에도 효과가 없을 때 최고 조합이 이익인 경우 {share}, "
        f"절반은 {median} 이상, 스무 번 중 한 번은 {top} 이상입니다.",
    )
