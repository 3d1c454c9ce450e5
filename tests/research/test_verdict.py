"""Verdicts and their sentences."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bokgi.errors.base import Language
from bokgi.research.enough import DataDepth, data_depth
from bokgi.research.honesty import Compared, Honesty, Optimum
from bokgi.research.plateau import surroundings
from bokgi.research.superior_ability import NoiseOfSameSize, PValues
from bokgi.research.verdict import Judged, Verdict, verdicts
from bokgi.research.verdict_sentences import percent
from bokgi.research.walk_forward import Fold, FoldResult, WalkForward, Window


def walked(window: Window) -> WalkForward:
    first = 0 if window is Window.ANCHORED else 5
    results = (FoldResult(Fold(first, 45, 65), 5, 0.002, -0.001, 0.0005),)
    return WalkForward(window, results, -0.02, 0.01, np.full(20, -0.001))


def figures(no_trade: float = 0.5, holding: float = 0.5, *, sessions: int = 60, best: float = 0.037) -> Honesty:
    """A stock with made-up p-values and everything else as a search of 18,915 pairs gives it."""
    depth = data_depth(sessions)
    has_indication, has_verdict = depth is not DataDepth.PICTURE, depth is DataDepth.VERDICT
    return Honesty(
        sessions=sessions,
        trials=18_915,
        depth=depth,
        optimum=Optimum(7, best, best + 0.13, 0.1, 0.3),
        compared=Compared(0.89, -0.117, -0.163, 0.017),
        against_no_trade=PValues(no_trade if has_verdict else None, 0.62) if has_indication else None,
        against_holding=PValues(holding if has_verdict else None, 0.71) if has_indication else None,
        overfitting=0.74 if has_verdict else None,
        effective_trials=907.4 if has_verdict else None,
        deflated_sharpe=0.31 if has_verdict else None,
        anchored=walked(Window.ANCHORED) if has_indication else None,
        rolling=walked(Window.ROLLING) if has_indication else None,
        noise=NoiseOfSameSize(0.037, 0.21, 0.65) if has_indication else None,
        resamples=1_000 if has_verdict else 0,
    )


def one(stock: Honesty) -> Judged:
    return verdicts([stock])[0]


@pytest.mark.parametrize("sessions", [7, 20, 59])
def test_too_few_sessions_are_said_and_nothing_else_is_claimed(sessions: int) -> None:
    judged = one(figures(0.001, 0.001, sessions=sessions))
    assert judged.verdict is Verdict.NOT_ENOUGH_DATA
    assert judged.verdict.value == "not_enough_data"
    assert judged.sentence.within(Language.KOREAN) == f"데이터 부족: {sessions}거래일, 최소 60거래일 필요"
    assert judged.sentence.within(Language.ENGLISH) == f"Not enough data: {sessions} sessions, at least 60 are needed"
    assert (judged.p_value, judged.adjusted_p_value) == (None, None)


@pytest.mark.parametrize(
    ("no_trade", "holding", "best", "verdict"),
    [
        (0.01, 0.02, 0.5, Verdict.BETTER_THAN_BOTH),
        (0.10, 0.10, 0.5, Verdict.BETTER_THAN_BOTH),
        (0.01, 0.40, 0.5, Verdict.BETTER_THAN_NO_TRADE),
        (0.31, 0.02, 0.5, Verdict.BETTER_THAN_HOLDING),
        (0.11, 0.11, 0.5, Verdict.NOT_SHOWN),
        (1.00, 0.01, -0.01, Verdict.NO_PROFIT),
        (1.00, 0.01, 0.0, Verdict.NO_PROFIT),
    ],
)
def test_a_good_verdict_needs_both_tests(no_trade: float, holding: float, best: float, verdict: Verdict) -> None:
    judged = one(figures(no_trade, holding, best=best))
    assert judged.verdict is verdict
    assert judged.p_value == max(no_trade, holding)


BEST_FIRST = (Verdict.BETTER_THAN_BOTH, Verdict.BETTER_THAN_NO_TRADE, Verdict.BETTER_THAN_HOLDING, Verdict.NOT_SHOWN)
CHANCES = st.sampled_from([0.001, 0.01, 0.03, 0.05, 0.1, 0.3, 0.5, 0.9])


def ranks_of(pairs: list[tuple[float, float]]) -> list[int]:
    return [BEST_FIRST.index(judged.verdict) for judged in verdicts([figures(*pair, best=0.5) for pair in pairs])]


def test_a_stock_that_passes_each_test_but_not_both_together_is_better_than_no_trade() -> None:
    pairs = list(zip((0.05, 0.01, 0.01, 0.9, 0.9), (0.05, 0.9, 0.9, 0.01, 0.01), strict=True))
    assert ranks_of(pairs)[0] == BEST_FIRST.index(Verdict.BETTER_THAN_NO_TRADE)


@given(st.lists(st.tuples(CHANCES, CHANCES), min_size=1, max_size=8), st.data())
def test_a_smaller_chance_never_makes_a_verdict_worse(pairs: list[tuple[float, float]], data: st.DataObject) -> None:
    place, test = data.draw(st.integers(0, len(pairs) - 1)), data.draw(st.integers(0, 1))
    lower = data.draw(CHANCES.filter(lambda chance: chance <= pairs[place][test]))
    changed = (lower, pairs[place][1]) if test == 0 else (pairs[place][0], lower)
    after = ranks_of([*pairs[:place], changed, *pairs[place + 1 :]])
    assert all(now <= before for now, before in zip(after, ranks_of(pairs), strict=True))


def test_neither_overfitting_nor_the_deflated_ratio_decides() -> None:
    good = replace(figures(0.01, 0.01), overfitting=0.99, deflated_sharpe=0.01)
    bad = replace(figures(0.4, 0.4), overfitting=0.0, deflated_sharpe=0.99)
    assert [judged.verdict for judged in verdicts([good, bad])] == [Verdict.BETTER_THAN_BOTH, Verdict.NOT_SHOWN]


def test_many_stocks_make_each_one_harder_and_those_without_a_verdict_do_not_count() -> None:
    alone = figures(0.03, 0.03)
    assert one(alone).verdict is Verdict.BETTER_THAN_BOTH
    crowd = [alone, *(figures(0.5, 0.5) for _ in range(9)), figures(sessions=7)]
    judged = verdicts(crowd)
    assert judged[0].verdict is Verdict.NOT_SHOWN
    assert judged[0].adjusted_p_value == pytest.approx(0.3)
    assert judged[-1].verdict is Verdict.NOT_ENOUGH_DATA
    assert "10종목을 함께 시험함" in judged[0].sentence.korean
    strong = verdicts([figures(0.009, 0.009), *(figures(0.5, 0.5) for _ in range(9))])[0]
    assert strong.verdict is Verdict.BETTER_THAN_BOTH


def test_the_sentence_says_what_was_computed() -> None:
    assert one(figures(0.31)).sentence.korean == "근거 부족: 효과가 전혀 없어도 이 정도로 좋은 조합이 나올 확률 31 %"
    assert one(figures(0.31)).sentence.english == (
        "Not shown: with no effect at all, a combination this good turns up with a chance of 31 %"
    )
    good = one(figures(0.0004, 0.012, best=0.5)).sentence
    assert good.korean == (
        "거래하지 않는 것과 단순 보유보다 나음: 효과가 전혀 없어도 이 정도로 좋은 조합이 나올 확률 0.04 %(거래하지 않는 것 대비), "
        "1.2 %(단순 보유 대비)"
    )
    none = one(figures(1.0, 1.0, best=-0.012)).sentence
    assert none.korean == "이익 없음: 비용을 빼면 시험 조합 18,915개 중 최고도 -1.2 %"


def test_the_details_start_out_of_sample_and_hold_every_figure() -> None:
    stock = figures(0.31, 0.45)
    spike = surroundings(np.array([[0.0, 0.01, 0.0], [0.0, 0.2, 0.0]]))
    details = [detail.korean for detail in verdicts([stock], [spike])[0].details]
    assert details[0].startswith("검증 구간(시작 고정)")
    assert details[1].startswith("검증 구간(구간 이동)")
    assert "단순 보유 +89 %" in details[2]
    assert "전체 평균 -12 %" in details[2]
    assert "기본값 -16 %" in details[2]
    assert "절반에서 고른 최적 시간이 나머지 절반에서 중간 아래였던 비율 74 %." in " ".join(details)
    assert "시험 조합 18,915개는 서로 독립인 조합 약 907개와 같습니다" in " ".join(details)
    assert "최고 조합이 이익인 경우 65 %" in " ".join(details)
    assert "현실성 검정 62 %" in " ".join(details)
    assert details[-1].startswith("뾰족형")


def test_windows_with_the_same_trainings_are_told_once() -> None:
    stock = figures()
    assert stock.anchored is not None
    details = [detail.korean for detail in one(replace(stock, rolling=replace(stock.anchored, window=Window.ROLLING))).details]
    assert len([text for text in details if text.startswith("검증 구간")]) == 1


def test_what_is_an_indication_says_so_and_too_little_data_shows_no_test() -> None:
    indication = " ".join(detail.korean for detail in one(figures(sessions=59)).details)
    assert "참고" in indication
    assert "SPA" not in indication
    assert len(one(figures(sessions=7)).details) == 1


def every_sentence() -> list[str]:
    plateau = surroundings(np.full((3, 3), 0.1))
    stocks = [figures(p, q, sessions=n, best=b) for p in (0.001, 0.4) for q in (0.001, 0.4) for n in (7, 30, 60) for b in (0.5, -0.5)]
    return [
        text
        for stock in stocks
        for judged in verdicts([stock], [plateau])
        for sentence in (judged.sentence, *judged.details)
        for text in (sentence.english, sentence.korean)
    ]


def test_no_sentence_gives_the_probability_of_luck() -> None:
    said = every_sentence()
    assert len(said) > 100
    assert not [text for text in said if re.search(r"\bluck|by chance|우연|운일|운이", text)]
    assert not [text for text in said if re.search(r"nan|None|inf\b|[{}]", text)]


@pytest.mark.parametrize(
    ("ratio", "text"), [(0.314, "31 %"), (0.0312, "3.1 %"), (0.0001, "0.01 %"), (1.0, "100 %"), (-0.117, "-12 %"), (0.0, "0.00 %")]
)
def test_small_shares_keep_their_decimals(ratio: float, text: str) -> None:
    assert percent(ratio) == text
